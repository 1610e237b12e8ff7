import { AbiCoder, dataSlice, keccak256 } from "ethers";
import { compiled } from "./contracts.ts";

/**
 * Next value of a batch's `trail` or `exceptionsHash` after a call of the compliance registry:
 * keccak256(abi.encode(running, selector, keccak256(abi.encode(arguments)))). Both start at ZeroHash. `method`: attest,
 * amend, setHead, replaceOpening, hold or unhold for the trail; raiseException, proposeClosing, confirmClosing or
 * decideRevocation for the exceptions.
 */
export function extendRunningHash(running: string, method: string, args: readonly unknown[]): string {
  const call = compiled("ComplianceRegistry").interface.encodeFunctionData(method, args);
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["bytes32", "bytes4", "bytes32"],
      [running, dataSlice(call, 0, 4), keccak256(dataSlice(call, 4))],
    ),
  );
}
