import { AbiCoder, keccak256 } from "ethers";
import { known } from "./incomplete.ts";
import type { AuditedBatch, RegisterState } from "./state.ts";
import { chainOf } from "./status.ts";

/** What puts a batch into doubt from outside, as `challengeOf` of the contract says, from the events alone. */
export interface Challenge {
  /** Circuits of its policy that were declared unsound. */
  readonly unsound: readonly string[];
  /** When its policy was retired, Unix seconds; 0: not, or the batch is not Open. */
  readonly retired: number;
  /** Party roots, decimal, that were revoked as of a time when it used them. */
  readonly roots: readonly string[];
  /** Keys of superseded batches that were recalled. */
  readonly recalled: readonly string[];
  /** The decision of a QP to go on in spite of exactly this; absent: none did. */
  readonly decided?: AuditedBatch["challengesDecided"][number];
}

/** Undefined: nothing does. */
export function challengeOf(state: RegisterState, batch: AuditedBatch): Challenge | undefined {
  const { circuits, policies, roots } = state;
  const policy = known(policies, batch.policyId, "policy");
  const unsound = circuitsOf(policy.claims).filter((id) => circuits[id]?.frozen?.unsound === true);
  // Every policy is retired one day: what was certified before stands.
  const retired = batch.status === "Open" ? (policy.retired?.time ?? 0) : 0;
  const revoked = batch.usedRoots.flatMap(({ root, lastUsed }) => (isRevoked(roots[root], lastUsed) ? [root] : []));
  const recalled = chainOf(state, batch).flatMap(({ key, batch: { recalled: recall } }) =>
    key === undefined || recall === undefined ? [] : [key],
  );
  if (unsound.length + retired + revoked.length + recalled.length === 0) return undefined;
  const numbers = revoked.map((root) => roots[root]?.number ?? 0);
  const hash = keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["bytes32[]", "uint64", "uint16[]", "bytes32[]"],
      [unsound, retired, numbers, recalled],
    ),
  );
  // The register keeps the last decision only.
  const last = batch.challengesDecided.at(-1);
  return { unsound, retired, roots: revoked, recalled, ...(last?.challenge === hash ? { decided: last } : {}) };
}

/** Whether a use of a root at a time (Unix seconds) does not stand any more. */
export function isRevoked(root: RegisterState["roots"][string] | undefined, usedAt: number): boolean {
  return root?.revoked !== undefined && BigInt(usedAt) >= BigInt(root.revoked.since);
}

/** The circuits of a policy, each once, in the order in which the claims first name them. */
function circuitsOf(claims: RegisterState["policies"][string]["claims"]): readonly string[] {
  return [...new Set(claims.flatMap(({ circuitIds }) => circuitIds))];
}
