import { describe, expect, it } from "vitest";
import { CLOCK_ERROR_OFFSET, CELSIUS_OFFSET, KIND, NO_OPENED_WITHIN } from "../../src/formats/constants.ts";
import { bytesHash, deviceHash, deviceSlots, textHash } from "../../src/formats/identity.ts";
import { PARAMETERS_HEADER_FIELDS } from "../../src/formats/parametersRecord.ts";
import type { ParametersRule } from "../../src/formats/parametersRule.ts";
import { samplesOf } from "../../src/formats/samples.ts";
import { channelRecord } from "../../src/import/channelRecord.ts";
import { csvReader } from "../../src/import/csv.ts";
import { fridgetagReader } from "../../src/import/fridgetagSeries.ts";
import type { UnsignedParametersRecord } from "../../src/import/parametersRecord.ts";
import type { ImportSettings, RecordDemand } from "../../src/import/seriesRecord.ts";
import { temperatureRecord } from "../../src/import/temperatureRecord.ts";
import { NOT_THINNED } from "../../src/import/thin.ts";
import { formatMicro } from "../../src/input/quantities.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { CIRCUITS, type Circuit } from "../../src/kinds/circuits.ts";
import { checkParameters } from "../../src/kinds/parameters/check.ts";
import { refused } from "../input/refused.ts";
import { makeParameters } from "../support/parameters.ts";
import { csvFile } from "./historian.ts";
import { FRIDGETAG_2L, fixture } from "./logger.ts";
import { FRIDGE_RULE } from "./rule.ts";
import { oneFile } from "../support/rawFile.ts";

const LOGGER = { vendor: "Berlinger & Co. AG", model: "Q-tag Fridge-tag 2 L", serial: "130500109088" };
const HOUR = 3600;

/** The limits and times of FRIDGE_RULE as a channel claim has them. */
const { channelId, origin, stepNum, stepDen, width, ...times } = FRIDGE_RULE;
const CHANNEL = { channelId, origin, stepNum, stepDen, width };
const { tick, gapTicks, lead, tail } = times;
const { rule: base } = makeParameters({ rule: { channels: [CHANNEL] } });
const rule: ParametersRule = {
  ...base,
  openedWithin: BigInt(NO_OPENED_WITHIN),
  tick,
  gapTicks,
  lead,
  tail,
  bucket: 900n,
};
const demand: RecordDemand<ParametersRule> = {
  rule,
  period: { start: parseTime("2022-05-05T15:26:00Z", "test"), end: parseTime("2022-05-09T10:01:00Z", "test") },
  lot: "LOT-1",
  circuits: CIRCUITS.filter(({ kind }) => kind === "channel").toReversed(),
};
const settings: ImportSettings = { clockError: 0, bucket: NOT_THINNED };
const raw = fixture(FRIDGETAG_2L);

function record(
  change: Partial<RecordDemand<ParametersRule>> = {},
  given: Partial<ImportSettings> = {},
): UnsignedParametersRecord {
  return channelRecord(
    oneFile(raw, "f.txt", fridgetagReader(HOUR)),
    { ...demand, ...change },
    { ...settings, ...given },
  );
}

describe("the record of a logger's leg", () => {
  const made = record({}, { clockError: -30 });

  it("has the header that its rule, its device and its file ask for", () => {
    expect(made.header).toEqual({
      kind: BigInt(KIND.channel),
      n: 2_520n,
      t0: BigInt(demand.period.start),
      start: BigInt(demand.period.start),
      end: BigInt(demand.period.end),
      tick: 5n,
      channels: [CHANNEL],
      rowCount: 1_088n,
      bucket: 0n,
      deviceHash: deviceHash(LOGGER),
      rawFileHash: bytesHash(raw),
      profile: 0n,
      zoneChanged: 1n,
      clockError: BigInt(CLOCK_ERROR_OFFSET - 30),
      lotHash: textHash("LOT-1"),
    });
    expect(Object.keys({ ...made.header, attempt: 0n }).sort()).toEqual([...PARAMETERS_HEADER_FIELDS].sort());
  });

  it("has the codes of a temperature record without a normal band", () => {
    const circuits = CIRCUITS.filter(({ kind }) => kind === "temperature");
    const whole = temperatureRecord(
      oneFile(raw, "f.txt", fridgetagReader(HOUR)),
      { ...demand, rule: FRIDGE_RULE, circuits },
      settings,
    );
    expect(made.rows).toEqual(whole.rows.map(({ dt, code }) => ({ dt, codes: [code] })));
    expect(made.summary).toEqual(whole.summary);
  });

  it("keeps every rule with the evidence of a stage around it", () => {
    const header = { ...made.header, attempt: 0n };
    const { start, end, ...facts } = header;
    const evidence = makeParameters({
      rows: made.rows,
      n: Number(header.n),
      rule: { ...rule, devices: 1n, slot: 1n },
      head: { start, end },
      header: facts,
      slots: deviceSlots([header.deviceHash]),
    });
    expect(evidence.header).toEqual(header);
    expect(checkParameters(evidence)).toEqual([]);
  });

  // Verifies R-import-thin.
  it("is thinned as far as its rule permits, and keeps what is beyond the range and its neighbours", () => {
    // The leg in which the fridge was too warm.
    const hot = {
      rule: { ...rule, lead: 3600n, tail: 3600n },
      period: { start: parseTime("2022-05-11T11:01:00Z", "test"), end: parseTime("2022-05-13T11:01:00Z", "test") },
    };
    const [whole, thinned] = [record(hot), record(hot, { bucket: 900 })];
    expect(thinned.header).toMatchObject({ bucket: 900n, t0: whole.header.t0 });
    expect(thinned.rows.length).toBeLessThan(whole.rows.length);
    const beyond = ({ rows }: UnsignedParametersRecord): number =>
      rows.filter(({ codes: [code = 0] }) => code > Number(width)).length;
    expect(beyond(whole)).toBeGreaterThan(50);
    expect(beyond(thinned)).toBe(beyond(whole));
    expect(refused(() => record(hot, { bucket: 901 })).code).toBe("bucket");
    expect(refused(() => record({ rule: { ...rule, bucket: 0n } }, { bucket: 60 })).code).toBe("bucket");
  });

  it("takes the smallest circuit that holds it, and is refused where none does", () => {
    const tier = (n: number): Circuit => ({ name: `channel-${n}`, kind: "channel", tier: n, main: "" });
    const sized = (...tiers: readonly number[]): bigint => record({ circuits: tiers.map(tier) }).header.n;
    expect(sized(2_100, 1_088, 1_087)).toBe(1_088n);
    const error = refused(() => sized(1_087, 210));
    expect(error).toMatchObject({ code: "series-length", place: "f.txt" });
    expect(error.message).toContain("1088 readings; the claim's largest circuit holds 1087");
  });
});

describe("a channel other than temperature", () => {
  const pressure = { channelId: 7n, origin: 90_000_000n + CELSIUS_OFFSET, stepNum: 100_000n, stepDen: 1n, width: 200n };
  const start = demand.period.start;
  const bytes = (value = 100_000_000n, unit = "kPa"): Buffer =>
    csvFile(
      Array.from({ length: 13 }, (_, i) =>
        [formatTime(start + 300 * i), "PT-1", formatMicro(i === 6 ? value : 100_000_000n), "Good", unit].join(","),
      ),
    );
  const measured = (file: Buffer, channel: "pressure" | "temperature" = "pressure"): UnsignedParametersRecord => {
    const period = { start, end: start + 3600 };
    const own = { ...demand, rule: { ...rule, channels: [pressure] }, period };
    return channelRecord(oneFile(file, "p.csv", csvReader("PT-1", LOGGER, channel)), own, settings);
  };
  const codeOf = (value: bigint): number | undefined => measured(bytes(value)).rows[6]?.codes[0];

  // Verifies R-import-beyond.
  it("is coded on its own grid, and a millionth beyond a limit has a code beyond it", () => {
    expect([90_000_000n, 110_000_000n, 100_000_000n].map(codeOf)).toEqual([0, 200, 100]);
    expect([89_999_999n, 110_000_001n].map(codeOf)).toEqual([-1, 201]);
    expect(samplesOf([pressure]).isEncodable(measured(bytes(200_000_000n)).rows)).toBe(false);
    expect(measured(bytes()).header).toMatchObject({ n: 840n, channels: [pressure] });
  });

  it("is refused as another one, and in another unit", () => {
    expect(refused(() => measured(bytes(100_000_000n, "°C"), "temperature"))).toMatchObject({
      code: "channel-tags",
      place: "p.csv",
    });
    expect(refused(() => measured(bytes(100_000_000n, "°C"))).code).toBe("unit");
    expect(refused(() => record({ rule: { ...rule, channels: [pressure] } })).code).toBe("channel-tags");
  });
});
