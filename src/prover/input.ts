import type { Signals } from "../formats/constants.ts";
import { padRows } from "../formats/series.ts";
import type { PartyPath } from "../formats/party.ts";
import type { TemperatureEvidence } from "../rules/evidence.ts";
import { dwellOf, excursionTable, outsideFlags } from "../rules/excursions.ts";

/** Input of a circuit's witness calculator: names as in the circuit, a bus's field as `bus.field`. */
export type CircuitInput = Readonly<Record<string, bigint | readonly bigint[]>>;

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

/** The fields of a structure as a bus input: `name.field`. */
export function bus(name: string, fields: object): CircuitInput {
  return Object.fromEntries(
    Object.entries(fields as CircuitInput).map(([field, value]) => [`${name}.${field}`, value]),
  );
}

/** A Merkle path as the fields of bus PartyPath. */
export function pathInput(path: PartyPath): CircuitInput {
  return { bits: path.bits.map(BigInt), siblings: path.siblings };
}
