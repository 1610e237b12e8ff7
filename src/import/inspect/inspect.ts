import { inputError } from "../../errors.ts";
import { RESULT_COLUMNS } from "../csvColumns.ts";
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
    isOf: (head) => hasColumns(head, RESULT_COLUMNS),
    inspect: async (bytes, file) => (await import("./results.ts")).inspectResults(bytes, file),
  },
];

/**
 * What a file is and what `import` would read of it. What is of no form that says of itself what it is, is tried as a table by
 * profiles; a file for which profiles are given, is. Errors: `inspect-form` (no form that is known), and those of the form's
 * own reader where it cannot read the file at all.
 */
export async function inspectFile(bytes: Uint8Array, file: string, request: InspectRequest): Promise<Inspection> {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES))
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  const form = request.profiles?.length ? undefined : FORMS.find(({ isOf }) => isOf(head));
  if (form === undefined) return (await import("./table.ts")).inspectTable(bytes, file, request);
  if (request.zone !== undefined) {
    throw inputError("Only a table's clock has a zone.", {
      place: "--zone",
      remedy: "Give --offset, or neither.",
      code: "usage",
    });
  }
  return await form.inspect(bytes, file, request);
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
