import { toBeHex, type Filter, type Log, type Provider } from "ethers";
import { describe, expect, it } from "vitest";
import { DISPOSITION, type DispositionName } from "../../src/formats/codes.ts";
import { compiled } from "../../src/chain/contracts.ts";
import { proposedClosings, type ProposedClosing } from "../../src/chain/exceptions.ts";
import { CONTRACT_OF, registerAt, type Addresses, type Register } from "../../src/chain/handles.ts";
import { eventOf } from "../../src/chain/receipts.ts";
import { refused, refusedAsync } from "../input/refused.ts";

/** The proposals that a QP is shown before he confirms one, from nodes that answer only so much at once. */

const ADDRESS = toBeHex(1, 20);
const QA = toBeHex(2, 20);
const KEY = toBeHex(3, 32);

function proposal(blockNumber: number, id: bigint, disposition: DispositionName): Log {
  const { interface: abi } = compiled("QualifiedPersons");
  const values = [KEY, id, DISPOSITION[disposition], toBeHex(blockNumber, 32), QA];
  return { ...abi.encodeEventLog("ClosingProposed", values), address: ADDRESS, blockNumber } as unknown as Log;
}

const LATEST = 100;
const EVERY_BLOCK = Array.from({ length: LATEST + 1 }, (_, block) => proposal(block, 5n, "accepted"));
const LOGS = [
  ...EVERY_BLOCK,
  ...[proposal(3, 7n, "rejected"), proposal(90, 8n, "accepted"), proposal(95, 7n, "accepted")],
];

/** A node that refuses, or does not answer, more than `most` blocks at once; counts what it was asked. */
function node(most: number, failure: object): { register: Register; asked: Filter[] } {
  const asked: Filter[] = [];
  const provider: Pick<Provider, "getBlockNumber" | "getLogs"> = {
    getBlockNumber: () => Promise.resolve(LATEST),
    getLogs: (filter) => {
      const range = filter as Required<Filter> & { fromBlock: number; toBlock: number };
      asked.push(range);
      if (range.toBlock - range.fromBlock >= most) return Promise.reject(Object.assign(new Error("no"), failure));
      const isIn = ({ blockNumber, topics }: Log): boolean =>
        blockNumber >= range.fromBlock && blockNumber <= range.toBlock && topics[2] === range.topics[2];
      return Promise.resolve(LOGS.filter(isIn));
    },
  };
  return { register: registerOn(provider, ADDRESS), asked };
}

function registerOn(provider: object, address: string): Register {
  const names = Object.keys(CONTRACT_OF);
  const addresses = Object.fromEntries(names.map((name) => [name, address])) as Addresses;
  // What is asked of a contract is when it was deployed: in the first block.
  const call = (): Promise<string> => Promise.resolve(toBeHex(0, 32));
  return registerAt(addresses, { provider, call } as unknown as Provider);
}

const TOO_LONG = { code: "UNKNOWN_ERROR", error: { code: -32005 } };

async function all(register: Register, id: bigint): Promise<ProposedClosing[]> {
  const found: ProposedClosing[] = [];
  for await (const closing of proposedClosings(register, id)) found.push(closing);
  return found;
}

describe("the closings that were proposed", () => {
  it.each([1_000, 101, 10, 1])("are found newest first, %i blocks at a time", async (most) => {
    const { register } = node(most, TOO_LONG);
    expect(await all(register, 7n)).toEqual([
      { id: 7n, disposition: "accepted", evidence: toBeHex(95, 32), proposer: QA, block: 95 },
      { id: 7n, disposition: "rejected", evidence: toBeHex(3, 32), proposer: QA, block: 3 },
    ]);
    expect((await all(register, 5n)).map(({ block }) => block)).toEqual(EVERY_BLOCK.map((_, i) => LATEST - i));
    expect(await all(register, 9n)).toEqual([]);
  });

  it("are not looked for further back than needed", async () => {
    const { register, asked } = node(10, TOO_LONG);
    expect((await proposedClosings(register, 7n).next()).value).toMatchObject({ block: 95 });
    expect(asked.length).toBeLessThan(8);
  });

  it("are not asked for again and again from a node that is gone, or refuses a single block", async () => {
    const gone = node(0, { code: "ECONNREFUSED" });
    expect((await refusedAsync(all(gone.register, 7n))).code).toBe("chain");
    expect(gone.asked).toHaveLength(1);
    const refusing = node(0, TOO_LONG);
    expect((await refusedAsync(all(refusing.register, 7n))).code).toBe("chain");
  });
});

it("a receipt without the event is not one of our contracts'", () => {
  const { registry, persons } = node(1, TOO_LONG).register;
  expect(eventOf({ logs: LOGS }, persons, "ClosingProposed")).toMatchObject({ id: 5n, proposer: QA });
  expect(refused(() => eventOf({ logs: LOGS }, registry, "ExceptionClosed")).code).toBe("contract");
  const elsewhere = registerOn({}, QA).persons;
  expect(refused(() => eventOf({ logs: LOGS }, elsewhere, "ClosingProposed")).code).toBe("contract");
});
