import { id, type Signer } from "ethers";
import { chainTime, type Chain } from "../../../src/chain/connect.ts";
import { mined } from "../../../src/chain/deploy.ts";
import type { Register } from "../../../src/chain/handles.ts";
import { ROLE_ID } from "../../../src/formats/roleIds.ts";

/** Makes the chain's second and third account PROPOSER and APPROVER of a register whose ADMIN is the first one. */
export async function twoPersons(
  { provider }: Chain,
  { roles }: Register,
): Promise<{ readonly proposer: Signer; readonly approver: Signer }> {
  const [proposer, approver] = [await provider.getSigner(1), await provider.getSigner(2)];
  const now = await chainTime(provider);
  for (const [role, signer, person] of [
    [ROLE_ID.proposer, proposer, "one"],
    [ROLE_ID.approver, approver, "two"],
  ] as const) {
    await mined(async () => roles.grant(role, await signer.getAddress(), id(person), now, now + 1_000_000n));
  }
  return { proposer, approver };
}
