import { CHANNEL_WORDS, channelNamed } from "../../formats/channels.ts";
import { ANY_DEVICE } from "../../formats/constants.ts";
import type { Policy } from "../../policy/document.ts";
import { error, warning, type LintFinding } from "../../policy/lintFinding.ts";
import { claimsOf } from "../kind.ts";
import type { SeriesLimits } from "./limits.ts";
import { devicesOf, slotOf } from "./rule.ts";

const SERIES = ["temperature", "parameters", "channel"] as const;

type ChannelCodes = { readonly channel: number } | { readonly channels: readonly { readonly channel: number }[] };
interface SeriesClaim {
  readonly rule: SeriesLimits;
  /** Codes of the channels that it judges. */
  readonly channels: readonly number[];
  readonly index: number;
}

/** The claims about series of one stage. */
function seriesClaims(policy: Policy, stage: number): SeriesClaim[] {
  return SERIES.flatMap((kind) => claimsOf<typeof kind, SeriesLimits & ChannelCodes>(policy, kind))
    .filter(({ claim }) => claim.stage === stage)
    .map(({ claim: { rule }, index }) => ({ rule, index, channels: channelsOf(rule) }))
    .sort((a, b) => a.index - b.index);
}

function channelsOf(rule: ChannelCodes): number[] {
  return "channels" in rule ? rule.channels.map(({ channel }) => channel) : [rule.channel];
}

/** How many devices a stage names; undefined where no claim is about a series of it. */
export function devicesOfStage(policy: Policy, stage: number): number | undefined {
  const [first] = seriesClaims(policy, stage);
  return first === undefined ? undefined : devicesOf(first.rule);
}

/** What is wrong with the devices of the stages, over all claims: a device that nobody judges proves nothing. */
export function lintDevices(policy: Policy): LintFinding[] {
  return policy.stages.flatMap((name, stage) => {
    const claims = seriesClaims(policy, stage);
    const [first] = claims;
    if (first === undefined) return [];
    const devices = devicesOf(first.rule);
    const channels = [...new Set(claims.flatMap(({ channels }) => channels))];
    const unjudged = channels.map((channel) => ({ channel, slots: unjudgedSlots(claims, channel, devices) }));
    const [{ slots: some } = { slots: [] }] = unjudged;
    const idle = some.filter((slot) => unjudged.every(({ slots }) => slots.includes(slot)));
    const pointer = `/claims/${first.index}/rule/devices`;
    return [
      ...claims.flatMap(({ rule, index }) => lintClaim(rule, devices, name, `/claims/${index}/rule`)),
      ...(idle.length === 0 ? [] : [lintIdle(name, idle, pointer)]),
      ...unjudged.flatMap(({ channel, slots }) => {
        const partly = slots.filter((slot) => !idle.includes(slot));
        return partly.length === 0 ? [] : [lintPartly(name, channel, partly, pointer)];
      }),
    ];
  });
}

/** The slots whose device no claim about this channel judges. */
function unjudgedSlots(claims: readonly SeriesClaim[], channel: number, devices: number): number[] {
  const judged = new Set(claims.filter(({ channels }) => channels.includes(channel)).map(({ rule }) => slotOf(rule)));
  if (judged.has(ANY_DEVICE)) return [];
  return Array.from({ length: devices }, (_, i) => i + 1).filter((slot) => !judged.has(slot));
}

function lintClaim(rule: SeriesLimits, devices: number, stage: string, pointer: string): LintFinding[] {
  const [own, slot] = [devicesOf(rule), slotOf(rule)];
  if (own !== devices) {
    const message = `Stage "${stage}" has ${own} devices here and ${devices} in an earlier claim.`;
    return [error("devices", `${pointer}/devices`, message, "Write the same number in every claim of the stage.")];
  }
  if (slot > own) {
    const message = `Stage "${stage}" names ${own} ${own === 1 ? "device" : "devices"}, so there is no slot ${slot}.`;
    return [error("devices", `${pointer}/slot`, message, `Write a slot up to ${own}, or more devices.`)];
  }
  if (slot !== ANY_DEVICE) return [];
  const message = `Any one of the ${own} devices of stage "${stage}" is enough: what the others measured is not judged.`;
  return [
    warning("any-device", `${pointer}/slot`, message, "Judge each slot by a claim of its own, unless they are spares."),
  ];
}

function lintIdle(stage: string, slots: readonly number[], pointer: string): LintFinding {
  const message = `No claim judges the device in slot ${slots.join(", ")} of stage "${stage}".`;
  return error("slot-unjudged", pointer, message, 'Add a claim with this "slot", or name fewer devices.');
}

/** A logger of temperature beside one of pressure is nothing wrong; two of temperature of which one is judged are. */
function lintPartly(stage: string, channel: number, slots: readonly number[], pointer: string): LintFinding {
  const words = CHANNEL_WORDS[channelNamed(channel)].toLowerCase();
  const message = `What the device in slot ${slots.join(", ")} of stage "${stage}" says of ${words} is judged by no claim.`;
  return warning(
    "slot-channel",
    pointer,
    message,
    'Add a claim with this "slot", unless that device does not measure it.',
  );
}
