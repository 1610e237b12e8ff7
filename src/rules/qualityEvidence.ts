import type { Signals } from "../formats/constants.ts";
import { stageHead, type StageHead } from "../formats/head.ts";
import type { PartyLeaf, PartyPath } from "../formats/party.ts";
import { qualityRuleHash, type QualityRule } from "../formats/qualityRule.ts";
import { resultSetHash, type ResultSet } from "../formats/results.ts";
import type { Signature } from "../formats/source.ts";
import { qualityDeviationBits } from "./quality.ts";

/** Everything that one quality claim is judged and proven from. */
export interface QualityEvidence {
  /** Public signal `batch`. */
  readonly batch: bigint;
  readonly rule: QualityRule;
  readonly head: StageHead;
  /** Public signal `parties`. */
  readonly parties: bigint;
  readonly set: ResultSet;
  readonly lab: { readonly leaf: PartyLeaf; readonly path: PartyPath; readonly signature: Signature };
}

/** The seven public signals of a proof of this evidence. Error `quality-size`. */
export function qualitySignals(evidence: QualityEvidence, context: bigint): Signals {
  return {
    batch: evidence.batch,
    rule: qualityRuleHash(evidence.rule),
    head: stageHead(evidence.head),
    parties: evidence.parties,
    record: resultSetHash(evidence.set),
    deviations: qualityDeviationBits(evidence.set),
    context,
  };
}
