import { custodyRuleHash } from "../../formats/custodyRule.ts";
import { defineKind } from "../kind.ts";
import { CUSTODY_RULES } from "./check.ts";
import { custodyFacets } from "./facets.ts";
import type { CustodyLimits } from "./limits.ts";
import { lintChain, lintCustody } from "./lint.ts";
import { custodyRuleOf } from "./rule.ts";
import schema from "./schema.json" with { type: "json" };
import { showCustody } from "./show.ts";
import { unprovenCustody } from "./unproven.ts";

/** One stage under one custodian, and the hand-off that closes it. */
export const custody = defineKind<"custody", CustodyLimits>({
  name: "custody",
  rules: CUSTODY_RULES,
  tiers: [{ name: "custody", tier: 1 }],
  instance: () => "Custody()",
  classes: ["custody"],
  measuresStage: false,
  schema,
  ruleHash: (policy, claimIndex, salt) => custodyRuleHash(custodyRuleOf(policy, claimIndex, salt)),
  lint: lintCustody,
  lintTogether: lintChain,
  show: showCustody,
  showTier: () => undefined,
  showUnproven: unprovenCustody,
  facets: ({ rule }) => custodyFacets(rule),
  twin: undefined,
});
