import {
  decodeRlp,
  encodeRlp,
  getBytes,
  hexlify,
  isHexString,
  keccak256,
  stripZerosLeft,
  ZeroHash,
  type JsonRpcApiProvider,
  type RlpStructuredData,
} from "ethers";
import { isRefusal } from "../chain/refusal.ts";
import { BatchproofError } from "../errors.ts";
import type { ReadBlock } from "./compare.ts";
import { incomplete, replaced } from "./incomplete.ts";
import { asked, askedForEach } from "./node.ts";

/** What is to be proved of one contract. */
export interface Claimed {
  /** keccak256 of its code. */
  readonly codeHash: string;
  /** The word in storage slot 0; absent: nothing is said of its storage. */
  readonly journal?: string;
}

/** `proved`, or why nothing is proved: then the node's word is all that there is. */
export type Proved = "proved" | { readonly reason: string };

/**
 * Proves the code and the journal of contracts, by address, from the hash of a block alone: header, accounts and storage are
 * hashed again. Errors: `log` (a proof says otherwise, or is none), `chain`. A node that gives no proofs, and a header of a form
 * that this version does not know, are told as a reason.
 */
export async function proveContracts(
  provider: JsonRpcApiProvider,
  contracts: ReadonlyMap<string, Claimed>,
  block: Pick<ReadBlock, "number" | "hash">,
): Promise<Proved> {
  const tag = `0x${block.number.toString(16)}`;
  const header = await asked("a block", () => provider.send("eth_getBlockByNumber", [tag, false]) as Promise<unknown>);
  const stateRoot = stateRootOf(header, block);
  if (stateRoot === undefined) return { reason: "its block's header is of a form that this version does not know" };
  let answers: unknown[];
  try {
    answers = await askedForEach(
      "a proof",
      [...contracts.keys()],
      (address) => provider.send("eth_getProof", [address, [ZeroHash], tag]) as Promise<unknown>,
    );
  } catch (error) {
    if (error instanceof BatchproofError && isRefusal(error.cause)) return { reason: "the node gives no proofs" };
    throw error;
  }
  [...contracts].forEach(([address, claimed], i) => {
    const problem = problemOf(stateRoot, address, claimed, answers[i]);
    if (problem !== undefined) throw incomplete(`${problem} of the contract at ${address} is not proved by the node`);
  });
  return "proved";
}

/** What is not as a proof says; undefined: all is. */
function problemOf(stateRoot: string, address: string, claimed: Claimed, answer: unknown): string | undefined {
  const { accountProof, storageProof } = (answer ?? {}) as { accountProof?: unknown; storageProof?: unknown };
  const account = decoded(valueIn(stateRoot, keccak256(address), accountProof));
  if (!Array.isArray(account)) return "the account";
  const [, , storageRoot, codeHash] = account;
  if (codeHash !== claimed.codeHash) return "the code";
  if (claimed.journal === undefined) return undefined;
  const [slot] = (Array.isArray(storageProof) ? storageProof : []) as { proof?: unknown }[];
  const word = decoded(valueIn(String(storageRoot), keccak256(ZeroHash), slot?.proof));
  const isIt = typeof word === "string" && word === stripZerosLeft(claimed.journal);
  return isIt ? undefined : "the journal";
}

/** Members of a header in the order in which they are hashed; chains have added those after `nonce` one by one. */
const HEADER = [
  ...["parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty"],
  ...["number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce"],
  ...["baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"],
] as const;
/** Those that are numbers: hashed without leading zeros. */
const NUMBERS = new Set<string>([
  ...["difficulty", "number", "gasLimit", "gasUsed", "timestamp"],
  ...["baseFeePerGas", "blobGasUsed", "excessBlobGas"],
]);

/** Those that every chain has. */
const ALWAYS = HEADER.indexOf("nonce") + 1;

/** The state root in a block as JSON-RPC writes it; undefined: its members are not what its hash is the hash of. */
function stateRootOf(block: unknown, { number, hash }: Pick<ReadBlock, "number" | "hash">): string | undefined {
  const members = (block ?? {}) as Readonly<Record<string, unknown>>;
  if (members["hash"] !== hash) throw replaced(number);
  const values: string[] = [];
  for (const name of HEADER) {
    const value = members[name];
    // What comes after one that is missing would be hashed in its place.
    if (typeof value !== "string" || !isHexString(value)) break;
    values.push(NUMBERS.has(name) ? shortest(value) : value);
  }
  if (values.length < ALWAYS || !values.every((value) => isHexString(value, true))) return undefined;
  return keccak256(encodeRlp(values)) === hash ? values[HEADER.indexOf("stateRoot")]?.toLowerCase() : undefined;
}

/** A number as RLP holds it. */
function shortest(quantity: string): string {
  return stripZerosLeft(quantity.length % 2 === 0 ? quantity : `0x0${quantity.slice(2)}`);
}

/**
 * The value that a Merkle-Patricia proof shows under a path of 32 bytes; undefined: it shows none. Nodes shorter than a hash
 * would stand inside of others: on the way to what is asked for here there are none, since accounts and journals are longer.
 */
function valueIn(root: string, path: string, proof: unknown): string | undefined {
  let expected = root;
  let rest = nibbles(path);
  for (const encoded of Array.isArray(proof) ? (proof as unknown[]) : []) {
    if (typeof encoded !== "string" || !isHexString(encoded) || keccak256(encoded) !== expected) return undefined;
    const node = decoded(encoded);
    if (!Array.isArray(node)) return undefined;
    let next: RlpStructuredData | undefined;
    if (node.length === 17) {
      next = node[Number.parseInt(rest.charAt(0), 16)];
      rest = rest.slice(1);
    } else {
      const [coded, value] = node;
      if (node.length !== 2 || typeof coded !== "string" || coded === "0x") return undefined;
      const flag = Number.parseInt(coded.charAt(2), 16);
      const part = nibbles(coded).slice(flag % 2 === 1 ? 1 : 2);
      if (!rest.startsWith(part)) return undefined;
      rest = rest.slice(part.length);
      if (flag >= 2) return rest === "" && typeof value === "string" ? value : undefined;
      next = value;
    }
    if (typeof next !== "string") return undefined;
    expected = next;
  }
  return undefined;
}

function nibbles(hex: string): string {
  return hexlify(getBytes(hex)).slice(2);
}

function decoded(rlp: string | undefined): RlpStructuredData | undefined {
  try {
    return rlp === undefined ? undefined : decodeRlp(rlp);
  } catch {
    return undefined;
  }
}
