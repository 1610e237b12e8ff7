import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { codeReading } from "../../src/import/coding.ts";
import { csvReader } from "../../src/import/csv.ts";
import type { ReadingSeries } from "../../src/import/loggerSeries.ts";
import { cutToWindow, mergeRepeated, type Cut, type Reading, type Window } from "../../src/import/series.ts";
import { parseProfile, type ParsedProfile, type Profile } from "../../src/import/table/profile.ts";
import { tableReader, type ToldTable } from "../../src/import/table/readings.ts";
import { shippedProfile } from "../../src/import/table/shipped.ts";
import { FINER_PARTS } from "../../src/import/exact.ts";
import { thin } from "../../src/import/thin.ts";
import { remembered } from "../../src/parties/measured.ts";
import { parseTime } from "../../src/input/times.ts";
import { refused } from "../input/refused.ts";

/** Files as people have them, each with what must come of it: fixtures/tables/SOURCE.md. */

const DEVICE = { vendor: "V", model: "M", serial: "S" };
const FOLDER = "fixtures/tables/cases";
const bytesOf = (name: string): Uint8Array => readFileSync(`${FOLDER}/${name}`);
const at = (text: string): number => parseTime(text, "test");
const window = (start: string, end: string): Window => ({
  ...{ start: at(start), end: at(end), lead: 600, tail: 600, gapSeconds: 900, tick: 5 },
});
const STAGE = window("2026-03-10T08:10:00Z", "2026-03-10T09:50:00Z");

const long = shippedProfile("long");
/** The long form, changed. */
const changed = (change: Partial<Profile>): ParsedProfile => parseProfile({ ...long.profile, ...change }, "test");

function read(name: string, profile = long, told: Partial<ToldTable> = {}, tag?: string): ReadingSeries {
  return tableReader(profile, tag, "temperature", { device: DEVICE, ...told })(bytesOf(name), name);
}

function cut({ entries }: ReadingSeries, name: string, stage = STAGE): Cut {
  return cutToWindow(mergeRepeated(entries).entries, stage, name);
}

/** Lowest and highest value, in parts of a millionth. */
function extremes({ readings }: Cut): bigint[] {
  const values = readings.map(({ value, finer = 0n }) => value * FINER_PARTS + finer);
  const sorted = [...values].sort((a, b) => (a < b ? -1 : 1));
  return [sorted[0] ?? 0n, sorted.at(-1) ?? 0n];
}

const exact = (micro: bigint, finer = 0n): bigint => micro * FINER_PARTS + finer;
const tenths = (value: bigint): bigint => exact(value * 100_000n);

// Verifies R-profile-exact, R-profile-order.
describe("a file in the long form", () => {
  it.each([
    ["fraction-zero.csv", tenths(45n), tenths(49n)],
    ["float-noise.csv", exact(4_599_999n, (904_632_568n * FINER_PARTS) / 10n ** 9n), tenths(50n)],
    ["fahrenheit.csv", tenths(45n), exact(4_944_444n, (4n * FINER_PARTS) / 9n)],
    ["newest-first.csv", tenths(45n), tenths(49n)],
    ["space-sep.csv", tenths(45n), tenths(49n)],
    ["blank-after-stage.csv", tenths(45n), tenths(49n)],
  ])("%s has 11 readings, exactly", (name, low, high) => {
    const found = cut(read(name), name);
    expect(found.readings).toHaveLength(11);
    expect(extremes(found)).toEqual([low, high]);
  });

  it("newest first gives the same readings as the other way round", () => {
    const name = "newest-first.csv";
    const lines = readFileSync(`${FOLDER}/${name}`, "utf8").trimEnd().split("\n");
    const turned = Buffer.from([lines[0], ...lines.slice(1).reverse(), ""].join("\n"));
    const plain = csvReader(undefined, DEVICE)(turned, name).entries;
    const withoutLine = (entries: ReadingSeries["entries"]): unknown => entries.map((entry) => ({ ...entry, line: 0 }));
    const { entries, facts } = read(name);
    expect(withoutLine(entries)).toEqual(withoutLine(plain));
    expect(facts).toContain("order: newest first, read backwards");
  });

  it("float noise is coded outward, never as the number that it stands for", () => {
    const grid = { origin: 0n, stepNum: 100_000n, stepDen: 1n, width: 254n, normalHigh: 254n };
    const [low, high] = read("float-noise.csv").entries;
    const code = (entry: typeof low, normalLow: bigint): bigint =>
      entry !== undefined && "value" in entry ? codeReading(entry.value, { ...grid, normalLow }, entry.finer) : -1n;
    // 4.599999904...: below the band it is 4.5, in it 4.6; 4.800000190... is 4.9 there.
    expect([code(low, 47n), code(low, 45n), code(high, 45n)]).toEqual([45n, 46n, 49n]);
  });

  it("without a value beyond the stage is imported, and refused at its line where the stage needs it", () => {
    const name = "blank-after-stage.csv";
    expect(read(name).facts.join()).toContain("not good or without a value: 1");
    const longer = window("2026-03-10T08:10:00Z", "2026-03-10T11:10:00Z");
    const error = refused(() => cut(read(name), name, longer));
    expect(error).toMatchObject({ code: "quantity-blank", place: `${name}:21` });
    expect(error.message).toContain("no value");
  });

  // Verifies R-profile-quality.
  it("with `true` for good is read by a profile that says so, and by no other", () => {
    const name = "quality-true.csv";
    expect(refused(() => read(name))).toMatchObject({ code: "quality-word", place: `${name}:2` });
    expect(cut(read(name, changed({ quality: { good: ["true"], bad: ["false"] } })), name).readings).toHaveLength(11);
  });

  it("a part of which alone does not cover the stage", () => {
    const [one, other] = ["split-part1.csv", "split-part2.csv"];
    expect(refused(() => cut(read(one), one))).toMatchObject({ code: "window" });
    expect(refused(() => cut(read(other), other))).toMatchObject({ code: "window" });
  });
});

// Verifies R-profile-zone.
describe("local times where summer time ends", () => {
  const name = "dst-local.csv";
  const local = (zone: string): ParsedProfile => {
    const columns = long.profile.columns.map((column) =>
      column.is === "time" ? { ...column, form: "yyyy-MM-dd[T]HH:mm:ss" } : column,
    );
    return changed({ columns, zone });
  };

  it("have no zone, and are refused", () => {
    expect(refused(() => read(name))).toMatchObject({ code: "time-zone", place: `${name}:2` });
    expect(refused(() => read(name, local("given")))).toMatchObject({ code: "offset-missing", place: name });
  });

  it("stand twice in their zone, and are refused, wherever the zone is said", () => {
    const place = `${name}:8`;
    expect(refused(() => read(name, local("Europe/Berlin")))).toMatchObject({ code: "time-ambiguous", place });
    expect(refused(() => read(name, local("given"), { zone: "Europe/Berlin" }))).toMatchObject({
      code: "time-ambiguous",
      place,
    });
  });

  it("run backward under one offset, and are never guessed", () => {
    expect(refused(() => cut(read(name, local("given"), { offset: 7200 }), name))).toMatchObject({
      code: "time-backward",
    });
  });
});

// Verifies R-profile-columns, R-profile-taken.
describe("other forms", () => {
  it("a wide table has a tag for each column", () => {
    const name = "wide.csv";
    const wide = shippedProfile("wide");
    const found = cut(read(name, wide, {}, "Fridge 1 (°C)"), name);
    expect(found.readings).toHaveLength(11);
    expect(extremes(found)).toEqual([tenths(45n), tenths(49n)]);
    expect(cut(read(name, wide, {}, "Freezer (°C)"), name).readings.every(({ value }) => value < 0n)).toBe(true);
    expect(refused(() => read(name, wide))).toMatchObject({ code: "csv-tag", place: name });
    expect(refused(() => read(name, wide, {}, "Fridge 3 (°C)"))).toMatchObject({ code: "csv-tag", place: name });
  });

  it("a HOBOware export says its zone, its unit and its serial number", () => {
    const name = "hobo-like.csv";
    const hobo = shippedProfile("hoboware");
    const stage = window("2026-03-10T15:10:00Z", "2026-03-10T16:50:00Z");
    const series = read(name, hobo, { device: { ...DEVICE, serial: "1" } });
    const found = cut(series, name, stage);
    expect(found.readings).toHaveLength(11);
    expect(extremes(found)[0]).toBe(tenths(45n));
    expect(series.facts.at(-1)).toBe("clock: offset -07:00, which the file's header says");
    expect(refused(() => read(name, hobo))).toMatchObject({ code: "device-serial", place: name });
    const told = read(name, hobo, { device: { ...DEVICE, serial: "1" }, offset: -6 * 3600 });
    expect([series.zoneChanged, told.zoneChanged]).toEqual([false, true]);
  });
});

// Verifies R-profile-exact.
describe("what is finer than a record", () => {
  const one = (line: number, time: number, micros?: number): Reading => {
    return { line, time, value: 5_000_000n, ...(micros === undefined ? {} : { micros }) };
  };
  const stage: Window = { start: 1000, end: 1900, lead: 0, tail: 0, gapSeconds: 900, tick: 5 };

  it("counts for a gap: a millionth of a second over the rule's is refused", () => {
    expect(cutToWindow([one(2, 1000), one(3, 1900)], stage, "f").readings).toHaveLength(2);
    const late = { ...stage, end: 1890 };
    expect(refused(() => cutToWindow([one(2, 1000), one(3, 1900, 1)], late, "f"))).toMatchObject({
      code: "gap",
      place: "f:3",
    });
  });

  it("counts for the start: a reading a millionth after it does not cover it", () => {
    expect(refused(() => cutToWindow([one(2, 1000, 1), one(3, 1900)], stage, "f"))).toMatchObject({ code: "window" });
    expect(cutToWindow([one(2, 1000, 1), one(3, 1900)], { ...stage, lead: 1 }, "f").readings).toHaveLength(2);
  });

  it("counts for the order and for two entries at one time", () => {
    expect(refused(() => cutToWindow([one(2, 1000, 2), one(3, 1000, 1)], stage, "f"))).toMatchObject({
      code: "time-backward",
      place: "f:3",
    });
    const other = { ...one(3, 1000, 1), value: 6_000_000n };
    expect(mergeRepeated([one(2, 1000), other]).entries).toHaveLength(2);
    expect(mergeRepeated([one(2, 1000, 1), other]).entries).toMatchObject([{ code: "time-twice" }]);
    const finer = { ...one(3, 1000), finer: 1n };
    expect(mergeRepeated([one(2, 1000), finer]).entries).toMatchObject([{ code: "time-twice" }]);
  });

  it("counts for thinning: the lowest and the highest are the exact ones", () => {
    const finer = [3n, 5n, 1n, 4n, 2n].map((rest, i) => ({ ...one(i, 60 * i), finer: rest }));
    expect(thin(finer, 3600, 3600, () => false).map(({ line }) => line)).toEqual([0, 1, 2, 4]);
  });

  it("counts in what the journal remembers", () => {
    const digests = (finer?: bigint): Uint8Array | undefined =>
      remembered(
        new Uint8Array(32),
        1n,
        [1],
        [{ time: 1, values: [5n], ...(finer === undefined ? {} : { finer: [finer] }) }],
      ).channels[0]?.digests;
    expect(digests(1n)).not.toEqual(digests());
    expect(digests(0n)).toEqual(digests());
  });
});
