import { dataLength, Interface, isError, isHexString, type ErrorDescription } from "ethers";
import { CONTRACT_ERRORS, INHERITED_ERRORS, type ContractErrorName } from "../contractErrors.ts";
import { BatchproofError, environmentError, refusal } from "../errors.ts";
import { compiled, CONTRACTS } from "./contracts.ts";
import { refusalWords, type Reader } from "./words.ts";

/**
 * Runs a call to the chain and turns what goes wrong into one of our errors: a custom error of the contracts becomes
 * a refusal whose `code` is the error's name, which says in words what was refused and what to do; a node that
 * fails becomes an environment error (`funds`, `chain`). Errors of ours pass unchanged.
 */
export async function explained<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw explainRevert(error);
  }
}

/** Runs calls to the chain for a reader who knows more than they do: what a contract refuses is said in the reader's words. */
export async function explainedTo<T>(reader: Reader, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw inWordsOf(reader, error);
  }
}

/** The same error in a reader's words, where a contract refused. What the reader before knew, counts. */
export function inWordsOf(reader: Reader, error: unknown): unknown {
  if (!(error instanceof BatchproofError) || !(error.cause instanceof Refused)) return error;
  const { custom, cause } = error.cause;
  return refusalOf(new Refused(custom, { ...reader, ...error.cause.reader }, cause));
}

/** What a contract refused with, and what is known of it: an error keeps it as its cause. */
class Refused extends Error {
  readonly custom: ErrorDescription;
  readonly reader: Reader;

  constructor(custom: ErrorDescription, reader: Reader, cause: unknown) {
    super(custom.signature, { cause });
    this.custom = custom;
    this.reader = reader;
  }
}

function refusalOf(refused: Refused): BatchproofError {
  const code = codeOf(refused.custom);
  const { message, remedy } = refusalWords(code, refused.custom, refused.reader);
  return refusal(`The chain refused. ${message}`, { code, remedy, cause: refused });
}

/** The error of ours that says what went wrong in a call to the chain; see `explained`. */
export function explainRevert(error: unknown): Error {
  if (error instanceof BatchproofError) return error;
  const data = revertData(error);
  // A revert without reason has no data, not even a selector.
  const custom = data === undefined || dataLength(data) < 4 ? null : allErrors().parseError(data);
  if (custom !== null) return refusalOf(new Refused(custom, {}, error));
  if (isError(error, "INSUFFICIENT_FUNDS")) {
    return environmentError("The sending account cannot pay for the transaction.", {
      code: "funds",
      remedy: "Fund the account, or send from another one: --account.",
      cause: error,
    });
  }
  if (data !== undefined || isError(error, "CALL_EXCEPTION")) {
    return refusal("The chain refused the call without giving a reason.", {
      code: "reverted",
      remedy: "Check the address of the compliance registry and the version of batchproof.",
      cause: error,
    });
  }
  if (isError(error, "BAD_DATA")) {
    return environmentError("The contract at this address answers in another form than batchproof's.", {
      code: "contract",
      remedy: "Check the address of the compliance registry and the version of batchproof.",
      cause: error,
    });
  }
  return environmentError(`The chain could not be asked: ${reason(error)}.`, {
    code: "chain",
    remedy: "Ask again, or ask another node: --rpc.",
    cause: error,
  });
}

const NAMES = [...Object.keys(CONTRACT_ERRORS), ...Object.keys(INHERITED_ERRORS)] as ContractErrorName[];

/** The name of an error. The tables have every error of the ABIs, or it is a bug. */
function codeOf({ name }: ErrorDescription): ContractErrorName {
  const code = NAMES.find((known) => known === name);
  if (code === undefined) throw new Error(`The contracts' error ${name} has no code.`);
  return code;
}

/** Longest text of a node that is repeated. */
const MOST_SAID = 200;

/** The node's own words, or else ethers' own short message: the long one repeats the whole request. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = wordsOfNode(error);
  if (said !== undefined) return `the node says "${said.replace(/\p{C}/gu, "?").slice(0, MOST_SAID)}"`;
  return "shortMessage" in error ? String(error.shortMessage) : error.message;
}

/** What a node refused a request with: ethers keeps it beside an error that it could not put in a class of its own. */
function wordsOfNode(error: Error): string | undefined {
  const answer: unknown = "error" in error ? error.error : undefined;
  const isAnswer = typeof answer === "object" && answer !== null && "message" in answer;
  return isAnswer && typeof answer.message === "string" ? answer.message : undefined;
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
