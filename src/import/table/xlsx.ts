import { posix } from "node:path";
import { SaxesParser } from "saxes";
import { inputError, type BatchproofError } from "../../errors.ts";
import { shown } from "../csvTable.ts";
import { MOST_LINES_BEFORE, type ParsedProfile, type XlsxProfile } from "./profile.ts";
import { noHeaderError, placeOf, type LinesAfter, type TableFile, type TakeRow } from "./tableFile.ts";
import { matchTemplate } from "./template.ts";
import { zipParts, type Part } from "./zip.ts";

/** As many rows as a sheet can have, and more columns than a table with a profile. */
const MOST_ROWS = 1_048_576;
const MOST_COLUMNS = 256;
/** More nesting, or attributes of one element, than any part of a workbook has. */
const MOST_DEPTH = 32;
const MOST_ATTRIBUTES = 200;
/** Texts that cells share. */
const MOST_TEXTS = 4 * MOST_ROWS;
const CHUNK = 2 ** 16;

/** Namespaces of sheets and of relationships, transitional and strict. Elements of others are passed over. */
const NAMESPACES: ReadonlySet<string> = new Set([
  "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
  "http://purl.oclc.org/ooxml/spreadsheetml/main",
  "http://schemas.openxmlformats.org/package/2006/relationships",
]);

/** What of a profile says which sheet and rows of a workbook are its table, of readings or of results. */
export interface SheetLayout extends Pick<ParsedProfile, "before" | "hasHeader" | "after"> {
  readonly profile: Pick<XlsxProfile, "sheet">;
  /** As many as the table has, where it has no header. */
  readonly columns: readonly unknown[];
}

/**
 * A sheet of a workbook, row by row, each cell as the text that its XML holds: no number passes through a floating-point
 * one. Errors: those of `zipParts`; `xlsx` (no workbook, or damaged), `xlsx-sheet` (not there, or hidden), `csv-header` (no
 * header row); from `read`, with file:row or file:cell, `xlsx-cell` (in the table a formula, merged cells, or a number shown as per cent or thousands), `profile-fit`
 * (a row after the table that is none of the profile's).
 */
export function readXlsx(bytes: Uint8Array, file: string, parsed: SheetLayout): TableFile {
  const parts = zipParts(bytes, file);
  const workbookName = target(parts, file, "", (type) => type.endsWith("/officeDocument"));
  const workbook = readWorkbook(partOf(parts, workbookName, file), file);
  const { id, name } = chosen(workbook.sheets, parsed.profile.sheet, file);
  const sheetName = target(parts, file, workbookName, (type, its) => its === id && type.endsWith("/worksheet"));
  const textsName = optionalTarget(parts, file, workbookName, (type) => type.endsWith("/sharedStrings"));
  const texts = textsName === undefined ? [] : readTexts(partOf(parts, textsName, file), file);
  const sheet = partOf(parts, sheetName, file).read();
  const stylesName = optionalTarget(parts, file, workbookName, (type) => type.endsWith("/styles"));
  const scaled = stylesName === undefined ? new Set<number>() : readScaled(partOf(parts, stylesName, file), file);
  const cells: SheetCells = { texts, scaled };
  const { before, header } = headerOf(sheet, cells, parsed, file);
  let hiddenRows = 0;
  let after: LinesAfter | undefined;
  return {
    before,
    is1904: workbook.is1904,
    read: (take) => {
      const table = new SheetTable(parsed, header, file, take);
      const onMerged = (ref: string): void => table.refuseMerged(ref);
      walkXml(sheet, file, new SheetWalk(cells, file, (row) => table.take(row), onMerged));
      hiddenRows = table.hiddenRows;
      ({ after } = table);
    },
    after: () => after,
    says: () => [
      `sheet ${shown(name)} of ${workbook.sheets.length}`,
      ...(hiddenRows === 0 ? [] : [`hidden rows, which are read like the others: ${hiddenRows}`]),
    ],
  };
}

function damaged(problem: string, place: string): BatchproofError {
  return inputError(problem, { place, remedy: "Export the workbook again.", code: "xlsx" });
}

function partOf(parts: ReadonlyMap<string, Part>, name: string, file: string): Part {
  const part = parts.get(name);
  if (part === undefined) throw damaged(`The workbook has no part ${shown(name)}.`, file);
  return part;
}

type Fits = (type: string, id: string) => boolean;

/** Name of the part to which another one, or the archive itself (""), has a relationship that fits. */
function target(parts: ReadonlyMap<string, Part>, file: string, from: string, fits: Fits): string {
  const found = optionalTarget(parts, file, from, fits);
  if (found === undefined) throw damaged("The file is no workbook, or the sheet is no table.", file);
  return found;
}

function optionalTarget(parts: ReadonlyMap<string, Part>, file: string, from: string, fits: Fits): string | undefined {
  const folder = posix.dirname(from);
  const name = posix.join(folder, "_rels", `${posix.basename(from)}.rels`);
  const found: string[] = [];
  walkXml(partOf(parts, name, file).read(), file, {
    open: (path, attribute) => {
      if (path !== "/Relationships/Relationship" || !fits(attribute("Type") ?? "", attribute("Id") ?? "")) return;
      // A target that begins with "/" is one from the root.
      found.push(posix.resolve("/", folder, attribute("Target") ?? "").slice(1));
    },
  });
  const [only, another] = found;
  if (another !== undefined) throw damaged("The workbook names one of its parts twice.", file);
  return only;
}

interface Sheet {
  readonly name: string;
  readonly id: string;
  readonly isHidden: boolean;
}

function readWorkbook(part: Part, file: string): { readonly sheets: readonly Sheet[]; readonly is1904: boolean } {
  const sheets: Sheet[] = [];
  let is1904 = false;
  walkXml(part.read(), file, {
    open: (path, attribute) => {
      if (path === "/workbook/workbookPr") is1904 = isTrue(attribute("date1904"), file);
      if (path !== "/workbook/sheets/sheet") return;
      const [name = "", id = "", state = "visible"] = ["name", "r:id", "state"].map(attribute);
      sheets.push({ name, id, isHidden: state !== "visible" });
    },
  });
  return { sheets, is1904 };
}

function isTrue(text: string | undefined, file: string): boolean {
  if (text === undefined || text === "0" || text === "false") return false;
  if (text === "1" || text === "true") return true;
  throw damaged(`The workbook says neither true nor false: "${shown(text)}".`, file);
}

/** The sheet of a name, or the first one that people see. */
function chosen(sheets: readonly Sheet[], wanted: string | undefined, file: string): Sheet {
  const fitting = sheets.filter(({ name, isHidden }) => (wanted === undefined ? !isHidden : name === wanted));
  const [only, another] = fitting;
  if (only !== undefined && (wanted === undefined || another === undefined)) return only;
  const names = sheets.map(({ name, isHidden }) => `${shown(name)}${isHidden ? " (hidden)" : ""}`);
  throw inputError(`The workbook has not exactly one sheet "${shown(wanted ?? "that is not hidden")}".`, {
    place: file,
    remedy: `Choose the profile of this export. Its sheets: ${names.slice(0, 20).join(", ")}.`,
    code: "xlsx-sheet",
  });
}

/** The texts that cells share, without what says how they are pronounced. */
function readTexts(part: Part, file: string): string[] {
  const texts: string[] = [];
  walkXml(part.read(), file, {
    open: (path) => {
      if (path === "/sst/si" && texts.push("") > MOST_TEXTS) throw damaged("The workbook has too many texts.", file);
    },
    text: (path, text) => {
      if (path === "/sst/si/t" || path === "/sst/si/r/t") texts.push(`${texts.pop() ?? ""}${text}`);
    },
  });
  return texts;
}

/** The styles that show a number times or by a power of ten: per cent, or thousands. */
function readScaled(part: Part, file: string): Set<number> {
  const scaled = new Set<number>();
  // 9 and 10 are the per cent that every workbook knows.
  const formats = new Set(["9", "10"]);
  let style = 0;
  walkXml(part.read(), file, {
    open: (path, attribute) => {
      const [id = "0", code = ""] = ["numFmtId", "formatCode"].map(attribute);
      if (path === "/styleSheet/numFmts/numFmt" && /%|[0#?],+(?![0#?])/.test(code)) formats.add(id);
      if (path !== "/styleSheet/cellXfs/xf") return;
      if (formats.has(id)) scaled.add(style);
      style++;
    },
  });
  return scaled;
}

/** What cells of all sheets share. */
interface SheetCells {
  readonly texts: readonly string[];
  /** Styles that show another number than the cell holds. */
  readonly scaled: ReadonlySet<number>;
}

/** A row with a text in it. */
interface SheetRow {
  readonly number: number;
  readonly cells: readonly string[];
  readonly isHidden: boolean;
  /** The first cell of which a table cannot say what was measured, and why. */
  readonly refused: { readonly ref: string; readonly problem: string } | undefined;
}

/** The header row, or the first row of a table without one, and the rows before it, cells joined by tabs. */
function headerOf(
  sheet: Buffer,
  shared: SheetCells,
  { before, hasHeader }: SheetLayout,
  file: string,
): { before: string[]; header: number } {
  const lines: string[] = [];
  let header: number | undefined;
  const most = "until" in before ? MOST_LINES_BEFORE : before.lines;
  let isDone = false;
  const walk = new SheetWalk(shared, file, ({ number, cells }) => {
    if (isDone) return;
    const line = cells.join("\t");
    const isHeader = "until" in before ? matchTemplate(before.until, line) !== undefined : number > before.lines;
    if (isHeader) header = number;
    else if (number <= most) lines.push(line);
    isDone = isHeader || number > most;
  });
  walkXml(sheet, file, walk, () => isDone);
  if ("until" in before ? header === undefined : hasHeader && header !== before.lines + 1) throw noHeaderError(file);
  return { before: lines, header: header ?? most + 1 };
}

/** The rows from the header on. */
class SheetTable {
  readonly #parsed: SheetLayout;
  readonly #header: number;
  readonly #file: string;
  readonly #take: TakeRow;
  #width: number | undefined;
  after: LinesAfter | undefined;
  /** The last row of the table; undefined before the first one. */
  #last: number | undefined;
  hiddenRows = 0;

  constructor(parsed: SheetLayout, header: number, file: string, take: TakeRow) {
    this.#parsed = parsed;
    this.#header = header;
    this.#file = file;
    this.#take = take;
    if (!parsed.hasHeader) this.#width = parsed.columns.length;
  }

  take({ number, cells, isHidden, refused }: SheetRow): void {
    if (number < this.#header) return;
    const { after } = this.#parsed;
    const line = after.length === 0 ? "" : cells.join("\t");
    if (number > this.#header && after.some((template) => matchTemplate(template, line) !== undefined)) {
      this.after = { count: (this.after?.count ?? 0) + 1, from: this.after?.from ?? number };
      return;
    }
    if (this.after !== undefined) {
      throw inputError(`After the table stands a row that the profile does not know: "${shown(line)}".`, {
        place: placeOf(this.#file, number),
        remedy: "Export again, or choose the profile of this export.",
        code: "profile-fit",
      });
    }
    if (refused !== undefined) throw cellError(refused.problem, refused.ref, this.#file);
    this.#last = number;
    if (isHidden) this.hiddenRows++;
    this.#width ??= cells.length;
    const blanks = this.#width - cells.length;
    this.#take(blanks > 0 ? [...cells, ...new Array<string>(blanks).fill("")] : cells, number);
  }

  /** Cells that are merged show one of their values, and hide the others. */
  refuseMerged(ref: string): void {
    const [from, to = from] = ref.split(":").map((each) => cellAt(each)?.row);
    if (from === undefined || to === undefined) throw damaged(`No cells are merged at "${shown(ref)}".`, this.#file);
    if (to < this.#header || from > (this.#last ?? MOST_ROWS)) return;
    throw cellError("Cells of the table are merged", ref, this.#file);
  }
}

function cellError(problem: string, ref: string, file: string): BatchproofError {
  return inputError(`${problem}: what it says is not what was measured.`, {
    place: `${file}:${shown(ref)}`,
    remedy: "Export the values as the system recorded them, and change nothing in the workbook.",
    code: "xlsx-cell",
  });
}

/** Row and column, from 1, of a cell such as "B7". */
function cellAt(ref: string): { readonly row: number; readonly column: number } | undefined {
  const [, letters, digits] = /^([A-Z]{1,3})([1-9]\d{0,6})$/.exec(ref) ?? [];
  if (letters === undefined) return undefined;
  return { row: Number(digits), column: Buffer.from(letters).reduce((sum, each) => sum * 26 + each - 64, 0) };
}

const ROW = "/worksheet/sheetData/row";
const CELL = `${ROW}/c`;
const VALUE = `${CELL}/v`;
const INLINE = `${CELL}/is`;

/** Gives the rows of a sheet that have a text, in their order, and holds no more than one of them. */
class SheetWalk implements Visitor {
  readonly #shared: SheetCells;
  readonly #file: string;
  readonly #take: (row: SheetRow) => void;
  readonly #onMerged: (ref: string) => void;
  #row = 0;
  #isHidden = false;
  #refused: SheetRow["refused"];
  #cells: string[] = [];
  #column = 0;
  #type = "n";
  #isScaled = false;
  #text = "";
  #values = 0;

  constructor(
    shared: SheetCells,
    file: string,
    take: (row: SheetRow) => void,
    onMerged: (ref: string) => void = () => undefined,
  ) {
    this.#shared = shared;
    this.#file = file;
    this.#take = take;
    this.#onMerged = onMerged;
  }

  open(path: string, attribute: AttributeOf): void {
    if (path === ROW) this.#openRow(attribute);
    else if (path === CELL) this.#openCell(attribute);
    else if (path === `${CELL}/f`) this.#refuse("A cell of the table holds a formula");
    else if (path === VALUE || path === INLINE) this.#openValue();
    else if (path === "/worksheet/mergeCells/mergeCell") this.#onMerged(attribute("ref") ?? "");
  }

  text(path: string, text: string): void {
    const isInline = this.#type === "inlineStr";
    if (isInline ? path === `${INLINE}/t` || path === `${INLINE}/r/t` : path === VALUE) this.#text += text;
  }

  close(path: string): void {
    if (path === CELL) this.#closeCell();
    if (path !== ROW) return;
    const [number, cells, isHidden, refused] = [this.#row, this.#cells, this.#isHidden, this.#refused];
    if (cells.length > 0 || refused !== undefined) this.#take({ number, cells, isHidden, refused });
  }

  #refuse(problem: string): void {
    this.#refused ??= { problem, ref: `${letters(this.#column)}${this.#row}` };
  }

  #openRow(attribute: AttributeOf): void {
    const text = attribute("r") ?? String(this.#row + 1);
    const number = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : 0;
    if (number <= this.#row || number > MOST_ROWS) {
      throw damaged(`The rows of the sheet are in no order: "${shown(text)}".`, placeOf(this.#file, this.#row));
    }
    this.#row = number;
    this.#isHidden = isTrue(attribute("hidden"), this.#file);
    this.#refused = undefined;
    this.#cells = [];
    this.#column = 0;
  }

  #openCell(attribute: AttributeOf): void {
    const ref = attribute("r") ?? `${letters(this.#column + 1)}${this.#row}`;
    const at = cellAt(ref);
    if (at === undefined || at.row !== this.#row || at.column <= this.#column) {
      throw damaged(`The cells of the row are in no order: "${shown(ref)}".`, placeOf(this.#file, this.#row));
    }
    this.#column = at.column;
    this.#type = attribute("t") ?? "n";
    this.#isScaled = this.#shared.scaled.has(Number(attribute("s") ?? "0"));
    this.#text = "";
    this.#values = 0;
  }

  #openValue(): void {
    if (++this.#values === 1) return;
    throw damaged("This cell has two values.", `${this.#file}:${letters(this.#column)}${this.#row}`);
  }

  #closeCell(): void {
    const text = this.#value();
    if (text === "") return;
    if (this.#isScaled && this.#type === "n") this.#refuse("A cell of the table shows another number than it holds");
    const place = `${this.#file}:${letters(this.#column)}${this.#row}`;
    if (this.#column > MOST_COLUMNS) throw damaged(`The sheet has more than ${MOST_COLUMNS} columns.`, place);
    while (this.#cells.length < this.#column - 1) this.#cells.push("");
    this.#cells.push(text);
  }

  #value(): string {
    const [type, text] = [this.#type, this.#text];
    if (text === "" || ["n", "str", "inlineStr", "d", "e"].includes(type)) return text;
    if (type === "b" && (text === "0" || text === "1")) return text === "1" ? "TRUE" : "FALSE";
    const shared = type === "s" && /^\d{1,9}$/.test(text) ? this.#shared.texts[Number(text)] : undefined;
    if (shared !== undefined) return shared;
    const place = `${this.#file}:${letters(this.#column)}${this.#row}`;
    throw damaged(`This cell is of no kind that is known, or its text is not there: "${shown(type)}".`, place);
  }
}

/** A column, from 1, as a sheet names it. */
function letters(column: number): string {
  const rest = (column - 1) % 26;
  return `${column > 26 ? letters((column - 1 - rest) / 26) : ""}${String.fromCharCode(65 + rest)}`;
}

/** An attribute without a namespace, or as "r:id" the id of a relationship. */
type AttributeOf = (name: string) => string | undefined;

/** What is done with XML; a path is the names from the root on, "?" for one of a foreign namespace. */
interface Visitor {
  open?(path: string, attribute: AttributeOf): void;
  text?(path: string, text: string): void;
  close?(path: string): void;
}

/**
 * Reads XML in UTF-8, without a document type and so without entities, until its end or until `isDone`. Error `xlsx`: it is
 * none, or is nested or has attributes beyond all measure.
 */
function walkXml(bytes: Buffer, file: string, visitor: Visitor, isDone: () => boolean = () => false): void {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const refuse = (): never => {
    throw damaged("A part of the workbook is no plain XML.", file);
  };
  const lengths: number[] = [];
  let path = "";
  let attributes = 0;
  parser.on("error", refuse);
  parser.on("doctype", refuse);
  parser.on("xmldecl", ({ encoding = "UTF-8" }) => {
    if (encoding.toUpperCase() !== "UTF-8") refuse();
  });
  parser.on("attribute", () => {
    if (++attributes > MOST_ATTRIBUTES) refuse();
  });
  parser.on("opentag", ({ local, uri, attributes: all }) => {
    attributes = 0;
    if (lengths.push(path.length) > MOST_DEPTH) refuse();
    path = `${path}/${NAMESPACES.has(uri) ? local : "?"}`;
    visitor.open?.(path, (name) => {
      if (name !== "r:id") return all[name]?.value;
      return Object.values(all).find((each) => each.local === "id" && each.uri.endsWith("/relationships"))?.value;
    });
  });
  const text = (found: string): void => visitor.text?.(path, found);
  parser.on("text", text);
  parser.on("cdata", text);
  parser.on("closetag", () => {
    visitor.close?.(path);
    path = path.slice(0, lengths.pop());
  });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let at = 0; at < bytes.length && !isDone(); at += CHUNK) {
    const chunk = bytes.subarray(at, at + CHUNK);
    parser.write(decoded(() => decoder.decode(chunk, { stream: true }), refuse));
  }
  if (isDone()) return;
  decoded(() => decoder.decode(), refuse);
  parser.close();
}

function decoded(decode: () => string, refuse: () => never): string {
  try {
    return decode();
  } catch {
    return refuse();
  }
}
