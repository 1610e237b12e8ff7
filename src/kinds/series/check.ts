import { ANY_DEVICE, CLOCK_ERROR_OFFSET, MAX_WIDTH, MIN_WIDTH, ROLE } from "../../formats/constants.ts";
import { deviceSetOf } from "../../formats/identity.ts";
import { isListed, type PartyLeaf, type PartyPath } from "../../formats/party.ts";
import type { TemperatureHeader } from "../../formats/temperatureRecord.ts";
import type { TemperatureRule } from "../../formats/temperatureRule.ts";
import { sourceMessage, verifySignature } from "../../formats/source.ts";
import type { SeriesContext } from "./evidence.ts";
import type { SeriesRule } from "./rule.ts";
import { findings, fits, isFlag, type RuleFinding, type Verdict } from "../findings.ts";
import { openedWithinLimit } from "../opened.ts";
import type { RuleName } from "../../errorCodes.ts";

/**
 * The rules that every record of a series keeps, whatever it measures: the templates of the same names, in plain
 * integers. Rule `range`, and what else a kind of record adds, is in temperature.ts and parameters.ts.
 */

/** The rules judged here. */
export type SeriesRuleName = "rule" | "head" | "gap" | "window" | "thinning" | "clock" | "source" | "device" | "opened";

/** One broken rule. Numbers are raw (codes, ticks, seconds); `explain` puts them into words. */
export interface SeriesFinding<Rule extends RuleName = SeriesRuleName> extends RuleFinding<Rule> {
  /** Index of the reading, from 0, where the rule judges readings. */
  readonly reading?: number;
}

/** What these rules read of a claim's evidence. */
export interface SeriesEvidence extends Omit<SeriesContext, "salts"> {
  readonly rule: Pick<TemperatureRule, "stage" | "openedWithin" | "tick" | "gapTicks" | keyof SeriesRule>;
  readonly header: Pick<
    TemperatureHeader,
    "t0" | "start" | "end" | "tick" | "bucket" | "deviceHash" | "zoneChanged" | "clockError"
  >;
  /** Readings before padding. */
  readonly rows: readonly { readonly dt: number }[];
}

/** Whether ExactRange is exact for 0 to this width. */
export function isBandWidth(width: bigint): boolean {
  return width >= BigInt(MIN_WIDTH) && width <= BigInt(MAX_WIDTH);
}

/** What rule `rule` asks of the numbers that every rule over a series has. */
export function seriesLimits(rule: SeriesEvidence["rule"]): Verdict[] {
  return [
    openedWithinLimit(rule),
    [rule.tick > 0n && fits(rule.tick, 16), "the tick is not 1 to 65,535 seconds"],
    [fits(rule.lead, 32), "the lead is not a 32-bit number of seconds"],
    [fits(rule.tail, 32), "the tail is not a 32-bit number of seconds"],
    [fits(rule.clockTolerance, 20), "the clock tolerance is not a 20-bit number of seconds"],
    [isFlag(rule.independent), "the independent flag is neither 0 nor 1"],
    [fits(rule.bucket, 32), "the bucket is not a 32-bit number of seconds"],
  ];
}

/** Rule `head`: this stage of this batch, sane times. */
export function checkHead({ batch, rule, head }: SeriesEvidence): SeriesFinding<"head">[] {
  return findings("head", [
    [head.batch === batch, "the stage's head belongs to another batch"],
    [head.stage === rule.stage, "the stage's head is of another stage than the rule"],
    [head.start > 0n && fits(head.end, 40), "the stage's times are not Unix seconds"],
    [head.start <= head.end, "the stage ends before it starts"],
  ]);
}

/** Rule `gap`: every interval 0 to G ticks, the first 0. */
export function checkGap({ rule, rows }: SeriesEvidence): SeriesFinding<"gap">[] {
  const band = findings("gap", [[isBandWidth(rule.gapTicks), "the gap is not 127 to 254 ticks"]]);
  const intervals = rows.flatMap((row, reading): SeriesFinding<"gap">[] => {
    if (reading === 0 && row.dt !== 0) return [{ rule: "gap", problem: "the first interval is not 0", reading }];
    if (row.dt >= 0 && BigInt(row.dt) <= rule.gapTicks) return [];
    const problem = row.dt < 0 ? "time runs backwards" : `${row.dt} ticks without a reading`;
    return [{ rule: "gap", problem, reading }];
  });
  return [...band, ...intervals];
}

/** What rule `record` asks of the header of every series, beside how it is coded. */
export function isCutToStage({ head, header }: Pick<SeriesEvidence, "head" | "header">): Verdict {
  const isOfStage = header.start === head.start && header.end === head.end;
  return [isOfStage, "the readings were cut to another stage"];
}

/** Time of the last reading, Unix seconds. */
export function endTime({ header, rows }: Pick<SeriesEvidence, "header" | "rows">): bigint {
  return header.t0 + header.tick * BigInt(rows.reduce((ticks, row) => ticks + row.dt, 0));
}

/** Rule `window`: the readings cover the stage and are not from another time. */
export function checkWindow(evidence: SeriesEvidence): SeriesFinding<"window">[] {
  const { rule, head, header } = evidence;
  const slack = rule.tick * rule.gapTicks;
  const last = endTime(evidence);
  const [from, to] = [header.t0 > head.start ? header.t0 : head.start, last < head.end ? last : head.end];
  const overlap = to - from;
  return findings("window", [
    [fits(header.t0, 40) && fits(last, 40), "the readings' times are not Unix seconds"],
    [header.t0 >= head.start - slack, "the readings begin more than one gap before the stage"],
    [header.t0 <= head.start + rule.lead, "the readings begin too late after the stage's start"],
    [last >= head.end - rule.tail, "the readings end too early before the stage's end"],
    [last <= head.end + slack, "the readings end more than one gap after the stage"],
    [2n * overlap >= head.end - head.start, "the readings cover less than half of the stage"],
  ]);
}

/** Rule `thinning`: the series was thinned by no more than the rule allows. */
export function checkThinning({ rule, header }: SeriesEvidence): SeriesFinding<"thinning">[] {
  return findings("thinning", [
    [fits(header.bucket, 32), "the bucket is not a 32-bit number of seconds"],
    [header.bucket <= rule.bucket, `the readings were thinned to buckets of ${header.bucket} s`],
  ]);
}

/** Rule `clock`: the device's clock error is within the tolerance. */
export function checkClock({ rule, header }: SeriesEvidence): SeriesFinding<"clock">[] {
  const error = header.clockError - BigInt(CLOCK_ERROR_OFFSET);
  return findings("clock", [
    [isFlag(header.zoneChanged), "the zone flag is neither 0 nor 1"],
    [fits(header.clockError, 21), "the clock error is out of bounds"],
    [
      error <= rule.clockTolerance && -error <= rule.clockTolerance,
      `the clock error of ${error} s is over the tolerance`,
    ],
  ]);
}

/** Whether the time base was corrected in any way: the deviation `clock`. */
export function isCorrected({ zoneChanged, clockError }: SeriesEvidence["header"]): boolean {
  return zoneChanged === 1n || clockError !== BigInt(CLOCK_ERROR_OFFSET);
}

function checkMember(leaf: PartyLeaf, path: PartyPath, role: number, evidence: SeriesEvidence): Verdict[] {
  const { head, header, parties } = evidence;
  const first = head.start < header.t0 ? head.start : header.t0;
  const last = endTime(evidence);
  const end = head.end > last ? head.end : last;
  return [
    [leaf.role === BigInt(role), "it is registered in another role"],
    [isListed(leaf, path, parties), "it is not in the party list"],
    [fits(leaf.notBefore, 40) && leaf.notBefore <= first, "it is not valid yet at the stage's start or first reading"],
    [fits(leaf.notAfter, 40) && leaf.notAfter >= end, "it is no longer valid at the stage's end or last reading"],
  ];
}

/**
 * Rule `source`: a registered source of the right organisation signed this record.
 * @param ruleHash  public signal `rule`
 * @param channelId what was signed as the record's channel
 * @param record    undefined where rows that are no bytes have no record to sign: other rules say what is wrong
 */
export function checkSource(
  evidence: SeriesEvidence,
  ruleHash: bigint,
  channelId: bigint,
  record: bigint | undefined,
): SeriesFinding<"source">[] {
  const { batch, rule, head, source } = evidence;
  const sameOrg = source.leaf.org === head.org;
  const signed =
    record === undefined ||
    verifySignature(
      { x: source.leaf.id0, y: source.leaf.id1 },
      sourceMessage({ batch, stage: rule.stage, rule: ruleHash }, channelId, record),
      source.signature,
    );
  return findings("source", [
    ...checkMember(source.leaf, source.path, ROLE.source, evidence),
    [sameOrg === (rule.independent === 0n), "its organisation is not the one the rule asks for"],
    [signed, "its signature does not cover this record under this rule"],
  ]);
}

/** Rule `device`: registered, calibrated, and named by the stage beforehand, in the slot that the rule says. */
export function checkDevice(evidence: SeriesEvidence): SeriesFinding<"device">[] {
  const { rule, head, header, device } = evidence;
  const used = device.slots.slice(0, device.slots.findLastIndex((slot) => slot !== 0n) + 1);
  const place = BigInt(used.indexOf(header.deviceHash) + 1);
  return findings("device", [
    [device.leaf.id0 === header.deviceHash && device.leaf.id1 === 0n, "the record is from another device"],
    ...checkMember(device.leaf, device.path, ROLE.device, evidence),
    [deviceSetOf(device.slots) === head.deviceSet, "the stage fixed another set of devices"],
    [
      new Set(used).size === used.length && !used.includes(0n),
      "the stage names a device twice, or leaves a slot empty",
    ],
    [BigInt(used.length) === rule.devices, `the stage names ${used.length} devices; the rule wants ${rule.devices}`],
    [header.deviceHash !== 0n && place > 0n, "the stage did not name this device"],
    [
      rule.slot === BigInt(ANY_DEVICE) || place === rule.slot,
      `the device stands in slot ${place}; the rule is about slot ${rule.slot}`,
    ],
  ]);
}
