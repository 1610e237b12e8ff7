import { AbiCoder, getAddress, type EventFragment, type ParamType, type Result } from "ethers";
import { compiled, type ContractName } from "../chain/contracts.ts";
import { CONTRACT_OF, type Addresses } from "../chain/handles.ts";
import { incomplete } from "./incomplete.ts";
import { JOURNALED, journalEntry, type JournalEntry, type JournaledLog, type JournaledPart } from "./journal.ts";
import type { Moment } from "./state.ts";

/** One event of the register, in the order of the chain. Field names are those of the contracts' interfaces. */
export interface RegisterEvent {
  /** Which contract emitted it, and where that is. */
  readonly part: JournaledPart;
  readonly address: string;
  readonly name: string;
  readonly args: EventArgs;
  readonly block: number;
  /** Its block's time, Unix seconds. */
  readonly time: number;
  /** Hash of its transaction. */
  readonly transaction: string;
  /** What the contract's journal chains of it. */
  readonly entry: JournalEntry;
}

/** Values by name. */
interface Values {
  getValue(name: string): unknown;
}

/** The values of an event by name, each asked for as what it is. Addresses and hashes are text. */
export class EventArgs {
  readonly #values: Values;

  constructor(values: Values) {
    this.#values = values;
  }

  text(name: string): string {
    return this.#values.getValue(name) as string;
  }
  big(name: string): bigint {
    return this.#values.getValue(name) as bigint;
  }
  /** A number that counts or is a code. Errors: `log` beyond 2^53, where nothing of the register counts to. */
  number(name: string): number {
    const value = this.big(name);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw incomplete(`an event has the ${name} ${value}`);
    return Number(value);
  }
  /** A number of which an event may hold any, such as a time that somebody gave, as decimal text. */
  decimal(name: string): string {
    return this.big(name).toString();
  }
  flag(name: string): boolean {
    return this.#values.getValue(name) as boolean;
  }
  texts(name: string): readonly string[] {
    return this.#list(name) as readonly string[];
  }
  bigs(name: string): readonly bigint[] {
    return this.#list(name) as readonly bigint[];
  }
  tuple(name: string): EventArgs {
    return new EventArgs(this.#values.getValue(name) as Result);
  }
  tuples(name: string): readonly EventArgs[] {
    return this.#list(name).map((values) => new EventArgs(values as Result));
  }

  #list(name: string): readonly unknown[] {
    return [...(this.#values.getValue(name) as Result)];
  }
}

/** What is needed to read one kind of event; made once, for a register has a hundred thousand of them. */
interface Reading {
  readonly name: string;
  /** Its parameters that stand in topics. */
  readonly topics: readonly Slot[];
  /** Those that stand in the data, if each has a fixed place there. */
  readonly data: readonly Slot[] | undefined;
  /** The same, as ethers reads them wherever they are. */
  readonly others: readonly ParamType[];
}

function readingOf({ name, inputs }: EventFragment): Reading {
  const isIndexed = ({ indexed }: ParamType): boolean => indexed === true;
  const others = inputs.filter((input) => !isIndexed(input));
  const topics = slotsOf(inputs.filter(isIndexed));
  if (topics === undefined) throw new Error(`event ${name} has a topic that is the hash of its parameter`);
  return { name, topics, data: slotsOf(others), others };
}

/** A parameter that takes one word, or a word for each element. */
interface Slot {
  readonly name: string;
  readonly read: WordReader;
  /** Number of elements; undefined: it is no list. */
  readonly length: number | undefined;
}

/** Reads 64 lower-case hex digits. Throws for a word that the contract cannot have written. */
type WordReader = (word: string) => unknown;

/** Undefined: one of them is a structure, or does not always take as many words. */
function slotsOf(inputs: readonly ParamType[]): readonly Slot[] | undefined {
  const slots: Slot[] = [];
  for (const { name, type, arrayLength, arrayChildren } of inputs) {
    const read = wordReader(arrayChildren?.type ?? type);
    if (read === undefined || arrayLength === -1) return undefined;
    slots.push({ name, read, length: arrayLength ?? undefined });
  }
  return slots;
}

function wordReader(type: string): WordReader | undefined {
  if (type === "address") return (word) => accountOf(uint(word, 160));
  if (type === "bool") return (word) => uint(word, 1) === 1n;
  const [, kind, size] = /^(uint|bytes)(\d+)$/.exec(type) ?? [];
  if (kind === "uint") return (word) => uint(word, Number(size));
  if (kind !== "bytes") return undefined;
  const digits = 2 * Number(size);
  return (word) => {
    if (/[^0]/.test(word.slice(digits))) throw new RangeError(`more than ${type}`);
    return `0x${word.slice(0, digits)}`;
  };
}

function uint(word: string, bits: number): bigint {
  const value = BigInt(`0x${word}`);
  if (value >> BigInt(bits) !== 0n) throw new RangeError(`more than ${bits} bits`);
  return value;
}

/** Accounts in the spelling with a checksum, which is a hash: few accounts cause many events. */
const accounts = new Map<bigint, string>();
const MOST_ACCOUNTS = 10_000;

function accountOf(value: bigint): string {
  const found = accounts.get(value);
  if (found !== undefined) return found;
  const account = getAddress(`0x${value.toString(16).padStart(40, "0")}`);
  if (accounts.size < MOST_ACCOUNTS) accounts.set(value, account);
  return account;
}

/** The kinds of events of one contract, by their first topic. */
function readingsOf(contract: ContractName): ReadonlyMap<string, Reading> {
  const readings = new Map<string, Reading>();
  compiled(contract).interface.forEachEvent((event) => readings.set(event.topicHash, readingOf(event)));
  return readings;
}

/** What is read of a log. */
export interface LogBytes extends JournaledLog {
  readonly address: string;
  readonly transaction: string;
}

/**
 * Reads the logs of one register. An event is read with the interface of the very contract that emitted it; one that
 * cannot be read is an error (`log`), never skipped.
 */
export function eventReader(addresses: Addresses): (log: LogBytes) => RegisterEvent {
  const contracts = new Map(
    JOURNALED.map((part) => [addresses[part].toLowerCase(), { part, readings: readingsOf(CONTRACT_OF[part]) }]),
  );
  if (contracts.size !== JOURNALED.length) throw incomplete("two contracts of the register have one address");
  return (log) => {
    const { address, topics, data, block, time, transaction } = log;
    const [signature = "", ...indexed] = topics;
    const { part, readings } = contracts.get(address.toLowerCase()) ?? {};
    const reading = readings?.get(signature.toLowerCase());
    if (part === undefined || reading === undefined) {
      throw incomplete(`an event of block ${block} is none of batchproof's`);
    }
    try {
      const args = new EventArgs(valuesOf(reading, indexed, data));
      return { part, address, name: reading.name, args, block, time, transaction, entry: journalEntry(log) };
    } catch {
      throw incomplete(`an event of block ${block} cannot be read`);
    }
  };
}

function valuesOf(reading: Reading, topics: readonly string[], data: string): Values {
  const values = readSlots(reading.topics, wordsOf(topics.map((topic) => topic.slice(2)).join("")));
  if (reading.data !== undefined) {
    for (const [name, value] of readSlots(reading.data, wordsOf(data.slice(2)))) values.set(name, value);
    return { getValue: (name): unknown => values.get(name) };
  }
  const others = AbiCoder.defaultAbiCoder().decode(reading.others, data);
  // ethers reads when it is asked, and would fail far from here.
  others.toArray(true);
  return { getValue: (name): unknown => values.get(name) ?? others.getValue(name) };
}

function wordsOf(digits: string): readonly string[] {
  if (!/^(?:[0-9a-f]{64})*$/i.test(digits)) throw new RangeError("no words");
  return Array.from({ length: digits.length / 64 }, (_, i) => digits.slice(64 * i, 64 * (i + 1)).toLowerCase());
}

function readSlots(slots: readonly Slot[], words: readonly string[]): Map<string, unknown> {
  let at = 0;
  const next = (read: WordReader): unknown => read(words[at++] ?? "");
  const values = new Map<string, unknown>();
  for (const { name, read, length } of slots) {
    values.set(name, length === undefined ? next(read) : Array.from({ length }, () => next(read)));
  }
  if (at !== words.length) throw new RangeError(`${words.length} words in place of ${at}`);
  return values;
}

/** When an event was, and who caused it. */
export function momentOf({ block, time, transaction }: RegisterEvent, by?: string): Moment {
  return { block, time, transaction, ...(by === undefined ? {} : { by }) };
}
