import { dataLength, Interface, isError, isHexString, type ErrorDescription } from "ethers";
import { CONTRACT_ERRORS, INHERITED_ERRORS, type ContractErrorName } from "../contractErrors.ts";
import { BatchproofError, environmentError, refusal } from "../errors.ts";
import { compiled, CONTRACTS } from "./contracts.ts";
import { NodeFailure, quoted } from "./jsonRpc.ts";
import { isOfContract } from "./refusal.ts";
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
  const said = wordsOfNode(error);
  if (isError(error, "INSUFFICIENT_FUNDS") || UNPAID.test(said ?? "")) {
    return environmentError("The sending account cannot pay for the transaction.", {
      code: "funds",
      remedy: "Fund the account, send from another one (--account), or where gas is free: --gas-price 0.",
      cause: error,
    });
  }
  if (data !== undefined || isOfContract(error)) {
    return refusal(`The chain refused the call without giving a reason${said === undefined ? "" : `: ${said}`}.`, {
      code: "reverted",
      remedy: "Check the address of the compliance registry and the version of batchproof.",
      cause: error,
    });
  }
  if (isError(error, "BAD_DATA") && error.shortMessage.includes("decode")) {
    return environmentError("The contract at this address answers in another form than batchproof's.", {
      code: "contract",
      remedy: "Check the address of the compliance registry and the version of batchproof.",
      cause: error,
    });
  }
  const words = reason(error);
  return environmentError(`The chain could not be asked: ${words}.`, {
    code: "chain",
    remedy: remedyOf(words),
    cause: error,
  });
}

/** A node that goes away half-way, and an archive of one, fail in ethers' or Node's own words: they are not a bug of ours. */
export function ofChain(error: unknown): unknown {
  return isChainFailure(error) ? explainRevert(error) : error;
}

/** Codes with which Node says that a connection failed. */
const CONNECTION_CODES = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
];

function isChainFailure(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error instanceof NodeFailure) return true;
  return "shortMessage" in error || ("code" in error && CONNECTION_CODES.includes(String(error.code)));
}

const NAMES = [...Object.keys(CONTRACT_ERRORS), ...Object.keys(INHERITED_ERRORS)] as ContractErrorName[];

/** The name of an error. The tables have every error of the ABIs, or it is a bug. */
function codeOf({ name }: ErrorDescription): ContractErrorName {
  const code = NAMES.find((known) => known === name);
  if (code === undefined) throw new Error(`The contracts' error ${name} has no code.`);
  return code;
}

/** What nodes say of an account that cannot pay. */
const UNPAID = /insufficient (funds|balance)|allowance:? \(?0\b|lack of funds/i;
/** What they say of a state that they do not keep, and of fees that they do not take. */
const PRUNED = /missing trie node|prune|state .*(un|not )available|historical state|archive|state is not/i;
const FEE_REFUSED = /underpriced|gas price|fee cap|base ?fee|max fee|\btip\b|fee too low/i;

/** What can be done about what a node says. */
function remedyOf(words: string): string {
  if (PRUNED.test(words)) return "Ask a node that keeps the states of older blocks: --rpc.";
  if (FEE_REFUSED.test(words)) return "Offer more (--max-fee and --tip, or --gas-price), or ask another node: --rpc.";
  return "Ask again, or ask another node: --rpc.";
}

/** The node's own words, or else ethers' own short message: the long one repeats the whole request. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return wordsOfNode(error) ?? ("shortMessage" in error ? String(error.shortMessage) : error.message);
}

/** What a node refused a request with, in quotes: ethers keeps it beside the error that it makes of it. */
function wordsOfNode(error: unknown): string | undefined {
  const { error: own, info } = (error ?? {}) as { error?: unknown; info?: { error?: unknown } };
  const said = own ?? info?.error;
  return said == null || said instanceof Error ? undefined : quoted(said);
}

/** The revert data of an error, wherever ethers or the node put it. */
function revertData(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("data" in error && typeof error.data === "string") {
    // One maker's nodes put a word before it.
    const data = error.data.replace(/^Reverted /, "");
    if (isHexString(data)) return data;
  }
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
