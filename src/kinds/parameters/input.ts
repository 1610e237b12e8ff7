import type { Signals } from "../../formats/constants.ts";
import type { Channel } from "../../formats/parametersRule.ts";
import { samplesOf } from "../../formats/samples.ts";
import type { ParametersEvidence } from "./evidence.ts";
import { bus, pathInput, type CircuitInput } from "../circuitInput.ts";

/** Input of circuit `parameters`; `circuits/parameters.circom` names every field. */
export function parametersInput(evidence: ParametersEvidence, signals: Signals): CircuitInput {
  const rows = samplesOf(evidence.rule.channels).pad(evidence.rows, Number(evidence.header.n));
  return {
    ...signals,
    ...channelledBus("ruleFields", evidence.rule),
    ...bus("headFields", evidence.head),
    ...channelledBus("header", evidence.header),
    dt: rows.map((row) => BigInt(row.dt)),
    // One channel after the other, as the circuit's code[channel][row].
    code: evidence.rule.channels.flatMap((_, channel) => rows.map(({ codes }) => BigInt(codes[channel] ?? 0))),
    chunkSalts: evidence.salts.chunkSalts,
    recordSalt: evidence.salts.salt,
    ...bus("sourceLeaf", evidence.source.leaf),
    ...bus("sourcePath", pathInput(evidence.source.path)),
    ...bus("sourceSignature", evidence.source.signature),
    ...bus("deviceLeaf", evidence.device.leaf),
    ...bus("devicePath", pathInput(evidence.device.path)),
    deviceSlots: evidence.device.slots,
  };
}

/** The fields of a structure with channels as a bus input: `name.field`, `name.channels[i].field`. */
export function channelledBus(name: string, fields: { readonly channels: readonly Channel[] }): CircuitInput {
  const { channels, ...others } = fields;
  return Object.assign(
    bus(name, others),
    ...channels.map((channel, i) => bus(`${name}.channels[${i}]`, channel)),
  ) as CircuitInput;
}
