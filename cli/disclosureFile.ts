import { askedDisclosure, type AskedDisclosure } from "../src/chain/askedDisclosure.ts";
import type { Register } from "../src/chain/handles.ts";
import { refuseOtherRequest } from "../src/disclosure/request.ts";
import { inFile } from "../src/errors.ts";
import { readBytes } from "../src/input/files.ts";
import { MAX_JSON_BYTES } from "../src/input/json.ts";
import { disclosureIn, type ReadDisclosure } from "../src/standing/verifiedDisclosure.ts";

/** Reads a disclosure; its shape alone is judged. Errors: those of `readBytes` and `disclosureIn`. */
export async function readDisclosure(path: string): Promise<ReadDisclosure> {
  return disclosureIn(await readBytes(path, { limit: MAX_JSON_BYTES }), path);
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
