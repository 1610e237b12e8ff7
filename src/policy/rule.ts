import { inputError } from "../errors.ts";
import { CHANNEL, KIND, TEMPERATURE_RULE_VERSION } from "../formats/constants.ts";
import { textHash } from "../formats/identity.ts";
import type { TemperatureRule } from "../formats/rule.ts";
import { budgetOf, singleOf } from "./budgets.ts";
import { codingOf } from "./coding.ts";
import { mktOf } from "./mkt.ts";
import type { Policy } from "./policy.ts";
import { isSalt } from "./salts.ts";

/**
 * The rule of one claim as the circuit reads it; `ruleHash` of it is the public signal `rule`.
 * Errors: those of `codingOf`, `budgetOf`, `singleOf` and `mktOf`, `claim` (no claim of this index), `salt` (not 1 to
 * 2^248 - 1).
 */
export function deriveRule(policy: Policy, claimIndex: number, salt: bigint): TemperatureRule {
  const claim = policy.claims[claimIndex];
  if (claim === undefined) throw inputError(`The policy has no claim ${claimIndex}.`, { code: "claim" });
  if (!isSalt(salt)) throw inputError("A rule's salt has 1 to 248 bits and is not 0.", { code: "salt" });
  const { rule: limits } = claim;
  const coding = codingOf(limits);
  return {
    version: BigInt(TEMPERATURE_RULE_VERSION),
    kind: BigInt(KIND[claim.kind]),
    claimIndex: BigInt(claimIndex),
    stage: BigInt(claim.stage),
    productHash: textHash(policy.product),
    policyVersion: BigInt(policy.version),
    channelId: BigInt(CHANNEL.temperature.code),
    ...coding,
    lead: BigInt(limits.lead),
    tail: BigInt(limits.tail),
    clockTolerance: BigInt(limits.clockTolerance),
    independent: limits.independent === true ? 1n : 0n,
    budgetAbove: budgetOf(limits, coding, "above"),
    budgetBelow: budgetOf(limits, coding, "below"),
    single: singleOf(limits, coding),
    ...mktOf(limits, coding),
    salt,
  };
}
