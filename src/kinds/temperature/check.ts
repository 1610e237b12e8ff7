import { KIND, TEMPERATURE_RULE_VERSION } from "../../formats/constants.ts";
import { isEncodable, padRows } from "../../formats/series.ts";
import { temperatureRuleHash } from "../../formats/temperatureRule.ts";
import { temperatureRecordOf, type TemperatureEvidence } from "./evidence.ts";
import { distinctLengths, excursionsOf, excursionTableSize, sideOf, timeOutside, weightedDwell } from "./excursions.ts";
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
  "thinning",
  "clock",
  "source",
  "device",
  "cumulative",
  "single",
  "mkt",
  "opened",
] as const;
export type TemperatureRuleName = (typeof TEMPERATURE_RULES)[number];

/** One broken rule. */
export type TemperatureFinding = SeriesFinding<TemperatureRuleName>;

/** Every broken rule, in circuit order; empty: the claim holds and can be proven. */
export function checkTemperature(evidence: TemperatureEvidence): TemperatureFinding[] {
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
      temperatureRuleHash(evidence.rule),
      evidence.rule.channelId,
      isEncodable(evidence.rows) ? temperatureRecordOf(evidence) : undefined,
    ),
    ...checkDevice(evidence),
    ...checkCumulative(evidence),
    ...checkSingle(evidence),
    ...checkMkt(evidence),
    ...checkOpened(evidence),
  ];
}

/** What the rules of readings judge: the evidence without stage, openings and signature. */
interface JudgedReadings extends Pick<TemperatureEvidence, "rule" | "rows"> {
  readonly header: Pick<TemperatureEvidence["header"], "n">;
}

/** Every rule that the readings themselves break, whatever stage they are used for: `range`, `cumulative`, `single`, `mkt`. */
export function checkReadings(judged: JudgedReadings): TemperatureFinding[] {
  return [...checkRange(judged), ...checkCumulative(judged), ...checkSingle(judged), ...checkMean(judged)];
}

/** Rule `rule`: the rule itself is well-formed. */
function checkRule({ rule }: TemperatureEvidence): TemperatureFinding[] {
  return findings("rule", [
    [rule.version === BigInt(TEMPERATURE_RULE_VERSION), "the rule has another version than the circuit"],
    [rule.kind === BigInt(KIND.temperature), "the rule is not a temperature rule"],
    ...seriesLimits(rule),
    [
      rule.normalLow >= 0n && rule.normalLow <= rule.normalHigh && rule.normalHigh <= rule.width,
      "the normal band is not within the range",
    ],
    [fits(rule.budgetAbove, 32) && fits(rule.budgetBelow, 32), "a budget is not a 32-bit number of half-ticks"],
    [fits(rule.single, 24), "the longest excursion is not a 24-bit number of ticks"],
    [fits(rule.mktSpan, 32), "the span of the mean kinetic temperature is not a 32-bit number of seconds"],
    [fits(rule.mktLimit, 105), "the limit of the mean kinetic temperature is not a weight"],
    [rule.mktLimit === 0n || rule.bucket === 0n, "a mean kinetic temperature of a thinned series would be another one"],
  ]);
}

/** Rule `range`: every code 0 to width. */
function checkRange({ rule, rows }: JudgedReadings): TemperatureFinding[] {
  const band = findings("range", [[isBandWidth(rule.width), "the range is not 127 to 254 steps wide"]]);
  const readings = rows.flatMap((row, reading): TemperatureFinding[] => {
    if (row.code >= 0 && BigInt(row.code) <= rule.width) return [];
    return [{ rule: "range", problem: row.code < 0 ? "below the lower limit" : "above the upper limit", reading }];
  });
  return [...band, ...readings];
}

/** Rule `record`: the header codes the readings as the rule says, and they were cut to this stage. */
function checkRecord({ rule, head, header, rows }: TemperatureEvidence): TemperatureFinding[] {
  const fields = ["kind", "tick", "origin", "stepNum", "stepDen", "width", "channelId"] as const;
  return findings("record", [
    ...fields.map((field): Verdict => [header[field] === rule[field], `the record's ${field} is not the rule's`]),
    [header.n >= BigInt(rows.length), "the record has more readings than the circuit holds"],
    isCutToStage({ head, header }),
  ]);
}

/** Rule `cumulative`: the time above and below the normal band, in all, is within its budget. */
function checkCumulative({ rule, rows }: JudgedReadings): TemperatureFinding[] {
  const budgets = { above: rule.budgetAbove, below: rule.budgetBelow };
  return (["above", "below"] as const).flatMap((side): TemperatureFinding[] => {
    const reading = timeOutside(rule, rows).findIndex((time) => time[side] > budgets[side]);
    return reading === -1 ? [] : [{ rule: "cumulative", problem: `${side} the normal band for too long`, reading }];
  });
}

/** Rule `single`: no uninterrupted excursion is longer than the limit; the circuit's table holds all their lengths. */
function checkSingle({ rule, header, rows }: JudgedReadings): TemperatureFinding[] {
  const excursions = excursionsOf(rule, rows);
  const long = excursions.flatMap(({ last, ticks }): TemperatureFinding[] =>
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
function checkMkt(evidence: TemperatureEvidence): TemperatureFinding[] {
  const { rule, head } = evidence;
  const problem = "the stage is longer than a mean kinetic temperature may be taken over";
  return [...checkMean(evidence), ...findings("mkt", [[head.end - head.start <= rule.mktSpan, problem]])];
}

function checkMean({ rule, header, rows }: JudgedReadings): TemperatureFinding[] {
  const { weighted, total } = weightedDwell(rule, padRows(rows, Number(header.n)));
  return findings("mkt", [[weighted <= rule.mktLimit * total, "the mean kinetic temperature is over its limit"]]);
}

/** The `deviations` bitmap: what the reader should know of a record that keeps every rule. */
export function temperatureDeviationBits(
  evidence: Pick<TemperatureEvidence, "rule" | "head" | "header" | "rows" | "opened">,
): bigint {
  const { rule, header, rows } = evidence;
  const any = (side: "above" | "below"): boolean => rows.some(({ code }) => sideOf(rule, code) === side);
  return bitmap([
    any("above"),
    any("below"),
    header.attempt !== 0n,
    isCorrected(header),
    ...openedDeviations(evidence),
  ]);
}
