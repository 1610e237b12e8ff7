import { ROWS_PER_CHUNK } from "../../formats/constants.ts";
import { temperatureRuleHash } from "../../formats/temperatureRule.ts";
import { defineKind } from "../kind.ts";
import seriesDefinitions from "../series/schema.json" with { type: "json" };
import { unprovenSeries } from "../series/unproven.ts";
import { TEMPERATURE_RULES } from "./check.ts";
import { inMicro } from "../series/facets.ts";
import { excursionTableSize } from "./excursions.ts";
import { temperatureFacets } from "./facets.ts";
import type { TemperatureLimits } from "./limits.ts";
import { lintBudgets, lintTemperature } from "./lint.ts";
import { heatOf } from "./mkt.ts";
import { slotOf } from "../series/rule.ts";
import { temperatureRuleOf } from "./rule.ts";
import schema from "./schema.json" with { type: "json" };
import { showTemperature } from "./show.ts";

const TIERS = [
  { name: "temperature-1k", tier: 7 * ROWS_PER_CHUNK },
  { name: "temperature-4k", tier: 20 * ROWS_PER_CHUNK },
  { name: "temperature-9k", tier: 47 * ROWS_PER_CHUNK },
];

/** A long series of one channel: hard limits, a normal band with budgets, and a mean kinetic temperature. */
export const temperature = defineKind<"temperature", TemperatureLimits>({
  name: "temperature",
  rules: TEMPERATURE_RULES,
  tiers: TIERS,
  instance: (tier) => `Temperature(${tier / ROWS_PER_CHUNK}, ${excursionTableSize(tier)})`,
  classes: ["specification", "process"],
  measuresStage: true,
  schema: { ...schema, definitions: { ...seriesDefinitions, ...schema.definitions } },
  ruleHash: (policy, claimIndex, salt) => temperatureRuleHash(temperatureRuleOf(policy, claimIndex, salt)),
  lint: (policy, claim, pointer) => [
    ...lintTemperature(claim.rule, pointer),
    ...lintBudgets(policy, claim, TIERS, pointer),
  ],
  lintTogether: () => [],
  show: showTemperature,
  showTier: (tier) => `up to ${tier} readings, with excursions of up to ${excursionTableSize(tier)} different lengths`,
  showUnproven: (policy) => unprovenSeries(policy, "temperature"),
  facets: ({ rule }) => temperatureFacets(rule),
  twin: { evidence: "One logger's readings", judgedBy },
});

/** Numbers, however they are spelt. Resolution, lead, tail and clock tolerance are left out: one logger can suit both claims. */
function judgedBy(rule: TemperatureLimits): object {
  const { gap, range, independent, normal, cumulative, single, mkt } = rule;
  return {
    gap,
    slot: slotOf(rule),
    range: range.map(inMicro),
    independent: independent ?? false,
    normal: (normal ?? range).map(inMicro),
    above: cumulative?.above ?? null,
    below: cumulative?.below ?? null,
    single: single ?? null,
    mkt: mkt === undefined ? null : [inMicro(mkt.limit), heatOf(mkt).toString(), mkt.span],
  };
}
