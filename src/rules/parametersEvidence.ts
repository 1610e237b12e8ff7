import { NO_CHANNEL, type Signals } from "../formats/constants.ts";
import { stageHead } from "../formats/head.ts";
import { parametersRecordHash, type ParametersHeader } from "../formats/parametersRecord.ts";
import { parametersRuleHash, type ParametersRule } from "../formats/parametersRule.ts";
import type { RecordSalts } from "../formats/record.ts";
import { SAMPLES, type Sample } from "../formats/samples.ts";
import { sourceMessage } from "../formats/source.ts";
import type { TemperatureEvidence } from "./evidence.ts";
import { parametersDeviationBits } from "./parameters.ts";

/** Everything that one parameters claim is judged and proven from. */
export interface ParametersEvidence extends Pick<
  TemperatureEvidence,
  "batch" | "head" | "parties" | "source" | "device"
> {
  readonly rule: ParametersRule;
  readonly header: ParametersHeader;
  /** Samples before padding. */
  readonly rows: readonly Sample[];
  readonly salts: RecordSalts;
}

/** Public signal `record` of this evidence. The rows must be bytes (`series-packing`). */
export function parametersRecordOf({
  header,
  rows,
  salts,
}: Pick<ParametersEvidence, "header" | "rows" | "salts">): bigint {
  const root = SAMPLES.saltedRoot(SAMPLES.pad(rows, Number(header.n)), salts.chunkSalts);
  return parametersRecordHash(root, header, salts.salt);
}

/** What a source signs for a record of several channels. */
export function parametersMessage(batch: bigint, stage: bigint, record: bigint): bigint {
  return sourceMessage(batch, stage, BigInt(NO_CHANNEL), record);
}

/** The seven public signals of a proof of this evidence. */
export function parametersSignalsOf(evidence: ParametersEvidence, context: bigint): Signals {
  return {
    batch: evidence.batch,
    rule: parametersRuleHash(evidence.rule),
    head: stageHead(evidence.head),
    parties: evidence.parties,
    record: parametersRecordOf(evidence),
    deviations: parametersDeviationBits(evidence),
    context,
  };
}
