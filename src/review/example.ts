import type { KindName } from "../formats/constants.ts";
import { KINDS } from "../kinds/index.ts";
import { schemasOfKinds } from "../kinds/policy.ts";
import { commentedPolicy } from "../policy/commented.ts";
import type { Policy } from "../policy/document.ts";

/** Names of the stages of an example; custody of every stage is claimed, so it takes more than one to show it. */
const STAGES = ["manufacture", "transport"] as const;
const DAY = 86_400;

/** A small policy to start from, with the examples of these kinds. Its numbers are nobody's. */
export function examplePolicy(names: readonly KindName[]): Policy {
  const claims = STAGES.flatMap((name, stage) =>
    names.flatMap((kind) => {
      const { classes, tiers, schema } = KINDS[kind];
      const rule = schema.limits.examples[stage];
      const circuits = tiers.map((tier) => tier.name);
      const sort = { kind, stage, class: classes[0], neededFor: "release", severity: 2, circuits } as const;
      return rule === undefined ? [] : [{ id: `${name}/${kind}`, ...sort, rule }];
    }),
  );
  return {
    product: "EXAMPLE-1",
    version: 1,
    document: "EXAMPLE: number and version of the approved specification",
    stages: STAGES.filter((_, stage) => claims.some((claim) => claim.stage === stage)),
    maxDue: [60 * DAY, 120 * DAY],
    claims,
  };
}

/** The same as JSON with comments: `commentedPolicy`. */
export function commentedExample(names: readonly KindName[]): string {
  return commentedPolicy(examplePolicy(names), schemasOfKinds());
}
