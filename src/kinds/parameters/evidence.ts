import { NO_CHANNEL } from "../../formats/constants.ts";
import { parametersRecordHash, type ParametersHeader } from "../../formats/parametersRecord.ts";
import type { ParametersRule } from "../../formats/parametersRule.ts";
import type { RecordOwner } from "../../formats/recordOwner.ts";
import { samplesOf, type Sample } from "../../formats/samples.ts";
import { sourceMessage } from "../../formats/source.ts";
import type { SeriesContext } from "../series/evidence.ts";

/** Everything that one claim of kind `parameters` or `channel` is judged and proven from. */
export interface ParametersEvidence extends SeriesContext {
  readonly rule: ParametersRule;
  readonly header: ParametersHeader;
  /** Samples before padding. */
  readonly rows: readonly Sample[];
}

/** Public signal `record` of this evidence. The rows must be bytes (`series-packing`). */
export function parametersRecordOf({
  header,
  rows,
  salts,
}: Pick<ParametersEvidence, "header" | "rows" | "salts">): bigint {
  const series = samplesOf(header.channels);
  const root = series.saltedRoot(series.pad(rows, Number(header.n)), salts.chunkSalts);
  return parametersRecordHash(root, header, salts.salt);
}

/** What a source signs for such a record. */
export function parametersMessage(owner: RecordOwner, record: bigint): bigint {
  return sourceMessage(owner, BigInt(NO_CHANNEL), record);
}
