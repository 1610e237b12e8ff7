import { AbiCoder, id, keccak256, ZeroHash } from "ethers";

/** Role ids of `Roles`. QA belongs to one owner of batches: `qaRole`. */
export const ROLE_ID = {
  admin: ZeroHash,
  proposer: id("PROPOSER"),
  approver: id("APPROVER"),
  manufacturer: id("MANUFACTURER"),
  qp: id("QP"),
  authority: id("AUTHORITY"),
} as const;

/** The QA role of one owner of batches, as `RoleIds.qaOf` computes it. `owner`: address, in any spelling. */
export function qaRole(owner: string): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "address"], [id("QA"), owner.toLowerCase()]));
}
