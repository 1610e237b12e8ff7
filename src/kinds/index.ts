import type { KindName } from "../formats/constants.ts";
import { claimAt, type Claim, type Policy } from "../policy/document.ts";
import { custody } from "./custody/kind.ts";
import type { Kind } from "./kind.ts";
import { channel, parameters } from "./parameters/kind.ts";
import { quality } from "./quality/kind.ts";
import { temperature } from "./temperature/kind.ts";

/** Every kind of claim there is. How a kind's evidence lies in a batch folder is said in src/batch/evidence.ts. */
export const KINDS: Readonly<Record<KindName, Kind>> = { temperature, parameters, custody, quality, channel };

/** Public signal `rule` of a claim of any kind: the errors of `claimAt` and of its kind's `ruleHash`. */
export function claimRuleHash(policy: Policy, claimIndex: number, salt: bigint): bigint {
  return kindOf(claimAt(policy, claimIndex)).ruleHash(policy, claimIndex, salt);
}

/** The kind of a claim. */
export function kindOf({ kind }: Pick<Claim, "kind">): Kind {
  return KINDS[kind];
}
