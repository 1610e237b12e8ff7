import { readFileSync } from "node:fs";
import { BatchproofError } from "../../src/errors.ts";
import { parsePolicy, type Policy, type PolicyClaim, type TemperatureLimits } from "../../src/policy/policy.ts";

/** Names of the policies in fixtures/policies. */
export const FIXTURES = ["fridge-2-8", "usp-controlled-cold", "who-fridge-default"] as const;

export function fixturePath(name: string): string {
  return `fixtures/policies/${name}.json`;
}

export type FixtureName = (typeof FIXTURES)[number];

export function fixture(name: FixtureName = "fridge-2-8"): Policy {
  const path = fixturePath(name);
  return parsePolicy(JSON.parse(readFileSync(path, "utf8")), path);
}

/** Limits to change; undefined removes one. */
export type Change = { readonly [Field in keyof TemperatureLimits]?: TemperatureLimits[Field] | undefined };

/** A fixture, the fridge policy unless told, with other limits in its one claim. */
export function withLimits(change: Change, name?: FixtureName): Policy {
  const claim = onlyClaim(name);
  return { ...fixture(name), claims: [{ ...claim, rule: changedLimits(claim.rule, change) }] };
}

export function changedLimits(limits: TemperatureLimits, change: Change): TemperatureLimits {
  const entries = Object.entries({ ...limits, ...change }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as TemperatureLimits;
}

/** The fridge policy with other claims. */
export function withClaims(...claims: readonly PolicyClaim[]): Policy {
  return { ...fixture(), claims };
}

export function onlyClaim(name?: FixtureName): PolicyClaim {
  const [claim] = fixture(name).claims;
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
