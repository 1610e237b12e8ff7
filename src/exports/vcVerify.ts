import { utf8ToBytes } from "@noble/hashes/utils.js";
import { BatchproofError, inFile, inputError, refusal } from "../errors.ts";
import { canonicalJson, parseJson, type JsonValue } from "../input/json.ts";
import { formatTime } from "../input/times.ts";
import { instant, objectIn, proofClaims, verifyProof, type JsonObject } from "./dataIntegrity.ts";
import { issuerKey, type CredentialReader } from "./did.ts";
import { isSet } from "./vcStatus.ts";
import {
  BATCH_TYPE,
  batchIn,
  CONTEXTS,
  CREDENTIAL_TYPE,
  ENTRY_TYPE,
  LIST_TYPE,
  PURPOSES,
  type BatchName,
  type Purpose,
} from "./vcTerms.ts";

/** A credential whose proof was verified, and which is valid now. Times are Unix seconds. */
export interface VerifiedCredential {
  readonly document: JsonObject;
  readonly issuer: string;
  readonly types: readonly string[];
  readonly created: number;
  readonly validUntil: number | undefined;
}

/** A credential as a file holds it, with its place for errors. Nothing in it is verified. */
export interface CredentialFile {
  readonly document: JsonObject;
  readonly place: string;
}

/**
 * Reads the text of a credential. Errors: those of `parseJson`; `credential` if it is no W3C credential 2.0, but a token or some
 * other document.
 */
export function parseCredential(text: string, place: string): CredentialFile {
  // Header and payload of a JWT are JSON in base64url.
  if (/^\s*eyJ[A-Za-z0-9_-]/.test(text)) throw strange("This is a token (JWT, SD-JWT).", place);
  const document = objectIn(parseJson(utf8ToBytes(text), place));
  if (document === undefined) throw strange("A credential is an object.", place);
  const context = document["@context"];
  if (!Array.isArray(context) || context[0] !== CONTEXTS[0]) throw strange("Its first @context is another one.", place);
  if (!typesOf(document).includes(CREDENTIAL_TYPE)) throw strange("Its type is another one.", place);
  return { document, place };
}

function typesOf({ type }: JsonObject): readonly string[] {
  const types = Array.isArray(type) ? type : [type];
  return types.filter((each) => typeof each === "string");
}

/**
 * Verifies that the issuer said this, and that it is valid now. Errors: `credential` (no issuer), those of `proofClaims`,
 * `issuerKey` and `verifyProof`, `credential-early` (of the credential, or its proof is of the future), `credential-expired`.
 */
export function verifyCredential({ document, place }: CredentialFile, reader: CredentialReader): VerifiedCredential {
  return inFile(place, () => {
    const issuer = issuerOf(document);
    const { verificationMethod, created } = proofClaims(document);
    verifyProof(document, issuerKey(issuer, verificationMethod, reader));
    const { validFrom, validUntil } = document;
    const until = validUntil === undefined ? undefined : instant(validUntil, "#/validUntil");
    requireBegun(created, reader.now, "#/proof/created");
    if (validFrom !== undefined) requireBegun(instant(validFrom, "#/validFrom"), reader.now, "#/validFrom");
    if (until !== undefined && reader.now >= until) {
      const message = `It was valid until ${formatTime(until)}.`;
      throw refusal(message, { code: "credential-expired", place: "#/validUntil" });
    }
    return { document, issuer, types: typesOf(document), created, validUntil: until };
  });
}

function issuerOf({ issuer }: JsonObject): string {
  const id = objectIn(issuer)?.["id"] ?? issuer;
  if (typeof id === "string") return id;
  throw strange("It does not name its issuer.", "#/issuer");
}

function requireBegun(from: number, now: number, place: string): void {
  if (from <= now) return;
  throw refusal(`It is valid from ${formatTime(from)} on.`, { code: "credential-early", place });
}

/** What a credential says of the batch to ask about, and what speaks against believing that its issuer said so. */
export interface CredentialBatch extends BatchName {
  readonly issuer: string;
  /** Why it must not be relied on: its proof, its issuer or its time. */
  readonly problem?: BatchproofError;
}

/**
 * Which batch a credential is about: nothing else in it counts, since the register is to be asked. Errors: those of
 * `parseCredential`; `credential-subject` if it does not name one batch of one register.
 */
export function credentialBatch(text: string, place: string, reader: CredentialReader): CredentialBatch {
  const file = parseCredential(text, place);
  const named = inFile(place, () => ({ ...subjectBatch(file.document), issuer: issuerOf(file.document) }));
  try {
    verifyCredential(file, reader);
    return named;
  } catch (error) {
    if (error instanceof BatchproofError) return { ...named, problem: error };
    throw error;
  }
}

/** The batch of a credential of ours. Error `credential-subject`. */
export function subjectBatch(document: JsonObject): BatchName {
  if (!typesOf(document).includes(BATCH_TYPE)) throw otherSubject("It is no credential of a batch.", "#/type");
  // Under other contexts the same words may mean something else.
  if (canonicalJson(document["@context"]) !== canonicalJson(CONTEXTS)) {
    throw otherSubject("Its words are not those that are exported here.", "#/@context");
  }
  const id = objectIn(document["credentialSubject"])?.["id"];
  const batch = typeof id === "string" ? batchIn(id) : undefined;
  if (batch === undefined) throw otherSubject("It does not name one batch of one register.", "#/credentialSubject/id");
  return batch;
}

/** An entry of a credential in a status list, and whether the list has it set; undefined: nobody gave the list. */
export interface CredentialStatus {
  readonly purpose: Purpose;
  /** Address of the list. */
  readonly list: string;
  readonly index: number;
  readonly set: boolean | undefined;
}

/**
 * How a credential stands in the status lists that it names. Errors: those of `verifyCredential` for a list that is used;
 * `credential-status` for an entry or a list that cannot be judged (also one for another purpose than ours), or a list that is of
 * another issuer, never ends, or is one of two.
 */
export function credentialStatus(
  { document, issuer }: VerifiedCredential,
  place: string,
  lists: readonly CredentialFile[],
  reader: CredentialReader,
): readonly CredentialStatus[] {
  const given = document["credentialStatus"];
  const entries = given === undefined ? [] : Array.isArray(given) ? given : [given];
  return entries.map((each, i) => {
    const entry = inFile(place, () => entryOf(each, `#/credentialStatus/${i}`));
    const [list, another] = lists.filter((file) => file.document["id"] === entry.list);
    // Which one is served now, nobody says: an old one does not have what was set since.
    if (another !== undefined) throw misfit("There is another list of this address.", another.place);
    if (list === undefined) return { ...entry, set: undefined };
    const verified = verifyCredential(list, reader);
    return { ...entry, set: inFile(list.place, () => isSet(encodedIn(verified, issuer, entry.purpose), entry.index)) };
  });
}

function entryOf(value: JsonValue, place: string): Omit<CredentialStatus, "set"> {
  const { type, statusPurpose, statusListIndex, statusListCredential: list, statusSize = 1 } = objectIn(value) ?? {};
  const purpose = PURPOSES.find((each) => each === statusPurpose);
  const index = typeof statusListIndex === "string" && /^(0|[1-9][0-9]{0,9})$/.test(statusListIndex);
  // Where entries have more bits, this one begins at another bit.
  if (type === ENTRY_TYPE && purpose !== undefined && typeof list === "string" && index && statusSize === 1) {
    return { purpose, list, index: Number(statusListIndex) };
  }
  throw misfit(`The entry is not one of a bitstring status list for ${PURPOSES.join(" or ")}.`, place);
}

/** The list of a credential of lists. Entries of more bits and messages are not judged here, so they are refused. */
function encodedIn({ document, issuer, types, validUntil }: VerifiedCredential, of: string, purpose: Purpose): string {
  if (issuer !== of) throw misfit("The list is of another issuer than the credential.", "#/issuer");
  if (!types.includes(LIST_TYPE)) throw misfit("This is no status list.", "#/type");
  // Nobody could tell that it is old.
  if (validUntil === undefined) throw misfit("The list says of no time that it is old then.", "#/validUntil");
  const { type, statusPurpose, encodedList, statusSize } = objectIn(document["credentialSubject"]) ?? {};
  if (type !== "BitstringStatusList" || typeof encodedList !== "string" || statusSize !== undefined) {
    throw misfit("The list is not one of single bits.", "#/credentialSubject");
  }
  const isPurpose = Array.isArray(statusPurpose) ? statusPurpose.includes(purpose) : statusPurpose === purpose;
  if (isPurpose) return encodedList;
  throw misfit(`The list is not one for ${purpose}.`, "#/credentialSubject/statusPurpose");
}

function strange(message: string, place: string): BatchproofError {
  return inputError(`Not a credential that is read here: ${message}`, { code: "credential", place });
}

function otherSubject(message: string, place: string): BatchproofError {
  return inputError(message, { code: "credential-subject", place });
}

function misfit(message: string, place: string): BatchproofError {
  return inputError(message, { code: "credential-status", place });
}
