import { QUALITY_SLOTS, qualityRuleHash } from "../../formats/qualityRule.ts";
import { parseMicro } from "../../input/quantities.ts";
import { defineKind } from "../kind.ts";
import { QUALITY_RULES } from "./check.ts";
import { qualityFacets } from "./facets.ts";
import type { QualityLimits } from "./limits.ts";
import { lintQuality } from "./lint.ts";
import { qualityRuleOf } from "./rule.ts";
import schema from "./schema.json" with { type: "json" };
import { showQuality } from "./show.ts";
import { isCategorical, limitsOf } from "./slots.ts";

/** The complete set of a laboratory's results. */
export const quality = defineKind<"quality", QualityLimits>({
  name: "quality",
  rules: QUALITY_RULES,
  tiers: [{ name: "quality", tier: QUALITY_SLOTS }],
  instance: () => "Quality()",
  classes: ["specification", "process"],
  measuresStage: false,
  schema,
  ruleHash: (policy, claimIndex, salt) => qualityRuleHash(qualityRuleOf(policy, claimIndex, salt)),
  lint: (_, { rule }, pointer) => lintQuality(rule, pointer),
  lintTogether: () => [],
  show: (_, { rule }) => showQuality(rule),
  showTier: (tier) => `up to ${tier} results`,
  showUnproven: ({ claims }) =>
    claims.some(({ kind }) => kind === "quality")
      ? ["That the laboratory told the truth: a proof is about results that a registered laboratory signed."]
      : [],
  facets: ({ rule }) => qualityFacets(rule),
  twin: { evidence: "One set of results", judgedBy },
});

/** Numbers, however they are spelt; words that pass, in whatever order. */
function judgedBy({ analytes, products = [], resultWithin, pharmacopoeia = false }: QualityLimits): object {
  return {
    analytes: analytes.map((spec) =>
      isCategorical(spec)
        ? { ...spec, permitted: [...spec.permitted].sort(), orBefore: spec.orBefore ?? false }
        : { ...spec, ...limitsInMicro(spec), orBefore: spec.orBefore ?? false },
    ),
    products: products.map((product) => ({ ...product, ...limitsInMicro(product) })),
    resultWithin,
    pharmacopoeia,
  };
}

function limitsInMicro(spec: Parameters<typeof limitsOf>[0]): Readonly<Record<string, string>> {
  const { lower, upper } = limitsOf(spec);
  return Object.fromEntries([...lower, ...upper].map(({ field, text }) => [field, parseMicro(text, field).toString()]));
}
