import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { judgeExceptions } from "../../src/claims/mesRecord.ts";
import { readBatchml } from "../../src/import/batchml.ts";
import { FINER_PARTS } from "../../src/import/exact.ts";
import { linesOf, parseFridgetag, readFridgetag } from "../../src/import/fridgetag.ts";
import { inspectFile } from "../../src/import/inspect/inspect.ts";
import { resultSet } from "../../src/import/resultsCsv.ts";
import { applyOffset, isUnusable, type Reading, type Unusable } from "../../src/import/series.ts";
import { VALUE_OFFSET } from "../../src/formats/qualityRule.ts";
import { RESULT_KIND } from "../../src/formats/results.ts";
import { tableReader } from "../../src/import/table/readings.ts";
import { parseProfile, type ParsedProfile } from "../../src/import/table/profile.ts";
import { shippedProfile } from "../../src/import/table/shipped.ts";
import { parseTime } from "../../src/input/times.ts";
import { mutated } from "../support/mutations.ts";
import { makeQuality } from "../support/quality.ts";
import { ARI_BATCHES, ARI_LINES } from "../support/qualitySpecs.ts";
import { agreementRuns } from "../support/runs.ts";
import { csvFile } from "./historian.ts";
import { workbookFiles, zipOf } from "./workbook.ts";
import { FRIDGETAG_2, fixture, Q_TAG } from "./logger.ts";

/** A reader of files, whole files that it reads, and what it says of one: nothing that does not stand in the file. */
interface Layout {
  readonly files: readonly Uint8Array[];
  /** Of a hundred inputs, so many. */
  readonly share: number;
  readonly read: (bytes: Uint8Array) => void | Promise<void>;
  readonly isSigned?: boolean;
}

const shape = (name: string): Buffer => readFileSync(`fixtures/tables/shapes/${name}`);
const DEVICE = { vendor: "V", model: "M", serial: "S" };

/** A table by a shipped profile; its own cases are further files. */
function table(profile: string, files: readonly string[], tag?: string): Layout {
  const parsed = shippedProfile(profile);
  const offset = parsed.profile.zone === "given" ? { offset: 0 } : {};
  const read = tableReader(parsed, tag, "temperature", { device: DEVICE, ...offset });
  return {
    share: 6,
    files: files.map((name) => readFileSync(`fixtures/tables/${name}`)),
    read: (bytes) => {
      standIn(read(bytes, "f").entries, bytes);
    },
  };
}

const results = csvFile(
  ARI_LINES.map(({ analyte }, i) =>
    [
      ...[analyte.name, ARI_BATCHES["ARI0001/01"]?.[i] ?? "", analyte.scale === "number" ? analyte.unit : ""],
      ...["2022-05-21T16:00:00Z", "2022-05-23T16:00:00Z", "0", "0"],
    ].join(),
  ),
  "analyte,result,unit,sampled,tested,invalidated,repeats",
);
const demand = { rule: makeQuality().rule, analytes: ARI_LINES.map(({ analyte }) => analyte), lot: "LOT-1" };
const MES = [
  readFileSync("fixtures/b2mml/batchml-present-namespace.xml"),
  readFileSync("fixtures/b2mml/BatchML-v0401_ProductionBatchRecord_Example_v06.xml"),
] as const;

function readMes(bytes: Uint8Array): void {
  const record = readBatchml(bytes, "f");
  judgeExceptions(record);
  const said = [record.id, record.batchId.text, ...record.exceptions.flatMap(({ id, element }) => [id, element])];
  const text = Buffer.from(bytes).toString("utf8");
  // Entities and sections of CDATA write a text in other characters.
  if (!/&|CDATA/.test(text)) for (const each of said) expect(text).toContain(each);
}

/** A real export with its first days and readings only. */
function shortened(name: string): Buffer {
  const text = fixture(name).toString("latin1");
  const end = text.indexOf("Cert:\r\n");
  const from = name === Q_TAG ? text.indexOf("\r\n", text.indexOf("Data:") + 300) + 2 : text.indexOf(" 4:\r\n");
  return Buffer.from(text.slice(0, from) + text.slice(end), "latin1");
}

/** One, in the parts in which numbers are compared here: ninths, which °F needs, of the 18th decimal. */
const ONE = 9n * 10n ** 18n;

/** Every number that a text may be read to hold, with a point or with a comma. */
function numbersIn(text: string): bigint[] {
  const forms = [/([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?/g, /([+-]?)(\d*)(?:,(\d*))?(?:[eE]([+-]?\d{1,2}))?/g];
  const found = forms.flatMap((form) => [...text.matchAll(form)]);
  return found.flatMap(([, sign, whole = "", fraction = "", power = "0"]) => {
    const shift = 40n + BigInt(power) - BigInt(fraction.length);
    if (whole + fraction === "" || (whole + fraction).length > 60 || shift < 0n) return [];
    const magnitude = (BigInt(whole + fraction) * 10n ** shift * ONE) / 10n ** 40n;
    return [sign === "-" ? -magnitude : magnitude];
  });
}

/** A number of °C, °F or K, all as °C. */
function temperaturesIn(text: string): Set<bigint> {
  return new Set(numbersIn(text).flatMap((n) => [n, ((n - 32n * ONE) * 5n) / 9n, n - (27315n * ONE) / 100n]));
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Whether a text tells a time, on a clock of one of the offsets, or in seconds since 1904. */
function tellsTime(text: string, time: number, offsets: readonly number[]): boolean {
  const numbers = new Set([...text.matchAll(/\d+/g)].map(([digits]) => Number(digits)));
  if (numbers.has(time + 2_082_844_800)) return true;
  return offsets.some((offset) => {
    const at = new Date((time + offset) * 1000);
    const hour = at.getUTCHours();
    const is = (...spellings: number[]): boolean => spellings.some((number) => numbers.has(number));
    return (
      is(at.getUTCFullYear(), at.getUTCFullYear() % 100) &&
      (is(at.getUTCMonth() + 1) || text.toLowerCase().includes(MONTHS[at.getUTCMonth()] ?? "?")) &&
      is(at.getUTCDate()) &&
      is(hour, hour % 12 || 12) &&
      is(at.getUTCMinutes()) &&
      (at.getUTCSeconds() === 0 || is(at.getUTCSeconds()))
    );
  });
}

/** Every time and value stands in the lines of its entry: from behind the entry before, as a quoted cell may hold line ends. */
function standIn(entries: readonly (Reading | Unusable)[], bytes: Uint8Array): void {
  const lines = Buffer.from(bytes).toString("latin1").split("\n");
  const offsets = [
    0,
    ...[
      ...Buffer.from(bytes)
        .toString("latin1")
        .matchAll(/([+-])(\d{1,2}):?([0-5]\d)?/g),
    ].map(([, sign, hours, minutes = "0"]) => (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60)),
  ];
  const ends = [...new Set(entries.map(({ line }) => line))].sort((a, b) => a - b);
  const before = new Map(ends.map((end, i) => [end, ends[i - 1] ?? end - 3]));
  for (const entry of entries) {
    const text = lines.slice(Math.max(before.get(entry.line) ?? 0, 0), entry.line).join("\n");
    if (!tellsTime(text, entry.time, offsets)) throw new Error(`no time ${entry.time} in ${JSON.stringify(text)}`);
    if (isUnusable(entry)) continue;
    if (!temperaturesIn(text).has(exactOf(entry)))
      throw new Error(`no value ${entry.value} in ${JSON.stringify(text)}`);
  }
}

/** The same of files whose rows are no lines: every time and value stands somewhere in a text, also as a day of Excel. */
function standAnywhere(entries: readonly (Reading | Unusable)[], text: string): void {
  const numbers = numbersIn(text);
  const days = new Set(numbers.map((n) => Math.round((Number(n) / Number(ONE) - 25_569) * 86_400)));
  const values = temperaturesIn(text);
  for (const entry of entries) {
    if (!days.has(entry.time) && !days.has(entry.time + 1) && !tellsTime(text, entry.time, [0])) {
      throw new Error(`no time ${entry.time}`);
    }
    if (isUnusable(entry)) continue;
    if (!values.has(exactOf(entry))) throw new Error(`no value ${entry.value}`);
  }
}

/** A value in parts of ONE. */
function exactOf({ value, finer = 0n }: Reading): bigint {
  return value * (ONE / 1_000_000n) + (finer * (ONE / 1_000_000n)) / FINER_PARTS;
}

/** Files without lines, by a profile. */
function rows(
  profile: ParsedProfile,
  files: readonly Uint8Array[],
  {
    tag,
    wrapped = (bytes) => bytes,
  }: { readonly tag?: string; readonly wrapped?: (bytes: Uint8Array) => Uint8Array } = {},
): Layout {
  const offset = profile.profile.zone === "given" ? { offset: 0 } : {};
  const read = tableReader(profile, tag, "temperature", { device: DEVICE, ...offset });
  return {
    share: 4,
    files,
    read: (bytes) => {
      standAnywhere(read(wrapped(bytes), "f").entries, Buffer.from(bytes).toString("utf8"));
    },
  };
}

const workbook = tableReader(shippedProfile("xlsx-wide"), "Fridge 1 (°C)", "temperature", {
  device: DEVICE,
  offset: 0,
});
const JSON_COLUMNS = [
  { name: "/t", is: "time", form: "rfc3339" },
  { name: "/v", is: "value", unit: "Cel" },
] as const;
const jsonProfile = (layout: object): ParsedProfile =>
  parseProfile(
    { format: "batchproof-profile/1", name: "test", about: "Made up", ...layout, columns: JSON_COLUMNS },
    "p",
  );
const jsonRows = Array.from({ length: 20 }, (_, i) => `{"t":"2026-03-10T08:${String(i + 10)}:00Z","v":4.${i}}`);
const SHEET = `<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Time</t></is></c><c r="B1" t="inlineStr"><is><t>Fridge (°C)</t></is></c></row>${jsonRows
  .map(
    (_, i) => `<row r="${i + 2}"><c r="A${i + 2}"><v>${46091 + i / 64}</v></c><c r="B${i + 2}"><v>4.${i}</v></c></row>`,
  )
  .join("\n")}</sheetData>`;

/** A further layout is a line here. */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  long: table("long", [
    "shapes/long.csv",
    "cases/fahrenheit.csv",
    "cases/newest-first.csv",
    "cases/float-noise.csv",
    "cases/space-sep.csv",
    "cases/fraction-zero.csv",
    "cases/blank-after-stage.csv",
  ]),
  wide: table("wide", ["shapes/wide.csv", "cases/wide.csv"], "Fridge 1 (°C)"),
  hoboware: table("hoboware", ["shapes/hoboware.csv"]),
  "hoboware-minimal": table("hoboware-minimal", ["shapes/hoboware-minimal.csv"]),
  "hoboware-classic": table("hoboware-classic", ["shapes/hoboware-classic.txt"]),
  logtag: table("logtag", ["shapes/logtag.csv"]),
  ibutton: table("ibutton", ["shapes/ibutton.csv"]),
  ruuvi: table("ruuvi", ["shapes/ruuvi.csv"]),
  labview: table("labview", ["shapes/labview.lvm"]),
  json: rows(jsonProfile({ layout: "json", rows: "/d" }), [Buffer.from(`{"d":[\n${jsonRows.join(",\n")}\n]}\n`)]),
  ndjson: rows(jsonProfile({ layout: "ndjson" }), [Buffer.from(`${jsonRows.join("\n")}\n`)]),
  epcis: rows(shippedProfile("epcis"), [shape("epcis.jsonld")], { tag: "urn:epc:id:giai:0614141.1 Temperature" }),
  "xlsx, as it is": {
    share: 2,
    files: [shape("xlsx-wide.xlsx")],
    // What is packed is held to its checksum: nothing in it can be another number.
    read: (bytes) => {
      expect(workbook(bytes, "f").entries).toEqual(workbook(shape("xlsx-wide.xlsx"), "f").entries);
    },
  },
  "xlsx, packed again": rows(shippedProfile("xlsx-wide"), [Buffer.from(SHEET)], {
    wrapped: (xml) => zipOf(workbookFiles([{ name: "Data", xml: Buffer.from(xml).toString("utf8") }])),
  }),
  "fridgetag, unsigned": {
    share: 10,
    files: [shortened(Q_TAG), shortened(FRIDGETAG_2)],
    read: (bytes) => {
      const { entries } = applyOffset(linesOf(parseFridgetag(bytes, "f")), 0, 0, "f");
      standIn(entries, bytes);
    },
  },
  fridgetag: {
    share: 1,
    files: [fixture(Q_TAG)],
    isSigned: true,
    // Whatever was changed in it, its signature no longer fits.
    read: (bytes) => {
      readFridgetag(bytes, "f");
    },
  },
  "batchml, present": { share: 8, files: [MES[0]], read: readMes },
  batchml: { share: 1, files: [MES[1]], read: readMes },
  results: {
    share: 5,
    files: [results],
    read: (bytes) => {
      const { set } = resultSet(bytes, "f", demand, parseTime("2022-05-26T16:00:00Z", "test"));
      const written = new Set(numbersIn(Buffer.from(bytes).toString("latin1")));
      set.results.forEach(({ value, resultKind }, i) => {
        const analyte = demand.analytes[i];
        if (analyte?.scale !== "number" || resultKind === BigInt(RESULT_KIND.category)) return;
        expect(written).toContain(((value - VALUE_OFFSET) * ONE) / 10n ** BigInt(analyte.decimals));
      });
    },
  },
  inspect: {
    share: 3,
    files: [shape("long.csv"), results, MES[0], fixture(Q_TAG)],
    read: async (bytes) => {
      await inspectFile(bytes, "f", {});
    },
  },
};

/** No reader takes so long, or so much, for files of some kilobytes: more is a hang, or a leak. */
const MOST_MILLISECONDS = 3000;
const MOST_MEGABYTES = 400;
const INPUTS = agreementRuns(4000);

/** What came of an input: it was read, it was refused, it is what it was, or what is wrong. */
async function outcomeOf({ files, read }: Layout, seed: number): Promise<string> {
  const bytes = mutated(files, seed);
  // Changes may undo one another.
  if (files.some((file) => bytes.equals(file))) return "unchanged";
  const start = performance.now();
  let outcome = "read";
  try {
    await read(bytes);
  } catch (error) {
    if (!(error instanceof BatchproofError)) return String(error instanceof Error ? error.stack : error);
    if (error.kind !== "input" || error.code === undefined || !/^f(:[A-Z]*\d+){0,2}(#.*)?$/.test(error.place ?? "")) {
      return `an error without code or place: ${error.code ?? ""}, ${error.place ?? ""}, ${error.message}`;
    }
    outcome = "refused";
  }
  const took = performance.now() - start;
  return took > MOST_MILLISECONDS ? `took ${took} ms` : outcome;
}

// Verifies R-import-fuzz, F2.
describe("a file after changes of bytes, lines and fields is read as it stands, or refused with code and place", () => {
  it.each(Object.entries(LAYOUTS))("%s reads its own files", async (_, { files, read }) => {
    for (const file of files) await read(file);
  });

  const shares = Object.values(LAYOUTS).reduce((sum, { share }) => sum + share, 0);
  it.each(Object.entries(LAYOUTS))("%s", async (_, layout) => {
    const wrong: string[] = [];
    const counts = { read: 0, refused: 0 };
    const start = process.memoryUsage.rss();
    const count = Math.ceil((INPUTS * layout.share) / shares);
    for (let seed = 0; seed < count && wrong.length < 5; seed++) {
      const outcome = await outcomeOf(layout, seed);
      if (outcome === "read" || outcome === "refused") counts[outcome]++;
      else if (outcome !== "unchanged") wrong.push(`seed ${seed}: ${outcome}`);
    }
    expect(wrong).toEqual([]);
    // Where all is refused at the door, or nothing is, nothing is tried; what is signed is refused there.
    expect(counts.read > 0).toBe(layout.isSigned !== true);
    expect(counts.refused).toBeGreaterThan(count / 4);
    expect((process.memoryUsage.rss() - start) / 2 ** 20).toBeLessThan(MOST_MEGABYTES);
  });
});
