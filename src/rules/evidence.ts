import type { StageHead } from "../formats/head.ts";
import { stageHead } from "../formats/head.ts";
import type { Signals } from "../formats/constants.ts";
import type { PartyLeaf, PartyPath } from "../formats/party.ts";
import { recordHash, saltedSeriesRoot, type RecordHeader, type RecordSalts } from "../formats/record.ts";
import { ruleHash, type TemperatureRule } from "../formats/rule.ts";
import { padRows, type Row } from "../formats/series.ts";
import type { Signature } from "../formats/source.ts";
import { deviationBits } from "./temperature.ts";

/** Everything that one temperature claim is judged and proven from. */
export interface TemperatureEvidence {
  /** Public signal `batch`. */
  readonly batch: bigint;
  readonly rule: TemperatureRule;
  readonly head: StageHead;
  /** Public signal `parties`. */
  readonly parties: bigint;
  readonly header: RecordHeader;
  /** Readings before padding. */
  readonly rows: readonly Row[];
  readonly salts: RecordSalts;
  readonly source: { readonly leaf: PartyLeaf; readonly path: PartyPath; readonly signature: Signature };
  readonly device: { readonly leaf: PartyLeaf; readonly path: PartyPath; readonly slots: readonly bigint[] };
}

/** Public signal `record` of this evidence. The rows must be bytes (`series-packing`). */
export function recordOf(evidence: Pick<TemperatureEvidence, "header" | "rows" | "salts">): bigint {
  const padded = padRows(evidence.rows, Number(evidence.header.n));
  return recordHash(saltedSeriesRoot(padded, evidence.salts.chunkSalts), evidence.header, evidence.salts.salt);
}

/** The seven public signals of a proof of this evidence. */
export function signalsOf(evidence: TemperatureEvidence, context: bigint): Signals {
  return {
    batch: evidence.batch,
    rule: ruleHash(evidence.rule),
    head: stageHead(evidence.head),
    parties: evidence.parties,
    record: recordOf(evidence),
    deviations: deviationBits(evidence),
    context,
  };
}
