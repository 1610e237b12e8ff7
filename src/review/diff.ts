import { kindOf } from "../kinds/index.ts";
import { SEVERITY, type Claim, type Policy } from "../policy/document.ts";
import { atLeast, atMost, demand, fact, permission, secondsFacet, type Facet } from "../policy/facets.ts";
import { quoted, time } from "../policy/words.ts";

/** One difference between two policies, in words. */
export interface PolicyChange {
  /** Id of the claim; null: the policy as a whole. */
  readonly claim: string | null;
  /** What changed. */
  readonly what: string;
  /** What the first policy says; null: nothing. */
  readonly before: string | null;
  /** What the second policy says; null: nothing. */
  readonly after: string | null;
}

/** What changed from one policy to another. What was loosened matters most, so it comes first. */
export interface PolicyDiff {
  readonly loosened: readonly PolicyChange[];
  readonly tightened: readonly PolicyChange[];
  readonly other: readonly PolicyChange[];
}

type Direction = keyof PolicyDiff;
type Directed = PolicyChange & { readonly direction: Direction };

/**
 * Compares two policies limit by limit; claims are matched by id and kind. Both must be free of lint errors. A change
 * that could be either (a limit in another unit, another formula) is listed as one limit less and one more.
 */
export function diffPolicies(before: Policy, after: Policy): PolicyDiff {
  const changes = [...diffClaims(before, after), ...diffFacets(null, policyFacets(before), policyFacets(after))];
  const of = (direction: Direction): PolicyChange[] =>
    changes
      .filter((change) => change.direction === direction)
      .map(({ claim, what, before: was, after: is }) => ({ claim, what, before: was, after: is }));
  return { loosened: of("loosened"), tightened: of("tightened"), other: of("other") };
}

function diffClaims(before: Policy, after: Policy): Directed[] {
  const removed = before.claims.filter((claim) => twin(after, claim) === undefined);
  const added = after.claims.filter((claim) => twin(before, claim) === undefined);
  return [
    ...removed.map(({ id, kind }) => directed("loosened", id, `the whole claim (${kind})`, "claimed", null)),
    ...before.claims.flatMap((claim) => {
      const same = twin(after, claim);
      return same === undefined ? [] : diffFacets(claim.id, claimFacets(before, claim), claimFacets(after, same));
    }),
    ...added.map(({ id, kind }) => directed("tightened", id, `the whole claim (${kind})`, null, "claimed")),
  ];
}

function twin({ claims }: Policy, { id, kind }: Claim): Claim | undefined {
  return claims.find((claim) => claim.id === id && claim.kind === kind);
}

function diffFacets(claim: string | null, before: readonly Facet[], after: readonly Facet[]): Directed[] {
  const names = new Set([...before, ...after].map(({ name }) => name));
  return [...names].flatMap((name) => {
    const [was, is] = [before, after].map((facets) => facets.find((facet) => facet.name === name));
    // Words say all of a facet: what they leave equal has not changed.
    if (was?.words === is?.words) return [];
    return [directed(directionOf(was, is), claim, name, was?.words ?? null, is?.words ?? null)];
  });
}

function directionOf(was: Facet | undefined, is: Facet | undefined): Direction {
  const [looseBefore, looseAfter] = [was, is].map((facet) => facet?.looseness);
  if (was === undefined)
    return is?.looseness === undefined ? "other" : is.absent === "looser" ? "tightened" : "loosened";
  if (is === undefined)
    return was.looseness === undefined ? "other" : was.absent === "looser" ? "loosened" : "tightened";
  if (looseBefore === undefined || looseAfter === undefined || looseBefore === looseAfter) return "other";
  return looseAfter > looseBefore ? "loosened" : "tightened";
}

function directed(
  direction: Direction,
  claim: string | null,
  what: string,
  before: string | null,
  after: string | null,
): Directed {
  return { direction, claim, what, before, after };
}

const HEADINGS: Readonly<Record<Direction, string>> = {
  loosened: "Loosened",
  tightened: "Tightened",
  other: "Other changes",
};

/** A difference in words, what was loosened first. Lines end with a line feed. */
export function showDiff(diff: PolicyDiff): string {
  const parts = (Object.keys(HEADINGS) as Direction[]).filter((direction) => diff[direction].length > 0);
  if (parts.length === 0) return "The policies say the same.\n";
  return parts
    .map((direction) =>
      [`${HEADINGS[direction]} (${diff[direction].length})`, ...diff[direction].map(line), ""].join("\n"),
    )
    .join("\n");
}

function line({ claim, what, before, after }: PolicyChange): string {
  return `  ${claim ?? "policy"}: ${what}: ${before ?? "not there"} -> ${after ?? "not there"}`;
}

/** What a policy says apart from its claims. */
function policyFacets({ product, version, document, stages, maxDue, confirmedByQp, profiles }: Policy): Facet[] {
  const [release, completion] = maxDue;
  return [
    atMost("latest release after opening", BigInt(release), time(release)),
    atMost("latest completion after opening", BigInt(completion), time(completion)),
    fact("product", quoted(product)),
    fact("version", String(version)),
    fact("document", quoted(document)),
    fact("stages", stages.join(", ")),
    ...(confirmedByQp ?? []).map((name) =>
      atMost(`stage ${name}`, 0n, "confirmed by a QP named for it before the batch is certified"),
    ),
    ...(profiles ?? []).map(({ name, hash }) => permission(`profile ${hash}`, quoted(name))),
    ...(profiles === undefined ? [permission("the long form of historians, as the only profile", "accepted")] : []),
  ];
}

/** Everything that a claim says, its whole rule included. */
function claimFacets(policy: Policy, claim: Claim): Facet[] {
  return [
    ...kindOf(claim).facets(claim),
    ...secondsFacet("opening after the stage's start", claim.rule.openedWithin),
    demand("class", claim.class !== "process", [
      `${claim.class}: only a proof counts`,
      "process: an accepted exception can stand in place of a proof",
    ]),
    demand("needed for", claim.neededFor === "release", ["release", "completion: a batch is released without it"]),
    atLeast("severity of a breach", BigInt(claim.severity), `${claim.severity} (${SEVERITY[claim.severity]})`),
    fact("stage", policy.stages[claim.stage] ?? String(claim.stage)),
    fact("place among the claims", String(policy.claims.indexOf(claim))),
    fact("circuits", claim.circuits.join(", ")),
    fact("where the numbers come from", quoted(claim.rule.source)),
  ];
}
