import {
  getAddress,
  isAddress,
  keccak256,
  toUtf8Bytes,
  type BaseContractMethod,
  type ContractMethodArgs,
  type ContractTransactionResponse,
  type FunctionFragment,
  type Interface,
  type ParamType,
  type Result,
  type TransactionReceipt,
} from "ethers";
import { BatchproofError, inputError, refusal } from "../errors.ts";
import { DISPOSITION, EXCEPTION_CATEGORY, REASON } from "../formats/codes.ts";
import { ADDRESS, COUNT, defineDocument } from "../formats/document.ts";
import { nameText, NO_NAME } from "../formats/names.ts";
import { ROLE_ID } from "../formats/roleIds.ts";
import { canonicalJson, type JsonValue } from "../input/json.ts";
import { formatTime } from "../input/times.ts";
import type { Chain } from "./connect.ts";
import type { ContractName } from "./contracts.ts";
import { CONTRACT_OF, type Deployed, type Register } from "./handles.ts";
import { logsOf } from "./newestLogs.ts";
import { explained } from "./revert.ts";
import { mined } from "./sending.ts";

/**
 * A call of a register that is ready for its sender's own key or wallet. Who prepares it has no key and decides nothing; who
 * sends it believes nothing of it but `data`, which says all the rest once more.
 */
export interface Prepared {
  readonly format: typeof FORMAT;
  /** Decimal. */
  readonly chainId: string;
  /** Address of the compliance registry. */
  readonly registry: string;
  /** The latest block when it was prepared: the same call is looked for since then. */
  readonly block: number;
  /** Whose decision it is: no other account may send it. */
  readonly from: string;
  /** The contract of the register that is called. */
  readonly to: string;
  readonly function: string;
  /** By the names that the contract gives them; whole numbers decimal, bytes as 0x hex. */
  readonly arguments: Readonly<Record<string, JsonValue>>;
  /** The call itself, 0x hex. */
  readonly data: string;
}

const FORMAT = "batchproof-prepared/1";
/** Hex digits of a call: the largest policy takes a tenth of it. */
const LONGEST_DATA = 400_000;
/** Blocks in which the same call is looked for: of what was prepared longer ago nobody knows that it was not sent. */
const REMEMBERED = 100_000;

const DOCUMENT = defineDocument<Prepared>(FORMAT, "prepared-file", {
  ...{ chainId: { type: "string", pattern: "^[1-9][0-9]{0,17}$" }, registry: ADDRESS, block: COUNT },
  ...{ from: ADDRESS, to: ADDRESS, function: { type: "string", pattern: "^[a-zA-Z]{1,64}$" } },
  arguments: { type: "object" },
  data: { type: "string", maxLength: LONGEST_DATA, pattern: "^0x[0-9a-f]*$" },
});

/** Reads such a file; its shape alone is judged. Errors: `prepared-file`, those of `readJson`. */
export function readPrepared(path: string): Promise<Prepared> {
  return DOCUMENT.read(path);
}

/** Hash of all that such a file says, 0x hex: who saw what it does can insist on having that sent, and nothing else. */
export function digestOf(call: Prepared): string {
  return keccak256(toUtf8Bytes(canonicalJson(call)));
}

/** Who is to send, and where. */
export interface Destination {
  readonly register: Register;
  readonly chain: Pick<Chain, "provider" | "chainId">;
  readonly from: string;
}

/**
 * A call that the register would take of `from` now: it is asked, and nothing is sent. Errors: what the register refuses, and
 * those of `explained`.
 */
export async function prepared<A extends unknown[]>(
  { register, chain, from }: Destination,
  method: BaseContractMethod<A, unknown, ContractTransactionResponse>,
  args: ContractMethodArgs<A>,
): Promise<Prepared> {
  const { to, data } = await method.populateTransaction(...args);
  const block = await explained(() => chain.provider.getBlockNumber());
  const call = { from: getAddress(from), to: getAddress(to), data };
  await simulated(chain, call);
  const { fragment, values } = decoded(register, call);
  const registry = await register.registry.getAddress();
  return {
    ...{ format: FORMAT, chainId: chain.chainId.toString(), registry, block, ...call },
    ...{ function: fragment.name, arguments: argumentsIn(fragment.inputs, values) },
  };
}

/** Asks the register for a call without sending it. Errors: what it refuses, and those of `explained`. */
export async function simulated(
  { provider }: Destination["chain"],
  { from, to, data }: Pick<Prepared, "from" | "to" | "data">,
): Promise<void> {
  await explained(() => provider.call({ from, to, data }));
}

/** An argument of a call, as the contract names it, and what it says. */
export interface SaidArgument {
  readonly name: string;
  readonly text: string;
}

/** What a prepared call does, by its data alone. */
export interface PreparedCall {
  readonly contract: ContractName;
  readonly function: string;
  readonly arguments: readonly SaidArgument[];
}

/**
 * What a call of somebody else would do in this account's name. Errors: `prepared-destination` (for another chain, register or
 * account), `prepared-call` (a mistyped address, no function of a contract of the register, or its words are not those of its
 * data).
 */
export function readCall(call: Prepared, { register, chain, from }: Destination): PreparedCall {
  for (const address of [call.registry, call.from, call.to]) {
    if (!isAddress(address)) throw refused(`${String(address)} is mistyped.`);
  }
  requireSame("chain", call.chainId, chain.chainId.toString());
  requireSame("register", getAddress(call.registry), addressOf(register, "registry"));
  requireSame("account", getAddress(call.from), getAddress(from));
  const { part, fragment, values } = decoded(register, call);
  const says = { name: call.function, given: call.arguments };
  const does = { name: fragment.name, given: argumentsIn(fragment.inputs, values) };
  if (canonicalJson(says) !== canonicalJson(does)) {
    throw refused(`Its words are not those of its data, which calls ${fragment.name}.`);
  }
  return {
    contract: CONTRACT_OF[part],
    function: fragment.name,
    arguments: fragment.inputs.flatMap((input, i) => said(input, values[i])),
  };
}

function requireSame(what: string, received: string, expected: string): void {
  if (received === expected) return;
  throw refusal(`The call was prepared for another ${what}: ${received}, not ${expected}.`, {
    code: "prepared-destination",
    place: what,
    remedy: "Send it where, and as whom, it was prepared for; or have it prepared anew.",
  });
}

/** A handle is made of an address. */
function addressOf(register: Register, part: keyof Register): string {
  return getAddress(register[part].target as string);
}

interface Decoded {
  readonly part: keyof Register;
  readonly fragment: FunctionFragment;
  readonly values: Result;
}

/** What the data calls. Errors: `prepared-call`. */
function decoded(register: Register, { to, data }: Pick<Prepared, "to" | "data">): Decoded {
  const parts = Object.keys(CONTRACT_OF) as (keyof Register)[];
  const part = parts.find((name) => addressOf(register, name) === getAddress(to));
  if (part === undefined) throw refused(`${to} is no contract of the register.`);
  const { interface: known } = register[part];
  const fragment = data.length < 10 ? null : known.getFunction(data.slice(0, 10));
  if (fragment === null || fragment.constant) throw refused(`${CONTRACT_OF[part]} has no such function to send.`);
  return { part, fragment, values: valuesOf(known, fragment, data) };
}

/** What is encoded in another way than ours could say two things to two readers. */
function valuesOf(known: Interface, fragment: FunctionFragment, data: string): Result {
  try {
    const values = known.decodeFunctionData(fragment, data);
    if (known.encodeFunctionData(fragment, values) === data) return values;
  } catch (error) {
    throw refused(`Its data is no call of ${fragment.name}.`, error);
  }
  throw refused(`Its data is not written as a call of ${fragment.name} is.`);
}

function refused(message: string, cause?: unknown): BatchproofError {
  return inputError(`This call is not sent. ${message}`, {
    code: "prepared-call",
    remedy: "Do not send it otherwise either: ask who prepared it.",
    cause,
  });
}

/** Arguments as JSON, by their names. */
function argumentsIn(inputs: readonly ParamType[], values: Result): Record<string, JsonValue> {
  return Object.fromEntries(inputs.map((input, i) => [input.name, jsonOf(input, values[i])]));
}

function jsonOf(type: ParamType, value: unknown): JsonValue {
  const { arrayChildren: each } = type;
  if (each !== null) return (value as Result).toArray().map((one) => jsonOf(each, one));
  if (type.components !== null) return argumentsIn(type.components, value as Result);
  return typeof value === "boolean" ? value : String(value);
}

/** Every argument on a line of its own, whole: nothing is left out, so nothing is hidden. */
function said(type: ParamType, value: unknown, name = type.name): SaidArgument[] {
  const { arrayChildren: each } = type;
  if (each !== null) {
    const all = (value as Result).toArray();
    if (all.length === 0) return [{ name, text: "none" }];
    return all.flatMap((one, i) => said(each, one, `${name}[${i}]`));
  }
  if (type.components !== null) {
    return type.components.flatMap((part, i) => said(part, (value as Result)[i], `${name}.${part.name}`));
  }
  return [{ name, text: inWords(name.replace(/^.*[.]|\[\d+\]$/g, ""), value) }];
}

const TIMES = ["administration", "notifiedAt", "due", "dueBy", "maxDue", "signedAt", "deadline"];
const MORE_TIMES = ["validFrom", "validTo", "effectiveFrom", "effective", "since_", "from", "to"];
const NAMES = ["qmsRef", "order", "authorisation", "product"];
const CODES: Readonly<Record<string, Readonly<Record<string, number | string>>>> = {
  ...{ reason: REASON, category: EXCEPTION_CATEGORY, disposition: DISPOSITION, role: ROLE_ID },
};

function inWords(name: string, value: unknown): string {
  const plain = String(value);
  const code = Object.entries(CODES[name] ?? {}).find(([, each]) => String(each) === plain);
  if (code !== undefined) return `${plain} (${code[0]})`;
  if (plain === NO_NAME) return "none";
  if (NAMES.includes(name)) return JSON.stringify(nameText(plain));
  if (TIMES.includes(name) || MORE_TIMES.includes(name)) return `${plain} (${formatTime(BigInt(plain))})`;
  return plain;
}

/** A call that its account made since it was prepared, and that the register does not take again. */
export interface MadeBefore {
  /** Hash of the transaction. */
  readonly transaction: string;
  readonly refused: BatchproofError;
}

/**
 * Whether a call was made before; undefined: it was not, and the register would take it of its account now. Whoever prepared it
 * chose the block since which it is looked for: an older call of the same words is taken for this one only where the register
 * would not take it once more. Errors: what the register refuses, `prepared-repeated`, `prepared-old` (nobody knows any more, or
 * the node is behind the block in which it was prepared), those of `logsOf`.
 */
export async function madeBefore(call: Prepared, destination: Destination): Promise<MadeBefore | undefined> {
  const transaction = await sentSince(call, destination);
  const refused = await simulated(destination.chain, call).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof BatchproofError && error.kind === "no") return error;
      throw error;
    },
  );
  if (transaction === undefined && refused !== undefined) throw refused;
  if (transaction === undefined) return undefined;
  if (refused !== undefined) return { transaction, refused };
  throw refusal(`The same call was made in transaction ${transaction}, and the register would take it once more.`, {
    code: "prepared-repeated",
    remedy: "If that was this decision, it is done; if it is another one, have it prepared anew.",
  });
}

/** Hash of the transaction by which the same account made this very call since it was prepared; undefined: it did not. */
async function sentSince(call: Prepared, { register, chain }: Destination): Promise<string | undefined> {
  const { provider } = chain;
  const latest = await explained(() => provider.getBlockNumber());
  if (call.block > latest || latest - call.block > REMEMBERED) {
    throw refusal(`The call was prepared at block ${call.block}, and the chain is at ${latest}.`, {
      code: "prepared-old",
      remedy: "Have it prepared anew.",
    });
  }
  const contract: Deployed = register[decoded(register, call).part];
  for await (const { transactionHash } of logsOf(contract, [], { blocks: latest - call.block })) {
    const sent = await explained(() => provider.getTransaction(transactionHash));
    if (sent?.to !== getAddress(call.to) || sent.from !== getAddress(call.from)) continue;
    if (sent.data === call.data) return sent.hash;
  }
  return undefined;
}

/** Sends a call that `readCall` has read, as the account that `register` sends as. Errors: those of `mined`. */
export function sendCall(call: Prepared, register: Register): Promise<TransactionReceipt> {
  const { part, fragment, values } = decoded(register, call);
  return mined(() => register[part].getFunction(fragment).send(...(values.toArray(true) as unknown[])));
}
