import {
  CLOCK_ERROR_OFFSET,
  DEVIATION_BITS,
  KIND,
  MAX_WIDTH,
  MIN_WIDTH,
  ROLE,
  TEMPERATURE_RULE_VERSION,
  type DeviationName,
} from "../formats/constants.ts";
import { deviceSetOf } from "../formats/identity.ts";
import { partyRootOf, type PartyLeaf, type PartyPath } from "../formats/party.ts";
import { isEncodable, padRows } from "../formats/series.ts";
import { sourceMessage, verifySignature } from "../formats/source.ts";
import { recordOf, type TemperatureEvidence } from "./evidence.ts";
import { distinctLengths, excursionsOf, excursionTableSize, sideOf, timeOutside, weightedDwell } from "./excursions.ts";

/**
 * The rules of circuit `temperature` in plain integers: the same statement under the same names. A property test
 * holds the two together on thousands of records, on both sides of every limit.
 */

/** The rules, by the names that circuit, TypeScript and tests share. */
export const TEMPERATURE_RULES = [
  "rule",
  "head",
  "gap",
  "range",
  "record",
  "window",
  "clock",
  "source",
  "device",
  "cumulative",
  "single",
  "mkt",
] as const;
export type TemperatureRuleName = (typeof TEMPERATURE_RULES)[number];

/** One broken rule. Numbers are raw (codes, ticks, seconds); `explain` in verdict.ts puts them into words. */
export interface Finding {
  readonly rule: TemperatureRuleName;
  /** What is wrong, in one clause, with numbers where they help. */
  readonly problem: string;
  /** Index of the reading, from 0, where the rule judges readings. */
  readonly reading?: number;
}

/** Every broken rule, in circuit order; empty: the claim holds and can be proven. */
export function checkTemperature(evidence: TemperatureEvidence): Finding[] {
  return [
    ...checkRule(evidence),
    ...checkHead(evidence),
    ...checkGap(evidence),
    ...checkRange(evidence),
    ...checkRecord(evidence),
    ...checkWindow(evidence),
    ...checkClock(evidence),
    ...checkSource(evidence),
    ...checkDevice(evidence),
    ...checkCumulative(evidence),
    ...checkSingle(evidence),
    ...checkMkt(evidence),
  ];
}

type Verdict = readonly [holds: boolean, problem: string];

function findings(rule: TemperatureRuleName, verdicts: readonly Verdict[]): Finding[] {
  return verdicts.filter(([holds]) => !holds).map(([, problem]) => ({ rule, problem }));
}

function fits(value: bigint, bits: number): boolean {
  return value >= 0n && value < 1n << BigInt(bits);
}

function isBandWidth(width: bigint): boolean {
  return width >= BigInt(MIN_WIDTH) && width <= BigInt(MAX_WIDTH);
}

/** Rule `rule`: the rule itself is well-formed. */
function checkRule({ rule }: TemperatureEvidence): Finding[] {
  return findings("rule", [
    [rule.version === BigInt(TEMPERATURE_RULE_VERSION), "the rule has another version than the circuit"],
    [rule.kind === BigInt(KIND.temperature), "the rule is not a temperature rule"],
    [rule.tick > 0n && fits(rule.tick, 16), "the tick is not 1 to 65,535 seconds"],
    [fits(rule.lead, 32), "the lead is not a 32-bit number of seconds"],
    [fits(rule.tail, 32), "the tail is not a 32-bit number of seconds"],
    [fits(rule.clockTolerance, 20), "the clock tolerance is not a 20-bit number of seconds"],
    [rule.independent === 0n || rule.independent === 1n, "the independent flag is neither 0 nor 1"],
    [
      rule.normalLow >= 0n && rule.normalLow <= rule.normalHigh && rule.normalHigh <= rule.width,
      "the normal band is not within the range",
    ],
    [fits(rule.budgetAbove, 32) && fits(rule.budgetBelow, 32), "a budget is not a 32-bit number of half-ticks"],
    [fits(rule.single, 24), "the longest excursion is not a 24-bit number of ticks"],
    [fits(rule.mktSpan, 32), "the span of the mean kinetic temperature is not a 32-bit number of seconds"],
    [fits(rule.mktLimit, 41), "the limit of the mean kinetic temperature is not a weight"],
  ]);
}

/** Rule `head`: this stage of this batch, sane times. */
function checkHead({ batch, rule, head }: TemperatureEvidence): Finding[] {
  return findings("head", [
    [head.batch === batch, "the stage's head belongs to another batch"],
    [head.stage === rule.stage, "the stage's head is of another stage than the rule"],
    [head.start > 0n && fits(head.end, 40), "the stage's times are not Unix seconds"],
    [head.start <= head.end, "the stage ends before it starts"],
  ]);
}

/** Rule `gap`: every interval 0 to G ticks, the first 0. */
function checkGap({ rule, rows }: TemperatureEvidence): Finding[] {
  const band = findings("gap", [[isBandWidth(rule.gapTicks), "the gap is not 127 to 254 ticks"]]);
  const intervals = rows.flatMap((row, reading): Finding[] => {
    if (reading === 0 && row.dt !== 0) return [{ rule: "gap", problem: "the first interval is not 0", reading }];
    if (row.dt >= 0 && BigInt(row.dt) <= rule.gapTicks) return [];
    const problem = row.dt < 0 ? "time runs backwards" : `${row.dt} ticks without a reading`;
    return [{ rule: "gap", problem, reading }];
  });
  return [...band, ...intervals];
}

/** Rule `range`: every code 0 to width. */
function checkRange({ rule, rows }: TemperatureEvidence): Finding[] {
  const band = findings("range", [[isBandWidth(rule.width), "the range is not 127 to 254 steps wide"]]);
  const readings = rows.flatMap((row, reading): Finding[] => {
    if (row.code >= 0 && BigInt(row.code) <= rule.width) return [];
    return [{ rule: "range", problem: row.code < 0 ? "below the lower limit" : "above the upper limit", reading }];
  });
  return [...band, ...readings];
}

/** Rule `record`: the header codes the readings as the rule says. */
function checkRecord({ rule, header, rows }: TemperatureEvidence): Finding[] {
  const fields = ["kind", "tick", "origin", "stepNum", "stepDen", "width", "channelId"] as const;
  return findings("record", [
    ...fields.map((field): Verdict => [header[field] === rule[field], `the record's ${field} is not the rule's`]),
    [header.n >= BigInt(rows.length), "the record has more readings than the circuit holds"],
  ]);
}

/** Time of the last reading, Unix seconds. */
export function endTime({ header, rows }: Pick<TemperatureEvidence, "header" | "rows">): bigint {
  return header.t0 + header.tick * BigInt(rows.reduce((ticks, row) => ticks + row.dt, 0));
}

/** Rule `window`: the readings cover the stage and are not from another time. */
function checkWindow(evidence: TemperatureEvidence): Finding[] {
  const { rule, head, header } = evidence;
  const slack = rule.tick * rule.gapTicks;
  const last = endTime(evidence);
  return findings("window", [
    [fits(header.t0, 40) && fits(last, 40), "the readings' times are not Unix seconds"],
    [header.t0 >= head.start - slack, "the readings begin more than one gap before the stage"],
    [header.t0 <= head.start + rule.lead, "the readings begin too late after the stage's start"],
    [last >= head.end - rule.tail, "the readings end too early before the stage's end"],
    [last <= head.end + slack, "the readings end more than one gap after the stage"],
  ]);
}

/** Rule `clock`: the device's clock error is within the tolerance. */
function checkClock({ rule, header }: TemperatureEvidence): Finding[] {
  const error = header.clockError - BigInt(CLOCK_ERROR_OFFSET);
  return findings("clock", [
    [header.zoneChanged === 0n || header.zoneChanged === 1n, "the zone flag is neither 0 nor 1"],
    [fits(header.clockError, 21), "the clock error is out of bounds"],
    [
      error <= rule.clockTolerance && -error <= rule.clockTolerance,
      `the clock error of ${error} s is over the tolerance`,
    ],
  ]);
}

function checkMember(leaf: PartyLeaf, path: PartyPath, role: number, evidence: TemperatureEvidence): Verdict[] {
  const { head, header, parties } = evidence;
  const first = head.start < header.t0 ? head.start : header.t0;
  const last = endTime(evidence);
  const end = head.end > last ? head.end : last;
  return [
    [leaf.role === BigInt(role), "it is registered in another role"],
    [
      path.bits.every((bit) => bit === 0 || bit === 1) && partyRootOf(leaf, path) === parties,
      "it is not in the party list",
    ],
    [fits(leaf.notBefore, 40) && leaf.notBefore <= first, "it is not valid yet at the stage's start or first reading"],
    [fits(leaf.notAfter, 40) && leaf.notAfter >= end, "it is no longer valid at the stage's end or last reading"],
  ];
}

/** Rule `source`: a registered source of the right organisation signed this record. */
function checkSource(evidence: TemperatureEvidence): Finding[] {
  const { batch, rule, head, rows, source } = evidence;
  const sameOrg = source.leaf.org === head.org;
  // Rows that are no bytes have no record to sign; rules `gap` and `range` say what is wrong with them.
  const signed =
    !isEncodable(rows) ||
    verifySignature(
      { x: source.leaf.id0, y: source.leaf.id1 },
      sourceMessage(batch, rule.stage, rule.channelId, recordOf(evidence)),
      source.signature,
    );
  return findings("source", [
    ...checkMember(source.leaf, source.path, ROLE.source, evidence),
    [sameOrg === (rule.independent === 0n), "its organisation is not the one the rule asks for"],
    [signed, "its signature does not cover this record"],
  ]);
}

/** Rule `device`: registered, calibrated, and named by the stage beforehand. */
function checkDevice(evidence: TemperatureEvidence): Finding[] {
  const { head, header, device } = evidence;
  return findings("device", [
    [device.leaf.id0 === header.deviceHash && device.leaf.id1 === 0n, "the record is from another device"],
    ...checkMember(device.leaf, device.path, ROLE.device, evidence),
    [deviceSetOf(device.slots) === head.deviceSet, "the stage fixed another set of devices"],
    [header.deviceHash !== 0n && device.slots.includes(header.deviceHash), "the stage did not name this device"],
  ]);
}

/** Rule `cumulative`: the time above and below the normal band, in all, is within its budget. */
function checkCumulative({ rule, rows }: TemperatureEvidence): Finding[] {
  const budgets = { above: rule.budgetAbove, below: rule.budgetBelow };
  return (["above", "below"] as const).flatMap((side): Finding[] => {
    const reading = timeOutside(rule, rows).findIndex((time) => time[side] > budgets[side]);
    return reading === -1 ? [] : [{ rule: "cumulative", problem: `${side} the normal band for too long`, reading }];
  });
}

/** Rule `single`: no uninterrupted excursion is longer than the limit; the circuit's table holds all their lengths. */
function checkSingle({ rule, header, rows }: TemperatureEvidence): Finding[] {
  const excursions = excursionsOf(rule, rows);
  const long = excursions.flatMap(({ last, ticks }): Finding[] =>
    BigInt(ticks) <= rule.single
      ? []
      : [{ rule: "single", problem: "outside the normal band for too long at a stretch", reading: last }],
  );
  const size = excursionTableSize(Number(header.n));
  const distinct = distinctLengths(excursions).length;
  const problem = `${distinct} different lengths of excursions; this circuit can prove ${size}`;
  return distinct <= size ? long : [...long, { rule: "single", problem }];
}

/** Rule `mkt`: the mean kinetic temperature is within its limit, over a stage that is not too long for a mean. */
function checkMkt({ rule, head, header, rows }: TemperatureEvidence): Finding[] {
  const { weighted, total } = weightedDwell(rule.weights, padRows(rows, Number(header.n)));
  return findings("mkt", [
    [weighted <= rule.mktLimit * total, "the mean kinetic temperature is over its limit"],
    [head.end - head.start <= rule.mktSpan, "the stage is longer than a mean kinetic temperature may be taken over"],
  ]);
}

/** The `deviations` bitmap: what the reader should know of a record that keeps every rule. */
export function deviationBits({ rule, header, rows }: Pick<TemperatureEvidence, "rule" | "header" | "rows">): bigint {
  const any = (side: "above" | "below"): boolean => rows.some(({ code }) => sideOf(rule, code) === side);
  const corrected = header.zoneChanged === 1n || header.clockError !== BigInt(CLOCK_ERROR_OFFSET);
  const bits = [any("above"), any("below"), header.attempt !== 0n, corrected];
  return bits.reduce((bitmap, bit, i) => bitmap + (bit ? 1n << BigInt(i) : 0n), 0n);
}

/** Names of the bits that are set, lowest first. */
export function deviationNames(bits: bigint): DeviationName[] {
  return DEVIATION_BITS.filter((_, bit) => (bits >> BigInt(bit)) & 1n);
}
