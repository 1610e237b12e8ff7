import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { CONTRACT_OF, type Register } from "../chain/handles.ts";
import type { RegisterState } from "./state.ts";

/**
 * The journal of each contract, computed again from its logs: one word that only comes out as the contract says if no event
 * is missing, changed, added or out of order (`contracts/Journal.sol`). ReleaseGate emits nothing and has none.
 */
export type JournaledPart = Exclude<keyof Register, "gate">;

/** Every part of a register that keeps one. */
export const JOURNALED = (Object.keys(CONTRACT_OF) as (keyof Register)[]).filter((part) => part !== "gate");

/** What a journal chains of one event: the four words after the journal before it. */
export type JournalEntry = Uint8Array;

/** What of a log is chained. */
export interface JournaledLog {
  readonly topics: readonly string[];
  readonly data: string;
  readonly block: number;
  /** The block's time, Unix seconds. */
  readonly time: number;
}

const WORD = 32;

/** The entry of a log. */
export function journalEntry({ topics, data, block, time }: JournaledLog): JournalEntry {
  const entry = new Uint8Array(4 * WORD);
  const view = new DataView(entry.buffer);
  view.setBigUint64(WORD - 8, BigInt(block));
  view.setBigUint64(2 * WORD - 8, BigInt(time));
  entry.set(keccak_256(hexToBytes(topics.map((topic) => topic.slice(2)).join(""))), 2 * WORD);
  entry.set(keccak_256(hexToBytes(data.slice(2))), 3 * WORD);
  return entry;
}

/** The journal of a contract before its first event: keccak256(abi.encode(chainId, address)), 0x hex. */
export function firstJournal(chainId: bigint, address: string): string {
  const words = [chainId.toString(16), address.slice(2)].map((word) => word.padStart(2 * WORD, "0"));
  return hexOf(keccak_256(hexToBytes(words.join(""))));
}

/** The journal after one more event. */
export function extendJournal(journal: string, entry: JournalEntry): string {
  return hexOf(keccak_256(concatBytes(hexToBytes(journal.slice(2)), entry)));
}

/** What the journal of a part must be, as the events say. `address`: of its contract. */
export function journalIn({ chainId, journals }: RegisterState, part: JournaledPart, address: string): string {
  return journals[part] ?? firstJournal(BigInt(chainId), address);
}

function hexOf(bytes: Uint8Array): string {
  return `0x${bytesToHex(bytes)}`;
}
