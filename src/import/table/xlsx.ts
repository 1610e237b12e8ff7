import { posix } from "node:path";
import { SaxesParser } from "saxes";
import { inputError, type BatchproofError } from "../../errors.ts";
import { shown } from "../csvTable.ts";
import { builtIn, GENERAL, showsOf, type Shows } from "./numberFormat.ts";
import { MOST_LINES_BEFORE, type ParsedProfile, type XlsxProfile } from "./profile.ts";
import { noHeaderError, placeOf, type LinesAfter, type TableFile, type TakeRow } from "./tableFile.ts";
import { matchTemplate, type Template } from "./template.ts";
import { zipParts, type Part } from "../../input/zip.ts";

const WORKBOOK = { what: "workbook", remedy: "Export it again, as an Excel workbook without a password." } as const;

/** As many rows as a sheet can have, and more columns than a table with a profile. */
const MOST_ROWS = 1_048_576;
const MOST_COLUMNS = 256;
/** More nesting, or attributes of one element, than any part of a workbook has. */
const MOST_DEPTH = 32;
const MOST_ATTRIBUTES = 200;
/** Texts that cells share, and characters of a text, or of a cell: as many as Excel takes. */
const MOST_TEXTS = 4 * MOST_ROWS;
const MOST_TEXT = 32_767;
/** Bytes and elements of a part that says how others are read; elements of a sheet, and of the texts that cells share. */
const SMALL = { bytes: 8 * 2 ** 20, elements: 1_000_000 } as const;
const MOST_ELEMENTS = 40_000_000;
const CHUNK = 2 ** 16;

const PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships";
/** The namespaces of a workbook's parts, transitional and strict, and of the ids of relationships in them. */
const DIALECTS: ReadonlyMap<string, string> = new Map([
  [
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
  ],
  ["http://purl.oclc.org/ooxml/spreadsheetml/main", "http://purl.oclc.org/ooxml/officeDocument/relationships"],
]);

/** What of a profile says which sheet and rows of a workbook are its table, of readings or of results. */
export interface SheetLayout extends Pick<ParsedProfile, "before" | "hasHeader" | "after"> {
  readonly profile: Pick<XlsxProfile, "sheet">;
  /** Those of the table, in their order where it has no header. */
  readonly columns: readonly { readonly is: string; readonly template: Template }[];
}

/**
 * A sheet of a workbook, row by row, each cell as the text that its XML holds: no number passes through a floating-point
 * one. Errors: those of `zipParts`; `xlsx` (no workbook, damaged, over a limit, or such that another reader could see other
 * cells), `xlsx-sheet` (not there, or hidden), `csv-header` (no header row); from `read`, with file:row or file:cell,
 * `xlsx-cell` (in the table a formula, merged cells, or what its format shows as something else), `profile-fit` (a row after
 * the table that is none of the profile's).
 */
export function readXlsx(bytes: Uint8Array, file: string, parsed: SheetLayout): TableFile {
  const parts = zipParts(bytes, file, WORKBOOK);
  const workbookName = target(relationsOf(parts, file, ""), file, "officeDocument");
  const workbook = readWorkbook(partOf(parts, workbookName, file), file);
  const { id, name } = chosen(workbook.sheets, parsed.profile.sheet, file);
  const relations = relationsOf(parts, file, workbookName);
  const ofSheet = relations.filter((each) => each.id === id);
  const sheetName = target(ofSheet, file, "worksheet");
  const textsName = optionalTarget(relations, file, "sharedStrings");
  const texts = textsName === undefined ? [] : readTexts(partOf(parts, textsName, file), file);
  const stylesName = optionalTarget(relations, file, "styles");
  const styles = stylesName === undefined ? [GENERAL] : readStyles(partOf(parts, stylesName, file), file);
  const sheet = partOf(parts, sheetName, file).read();
  const cells: SheetCells = { texts, styles };
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

/** Of the file or of its workbook: another part, by what it is. */
interface Relation {
  readonly id: string;
  readonly type: string;
  readonly target: string;
}

/** The relationships of a part, or of the archive itself (""). */
function relationsOf(parts: ReadonlyMap<string, Part>, file: string, from: string): readonly Relation[] {
  const folder = posix.dirname(from);
  const name = posix.join(folder, "_rels", `${posix.basename(from)}.rels`);
  const found: Relation[] = [];
  walkXml(smallPart(partOf(parts, name, file), file), file, {
    root: PACKAGE,
    holders: new Set(["/Relationships"]),
    most: SMALL.elements,
    open: (path, attribute) => {
      if (path !== "/Relationships/Relationship") return;
      const [id = "", type = "", to = ""] = ["Id", "Type", "Target"].map(attribute);
      // A target that begins with "/" is one from the root.
      found.push({ id, type, target: posix.resolve("/", folder, to).slice(1) });
    },
  });
  return found;
}

function smallPart(part: Part, file: string): Buffer {
  if (part.size > SMALL.bytes) throw damaged(`A part of the workbook has more than ${SMALL.bytes} bytes.`, file);
  return part.read();
}

/** Name of the part to which a relationship of this type leads. */
function target(relations: readonly Relation[], file: string, type: string): string {
  const found = optionalTarget(relations, file, type);
  if (found === undefined) throw damaged("The file is no workbook, or the sheet is no table.", file);
  return found;
}

function optionalTarget(relations: readonly Relation[], file: string, type: string): string | undefined {
  const types = new Set([...DIALECTS.values()].map((each) => `${each}/${type}`));
  const [only, another] = relations.filter((each) => types.has(each.type));
  if (another !== undefined) throw damaged("The workbook names one of its parts twice.", file);
  return only?.target;
}

interface Sheet {
  readonly name: string;
  readonly id: string;
  readonly isHidden: boolean;
}

function readWorkbook(part: Part, file: string): { readonly sheets: readonly Sheet[]; readonly is1904: boolean } {
  const sheets: Sheet[] = [];
  let is1904 = false;
  walkXml(smallPart(part, file), file, {
    holders: new Set(["/workbook/workbookPr", "/workbook/sheets"]),
    most: SMALL.elements,
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

/** What a text may hold below it: itself, or runs with their look, and how it is pronounced. */
const IN_TEXT = /^\/(t|r|r\/t|r\/rPr(\/\w+)?|rPh|rPh\/t|phoneticPr)$/;

/** A text of elements, while it grows. */
class RichText {
  text = "";
  #elements = 0;
  readonly #refuse: (problem: string) => never;

  constructor(refuse: (problem: string) => never) {
    this.#refuse = refuse;
  }

  /** @param path from the text on */
  open(path: string): void {
    if (!IN_TEXT.test(path)) this.#refuse("A text of the workbook holds what no text has.");
    if (++this.#elements > MOST_TEXT) this.#refuse(`A text of the workbook has more than ${MOST_TEXT} elements.`);
  }

  /** What is pronounced is no part of it. */
  add(path: string, text: string): void {
    if (path !== "/t" && path !== "/r/t") return;
    this.text += text;
    if (this.text.length > MOST_TEXT) this.#refuse(`A text of the workbook is longer than ${MOST_TEXT} characters.`);
  }
}

/** The texts that cells share. */
function readTexts(part: Part, file: string): string[] {
  const ITEM = "/sst/si";
  const texts: string[] = [];
  const refuse = (problem: string): never => {
    throw damaged(problem, file);
  };
  let item = new RichText(refuse);
  walkXml(part.read(), file, {
    holders: new Set(["/sst"]),
    most: MOST_ELEMENTS,
    open: (path) => {
      if (path === ITEM) item = new RichText(refuse);
      else if (path.startsWith(`${ITEM}/`)) item.open(path.slice(ITEM.length));
    },
    text: (path, text) => {
      if (path.startsWith(`${ITEM}/`)) item.add(path.slice(ITEM.length), text);
    },
    close: (path) => {
      if (path === ITEM && texts.push(item.text) > MOST_TEXTS) refuse("The workbook has too many texts.");
    },
  });
  return texts;
}

/** What each style of a cell shows. A format that is defined twice, or unlike the one that its number has, shows nothing. */
function readStyles(part: Part, file: string): Shows[] {
  const defined = new Map<number, Shows>();
  const formats: number[] = [];
  walkXml(smallPart(part, file), file, {
    holders: new Set(["/styleSheet/cellXfs"]),
    most: SMALL.elements,
    open: (path, attribute) => {
      // Newer formats stand beside older ones in foreign elements: whichever is used, all of them are judged.
      if (withoutForeign(path) === "/styleSheet/numFmts/numFmt") {
        const id = wholeNumber(attribute("numFmtId"));
        const shows = showsOf(attribute("formatCode") ?? "");
        const other = defined.get(id) ?? (id < FIRST_OWN_FORMAT ? builtIn(id) : shows);
        const number = shows.number === other.number ? shows.number : undefined;
        defined.set(id, { number, text: shows.text && other.text });
      }
      if (path === "/styleSheet/cellXfs/xf") formats.push(wholeNumber(attribute("numFmtId") ?? "0"));
    },
  });
  if (formats.length === 0) return [GENERAL];
  return formats.map((id) => defined.get(id) ?? builtIn(id));
}

/** Formats with smaller numbers are those that every workbook knows. */
const FIRST_OWN_FORMAT = 164;

function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

/** What cells of all sheets share. */
interface SheetCells {
  readonly texts: readonly string[];
  /** What a cell of each style shows. */
  readonly styles: readonly Shows[];
}

/** A row with a text in it. */
interface SheetRow {
  readonly number: number;
  readonly cells: readonly string[];
  readonly isHidden: boolean;
  /** Columns, from 1, of the numbers that are shown as times. */
  readonly times: readonly number[];
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
  /** Columns of values, from 1. */
  #values: ReadonlySet<number> = new Set();
  after: LinesAfter | undefined;
  /** The last row of the table; undefined before the first one. */
  #last: number | undefined;
  hiddenRows = 0;

  constructor(parsed: SheetLayout, header: number, file: string, take: TakeRow) {
    this.#parsed = parsed;
    this.#header = header;
    this.#file = file;
    this.#take = take;
    if (parsed.hasHeader) return;
    this.#width = parsed.columns.length;
    this.#values = new Set(parsed.columns.flatMap(({ is }, i) => (is === "value" ? [i + 1] : [])));
  }

  take({ number, cells, isHidden, times, refused }: SheetRow): void {
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
    const asTime = times.find((column) => this.#values.has(column));
    if (asTime !== undefined) throw cellError(SHOWN_OTHERWISE, `${letters(asTime)}${number}`, this.#file);
    this.#last = number;
    if (isHidden) this.hiddenRows++;
    if (this.#width === undefined) this.#values = this.#valuesOf(cells);
    this.#width ??= cells.length;
    const blanks = this.#width - cells.length;
    this.#take(blanks > 0 ? [...cells, ...new Array<string>(blanks).fill("")] : cells, number);
  }

  #valuesOf(header: readonly string[]): ReadonlySet<number> {
    const columnOf = (cell: string): string | undefined =>
      this.#parsed.columns.find(({ template }) => matchTemplate(template, cell) !== undefined)?.is;
    return new Set(header.flatMap((cell, i) => (columnOf(cell) === "value" ? [i + 1] : [])));
  }

  /** Cells that are merged show one of their values, and hide the others. */
  refuseMerged(ref: string): void {
    const [from, to = from] = ref.split(":").map((each) => cellAt(each)?.row);
    if (from === undefined || to === undefined) throw damaged(`No cells are merged at "${shown(ref)}".`, this.#file);
    if (Math.max(from, to) < this.#header || Math.min(from, to) > (this.#last ?? MOST_ROWS)) return;
    throw cellError("Cells of the table are merged", ref, this.#file);
  }
}

const SHOWN_OTHERWISE = "A cell of the table shows something else than the number or text that it holds";

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

const ROWS = "/worksheet/sheetData";
const ROW = `${ROWS}/row`;
const CELL = `${ROW}/c`;
const VALUE = `${CELL}/v`;
const INLINE = `${CELL}/is`;

/** Gives the rows of a sheet that have a text, in their order, and holds no more than one of them. */
class SheetWalk implements Visitor {
  readonly holders: ReadonlySet<string> = new Set([ROWS, "/worksheet/mergeCells"]);
  readonly most = MOST_ELEMENTS;
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
  #shows: Shows | undefined;
  #times: number[] = [];
  readonly #fail = (problem: string): never => this.#damaged(problem);
  #text = new RichText(this.#fail);
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
    else if (path === (this.#type === "inlineStr" ? INLINE : VALUE)) this.#openValue();
    else if (path.startsWith(`${INLINE}/`)) this.#text.open(path.slice(INLINE.length));
    else if (path.startsWith(`${ROWS}/`)) this.#damaged("The sheet holds here what belongs to no such cell.");
    else if (path === "/worksheet/mergeCells/mergeCell") this.#onMerged(attribute("ref") ?? "");
  }

  text(path: string, text: string): void {
    if (path === VALUE) this.#text.add("/t", text);
    else if (path.startsWith(`${INLINE}/`)) this.#text.add(path.slice(INLINE.length), text);
  }

  close(path: string): void {
    if (path === CELL) this.#closeCell();
    if (path !== ROW) return;
    const [number, cells, isHidden, times] = [this.#row, this.#cells, this.#isHidden, this.#times];
    const refused = this.#refused;
    if (cells.length > 0 || refused !== undefined) this.#take({ number, cells, isHidden, times, refused });
  }

  #damaged(problem: string): never {
    const isInRow = this.#column > 0;
    throw damaged(
      problem,
      isInRow ? `${this.#file}:${letters(this.#column)}${this.#row}` : placeOf(this.#file, this.#row),
    );
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
    this.#times = [];
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
    this.#shows = this.#shared.styles[wholeNumber(attribute("s") ?? "0")];
    this.#text = new RichText(this.#fail);
    this.#values = 0;
  }

  #openValue(): void {
    if (++this.#values > 1) this.#damaged("This cell has two values.");
  }

  #closeCell(): void {
    const text = this.#value();
    if (text === "") return;
    const isNumber = this.#type === "n" || this.#type === "d";
    const isShown = isNumber ? this.#shows?.number !== undefined : this.#shows?.text === true;
    if (!isShown) this.#refuse(SHOWN_OTHERWISE);
    if (isNumber && this.#shows?.number === "time") this.#times.push(this.#column);
    if (this.#column > MOST_COLUMNS) this.#damaged(`The sheet has more than ${MOST_COLUMNS} columns.`);
    while (this.#cells.length < this.#column - 1) this.#cells.push("");
    this.#cells.push(text);
  }

  #value(): string {
    const [type, { text }] = [this.#type, this.#text];
    if (text === "" || ["n", "str", "inlineStr", "d", "e"].includes(type)) return text;
    if (type === "b" && (text === "0" || text === "1")) return text === "1" ? "TRUE" : "FALSE";
    const shared = type === "s" && /^\d{1,9}$/.test(text) ? this.#shared.texts[Number(text)] : undefined;
    if (shared !== undefined) return shared;
    return this.#damaged(`This cell is of no kind that is known, or its text is not there: "${shown(type)}".`);
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
  /** The namespace of the root; absent: one of a workbook's. */
  readonly root?: string;
  /**
   * Elements that hold what is read. Each comes once at most, in no foreign element, which one reader would pass over and
   * another open, and holds none, but in a list of extensions.
   */
  readonly holders: ReadonlySet<string>;
  /** Elements, so many at most. */
  readonly most: number;
  open?(path: string, attribute: AttributeOf): void;
  text?(path: string, text: string): void;
  close?(path: string): void;
}

/** A path as a reader sees it that opens what is foreign. */
function withoutForeign(path: string): string {
  return path.replaceAll("/?", "");
}

/**
 * Reads XML in UTF-8, without a document type and so without entities, until its end or until `isDone`. Error `xlsx`: it is
 * none, is of another namespace than its part has, has foreign elements where a reader could see something else, or elements,
 * nesting or attributes beyond all measure.
 */
function walkXml(bytes: Buffer, file: string, visitor: Visitor, isDone: () => boolean = () => false): void {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const refuse = (problem = "A part of the workbook is no plain XML."): never => {
    throw damaged(problem, file);
  };
  const refuseForeign = (): never => refuse("A part of the workbook has elements that other readers read otherwise.");
  const lengths: number[] = [];
  const held = new Set<string>();
  const isHeld = (all: string): boolean => [...held].some((each) => all.startsWith(`${each}/`));
  let path = "";
  let namespace = "";
  let elements = 0;
  let attributes = 0;
  parser.on("error", () => refuse());
  parser.on("doctype", () => refuse());
  parser.on("xmldecl", ({ encoding = "UTF-8" }) => {
    if (encoding.toUpperCase() !== "UTF-8") refuse();
  });
  parser.on("attribute", () => {
    if (++attributes > MOST_ATTRIBUTES) refuse();
  });
  parser.on("opentag", ({ local, uri, attributes: all }) => {
    attributes = 0;
    if (++elements > visitor.most || lengths.push(path.length) > MOST_DEPTH) refuse();
    if (path === "") namespace = visitor.root ?? (DIALECTS.has(uri) ? uri : refuse());
    const isOwn = uri === namespace;
    if (!isOwn && (path === "" || DIALECTS.has(uri))) refuseForeign();
    const above = path;
    path = `${path}/${isOwn ? local : "?"}`;
    if (!isOwn && isHeld(path) && !above.includes("/extLst/ext")) refuseForeign();
    const seen = withoutForeign(path);
    if (isOwn && visitor.holders.has(seen)) {
      if (seen !== path || held.has(seen)) refuseForeign();
      held.add(seen);
    }
    visitor.open?.(path, (name) => {
      if (name !== "r:id") return all[name]?.value;
      const ids = DIALECTS.get(namespace);
      return Object.values(all).find((each) => each.local === "id" && each.uri === ids)?.value;
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
