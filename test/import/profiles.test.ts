import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../../src/formats/field.ts";
import { SHIPPED_PROFILES } from "../../src/formats/shippedProfiles.ts";
import { shippedResultsProfile, shippedResultsProfiles } from "../../src/import/resultsProfile.ts";
import { FINER_PARTS, PARTS, parseExact, UNITS, ValueReader } from "../../src/import/exact.ts";
import type { ReadingSeries } from "../../src/import/loggerSeries.ts";
import { parseProfile, profileHash, type DelimitedProfile as Profile } from "../../src/import/table/profile.ts";
import { tableReader, type ToldTable } from "../../src/import/table/readings.ts";
import { profileNamed, shippedNames, shippedProfile } from "../../src/import/table/shipped.ts";
import { matchTemplate, templateOf } from "../../src/import/table/template.ts";
import { timeFormOf } from "../../src/import/table/timeForm.ts";
import { ianaZone } from "../../src/import/table/zone.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { refused } from "../input/refused.ts";
import { agreementRuns } from "../support/runs.ts";

const DEVICE = { vendor: "V", model: "M", serial: "S" };
const at = (text: string): number => parseTime(text, "test");

const BASE: Profile = {
  format: "batchproof-profile/1",
  name: "test",
  about: "Made up",
  layout: "delimited",
  encoding: "utf-8",
  delimiter: ";",
  quote: '"',
  decimal: ",",
  zone: "given",
  columns: [
    { name: "Zeit", is: "time", form: "dd.MM.yyyy HH:mm[:ss]" },
    { name: "Wert", is: "value", unit: "Cel" },
  ],
};
const read = (
  text: string | Buffer,
  change: Partial<Profile> = {},
  told: Partial<ToldTable> = { offset: 3600 },
): ReadingSeries =>
  tableReader(parseProfile({ ...BASE, ...change }, "p.json"), undefined, "temperature", { device: DEVICE, ...told })(
    typeof text === "string" ? Buffer.from(text) : text,
    "t.csv",
  );
const TABLE = "Zeit;Wert\n10.03.2026 09:00;4,5\n10.03.2026 09:10;4,6\n";

// Verifies R-profile-shipped.
describe("a shipped profile", () => {
  const SHAPES: Readonly<Record<string, readonly [file: string, tag?: string]>> = {
    long: ["long.csv"],
    wide: ["wide.csv", "Fridge 1 (°C)"],
    hoboware: ["hoboware.csv"],
    "hoboware-minimal": ["hoboware-minimal.csv"],
    "hoboware-classic": ["hoboware-classic.txt"],
    logtag: ["logtag.csv"],
    ibutton: ["ibutton.csv"],
    ruuvi: ["ruuvi.csv"],
    labview: ["labview.lvm"],
    "xlsx-wide": ["xlsx-wide.xlsx", "Fridge 1 (°C)"],
    epcis: ["epcis.jsonld", "urn:epc:id:giai:0614141.1 Temperature"],
  };

  it("has a file of its shape here", () => {
    expect(Object.keys(SHAPES).sort()).toEqual(shippedNames());
  });

  it.each(Object.entries(SHAPES))("%s reads its shape, and no other", (name, [file, tag]) => {
    const profile = shippedProfile(name);
    const offset = profile.profile.zone === "given" ? { offset: 0 } : {};
    const reader = tableReader(profile, tag, "temperature", { device: DEVICE, ...offset });
    const { entries } = reader(readFileSync(`fixtures/tables/shapes/${file}`), file);
    expect(entries.map((entry) => ("value" in entry ? entry.value : entry.quality))).toEqual([
      4_500_000n,
      4_600_000n,
      4_700_000n,
      4_800_000n,
    ]);
    expect(entries.map(({ time }) => time - at("2026-03-10T08:00:00Z"))).toEqual([0, 600, 1200, 1800]);
    for (const [other, [another]] of Object.entries(SHAPES)) {
      if (other !== name) refused(() => reader(readFileSync(`fixtures/tables/shapes/${another}`), another));
    }
  });

  it("is named, or a file", async () => {
    expect((await profileNamed("fixtures/profiles/long.json")).hash).toBe((await profileNamed("long")).hash);
    await expect(profileNamed("longer")).rejects.toMatchObject({ code: "profile-missing", place: "longer" });
  });
});

// Verifies R-import-hostile.
describe("a row of the device's own events", () => {
  it("is a row all the same: one whose time is none is refused, for it may be a reading that was mangled", () => {
    const text = readFileSync("fixtures/tables/shapes/hoboware.csv", "utf8");
    const events = tableReader(shippedProfile("hoboware"), undefined, "temperature", { device: DEVICE });
    const mangled = text.replace("2,03/10/26 08:10:00 AM,40.280,,", "AM,40.280,,08:10:00 2,03/10/26");
    expect(refused(() => events(Buffer.from(mangled), "t.csv"))).toMatchObject({
      code: "time-syntax",
      place: "t.csv:4",
    });
  });
});

// Verifies R-profile-hash.
describe("the hash of a profile", () => {
  it("is another one after each change, and the same whatever the order of members", () => {
    const turned = Object.fromEntries(Object.entries(BASE).reverse());
    expect(parseProfile(turned, "p").hash).toBe(profileHash(BASE));
    const changes: Partial<Profile>[] = [{ name: "b" }, { decimal: "." }, { numbers: "loose" }, { missing: ["85.0"] }];
    const hashes = changes.map((change) => profileHash({ ...BASE, ...change }));
    expect(new Set([profileHash(BASE), ...hashes]).size).toBe(5);
  });

  it("of each that is shipped is pinned: policies and records name them by it", () => {
    const all = [...shippedNames().map(shippedProfile), ...shippedResultsProfiles().map(shippedResultsProfile)];
    const hashes = all.map(({ hash, profile: { name } }) => [name, toHex(hash)]);
    expect(Object.fromEntries(hashes)).toEqual(SHIPPED_PROFILES);
  });
});

// Verifies R-profile-schema, F61, F64.
describe("a profile that makes no sense", () => {
  const [time, value] = BASE.columns as [Profile["columns"][0], Profile["columns"][0]];
  const columns = (...all: unknown[]): object => ({ columns: all });
  it.each([
    ["an unknown member", { script: "x" }, ""],
    ["an unknown encoding", { encoding: "ebcdic" }, "/encoding"],
    ["a member of another format", { format: "batchproof-profile/2" }, "/format"],
    ["no value", columns(time, { name: "x", is: "ignored" }), "/columns"],
    ["no time", columns(value, { name: "x", is: "ignored" }), "/columns"],
    ["a date without a clock", columns({ ...time, is: "date", form: "dd.MM.yyyy" }, value), "/columns"],
    ["a form that is none", columns({ ...time, form: "dd.MM.yyyy (HH:mm)" }, value), "/columns/0/form"],
    ["a part of a time twice", columns({ ...time, form: "dd.MM.yyyy HH:mm dd" }, value), "/columns/0/form"],
    ["12 hours without a half", columns({ ...time, form: "dd.MM.yyyy hh:mm" }, value), "/columns/0/form"],
    ["24 hours with a half", columns({ ...time, form: "dd.MM.yyyy H:mm a" }, value), "/columns/0/form"],
    ["a half of a day", columns({ ...time, form: "dd.MM.yyyy a" }, value), "/columns/0/form"],
    ["a half in brackets", columns({ ...time, form: "dd.MM.yyyy hh:mm[ a]" }, value), "/columns/0/form"],
    ["a zone in brackets", columns({ ...time, form: "dd.MM.yyyy HH:mm[ z]" }, value), "/columns/0/form"],
    ["a year in brackets", columns({ ...time, form: "dd.MM.[yyyy ]HH:mm" }, value), "/columns/0/form"],
    ["a day in brackets", columns({ ...time, form: "yyyy-MM[-dd] HH:mm" }, value), "/columns/0/form"],
    ["an hour in brackets", columns({ ...time, form: "dd.MM.yyyy [HH:]mm:ss" }, value), "/columns/0/form"],
    ["digits that nobody can part", columns({ ...time, form: "dMyyyy HH:mm" }, value), "/columns/0/form"],
    ["digits that a bracket parts", columns({ ...time, form: "dd.MM.yyyy H[:]mm" }, value), "/columns/0/form"],
    ["digits that seconds part", columns({ ...time, form: "dd.MM.yyyy H[:ss]mm" }, value), "/columns/0/form"],
    ["a form of a value", columns(time, { ...value, form: "excel" }), "/columns/1"],
    ["a column twice", columns(time, value, { name: "Wert", is: "ignored" }), "/columns/2/name"],
    ["a template that fits every column", columns(time, value, { name: "{*}", is: "ignored" }), "/columns/2/name"],
    ["an ignored column by one letter", columns(time, value, { name: "{*}a{*}", is: "ignored" }), "/columns/2/name"],
    ["an event by two marks", columns(time, value, { name: "Q {*} _", is: "event" }), "/columns/2/name"],
    ["a footer that is anything", { after: ["{*}"] }, "/after/0"],
    ["a footer of figures, like a reading", { after: ["", "{*};1{*}"] }, "/after/1"],
    ["a footer of separators and a date", { after: ["2026-03-10{*}"] }, "/after/0"],
    [
      "a unit that is blank",
      { ...columns(time, { name: "Wert", is: "value" }, { name: "u", is: "unit" }), units: { "": "Cel" } },
      "/units",
    ],
    ["a place that is none", columns(time, { ...value, name: "T {x}" }), "/columns/1/name"],
    ["two places side by side", columns(time, { ...value, name: "{*}{unit}" }), "/columns/1/name"],
    ["a unit for whatever comes", columns(time, { ...value, name: "{*} (°C)", many: true }), "/columns/1"],
    ["no unit", columns(time, { name: "Wert", is: "value" }), "/columns/1"],
    ["two units", columns(time, { name: "Wert {unit}", is: "value", unit: "Cel" }), "/columns/1"],
    ["spellings of a unit that nobody spells", { units: { C: "Cel" } }, "/units"],
    ["a unit that is not known", columns(time, { ...value, unit: "degR" }), "/columns/1/unit"],
    ["no zone for local times", { zone: undefined }, "/zone"],
    ["a zone for times that say it", columns({ ...time, form: "rfc3339" }, value), "/zone"],
    ["a zone of the header that is not taken", { zone: "header" }, "/zone"],
    ["a zone that is none", { zone: "somewhere" }, "/zone"],
    ["words of quality without a column", { quality: { good: ["x"], bad: [] } }, "/quality"],
    ["a comma for two things", { delimiter: ",", quote: undefined }, "/delimiter"],
    [
      "optional columns without a header",
      { header: "none", ...columns(time, value, { name: "x", is: "ignored", optional: true }) },
      "/header",
    ],
    [
      "a word both good and bad",
      { ...columns(time, value, { name: "q", is: "quality" }), quality: { good: ["x"], bad: ["x"] } },
      "/quality",
    ],
  ])("%s is refused at its pointer", (_, change, pointer) => {
    const profile = Object.fromEntries(
      Object.entries({ ...BASE, ...change }).filter(([, each]: readonly [string, unknown]) => each !== undefined),
    );
    const error = refused(() => parseProfile(profile, "p.json"));
    expect(error).toMatchObject({ code: "profile", place: `p.json#${pointer}`, kind: "input" });
  });
});

// Verifies R-profile-columns, R-profile-lines, R-profile-taken.
describe("a file that is not of the profile's form", () => {
  it.each([
    ["a new column", "Zeit;Wert;Neu\n10.03.2026 09:00;4,5;1\n", "csv-header", ":1"],
    ["a missing column", "Zeit\n10.03.2026 09:00\n", "csv-header", ":1"],
    ["a column twice", "Zeit;Wert;Wert\n10.03.2026 09:00;4,5;4,6\n", "csv-header", ":1"],
    ["another delimiter", TABLE.replaceAll(";", "\t"), "csv-header", ":1"],
    ["a field more", `${TABLE}10.03.2026 09:20;4,7;1\n`, "csv-columns", ":4"],
    ["a blank line", `${TABLE}\n10.03.2026 09:20;4,7\n`, "csv-columns", ":4"],
    ["a line after the table", `${TABLE}Ende;\n`, "time-syntax", ":4"],
    ["no line end", TABLE.slice(0, -1), "csv-cut-off", ""],
    ["a decimal point", TABLE.replace("4,6", "4.6"), "quantity-syntax", ":3"],
    ["a time in another form", TABLE.replace("10.03.2026 09:10", "2026-03-10 09:10"), "time-syntax", ":3"],
    ["a day that is none", TABLE.replace("10.03.2026 09:10", "30.02.2026 09:10"), "time-impossible", ":3"],
    ["an hour that is none", TABLE.replace("09:10", "24:10"), "time-impossible", ":3"],
    ["a time before 1970", TABLE.replace("10.03.2026 09:10", "10.03.1969 09:10"), "time-impossible", ":3"],
  ])("%s is refused at its line", (_, text, code, place) => {
    expect(refused(() => read(text))).toMatchObject({ code, place: `t.csv${place}`, kind: "input" });
  });

  it.each([
    ["utf-8", Buffer.from("Zeit;Wärt\n", "latin1")],
    ["utf-16le", Buffer.from([0x5a, 0x00, 0x00, 0xd8, 0x0a, 0x00])],
    ["latin-1", Buffer.from("Zeit;W\u0080rt\n", "latin1")],
  ] as const)("other bytes than %s are refused", (encoding, bytes) => {
    expect(refused(() => read(bytes, { encoding }))).toMatchObject({ code: "csv-encoding", place: "t.csv" });
  });

  it("is the same in every encoding, with a byte-order mark or without one", () => {
    const swapped = Buffer.from(`\uFEFF${TABLE}`, "utf16le").swap16();
    const { entries } = read(TABLE);
    expect(read(`\uFEFF${TABLE}`).entries).toEqual(entries);
    expect(read(Buffer.from(`\uFEFF${TABLE}`, "utf16le"), { encoding: "utf-16le" }).entries).toEqual(entries);
    expect(read(swapped, { encoding: "utf-16be" }).entries).toEqual(entries);
    expect(read(Buffer.from(TABLE, "latin1"), { encoding: "latin-1" }).entries).toEqual(entries);
    expect(entries[0]).toEqual({ line: 2, time: at("2026-03-10T08:00:00Z"), value: 4_500_000n });
  });

  // Verifies F58.
  it("may end with the lines that the profile names, and nothing may follow them", () => {
    const after = ["", "Ende {*}"];
    const { entries, facts } = read(`${TABLE}\nEnde der Daten\n`, { after });
    expect(entries).toHaveLength(2);
    expect(facts).toContain("lines after the table, passed over: 2, from line 4");
    expect(read(TABLE, { after }).facts.join()).not.toContain("after the table");
    const more = `${TABLE}\n10.03.2026 09:20;9,9\n`;
    expect(refused(() => read(more, { after }))).toMatchObject({ code: "profile-fit", place: "t.csv:5" });
  });

  it("has its header line before the lines after it, though a template of these fits it, too", () => {
    const after = ["Zeit{*}"];
    expect(read(`${TABLE}Zeit der Ausgabe: 12:00\n`, { after }).entries).toHaveLength(2);
    expect(read("Zeit;Wert\n", { after }).entries).toEqual([]);
    const bare = TABLE.slice(TABLE.indexOf("\n") + 1);
    expect(read(`${bare}Zeit der Ausgabe: 12:00\n`, { after, header: "none" }).entries).toHaveLength(2);
  });

  it("has the lines before the table that the profile names", () => {
    const facts = ["Serie: {serial}"];
    const before = { until: "Zeit;{*}" };
    const told = (serial: string): ReadingSeries => read(`Kopf\nSerie: ${serial}\n${TABLE}`, { before, facts });
    expect(told("S").entries[0]?.line).toBe(4);
    expect(refused(() => told("T"))).toMatchObject({ code: "device-serial", place: "t.csv" });
    expect(refused(() => read(`Kopf\n${TABLE}`, { before, facts }))).toMatchObject({ code: "profile-fit" });
    expect(refused(() => read(`Serie: S\nSerie: S\n${TABLE}`, { before, facts }))).toMatchObject({
      code: "profile-fit",
    });
    expect(refused(() => read("Kopf\n".repeat(2000), { before }))).toMatchObject({ code: "csv-header" });
  });
});

// Verifies R-profile-columns.
it("a table without a header line has the columns of its profile, no other number of them", () => {
  const reader = tableReader(shippedProfile("logtag"), undefined, "temperature", { device: DEVICE, offset: 0 });
  const text = Buffer.from("1,03/10/2026,08:00:00,4.5,45.1\n");
  expect(refused(() => reader(text, "t.csv"))).toMatchObject({ code: "csv-columns", place: "t.csv:1" });
});

// Verifies R-profile-taken.
describe("F62 the summary of an import", () => {
  const said = (name: string, file: string, serial: string, told: object = {}): unknown => {
    const reader = tableReader(shippedProfile(name), undefined, "temperature", {
      device: { ...DEVICE, serial },
      ...told,
    });
    const { facts } = reader(readFileSync(`fixtures/tables/shapes/${file}`), file);
    return facts.filter((fact) => /^(unit|serial number)/.test(fact));
  };
  const NO_SERIAL = "serial number: the file does not say it; the source alone says which device this is";

  it("says what tells the unit, and whether the file tells the device", () => {
    expect(said("logtag", "logtag.csv", "S", { offset: 0 })).toEqual([
      "unit: °C, by the profile; the file does not say it",
      NO_SERIAL,
    ]);
    expect(said("hoboware", "hoboware.csv", "S")).toEqual([
      "unit: °F, by its column, converted exactly",
      "serial number: the file says that of the device",
    ]);
    expect(said("labview", "labview.lvm", "S")).toEqual([
      'unit: "deg C" read as °C, by a line before the table',
      NO_SERIAL,
    ]);
  });

  it("says what a spelling is read as, and that values were converted", () => {
    const columns = [BASE.columns[0], { name: "Wert ({unit})", is: "value" }] as Profile["columns"];
    const facts = (unit: string, units: NonNullable<Profile["units"]>): readonly string[] =>
      read(TABLE.replace("Wert", `Wert (${unit})`), { columns, units }).facts;
    expect(facts("°F", { "°F": "[degF]" })).toContain("unit: °F, by its column, converted exactly");
    expect(facts("°F", { "°F": "Cel" })).toContain('unit: "°F" read as °C, by its column');
    expect(facts("K", { K: "K" })).toContain("unit: K, by its column, converted exactly");
  });
});

// Verifies R-import-hostile.
describe("F59 a hostile table or profile", () => {
  const shapes = shippedNames().map((name) => ({
    profile: shippedProfile(name),
    bytes: readdirSync("fixtures/tables/shapes")
      .filter((file) => file.startsWith(`${name}.`))
      .map((file) => readFileSync(`fixtures/tables/shapes/${file}`))[0],
  }));

  it("is read or refused with a code, whatever was changed in it, and reads nothing that is no time or value", () => {
    const edit = fc.record({
      at: fc.nat(),
      byte: fc.integer({ min: 0, max: 255 }),
      length: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...shapes),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        ({ profile, bytes }, edits) => {
          let damaged = bytes ?? Buffer.alloc(0);
          for (const { at: place, byte, length } of edits) {
            const from = place % (damaged.length + 1);
            damaged = Buffer.concat([damaged.subarray(0, from), Buffer.from([byte]), damaged.subarray(from + length)]);
          }
          const clock = profile.profile.zone === "given" ? { offset: 0 } : {};
          const tag = profile.profile.name === "wide" ? "Fridge 1 (°C)" : undefined;
          try {
            const { entries } = tableReader(profile, tag, "temperature", { device: DEVICE, ...clock })(damaged, "t");
            for (const entry of entries) {
              expect(Number.isSafeInteger(entry.time) && entry.time >= 0).toBe(true);
              if ("value" in entry) expect(entry.value >= -273_150_000n && entry.value <= 500_000_000n).toBe(true);
            }
          } catch (error) {
            expect(error).toMatchObject({ kind: "input", code: expect.any(String) as string });
          }
        },
      ),
      { numRuns: agreementRuns(300), seed: 59 },
    );
  });

  it("has at most 1,000 columns, and no line beyond 200,000 bytes, or is refused before it is parsed", () => {
    const wide = shippedProfile("wide");
    const table = (columns: number): (() => ReadingSeries) => {
      const headers = Array.from({ length: columns }, (_, i) => `${i} (°C)`);
      const text = `timestamp,${headers.join(",")}\n2026-03-10T08:00:00Z${",4.5".repeat(columns)}\n`;
      return () => tableReader(wide, "7 (°C)", "temperature", { device: DEVICE })(Buffer.from(text), "t.csv");
    };
    expect(table(999)().entries).toHaveLength(1);
    expect(refused(table(1000))).toMatchObject({ code: "csv-header", place: "t.csv:1" });
    // A header that was allowed to be this long would allow lines of four times its length.
    for (const text of [`timestamp${",".repeat(200_000)}\n`, `${TABLE}${"x".repeat(200_001)}\n`]) {
      const place = text.startsWith("t") ? "t.csv:1" : "t.csv:4";
      expect(refused(() => read(text, { after: ["Ende"] }))).toMatchObject({ code: "csv-syntax", place });
    }
  });

  it("takes linear time for any template and any line", () => {
    const template = templateOf(`${"{*}a".repeat(40)}b`);
    expect(template && matchTemplate(template, "xa".repeat(500_000))).toBeUndefined();
    const form = timeFormOf("yyyy-MM-dd HH:mm[:ss][.f]", { decimal: ".", loose: false });
    expect(refused(() => form?.read("1".repeat(1_000_000), "t"))).toMatchObject({ code: "time-syntax" });
    expect(refused(() => parseExact("1".repeat(1_000_000), { decimal: ".", loose: true }, "t"))).toMatchObject({
      code: "quantity-syntax",
    });
  });
});

// Verifies R-profile-quality.
describe("what stands for no value", () => {
  it("is unusable where the profile names it, or no sensor shows it, and a value where it does not", () => {
    const probe = TABLE.replace("4,6", "85,0");
    expect(read(probe, { missing: ["85,0"] }).entries[1]).toMatchObject({
      line: 3,
      quality: "85,0",
      code: "reading-sentinel",
    });
    expect(read(probe).entries[1]).toMatchObject({ value: 85_000_000n });
    for (const [mark, code] of [
      ["-999,9", "physical-range"],
      ["-9999,0", "reading-sentinel"],
      ["--,-", "reading-missing"],
      ["--.-", "reading-missing"],
      ["", "quantity-blank"],
    ] as const) {
      expect(read(TABLE.replace("4,6", mark)).entries[1]).toMatchObject({ line: 3, quality: mark, code });
    }
  });
});

// Verifies R-profile-time.
describe("a form of time", () => {
  const told = (form: string, text: string): unknown => {
    const { seconds, micros, offset } = timeFormOf(form, { decimal: ".", loose: false })?.read(text, "t") ?? {};
    return [formatTime(seconds ?? -1), micros, offset];
  };
  it.each([
    ["rfc3339", "2026-03-10T08:00:00.25+0100", ["2026-03-10T08:00:00Z", 250_000, 3600]],
    ["rfc3339", "2026-03-10 08:00:00Z", ["2026-03-10T08:00:00Z", 0, 0]],
    ["MM/dd/yy hh:mm:ss a", "03/10/26 12:00:00 AM", ["2026-03-10T00:00:00Z", 0, undefined]],
    ["M/d/yy h:mm a", "3/10/26 12:30 p.m.", ["2026-03-10T12:30:00Z", 0, undefined]],
    ["dd MMM yyyy HH:mm[:ss]", "29 Feb 2024 23:59", ["2024-02-29T23:59:00Z", 0, undefined]],
    ["yyyy-MM-dd HH:mm:ss[.f] z", "2026-03-10 08:00:00.123456789 -07:00", ["2026-03-10T08:00:00Z", 123_456, -25_200]],
    ["unix", "1773129600", ["2026-03-10T08:00:00Z", 0, 0]],
    ["unix-ms", "1773129600250", ["2026-03-10T08:00:00Z", 250_000, 0]],
    ["excel", "46091.3333333333", ["2026-03-10T08:00:00Z", 0, undefined]],
    ["labview", "3855974400.5", ["2026-03-10T08:00:00Z", 500_000, 0]],
    ["yyyyMMdd HHmm[ss][.f]", "20260310 080000.5", ["2026-03-10T08:00:00Z", 500_000, undefined]],
    ["d MMM yyyy H:mm[:ss]", "9 Mar 2026 8:00", ["2026-03-09T08:00:00Z", 0, undefined]],
    ["yyyy-MM-dd HH:mm:ss.fz", "2026-03-10 08:00:00.25-0700", ["2026-03-10T08:00:00Z", 250_000, -25_200]],
  ])("%s reads %s", (form, text, expected) => {
    expect(told(form, text)).toEqual(expected);
  });

  it.each([
    ["MM/dd/yy hh:mm:ss a", "03/10/26 00:00:00 AM"],
    ["MM/dd/yy hh:mm:ss a", "03/10/26 13:00:00 PM"],
    ["dd.MM.yyyy HH:mm", "29.02.2026 08:00"],
    ["dd.MM.yyyy HH:mm", "10.13.2026 08:00"],
    ["rfc3339", "2026-03-10T08:60:00Z"],
    ["rfc3339", "0099-03-10T08:00:00Z"],
    ["yyyy-MM-dd HH:mm", "0026-03-10 08:00"],
    ["rfc3339", "2016-12-31T23:59:60Z"],
  ])("%s knows no %s", (form, text) => {
    expect(refused(() => told(form, text))).toMatchObject({ code: "time-impossible", place: "t" });
  });

  it.each([
    ["dd.MM.yyyy HH:mm", " 10.03.2026 08:00"],
    ["dd.MM.yyyy HH:mm", "10.03.26 08:00"],
    ["unix", "1.7731296e9"],
    ["excel", "-1"],
    ["rfc3339", "2026-03-10T08:00Z"],
    ["unix", "1773129600,5"],
    ["unix-ms", "1773129600250,5"],
    ["excel", "46091,5"],
    ["labview", "3855974400,5"],
    ["dd.MM.yyyy HH:mm[:ss][.f]", "10.03.2026 08:00.5"],
  ])("%s does not read %s", (form, text) => {
    expect(refused(() => told(form, text))).toMatchObject({ code: "time-syntax", place: "t" });
  });
});

// Verifies R-profile-time.
describe("a time of a table", () => {
  const cells = (form: string, text: string, change: Partial<Profile> = {}): ReadingSeries => {
    const { zone, ...stated } = BASE;
    const columns = [{ name: "Zeit", is: "time", form } as const, ...BASE.columns.slice(1)];
    const profile = parseProfile({ ...stated, columns, ...change }, "p");
    const told = { device: DEVICE, ...(profile.profile.zone === zone ? { offset: 0 } : {}) };
    return tableReader(profile, undefined, "temperature", told)(Buffer.from(`Zeit;Wert\n${text};4,5\n`), "t.csv");
  };

  it.each([
    ["rfc3339", "2026-03-10T08:00:00-00:00"],
    ["yyyy-MM-ddTHH:mm:ssz", "2026-03-10T08:00:00-00:00"],
    ["yyyy-MM-ddTHH:mm:ssz", "2026-03-10T08:00:00-0000"],
  ])("%s refuses %s, an offset that RFC 3339 calls unknown", (form, text) => {
    expect(refused(() => cells(form, text))).toMatchObject({ code: "time-zone", place: "t.csv:2" });
  });

  it("is of the years 1970 to 2099, in whatever form", () => {
    expect(cells("rfc3339", "2099-12-31T23:59:59Z").entries).toHaveLength(1);
    for (const [form, text, change] of [
      ["rfc3339", "2100-01-01T00:00:00Z", {}],
      ["rfc3339", "1970-01-01T00:00:00+01:00", {}],
      ["unix", "4102444800", {}],
      ["yyyy-MM-dd HH:mm", "9999-12-31 00:00", { zone: "given" }],
    ] as const) {
      expect(refused(() => cells(form, text, change))).toMatchObject({ code: "time-impossible", place: "t.csv:2" });
    }
  });

  it("F61 is read of both its cells: a line end within one brings in no other time", () => {
    const columns: Profile["columns"] = [
      { name: "Tag", is: "date", form: "yyyy-MM-dd" },
      { name: "Uhr", is: "clock", form: "HH:mm:ss" },
      { name: "Wert", is: "value", unit: "Cel" },
    ];
    expect(read("Tag;Uhr;Wert\n2026-03-10;22:00:00;4,5\n", { columns }).entries[0]?.time).toBe(
      at("2026-03-10T21:00:00Z"),
    );
    for (const row of ['"2026-03-10\n09:00:00";22:00:00', '2026-03-10;"\n22:00:00"', '"2026-03-10\n";22:00:00']) {
      expect(refused(() => read(`Tag;Uhr;Wert\n${row};4,5\n`, { columns }))).toMatchObject({ code: "time-syntax" });
    }
  });
});

// Verifies R-profile-zone.
describe("a zone of the IANA database", () => {
  const berlin = ianaZone("Europe/Berlin", "p");
  const local = (text: string): number => berlin(at(`${text}Z`), "t.csv:1");
  it("has the offset of each day", () => {
    expect(formatTime(local("2026-03-10T08:00:00"))).toBe("2026-03-10T07:00:00Z");
    expect(formatTime(local("2026-07-10T08:00:00"))).toBe("2026-07-10T06:00:00Z");
    expect(formatTime(local("2026-10-25T01:59:59"))).toBe("2026-10-24T23:59:59Z");
    expect(formatTime(local("2026-10-25T03:00:00"))).toBe("2026-10-25T02:00:00Z");
  });

  it("refuses the hour that comes twice, to the second, and the one that never comes", () => {
    for (const text of ["2026-10-25T02:00:00", "2026-10-25T02:59:59"]) {
      expect(refused(() => local(text))).toMatchObject({ code: "time-ambiguous", place: "t.csv:1" });
    }
    for (const text of ["2026-03-29T02:00:00", "2026-03-29T02:59:59"]) {
      expect(refused(() => local(text))).toMatchObject({ code: "time-impossible", place: "t.csv:1" });
    }
    expect(formatTime(local("2026-03-29T03:00:00"))).toBe("2026-03-29T01:00:00Z");
  });

  it("gives back what the zone shows, for any time but those of the hour that comes twice", () => {
    const shown = new Intl.DateTimeFormat("sv-SE", {
      timeZone: "Europe/Berlin",
      dateStyle: "short",
      timeStyle: "medium",
    });
    fc.assert(
      fc.property(fc.integer({ min: 1e9, max: 2e9 }), (time) => {
        const text = shown.format(time * 1000).replace(" ", "T");
        try {
          expect(local(text)).toBe(time);
        } catch (error) {
          expect(error).toMatchObject({ code: "time-ambiguous" });
        }
      }),
      { numRuns: 500, seed: 13 },
    );
  });

  it.each(["Europe/Bern lin", "CEST2", "europe", "+01:00", "", "../etc"])("there is no zone '%s'", (name) => {
    expect(refused(() => ianaZone(name, "--zone"))).toMatchObject({ code: "zone", place: "--zone" });
  });

  it("is not asked where times say their own offset", () => {
    const columns = [{ name: "Zeit", is: "time", form: "rfc3339" } as const, ...BASE.columns.slice(1)];
    const { zone, ...stated } = BASE;
    const reader = tableReader(parseProfile({ ...stated, columns }, "p"), undefined, "temperature", {
      device: DEVICE,
      offset: 0,
    });
    const text = Buffer.from("Zeit;Wert\n2026-03-10T08:00:00Z;4,5\n");
    expect(zone).toBe("given");
    expect(refused(() => reader(text, "t.csv"))).toMatchObject({ code: "offset-stated", place: "t.csv" });
  });
});

// Verifies R-profile-exact.
describe("an exact value", () => {
  const form = { decimal: ".", loose: false } as const;
  it("is what it is in every unit", () => {
    const of = (channel: "temperature" | "pressure", unit: keyof typeof UNITS, text: string): unknown =>
      new ValueReader(channel, unit, form).read(text, "v");
    expect(of("temperature", "[degF]", "32")).toEqual({ value: 0n });
    expect(of("temperature", "[degF]", "-459.67")).toEqual({ value: -273_150_000n });
    expect(of("temperature", "[degF]", "31.9")).toEqual({ value: -55_556n, finer: (FINER_PARTS * 4n) / 9n });
    expect(of("temperature", "K", "273.15")).toEqual({ value: 0n });
    expect(of("pressure", "hPa", `0.${"0".repeat(38)}1`)).toEqual({ value: 0n, finer: 9n });
    expect(of("temperature", "[degF]", "-459.670001")).toEqual({ quality: "-459.670001", code: "physical-range" });
    expect(of("temperature", "Cel", "500.00000000000001")).toMatchObject({ code: "physical-range" });
  });

  it("is the number that was written, for any number", () => {
    const digits = fc.bigInt(-(10n ** 26n) + 1n, 10n ** 26n - 1n);
    fc.assert(
      fc.property(digits, (number) => {
        const size = number < 0n ? -number : number;
        const text = size.toString().padStart(18, "0");
        const written = `${number < 0n ? "-" : ""}${text.slice(0, -17)}.${text.slice(-17)}`;
        expect(parseExact(written, form, "v")).toBe((number * PARTS) / 10n ** 17n);
        expect(parseExact(written.replace(".", ","), { decimal: ",", loose: false }, "v")).toBe(
          (number * PARTS) / 10n ** 17n,
        );
      }),
    );
  });

  it.each([
    ["04.5", 45n],
    [".5", 5n],
    ["-.5", -5n],
    ["4.", 40n],
    ["4.5E+0", 45n],
    ["45e-1", 45n],
  ])("%s is read where the profile says so", (text, tenths) => {
    expect(parseExact(text, { decimal: ".", loose: true }, "v")).toBe((tenths * PARTS) / 10n);
    refused(() => parseExact(text, form, "v"));
  });

  it("with two decimal commas is told that one is expected, not a point", () => {
    const error = refused(() => parseExact("1,234,5", { decimal: ",", loose: true }, "v"));
    expect(error).toMatchObject({ code: "quantity-syntax", place: "v" });
    expect(error.message).toContain("One decimal comma");
  });

  it.each(["", ".", "-", "e5", "1e", "1e999", "1.2.3", "0x10", "1 000", "١", "4,5", "1e10", "1".repeat(41)])(
    "'%s' is none, loose or not",
    (text) => {
      refused(() => parseExact(text, { decimal: ".", loose: true }, "v"));
    },
  );
});

describe("a template", () => {
  const match = (template: string, text: string): unknown => {
    const found = templateOf(template);
    if (found === undefined) return "none";
    const places = matchTemplate(found, text);
    return places === undefined ? undefined : Object.fromEntries(places);
  };
  it.each([
    ["Temp", "Temp", {}],
    ["Temp", "Temp ", undefined],
    ["Temp ({unit})", "Temp (°C)", { unit: "°C" }],
    ["Temp ({unit})", "Temp ()", undefined],
    ["{*} ({unit})", "a (b) (c)", { unit: "b) (c" }],
    ["GMT{zone}", "GMT", undefined],
    ["a{*}a", "aa", undefined],
    ["a{*}a", "aba", {}],
    ["{unit}{zone}", "x", "none"],
    ["{Unit}", "x", "none"],
    ["{unit", "x", "none"],
  ])("%s of %s", (template, text, expected) => {
    expect(match(template, text)).toEqual(expected);
  });
});
