import { formatMicro } from "../../src/input/quantities.ts";
import { formatTime } from "../../src/input/times.ts";
import type { Reading } from "../../src/import/series.ts";

/** What a historian would export of the same measurements. */

export const HEADER = "timestamp,tag,value,quality,unit";

export function csvFile(lines: readonly string[], header = HEADER): Buffer {
  return Buffer.from([header, ...lines, ""].join("\n"));
}

export function csvLine({ time, value }: Pick<Reading, "time" | "value">, offset = 0): string {
  return [formatTime(time, offset), "TT-101", formatMicro(value), "Good", "°C"].join(",");
}
