import type { Row } from "../../formats/series.ts";
import { padRows } from "../../formats/series.ts";
import { saltedSeriesRoot, temperatureRecordHash, type TemperatureHeader } from "../../formats/temperatureRecord.ts";
import type { TemperatureRule } from "../../formats/temperatureRule.ts";
import type { SeriesContext } from "../series/evidence.ts";

/** Everything that one temperature claim is judged and proven from. */
export interface TemperatureEvidence extends SeriesContext {
  readonly rule: TemperatureRule;
  readonly header: TemperatureHeader;
  /** Readings before padding. */
  readonly rows: readonly Row[];
}

/** Public signal `record` of this evidence. The rows must be bytes (`series-packing`). */
export function temperatureRecordOf(evidence: Pick<TemperatureEvidence, "header" | "rows" | "salts">): bigint {
  const padded = padRows(evidence.rows, Number(evidence.header.n));
  return temperatureRecordHash(
    saltedSeriesRoot(padded, evidence.salts.chunkSalts),
    evidence.header,
    evidence.salts.salt,
  );
}
