import { sha256 } from "ethers";
import { askedDisclosure, type AskedDisclosure } from "../src/chain/askedDisclosure.ts";
import type { Register } from "../src/chain/handles.ts";
import { parseDisclosure, type DisclosureFile } from "../src/disclosure/document.ts";
import { refuseOtherRequest } from "../src/disclosure/request.ts";
import { inFile } from "../src/errors.ts";
import { readBytes } from "../src/input/files.ts";
import { MAX_JSON_BYTES, parseJson, type JsonValue } from "../src/input/json.ts";

/** A disclosure as it lies on disk. */
export interface ReadDisclosure {
  readonly path: string;
  /** Parsed, not judged. */
  readonly value: JsonValue;
  readonly file: DisclosureFile;
  /** SHA-256 of its bytes, 0x hex: what an answer publishes. */
  readonly hash: string;
}

/** Reads a disclosure; its shape alone is judged. Errors: those of `readBytes`, `parseJson` and `parseDisclosure`. */
export async function readDisclosure(path: string): Promise<ReadDisclosure> {
  const bytes = await readBytes(path, { limit: MAX_JSON_BYTES });
  const value = parseJson(bytes, path);
  return { path, value, file: parseDisclosure(value, path), hash: sha256(bytes) };
}

/** What was asked for, once the disclosure answers it. Errors: those of `askedDisclosure` and `refuseOtherRequest`. */
export async function requestAnsweredBy(
  { path, file }: ReadDisclosure,
  register: Register,
  id: bigint,
): Promise<AskedDisclosure> {
  const asked = await askedDisclosure(register, id);
  inFile(path, () => refuseOtherRequest(file, asked));
  return asked;
}
