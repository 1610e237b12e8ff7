import { kindNamed } from "../formats/codes.ts";
import type { Register, StoredCircuit } from "./handles.ts";
import { explained } from "./revert.ts";

type Registries = Pick<Register, "registry" | "policies" | "circuits">;

/** What a reader of the register must know of the circuits that may prove a batch's claims. */
export interface AcceptedCircuits {
  /** Some have development keys, whose proofs anybody can forge: then nothing of the batch convinces a third party. */
  readonly developmentKeys: boolean;
  /** Claims, by index, that a circuit of a kind may prove which this version does not know: what that proves is unknown. */
  readonly unknownKinds: readonly number[];
}

/** The circuits that a batch's policy accepts. `key`: key of the batch. Errors: those of `explained`. */
export async function acceptedCircuits(
  { registry, policies, circuits }: Registries,
  key: string,
): Promise<AcceptedCircuits> {
  return explained(async () => {
    const { policyId } = await registry.batchOf(key);
    // An array of its own: what ethers gives makes arrays of its own kind, and an empty one is none.
    const claims = [...(await policies.policyOf(policyId)).claims];
    const ids = [...new Set(claims.flatMap(({ circuitIds }) => [...circuitIds]))];
    const stored = new Map<string, StoredCircuit>(
      await Promise.all(ids.map(async (id) => [id, await circuits.circuitOf(id)] as const)),
    );
    const isUnknown = (id: string): boolean => kindNamed(Number(stored.get(id)?.kind ?? 0n)) === undefined;
    return {
      developmentKeys: [...stored.values()].some(({ development }) => development),
      unknownKinds: claims.flatMap(({ circuitIds }, claim) => ([...circuitIds].some(isUnknown) ? [claim] : [])),
    };
  });
}

/** In words, of at least one claim. */
export function unknownKindsText(claims: readonly number[]): string {
  return `claims of a kind that is not known to this version, by index: ${claims.join(", ")}; what they prove is unknown`;
}
