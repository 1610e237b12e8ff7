import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { inputError, type BatchproofError } from "../errors.ts";
import { ADDRESS, defineDocument, documentText } from "../formats/document.ts";
import { writeFileAtomically } from "../input/files.ts";
import { withLock } from "../input/lock.ts";
import type { JsonObject } from "./dataIntegrity.ts";
import { LIST_ENTRIES } from "./vcStatus.ts";
import { ENTRY_TYPE, PURPOSES, type BatchName, type Purpose } from "./vcTerms.ts";

/** The credentials that were issued: each batch's index in the status lists. It is kept beside the issuer's key. */
export interface IssuedList {
  readonly format: "batchproof-issued/1";
  readonly chainId: string;
  readonly registry: string;
  /** DID of the issuer of the credentials, who issues the lists too. */
  readonly issuer: string;
  /** Address of the folder in which the lists are found. */
  readonly url: string;
  /** Index of each batch, by the batch's key. */
  readonly entries: Readonly<Record<string, number>>;
}

/** A full list fits. */
const MAX_ISSUED_BYTES = 16 * 2 ** 20;

const issuedDocument = defineDocument<IssuedList>("batchproof-issued/1", "issued-list", {
  chainId: { type: "string", pattern: "^[1-9][0-9]{0,17}$" },
  registry: ADDRESS,
  issuer: { type: "string", minLength: 1, maxLength: 500 },
  url: { type: "string", maxLength: 500 },
  entries: {
    type: "object",
    propertyNames: { pattern: "^0x[0-9a-f]{64}$" },
    additionalProperties: { type: "integer", minimum: 0, maximum: LIST_ENTRIES - 1 },
  },
});

/**
 * Reads the list. Errors: those of `readJson`, `issued-list` (not such a list, one index for two batches, or one of another
 * register), `status-url`.
 */
export async function readIssued(
  path: string,
  { chainId, registry }: Pick<BatchName, "chainId" | "registry">,
): Promise<IssuedList> {
  const list = await issuedDocument.read(path, { limit: MAX_ISSUED_BYTES });
  const indices = Object.values(list.entries);
  if (new Set(indices).size < indices.length) throw misfit("Two batches have one index.", `${path}#/entries`);
  statusUrl(list.url, `${path}#/url`);
  if (list.chainId !== chainId.toString() || list.registry !== registry) {
    throw misfit("The list is of another register, or of another chain.", path);
  }
  return list;
}

/**
 * The entries of a batch by the list at `given`, where one is made if there is none: its index is drawn by lot among those that are
 * free, so that it says nothing of when it was issued, and is on the disk before a credential names it. `url`: needed where
 * the list is new, else the same. Errors: those of `readIssued` and of `writeFileAtomically`,
 * `issued-list` (of another issuer, or another address), `locked`, `issued-full`.
 */
export async function issuedEntries(
  given: string,
  { batch, ...register }: BatchName,
  issuer: string,
  url: string | undefined,
): Promise<readonly JsonObject[]> {
  // A link would be replaced by a list of its own, and the one that it leads to would lose the index.
  const path = existsSync(given) ? await realpath(given) : given;
  return await withLock(`${path}.lock`, async () => {
    const list = existsSync(path) ? await readIssued(path, register) : newList(register, issuer, url, path);
    if (list.issuer !== issuer) throw misfit("The list is of another issuer.", path);
    if (url !== undefined && statusUrl(url, "--status-url") !== list.url) {
      throw misfit("The lists are found under another address.", "--status-url");
    }
    const known = list.entries[batch];
    if (known !== undefined) return statusEntries(list.url, known);
    const index = freeIndex(list, path);
    const entries = { ...list.entries, [batch]: index };
    await writeFileAtomically(path, documentText({ ...list, entries }), { mode: 0o600 });
    return statusEntries(list.url, index);
  });
}

function newList(
  { chainId, registry }: Pick<BatchName, "chainId" | "registry">,
  issuer: string,
  url: string | undefined,
  path: string,
): IssuedList {
  if (url === undefined) {
    throw inputError("The list is new, and nothing says where status lists will be found.", {
      code: "status-url",
      place: path,
      remedy: "Give that address: --status-url.",
    });
  }
  const head = { format: "batchproof-issued/1", chainId: chainId.toString(), registry, issuer } as const;
  return { ...head, url: statusUrl(url, "--status-url"), entries: {} };
}

function freeIndex({ entries }: IssuedList, path: string): number {
  const taken = new Set(Object.values(entries));
  const free = Array.from({ length: LIST_ENTRIES }, (_, index) => index).filter((index) => !taken.has(index));
  const drawn = free.length === 0 ? undefined : free[randomInt(free.length)];
  if (drawn !== undefined) return drawn;
  throw inputError("The list has no index left.", { code: "issued-full", place: path });
}

/** Address of the folder of status lists, without a slash at its end. Error `status-url`. */
function statusUrl(given: string, place: string): string {
  const url = given.replace(/\/$/, "");
  const isHttps = /^https:\/\/[!-~]+$/.test(url) && URL.canParse(url);
  const { search, hash, username } = isHttps ? new URL(url) : { search: "?", hash: "", username: "" };
  if (search === "" && hash === "" && username === "" && !/[?#]/.test(url)) return url;
  throw inputError("This is not an https address of a folder.", { code: "status-url", place });
}

/** Address of one list. */
export function listUrl(url: string, purpose: Purpose): string {
  return `${url}/${purpose}.json`;
}

/** What a credential says of where its status is found. */
export function statusEntries(url: string, index: number): readonly JsonObject[] {
  return PURPOSES.map((purpose) => ({
    id: `${listUrl(url, purpose)}#${index}`,
    type: ENTRY_TYPE,
    statusPurpose: purpose,
    statusListIndex: index.toString(),
    statusListCredential: listUrl(url, purpose),
  }));
}

function misfit(message: string, place: string): BatchproofError {
  return inputError(message, { code: "issued-list", place });
}
