import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contextOf } from "../../src/formats/context.ts";
import { nameWord } from "../../src/formats/names.ts";
import { policyIdOf, type ChainPolicy } from "../../src/formats/chainPolicy.ts";
import { toHex } from "../../src/formats/field.ts";

/** The cases of a vector file. Solidity reads the same files in `Vectors.t.sol`. */
function cases<T>(file: string): T[] {
  return (JSON.parse(readFileSync(`fixtures/vectors/${file}`, "utf8")) as { cases: T[] }).cases;
}

interface ContextCase {
  readonly chainId: string;
  readonly registry: string;
  readonly submitter: string;
  readonly context: string;
}

/** A policy as JSON has it: big numbers as text. */
interface PolicyCase {
  readonly policy: Omit<ChainPolicy, "maxDue" | "confirmedStages" | "claims"> & {
    readonly maxDue: readonly [string, string];
    readonly confirmedStages: string;
    readonly claims: readonly (Omit<ChainPolicy["claims"][number], "rule"> & { readonly rule: string })[];
  };
  readonly policyId: string;
}

describe("shared vectors", () => {
  // Verifies R-format-context.
  it.each(cases<ContextCase>("context.json"))("context $context", ({ chainId, registry, submitter, context }) => {
    expect(toHex(contextOf(BigInt(chainId), registry, submitter))).toBe(context);
  });

  // Verifies R-format-policyid, V147.
  it.each(cases<PolicyCase>("policyId.json"))("policyId $policyId", ({ policy, policyId }) => {
    const [release, completion] = policy.maxDue;
    const claims = policy.claims.map((claim) => ({ ...claim, rule: BigInt(claim.rule) }));
    expect(
      policyIdOf({
        ...policy,
        product: nameWord(policy.product),
        maxDue: [BigInt(release), BigInt(completion)],
        confirmedStages: BigInt(policy.confirmedStages),
        claims,
      }),
    ).toBe(policyId);
  });
});
