import { ANY_DEVICE } from "../../formats/constants.ts";
import type { Policy } from "../../policy/document.ts";
import { error, warning, type LintFinding } from "../../policy/lintFinding.ts";
import { claimsOf } from "../kind.ts";
import type { SeriesLimits } from "./limits.ts";
import { devicesOf, slotOf } from "./rule.ts";

const SERIES = ["temperature", "parameters", "channel"] as const;

/** The claims about series of one stage. */
function seriesClaims(policy: Policy, stage: number): { readonly rule: SeriesLimits; readonly index: number }[] {
  return SERIES.flatMap((kind) => claimsOf<typeof kind, SeriesLimits>(policy, kind))
    .filter(({ claim }) => claim.stage === stage)
    .map(({ claim: { rule }, index }) => ({ rule, index }))
    .sort((a, b) => a.index - b.index);
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
    const devices = devicesOfStage(policy, stage) ?? 0;
    const judged = new Set(claims.map(({ rule }) => slotOf(rule)));
    const unjudged = Array.from({ length: devices }, (_, i) => i + 1).filter((slot) => !judged.has(slot));
    const [first] = claims;
    return [
      ...claims.flatMap(({ rule, index }) => lintClaim(rule, devices, name, `/claims/${index}/rule`)),
      ...(first === undefined || judged.has(ANY_DEVICE) || unjudged.length === 0
        ? []
        : [lintUnjudged(name, unjudged, `/claims/${first.index}/rule/devices`)]),
    ];
  });
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
  if (own === 1 || slot !== ANY_DEVICE) return [];
  const message = `Any one of the ${own} devices of stage "${stage}" is enough: what the others measured is not judged.`;
  return [
    warning("any-device", `${pointer}/slot`, message, "Judge each slot by a claim of its own, unless they are spares."),
  ];
}

function lintUnjudged(stage: string, slots: readonly number[], pointer: string): LintFinding {
  const message = `No claim judges the device in slot ${slots.join(", ")} of stage "${stage}".`;
  return error("slot-unjudged", pointer, message, 'Add a claim with this "slot", or name fewer devices.');
}
