import {
  concat,
  dataLength,
  dataSlice,
  getAddress,
  getCreateAddress,
  isHexString,
  keccak256,
  toBeHex,
  toQuantity,
  type JsonRpcApiProvider,
} from "ethers";
import { compiled, editionOf, type ContractName, type Fingerprint, type Immutables } from "../chain/contracts.ts";
import { CONTRACT_OF, handle, type Addresses } from "../chain/handles.ts";
import { incomplete } from "./incomplete.ts";
import { askedForEach } from "./node.ts";

/** What a reader is told about the code of one contract of the register. */
export interface CodeReport {
  readonly contract: ContractName;
  readonly address: string;
  /** keccak256 of its code as it stands on the chain, immutables included. */
  readonly codeHash: string;
  /**
   * Whether its code is the one that this version of batchproof was built with, also the code that made it, and it names the
   * contracts of this register.
   */
  readonly known: boolean;
  /** Why it is not known; null: it is. */
  readonly problem: string | null;
}

type Part = keyof Addresses;

/**
 * Compares the code of each contract of a register, at a block, with the one that this version was built with, byte by byte
 * but for the immutables, which are compared with what the contract's views say of them and with the register's addresses;
 * and the code that made it.
 * Errors: `log` (a view and the code of one contract differ), `chain`, `contracts`.
 */
export async function codeReports(
  provider: JsonRpcApiProvider,
  addresses: Addresses,
  block: number,
): Promise<CodeReport[]> {
  return await askedForEach("the code of a contract", Object.keys(CONTRACT_OF) as Part[], async (part) => {
    const contract = CONTRACT_OF[part];
    const address = addresses[part];
    const code = await provider.getCode(address, block);
    const placed = { contract, address, code, addresses, block };
    const problem = isEdition(contract, code)
      ? ((await foreignPart(provider, placed)) ?? (await foreignOrigin(provider, placed)))
      : "its code is none that this version of batchproof knows";
    return { contract, address, codeHash: keccak256(code), known: problem === null, problem };
  });
}

/** Whether a code is the one that was built, whatever its immutables are. */
function isEdition(contract: ContractName, code: string): boolean {
  const { code: known, immutables } = editionOf(contract);
  return dataLength(code) === known.length && keccak256(masked(code, immutables)) === known.hash;
}

const WORD = 32;

/** The code with zeros for immutables, as the compiler writes it. */
function masked(code: string, immutables: Immutables): string {
  const places = Object.values(immutables)
    .flat()
    .sort((a, b) => a - b);
  const parts: string[] = [];
  let end = 0;
  for (const place of places) {
    parts.push(dataSlice(code, end, place), toBeHex(0, WORD));
    end = place + WORD;
  }
  return concat([...parts, dataSlice(code, end)]);
}

interface Placed {
  readonly contract: ContractName;
  readonly address: string;
  readonly code: string;
  readonly addresses: Addresses;
  readonly block: number;
}

/** The first immutable by which a contract names another one than the register has, in words; null: there is none. */
async function foreignPart(
  provider: JsonRpcApiProvider,
  { contract, address, code, addresses, block }: Placed,
): Promise<string | null> {
  const { interface: abi } = compiled(contract);
  let problem: string | null = null;
  for (const [name, places] of Object.entries(editionOf(contract).immutables)) {
    const words = new Set(places.map((place) => dataSlice(code, place, place + WORD)));
    const told = await provider.call({ to: address, data: abi.encodeFunctionData(name), blockTag: block });
    if (!words.has(told))
      throw incomplete(`the code of ${contract} at ${address} and its own answer differ in ${name}`);
    // No compiler makes such code: somebody wrote it by hand.
    if (words.size > 1) problem ??= `its code has several values of ${name}`;
    if (name in addresses && BigInt(told) !== BigInt(addresses[name as Part])) {
      problem ??= `its ${name} is ${dataSlice(told, WORD - 20)}, and not the one of this register`;
    }
  }
  return problem;
}

/**
 * Other code may return this contract's code, and before that write into its storage, or tell of what never was: so it must be an
 * account's own transaction that made it, whose data is the code that was built. Null: it is.
 */
async function foreignOrigin(
  provider: JsonRpcApiProvider,
  { contract, address, block }: Placed,
): Promise<string | null> {
  const since = await handle(contract, address, provider).since({ blockTag: block });
  const made: unknown = await provider.send("eth_getBlockByNumber", [toQuantity(since), true]);
  const { transactions } = (made ?? {}) as { transactions?: unknown };
  const sent = (Array.isArray(transactions) ? transactions : []) as Readonly<Record<string, unknown>>[];
  const isMaking = ({ from, to, nonce, input }: Readonly<Record<string, unknown>>): boolean =>
    to === null &&
    getCreateAddress({ from: String(from), nonce: BigInt(String(nonce)) }) === getAddress(address) &&
    startsWith(input, editionOf(contract).creation);
  return sent.some(isMaking) ? null : "it was made by other code, which may have written into its storage";
}

/** Whether the data of a transaction begins with a code. */
function startsWith(data: unknown, { length, hash }: Fingerprint): boolean {
  return isHexString(data) && dataLength(data) >= length && keccak256(dataSlice(data, 0, length)) === hash;
}
