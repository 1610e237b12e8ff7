import { inputError } from "../src/errors.ts";
import { readBytes } from "../src/input/files.ts";

/** Which account a keystore holds, as it says outside of what is encrypted: 0x, lower case. Error `account`. */
export async function keystoreAddress(path: string): Promise<string> {
  const found = /"address"\s*:\s*"(?:0x)?([0-9a-fA-F]{40})"/.exec(Buffer.from(await readBytes(path)).toString("utf8"));
  if (found?.[1] !== undefined) return `0x${found[1].toLowerCase()}`;
  throw inputError("The file does not say which account it is the keystore of.", {
    place: path,
    remedy: "Give the account's address in its place.",
    code: "account",
  });
}
