import { refusal } from "../errors.ts";
import { TAG_OUTSIDE, type MeaningName } from "../formats/constants.ts";
import { pointFromJson, pointToJson, signatureFromJson, signatureToJson } from "../formats/document.ts";
import type { PointJson, SignatureJson } from "../formats/document.ts";
import { bytesHash, type PublicKey } from "../formats/identity.ts";
import { poseidon } from "../formats/poseidon.ts";
import { verifySignature, type Signature } from "../formats/source.ts";
import { canonicalJson, parseLargeJson } from "../input/json.ts";
import { flag, listOf, matching, nullable, objectOf, oneOf, pairOf, shaped, textOf, whole } from "../input/shapes.ts";
import { formatTime, parseTime } from "../input/times.ts";
import { REASON_CODES, type Answered, type AnswerRecord, type ReasonCode } from "../standing/answer.ts";

/** That a batch was given to its patient, when, and on what answer: signed by two people, and in no register. */

const FORMAT = "batchproof-administration/1";

/** Clocks of the people, of the bedside and of the chain may differ by so many seconds. */
export const CLOCK_TOLERANCE = 5 * 60;

/** What both people sign. Times are RFC 3339 in UTC. */
export interface AdministrationDocument {
  readonly format: typeof FORMAT;
  /** Address of the compliance registry. */
  readonly register: string;
  /** Decimal. */
  readonly chainId: string;
  /** Key of the batch. */
  readonly batch: string;
  /** Index of the last stage, which ends with the infusion. */
  readonly stage: number;
  /** The label's text, and the bag's own code as it was scanned; null: not scanned. */
  readonly label: string;
  readonly carrier: string | null;
  readonly standing: AnsweredBy;
  /** The batch is supplied exceptionally, and both people know it. */
  readonly exceptional: boolean;
  readonly thawed: string;
  readonly infusionStart: string;
  readonly infusionEnd: string;
}

/** What was answered when wristband, bag and batch were matched, and by what. */
export interface AnsweredBy extends Pick<AnswerRecord, "from" | "block" | "hash" | "time"> {
  readonly light: "green" | "exceptional";
  readonly reasons: readonly ReasonCode[];
  readonly notes: readonly ReasonCode[];
}

/** What each of the two people says with a signature: that it was done, and that somebody else saw it. */
export const BEDSIDE_MEANINGS = ["performed", "verified"] as const satisfies readonly MeaningName[];
export type BedsideMeaning = (typeof BEDSIDE_MEANINGS)[number];

/** Who signs. Whose key it is, and that two keys are two people's, no record can say. */
interface Person {
  readonly name: string;
  readonly public: PointJson;
  readonly meaning: BedsideMeaning;
  /** By the signer's clock. */
  readonly signedAt: string;
}

export interface SignedPerson extends Person {
  readonly signature: SignatureJson;
}

export interface AdministrationRecord extends AdministrationDocument {
  /** Who performed, then who verified. */
  readonly people: readonly [performed: SignedPerson, verified: SignedPerson];
}

const HASH = matching(/^0x[0-9a-f]{64}$/);
const TIME = matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
const NAME = matching(/^[^\p{C}\s]([^\p{C}]{0,198}[^\p{C}\s])?$/u);
const CODES = listOf(oneOf(REASON_CODES), REASON_CODES.length);

const RECORD = objectOf<AdministrationRecord>({
  ...{ format: oneOf([FORMAT]), register: matching(/^0x[0-9a-fA-F]{40}$/), chainId: matching(/^[1-9][0-9]{0,77}$/) },
  ...{ batch: HASH, stage: whole(0, 255), label: textOf(2000), carrier: nullable(textOf(200)) },
  standing: objectOf<AnsweredBy>({
    ...{ from: oneOf(["node", "standing"]), block: whole(), hash: HASH, time: TIME },
    ...{ light: oneOf(["green", "exceptional"]), reasons: CODES, notes: CODES },
  }),
  ...{ exceptional: flag, thawed: TIME, infusionStart: TIME, infusionEnd: TIME },
  people: pairOf(
    objectOf<SignedPerson>({
      ...{ name: NAME, public: objectOf<PointJson>({ x: HASH, y: HASH }), meaning: oneOf(BEDSIDE_MEANINGS) },
      ...{ signedAt: TIME, signature: objectOf<SignatureJson>({ r8x: HASH, r8y: HASH, s: HASH }) },
    }),
  ),
});

/** What people say of an administration besides what was answered to them. Times are Unix seconds. */
export interface Said {
  readonly stage: number;
  readonly label: string;
  /** Empty: the bag's own code was not scanned. */
  readonly carrier: string;
  /** The exceptional supply is known and wanted. */
  readonly exceptional: boolean;
  readonly thawed: number;
  readonly infusionStart: number;
  readonly infusionEnd: number;
}

/** Which batch was asked about, and what was answered. */
export type Basis = Pick<AdministrationDocument, "register" | "chainId" | "batch" | "standing">;

/** What an answer is for a record. Error `administration-light`: it permits no administration. */
export function basisOf({ light, reasons, notes, record }: Answered): Basis {
  if (record === null || (light !== "green" && light !== "exceptional")) {
    throw refusal("The answer is neither green nor an exceptional supply.", { code: "administration-light" });
  }
  const { registry: register, chainId, batch, from, block, hash, time } = record;
  const codes = (of: Answered["reasons"]): ReasonCode[] => [...new Set(of.map(({ code }) => code))];
  const standing = { from, block, hash, time, light, reasons: codes(reasons), notes: codes(notes) };
  return { register, chainId, batch, standing };
}

/** What both people are to sign. Error `administration-light`: an exceptional supply that they do not call one, or the reverse. */
export function administrationDocument(
  { register, chainId, batch, standing }: Basis,
  said: Said,
): AdministrationDocument {
  const { stage, label, carrier, exceptional } = said;
  refuseUnsaid({ exceptional, standing });
  return {
    ...{ format: FORMAT, register, chainId, batch, stage, label, carrier: carrier === "" ? null : carrier },
    ...{ standing, exceptional },
    thawed: formatTime(said.thawed),
    infusionStart: formatTime(said.infusionStart),
    infusionEnd: formatTime(said.infusionEnd),
  };
}

function refuseUnsaid(
  { exceptional, standing }: Pick<AdministrationDocument, "exceptional" | "standing">,
  place?: string,
): void {
  if (exceptional === (standing.light === "exceptional")) return;
  throw refusal("An exceptional supply is recorded only if both people say that it is one, and no other batch is.", {
    code: "administration-light",
    place,
  });
}

/** A key that can sign, as `UnlockedKey` of the parties is one. */
export interface PersonKey {
  readonly description: { readonly name: string; readonly public: PublicKey };
  sign(message: bigint): Signature;
}

/** Signs as one of the two people. `signedAt`: Unix seconds. */
export function signAdministration(
  document: AdministrationDocument,
  meaning: BedsideMeaning,
  key: PersonKey,
  signedAt: number,
): SignedPerson {
  const { name, public: publicKey } = key.description;
  const person = { name, public: pointToJson(publicKey), meaning, signedAt: formatTime(signedAt) };
  return { ...person, signature: signatureToJson(key.sign(messageOf(document, person))) };
}

/** Hash of what one person signs, in its RFC 8785 form: the document, and what that person alone says. */
function messageOf(document: AdministrationDocument, person: Person): bigint {
  const bytes = new TextEncoder().encode(canonicalJson({ ...document, person }));
  return poseidon([BigInt(TAG_OUTSIDE.ADMINISTRATION), bytesHash(bytes)]);
}

/** The record of what two people signed. Errors: those of `administrationFromJson`. */
export function administrationRecord(
  document: AdministrationDocument,
  performed: SignedPerson,
  verified: SignedPerson,
): AdministrationRecord {
  return administrationFromJson(JSON.stringify({ ...document, people: [performed, verified] }), "administration");
}

/**
 * A record of an administration, once it holds together and both signatures are those of the keys that it names. Errors:
 * `administration-file`, `field`, `administration-people` (not two people, one who performed and one who verified),
 * `administration-time` (its times are not in order), `administration-light`, `administration-signature`, those of `parseTime`
 * and `parseLargeJson`.
 */
export function administrationFromJson(text: string, place: string): AdministrationRecord {
  const record = shaped(RECORD, parseLargeJson(text, place), `${FORMAT} file`, "administration-file", place);
  refuseOnePerson(record, place);
  refuseDisorder(record, place);
  refuseUnsaid(record, `${place}#/exceptional`);
  const { people, ...document } = record;
  people.forEach(({ signature, ...person }, i) => {
    const here = `${place}#/people/${i}`;
    const key = pointFromJson(person.public, `${here}/public`);
    if (verifySignature(key, messageOf(document, person), signatureFromJson(signature, `${here}/signature`))) return;
    throw refusal("The signature is not that of this person's key over this record.", {
      code: "administration-signature",
      place: `${here}/signature`,
    });
  });
  return record;
}

/** What stands in a name and tells nobody from anybody else: spaces, signs, and characters that are shown as nothing. */
const UNREAD = /[^\p{L}\p{M}\p{N}]|\p{DI}/gu;

/** Names are compared as people read them, so that one person is not two by a capital letter or by what nobody sees. */
function refuseOnePerson({ people }: AdministrationRecord, place: string): void {
  const [performed, verified] = people;
  const refuse = (message: string): never => {
    throw refusal(message, { code: "administration-people", place: `${place}#/people` });
  };
  if (performed.meaning !== "performed" || verified.meaning !== "verified") {
    refuse("The first of the two people performs, the second verifies.");
  }
  const names = people.map(({ name }) => name.normalize("NFKC").toLowerCase().replace(UNREAD, ""));
  if (performed.public.x === verified.public.x || names[0] === names[1]) {
    refuse("Who performs and who verifies are two people, with a key and a name each.");
  }
}

function refuseDisorder({ people, ...document }: AdministrationRecord, place: string): void {
  const times = (["thawed", "infusionStart", "infusionEnd"] as const).map((name) => ({
    name,
    seconds: parseTime(document[name], `${place}#/${name}`),
  }));
  const [, ...later] = times;
  later.forEach(({ name, seconds }, i) => {
    if (seconds < (times[i]?.seconds ?? 0)) throw disorder(`${place}#/${name}`);
  });
  const end = times[2]?.seconds ?? 0;
  people.forEach(({ signedAt }, i) => {
    const here = `${place}#/people/${i}/signedAt`;
    if (parseTime(signedAt, here) + CLOCK_TOLERANCE < end) throw disorder(here);
  });
}

/** Error `administration-time`. */
export function disorder(place: string): Error {
  return refusal("Receipt, thawing, beginning and end of the infusion and the signatures are not in this order.", {
    code: "administration-time",
    place,
  });
}

/** Whether two records say the same of an administration, whenever it was asked about and signed. */
export function isSameAdministration(a: AdministrationRecord, b: AdministrationRecord): boolean {
  return factsOf(a) === factsOf(b);
}

function factsOf({ people, ...document }: AdministrationRecord): string {
  const persons = people.map(({ name, public: key, meaning }) => ({ name, public: key, meaning }));
  return canonicalJson({ ...document, standing: null, people: persons });
}
