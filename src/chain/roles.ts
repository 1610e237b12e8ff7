import type { Signer } from "ethers";
import { handle, type Register, type RoleTerms } from "./handles.ts";
import { mined } from "./sending.ts";

/** Two ADMINs give a role: the first proposes, the second approves. Errors: those of `explained`. */
export async function giveRole(
  [first, second]: readonly [Signer, Signer],
  { roles }: Pick<Register, "roles">,
  terms: Readonly<RoleTerms>,
): Promise<void> {
  const address = await roles.getAddress();
  await mined(() => handle("Roles", address, first).propose(...terms));
  await mined(() => handle("Roles", address, second).approve(...terms));
}
