import { inputError } from "../errors.ts";
import { KIND, NO_OPENED_WITHIN } from "../formats/constants.ts";
import { textHash } from "../formats/identity.ts";
import type { TemperatureRule } from "../formats/temperatureRule.ts";
import { claimAt, type Policy } from "../policy/document.ts";
import { isSalt } from "../policy/salts.ts";

/** What the rules of all kinds begin and end with. */
export type RuleHead = Pick<
  TemperatureRule,
  "version" | "kind" | "claimIndex" | "stage" | "productHash" | "policyVersion" | "openedWithin" | "salt"
>;

/** The head of a claim's rule. Errors `claim` (no claim of this index), `salt` (not 1 to 2^248 - 1). */
export function ruleHead(policy: Policy, claimIndex: number, version: number, salt: bigint): RuleHead {
  if (!isSalt(salt)) throw inputError("A rule's salt has 1 to 248 bits and is not 0.", { code: "salt" });
  const { kind, stage, rule } = claimAt(policy, claimIndex);
  return {
    version: BigInt(version),
    kind: BigInt(KIND[kind]),
    claimIndex: BigInt(claimIndex),
    stage: BigInt(stage),
    productHash: textHash(policy.product),
    policyVersion: BigInt(policy.version),
    openedWithin: BigInt(rule.openedWithin ?? NO_OPENED_WITHIN),
    salt,
  };
}
