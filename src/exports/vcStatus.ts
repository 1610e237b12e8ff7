import { gunzipSync, gzipSync } from "node:zlib";
import { inputError, type BatchproofError } from "../errors.ts";
import type { Standing } from "../standing/standing.ts";
import type { JsonObject } from "./dataIntegrity.ts";
import { CONTEXTS, CREDENTIAL_TYPE, LIST_TYPE, type Purpose } from "./vcTerms.ts";
import { formatTime } from "../input/times.ts";

/** W3C Bitstring Status List 1.0: one bit for each credential, in a list that is itself a credential. */

/** Entries of a list of ours: as few as the standard permits, so that one bit tells little of who asks. */
export const LIST_ENTRIES = 131_072;
/** Longest list of others that is unpacked, bytes: eight million entries. */
const MAX_LIST_BYTES = 2 ** 20;
/** Multibase: base64url without padding. */
const BASE64URL = "u";

/** What decides whether the register lets a batch go. */
export type LetGo = Pick<Standing, "status" | "release" | "recalled"> & {
  readonly challenge?: Pick<NonNullable<Standing["challenge"]>, "decided"> | null | undefined;
};

/**
 * What the lists say of a batch. Revoked is what no call undoes; suspended is everything that the register does not let go, and
 * what a challenge puts in doubt on which no QP decided.
 */
export function statusOf({ status, release, recalled, challenge }: LetGo): Readonly<Record<Purpose, boolean>> {
  return {
    revocation: recalled || status === "Rejected" || status === "Aborted",
    suspension: release !== "Released" || challenge?.decided === false,
  };
}

/** A list in which these indices, below LIST_ENTRIES, are set: gzip of the bits, index 0 the highest bit of the first byte. */
export function encodedList(indices: Iterable<number>): string {
  const bits = Buffer.alloc(LIST_ENTRIES / 8);
  for (const index of indices) bits.writeUInt8(bits.readUInt8(index >> 3) | (0x80 >> (index & 7)), index >> 3);
  return BASE64URL + gzipSync(bits).toString("base64url");
}

/**
 * Whether a list of others has this index set. Error `credential-status`: it is no such list, has fewer entries than the standard
 * permits or does not reach the index, or is larger than what is unpacked.
 */
export function isSet(encoded: string, index: number): boolean {
  const bits = unpacked(encoded);
  if (bits.length * 8 < LIST_ENTRIES) throw unreadable("The list is shorter than the standard permits.");
  if (!Number.isSafeInteger(index) || index < 0 || index >= bits.length * 8) {
    throw unreadable("The list does not reach to this index.");
  }
  return (bits.readUInt8(index >> 3) & (0x80 >> (index & 7))) !== 0;
}

function unpacked(encoded: string): Buffer {
  if (!/^u[A-Za-z0-9_-]+$/.test(encoded)) throw unreadable("The list is not written in base64url.");
  try {
    return gunzipSync(Buffer.from(encoded.slice(BASE64URL.length), "base64url"), { maxOutputLength: MAX_LIST_BYTES });
  } catch (cause) {
    throw unreadable(`The list does not unpack to at most ${MAX_LIST_BYTES} bytes.`, cause);
  }
}

function unreadable(message: string, cause?: unknown): BatchproofError {
  return inputError(message, { code: "credential-status", place: "#/credentialSubject/encodedList", cause });
}

/** The block at which the register was asked; its time as text. */
export interface AsOf {
  readonly block: number;
  readonly hash: string | null;
  readonly time: string;
}

/** What a list is made of. Times are Unix seconds. */
export interface NewList {
  readonly purpose: Purpose;
  /** Address under which it is found. */
  readonly url: string;
  readonly issuer: string;
  readonly indices: Iterable<number>;
  readonly asOf: AsOf;
  readonly from: number;
  readonly until: number;
}

/** A status list as a credential, without its proof. */
export function listCredential({ purpose, url, issuer, indices, asOf, from, until }: NewList): JsonObject {
  return {
    ...{ "@context": [...CONTEXTS], id: url, type: [CREDENTIAL_TYPE, LIST_TYPE], issuer },
    ...{ validFrom: formatTime(from), validUntil: formatTime(until) },
    credentialSubject: {
      ...{ id: `${url}#list`, type: "BitstringStatusList", statusPurpose: purpose },
      ...{ encodedList: encodedList(indices), asOf: { ...asOf } },
    },
  };
}
