import { readFileSync } from "node:fs";
import { BatchproofError } from "../../src/errors.ts";
import type { CustodyLimits } from "../../src/kinds/custody/limits.ts";
import type { OneChannelLimits, ParametersLimits } from "../../src/kinds/parameters/limits.ts";
import type { QualityLimits } from "../../src/kinds/quality/limits.ts";
import { requireKind } from "../../src/kinds/kind.ts";
import { claimNamed, type Claim, type Policy } from "../../src/policy/document.ts";
import type { TemperatureClaim, TemperatureLimits } from "../../src/kinds/temperature/limits.ts";
import { parsePolicy } from "../../src/kinds/policy.ts";

/** Names of the policies in fixtures/policies with one temperature claim. */
export const FIXTURES = ["fridge-2-8", "usp-controlled-cold", "who-fridge-default"] as const;
/** Names of those with claims of other kinds, custody of every stage among them. */
export const PROCESSES = ["ari-0001", "cd20-prodigy"] as const;

export function fixturePath(name: string): string {
  return `fixtures/policies/${name}.json`;
}

export type FixtureName = (typeof FIXTURES)[number];
export type ProcessName = (typeof PROCESSES)[number];

export function fixture(name: FixtureName | ProcessName = "fridge-2-8"): Policy {
  const path = fixturePath(name);
  return parsePolicy(JSON.parse(readFileSync(path, "utf8")), path);
}

/** Limits to change; undefined removes one. */
export type ChangeOf<Limits> = { readonly [Field in keyof Limits]?: Limits[Field] | undefined };
export type Change = ChangeOf<TemperatureLimits>;
export type ChannelChange = ChangeOf<OneChannelLimits>;

/** A fixture, the fridge policy unless told, with other limits in its one claim. */
export function withLimits(change: Change, name?: FixtureName): Policy {
  const claim = onlyClaim(name);
  return { ...fixture(name), claims: [{ ...claim, rule: changedLimits(claim.rule, change) }] };
}

export function changedLimits<Limits extends object>(limits: Limits, change: ChangeOf<Limits>): Limits {
  const entries = Object.entries({ ...limits, ...change }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as Limits;
}

/** The fridge policy with other claims. */
export function withClaims(...claims: readonly Claim[]): Policy {
  return { ...fixture(), claims };
}

/** The fridge policy with channel claims, one for each change, of the same range and times. */
export function channelPolicy(...changes: readonly ChannelChange[]): Policy {
  const { id, rule, ...claim } = onlyClaim();
  const limits: OneChannelLimits = rule;
  return withClaims(
    ...changes.map((change, i): Claim => {
      const own = i === 0 ? id : `${id}-${i + 1}`;
      return { ...claim, id: own, kind: "channel", circuits: ["channel-840"], rule: changedLimits(limits, change) };
    }),
  );
}

export function onlyClaim(name?: FixtureName): TemperatureClaim {
  const [claim] = fixture(name).claims;
  if (claim === undefined) throw new Error("The fixture has a claim.");
  return requireKind(claim, "temperature");
}

/** Index of a claim in a policy. */
export function indexOf(policy: Policy, id: string): number {
  return claimNamed(policy, id).index;
}

/** Kinds whose claims tests look into. */
interface LimitsOf {
  readonly temperature: TemperatureLimits;
  readonly parameters: ParametersLimits;
  readonly custody: CustodyLimits;
  readonly quality: QualityLimits;
}

/** A claim of one kind; which kind is the test's own knowledge. */
export function claimOfKind<K extends keyof LimitsOf>(policy: Policy, id: string, kind: K): Claim<K, LimitsOf[K]> {
  return requireKind(claimNamed(policy, id).claim, kind);
}

/** The policy with other limits in one claim, which is of that kind. */
export function withRule<K extends keyof LimitsOf>(
  policy: Policy,
  id: string,
  kind: K,
  change: ChangeOf<LimitsOf[K]>,
): Policy {
  const claim = claimOfKind(policy, id, kind);
  return withClaim(policy, id, { ...claim, rule: changedLimits(claim.rule, change) });
}

/** The policy with one claim replaced. */
export function withClaim(policy: Policy, id: string, claim: Claim): Policy {
  return { ...policy, claims: policy.claims.map((each) => (each.id === id ? claim : each)) };
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
