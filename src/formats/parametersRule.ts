import { inputError } from "../errors.ts";
import { CHANNELS, MIN_WIDTH, NO_CHANNEL, TAG } from "./constants.ts";
import { sponge } from "./poseidon.ts";
import type { TemperatureRule } from "./temperatureRule.ts";

/**
 * How one channel's codes are read: code u stands for (origin + u * stepNum / stepDen) millionths of the channel's
 * unit, origin offset so that nothing is negative; codes 0 to `width` are the permitted ones.
 */
export type Channel = Pick<TemperatureRule, "channelId" | "origin" | "stepNum" | "stepDen" | "width">;

/** The order in which rule and header absorb a channel. */
export const CHANNEL_FIELDS = [
  "channelId",
  "origin",
  "stepNum",
  "stepDen",
  "width",
] as const satisfies readonly (keyof Channel)[];

/** What stands in the place of a channel that a rule does not use: the only permitted code is 0. */
export const UNUSED_CHANNEL: Channel = {
  channelId: BigInt(NO_CHANNEL),
  origin: 0n,
  stepNum: 0n,
  stepDen: 0n,
  width: BigInt(MIN_WIDTH),
};

/**
 * A rule of kind `parameters`, hard limits of up to five channels, or of kind `channel`, of one, as the circuit reads it. All
 * numbers are field elements.
 */
export interface ParametersRule extends Pick<
  TemperatureRule,
  | "version"
  | "kind"
  | "claimIndex"
  | "stage"
  | "productHash"
  | "policyVersion"
  | "openedWithin"
  | "tick"
  | "gapTicks"
  | "lead"
  | "tail"
  | "clockTolerance"
  | "independent"
  | "bucket"
  | "devices"
  | "slot"
  | "salt"
> {
  /** Of kind `channel` one; else exactly CHANNELS: the used ones by ascending channelId, each once, then UNUSED_CHANNEL. */
  readonly channels: readonly Channel[];
}

/** The order in which a rule is absorbed, one number an element, never packed; a channel by CHANNEL_FIELDS. */
export const PARAMETERS_RULE_FIELDS = [
  "version",
  "kind",
  "claimIndex",
  "stage",
  "productHash",
  "policyVersion",
  "openedWithin",
  "channels",
  "tick",
  "gapTicks",
  "lead",
  "tail",
  "clockTolerance",
  "independent",
  "bucket",
  "devices",
  "slot",
  "salt",
] as const satisfies readonly (keyof ParametersRule)[];

/**
 * The channels of a rule or header from those that are used: by ascending channelId, filled up with unused ones.
 * Errors `channels`: none, more than CHANNELS, one without an id, or one twice.
 */
export function channelsOf(used: readonly Channel[]): Channel[] {
  const ids = new Set(used.map(({ channelId }) => channelId));
  if (used.length < 1 || used.length > CHANNELS || ids.size !== used.length || ids.has(BigInt(NO_CHANNEL))) {
    throw inputError(`A parameters rule has 1 to ${CHANNELS} different channels.`, { code: "channels" });
  }
  const ordered = [...used].sort((a, b) => (a.channelId < b.channelId ? -1 : 1));
  return [...ordered, ...new Array<Channel>(CHANNELS - used.length).fill(UNUSED_CHANNEL)];
}

/** What rule and header absorb of their channels. Error `channels` where there are neither one nor CHANNELS. */
export function channelElements(channels: readonly Channel[]): bigint[] {
  if (channels.length !== 1 && channels.length !== CHANNELS) {
    throw inputError(`A rule or header of channels has one place for them, or ${CHANNELS}.`, { code: "channels" });
  }
  return channels.flatMap((channel) => CHANNEL_FIELDS.map((field) => channel[field]));
}

/** Public signal `rule`. Error `channels`. */
export function parametersRuleHash(rule: ParametersRule): bigint {
  return sponge(
    TAG.RULE,
    PARAMETERS_RULE_FIELDS.flatMap((field) => (field === "channels" ? channelElements(rule.channels) : rule[field])),
  );
}
