import type { Signals } from "../../formats/constants.ts";
import { padRows } from "../../formats/series.ts";
import type { TemperatureEvidence } from "./evidence.ts";
import { dwellOf, excursionTable, outsideFlags } from "./excursions.ts";
import { bus, pathInput, type CircuitInput } from "../circuitInput.ts";

/** Input of circuit `temperature`; `circuits/temperature.circom` names every field. */
export function temperatureInput(evidence: TemperatureEvidence, signals: Signals): CircuitInput {
  const rows = padRows(evidence.rows, Number(evidence.header.n));
  const { rule } = evidence;
  const { lengths, counts } = excursionTable(rule, rows);
  return {
    ...signals,
    ...bus("ruleFields", rule),
    ...bus("headFields", evidence.head),
    ...bus("header", evidence.header),
    dt: rows.map((row) => BigInt(row.dt)),
    code: rows.map((row) => BigInt(row.code)),
    chunkSalts: evidence.salts.chunkSalts,
    recordSalt: evidence.salts.salt,
    ...bus("sourceLeaf", evidence.source.leaf),
    ...bus("sourcePath", pathInput(evidence.source.path)),
    ...bus("sourceSignature", evidence.source.signature),
    ...bus("deviceLeaf", evidence.device.leaf),
    ...bus("devicePath", pathInput(evidence.device.path)),
    deviceSlots: evidence.device.slots,
    outside: outsideFlags(rule, rows).map((flag) => (flag ? 1n : 0n)),
    dwell: dwellOf(rows),
    excursionLengths: lengths,
    excursionCounts: counts,
  };
}
