import { inputError, refusal, type BatchproofError } from "../errors.ts";
import type { JsonValue } from "../input/json.ts";
import {
  instant,
  multikeyOf,
  objectIn,
  publicKeyIn,
  publicKeyOf,
  type JsonObject,
  type ProofKey,
} from "./dataIntegrity.ts";

/** Who issues: a key by itself (did:key), or a web site that says which keys are its own (did:web). Nothing is fetched here. */

const DID_KEY = "did:key:";
const DID_WEB = "did:web:";
/** A host, its port with its colon as %3A, and the parts of a path. The whole is at most as long as a host may be, twice. */
const WEB_ID = /^did:web:[a-z0-9-]+(\.[a-z0-9-]+)*(%3A[1-9][0-9]{0,4})?(:[A-Za-z0-9._-]+)*$/;
const LONGEST_ID = 500;

const DID_CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"];

/** The DID of an Ed25519 key. */
export function didKeyOf(seed: Uint8Array): string {
  return DID_KEY + multikeyOf(publicKeyOf(seed));
}

/**
 * The did:web of a host, "example.com", or of a folder of it, "https://example.com/quality". Error `did`: it is none of both.
 */
export function didWebOf(given: string): string {
  const [host = "", ...path] = given
    .replace(/^https:\/\//, "")
    .replace(/\/$/, "")
    .split("/");
  const did = DID_WEB + [host.replace(":", "%3A"), ...path].join(":");
  return requireWeb(did, "--web");
}

/** A did:web as it was given. Error `did`. */
export function requireWeb(did: string, place: string): string {
  if (did.length <= LONGEST_ID && WEB_ID.test(did)) return did;
  throw inputError("This does not name a web site by did:web.", {
    code: "did",
    place,
    remedy: "Give the host, such as example.com, in small letters, and a path without special characters.",
  });
}

/** Address under which the document of a did:web is served. */
export function didAddress(did: string): string {
  const [host = "", ...path] = did.slice(DID_WEB.length).split(":");
  const folder = path.length === 0 ? ".well-known" : path.join("/");
  return `https://${host.replace("%3A", ":")}/${folder}/did.json`;
}

/** The key of `seed` as its issuer names it: by itself, or as one of a did:web. Error `did`: `issuer`, from `place`, is neither. */
export function proofKeyOf(seed: Uint8Array, issuer: string, place: string): ProofKey {
  if (issuer !== didKeyOf(seed)) {
    if (issuer.startsWith(DID_KEY)) throw otherKey(place);
    requireWeb(issuer, place);
  }
  return { seed, issuer, verificationMethod: `${issuer}#${multikeyOf(publicKeyOf(seed))}` };
}

function otherKey(place: string): BatchproofError {
  return inputError("The issuer is another key than the one that was given.", {
    code: "did",
    place,
    remedy: "Give the issuer's key file: `batchproof export did --key FILE` prints which issuer a file is.",
  });
}

/** The document that a did:web serves, with the one key that `seed` is. */
export function didDocument(did: string, seed: Uint8Array): JsonObject {
  const id = proofKeyOf(seed, did, did).verificationMethod;
  const method = { id, type: "Multikey", controller: did, publicKeyMultibase: multikeyOf(publicKeyOf(seed)) };
  return { "@context": DID_CONTEXT, id: did, verificationMethod: [method], assertionMethod: [id] };
}

/** A DID document, as the reader got it from the issuer's site. */
export interface DidFile {
  readonly value: JsonValue;
  readonly place: string;
}

/** What the reader of a credential knows himself. */
export interface CredentialReader {
  /** Unix seconds, by the reader's clock. */
  readonly now: number;
  /** Documents of issuers, as the reader got them from their sites. */
  readonly dids: readonly DidFile[];
}

/**
 * The public key by which `issuer` made a proof. A did:key is its key. Which keys a did:web has, one of the reader's documents
 * says: the reader vouches that it is what the site serves. Errors: `credential-issuer` (the key is not the issuer's, or no more,
 * or an issuer of another method: did:pkh names accounts, which make no such proofs), `did-missing` (no document of the issuer),
 * `did` (it is not one that can be read in one way only), those of `instant`.
 */
export function issuerKey(issuer: string, verificationMethod: string, reader: CredentialReader): Uint8Array {
  const [did, fragment, ...rest] = verificationMethod.split("#");
  if (did !== issuer || fragment === undefined || rest.length > 0) {
    throw notTheirs("The proof was made by another key than the issuer's.");
  }
  if (issuer.startsWith(DID_KEY)) return keyOfDidKey(issuer, fragment);
  if (issuer.length > LONGEST_ID || !WEB_ID.test(issuer)) {
    throw notTheirs("The issuer is known neither by its key (did:key) nor by a web site (did:web).");
  }
  return keyInDocument(issuer, verificationMethod, reader);
}

function keyOfDidKey(issuer: string, fragment: string): Uint8Array {
  const multikey = issuer.slice(DID_KEY.length);
  const key = publicKeyIn(multikey);
  if (key === undefined || fragment !== multikey) throw notTheirs("The issuer's did:key is not an Ed25519 key.");
  return key;
}

function keyInDocument(issuer: string, id: string, { now, dids }: CredentialReader): Uint8Array {
  const [file, another] = dids.filter(({ value }) => objectIn(value)?.["id"] === issuer);
  // Which one the site serves now, nobody says: an old one still names the keys that were lost since.
  if (another !== undefined) throw unreadable("There is another document of this issuer.", another);
  if (file === undefined) {
    throw inputError("Which keys the issuer has, its web site says, and nobody gave its document.", {
      code: "did-missing",
      remedy: `Get ${didAddress(issuer)} and give it: --did.`,
    });
  }
  const document = objectIn(file.value) ?? {};
  const methods = [...listIn(document, "verificationMethod", file), ...listIn(document, "assertionMethod", file)];
  const named = methods.map(objectIn).filter((method) => method?.["id"] === id);
  const method = named[0];
  // Two keys of one name: the next reader would take the other one.
  if (named.length > 1) throw unreadable("The document gives one name to two keys.", file);
  const asserts = listIn(document, "assertionMethod", file).some(
    (each) => each === id || objectIn(each)?.["id"] === id,
  );
  if (method === undefined || !asserts) throw notTheirs("The issuer's document does not name this key for assertions.");
  const ends = ["expires", "revoked"].flatMap((end) => method[end] ?? []);
  if (ends.some((end) => instant(end, file.place) <= now))
    throw notTheirs("The issuer's document says that this key is no longer its own.");
  const { type, controller, publicKeyMultibase: multikey } = method;
  const key = typeof multikey === "string" ? publicKeyIn(multikey) : undefined;
  if (type !== "Multikey" || controller !== issuer || key === undefined) {
    throw unreadable("The key is no Multikey of Ed25519 that the issuer itself controls.", file);
  }
  return key;
}

function listIn(document: JsonObject, name: string, file: DidFile): readonly JsonValue[] {
  const list = document[name];
  if (Array.isArray(list)) return list;
  throw unreadable(`The document has no list ${name}.`, file);
}

function unreadable(message: string, { place }: DidFile): BatchproofError {
  return inputError(message, { code: "did", place });
}

function notTheirs(message: string): BatchproofError {
  return refusal(message, { code: "credential-issuer" });
}
