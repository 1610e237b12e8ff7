import { defineDocument, object, TEXT, TIME } from "../formats/document.ts";

/** First file of every backup: what it is. */
export const ABOUT_FILE = "backup.json";
/** Last file: the sha256 of every other one, as `sha256sum --check` reads it. */
export const SUMS_FILE = "SHA256SUMS";

/** What a backup takes whole: a folder or a file, and what it is called in the backup. */
export interface Root {
  readonly name: string;
  readonly from: string;
}

/** What belongs to a service that was backed up, and is not in the backup. */
export interface NotTaken {
  readonly what: string;
  readonly why: string;
}

/** What a backup says of itself. */
export interface About {
  readonly format: "batchproof-backup/1";
  /** Version of the package that made it. */
  readonly version: string;
  /** When it was begun, RFC 3339. */
  readonly made: string;
  readonly roots: readonly Root[];
  /** What whoever restores it must have from elsewhere. */
  readonly notTaken: readonly NotTaken[];
}

const PATH = { type: "string", minLength: 1, maxLength: 4096 } as const;
const WORDS = { type: "string", maxLength: 2_000_000 } as const;

export const ABOUT = defineDocument<About>("batchproof-backup/1", "backup-file", {
  version: TEXT,
  made: TIME,
  roots: { type: "array", items: object({ name: PATH, from: PATH }) },
  notTaken: { type: "array", items: object({ what: WORDS, why: WORDS }) },
});

/** How `sha256sum` writes what a line could not hold: then the line begins with a backslash. */
const ESCAPED: ReadonlyMap<string, string> = new Map([
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\r", "\\r"],
]);

/** A line of SUMS_FILE, as `sha256sum` writes it. */
export function sumLine(hash: string, path: string): string {
  const escaped = path.replaceAll(/[\\\n\r]/g, (letter) => ESCAPED.get(letter) ?? letter);
  return `${escaped === path ? "" : "\\"}${hash}  ${escaped}\n`;
}
