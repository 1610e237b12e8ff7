import { inputError } from "../../errors.ts";
import { parseJsonTexts, type JsonTexts } from "../../input/json.ts";
import { counted } from "../../input/quantities.ts";
import { shown } from "../csvTable.ts";
import { openTable } from "../table/layout.ts";
import { parseProfile } from "../table/profile.ts";
import { readUntil } from "./attempt.ts";
import { refusalOf, type Inspection, type Refusal } from "./inspection.ts";
import { formsOf, looksLikeNumber, skeletonOf, type Skeleton } from "./skeleton.ts";

/** So many rows tell what a file looks like, and so many are shown. */
const MOST_LOOKED_AT = 200;
const SHOWN_ROWS = 3;
const SHOWN_CHARACTERS = 100;

const HOW = "how a profile of it is written: docs/spec/profiles.md#layouts";

/**
 * A workbook or JSON that no profile reads: its layout, what stands in it, and a profile to start from, unless one nearly
 * fits. Undefined: it is neither. Error `inspect-form`: it looks like one, and is none.
 */
export function inspectStructured(
  bytes: Uint8Array,
  file: string,
  unfit: NonNullable<Inspection["unfit"]>,
): Inspection | undefined {
  const found = lookInto(bytes, file);
  if (found === undefined) return undefined;
  const { form, facts, refusal, skeleton } = found;
  if (refusal !== undefined && skeleton === undefined && unfit.length === 0) {
    throw inputError(`This looks like ${form}, but cannot be read: ${refusal.message}`, {
      place: refusal.place,
      remedy: `Export or copy it again; ${HOW}.`,
      code: "inspect-form",
    });
  }
  return {
    form: `${form} that no profile reads`,
    facts: [
      ...facts,
      ...(refusal === undefined
        ? []
        : [`it is refused: ${refusal.message}`, `  at ${refusal.place}`, `  ${refusal.remedy}`]),
      ...(skeleton?.hints ?? []),
      HOW,
    ],
    series: [],
    unfit,
    ...(skeleton && unfit.length === 0 ? { skeleton: skeleton.profile } : {}),
    commands: [],
  };
}

interface Found {
  readonly form: string;
  readonly facts: readonly string[];
  readonly refusal?: Refusal | undefined;
  readonly skeleton?: Skeleton;
}

function lookInto(bytes: Uint8Array, file: string): Found | undefined {
  const head = Buffer.from(bytes.subarray(0, 4096))
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .trimStart();
  if (/^PK[\x03\x05\x07]/.test(head)) return workbook(bytes, file);
  return /^[{[]/.test(head) ? json(bytes, file) : undefined;
}

/** What a profile says of how a file holds its rows. */
interface RowsLayout {
  readonly layout: string;
  readonly rows?: string;
  readonly header?: "none";
}

interface Row {
  readonly number: number;
  readonly cells: readonly string[];
}

/** The first rows of a file in a layout, and what it refuses. */
function firstRows(
  bytes: Uint8Array,
  file: string,
  layout: RowsLayout,
): { readonly rows: readonly Row[]; readonly refusal: Refusal | undefined; readonly says: readonly string[] } {
  // Of a profile, a layout's reader takes what it says of lines and rows; the columns are not looked at.
  const profile = parseProfile(
    {
      ...{ format: "batchproof-profile/1", name: "any", about: "any", ...layout },
      columns: [
        { name: "/time", is: "time", form: "unix" },
        { name: "/value", is: "value", unit: "Cel" },
      ],
    },
    file,
  );
  const rows: Row[] = [];
  let says: readonly string[] = [];
  const refusal = refusalOf(() => {
    const table = openTable(bytes, file, profile);
    says = table.says?.() ?? [];
    readUntil(table, (cells, number) => rows.push({ number, cells: [...cells] }) > MOST_LOOKED_AT);
  });
  return { rows, refusal, says };
}

function workbook(bytes: Uint8Array, file: string): Found {
  const { rows, refusal, says } = firstRows(bytes, file, { layout: "xlsx", header: "none" });
  const isText = (cell: string): boolean =>
    cell.trim() !== "" && !looksLikeNumber(cell) && formsOf([cell]).length === 0;
  const at = rows.findIndex(
    ({ cells, number }, i) =>
      cells.every(isText) && rows[i + 1]?.number === number + 1 && (rows[i + 1]?.cells.some(looksLikeNumber) ?? false),
  );
  const header = rows[at];
  const table = header === undefined ? rows : rows.slice(at + 1);
  return {
    form: "an Excel workbook",
    facts: [
      `layout: xlsx; ${says.join(", ")}`,
      header === undefined
        ? "header, guessed: none"
        : `header, guessed: row ${header.number}: ${header.cells.map(shown).join(" | ")}`,
      ...shownRows("first rows", header === undefined ? rows : [...rows.slice(0, at), ...table.slice(0, SHOWN_ROWS)]),
    ],
    refusal,
    ...(header && {
      skeleton: skeletonOf(
        {
          ...{ layout: "xlsx", numbers: "loose" },
          ...(header.number === 1 ? {} : { before: { lines: header.number - 1 } }),
        },
        header.cells,
        table.map(({ cells }) => cells),
      ),
    }),
  };
}

function shownRows(words: string, rows: readonly Row[]): string[] {
  return [
    ...(rows.length === 0 ? [] : [`${words}:`]),
    ...rows
      .slice(0, 2 * SHOWN_ROWS)
      .map(({ number, cells }) => `  ${number}: ${cells.join(" | ").slice(0, SHOWN_CHARACTERS)}`),
  ];
}

function json(bytes: Uint8Array, file: string): Found {
  const whole: JsonTexts[] = [];
  const refusal = refusalOf(() => whole.push(parseJsonTexts(bytes, file)));
  const [root] = whole;
  if (root === undefined) return lines(bytes, file) ?? { form: "JSON", facts: ["layout: json"], refusal };
  const arrays = arraysOf(root).toSorted((a, b) => b.length - a.length);
  const [rows] = arrays;
  if (rows === undefined) {
    return { form: "a JSON document", facts: ["layout: json; in it stands no array of objects, which could be rows"] };
  }
  const { pointer } = rows;
  return jsonRows(bytes, file, { layout: "json", rows: pointer }, "a JSON document", [
    `layout: json; rows, guessed: the ${counted(rows.length, "element")} of the array at "${pointer}"`,
    ...arrays
      .slice(1, 1 + SHOWN_ROWS)
      .map((other) => `another array: ${counted(other.length, "element")} at "${other.pointer}"`),
    ...scalarsOf(root, pointer),
  ]);
}

/** A JSON value a line. */
function lines(bytes: Uint8Array, file: string): Found | undefined {
  const end = bytes.indexOf(0x0a);
  const first = bytes.subarray(0, end < 0 ? 0 : end);
  if (refusalOf(() => parseJsonTexts(first, file)) !== undefined) return undefined;
  return jsonRows(bytes, file, { layout: "ndjson" }, "lines of JSON", ["layout: ndjson; a row a line"]);
}

function jsonRows(bytes: Uint8Array, file: string, layout: RowsLayout, form: string, facts: readonly string[]): Found {
  const { rows, refusal } = firstRows(bytes, file, layout);
  const [header, ...table] = rows;
  if (header === undefined) return { form, facts, refusal };
  return {
    form,
    facts: [
      ...facts,
      `members of a row, by their pointers: ${header.cells.map(shown).join(" | ")}`,
      ...shownRows("first rows", table.slice(0, SHOWN_ROWS)),
    ],
    refusal,
    skeleton: skeletonOf(
      layout,
      header.cells,
      table.map(({ cells }) => cells),
    ),
  };
}

interface ArrayAt {
  readonly pointer: string;
  readonly length: number;
}

/** The arrays whose every element has members, the outermost of those within each other. */
function arraysOf(value: JsonTexts, pointer = ""): ArrayAt[] {
  if (value === null || typeof value !== "object") return [];
  if (Array.isArray(value) && value.length > 0 && value.every((each) => each !== null && typeof each === "object")) {
    return [{ pointer, length: value.length }];
  }
  return Object.entries(value).flatMap(([key, each]) => arraysOf(each, pointerTo(pointer, key)));
}

/** What is said beside the rows, as a template of `facts` would meet it. */
function scalarsOf(value: JsonTexts, rows: string, pointer = ""): string[] {
  if (value === null || typeof value !== "object") return [`  ${pointer}: ${value === null ? "" : String(value)}`];
  if (pointer === rows) return [];
  const found = Object.entries(value).flatMap(([key, each]) => scalarsOf(each, rows, pointerTo(pointer, key)));
  if (pointer !== "" || found.length === 0) return found;
  return [
    'outside of the rows, where "facts" can take a value, such as "/unit: {unit}":',
    ...found.slice(0, MOST_SCALARS).map((line) => line.slice(0, SHOWN_CHARACTERS)),
  ];
}

const MOST_SCALARS = 12;

function pointerTo(pointer: string, key: string): string {
  return `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
