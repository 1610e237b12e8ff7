import { AbiCoder, keccak256, type ParamType } from "ethers";
import { compiled } from "./contracts.ts";

/**
 * Next value of a batch's `trail` or `exceptionsHash` after a call of the compliance registry:
 * keccak256(abi.encode(running, selector, keccak256(abi.encode(arguments)))). Both start at ZeroHash. `method`: attest,
 * amend, setHead, replaceOpening, hold or unhold for the trail; raiseException, proposeClosing, confirmClosing or
 * decideRevocation for the exceptions.
 */
export function extendRunningHash(running: string, method: string, args: readonly unknown[]): string {
  const coder = AbiCoder.defaultAbiCoder();
  const { selector, inputs } = callOf(method);
  const digest = keccak256(coder.encode(inputs, args));
  return keccak256(coder.encode(["bytes32", "bytes4", "bytes32"], [running, selector, digest]));
}

interface Call {
  readonly selector: string;
  readonly inputs: readonly ParamType[];
}

const calls = new Map<string, Call>();

/** Selector and arguments of a method, hashed and parsed once: an audit extends tens of thousands of trails. */
function callOf(method: string): Call {
  const found = calls.get(method);
  if (found !== undefined) return found;
  const fragment = compiled("ComplianceRegistry").interface.getFunction(method);
  if (fragment === null) throw new Error(`the compliance registry has no ${method}`);
  const call = { selector: fragment.selector, inputs: fragment.inputs };
  calls.set(method, call);
  return call;
}
