import type { Review } from "../../src/audit/reviewRecord.ts";
import type { Sample } from "../../src/audit/sample.ts";
import type { JsonValue } from "../../src/input/json.ts";
import { perReport } from "./perReport.ts";

/** The review record that a reader is about to sign, of one report; all of it stays in this page's memory. */
export const draftOf = perReport(() => ({
  sample: undefined as Sample | undefined,
  /** By the row's id. */
  comments: new Map<string, string>(),
  /** The reader's own accounts, as they were typed. */
  accounts: "",
  /** An earlier record, whose signature holds; null: those that came with the page were not read yet. */
  earlier: null as Review | undefined | null,
  /** The reader's key file, which is not open. */
  key: undefined as { readonly name: string; readonly value: JsonValue } | undefined,
  /** What was signed; undefined also where something was changed since. */
  signed: undefined as Review | undefined,
}));

export type Draft = ReturnType<typeof draftOf>;
