import type { RuleName } from "../errorCodes.ts";
import { BatchproofError } from "../errors.ts";
import type { ClaimClassName } from "../formats/codes.ts";
import type { KindName } from "../formats/constants.ts";
import type { Claim, Limits, Policy } from "../policy/document.ts";
import type { Facet } from "../policy/facets.ts";
import type { LintFinding } from "../policy/lintFinding.ts";
import type { KindSchema } from "../policy/schema.ts";

/** A circuit of a kind: its name, and how much it holds. */
export interface Tier {
  readonly name: string;
  /** Readings or samples of a series, results of a set, one stage of a chain of custody. */
  readonly tier: number;
}

/**
 * What a kind of claim means to everything that asks of all kinds alike: the circuits that prove it, its part of a policy
 * in shape, sense and words, and the public signal `rule`. What its evidence is, how it is judged and what is proven of it
 * is a `Statement`, which the kind's own folder makes. Nothing here knows folders, chains or provers.
 */
export interface Kind {
  readonly name: KindName;
  /** The rules, by the names that circuit, TypeScript and tests share. */
  readonly rules: readonly RuleName[];
  /** The circuits that prove such claims, the smallest first. */
  readonly tiers: readonly Tier[];
  /** The main component of a circuit of this capacity, as its file in circuits/main writes it. */
  readonly instance: (tier: number) => string;
  /** Classes that such a claim can have, the strictest first. */
  readonly classes: readonly [ClaimClassName, ...ClaimClassName[]];
  /** Whether its evidence shows how the batch was kept during the stage. */
  readonly measuresStage: boolean;
  /** JSON Schema of the limits. */
  readonly schema: KindSchema;
  /** Public signal `rule`: the errors of the kind's derivation. */
  readonly ruleHash: (policy: Policy, claimIndex: number, salt: bigint) => bigint;
  /** What is wrong with the limits of a claim, and what their approvers should know; `pointer` is the rule's. */
  readonly lint: (policy: Policy, claim: Claim, pointer: string) => LintFinding[];
  /** What is wrong with all claims of this kind together. */
  readonly lintTogether: (policy: Policy) => LintFinding[];
  /** Every limit of a claim in words. The policy must be free of lint errors, else the errors of the derivation. */
  readonly show: (policy: Policy, claim: Claim) => string[];
  /** What a circuit of this capacity holds, in words; undefined where there is nothing to say. */
  readonly showTier: (tier: number) => string | undefined;
  /** What proofs of this kind leave open in a policy, one sentence each; also where the policy claims none of it. */
  readonly showUnproven: (policy: Policy) => string[];
  /** Everything that the limits of a claim say, so that two policies can be compared. */
  readonly facets: (claim: Claim) => Facet[];
  /** What one record could prove twice; undefined where a stage has one claim of this kind anyway. */
  readonly twin: { readonly evidence: string; readonly judgedBy: (claim: Claim) => unknown } | undefined;
}

type OfClaim = "lint" | "show" | "facets" | "twin";

/** A kind as its own folder writes it: what takes a claim takes one with that kind's limits. */
export interface KindDefinition<K extends KindName, L extends Limits> extends Omit<Kind, OfClaim | "name"> {
  readonly name: K;
  readonly lint: (policy: Policy, claim: Claim<K, L>, pointer: string) => LintFinding[];
  readonly show: (policy: Policy, claim: Claim<K, L>) => string[];
  readonly facets: (claim: Claim<K, L>) => Facet[];
  readonly twin: { readonly evidence: string; readonly judgedBy: (limits: L) => unknown } | undefined;
}

/** The kind of a definition. Its functions throw the internal error `claim-kind` for a claim of another kind. */
export function defineKind<K extends KindName, L extends Limits>(definition: KindDefinition<K, L>): Kind {
  const { name, lint, show, facets, twin } = definition;
  const own = (claim: Claim): Claim<K, L> => requireKind(claim, name);
  return {
    ...definition,
    lint: (policy, claim, pointer) => lint(policy, own(claim), pointer),
    show: (policy, claim) => show(policy, own(claim)),
    facets: (claim) => facets(own(claim)),
    twin: twin && { ...twin, judgedBy: (claim) => twin.judgedBy(own(claim).rule) },
  };
}

/** A claim as one of this kind, whose limits the policy's schema has seen to; else the internal error `claim-kind`. */
export function requireKind<K extends KindName, L extends Limits>(claim: Claim, kind: K): Claim<K, L> {
  if (claim.kind === kind) return claim as Claim<K, L>;
  const message = `A ${kind} rule was asked for, and claim ${claim.id} is of kind "${claim.kind}".`;
  throw new BatchproofError("internal", message, { code: "claim-kind" });
}

/** The claims of a kind, with that kind's limits and each with its index in the policy. */
export function claimsOf<K extends KindName, L extends Limits>(
  { claims }: Policy,
  kind: K,
): { readonly claim: Claim<K, L>; readonly index: number }[] {
  return claims.flatMap((claim, index) =>
    claim.kind === kind ? [{ claim: requireKind<K, L>(claim, kind), index }] : [],
  );
}
