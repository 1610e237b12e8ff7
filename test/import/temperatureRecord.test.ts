import { describe, expect, it } from "vitest";
import type { Circuit } from "../../src/kinds/circuits.ts";
import { CLOCK_ERROR_OFFSET } from "../../src/formats/constants.ts";
import { bytesHash, deviceHash, textHash } from "../../src/formats/identity.ts";
import type { TemperatureRule } from "../../src/formats/temperatureRule.ts";
import { csvReader } from "../../src/import/csv.ts";
import { shippedProfile } from "../../src/import/table/shipped.ts";
import { readFridgetag } from "../../src/import/fridgetag.ts";
import { fridgetagReader } from "../../src/import/fridgetagSeries.ts";
import type { SeriesReader } from "../../src/import/loggerSeries.ts";
import { applyOffset, mergeRepeated } from "../../src/import/series.ts";
import type { ImportSettings, RecordDemand } from "../../src/import/seriesRecord.ts";
import { temperatureRecord } from "../../src/import/temperatureRecord.ts";
import { NOT_THINNED } from "../../src/import/thin.ts";
import { parseTime } from "../../src/input/times.ts";
import { refused } from "../input/refused.ts";
import { csvFile, csvLine } from "./historian.ts";
import { FRIDGETAG_2L, fixture } from "./logger.ts";
import { FRIDGE_RULE } from "./rule.ts";
import { oneFile } from "../support/rawFile.ts";

const LOGGER = { vendor: "Berlinger & Co. AG", model: "Q-tag Fridge-tag 2 L", serial: "130500109088" };
const HOUR = 3600;

function circuit(tier: number): Circuit {
  return { name: `temperature-${tier}`, kind: "temperature", tier, main: "" };
}

const demand: RecordDemand<TemperatureRule> = {
  rule: { ...FRIDGE_RULE, bucket: 900n },
  period: { start: parseTime("2022-05-05T15:26:00Z", "test"), end: parseTime("2022-05-09T10:01:00Z", "test") },
  lot: "LOT-1",
  circuits: [circuit(4_200), circuit(1_050), circuit(9_660)],
};
const settings: ImportSettings = { clockError: 0, bucket: NOT_THINNED };

const raw = fixture(FRIDGETAG_2L);
/** The same readings as a historian would have exported them. */
const local = readFridgetag(raw, FRIDGETAG_2L);
const { entries: readings } = applyOffset(local.readings, HOUR, local.configuration.zone, FRIDGETAG_2L);
const exported = csvFile(readings.map((reading) => csvLine(reading, 2 * HOUR)));

const fridgetag = fridgetagReader(HOUR);
const csv = csvReader("TT-101", LOGGER);

describe("the record of the compliant leg", () => {
  const record = temperatureRecord(oneFile(raw, "f.txt", fridgetag), demand, { clockError: -30, bucket: NOT_THINNED });

  it("has the header that its rule, its device and its file ask for", () => {
    expect(record.rows).toHaveLength(1_088);
    expect(record.header).toEqual({
      kind: 1n,
      n: 4_200n,
      t0: BigInt(demand.period.start),
      start: BigInt(demand.period.start),
      end: BigInt(demand.period.end),
      tick: 5n,
      origin: FRIDGE_RULE.origin,
      stepNum: 40_000n,
      stepDen: 1n,
      width: 150n,
      channelId: 1n,
      rowCount: 1_088n,
      bucket: 0n,
      deviceHash: deviceHash(LOGGER),
      rawFileHash: bytesHash(raw),
      profile: 0n,
      zoneChanged: 1n,
      clockError: BigInt(CLOCK_ERROR_OFFSET - 30),
      lotHash: textHash("LOT-1"),
    });
  });

  it("codes upward from the lower end of the rule's normal band, downward below it", () => {
    const warmer = { ...demand, rule: { ...FRIDGE_RULE, normalLow: 75n } };
    const codes = temperatureRecord(oneFile(raw, "f.txt", fridgetag), warmer, settings).rows.map(({ code }) => code);
    const wide = record.rows.map(({ code }) => code);
    expect(codes.every((code, i) => code <= (wide[i] ?? 0))).toBe(true);
    expect(codes).not.toEqual(wide);
  });

  it("takes the smallest circuit that holds it, and is refused where none does", () => {
    const small = { ...demand, circuits: [circuit(1_050), circuit(210)] };
    const error = refused(() => temperatureRecord(oneFile(raw, "f.txt", fridgetag), small, settings));
    expect(error).toMatchObject({ code: "series-length", place: "f.txt" });
    expect(error.remedy).toContain("--thin");
  });
});

describe("one series in two formats", () => {
  it.each([NOT_THINNED, 900])(
    "gives the same rows and header but for the file, the profile and the zone, bucket %s",
    (bucket) => {
      const [signed, unsigned] = [
        temperatureRecord(oneFile(raw, "f.txt", fridgetag), demand, { ...settings, bucket }),
        temperatureRecord(oneFile(exported, "h.csv", csv), demand, { ...settings, bucket }),
      ];
      expect(unsigned.rows).toEqual(signed.rows);
      const { hash: profile } = shippedProfile("long");
      expect(unsigned.header).toEqual({ ...signed.header, rawFileHash: bytesHash(exported), profile, zoneChanged: 0n });
      expect(unsigned.summary.slice(-1)).toEqual(signed.summary.slice(-1));
      expect(unsigned.summary.join("\n")).toContain("NOT by the device");
    },
  );

  it("is refused in both over the gap of 352 minutes, at the line of each file", () => {
    const period = {
      start: parseTime("2022-05-02T03:44:00Z", "test"),
      end: parseTime("2022-05-03T00:00:00Z", "test"),
    };
    for (const bucket of [NOT_THINNED, 900]) {
      const place = (read: SeriesReader, bytes: Buffer): unknown =>
        refused(() => temperatureRecord(oneFile(bytes, "f", read), { ...demand, period }, { ...settings, bucket }));
      expect(place(fridgetag, raw)).toMatchObject({ code: "gap", place: "f:533" });
      expect(place(csv, exported)).toMatchObject({ code: "gap", place: "f:3" });
    }
  });
});

describe("a thinned record", () => {
  const whole = temperatureRecord(oneFile(raw, "f.txt", fridgetag), demand, settings);
  const thinned = temperatureRecord(oneFile(raw, "f.txt", fridgetag), demand, { ...settings, bucket: 900 });
  const extremes = ({ rows }: typeof whole): number[] => [
    Math.min(...rows.map(({ code }) => code)),
    Math.max(...rows.map(({ code }) => code)),
  ];

  // Verifies R-import-thin.
  it("declares its bucket, covers the same time, keeps the extremes and is shorter", () => {
    expect(thinned.header).toMatchObject({ bucket: 900n, t0: whole.header.t0 });
    expect(thinned.header.rowCount).toBe(BigInt(thinned.rows.length));
    expect(thinned.rows.length).toBeLessThan(whole.rows.length);
    const ticks = ({ rows }: typeof whole): number => rows.reduce((sum, { dt }) => sum + dt, 0);
    expect(ticks(thinned)).toBe(ticks(whole));
    expect(extremes(thinned)).toEqual(extremes(whole));
  });

  it("says so", () => {
    expect(whole.summary.join("\n")).not.toContain("thinned");
    expect(thinned.summary.join("\n")).toContain(`thinned: from 1088 to ${thinned.rows.length} readings`);
  });

  it("may fit a smaller circuit", () => {
    const circuits = [circuit(1_050)];
    expect(
      temperatureRecord(oneFile(raw, "f", fridgetag), { ...demand, circuits }, { ...settings, bucket: 900 }).header.n,
    ).toBe(1_050n);
  });

  it("is refused where its buckets are longer than the rule permits, or it permits none", () => {
    const thinnedTo = (bucket: number, permitted: bigint) => (): unknown => {
      const rule = { ...demand.rule, bucket: permitted };
      return temperatureRecord(oneFile(exported, "h", csv), { ...demand, rule }, { ...settings, bucket });
    };
    expect(thinnedTo(600, 600n)).not.toThrow();
    for (const [bucket, permitted, remedy] of [
      [901, 900n, "--thin 900 or less"],
      [601, 600n, "--thin 600 or less"],
      [60, 0n, "Leave out --thin"],
    ] as const) {
      const error = refused(thinnedTo(bucket, permitted));
      expect([error.code, error.remedy]).toEqual(["bucket", expect.stringContaining(remedy)]);
    }
  });
});

// Verifies R-import-thin.
describe("readings faster than the tick", () => {
  const start = demand.period.start;
  const at = (times: readonly number[]): Uint8Array =>
    csvFile(times.map((time) => csvLine({ time: start + time, value: 5_000_000n }, 0)));
  const every = (seconds: number): Uint8Array => at(Array.from({ length: 601 }, (_, i) => i * seconds));
  const short = { ...demand, period: { start, end: start + 600 } };
  const read =
    (bytes: Uint8Array, bucket = NOT_THINNED): (() => unknown) =>
    () =>
      temperatureRecord(oneFile(bytes, "f.csv", csv), short, { clockError: 0, bucket });

  it("are refused where most of them would stand for no time, and can be thinned", () => {
    // The tick is 5 s: at 1 s three of five readings share it with both neighbours, at 3 s none does.
    expect(refused(read(every(1)))).toMatchObject({ code: "dense", place: "f.csv" });
    expect(read(every(1), 60)).not.toThrow();
    expect(read(every(3))).not.toThrow();
  });

  it("are taken as long as no more than one in ten stands for no time", () => {
    const calm = Array.from({ length: 31 }, (_, i) => i * 20);
    // Each adds two readings within a tick; the first of them shares it with both of its neighbours.
    const hasty = [60, 120, 180, 240].flatMap((time) => [time + 1, time + 2]);
    const series = (...more: number[]): Uint8Array => at([...calm, ...hasty, ...more].sort((a, b) => a - b));
    expect(refused(read(series())).message).toContain("4 of 39 readings");
    expect(read(series(590))).not.toThrow();
  });
});

// Verifies R-import-repeated, F19.
describe("two entries at one time", () => {
  const chosen = readings.map((reading) => csvLine(reading, 2 * HOUR));
  const at = chosen.findIndex((line) => line.includes("2022-05-06T"));
  const inserted = (line: string): Uint8Array => csvFile(chosen.toSpliced(at + 1, 0, line));
  const good = chosen[at] ?? "";
  const [time = "", tag = "", value = "", quality = "", unit = ""] = good.split(",");
  const record = (bytes: Uint8Array): ReturnType<typeof temperatureRecord> =>
    temperatureRecord(oneFile(bytes, "h.csv", csv), demand, settings);

  it("that say the same are one, and the summary says so", () => {
    const [once, twice] = [record(exported), record(inserted([time, tag, `${value}0`, quality, unit].join()))];
    expect(twice.rows).toEqual(once.rows);
    expect(twice.summary).toContain("merged: 1 entries that repeat another one, with the same time and value");
    expect(once.summary.join()).not.toContain("merged");
  });

  it.each([
    ["another value", [time, tag, "5.55", quality, unit]],
    ["another quality", [time, tag, value, "BAD", unit]],
  ])("are refused with the lines of both for %s", (_, fields) => {
    const error = refused(() => record(inserted(fields.join())));
    expect(error).toMatchObject({ code: "time-twice", kind: "input", place: `h.csv:${at + 3}` });
    expect(error.message).toContain(`differs from another one of this time, on line ${at + 2}`);
  });

  it("are passed over, both of them, where the stage does not need them", () => {
    const before = chosen.findIndex((line) => line.includes("2022-05-05T0"));
    const [first = ""] = chosen.slice(before);
    const twice = csvFile(chosen.toSpliced(before + 1, 0, first.replace(/,\d+[.]\d,/, ",19.9,")));
    const { rows, summary } = record(twice);
    expect(rows).toEqual(record(exported).rows);
    expect(summary.join("\n")).toContain("without a usable value outside the stage, passed over: 1");
  });

  it("keep the mark of the device, whichever of them has it", () => {
    const one = { line: 1, time: 10, value: 5n };
    const flagged = { ...one, line: 2, flagged: true };
    expect(mergeRepeated([one, flagged, one]).entries).toEqual([flagged]);
    const bad = { line: 3, time: 20, quality: "BAD", code: "quality" } as const;
    expect(mergeRepeated([one, bad, { ...bad, line: 4 }])).toEqual({ entries: [one, bad], repeated: 1 });
  });
});
