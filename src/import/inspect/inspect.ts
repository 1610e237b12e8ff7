import { inputError } from "../../errors.ts";
import { HISTORIAN_COLUMNS, RESULT_COLUMNS } from "../csvColumns.ts";
import { shown } from "../csvTable.ts";
import type { Inspection, InspectRequest } from "./inspection.ts";

/** A sort of file: by what it is known, and who looks into it. What a sort needs is loaded when there is such a file. */
interface Form {
  readonly isOf: (head: string) => boolean;
  readonly inspect: (bytes: Uint8Array, file: string, request: InspectRequest) => Promise<Inspection>;
}

/** As much of a file as tells its form. */
const HEAD_BYTES = 4096;

/** The first that fits. Forms that say of themselves what they are stand before those that a reader must be told. */
const FORMS: readonly Form[] = [
  {
    isOf: (head) => /^Device: /.test(head),
    inspect: async (...words) => (await import("./fridgetag.ts")).inspectFridgetag(...words),
  },
  {
    isOf: (head) => /^\s*</.test(head),
    inspect: async (bytes, file) => (await import("./batchml.ts")).inspectBatchml(bytes, file),
  },
  {
    isOf: (head) => hasColumns(head, HISTORIAN_COLUMNS),
    inspect: async (...words) => (await import("./historian.ts")).inspectHistorian(...words),
  },
  {
    isOf: (head) => hasColumns(head, RESULT_COLUMNS),
    inspect: async (bytes, file) => (await import("./results.ts")).inspectResults(bytes, file),
  },
];

/**
 * What a file is and what `import` would read of it. Errors: `inspect-form` (no form that is known), and those of the form's own
 * reader where it cannot read the file at all.
 */
export async function inspectFile(bytes: Uint8Array, file: string, request: InspectRequest): Promise<Inspection> {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES))
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  const form = FORMS.find(({ isOf }) => isOf(head));
  if (form !== undefined) return await form.inspect(bytes, file, request);
  throw inputError(`This is no file that is known; it begins with "${shown(firstLine(head))}".`, {
    place: `${file}:1`,
    remedy:
      "Known are the text exports of Fridge-tags and Q-tags, BatchML, and CSV files with the columns " +
      `${HISTORIAN_COLUMNS.join(", ")} or ${RESULT_COLUMNS.join(", ")}.`,
    code: "inspect-form",
  });
}

function hasColumns(head: string, columns: readonly string[]): boolean {
  const cells = firstLine(head)
    .split(",")
    .map((cell) => cell.replace(/^"(.*)"$/, "$1"));
  return cells.length === columns.length && columns.every((column) => cells.includes(column));
}

function firstLine(head: string): string {
  return head.split(/\r?\n/, 1)[0] ?? "";
}
