import type { ChainClaim, ChainPolicy } from "../formats/chainPolicy.ts";
import { kindNamed } from "../formats/codes.ts";
import type { KindName } from "../formats/constants.ts";
import { LATEST } from "./batchState.ts";
import type { Register, StoredCircuit } from "./handles.ts";
import { explained } from "./revert.ts";

type Registries = Pick<Register, "registry" | "policies" | "circuits">;

/** What a reader of the register must know of the circuits that may prove a batch's claims. */
export interface AcceptedCircuits {
  /** The policy that accepts them, as the register has it. */
  readonly policy: ChainPolicy;
  /** Its claims. */
  readonly claims: readonly ChainClaim[];
  /** Kind of each claim; undefined: some circuit that may prove it is of a kind which this version does not know. */
  readonly kinds: readonly (KindName | undefined)[];
  /** Some have development keys, whose proofs anybody can forge: then nothing of the batch convinces a third party. */
  readonly developmentKeys: boolean;
  /** Claims, by index, of a kind that is not known to this version: what their proofs prove is unknown. */
  readonly unknownKinds: readonly number[];
}

/** The circuits that a batch's policy accepts. `key`: key of the batch. Errors: those of `explained`. */
export async function acceptedCircuits(
  { registry, policies, circuits }: Registries,
  key: string,
  at = LATEST,
): Promise<AcceptedCircuits> {
  return explained(async () => {
    const { policyId } = await registry.batchOf(key, at);
    const policy = await policies.policyOf(policyId, at);
    // An array of its own: what ethers gives makes arrays of its own kind, and an empty one is none.
    const claims = [...policy.claims];
    const ids = [...new Set(claims.flatMap(({ circuitIds }) => [...circuitIds]))];
    const stored = new Map<string, StoredCircuit>(
      await Promise.all(ids.map(async (id) => [id, await circuits.circuitOf(id, at)] as const)),
    );
    const kindOf = (id: string): KindName | undefined => kindNamed(Number(stored.get(id)?.kind ?? 0n));
    const kinds = claims.map(({ circuitIds: [...accepted] }) => {
      const [kind, ...others] = accepted.map(kindOf);
      return others.includes(undefined) ? undefined : kind;
    });
    return {
      ...{ policy, claims, kinds },
      developmentKeys: [...stored.values()].some(({ development }) => development),
      unknownKinds: kinds.flatMap((kind, claim) => (kind === undefined ? [claim] : [])),
    };
  });
}

/** In words, of at least one claim. */
export function unknownKindsText(claims: readonly number[]): string {
  return `claims of a kind that is not known to this version, by index: ${claims.join(", ")}; what they prove is unknown`;
}
