import { describe, expect, it } from "vitest";
import { CIRCUITS, type Circuit } from "../../src/kinds/circuits.ts";
import { CHANNEL, CLOCK_ERROR_OFFSET } from "../../src/formats/constants.ts";
import { bytesHash, deviceHash, deviceSlots, textHash } from "../../src/formats/identity.ts";
import { PARAMETERS_HEADER_FIELDS } from "../../src/formats/parametersRecord.ts";
import type { ParametersRule } from "../../src/formats/parametersRule.ts";
import { SAMPLES } from "../../src/formats/samples.ts";
import { parametersRecord, type UnsignedParametersRecord } from "../../src/import/parametersRecord.ts";
import { samplesCsvReader } from "../../src/import/csv.ts";
import { readFiles } from "../../src/import/rawFiles.ts";
import { shippedProfile } from "../../src/import/table/shipped.ts";
import type { ImportSettings, RecordDemand } from "../../src/import/seriesRecord.ts";
import { NOT_THINNED } from "../../src/import/thin.ts";
import { formatMicro } from "../../src/input/quantities.ts";
import { formatTime } from "../../src/input/times.ts";
import { checkParameters } from "../../src/kinds/parameters/check.ts";
import { refused } from "../input/refused.ts";
import { BIOREACTOR, makeParameters, onlyFirst } from "../support/parameters.ts";
import { codeGenerated, generatedSamples, type GeneratedSample } from "../support/parametersData.ts";
import { csvFile } from "./historian.ts";
import { oneFile } from "../support/rawFile.ts";

const DEVICE = { vendor: "FIXTURE", model: "bioreactor controller", serial: "BR-1" };
const UNITS = Object.values(CHANNEL).map(({ unit }) => unit);
const TAGS = new Map(BIOREACTOR.map(({ channelId }) => [Number(channelId), `BR-1/${channelId}`]));

/** What a historian would export of generated samples; `state` of one entry may not be good. */
function exported(samples: readonly GeneratedSample[], bad?: readonly [sample: number, channel: number]): Buffer {
  return csvFile(
    samples.flatMap(({ time, values }, i) =>
      values.map((value, channel) => {
        const quality = bad?.[0] === i && bad[1] === channel ? "Bad" : "Good";
        return `${formatTime(time)},BR-1/${channel + 1},${formatMicro(value)},${quality},${UNITS[channel] ?? ""}`;
      }),
    ),
  );
}

const START = 1_651_768_200;
const samples = generatedSamples(60, 5, START);
const LAST = samples.at(-1)?.time ?? 0;
const { rule: base } = makeParameters();
/** Ticks of 6 s, at most 15 minutes between samples. */
const rule: ParametersRule = { ...base, tick: 6n, gapTicks: 150n, lead: 0n, tail: 0n };
const circuits = CIRCUITS.filter(({ kind }) => kind === "parameters").toReversed();
/** The last sample is coded up to a tick early. */
const demand: RecordDemand<ParametersRule> = {
  rule,
  period: { start: START, end: LAST - 6 },
  lot: "LOT-1",
  circuits,
};
const settings: ImportSettings = { clockError: 0, bucket: NOT_THINNED };

function record(
  bytes: Buffer,
  change: Partial<RecordDemand<ParametersRule>> = {},
  tags: ReadonlyMap<number, string> = TAGS,
): UnsignedParametersRecord {
  return parametersRecord(oneFile(bytes, "h.csv", samplesCsvReader(tags, DEVICE)), { ...demand, ...change }, settings);
}

describe("the record of a bioreactor's samples", () => {
  const bytes = exported(samples);
  const made = parametersRecord(oneFile(bytes, "h.csv", samplesCsvReader(TAGS, DEVICE)), demand, {
    ...settings,
    clockError: -30,
  });

  // Verifies R-import-joined.
  it("is the same of two files that overlap, and is refused where they differ in one value", () => {
    const [earlier, later] = [exported(samples.slice(0, 40)), exported(samples.slice(30))];
    const joint = (second: Buffer): UnsignedParametersRecord => {
      const files = [
        { file: "a.csv", bytes: earlier },
        { file: "b.csv", bytes: second },
      ];
      return parametersRecord(readFiles(files, samplesCsvReader(TAGS, DEVICE)), demand, settings);
    };
    expect(joint(later).rows).toEqual(made.rows);
    expect(joint(later).summary).toContain("merged: 10 entries that repeat another one, with the same time and value");
    const [header = "", line = "", ...rest] = later.toString("utf8").split("\n");
    const changed = line.replace(/(\d)(?=,Good)/, (digit) => String((Number(digit) + 1) % 10));
    const error = refused(() => joint(Buffer.from([header, changed, ...rest].join("\n"))));
    expect(error).toMatchObject({ code: "raw-file-overlap", place: expect.stringMatching(/^b[.]csv:/) as string });
  });

  it("has the header that its rule, its device and its file ask for", () => {
    expect(made.header).toEqual({
      kind: 2n,
      n: 280n,
      t0: BigInt(START),
      start: BigInt(START),
      end: BigInt(demand.period.end),
      tick: 6n,
      channels: BIOREACTOR,
      rowCount: 60n,
      bucket: 0n,
      deviceHash: deviceHash(DEVICE),
      rawFileHash: bytesHash(bytes),
      profile: shippedProfile("long").hash,
      zoneChanged: 0n,
      clockError: BigInt(CLOCK_ERROR_OFFSET - 30),
      lotHash: textHash("LOT-1"),
    });
    expect(Object.keys({ ...made.header, attempt: 0n }).sort()).toEqual([...PARAMETERS_HEADER_FIELDS].sort());
  });

  it("codes the samples as the rule's channels say", () => {
    expect(made.rows).toEqual(codeGenerated(samples, 6));
  });

  it("keeps every rule with the evidence of a stage around it", () => {
    const header = { ...made.header, attempt: 0n };
    const { tick, gapTicks, lead, tail } = rule;
    const slots = deviceSlots([header.deviceHash]);
    const { start, end, ...facts } = header;
    const evidence = makeParameters({
      rows: made.rows,
      n: 280,
      rule: { tick, gapTicks, lead, tail, devices: 1n },
      head: { start, end },
      header: facts,
      slots,
    });
    expect(evidence.header).toEqual(header);
    expect(checkParameters(evidence)).toEqual([]);
  });

  it("says what was read, cut and coded, channel by channel, and no value", () => {
    const end = formatTime(LAST - 6);
    expect(made.summary.slice(-7)).toEqual([
      `cut: 60 samples kept, ${formatTime(START)} to ${formatTime(LAST)}, for the stage ${formatTime(START)} to ${end}; 0 before and 0 after left out`,
      "coded: Temperature, one step is 0.1/9 °C, codes 0 to 180 from 36.0 °C",
      "coded: Carbon dioxide, one step is 0.01 %, codes 0 to 200 from 4.0 %",
      "coded: Acidity (pH), one step is 0.002 pH, codes 0 to 200 from 7.0 pH",
      "coded: Dissolved oxygen, one step is 0.2 %, codes 0 to 200 from 30.0 %",
      "coded: Agitation, one step is 0.05 rpm, codes 0 to 200 from 55.0 rpm",
      "timed: one tick is 6 s",
    ]);
    expect(made.summary.join("\n")).toContain("samples: 60");
  });

  it("of fewer channels has code 0 in the places that are not used", () => {
    const two = new Map([...TAGS].slice(0, 2));
    const { rows, header } = record(bytes, { rule: { ...rule, channels: onlyFirst(2) } }, two);
    expect(rows).toEqual(
      codeGenerated(samples, 6).map(({ dt, codes }) => ({ dt, codes: [...codes.slice(0, 2), 0, 0, 0] })),
    );
    expect(header.channels).toEqual(onlyFirst(2));
  });
});

describe("readings at and beyond the limits of each channel", () => {
  const limits = BIOREACTOR.map(({ origin, stepNum, stepDen, width }) => {
    const low = origin - 300_000_000n;
    return { low, high: low + (width * stepNum) / stepDen, width: Number(width) };
  });
  const codesWith = (channel: number, value: bigint): readonly number[] => {
    const changed = samples.map(({ time, values }, i) => ({
      time,
      values: values.map((each, k) => (i === 7 && k === channel ? value : each)),
    }));
    return record(exported(changed)).rows[7]?.codes ?? [];
  };

  it.each(limits.map((limit, channel) => [channel, limit] as const))("channel %i", (channel, { low, high, width }) => {
    const others = codeGenerated(samples, 6)[7]?.codes ?? [];
    const coded = (value: bigint): number | undefined => {
      const codes = codesWith(channel, value);
      expect(codes.toSpliced(channel, 1)).toEqual(others.toSpliced(channel, 1));
      return codes[channel];
    };
    expect([coded(low), coded(high)]).toEqual([0, width]);
    // A millionth beyond a limit has a code beyond it: the record has no bytes for it, and `check` names the reading.
    expect([coded(low - 1n), coded(high + 1n)]).toEqual([-1, width + 1]);
  });

  // Verifies R-import-beyond.
  it("make a record that only `check` can take", () => {
    const hot = samples.map(({ time, values }, i) => ({
      time,
      values: i === 7 ? [60_000_000n, ...values.slice(1)] : values,
    }));
    const { rows, header } = record(exported(hot));
    expect(SAMPLES.isEncodable(rows)).toBe(false);
    const evidence = makeParameters({ rows });
    const judged = checkParameters({ ...evidence, header: { ...header, attempt: 0n }, rule });
    expect(judged.filter((finding) => finding.rule === "range")).toEqual([
      { rule: "range", problem: "above the upper limit", reading: 7, channel: 0 },
    ]);
  });
});

describe("the stage", () => {
  it("is cut out of a longer file: nothing inside is left out", () => {
    const longer = generatedSamples(100, 5, START);
    const { header, rows, summary } = record(exported(longer), {
      period: { start: (longer[20]?.time ?? 0) + 1, end: (longer[80]?.time ?? 0) - 10 },
    });
    expect(header.t0).toBe(BigInt(longer[20]?.time ?? 0));
    expect(rows).toEqual(codeGenerated(longer.slice(20, 81), 6));
    expect(summary.join("\n")).toContain("20 before and 19 after left out");
  });

  it("that the file does not cover is refused", () => {
    const late = { period: { start: START, end: LAST + 1 } };
    expect(refused(() => record(exported(samples), late))).toMatchObject({ code: "window", place: "h.csv:297" });
  });

  it("with a gap over the rule's is refused at its line, and not with one of exactly that", () => {
    const interval = (samples[30]?.time ?? 0) - (samples[29]?.time ?? 0);
    const apart = (seconds: number): UnsignedParametersRecord => {
      const later = seconds - interval;
      const moved = samples.map(({ time, values }, i) => ({ time: i < 30 ? time : time + later, values }));
      return record(exported(moved), { period: { start: START, end: LAST + later - 6 } });
    };
    expect(apart(900).rows).toHaveLength(60);
    expect(refused(() => apart(901))).toMatchObject({ code: "gap", place: "h.csv:152" });
  });

  // Verifies R-import-value.
  it("that needs a sample with an entry that is not good is refused at the entry's line", () => {
    expect(refused(() => record(exported(samples, [30, 3])))).toMatchObject({ code: "quality", place: "h.csv:155" });
    const later = { period: { start: (samples[31]?.time ?? 0) + 1, end: LAST - 6 } };
    expect(record(exported(samples, [30, 3]), later).rows).toHaveLength(29);
  });
});

describe("what the demand does not fit", () => {
  const bytes = exported(samples);

  // Verifies R-import-samples.
  it("a tag missing or too many is refused, both named", () => {
    const four = new Map([...TAGS].slice(0, 4));
    const error = refused(() => record(bytes, {}, four));
    expect(error).toMatchObject({ code: "channel-tags", place: "h.csv" });
    expect(error.message).toContain(
      "agitation; tags are given for temperature, carbonDioxide, acidity, dissolvedOxygen.",
    );
    expect(refused(() => record(bytes, { rule: { ...rule, channels: onlyFirst(4) } })).code).toBe("channel-tags");
    const other = new Map([...four, [7, "BR-1/5"] as const]);
    const kilopascal = Buffer.from(bytes.toString().replaceAll("{rpm}", "kPa"));
    expect(refused(() => record(kilopascal, {}, other)).code).toBe("channel-tags");
  });

  // Verifies R-import-thin.
  it("thinning is refused", () => {
    const thinned = (): unknown =>
      parametersRecord(oneFile(bytes, "h.csv", samplesCsvReader(TAGS, DEVICE)), demand, { ...settings, bucket: 900 });
    expect(refused(thinned).code).toBe("bucket");
  });

  it("the smallest circuit that holds the samples is taken, and none is refused", () => {
    const tier = (n: number): Circuit => ({ name: `parameters-${n}`, kind: "parameters", tier: n, main: "" });
    const many = generatedSamples(211, 5, START);
    const sized = (count: number, tiers: readonly number[]): bigint =>
      record(exported(many.slice(0, count)), {
        period: { start: START, end: (many[count - 1]?.time ?? 0) - 6 },
        circuits: tiers.map(tier),
      }).header.n;
    expect(sized(210, [770, 210])).toBe(210n);
    expect(sized(211, [770, 210])).toBe(770n);
    const error = refused(() => sized(211, [70, 210]));
    expect(error).toMatchObject({ code: "series-length", place: "h.csv" });
    expect(error.message).toContain("211 readings; the claim's largest circuit holds 210");
  });
});
