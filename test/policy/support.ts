import { readFileSync } from "node:fs";
import { BatchproofError } from "../../src/errors.ts";
import { parsePolicy, type Policy, type PolicyClaim, type TemperatureLimits } from "../../src/policy/policy.ts";

/** Names of the policies in fixtures/policies. */
export const FIXTURES = ["fridge-2-8", "refrigerated-excursion-2-15"] as const;

export function fixturePath(name: string): string {
  return `fixtures/policies/${name}.json`;
}

export function fixture(name: (typeof FIXTURES)[number] = "fridge-2-8"): Policy {
  const path = fixturePath(name);
  return parsePolicy(JSON.parse(readFileSync(path, "utf8")), path);
}

/** The fridge policy with other limits in its one claim. */
export function withLimits(limits: Partial<TemperatureLimits>): Policy {
  const claim = onlyClaim();
  return withClaims({ ...claim, rule: { ...claim.rule, ...limits } });
}

/** The fridge policy with other claims. */
export function withClaims(...claims: readonly PolicyClaim[]): Policy {
  return { ...fixture(), claims };
}

export function onlyClaim(): PolicyClaim {
  const [claim] = fixture().claims;
  if (claim === undefined) throw new Error("The fixture has a claim.");
  return claim;
}

/** The error that `act` throws; a test that gets none fails here. */
export async function errorOf(act: () => unknown): Promise<BatchproofError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof BatchproofError) return error;
    throw error;
  }
  throw new Error("Nothing was refused.");
}
