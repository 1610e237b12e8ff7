import { QUALITY_SLOTS, qualityRuleHash } from "../../formats/qualityRule.ts";
import { defineKind } from "../kind.ts";
import { QUALITY_RULES } from "./check.ts";
import { qualityFacets } from "./facets.ts";
import type { QualityLimits } from "./limits.ts";
import { lintQuality } from "./lint.ts";
import { qualityRuleOf } from "./rule.ts";
import schema from "./schema.json" with { type: "json" };
import { showQuality } from "./show.ts";

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
  twin: {
    evidence: "One set of results",
    judgedBy: (rule) => ({
      ...rule,
      products: rule.products ?? [],
      pharmacopoeia: rule.pharmacopoeia ?? false,
      source: "",
    }),
  },
});
