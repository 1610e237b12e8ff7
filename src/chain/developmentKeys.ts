import type { Register } from "./handles.ts";
import { explained } from "./revert.ts";

/**
 * Whether a batch's policy accepts proofs of development keys, which anybody can forge: then what the register says of the
 * batch proves nothing to a third party. `key`: key of the batch. Errors: those of `explained`.
 */
export async function acceptsDevelopmentKeys(
  { registry, policies, circuits }: Pick<Register, "registry" | "policies" | "circuits">,
  key: string,
): Promise<boolean> {
  return explained(async () => {
    const { policyId } = await registry.batchOf(key);
    const { claims } = await policies.policyOf(policyId);
    const ids = new Set(claims.flatMap(({ circuitIds }) => [...circuitIds]));
    const stored = await Promise.all([...ids].map((id) => circuits.circuitOf(id)));
    return stored.some(({ development }) => development);
  });
}
