import { getAddress } from "ethers";
import { defineDocument, TEXT } from "../formats/document.ts";

/** Who is behind accounts, as the reader knows it: the register itself holds no names. By checksummed address. */
export type Names = ReadonlyMap<string, string>;

const FORMAT = "batchproof-names/1";

/** JSON Schema of names by address, in any spelling. */
export const NAMES_BY_ADDRESS = {
  type: "object",
  propertyNames: { type: "string", pattern: "^0x[0-9a-fA-F]{40}$" },
  additionalProperties: TEXT,
} as const;

const LIST = defineDocument<{ readonly format: typeof FORMAT; readonly names: Readonly<Record<string, string>> }>(
  FORMAT,
  "name-list",
  { names: NAMES_BY_ADDRESS },
);

/** Reads a list of names from a file. Errors: `name-list`, those of `readJson`. */
export async function readNames(path: string): Promise<Names> {
  return namesOf((await LIST.read(path)).names);
}

/** Names as a report takes them. */
export function namesOf(names: Readonly<Record<string, string>>): Names {
  return new Map(Object.entries(names).map(([address, name]) => [getAddress(address.toLowerCase()), name]));
}
