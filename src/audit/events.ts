import { AbiCoder, concat, type EventFragment, type Log, type ParamType, type Result } from "ethers";
import { compiled, CONTRACTS, type ContractName } from "../chain/contracts.ts";
import { CONTRACT_OF, type Addresses, type Register } from "../chain/handles.ts";
import { incomplete } from "./incomplete.ts";
import type { Moment } from "./state.ts";

/** One event of the register, in the order of the chain. Field names are those of the contracts' interfaces. */
export interface RegisterEvent {
  readonly name: string;
  readonly args: EventArgs;
  readonly block: number;
  /** Hash of its transaction. */
  readonly transaction: string;
  /** Its block's time, Unix seconds; of those that fix a batch's opening (`fixesOpening`). */
  readonly time?: number;
}

/** Whether an event's time is signal `opened` of the proofs that follow. */
export function fixesOpening({ name }: Pick<RegisterEvent, "name">): boolean {
  return name === "BatchOpened" || name === "OpeningReplaced";
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
  number(name: string): number {
    return Number(this.big(name));
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

/** What is needed to read one kind of event; computed once, for a register has a hundred thousand of them. */
interface Reading {
  readonly name: string;
  /** Its parameters that stand in topics, and those that stand in the data. */
  readonly indexed: readonly ParamType[];
  readonly others: readonly ParamType[];
}

function readingOf({ name, inputs }: EventFragment): Reading {
  const isIndexed = ({ indexed }: ParamType): boolean => indexed === true;
  return { name, indexed: inputs.filter(isIndexed), others: inputs.filter((input) => !isIndexed(input)) };
}

/** The kinds of events of one contract, by their first topic. */
function readingsOf(contract: ContractName): ReadonlyMap<string, Reading> {
  const readings = new Map<string, Reading>();
  compiled(contract).interface.forEachEvent((event) => readings.set(event.topicHash, readingOf(event)));
  return readings;
}

/** What is read of a log. */
export type LogBytes = Pick<Log, "address" | "topics" | "data" | "blockNumber" | "transactionHash">;

/**
 * Reads the logs of one register. An event is read with the interface of the very contract that emitted it; one that
 * cannot be read is an error (`log`), never skipped.
 */
export function eventReader(addresses: Addresses): (log: LogBytes) => RegisterEvent {
  const contracts = new Map(
    (Object.keys(CONTRACT_OF) as (keyof Register)[]).map((part) => [
      addresses[part].toLowerCase(),
      readingsOf(CONTRACT_OF[part]),
    ]),
  );
  if (contracts.size !== CONTRACTS.length) throw incomplete("two contracts of the register have one address");
  return ({ address, topics, data, blockNumber, transactionHash }) => {
    const [topic = "", ...indexed] = topics;
    const reading = contracts.get(address.toLowerCase())?.get(topic.toLowerCase());
    if (reading === undefined) throw incomplete(`an event of block ${blockNumber} is none of batchproof's`);
    try {
      const args = new EventArgs(valuesOf(reading, indexed, data));
      return { name: reading.name, args, block: blockNumber, transaction: transactionHash };
    } catch {
      throw incomplete(`an event of block ${blockNumber} cannot be read`);
    }
  };
}

/** No parameter of these events that stands in a topic is longer than one. As ethers reads logs, padding may lack. */
function valuesOf({ indexed, others }: Reading, topics: readonly string[], data: string): Values {
  const coder = AbiCoder.defaultAbiCoder();
  const inTopics = coder.decode(indexed, concat(topics));
  const inData = coder.decode(others, data, true);
  const isInTopics = (name: string): boolean => indexed.some((input) => input.name === name);
  return { getValue: (name): unknown => (isInTopics(name) ? inTopics : inData).getValue(name) };
}

/** When an event was, and who caused it. */
export function momentOf({ block, transaction }: RegisterEvent, by?: string): Moment {
  return { block, transaction, ...(by === undefined ? {} : { by }) };
}
