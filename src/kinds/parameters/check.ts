import { KIND, NO_CHANNEL, PARAMETERS_RULE_VERSION } from "../../formats/constants.ts";
import {
  CHANNEL_FIELDS,
  parametersRuleHash,
  UNUSED_CHANNEL,
  type Channel,
  type ParametersRule,
} from "../../formats/parametersRule.ts";
import { samplesOf } from "../../formats/samples.ts";
import { parametersRecordOf, type ParametersEvidence } from "./evidence.ts";
import { findings, fits, type Verdict } from "../findings.ts";
import { checkOpened, openedDeviations } from "../opened.ts";
import {
  checkClock,
  checkDevice,
  checkGap,
  checkHead,
  checkSource,
  checkThinning,
  checkWindow,
  isBandWidth,
  isCorrected,
  isCutToStage,
  seriesLimits,
  type SeriesFinding,
} from "../series/check.ts";
import { bitmap } from "../../formats/deviations.ts";

/**
 * The rules of circuits `parameters` and `channel` in plain integers: the same statement under the same names. A property test holds
 * the two together on generated records, on both sides of every limit.
 */

/** The rules, by the names that circuit, TypeScript and tests share. */
export const PARAMETERS_RULES = [
  "rule",
  "head",
  "gap",
  "range",
  "record",
  "window",
  "thinning",
  "clock",
  "source",
  "device",
  "opened",
] as const;
export type ParametersRuleName = (typeof PARAMETERS_RULES)[number];

/** One broken rule. */
export interface ParametersFinding extends SeriesFinding<ParametersRuleName> {
  /** Place of the channel in the rule, from 0, where one channel breaks the rule. */
  readonly channel?: number;
}

/** Every broken rule, in circuit order; empty: the claim holds and can be proven. Error `channels` as the hashes. */
export function checkParameters(evidence: ParametersEvidence): ParametersFinding[] {
  return [
    ...checkRule(evidence),
    ...checkHead(evidence),
    ...checkGap(evidence),
    ...checkRange(evidence),
    ...checkRecord(evidence),
    ...checkWindow(evidence),
    ...checkThinning(evidence),
    ...checkClock(evidence),
    ...checkSource(
      evidence,
      parametersRuleHash(evidence.rule),
      BigInt(NO_CHANNEL),
      samplesOf(evidence.rule.channels).isEncodable(evidence.rows) ? parametersRecordOf(evidence) : undefined,
    ),
    ...checkDevice(evidence),
    ...checkOpened(evidence),
  ];
}

/** The kind of a rule: one with a single place for a channel is of a kind of its own. */
export function kindOfRule({ channels }: Pick<ParametersRule, "channels">): "parameters" | "channel" {
  return channels.length === 1 ? "channel" : "parameters";
}

function isUnused(channel: Channel | undefined): boolean {
  return channel?.channelId === BigInt(NO_CHANNEL);
}

/** Rule `rule`: the rule itself is well-formed. */
function checkRule({ rule }: ParametersEvidence): ParametersFinding[] {
  return [
    ...findings("rule", [
      [rule.version === BigInt(PARAMETERS_RULE_VERSION), "the rule has another version than the circuit"],
      [rule.kind === BigInt(KIND[kindOfRule(rule)]), "the rule is of another kind"],
      ...seriesLimits(rule),
    ]),
    ...rule.channels.flatMap((channel, place) =>
      onChannel(place, findings("rule", channelVerdicts(channel, rule.channels[place - 1]))),
    ),
  ];
}

/** Used channels first, at least one, by ascending id; what is not used is exactly UNUSED_CHANNEL. */
function channelVerdicts(channel: Channel, before: Channel | undefined): Verdict[] {
  if (isUnused(channel)) {
    return [
      [before !== undefined, "no channel is used"],
      [CHANNEL_FIELDS.every((field) => channel[field] === UNUSED_CHANNEL[field]), "an unused channel is not empty"],
    ];
  }
  const ascends = before === undefined || (!isUnused(before) && channel.channelId > before.channelId);
  return [
    [fits(channel.channelId, 8), "a channel's code is not a byte"],
    [ascends, "the channels are not in ascending order, each once"],
  ];
}

function onChannel(channel: number, found: readonly SeriesFinding<ParametersRuleName>[]): ParametersFinding[] {
  return found.map((finding) => ({ ...finding, channel }));
}

/** Rule `range`: every code 0 to its channel's width; 0 where the channel is unused. */
function checkRange({ rule, rows }: ParametersEvidence): ParametersFinding[] {
  return rule.channels.flatMap((channel, place) => {
    const band = findings("range", [[isBandWidth(channel.width), "the range is not 127 to 254 steps wide"]]);
    const readings = rows.flatMap(({ codes }, reading): SeriesFinding<"range">[] => {
      const problem = rangeProblem(channel, codes[place]);
      return problem === undefined ? [] : [{ rule: "range", problem, reading }];
    });
    return onChannel(place, [...band, ...readings]);
  });
}

function rangeProblem(channel: Channel, code: number | undefined): string | undefined {
  if (code === undefined) return "without a reading";
  if (isUnused(channel)) return code === 0 ? undefined : "a reading of an unused channel";
  if (code < 0) return "below the lower limit";
  return BigInt(code) <= channel.width ? undefined : "above the upper limit";
}

/** Rule `record`: the header codes the samples as the rule says, and they were cut to this stage. */
function checkRecord({ rule, head, header, rows }: ParametersEvidence): ParametersFinding[] {
  const fields = ["kind", "tick"] as const;
  return [
    ...findings("record", [
      ...fields.map((field): Verdict => [header[field] === rule[field], `the record's ${field} is not the rule's`]),
      [header.n >= BigInt(rows.length), "the record has more samples than the circuit holds"],
      isCutToStage({ head, header }),
    ]),
    ...rule.channels.flatMap((channel, place) => {
      const verdicts = CHANNEL_FIELDS.map((field): Verdict => {
        return [header.channels[place]?.[field] === channel[field], `the record's ${field} is not the rule's`];
      });
      return onChannel(place, findings("record", verdicts));
    }),
  ];
}

/** The `deviations` bitmap: what the reader should know of a record that keeps every rule. No bands, so no bits 0 and 1. */
export function parametersDeviationBits(
  evidence: Pick<ParametersEvidence, "rule" | "head" | "header" | "opened">,
): bigint {
  const { header } = evidence;
  return bitmap([false, false, header.attempt !== 0n, isCorrected(header), ...openedDeviations(evidence)]);
}
