import type { Signals } from "../../formats/constants.ts";
import { FIELD } from "../../formats/field.ts";
import type { Opening, StageHead } from "../../formats/head.ts";
import { isOpening, nextCustodian, secondSignature, type BatchOrigin, type CustodyEvidence } from "./evidence.ts";
import { bus, pathInput, type CircuitInput } from "../circuitInput.ts";

/** Input of circuit `custody`; `circuits/custody.circom` names every field. */
export function custodyInput(evidence: CustodyEvidence, signals: Signals): CircuitInput {
  const { before } = evidence;
  const next = nextCustodian(evidence);
  return {
    ...signals,
    ...bus("ruleFields", evidence.rule),
    ...bus("headFields", evidence.head),
    ...bus("before", isOpening(before) ? headBeforeFirst(evidence.batch) : before),
    ...bus("opening", openingInput(isOpening(before) ? before : NO_OPENING)),
    ...bus("origin", evidence.origin ?? NO_ORIGIN),
    ...bus("custodianLeaf", evidence.custodian.leaf),
    ...bus("custodianPath", pathInput(evidence.custodian.path)),
    ...bus("nextLeaf", next.leaf),
    ...bus("nextPath", pathInput(next.path)),
    conditionCode: evidence.condition,
    ...bus("released", evidence.released),
    ...bus("received", secondSignature(evidence)),
  };
}

/** Fields that a stage does not use. */
const NO_OPENING = { key: 0n, deviceSet: 0n, salt: 0n };
const NO_ORIGIN: BatchOrigin = { siteSecret: 0n, coiHash: 0n, orderHash: 0n };

/** The circuit takes the opening's batch from the public signal. */
function openingInput({ key, deviceSet, salt }: Omit<Opening, "batch">): Omit<Opening, "batch"> {
  return { key, deviceSet, salt };
}

/** The head of stage -1 that stands unread in the place of a head at stage 0. */
function headBeforeFirst(batch: bigint): StageHead {
  return {
    batch,
    previous: 0n,
    stage: FIELD - 1n,
    start: 0n,
    end: 0n,
    keyHash: 0n,
    org: 0n,
    nextKeyHash: 0n,
    nextStart: 0n,
    deviceSet: 0n,
    nextDeviceSet: 0n,
    seal: 0n,
    salt: 0n,
  };
}
