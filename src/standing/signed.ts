import { recoverAddress, TypedDataEncoder, type Signer } from "ethers";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { inputError } from "../errors.ts";
import { certificateDomain } from "../formats/certificate.ts";
import { canonicalJson, parseLargeJson } from "../input/json.ts";
import { matching, objectOf, oneOf, shaped } from "../input/shapes.ts";
import { formatTime, parseTime } from "../input/times.ts";
import { because, type Reason } from "./answer.ts";
import { ADDRESS, STANDING, TIME } from "./shape.ts";
import type { Standing } from "./standing.ts";

/**
 * The status file: what the register says of a batch at one block, signed by the account of a QP of the batch for those without
 * a network. It is signed as EIP-712, so that a wallet shows what it is, with a type of its own, so that no certificate passes
 * for it and it for none.
 */

const FORMAT = "batchproof-signed-standing/1";
const HOUR = 3600;
const DAY = 24 * HOUR;
/** Longest time from the block for which it is signed: what happens meanwhile its reader does not learn. */
export const LONGEST_VALID = 7 * DAY;
/** How old a block a reader takes, who says nothing else. */
export const MAX_AGE = DAY;
/** How far a reader's clock may be behind the chain's. */
const CLOCKS_APART = 600;

export interface SignedStanding {
  readonly format: typeof FORMAT;
  readonly standing: Standing;
  /** Nobody is to go by it later (RFC 3339). */
  readonly validUntil: string;
  /** Address of the account that signs. */
  readonly signer: string;
  /** 65 bytes, 0x hex. */
  readonly signature: string;
}

const SIGNED = objectOf<SignedStanding>({
  ...{ format: oneOf([FORMAT]), standing: STANDING, validUntil: TIME, signer: ADDRESS },
  signature: matching(/^0x[0-9a-f]{130}$/),
});

const TYPES = {
  Standing: [
    { name: "batch", type: "bytes32" },
    { name: "policyId", type: "bytes32" },
    { name: "status", type: "string" },
    { name: "release", type: "string" },
    { name: "block", type: "uint64" },
    { name: "blockHash", type: "bytes32" },
    { name: "validUntil", type: "uint64" },
    { name: "document", type: "bytes32" },
  ],
};

/** What is signed: what a signer must see, and the hash of all the rest. */
function messageOf(standing: Standing, validUntil: string): Record<string, unknown> {
  const { batch, policy, status, release, block, hash } = standing;
  return {
    ...{ batch, policyId: policy.policyId, status, release, block, blockHash: hash },
    validUntil: parseTime(validUntil, "validUntil"),
    document: `0x${bytesToHex(sha256(utf8ToBytes(canonicalJson(standing))))}`,
  };
}

/**
 * Signs a standing. Error `standing-time`: it ends before an hour has passed since its block, or more than seven days after it.
 * @param account of a QP of the batch; a contract wallet has no key to sign with
 * @param validUntil Unix seconds
 */
export async function signStanding(account: Signer, standing: Standing, validUntil: number): Promise<SignedStanding> {
  const lasts = validUntil - parseTime(standing.time, "time");
  if (!Number.isSafeInteger(validUntil) || lasts < HOUR || lasts > LONGEST_VALID) {
    throw inputError("A standing is signed for at least an hour and at most seven days from its block.", {
      code: "standing-time",
    });
  }
  const until = formatTime(validUntil);
  const domain = certificateDomain(BigInt(standing.chainId), standing.registry);
  const signature = await account.signTypedData(domain, TYPES, messageOf(standing, until));
  return { format: FORMAT, standing, validUntil: until, signer: await account.getAddress(), signature };
}

/**
 * Reads a signed standing; who signed it, and whether it still counts, `standingProblem` says. Errors: `standing-file`, those of
 * `parseLargeJson`, `time-impossible`.
 */
export function readSignedStanding(text: string, place: string): SignedStanding {
  const signed = shaped(SIGNED, parseLargeJson(text, place), "signed standing", "standing-file", place);
  for (const time of [signed.validUntil, signed.standing.time]) parseTime(time, place);
  return signed;
}

/** What the reader of a signed standing knows. */
export interface StandingReader {
  /** By the reader's clock, Unix seconds. */
  readonly now: number;
  /** How old its block may be, seconds; default: a day. */
  readonly maxAge?: number | undefined;
  /** Accounts that are QP of the batch: without a node nobody can say it but who knows it otherwise. */
  readonly qps: readonly string[];
}

/** Why a reader must not go by a signed standing. */
export function standingProblem(signed: SignedStanding, { now, maxAge = MAX_AGE, qps }: StandingReader): Reason[] {
  const until = parseTime(signed.validUntil, "validUntil");
  const at = parseTime(signed.standing.time, "time");
  const aged = [
    ...(until < now ? [`it was to be used until ${signed.validUntil}`] : []),
    ...(until - at > LONGEST_VALID ? ["it is signed for more than seven days from its block"] : []),
    ...(now - at > maxAge ? [`its block is of ${signed.standing.time}, more than ${hours(maxAge)} ago`] : []),
    ...(at - now > CLOCKS_APART ? [`its block is of ${signed.standing.time}, which is yet to come`] : []),
  ];
  return [
    ...signerProblems(signed, qps),
    ...aged.map((text) => because("standing-old", `the signed standing does not count now: ${text}`)),
  ];
}

function signerProblems(signed: SignedStanding, qps: readonly string[]): Reason[] {
  const { signer } = signed;
  if (signerOf(signed) !== signer.toLowerCase()) {
    const text = `the signature is not that of ${signer}, or what it signed was changed since`;
    return [because("standing-signer", text)];
  }
  if (qps.some((qp) => qp.toLowerCase() === signer.toLowerCase())) return [];
  return [because("standing-signer", `signed by ${signer}, who is no QP of the batch that the reader knows`)];
}

/** Small letters; undefined: this is no signature over it. */
function signerOf({ standing, validUntil, signature }: SignedStanding): string | undefined {
  try {
    const domain = certificateDomain(BigInt(standing.chainId), standing.registry);
    const digest = TypedDataEncoder.hash(domain, TYPES, messageOf(standing, validUntil));
    return recoverAddress(digest, signature).toLowerCase();
  } catch {
    return undefined;
  }
}

function hours(seconds: number): string {
  return `${Math.floor(seconds / HOUR)} h`;
}
