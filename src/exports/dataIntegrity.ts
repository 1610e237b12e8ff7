import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { base58 } from "@scure/base";
import { refusal, type BatchproofError } from "../errors.ts";
import { visible } from "../formats/visible.ts";
import { canonicalJson, type JsonValue } from "../input/json.ts";
import { formatTime, parseTime } from "../input/times.ts";

/**
 * Proofs of the cryptosuite eddsa-jcs-2022: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3. The document, and how it is
 * signed, are each hashed in the form of RFC 8785, and Ed25519 signs both hashes.
 */

export type JsonObject = Readonly<Record<string, JsonValue>>;

const PROOF_TYPE = "DataIntegrityProof";
const CRYPTOSUITE = "eddsa-jcs-2022";
const PURPOSE = "assertionMethod";
/** Members that a proof may have: of others, such as `expires` or `domain`, none may be passed over unjudged. */
const PROOF_MEMBERS: ReadonlySet<string> = new Set([
  ...["type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue", "@context"],
]);
/** Multibase: base58 in Bitcoin's alphabet. */
const BASE58BTC = "z";
/** Multicodec of an Ed25519 public key. */
const ED25519_PUBLIC = Uint8Array.of(0xed, 0x01);
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** What signs: 32 secret bytes, whose they are, and the name of their public key in the issuer's DID document. */
export interface ProofKey {
  readonly seed: Uint8Array;
  readonly issuer: string;
  readonly verificationMethod: string;
}

/** What a proof says of itself. */
export interface ProofClaims {
  readonly verificationMethod: string;
  /** Unix seconds. */
  readonly created: number;
}

/** The public key of 32 secret bytes. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed);
}

/** A public key as `publicKeyMultibase` of a Multikey writes it: "z6Mk...". */
export function multikeyOf(publicKey: Uint8Array): string {
  return BASE58BTC + base58.encode(concatBytes(ED25519_PUBLIC, publicKey));
}

/** The public key of a Multikey; undefined if it is no Ed25519 key. Each key has one spelling. */
export function publicKeyIn(multikey: string): Uint8Array | undefined {
  const bytes = base58btc(multikey, ED25519_PUBLIC.length + KEY_BYTES);
  if (bytes === undefined || !ED25519_PUBLIC.every((byte, i) => bytes[i] === byte)) return undefined;
  return bytes.subarray(ED25519_PUBLIC.length);
}

/** `length` bytes in base58btc, or undefined. Longer texts are not decoded: that takes the square of their length. */
function base58btc(text: string, length: number): Uint8Array | undefined {
  if (!text.startsWith(BASE58BTC) || text.length > 2 * length) return undefined;
  try {
    const bytes = base58.decode(text.slice(BASE58BTC.length));
    return bytes.length === length ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** What is hashed of a document without its proof and of the proof without its value, and the two hashes, which are signed. */
export interface SignedForm {
  readonly document: string;
  readonly proof: string;
  readonly bytes: Uint8Array;
}

/** The signed form. Error `json-value`. */
export function signedForm(document: JsonObject, proof: JsonObject): SignedForm {
  const texts = { document: canonicalJson(document), proof: canonicalJson(proof) };
  const hash = (text: string): Uint8Array => sha256(utf8ToBytes(text));
  return { ...texts, bytes: concatBytes(hash(texts.proof), hash(texts.document)) };
}

/** The document with a proof under `key`. `created`: Unix seconds. Error `json-value`. */
export function withProof(document: JsonObject, key: ProofKey, created: number): JsonObject {
  const { seed, verificationMethod } = key;
  const context = document["@context"];
  const proof = {
    ...{ type: PROOF_TYPE, cryptosuite: CRYPTOSUITE, created: formatTime(created), verificationMethod },
    ...{ proofPurpose: PURPOSE, ...(context === undefined ? {} : { "@context": context }) },
  };
  const signature = ed25519.sign(signedForm(document, proof).bytes, seed);
  return { ...document, proof: { ...proof, proofValue: BASE58BTC + base58.encode(signature) } };
}

/**
 * What the one proof of a document says of itself; nothing of it is true before `verifyProof`. Errors: `credential-proof` (none,
 * several, one of another sort, or one that says what is not judged here), those of `instant`.
 */
export function proofClaims(secured: JsonObject): ProofClaims {
  const proof = proofOf(secured);
  const { type, cryptosuite, proofPurpose, verificationMethod, created } = proof;
  if (type !== PROOF_TYPE || cryptosuite !== CRYPTOSUITE) throw unproven(`The proof is not one of ${CRYPTOSUITE}.`);
  if (proofPurpose !== PURPOSE) throw unproven(`The proof was not made to assert something: ${PURPOSE}.`);
  if (typeof verificationMethod !== "string") throw unproven("The proof names no key.");
  const unknown = Object.keys(proof).find((name) => !PROOF_MEMBERS.has(name));
  if (unknown !== undefined) throw unproven(`The proof has a member that is not judged here: ${visible(unknown)}.`);
  return { verificationMethod, created: instant(created, "#/proof/created") };
}

/**
 * Verifies the one proof of a document. The proof's `@context` must be the document's: the standard lets it be the beginning of
 * that, but what stands behind would give words a meaning that nobody signed. Errors: those of `proofClaims`, and
 * `credential-proof`.
 */
export function verifyProof(secured: JsonObject, publicKey: Uint8Array): void {
  proofClaims(secured);
  const document = Object.fromEntries(Object.entries(secured).filter(([name]) => name !== "proof"));
  const { proofValue, ...options } = proofOf(secured);
  const context = options["@context"];
  if (context !== undefined && canonicalJson(context) !== canonicalJson(document["@context"] ?? null)) {
    throw unproven("The proof was made over another @context than the document's.");
  }
  const signature = typeof proofValue === "string" ? base58btc(proofValue, SIGNATURE_BYTES) : undefined;
  if (signature === undefined) throw unproven("The proof's value is no signature: 64 bytes in base58btc.");
  if (!holds(signature, signedForm(document, options).bytes, publicKey)) {
    throw unproven("The signature does not hold: this is not what the key signed.");
  }
}

/** RFC 8032 to the letter: no point of small order, one spelling of each number. */
function holds(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

function proofOf({ proof }: JsonObject): JsonObject {
  const object = objectIn(Array.isArray(proof) && proof.length === 1 ? proof[0] : proof);
  if (object === undefined) throw unproven("There must be one proof, no more and no less.");
  return object;
}

/** A value if it is an object. */
export function objectIn(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

/** A time that others wrote, Unix seconds; parts of a second are passed over. Errors: those of `parseTime`. */
export function instant(value: JsonValue | undefined, place: string): number {
  const text = typeof value === "string" ? value.replace(/(?<=:\d{2})\.\d{1,9}(?=Z|[+-])/, "") : "";
  return parseTime(text, place);
}

function unproven(message: string): BatchproofError {
  return refusal(message, { code: "credential-proof", place: "#/proof" });
}
