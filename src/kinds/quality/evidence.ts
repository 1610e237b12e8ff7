import { type StageHead } from "../../formats/head.ts";
import type { PartyLeaf, PartyPath } from "../../formats/party.ts";
import { type QualityRule } from "../../formats/qualityRule.ts";
import { type ResultSet } from "../../formats/results.ts";
import type { Signature } from "../../formats/source.ts";
import type { KnownOpening } from "../opened.ts";

/** Everything that one quality claim is judged and proven from. */
export interface QualityEvidence extends KnownOpening {
  /** Public signal `batch`. */
  readonly batch: bigint;
  readonly rule: QualityRule;
  readonly head: StageHead;
  /** Public signal `parties`. */
  readonly parties: bigint;
  readonly set: ResultSet;
  readonly lab: { readonly leaf: PartyLeaf; readonly path: PartyPath; readonly signature: Signature };
}
