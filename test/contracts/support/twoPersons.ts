import { id, type Signer } from "ethers";
import { chainTime, type Chain } from "../../../src/chain/connect.ts";
import { deploy, type DeployedRegister, type DeployOptions } from "../../../src/chain/deploy.ts";
import { giveRole } from "../../../src/chain/roles.ts";
import type { Register } from "../../../src/chain/handles.ts";
import { ROLE_ID } from "../../../src/formats/roleIds.ts";

/** Which account of a local chain plays the second ADMIN. */
const SECOND_ADMIN = 9;

async function adminsOf({ provider }: Chain): Promise<readonly [Signer, Signer]> {
  return [await provider.getSigner(0), await provider.getSigner(SECOND_ADMIN)];
}

/** What a register is deployed with whose ADMINs are the chain's first and tenth account. */
export async function twoAdmins(chain: Chain, others: Partial<DeployOptions> = {}): Promise<DeployOptions> {
  const [first, second] = await adminsOf(chain);
  const admins = [await first.getAddress(), await second.getAddress()] as const;
  return { admins, persons: [id("first admin"), id("second admin")], ...others };
}

/** A register of two ADMINs, deployed by the first of them. */
export async function deployed(chain: Chain, others: Partial<DeployOptions> = {}): Promise<DeployedRegister> {
  return deploy(await chain.provider.getSigner(0), await twoAdmins(chain, others));
}

/** Makes the chain's second and third account PROPOSER and APPROVER of such a register. */
export async function twoPersons(
  chain: Chain,
  register: Register,
): Promise<{ readonly proposer: Signer; readonly approver: Signer }> {
  const [proposer, approver] = [await chain.provider.getSigner(1), await chain.provider.getSigner(2)];
  const now = await chainTime(chain.provider);
  for (const [role, signer, person] of [
    [ROLE_ID.proposer, proposer, "one"],
    [ROLE_ID.approver, approver, "two"],
  ] as const) {
    const terms = [role, await signer.getAddress(), id(person), now, now + 1_000_000n] as const;
    await giveRole(await adminsOf(chain), register, terms);
  }
  return { proposer, approver };
}
