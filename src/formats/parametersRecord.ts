import { TAG } from "./constants.ts";
import { channelElements, type Channel } from "./parametersRule.ts";
import { sponge } from "./poseidon.ts";
import type { TemperatureHeader } from "./temperatureRecord.ts";

/** The header of a record of several channels; what is not about a channel is as in a one-channel record. */
export interface ParametersHeader extends Omit<TemperatureHeader, keyof Channel> {
  /** Those of the rule. */
  readonly channels: readonly Channel[];
}

/** The order in which a record absorbs its header; a channel by CHANNEL_FIELDS. */
export const PARAMETERS_HEADER_FIELDS = [
  "kind",
  "n",
  "t0",
  "start",
  "end",
  "tick",
  "channels",
  "rowCount",
  "bucket",
  "deviceHash",
  "rawFileHash",
  "profile",
  "attempt",
  "zoneChanged",
  "clockError",
  "lotHash",
] as const satisfies readonly (keyof ParametersHeader)[];

/**
 * Public signal `record`. No temperature record has the same preimage: even of one channel this one has its fields in another
 * order, and the kind is among the first. Error `channels`.
 */
export function parametersRecordHash(root: bigint, header: ParametersHeader, salt: bigint): bigint {
  const fields = PARAMETERS_HEADER_FIELDS.flatMap((field) =>
    field === "channels" ? channelElements(header.channels) : header[field],
  );
  return sponge(TAG.RECORD, [root, ...fields, salt]);
}
