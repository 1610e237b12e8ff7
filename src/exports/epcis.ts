import { join } from "node:path";
import { sha256, toUtf8Bytes } from "ethers";
import type { Batch, BatchStage, Custodian } from "../batch/batch.ts";
import { messageOf } from "../batch/handoff.ts";
import { boundaryOfStage } from "../batch/handoffs.ts";
import { BATCH_FILE } from "../batch/paths.ts";
import { inputError, refusal } from "../errors.ts";
import type { ConditionName } from "../formats/constants.ts";
import { toHex } from "../formats/field.ts";
import type { HandoffSide } from "../formats/handoff.ts";
import { stageHead } from "../formats/head.ts";
import { keyHash, textHash } from "../formats/identity.ts";
import { verifySignature } from "../formats/source.ts";
import { canonicalJson } from "../input/json.ts";
import { formatTime } from "../input/times.ts";
import type { Boundary } from "../kinds/custody/limits.ts";
import { judgeUse } from "../standing/judge.ts";
import type { Standing, StandingClaim } from "../standing/standing.ts";
import { accountDid, batchUrn } from "./vcTerms.ts";
import { sensorElement, type SensorElement, type ShownReadings } from "./epcisSensors.ts";
import { namedAs, type Locations } from "./gs1.ts";

/**
 * A batch as EPCIS 2.0 events: its opening, the hand-offs that its folder has signatures of, readings that were disclosed, and
 * what the register says. Members of ours begin with "batchproof:"; docs/spec/exports.md says what each means.
 */
export interface EpcisDocument {
  readonly "@context": readonly [string, Readonly<Record<string, string>>];
  readonly type: "EPCISDocument";
  readonly schemaVersion: "2.0";
  readonly creationDate: string;
  readonly "batchproof:note": string;
  readonly epcisBody: { readonly eventList: readonly EpcisEvent[] };
}

/** An event. `eventID` is a hash of all but what the register says, which may be another thing at a later block. */
export type EpcisEvent = { readonly eventID: string } & EventCore & RegisterSays;

interface EventCore {
  readonly type: "ObjectEvent";
  readonly action: "ADD" | "OBSERVE";
  readonly bizStep: BizStep;
  readonly disposition?: Disposition;
  readonly epcList: readonly string[];
  readonly eventTime: string;
  /** Always UTC: another offset would tell where the site is. */
  readonly eventTimeZoneOffset: "+00:00";
  readonly readPoint?: { readonly id: string };
  readonly sourceList?: readonly { readonly type: "possessing_party"; readonly source: string }[];
  readonly destinationList?: readonly { readonly type: "possessing_party"; readonly destination: string }[];
  readonly sensorElementList?: readonly SensorElement[];
  readonly "batchproof:stage"?: number;
  readonly "batchproof:condition"?: ConditionName;
  readonly "batchproof:head"?: string;
}

interface RegisterSays {
  readonly certificationInfo?: readonly string[];
  readonly "batchproof:register": string;
  readonly "batchproof:block": number;
  readonly "batchproof:blockHash": string;
  /** Whether circuits have keys with which anybody can forge proofs. */
  readonly "batchproof:developmentKeys": boolean;
  readonly "batchproof:status"?: string;
  readonly "batchproof:release"?: string;
  /** Null: never. */
  readonly "batchproof:certified"?: string | null;
}

/** Of the Core Business Vocabulary; `other` closes a stage after which the material stays where it is. */
type BizStep = "commissioning" | "shipping" | "receiving" | "other" | "sensor_reporting" | "inspecting";
type Disposition =
  | ("active" | "in_progress" | "in_transit" | "damaged" | "mismatch_instance")
  | ("conformant" | "non_conformant" | "recalled" | "unavailable" | "unknown");

/** What `epcisDocument` is told. */
export interface EpcisRequest {
  readonly batch: Batch;
  readonly standing: Standing;
  /** What the object is called in EPCIS, a URI; undefined: as credentials name the batch. */
  readonly epc: string | undefined;
  /** Who is named; everybody else is a pseudonym. */
  readonly locations: Locations;
  readonly readings: readonly ShownReadings[];
}

const CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";
const NOTE =
  "certificationInfo and the members about a register repeat what that register said at that block, and certify nothing " +
  "themselves: whoever relies on it asks the register.";

/**
 * The document; the same request gives the same bytes. Nothing private is in it but the hand-offs with their times: no identity
 * of the patient, order, lot, salt, or name of a stage; no organisation that `locations` does not name; no reading or device that
 * was not disclosed.
 * Errors: `export-batch` (the standing is of another batch), `export-head` (the register has another end of a stage), `export-time`,
 * `handoff-signature` (one in the folder does not hold), `export-readings` (of a claim that is not proven), those of
 * `boundaryOfStage`.
 */
export function epcisDocument(request: EpcisRequest): EpcisDocument {
  const { batch, standing, readings } = request;
  refuseOther(batch, standing);
  const sensed = readings.map((shown) => reporting(request, shown));
  refuseTwice(sensed);
  const closed = batch.stages.flatMap((stage, index) => closing(request, stage, index));
  refuseLater(closed, standing, batch);
  return {
    "@context": [CONTEXT, { batchproof: "urn:batchproof:epcis:" }],
    ...{ type: "EPCISDocument", schemaVersion: "2.0", creationDate: standing.time },
    "batchproof:note": NOTE,
    epcisBody: {
      eventList: [opening(request), ...closed, ...sensed, inspection(request)],
    },
  };
}

function refuseOther({ dir, commitments, stages }: Batch, standing: Standing): void {
  if (standing.commitment !== toHex(commitments.batch)) {
    throw refusal("The register's batch is another one than the folder's.", { code: "export-batch", place: dir });
  }
  const other = stages.find(({ handoff }, index) => {
    const head = standing.stages[index]?.head ?? null;
    return handoff !== undefined && head !== null && head !== toHex(stageHead(handoff.head));
  });
  if (other === undefined) return;
  const message = `The register has another end of stage "${other.name}" than the folder.`;
  throw refusal(message, { code: "export-head", place: dir });
}

/** Error `export-time`: who reads events takes the latest one for how the batch stands, and that is what the register says. */
function refuseLater(events: readonly EpcisEvent[], { time }: Standing, { dir }: Batch): void {
  const later = events.find(({ eventTime }) => eventTime > time);
  if (later === undefined) return;
  throw refusal(`A hand-off is of ${later.eventTime}, and the register's block of ${time}.`, {
    code: "export-time",
    place: dir,
  });
}

/** What every event has. */
function observed({ standing, epc }: EpcisRequest, bizStep: BizStep, eventTime: string): Omit<EventCore, "action"> {
  const epcList = [epc ?? batchUrn(standing)];
  return { type: "ObjectEvent", bizStep, epcList, eventTime, eventTimeZoneOffset: "+00:00" };
}

/** The batch is opened on the register. */
function opening(request: EpcisRequest): EpcisEvent {
  const { standing } = request;
  const core = observed(request, "commissioning", standing.opened);
  return named(
    { ...core, action: "ADD", disposition: "active" },
    { ...saidBy(standing), certificationInfo: [uriOf(standing)] },
  );
}

/** How a stage ends for who signs first, where the material is in order. */
const RELEASED: Readonly<Record<Boundary, readonly [BizStep, Disposition]>> = {
  handover: ["shipping", "in_transit"],
  internal: ["other", "in_progress"],
  last: ["other", "in_progress"],
};

/** The end of a stage as far as it is signed: by nobody, by its custodian, and by who takes over. */
function closing(request: EpcisRequest, { handoff, custodian }: BatchStage, index: number): EpcisEvent[] {
  if (handoff === undefined || custodian === undefined) return [];
  const { batch, standing } = request;
  const { head, condition } = handoff;
  const boundary = boundaryOfStage(batch.policy, index);
  const next = boundary === "handover" ? batch.stages[index + 1]?.custodian : undefined;
  const ours = {
    ...{ "batchproof:stage": index, "batchproof:condition": condition },
    "batchproof:head": toHex(stageHead(head)),
  };
  const signed = (side: HandoffSide, by: Custodian, time: bigint, step: BizStep, ifInOrder: Disposition): EventCore => {
    refuseUnsigned(batch, index, side, by);
    return {
      ...{ ...observed(request, step, formatTime(time)), action: "OBSERVE" },
      ...{ disposition: condition === "conforming" ? ifInOrder : OUT_OF_ORDER[condition], ...ours },
      ...{ ...placeOf(request, by), ...(next === undefined ? {} : passed(request, custodian, next)) },
    };
  };
  const released = signed("released", custodian, head.end, ...RELEASED[boundary]);
  const certificationInfo = provenOf(standing, index);
  const events = [
    named(released, { ...saidBy(standing), ...(certificationInfo.length === 0 ? {} : { certificationInfo }) }),
  ];
  if (handoff.received === undefined || next === undefined) return events;
  return [...events, named(signed("received", next, head.nextStart, "receiving", "in_progress"), saidBy(standing))];
}

const OUT_OF_ORDER: Readonly<Record<Exclude<ConditionName, "conforming">, Disposition>> = {
  damaged: "damaged",
  temperatureAlarm: "non_conformant",
  labelMismatch: "mismatch_instance",
  other: "non_conformant",
};

/** Error `handoff-signature`: what is sent to others as signed must be. */
function refuseUnsigned({ dir, stages }: Batch, index: number, side: HandoffSide, { key }: Custodian): void {
  const handoff = stages[index]?.handoff;
  const signature = handoff?.[side];
  if (handoff !== undefined && signature !== undefined && verifySignature(key, messageOf(handoff, side), signature))
    return;
  throw inputError("A signature of the hand-off does not hold.", {
    code: "handoff-signature",
    place: `${join(dir, BATCH_FILE)}#/stages/${index}/handoff/${side}`,
    remedy: "Restore the folder from a backup, or have the hand-off signed anew.",
  });
}

/** Who gave and who took. */
function passed(
  request: EpcisRequest,
  from: Custodian,
  to: Custodian,
): Pick<EventCore, "sourceList" | "destinationList"> {
  return {
    sourceList: [{ type: "possessing_party", source: partyOf(request, from) }],
    destinationList: [{ type: "possessing_party", destination: partyOf(request, to) }],
  };
}

/**
 * A custodian: by the GLN that was told of the organisation, or by a pseudonym that all folders of the batch give and no other batch
 * has. Whoever has the custodian's public key can compute it; a name, of which there are few, is not in it.
 */
function partyOf({ standing, locations }: EpcisRequest, { key, org }: Custodian): string {
  const name = namedAs(locations, org);
  if (name !== undefined) return name.party;
  const preimage = ["batchproof/epcis-party/1", standing.batch, toHex(keyHash(key))].join("\n");
  return `urn:batchproof:party:${toHex(textHash(preimage))}`;
}

/** Where somebody who is named has the material. */
function placeOf({ locations }: EpcisRequest, { org }: Custodian): Pick<EventCore, "readPoint"> {
  const name = namedAs(locations, org);
  return name === undefined ? {} : { readPoint: { id: name.place } };
}

/** Readings of a window of a claim. Error `export-readings`: the claim is not proven at the standing's block. */
function reporting(request: EpcisRequest, shown: ShownReadings): EpcisEvent {
  const { standing } = request;
  const { claim, stage, window } = shown;
  const certificationInfo = provenOf(standing, stage).filter((uri) => uri === uriOf(standing, claim));
  if (certificationInfo.length === 0) {
    throw refusal(`Claim ${claim} is not proven, so nothing vouches for its readings.`, { code: "export-readings" });
  }
  const core = observed(request, "sensor_reporting", formatTime(window.to));
  const sensors = { sensorElementList: [sensorElement(shown)], "batchproof:stage": stage };
  return named({ ...core, action: "OBSERVE", ...sensors }, { ...saidBy(standing), certificationInfo });
}

/** Error `export-readings`: two events of one id would be one to whoever stores them. */
function refuseTwice(events: readonly EpcisEvent[]): void {
  if (new Set(events.map(({ eventID }) => eventID)).size === events.length) return;
  throw inputError("Two disclosures show the same readings.", { code: "export-readings", place: "--disclosure" });
}

/** How the batch stands. */
function inspection(request: EpcisRequest): EpcisEvent {
  const { standing } = request;
  const { time, status, release, certified } = standing;
  return named(
    { ...observed(request, "inspecting", time), action: "OBSERVE", disposition: dispositionOf(standing) },
    {
      ...{ ...saidBy(standing), certificationInfo: [uriOf(standing)] },
      ...{ "batchproof:status": status, "batchproof:release": release, "batchproof:certified": certified },
    },
  );
}

/** Conformant is only what may be used now by all that the register says, under keys that nobody has a trapdoor of. */
function dispositionOf(standing: Standing): Disposition {
  const { recalled, status, developmentKeys } = standing;
  const { light, release, reasons } = judgeUse(standing);
  if (recalled) return "recalled";
  if (release === "ExceptionalSupply" || status === "Rejected") return "non_conformant";
  if (light === "green" && !developmentKeys) return "conformant";
  if (light !== "red") return "unknown";
  return reasons.every(({ code }) => code === "not-released") ? "in_progress" : "unavailable";
}

function isKnown({ kind, proof }: StandingClaim): boolean {
  return kind !== null && (proof === null || (proof.circuit !== null && !proof.unsound));
}

/** Claims of a stage that are proven by circuits whose statement is known. */
function provenOf(standing: Standing, index: number): string[] {
  return standing.claims
    .filter((claim) => claim.stage === index && claim.state === "proven" && claim.proof !== null && isKnown(claim))
    .map((claim) => uriOf(standing, claim.index));
}

/** What the register says of the batch, or of one claim, at the standing's block. */
function uriOf(standing: Standing, claim?: number): string {
  const about = claim === undefined ? "" : `&claim=${claim}`;
  return `${accountDid(standing)}?batch=${standing.batch}${about}&block=${standing.block}`;
}

function saidBy(standing: Standing): RegisterSays {
  return {
    ...{ "batchproof:register": accountDid(standing), "batchproof:block": standing.block },
    ...{ "batchproof:blockHash": standing.hash, "batchproof:developmentKeys": standing.developmentKeys },
  };
}

function named(core: EventCore, says: RegisterSays): EpcisEvent {
  const hash = sha256(toUtf8Bytes(canonicalJson(core)));
  return { eventID: `urn:batchproof:event:${hash}`, ...core, ...says };
}
