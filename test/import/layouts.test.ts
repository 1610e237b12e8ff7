import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FINER_PARTS } from "../../src/import/exact.ts";
import type { ReadingSeries } from "../../src/import/loggerSeries.ts";
import { parseProfile, type Profile } from "../../src/import/table/profile.ts";
import { tableReader } from "../../src/import/table/readings.ts";
import { shippedProfile } from "../../src/import/table/shipped.ts";
import { tryProfile } from "../../src/import/table/trial.ts";
import { formatTime } from "../../src/input/times.ts";
import { refused } from "../input/refused.ts";
import { workbookFiles, zipOf, type EntryLie, type MadeSheet } from "./workbook.ts";

/** Files that are no delimited text, read by the same rows, columns, times and values. */

const DEVICE = { vendor: "V", model: "M", serial: "S" };

function read(bytes: Uint8Array, profile: Profile, file: string, tag?: string): ReadingSeries {
  const told = profile.zone === "given" ? { offset: 0 } : {};
  return tableReader(parseProfile(profile, "p.json"), tag, "temperature", { device: DEVICE, ...told })(bytes, file);
}

/** "time value", or the mark that stands for none. */
function shown({ entries }: ReadingSeries): string[] {
  return entries.map((entry) => {
    const says = "value" in entry ? `${entry.value}${"finer" in entry ? "+" : ""}` : `${entry.code} ${entry.quality}`;
    return `${formatTime(entry.time)} ${says}`;
  });
}

const BASE = { format: "batchproof-profile/1", name: "test", about: "Made up" } as const;
const XLSX: Profile = {
  ...BASE,
  layout: "xlsx",
  zone: "given",
  columns: [
    { name: "Time", is: "time", form: "excel" },
    { name: "Temp", is: "value", unit: "Cel" },
  ],
};
const text = (ref: string, of: string): string => `<c r="${ref}" t="inlineStr"><is><t>${of}</t></is></c>`;
const number = (ref: string, of: string): string => `<c r="${ref}"><v>${of}</v></c>`;
const row = (at: number, ...cells: string[]): string => `<row r="${at}">${cells.join("")}</row>`;
const HEADER = row(1, text("A1", "Time"), text("B1", "Temp"));
const FIRST = row(2, number("A2", "46091.333333333336"), number("B2", "4.5"));
const SECOND = row(3, number("A3", "46091.340277777781"), number("B3", "4.5999999999999996"));
const DATA = `<sheetData>${HEADER}${FIRST}${SECOND}</sheetData>`;
const ONE: MadeSheet = { name: "Data", xml: DATA };

function workbook(
  xml: string,
  profile: Partial<Profile> = {},
  more: Parameters<typeof workbookFiles>[1] = {},
): ReadingSeries {
  return sheets([{ ...ONE, xml }], profile, more);
}
function sheets(
  all: readonly MadeSheet[],
  profile: object = {},
  more: Parameters<typeof workbookFiles>[1] = {},
): ReadingSeries {
  return read(zipOf(workbookFiles(all, more)), { ...XLSX, ...profile }, "t.xlsx");
}
const PLAIN = ["2026-03-10T08:00:00Z 4500000", "2026-03-10T08:10:00Z 4599999+"];

// Verifies R-profile-xlsx.
describe("a sheet of a workbook", () => {
  it("is read by the texts of its cells, a row each, exactly", () => {
    const { entries, facts } = workbook(DATA);
    expect(shown({ entries } as ReadingSeries)).toEqual(PLAIN);
    expect(entries[1]).toMatchObject({
      line: 3,
      value: 4_599_999n,
      finer: (FINER_PARTS * 9_999_999_996n) / 10n ** 10n,
    });
    expect(facts).toContain("the file says: sheet Data of 1");
  });

  it("has numbers with exponents where the profile says so, however small", () => {
    const small = DATA.replace("4.5<", "7.0000000000000007E-2<").replace(
      "4.5999999999999996<",
      "-5.5511151231257827E-17<",
    );
    expect(refused(() => workbook(small))).toMatchObject({ code: "quantity-exponent", place: "t.xlsx:2" });
    expect(workbook(small, { numbers: "loose" }).entries).toMatchObject([
      { value: 70_000n, finer: (FINER_PARTS * 7n) / 10n ** 12n },
      { value: -1n, finer: FINER_PARTS - (FINER_PARTS * 55_511_151_231_257_827n) / 10n ** 27n },
    ]);
  });

  it("counts days from 1904 where the workbook says so", () => {
    const old = DATA.replace("46091.333333333336", "44629.333333333336").replace(
      "46091.340277777781",
      "44629.340277777781",
    );
    expect(shown(workbook(old, {}, { epoch: ' date1904="1"' }))).toEqual(PLAIN);
    expect(shown(workbook(DATA, {}, { epoch: ' date1904="false"' }))).toEqual(PLAIN);
    expect(shown(workbook(old))[0]).toBe("2022-03-09T08:00:00Z 4500000");
    expect(refused(() => workbook(DATA, {}, { epoch: ' date1904="maybe"' }))).toMatchObject({ code: "xlsx" });
  });

  it("has shared texts without what says how they are pronounced, booleans as words, and errors as their text", () => {
    const shared = DATA.replace(text("B1", "Temp"), '<c r="B1" t="s"><v>0</v></c>');
    const texts = ["<r><t>Te</t></r><r><t>mp</t></r><rPh sb='0' eb='1'><t>X</t></rPh>"];
    expect(shown(workbook(shared, {}, { texts }))).toEqual(PLAIN);
    const event: Partial<Profile> = {
      columns: [...XLSX.columns, { name: "Stopped", is: "event" }],
    };
    const stopped = DATA.replace("</row>", `${text("C1", "Stopped")}</row>`).replace(
      number("B3", "4.5999999999999996"),
      '<c r="C3" t="b"><v>1</v></c>',
    );
    expect(workbook(stopped, event).facts).toContain("events of the device, without a value: 1, left out");
    const error = DATA.replace(number("B2", "4.5"), '<c r="B2" t="e"><v>#N/A</v></c>');
    expect(refused(() => workbook(error))).toMatchObject({ code: "quantity-syntax", place: "t.xlsx:2" });
    expect(shown(workbook(error, { missing: ["#N/A"] }))[0]).toBe("2026-03-10T08:00:00Z reading-sentinel #N/A");
  });

  it("has blank cells where none stand, and no row where none has a text", () => {
    const gap = DATA.replace(number("B2", "4.5"), '<c r="B2" s="3"/>').replace(
      "</sheetData>",
      '<row r="9"><c r="A9" s="1"/></row></sheetData>',
    );
    expect(shown(workbook(gap))).toEqual(["2026-03-10T08:00:00Z quantity-blank ", PLAIN[1]]);
  });

  it("has its rows and cells in their order also without their names", () => {
    expect(shown(workbook(DATA.replaceAll(/ r="[A-Z]?\d"/g, "")))).toEqual(PLAIN);
  });

  it("is found below other rows, and ends before the rows that the profile names", () => {
    const moved = `<sheetData>${row(1, text("A1", "Serial"), text("B1", "S"))}${row(3, text("A3", "Time"), text("B3", "Temp"))}${row(4, number("A4", "46091.333333333336"), number("B4", "4.5"))}${row(6, text("A6", "End"))}</sheetData>`;
    const profile: object = { before: { lines: 2 }, facts: ["Serial\t{serial}"], after: ["End"] };
    expect(sheets([{ ...ONE, xml: moved }], profile).entries).toMatchObject([{ line: 4 }]);
    expect(sheets([{ ...ONE, xml: moved }], { ...profile, before: { until: "Time\t{*}" } }).entries).toHaveLength(1);
    for (const before of [{ lines: 1 }, { lines: 9 }, { until: "Zeit" }]) {
      expect(refused(() => sheets([{ ...ONE, xml: moved }], { ...profile, before }))).toMatchObject({
        code: "csv-header",
      });
    }
    expect(refused(() => sheets([{ ...ONE, xml: moved.replace(">S<", ">T<") }], profile))).toMatchObject({
      code: "device-serial",
    });
    const more = moved.replace("</sheetData>", `${row(7, number("A7", "46091.4"), number("B7", "9.9"))}</sheetData>`);
    expect(refused(() => sheets([{ ...ONE, xml: more }], profile))).toMatchObject({
      code: "profile-fit",
      place: "t.xlsx:7",
    });
  });

  it("may have no header row", () => {
    const bare = DATA.replace(HEADER, "");
    expect(shown(sheets([{ ...ONE, xml: bare }], { header: "none" }))).toEqual(PLAIN);
    expect(refused(() => sheets([{ ...ONE, xml: bare }]))).toMatchObject({ code: "csv-header", place: "t.xlsx" });
  });

  // Verifies F66.
  it("is the named one, or the first that is not hidden", () => {
    const other = { name: "Old", xml: DATA.replace("4.5<", "9.9<") };
    const hidden = { ...other, state: "hidden" };
    expect(shown(sheets([hidden, ONE]))).toEqual(PLAIN);
    expect(shown(sheets([{ ...other, state: "veryHidden" }, ONE]))).toEqual(PLAIN);
    expect(shown(sheets([other, ONE], { sheet: "Data" }))).toEqual(PLAIN);
    expect(shown(sheets([ONE, hidden], { sheet: "Old" }))[0]).toContain("9900000");
    // The id of a sheet is one of the workbook's own relationships, whatever else is called so.
    const files = workbookFiles([ONE, hidden]).map(([name, xml]): [string, string] => [
      name,
      xml.replace('<sheet name="Data"', '<sheet xmlns:e="http://example.org/relationships" e:id="rId2" name="Data"'),
    ]);
    expect(shown(read(zipOf(files), XLSX, "t.xlsx"))).toEqual(PLAIN);
    const typed = workbookFiles([ONE]).map(([name, xml]): [string, string] => [
      name,
      xml.replace(/Type="[^"]*officeDocument\/2006\/relationships\/worksheet"/, 'Type="urn:x/worksheet"'),
    ]);
    expect(refused(() => read(zipOf(typed), XLSX, "t.xlsx"))).toMatchObject({ code: "xlsx" });
    for (const [all, profile] of [
      [[hidden], {}],
      [[ONE], { sheet: "data" }],
      [[ONE, ONE], { sheet: "Data" }],
    ] as const) {
      expect(refused(() => sheets(all, profile))).toMatchObject({ code: "xlsx-sheet", place: "t.xlsx" });
    }
  });

  // Verifies F66.
  it("has no formula and no merged cells in the table, and says how many of its rows are hidden", () => {
    const formula = DATA.replace("<v>4.5<", "<f>4+0.5</f><v>4.5<");
    expect(refused(() => workbook(formula))).toMatchObject({ code: "xlsx-cell", place: "t.xlsx:B2" });
    const merged = (ref: string): string => `${DATA}<mergeCells><mergeCell ref="${ref}"/></mergeCells>`;
    for (const ref of ["A1:B1", "B2:B3", "B3"]) {
      expect(refused(() => workbook(merged(ref)))).toMatchObject({ code: "xlsx-cell", place: `t.xlsx:${ref}` });
    }
    expect(shown(workbook(merged("A5:B6")))).toEqual(PLAIN);
    expect(refused(() => workbook(merged("all")))).toMatchObject({ code: "xlsx" });
    const hidden = DATA.replace('<row r="2">', '<row r="2" hidden="1">');
    expect(workbook(hidden).facts).toContain(
      "the file says: sheet Data of 1, hidden rows, which are read like the others: 1",
    );
    expect(shown(workbook(hidden))).toEqual(PLAIN);
  });

  const styles = (format: string, id = "165", defined = "165"): string =>
    `<numFmts><numFmt numFmtId="${defined}" formatCode="${format.replaceAll('"', "&quot;").replaceAll("<", "&lt;")}"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="${id}"/></cellXfs>`;
  const styled = (ref: string, xml = DATA): string => xml.replace(`<c r="${ref}"`, `<c r="${ref}" s="1"`);

  // Verifies F66.
  it.each([
    ...[
      "0.0%",
      '0.0"%"',
      "0.0,",
      '0.0"",',
      "0.0E+0%",
      ";;;",
      '"30.0"',
      "\\30",
      '0"5"',
      "0\\5",
      "0;0",
      "0.0;(0.0)",
      "0;-0;5",
    ],
    ...[
      "*30",
      '"-"0.0',
      "-0.0",
      "[<5]0;-0",
      "[White]0.0",
      "# ?/?",
      "[h]:mm",
      '"l"0.0',
      "",
      '0".5"',
      "yyyy-mm-dd hh:mm",
    ],
  ])("has no number that its format %s shows as something else", (format) => {
    const made = styles(format);
    expect(refused(() => workbook(styled("B2"), {}, { styles: made }))).toMatchObject({
      code: "xlsx-cell",
      place: "t.xlsx:B2",
    });
    expect(shown(workbook(DATA, {}, { styles: made }))).toEqual(PLAIN);
  });

  it.each([
    ...["#,##0.00", "0.0", "General", "@", "0.00E+00", "0.0_ ;[Red]\\-0.0\\ ", "[$-409]0.0", "0.00;-0.00"],
    ...['0.0"°C"', '0.0\\ "°C"', '0.0" km/h"', "??0.0"],
  ])("has numbers of the format %s, which shows them", (format) => {
    expect(shown(workbook(styled("B2"), {}, { styles: styles(format) }))).toEqual(PLAIN);
  });

  // Verifies F66.
  it("has times that are shown as times, and formats by their numbers, however these are written", () => {
    for (const format of ["yyyy\\-mm\\-dd hh:mm;@", "[$-409]d/m/yy h:mm AM/PM", 'yyyy-mm-dd"T"hh:mm:ss.000', "0.0"]) {
      expect(shown(workbook(styled("A2"), {}, { styles: styles(format) }))).toEqual(PLAIN);
    }
    for (const format of ['"2026-03-10"', "[h]:mm", '"20"yy-mm-dd', "ggge"]) {
      expect(refused(() => workbook(styled("A2"), {}, { styles: styles(format) }))).toMatchObject({
        code: "xlsx-cell",
        place: "t.xlsx:A2",
      });
    }
    for (const [id, defined, format] of [
      ...["9", "09", "10", "12", "37", "46", "27", "163", "166", "+2", ""].map((each) => [each, "165", "0.0"]),
      ...[
        ["165", "0165", "0%"],
        ["0165", "165", "0%"],
        ["2", "2", "0%"],
        ["9", "9", "0.0"],
      ],
    ] as [string, string, string][]) {
      expect(refused(() => workbook(styled("B2"), {}, { styles: styles(format, id, defined) }))).toMatchObject({
        code: "xlsx-cell",
        place: "t.xlsx:B2",
      });
    }
    // Of two formats of one number, also in a foreign element, both count; a style that is not there shows nothing.
    const foreign = styles("0.0").replace(
      "<numFmts>",
      '<numFmts><x:a xmlns:x="urn:x"><numFmt numFmtId="165" formatCode="0%"/></x:a>',
    );
    expect(refused(() => workbook(styled("B2"), {}, { styles: foreign }))).toMatchObject({ code: "xlsx-cell" });
    expect(
      refused(() => workbook(styled("B2").replace('s="1"', 's="2"'), {}, { styles: styles("0.0") })),
    ).toMatchObject({ code: "xlsx-cell" });
    const asText = styled("B2").replace(/(<c r="B2")( s="1")/, '$1$2 t="str"');
    expect(shown(workbook(asText, {}, { styles: styles("0%") }))).toEqual(PLAIN);
    for (const format of [";;;", '0;-0;0;"30"', '"30"@']) {
      expect(refused(() => workbook(asText, {}, { styles: styles(format) }))).toMatchObject({ code: "xlsx-cell" });
    }
    const bare = { header: "none" };
    const none = DATA.replace(HEADER, "");
    expect(
      refused(() => sheets([{ ...ONE, xml: styled("B2", none) }], bare, { styles: styles("yyyy") })),
    ).toMatchObject({ code: "xlsx-cell" });
    expect(shown(sheets([{ ...ONE, xml: styled("A2", none) }], bare, { styles: styles("yyyy") }))).toEqual(PLAIN);
  });

  it.each([
    ["a cell twice", DATA.replace('r="B2"', 'r="A2"'), "t.xlsx:2"],
    ["a cell of another row", DATA.replace('r="B2"', 'r="B3"'), "t.xlsx:2"],
    ["a row twice", DATA.replaceAll(/ r="[A-Z]\d"/g, "").replace('<row r="3">', '<row r="2">'), "t.xlsx:2"],
    ["a row beyond the last one", DATA.replace('<row r="3">', '<row r="1048577">'), "t.xlsx:2"],
    ["two values in a cell", DATA.replace("<v>4.5</v>", "<v>4.5</v><v>1</v>"), "t.xlsx:B2"],
    ["a text that is not there", DATA.replace(text("B1", "Temp"), '<c r="B1" t="s"><v>7</v></c>'), "t.xlsx:B1"],
    ["a kind of cell that is none", DATA.replace('<c r="B2">', '<c r="B2" t="x">'), "t.xlsx:B2"],
    ["a column beyond all measure", DATA.replace("</row>", `${text("XFD1", "x")}</row>`), "t.xlsx:XFD1"],
    ["an entity", DATA.replace("4.5<", "&e;<"), "t.xlsx"],
    ["an open element", DATA.replace("</sheetData>", ""), "t.xlsx"],
    ["elements beyond all depth", `${"<x>".repeat(40)}${"</x>".repeat(40)}${DATA}`, "t.xlsx"],
    [
      "attributes beyond all measure",
      `<x ${Array.from({ length: 300 }, (_, i) => `a${i}=""`).join(" ")}/>${DATA}`,
      "t.xlsx",
    ],
  ])("with %s is refused where it stands", (_, xml, place) => {
    expect(refused(() => workbook(xml))).toMatchObject({ code: "xlsx", place, kind: "input" });
  });

  const MC = "http://schemas.openxmlformats.org/markup-compatibility/2006";
  const choice = (xml: string): string =>
    `<mc:AlternateContent xmlns:mc="${MC}"><mc:Choice Requires="x14">${xml}</mc:Choice></mc:AlternateContent>`;
  const STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main";

  // Verifies F66.
  it.each([
    [
      "a row",
      DATA.replace("</sheetData>", `${choice(row(4, number("A4", "46091.4"), number("B4", "30")))}</sheetData>`),
    ],
    ["a value", DATA.replace("<v>4.5</v>", choice("<v>4.5</v>"))],
    ["a formula", DATA.replace("<v>4.5</v>", "<x:f>1</x:f><v>4.5</v>")],
    ["a value beside the cell's own", DATA.replace("<v>4.5</v>", "<x:v>9.9</x:v><v>4.5</v>")],
    ["a part of a number", DATA.replace("4.5<", "4.<x:v>9</x:v>5<")],
    ["a list of extensions in a cell", DATA.replace("<v>4.5</v>", "<v>4.5</v><extLst/>")],
    ["the table", choice(DATA)],
    ["merged cells", `${DATA}${choice('<mergeCells><mergeCell ref="B2:B3"/></mergeCells>')}`],
    [
      "a value of another part's namespace",
      DATA.replace(
        "<v>4.5</v>",
        '<k:v xmlns:k="http://schemas.openxmlformats.org/package/2006/relationships">4.5</k:v>',
      ),
    ],
    ["a row of the strict namespace", DATA.replace("</sheetData>", `<s:row xmlns:s="${STRICT}"/></sheetData>`)],
    ["anything of the strict namespace", `${DATA}<s:x xmlns:s="${STRICT}"/>`],
    ["a second table", `${DATA}<sheetData>${row(4, number("A4", "46091.4"))}</sheetData>`],
    ["a plain value in a cell of text", DATA.replace('<c r="B2">', '<c r="B2" t="inlineStr">')],
    ["a text in a cell of a number", DATA.replace("<v>4.5</v>", "<is><t>4.5</t></is>")],
    ["an element in a text", DATA.replace("<t>Temp", "<t>Te<b/>mp")],
  ])("is refused with %s where another reader could see something else", (_, xml) => {
    expect(refused(() => workbook(xml))).toMatchObject({ code: "xlsx", kind: "input" });
  });

  it("may have foreign elements beside its rows, and no more fields than its header", () => {
    const beside = `<x:a/>${DATA}${choice("<controls/>")}<extLst><ext><x:b><x:c/></x:b></ext></extLst>`;
    expect(shown(workbook(beside))).toEqual(PLAIN);
    const wide = DATA.replace(number("B2", "4.5"), `${number("B2", "4.5")}${number("C2", "1")}`);
    expect(refused(() => workbook(wide))).toMatchObject({ code: "csv-columns", place: "t.xlsx:2" });
  });

  it("is of the namespace of its part, transitional or strict", () => {
    const changed = (change: (xml: string) => string): ReadingSeries =>
      read(zipOf(workbookFiles([ONE]).map(([name, xml]): [string, string] => [name, change(xml)])), XLSX, "t.xlsx");
    const strict = (xml: string): string =>
      xml
        .replaceAll("http://schemas.openxmlformats.org/spreadsheetml/2006/main", STRICT)
        .replaceAll(
          "http://schemas.openxmlformats.org/officeDocument/2006",
          "http://purl.oclc.org/ooxml/officeDocument",
        );
    expect(shown(changed(strict))).toEqual(PLAIN);
    for (const [from, to] of [
      ["http://schemas.openxmlformats.org/spreadsheetml/2006/main", "urn:x"],
      ["http://schemas.openxmlformats.org/package/2006/relationships", "urn:x"],
      ["<sheets>", `<mc:a xmlns:mc="${MC}"><sheets>`],
      ["<workbookPr/>", '<workbookPr date1904="1"/><workbookPr/>'],
      ["<Relationship ", '<x:r xmlns:x="urn:x"/><Relationship '],
    ] as const) {
      const closed = to.endsWith("<sheets>") ? "</sheets></mc:a>" : "</sheets>";
      const change = (xml: string): string => xml.replaceAll(from, to).replace("</sheets>", closed);
      expect(refused(() => changed(change))).toMatchObject({ code: "xlsx", kind: "input" });
    }
  });

  // Verifies F65.
  it("takes no text, part or number of elements beyond all measure", () => {
    const long = "1".repeat(40_000);
    const short = "<t/>".repeat(40_000);
    for (const made of [
      (): unknown => workbook(DATA.replace("<v>4.5", `<v>${long}`)),
      (): unknown => workbook(DATA.replace("<t>Temp", `<t>${long}`)),
      (): unknown => workbook(DATA.replace("<t>Temp</t>", short)),
      (): unknown => workbook(DATA, {}, { texts: [`<t>${long}</t>`] }),
      (): unknown => workbook(DATA, {}, { texts: [short] }),
      (): unknown => workbook(DATA, {}, { texts: ["<t>a</t>".repeat(40_000)] }),
      (): unknown => workbook(DATA, {}, { styles: " ".repeat(9 * 2 ** 20) }),
      (): unknown => workbook(DATA, {}, { styles: "<a/>".repeat(1_000_001) }),
    ]) {
      expect(refused(made)).toMatchObject({ code: "xlsx", kind: "input" });
    }
  });
});

/** An archive of which the directory leaves out the first file. */
function withoutFirst(zip: Buffer): Buffer {
  const from = zip.readUInt32LE(zip.length - 6);
  const size = 46 + zip.readUInt16LE(from + 28);
  const bytes = Buffer.concat([zip.subarray(0, from), zip.subarray(from + size)]);
  const end = bytes.length - 22;
  const count = bytes.readUInt16LE(end + 8) - 1;
  bytes.writeUInt16LE(count, end + 8);
  bytes.writeUInt16LE(count, end + 10);
  bytes.writeUInt32LE(end - from, end + 12);
  bytes.writeUInt32LE(from, end + 16);
  return bytes;
}

// Verifies R-profile-zip.
describe("a workbook's archive", () => {
  const files = workbookFiles([ONE]);
  const lie = (lies: EntryLie, at = files.length - 1): Buffer => zipOf(files, { [at]: lies });
  const whole = zipOf(files);
  const huge = 200 * 2 ** 20;
  // What a reader sees that goes from the first file on, and not by the directory.
  const hiddenFirst = withoutFirst(zipOf([["xl/workbook.xml", "<x/>"], ...files]));
  const others = ["1", "2", "3"].map((name): [string, string] => [name, ""]);
  // The sheet is the last file; what the directory says of it lies inside of another one, as it is.
  const directory = whole.readUInt32LE(whole.length - 6);
  const inner = whole.subarray(whole.indexOf("xl/worksheets/sheet1.xml") - 30, directory);
  const nested = zipOf([...files, ["outer", inner]], { 4: { offset: directory + 35 }, 5: { method: 0 } });
  const follow = (behind: NonNullable<EntryLie["behind"]>): Buffer => lie({ flags: 8, hasNoNumbers: true, behind });
  const SIGNED = Buffer.from("PK\u0007\b");
  const field = (id: number): Buffer => Buffer.from([id & 255, id >> 8, 2, 0, 1, 1]);
  /** The archive with bytes before its directory. */
  const shifted = (bytes: Buffer, junk: Buffer): Buffer => {
    const moved = Buffer.concat([bytes.subarray(0, directory), junk, bytes.subarray(directory)]);
    moved.writeUInt32LE(directory + junk.length, moved.length - 6);
    return moved;
  };
  it("is read as it is, with what may follow the data of a file, and fields of no name", () => {
    for (const bytes of [
      whole,
      follow((numbers) => Buffer.concat([SIGNED, numbers])),
      follow((numbers) => numbers),
      lie({ extra: field(0x5455), localExtra: Buffer.concat([field(0x5455), Buffer.alloc(3)]) }),
    ]) {
      expect(shown(read(bytes, XLSX, "t.xlsx"))).toEqual(PLAIN);
    }
  });

  it.each([
    ["text", Buffer.from("Time;Temp\n"), "no workbook"],
    ["an archive that is cut off", whole.subarray(0, -1), "cut off"],
    ["bytes before the archive", Buffer.concat([Buffer.from("x"), whole]), "where it belongs"],
    ["bytes after the archive", Buffer.concat([whole, Buffer.from("x")]), "cut off"],
    ["a file twice", zipOf([...files, ["XL/workbook.xml", "<x/>"]]), "one name"],
    ["an encrypted file", lie({ flags: 1 }), "encrypted"],
    ["a size that is too small", lie({ size: 10 }), "larger than the archive says"],
    ["a size that is too large", lie({ size: 100_000 }), "damaged"],
    ["a size of nothing", lie({ size: 0 }), "larger than the archive says"],
    ["a size beyond all measure", zipOf([...files, ["x", ""]], { 5: { size: 300 * 2 ** 20 } }), "more than"],
    [
      "too much in all",
      zipOf([...files, ...others], { 5: { size: huge }, 6: { size: huge }, 7: { size: huge } }),
      "more than",
    ],
    ["another checksum", lie({ crc: 1 }), "damaged"],
    ["another way of packing", lie({ method: 12 }), "unusual"],
    ["another name in the file's own header", lie({ localName: "xl/worksheets/sheet9.xml" }), "differ"],
    ["a file elsewhere than its directory says", lie({ offset: 1 }), "where its directory says"],
    ["files that overlap", nested, "overlap"],
    ["bytes between two files", lie({ behind: () => Buffer.from("x") }, 0), "none of its files"],
    ["bytes behind the last file", lie({ behind: () => Buffer.from("x") }), "none of its files"],
    ["other files before the directory", shifted(whole, whole.subarray(0, directory)), "none of its files"],
    ["a file that the directory leaves out", hiddenFirst, "none of its files"],
    ["other numbers behind the data", follow((numbers) => Buffer.concat([SIGNED, numbers.fill(1)])), "differ"],
    ["no numbers behind the data", follow(() => Buffer.alloc(0)), "differ"],
    [
      "numbers behind the data and more",
      follow((numbers) => Buffer.concat([SIGNED, numbers, SIGNED])),
      "none of its files",
    ],
    ["numbers behind the data that its own header says not", lie({ flags: 8, localFlags: 0 }), "differ"],
    ["a second name", lie({ extra: Buffer.concat([field(0x5455), field(0x7075)]) }), "second name"],
    ["a second name in the file's own header", lie({ localExtra: field(0x7075) }), "second name"],
    [
      "too many files",
      zipOf([...files, ...Array.from({ length: 1000 }, (_, i): [string, string] => [`${i}`, ""])]),
      "at most 1000",
    ],
    ["a name beyond all measure", zipOf([...files, ["/".repeat(1000), ""]]), "too long a name"],
  ])("%s is refused", (_, bytes, message) => {
    const error = refused(() => read(bytes, XLSX, "t.xlsx"));
    expect(error).toMatchObject({ code: "zip", place: "t.xlsx", kind: "input" });
    expect(error.message).toContain(message);
  });

  // Verifies F65.
  it("inflates no more than it says, whatever is packed in it", () => {
    const bomb = zipOf([...files.slice(0, -1), ["xl/worksheets/sheet1.xml", Buffer.alloc(40 * 2 ** 20)]], {
      [files.length - 1]: { size: 1000 },
    });
    expect(bomb.length).toBeLessThan(2 ** 20);
    expect(refused(() => read(bomb, XLSX, "t.xlsx")).message).toContain("larger than the archive says");
  });

  it.each([
    ["a part that is missing", files.slice(0, -1)],
    ["no part that says what it is", files.slice(1)],
    [
      "a document type",
      files.map(([name, xml]) => [name, `<!DOCTYPE x [<!ENTITY e "1">]>${xml.replace(/<\?.*\?>/, "")}`]),
    ],
    [
      "another encoding",
      files.map(([name, xml]) => [name, `<?xml version="1.0" encoding="latin1"?>${xml.replace(/<\?.*\?>/, "")}`]),
    ],
    [
      "bytes that are no UTF-8",
      files.map(([name, xml]) => [name, Buffer.from(xml.replace("Data", "D\u00e4ta"), "latin1")]),
    ],
  ] as [string, [string, string][]][])("with %s is refused", (_, made) => {
    expect(refused(() => read(zipOf(made), XLSX, "t.xlsx"))).toMatchObject({ code: "xlsx", kind: "input" });
  });
});

const JSON_ROWS: Profile = {
  ...BASE,
  layout: "json",
  rows: "/data/points",
  columns: [
    { name: "/t", is: "time", form: "unix-ms" },
    { name: "/v/0", is: "value", unit: "Cel" },
    { name: "/note", is: "ignored", optional: true },
  ],
};
const POINTS =
  '{"data":{"id":"S","points":[{"t":1773129600000,"v":[4.50]},{"v":[4.5999999999999996],"t":1773130200000}]}}';
const inJson = (from: string, profile: object = {}): ReadingSeries =>
  read(Buffer.from(from), { ...JSON_ROWS, ...profile }, "t.json");

// Verifies R-profile-json.
describe("an array of JSON", () => {
  it("is read by the pointers of its scalars, numbers as they are written", () => {
    const { entries } = inJson(POINTS);
    expect(shown({ entries } as ReadingSeries)).toEqual(PLAIN);
    expect(entries[1]?.line).toBe(2);
    expect(shown(inJson(`\uFEFF${POINTS}`))).toEqual(PLAIN);
    expect(shown(inJson(POINTS.replace("4.50", '"4.5"')))).toEqual(PLAIN);
  });

  it("has blanks where a row has no member, or null", () => {
    expect(shown(inJson(POINTS.replace("4.50", "null")))[0]).toContain("quantity-blank");
    expect(shown(inJson(POINTS.replace('"v":[4.50]', '"note":"x"')))[0]).toContain("quantity-blank");
    expect(refused(() => inJson(POINTS.replace('"t":1773130200000', '"note":1')))).toMatchObject({
      code: "time-syntax",
      place: "t.json:2",
    });
  });

  it("gives what stands outside of it as lines before the table", () => {
    const facts = ["/data/id: {serial}"];
    expect(shown(inJson(POINTS, { facts }))).toEqual(PLAIN);
    expect(refused(() => inJson(POINTS.replace('"S"', '"T"'), { facts }))).toMatchObject({ code: "device-serial" });
    expect(refused(() => inJson(POINTS.replace('"id":"S",', ""), { facts }))).toMatchObject({ code: "profile-fit" });
    const many = POINTS.replace('"S"', `[${"0,".repeat(1000)}0]`);
    expect(refused(() => inJson(many, { facts }))).toMatchObject({ code: "json-size" });
  });

  it.each([
    ["a pointer to nothing", POINTS, { rows: "/data/rows" }, "json-rows", "t.json#/data/rows"],
    ["a pointer to an object", POINTS, { rows: "/data" }, "json-rows", "t.json#/data"],
    ["a pointer into a prototype", POINTS, { rows: "/constructor" }, "json-rows", "t.json#/constructor"],
    ["a row that is a number", POINTS.replace("[{", "[7,{"), {}, "json-rows", "t.json:1"],
    ["a new member", POINTS.replace('"v":[4.50]', '"v":[4.50],"w":1'), {}, "csv-header", "t.json"],
    ["a member twice", POINTS.replace('"v":[4.50]', '"v":[9],"v":[4.50]'), {}, "json-duplicate-key", "t.json"],
    [
      "a key of another spelling twice",
      POINTS.replace('"v":[4.50]', '"\\u0076":[9],"v":[4.5]'),
      {},
      "json-duplicate-key",
      "t.json",
    ],
    ["a number with an exponent", POINTS.replace("4.50", "45e-1"), {}, "quantity-exponent", "t.json:1"],
    ["a boolean for a value", POINTS.replace("4.50", "true"), {}, "quantity-syntax", "t.json:1"],
    ["no JSON", POINTS.slice(0, -1), {}, "json-syntax", `t.json:1:${POINTS.length}`],
    ["a nesting beyond all measure", `${"[".repeat(100)}${"]".repeat(100)}`, {}, "json-depth", "t.json:1:65"],
    [
      "columns beyond all measure",
      POINTS.replace('"t":', `"x":[${"0,".repeat(300)}0],"t":`),
      {},
      "json-size",
      "t.json:1",
    ],
    [
      "columns beyond all measure in many rows",
      POINTS.replace("[{", `[${Array.from({ length: 300 }, (_, i) => `{"x${i}":1}`).join()},{`),
      {},
      "json-size",
      "t.json",
    ],
    ["a name beyond all measure", POINTS.replace('"t":', `"${"x".repeat(2000)}":1,"t":`), {}, "json-size", "t.json:1"],
  ])("with %s is refused", (_, from, profile, code, place) => {
    expect(refused(() => inJson(from, profile))).toMatchObject({ code, place, kind: "input" });
  });

  // Verifies F59.
  it("holds no more values than memory does", () => {
    for (const many of ["1,".repeat(5_000_000), "[],".repeat(1_200_000), "{},".repeat(1_200_000)]) {
      expect(refused(() => inJson(`[${many}0]`))).toMatchObject({ code: "json-size", kind: "input" });
    }
  });

  it("is UTF-8", () => {
    const bytes = Buffer.from(POINTS.replace('"S"', '"\u00e4"'), "latin1");
    expect(refused(() => read(bytes, JSON_ROWS, "t.json"))).toMatchObject({ code: "json-encoding", place: "t.json" });
  });

  it("takes exponents where the profile says so", () => {
    expect(shown(inJson(POINTS.replace("4.50", "45e-1"), { numbers: "loose" }))).toEqual(PLAIN);
  });

  it("has columns that are pointers", () => {
    const columns = [{ name: "t", is: "time", form: "unix" }, ...JSON_ROWS.columns.slice(1)];
    expect(refused(() => inJson(POINTS, { columns }))).toMatchObject({
      code: "profile",
      place: "p.json#/columns/0/name",
    });
    expect(refused(() => inJson(POINTS, { rows: "data" }))).toMatchObject({ code: "profile", place: "p.json#/rows" });
    expect(refused(() => inJson(POINTS, { delimiter: "," }))).toMatchObject({ code: "profile", place: "p.json#" });
    expect(refused(() => inJson(POINTS, { layout: "yaml" }))).toMatchObject({
      code: "profile",
      place: "p.json#/layout",
    });
  });
});

// Verifies R-profile-json.
describe("JSON, a value a line", () => {
  const LINES = '{"t":1773129600000,"v":[4.50]}\n\n{"t":1773130200000,"v":[4.5999999999999996]}';
  const inLines = (from: string): ReadingSeries =>
    read(Buffer.from(from), { ...BASE, layout: "ndjson", columns: JSON_ROWS.columns }, "t.ndjson");
  it("is a row a line, with the number of its line", () => {
    expect(shown(inLines(LINES))).toEqual(PLAIN);
    expect(shown(inLines(`\uFEFF${LINES}`))).toEqual(PLAIN);
    expect(shown(inLines(`${LINES.replaceAll("\n", "\r\n")}\r\n`))).toEqual(PLAIN);
    expect(inLines(LINES).entries[1]?.line).toBe(3);
  });

  it.each([
    ["a byte-order mark in a later line", LINES.replace("\n{", "\n\uFEFF{"), "json-bom", "t.ndjson:3:1"],
    ["half a line", LINES.slice(0, -1), "json-syntax", "t.ndjson:3:44"],
    ["a member twice", LINES.replace('"v":[4.50]', '"v":[9],"v":[4.5]'), "json-duplicate-key", "t.ndjson:1"],
    ["a line that is a text", `${LINES}\n"x"`, "json-rows", "t.ndjson:4"],
    ["a new member", LINES.replace('"v":[4.50]', '"v":[4.5],"w":1'), "csv-header", "t.ndjson"],
  ])("with %s is refused", (_name, from, code, place) => {
    expect(refused(() => inLines(from))).toMatchObject({ code, place, kind: "input" });
  });
});

// Verifies R-profile-epcis.
describe("sensor reports of EPCIS", () => {
  const SHAPE = readFileSync("fixtures/tables/shapes/epcis.jsonld", "utf8");
  const { profile } = shippedProfile("epcis");
  const TAG = "urn:epc:id:giai:0614141.1 Temperature";
  const reports = (from: string, tag = TAG): ReadingSeries => read(Buffer.from(from), profile, "t.jsonld", tag);

  it("are series of device and type, with the time of the report or of its element", () => {
    expect(reports(SHAPE).entries).toMatchObject([
      { line: 1, value: 4_500_000n },
      { line: 3, value: 4_600_000n },
      { line: 4, value: 4_700_000n },
      { line: 6, value: 4_800_000n },
    ]);
    const other = SHAPE.replace(
      '"2026-03-10T08:00:00Z", "deviceID": "urn:epc:id:giai:0614141.1"',
      '"2026-03-10T08:00:00Z", "deviceID": "urn:epc:id:giai:0614141.2"',
    );
    expect(reports(other).entries).toHaveLength(3);
    expect(
      reports(SHAPE.replace('"value": 4.50, "uom": "CEL"', '"value": 40.1, "uom": "FAH"').replaceAll('"CEL"', '"FAH"'))
        .entries[0],
    ).toMatchObject({
      value: 4_500_000n,
    });
  });

  it("are no readings where they speak of a window, or were processed, and say so in their tag", () => {
    const window = `${TAG} (minValue, maxValue, meanValue, startTime, endTime)`;
    expect(shown(reports(SHAPE, window))).toEqual(["2026-03-10T08:00:00Z quantity-blank "]);
    const { tags } = tryProfile(Buffer.from(SHAPE), "t", shippedProfile("epcis"), {
      channel: "temperature",
      tag: window,
    });
    expect(tags[0]).toMatchObject({ readings: 0, unusable: 1 });
    const mean = SHAPE.replace('"value": 4.6', '"value": 4.6, "meanValue": 4.6');
    expect(reports(mean).entries).toHaveLength(3);
    const processed = SHAPE.replace('"value": 4.6', '"value": 4.6, "dataProcessingMethod": "https://example.org/1"');
    expect(shown(reports(processed, `${TAG} (dataProcessingMethod)`))[0]).toContain("quantity-blank");
    const axis = SHAPE.replace('"value": 4.6', '"value": 4.6, "component": "cbv:Comp-x"');
    expect(reports(axis, `${TAG} component=cbv:Comp-x`).entries).toHaveLength(1);
    const substance = axis.replace('"value": 4.7', '"value": 4.7, "chemicalSubstance": "cbv:Comp-x"');
    expect(reports(substance, `${TAG} component=cbv:Comp-x`).entries).toHaveLength(1);
  });

  // Verifies F69.
  it("of no device are no readings, for they could be of two", () => {
    const none = SHAPE.replaceAll(/, "deviceID": "[^"]*"/g, "").replaceAll(/"deviceID": "[^"]*"/g, "");
    expect(shown(reports(none, "Temperature (no deviceID)"))[0]).toContain("quantity-blank");
    expect(
      shown(
        reports(none.replace('"value": 4.6', '"deviceMetadata": "urn:1", "value": 4.6'), "Temperature (no deviceID)"),
      ),
    ).toHaveLength(4);
  });

  it("are unusable where the sensor says that it erred, and readings where it alarmed", () => {
    expect(shown(reports(SHAPE.replace("ALARM_CONDITION", "ERROR_CONDITION")))[3]).toContain("quality ERROR_CONDITION");
    expect(refused(() => reports(SHAPE.replace("ALARM_CONDITION", "WHATEVER")))).toMatchObject({
      code: "quality-word",
    });
  });

  it("are found in the results of a query, and in a single event", () => {
    const document = JSON.parse(SHAPE) as { type: string; epcisBody: { eventList: unknown[] } };
    const query = {
      ...document,
      type: "EPCISQueryDocument",
      epcisBody: { queryResults: { resultsBody: document.epcisBody } },
    };
    expect(reports(JSON.stringify(query).replaceAll("4.5,", "4.50,")).entries).toHaveLength(4);
    const single = { ...document, epcisBody: { event: document.epcisBody.eventList[1] } };
    expect(reports(JSON.stringify(single)).entries).toHaveLength(1);
    expect(refused(() => reports(JSON.stringify({ ...document, type: "EPCISQueryDocument" })))).toMatchObject({
      code: "epcis",
    });
  });

  const AT = "t.jsonld#/epcisBody/eventList/0";
  const REPORT = `${AT}/sensorElementList/0/sensorReport/0`;
  // Verifies F69.
  it.each([
    ["of an older schema", SHAPE.replace('"2.0"', '"1.2"'), "t.jsonld#"],
    ["of another document", SHAPE.replace("EPCISDocument", "MasterData"), "t.jsonld#"],
    ["of an event that was an error", SHAPE.replace('"action"', '"errorDeclaration": {}, "action"'), AT],
    ["without a time", SHAPE.replace('"time": "2026-03-10T08:00:00Z", ', ""), REPORT],
    ["with a member of no standard", SHAPE.replace('"value": 4.50', '"value": 4.50, "offset": 1'), REPORT],
    ["with a value that is none", SHAPE.replace("4.50", "[4.50]"), REPORT],
    ["with other words of its own", SHAPE.replace('"example": "https', '"value": "https'), "t.jsonld#/@context"],
    [
      "with a name of the standard and its prefix",
      SHAPE.replace('"action"', '"epcis:errorDeclaration": {}, "action"'),
      AT,
    ],
    [
      "with a name of the standard in full",
      SHAPE.replace('"action"', '"https://ref.gs1.org/epcis/errorDeclaration": {}, "action"'),
      AT,
    ],
    ["with a value and its prefix", SHAPE.replace('"value": 4.50', '"value": 4.50, "epcis:value": 30'), REPORT],
    ["with a figure and its prefix", SHAPE.replace('"value": 4.50', '"value": 4.50, "epcis:meanValue": 30'), REPORT],
    [
      "with a prefix that is the standard's",
      SHAPE.replace("https://example.org/epcis/", "https://ref.gs1.org/epcis/"),
      "t.jsonld#/@context",
    ],
    [
      "with a prefix of the standard's",
      SHAPE.replace("https://example.org/epcis/", "https://ref.gs1.org/"),
      "t.jsonld#/@context",
    ],
    ["with a prefix of a prefix", SHAPE.replace("https://example.org/epcis/", "cbv:x"), "t.jsonld#/@context"],
    [
      "with a prefix that is a definition",
      SHAPE.replace('"https://example.org/epcis/"', '{ "@id": "urn:x" }'),
      "t.jsonld#/@context",
    ],
    [
      "with a name in full that is defined",
      SHAPE.replace('"example": "https', '"urn:x": "https'),
      "t.jsonld#/@context",
    ],
    ["with an imported context", SHAPE.replace('"example": "https', '"@import": "https'), "t.jsonld#/@context"],
    ["with another context", SHAPE.replace("ref.gs1.org", "example.org"), "t.jsonld#/@context"],
    ["with no context at all", SHAPE.replace('jsonld", {', 'jsonld", null, {'), "t.jsonld#/@context"],
    ["with a context in an event", SHAPE.replace('"action"', '"@context": "urn:x", "action"'), `${AT}/@context`],
    ["with a context in the body", SHAPE.replace('"eventList"', '"@context": {}, "eventList"'), "t.jsonld#/epcisBody"],
    ["of a device with a blank in its id", SHAPE.replace("giai:0614141.1", "giai:0614141.1 B"), REPORT],
    [
      "of a device with a control character in its id",
      SHAPE.replace("giai:0614141.1", "giai:0614141.1\\u0007"),
      REPORT,
    ],
    ["of a type with a blank", SHAPE.replace('"type": "Temperature"', '"type": "B Temperature"'), REPORT],
    ["with a vocabulary of its own", SHAPE.replace('"example": "https', '"@vocab": "https'), "t.jsonld#/@context"],
    [
      "of something that is no list",
      SHAPE.replace('"sensorElementList": [', '"sensorElementList": 1, "example:x": ['),
      `${AT}/sensorElementList`,
    ],
  ])("%s are refused at their pointer", (_, from, place) => {
    expect(refused(() => reports(from))).toMatchObject({ code: "epcis", place, kind: "input" });
  });

  it("of a unit that the profile does not know, or without one, are refused", () => {
    for (const unit of ['"K01"', '""']) {
      expect(refused(() => reports(SHAPE.replaceAll('"CEL"', unit)))).toMatchObject({
        code: "unit",
        place: "t.jsonld:1",
      });
    }
  });
});
