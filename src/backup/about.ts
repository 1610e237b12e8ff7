import { defineDocument, TEXT, TIME } from "../formats/document.ts";

/** First file of every backup: what it is. */
export const ABOUT_FILE = "backup.json";
/** Last file: the sha256 of every other one, as `sha256sum --check` reads it. */
export const SUMS_FILE = "SHA256SUMS";

/** What a backup says of itself. */
export interface About {
  readonly format: "batchproof-backup/1";
  /** Version of the package that made it. */
  readonly version: string;
  /** When it was begun, RFC 3339. */
  readonly made: string;
  /** What was taken, and what it is called here. */
  readonly roots: readonly { readonly name: string; readonly from: string }[];
}

const PATH = { type: "string", minLength: 1, maxLength: 4096 } as const;

export const ABOUT = defineDocument<About>("batchproof-backup/1", "backup-file", {
  version: TEXT,
  made: TIME,
  roots: {
    type: "array",
    items: {
      type: "object",
      additionalProperties: false,
      required: ["name", "from"],
      properties: { name: PATH, from: PATH },
    },
  },
});

/** A line of SUMS_FILE. */
export function sumLine(hash: string, path: string): string {
  return `${hash}  ${path}\n`;
}
