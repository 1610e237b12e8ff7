import type { Log, Result } from "ethers";
import { compiled, CONTRACTS } from "../chain/contracts.ts";
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

/** The values of an event by name, each asked for as what it is. Addresses and hashes are text. */
export class EventArgs {
  readonly #values: Result;

  constructor(values: Result) {
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

/**
 * Reads the logs of one register. An event is read with the interface of the very contract that emitted it; one that
 * cannot be read is an error (`log`), never skipped.
 */
export function eventReader(addresses: Addresses): (log: Log) => RegisterEvent {
  const interfaces = new Map(
    (Object.keys(CONTRACT_OF) as (keyof Register)[]).map((part) => [
      addresses[part].toLowerCase(),
      compiled(CONTRACT_OF[part]).interface,
    ]),
  );
  if (interfaces.size !== CONTRACTS.length) throw incomplete("two contracts of the register have one address");
  return (log) => {
    const parsed = interfaces.get(log.address.toLowerCase())?.parseLog(log);
    if (parsed == null) throw incomplete(`an event of block ${log.blockNumber} is none of batchproof's`);
    return {
      name: parsed.name,
      args: new EventArgs(parsed.args),
      block: log.blockNumber,
      transaction: log.transactionHash,
    };
  };
}

/** When an event was, and who caused it. */
export function momentOf({ block, transaction }: RegisterEvent, by?: string): Moment {
  return { block, transaction, ...(by === undefined ? {} : { by }) };
}
