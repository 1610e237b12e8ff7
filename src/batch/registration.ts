import { existsSync } from "node:fs";
import { join } from "node:path";
import { ADDRESS, defineDocument, documentText } from "../formats/document.ts";
import { writeFileAtomically } from "../input/files.ts";
import { REGISTRATION_FILE } from "./paths.ts";

/** Where a batch was opened: what its folder remembers, so that later commands need not be told again. */
export interface Registration {
  /** Decimal. */
  readonly chainId: string;
  /** Addresses, 0x and 40 hex digits. */
  readonly registry: string;
  readonly owner: string;
}

const registrationDocument = defineDocument<Registration & { readonly format: string }>(
  "batchproof-registration/1",
  "registration-file",
  { chainId: { type: "string", pattern: "^[1-9][0-9]{0,17}$" }, registry: ADDRESS, owner: ADDRESS },
);

/** What the folder remembers; undefined before `open`. Errors `registration-file`, those of `readJson`. */
export async function readRegistration(dir: string): Promise<Registration | undefined> {
  const path = join(dir, REGISTRATION_FILE);
  if (!existsSync(path)) return undefined;
  const { chainId, registry, owner } = await registrationDocument.read(path, {
    within: dir,
    ifEmpty: "Remove it and open the batch again, which writes it anew.",
  });
  return { chainId, registry, owner };
}

/** Remembers where the batch was opened, in place of what was there. Errors: those of `writeFileAtomically`. */
export async function writeRegistration(dir: string, registration: Registration): Promise<void> {
  const text = documentText({ format: "batchproof-registration/1", ...registration });
  await writeFileAtomically(join(dir, REGISTRATION_FILE), text, { mode: 0o600, within: dir });
}
