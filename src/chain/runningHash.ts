import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { ParamType } from "ethers";
import { compiled } from "./contracts.ts";

/**
 * Next value of a batch's `trail` or `exceptionsHash` after a call of the compliance registry:
 * keccak256(abi.encode(running, selector, keccak256(abi.encode(arguments)))). Both start at ZeroHash. `method`: attest,
 * amend, setHead, replaceOpening, hold or unhold for the trail; raiseException, closeException, decideRevocation or
 * decideChallenge for the exceptions. `args`: where a call takes a list, the one of its elements that
 * this step is about, an item of `attest` or a batch of `hold` and `raiseException`.
 */
export function extendRunningHash(running: string, method: string, args: readonly unknown[]): string {
  const { selector, inputs } = callOf(method);
  const digest = hashOf(inputs.map((input, i) => wordsOf(input, args[i])).join(""));
  return `0x${hashOf(running.slice(2) + selector.slice(2).padEnd(64, "0") + digest)}`;
}

/**
 * The words of a value, hex digits without 0x: nothing of these calls has a length of its own, so this is all of abi.encode, at a
 * tenth of what a coder for everything takes.
 */
function wordsOf({ baseType, components, arrayChildren, type }: ParamType, value: unknown): string {
  if (components !== null) {
    const members = value as Readonly<Record<string, unknown>>;
    return components.map((member) => wordsOf(member, members[member.name])).join("");
  }
  if (arrayChildren !== null) return (value as readonly unknown[]).map((each) => wordsOf(arrayChildren, each)).join("");
  if (type === "bytes32") return String(value).slice(2);
  if (baseType !== "address" && !baseType.startsWith("uint")) throw new Error(`a ${type} is no word`);
  return BigInt(value as string | number | bigint)
    .toString(16)
    .padStart(64, "0");
}

function hashOf(digits: string): string {
  return bytesToHex(keccak_256(hexToBytes(digits)));
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
  const inputs = fragment.inputs.map((input) => input.arrayChildren ?? input);
  const call = { selector: fragment.selector, inputs };
  calls.set(method, call);
  return call;
}
