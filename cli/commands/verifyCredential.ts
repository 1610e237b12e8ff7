import { objectIn } from "../../src/exports/dataIntegrity.ts";
import type { CredentialReader, DidFile } from "../../src/exports/did.ts";
import {
  credentialStatus,
  parseCredential,
  subjectBatch,
  verifyCredential,
  type CredentialFile,
  type CredentialStatus,
  type VerifiedCredential,
} from "../../src/exports/vcVerify.ts";
import { BATCH_TYPE } from "../../src/exports/vcTerms.ts";
import { refusal } from "../../src/errors.ts";
import { visible } from "../../src/formats/visible.ts";
import { readBytes } from "../../src/input/files.ts";
import { decodeUtf8, MAX_JSON_BYTES, readJson } from "../../src/input/json.ts";
import { formatTime } from "../../src/input/times.ts";
import { DEVELOPMENT_WARNING } from "../circuits.ts";
import { list, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";

/** Of a credential, nobody gave the lists that say how it stands now. */
const STATUS_UNKNOWN = 3;

/** `verify-credential`. */
export async function verify([path = ""]: readonly string[], options: Options): Promise<Answer> {
  const file = await readCredential(path);
  const lists: CredentialFile[] = [];
  for (const name of list(options, "statusList")) lists.push(await readCredential(name));
  const reader = await readerOf(options);
  const verified = verifyCredential(file, reader);
  const status = credentialStatus(verified, path, lists, reader);
  refuseSet(status, path);
  const batch = verified.types.includes(BATCH_TYPE) ? subjectBatch(verified.document) : null;
  const missing = status.filter(({ set }) => set === undefined);
  return {
    text: [
      fieldLines(described(verified)),
      ...(batch === null ? [] : [`batch ${batch.batch} of register ${batch.registry} on chain ${batch.chainId}`]),
      ...status.map(statusText),
      ...(status.length === 0 ? ["It names no status list: nobody says whether it was revoked since."] : []),
      ...(isForgeable(verified) ? [DEVELOPMENT_WARNING] : []),
      "The proof holds: its issuer said this. Whether the batch may be used now, only the register says: verify-batch.",
    ].join("\n"),
    json: {
      valid: missing.length === 0 ? true : null,
      ...{ issuer: verified.issuer, types: verified.types, created: formatTime(verified.created) },
      validUntil: verified.validUntil === undefined ? null : formatTime(verified.validUntil),
      batch,
      status: status.map(({ set, ...entry }) => ({ ...entry, set: set ?? null })),
    },
    exitCode: missing.length === 0 ? 0 : STATUS_UNKNOWN,
  };
}

/** Whether the credential itself says that what it is about rests on development keys. */
function isForgeable({ document }: VerifiedCredential): boolean {
  return objectIn(document["credentialSubject"])?.["developmentKeys"] === true;
}

/** What a reader of credentials knows: this machine's clock, and the DID documents of --did. Errors: those of `readJson`. */
async function readerOf(options: Options): Promise<CredentialReader> {
  const dids: DidFile[] = [];
  for (const place of list(options, "did")) dids.push({ value: await readJson(place), place });
  return { now: Math.floor(Date.now() / 1000), dids };
}

async function readCredential(path: string): Promise<CredentialFile> {
  return parseCredential(decodeUtf8(await readBytes(path, { limit: MAX_JSON_BYTES }), path), path);
}

const SET_ERRORS = {
  revocation: ["The credential was revoked.", "credential-revoked"],
  suspension: ["The credential is suspended.", "credential-suspended"],
} as const;

function refuseSet(status: readonly CredentialStatus[], place: string): void {
  const found = status.filter(({ set }) => set === true);
  for (const [purpose, [message, code]] of Object.entries(SET_ERRORS)) {
    if (found.some((entry) => entry.purpose === purpose)) throw refusal(message, { code, place });
  }
}

function described({ issuer, types, created, validUntil }: VerifiedCredential): Record<string, string> {
  return {
    issuer: visible(issuer),
    type: visible(types.join(", ")),
    signed: formatTime(created),
    "valid until": validUntil === undefined ? "no end" : formatTime(validUntil),
  };
}

function statusText({ purpose, list: url, set }: CredentialStatus): string {
  const found = set === undefined ? `unknown: give the list, from ${visible(url)}` : set ? "set" : "not set";
  return `${visible(purpose)}: ${found}`;
}
