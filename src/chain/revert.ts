import { dataLength, Interface, isError, isHexString, type ErrorDescription } from "ethers";
import { CONTRACT_ERRORS } from "../contractErrors.ts";
import { codesOf } from "../errorCodes.ts";
import { BatchproofError, environmentError, refusal } from "../errors.ts";
import { compiled, CONTRACTS } from "./contracts.ts";

/** What a contract can refuse with: its own errors, and those that it inherits. */
const CHAIN_REFUSALS = [...CONTRACT_ERRORS, ...codesOf("inherited")] as const;
type ChainRefusal = (typeof CHAIN_REFUSALS)[number];

/**
 * Runs a call to the chain and turns what goes wrong into one of our errors: a custom error of the contracts becomes
 * a refusal whose `code` is the error's name and whose message holds its values (received, expected); a node that
 * fails becomes an environment error (`funds`, `chain`). Errors of ours pass unchanged.
 */
export async function explained<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw explainRevert(error);
  }
}

/** The error of ours that says what went wrong in a call to the chain; see `explained`. */
export function explainRevert(error: unknown): Error {
  if (error instanceof BatchproofError) return error;
  const data = revertData(error);
  // A revert without reason has no data, not even a selector.
  const custom = data === undefined || dataLength(data) < 4 ? null : allErrors().parseError(data);
  if (custom !== null) {
    return refusal(`The chain refused: ${sentence(custom)}.`, { code: codeOf(custom), cause: error });
  }
  if (isError(error, "INSUFFICIENT_FUNDS")) {
    return environmentError("The sending account cannot pay for the transaction.", { code: "funds", cause: error });
  }
  if (data !== undefined || isError(error, "CALL_EXCEPTION")) {
    return refusal("The chain refused the call without giving a reason.", { code: "reverted", cause: error });
  }
  if (isError(error, "BAD_DATA")) {
    return environmentError("The contract at this address answers in another form than batchproof's.", {
      code: "contract",
      remedy: "Check the address of the compliance registry and the version of batchproof.",
      cause: error,
    });
  }
  return environmentError(`The chain could not be asked: ${reason(error)}.`, { code: "chain", cause: error });
}

/** The name of an error. The list has every error of the ABIs, or it is a bug. */
function codeOf({ name }: ErrorDescription): ChainRefusal {
  const code = CHAIN_REFUSALS.find((known) => known === name);
  if (code === undefined) throw new Error(`The contracts' error ${name} has no code.`);
  return code;
}

/** ethers' own short message: the long one repeats the whole request. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "shortMessage" in error ? String(error.shortMessage) : error.message;
}

/** The revert data of an error, wherever ethers or the node put it. */
function revertData(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("data" in error && isHexString(error.data)) return error.data;
  for (const inner of ["info", "error", "data", "cause"] as const) {
    const found = inner in error ? revertData((error as Record<typeof inner, unknown>)[inner]) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

let errors: Interface | undefined;

/** The errors of all contracts: one contract passes on what another one refused. */
function allErrors(): Interface {
  return (errors ??= new Interface(
    CONTRACTS.flatMap((name) => compiled(name).abi).filter(({ type }) => type === "error"),
  ));
}

/** "head wrong (stage 0, received 5, expected 7)" from HeadWrong(uint8 stage, uint256 received, uint256 expected). */
function sentence({ name, fragment, args }: ErrorDescription): string {
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  const values = fragment.inputs.map((input, i) => `${input.name} ${String(args[i])}`);
  return values.length === 0 ? words : `${words} (${values.join(", ")})`;
}
