import { sha256 } from "ethers";
import { inputError } from "../src/errors.ts";
import { readBytes } from "../src/input/files.ts";

/** 32 bytes as the register names batches, policies, circuits and consents. Error `hash`. `what`: the thing named. */
export function hashOf(given: string, place: string, what: string): string {
  if (/^0x[0-9a-f]{64}$/.test(given)) return given;
  throw inputError(`This does not name a ${what}: 0x and 64 lower-case hex digits.`, {
    place: `${place} ${given}`,
    code: "hash",
  });
}

/** A whole number, 1 or more. Error `usage`. */
export function wholeNumber(given: string, place: string): bigint {
  if (/^[1-9][0-9]{0,17}$/.test(given)) return BigInt(given);
  throw inputError("This is a whole number, 1 or more.", { place, code: "usage" });
}

/** The address of a PostgreSQL database. Error `usage`, without the address: it may hold a password. */
export function databaseUrl(given: string, place: string): string {
  if (/^postgres(?:ql)?:\/\//.test(given) && URL.canParse(given)) return given;
  throw inputError("This is not the address of a PostgreSQL database.", {
    ...{ place, code: "usage" },
    remedy: "Write postgres://USER:PASSWORD@HOST:PORT/DATABASE, best in BATCHPROOF_QUEUE.",
  });
}

/** What is published of a document: its sha256, 0x hex. Errors: those of `readBytes`. */
export async function fileHash(path: string): Promise<string> {
  return sha256(await readBytes(path));
}
