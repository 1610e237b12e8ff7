import { randomBytes } from "node:crypto";
import { inputError } from "../errors.ts";
import { defineDocument, documentText, hexBytes } from "../formats/document.ts";
import { PERSON_KEY_BYTES } from "../formats/person.ts";
import { refuseOpenSecrets, writeNewFile } from "../input/files.ts";

interface PersonKeyFile {
  readonly format: "batchproof-person-key/1";
  /** Hex. */
  readonly key: string;
}

const personKeyDocument = defineDocument<PersonKeyFile>("batchproof-person-key/1", "person-key-file", {
  key: hexBytes(PERSON_KEY_BYTES),
});

/** Draws the key under which a register's persons are hashed, and writes its file (mode 0600). Errors: `person-key-exists`, `file-write`. */
export async function drawPersonKey(path: string): Promise<void> {
  const key = randomBytes(PERSON_KEY_BYTES).toString("hex");
  const taken = inputError("There is a file of this name already.", { place: path, code: "person-key-exists" });
  await writeNewFile(path, documentText({ format: "batchproof-person-key/1", key } satisfies PersonKeyFile), taken);
}

/** Reads the key. Errors: `person-key-file` (shape), `secrets-mode` (others may read it), those of `readJson`. */
export async function readPersonKey(path: string): Promise<Uint8Array> {
  const { key } = await personKeyDocument.read(path);
  await refuseOpenSecrets(path);
  return Buffer.from(key, "hex");
}
