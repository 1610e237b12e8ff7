import type { KnownOpening } from "../opened.ts";
import { isHandover, type CustodyRule } from "../../formats/custodyRule.ts";
import { openingHead, stageHead, type Opening, type StageHead } from "../../formats/head.ts";
import type { ListedParty } from "../../formats/party.ts";
import type { Signature } from "../../formats/source.ts";

/** What a batch commitment hides; only the custodian of stage 0 knows it. */
export interface BatchOrigin {
  readonly siteSecret: bigint;
  readonly coiHash: bigint;
  readonly orderHash: bigint;
}

/** Everything that one custody claim is judged and proven from. */
export interface CustodyEvidence extends KnownOpening {
  /** Public signal `batch`. */
  readonly batch: bigint;
  readonly rule: CustodyRule;
  readonly head: StageHead;
  /** The head of the stage before; at stage 0 the batch's opening. */
  readonly before: StageHead | Opening;
  /** Public signal `parties`. */
  readonly parties: bigint;
  readonly custodian: ListedParty;
  /** Who takes over; left out where nobody does. */
  readonly next?: ListedParty;
  /** At stage 0 only. */
  readonly origin?: BatchOrigin;
  /** State of the material at the hand-off, a code of CONDITION. */
  readonly condition: bigint;
  /** Signature of the custodian. */
  readonly released: Signature;
  /** Signature of the next custodian, where the rule demands two. */
  readonly received?: Signature;
}

/** Whether what was before is the batch's opening. */
export function isOpening(before: StageHead | Opening): before is Opening {
  return "key" in before;
}

/** The head that a stage follows: public signal `record` of its custody claim. */
export function previousHead(before: StageHead | Opening): bigint {
  return isOpening(before) ? openingHead(before) : stageHead(before);
}

/**
 * Who must be registered as the next custodian. Where nobody takes over it is the custodian again: the circuit proves
 * the same at every stage, so that no part of it can be switched off.
 */
export function nextCustodian({ rule, custodian, next }: CustodyEvidence): ListedParty {
  return rule.last === 1n ? custodian : (next ?? custodian);
}

/** The second signature that the circuit verifies: the releaser's once more, where the rule demands only one. */
export function secondSignature({ rule, released, received }: CustodyEvidence): Signature {
  return isHandover(rule) ? (received ?? released) : released;
}

/** When the custodian's charge is over, Unix seconds. */
export function custodyEnd({ rule, head }: Pick<CustodyEvidence, "rule" | "head">): bigint {
  return rule.last === 1n ? head.end : head.nextStart;
}
