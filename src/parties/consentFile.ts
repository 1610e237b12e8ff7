import { createHash, randomBytes } from "node:crypto";
import { inputError } from "../errors.ts";
import { writeNewFile } from "../input/files.ts";
import { defineDocument, documentText, hexBytes } from "../formats/document.ts";

/** A consent as its holder keeps it, to show one day what was agreed to. Bytes as hex. */
export interface ConsentFile {
  readonly format: "batchproof-consent/1";
  /** sha256 of the signed document. */
  readonly document: string;
  /** Drawn for this consent alone: two consents to one document cannot be recognised as such. */
  readonly salt: string;
}

const consentDocument = defineDocument<ConsentFile>("batchproof-consent/1", "consent-file", {
  document: hexBytes(32),
  salt: hexBytes(32),
});

/** The commitment that is published: sha256(salt, sha256(document)), 0x hex. */
export function consentCommitment({ salt, document }: ConsentFile): string {
  return `0x${createHash("sha256").update(Buffer.from(salt, "hex")).update(Buffer.from(document, "hex")).digest("hex")}`;
}

/** Draws a consent to a document and writes its file (mode 0600). Errors: `consent-exists`, `file-write`. */
export async function drawConsent(path: string, document: Uint8Array): Promise<ConsentFile> {
  const consent: ConsentFile = {
    format: "batchproof-consent/1",
    document: createHash("sha256").update(document).digest("hex"),
    salt: randomBytes(32).toString("hex"),
  };
  const taken = inputError("There is a file of this name already.", {
    place: path,
    remedy: "Every consent has a file of its own: name another one.",
    code: "consent-exists",
  });
  await writeNewFile(path, documentText(consent), taken);
  return consent;
}

/** Reads a consent's file. Errors: `consent-file` (shape), those of `readJson`. */
export function readConsent(path: string): Promise<ConsentFile> {
  return consentDocument.read(path);
}
