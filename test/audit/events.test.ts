import { randomBytes } from "node:crypto";
import { getAddress, hexlify, Result, Wallet, id, type ParamType } from "ethers";
import { describe, expect, it } from "vitest";
import { eventReader, type LogBytes } from "../../src/audit/events.ts";
import { CONTRACT_OF } from "../../src/chain/handles.ts";
import { compiled } from "../../src/chain/contracts.ts";
import type { Addresses } from "../../src/chain/handles.ts";
import { BatchproofError } from "../../src/errors.ts";

/** Reading of logs, against the reader of ethers. */

const PARTS = Object.keys(CONTRACT_OF) as (keyof Addresses)[];
const ADDRESSES = Object.fromEntries(PARTS.map((part) => [part, new Wallet(id(part)).address])) as unknown as Addresses;

const read = eventReader(ADDRESSES);

/** Any value of a type. */
function anyOf({ baseType, type, arrayLength, arrayChildren, components }: ParamType): unknown {
  const bytes = (count: number): string => hexlify(randomBytes(count));
  if (baseType === "array" && arrayChildren !== null) {
    const length = arrayLength === null || arrayLength < 0 ? 3 : arrayLength;
    return Array.from({ length }, () => anyOf(arrayChildren));
  }
  if (baseType === "tuple") return (components ?? []).map(anyOf);
  if (type === "address") return getAddress(bytes(20));
  if (type === "bool") return bytes(1) < "0x80";
  if (type === "string") return `ü ${bytes(20)}`;
  if (type === "bytes") return bytes(45);
  const size = Number(/\d+$/.exec(type)?.[0]);
  return type.startsWith("bytes") ? bytes(size) : BigInt(bytes(size / 8));
}

interface Sample {
  readonly title: string;
  readonly inputs: readonly ParamType[];
  readonly log: LogBytes;
  readonly expected: Result;
}

/** A log of every event of every contract. */
const SAMPLES = PARTS.flatMap((part) => {
  const { interface: abi } = compiled(CONTRACT_OF[part]);
  const samples: Sample[] = [];
  abi.forEachEvent((event) => {
    const { topics, data } = abi.encodeEventLog(event, event.inputs.map(anyOf));
    const log = { address: ADDRESSES[part], topics, data, block: 7, time: 70, transaction: id("transaction") };
    const expected = abi.parseLog(log)?.args;
    if (expected === undefined) throw new Error(`ethers cannot read ${event.name}`);
    samples.push({ title: `${part} ${event.name}`, inputs: event.inputs, log, expected });
  });
  return samples;
});

/** The code with which a log is refused. */
function refusalOf(log: LogBytes): string | undefined {
  try {
    read(log);
    return undefined;
  } catch (error) {
    if (error instanceof BatchproofError) return error.code;
    throw error;
  }
}

const plain = (value: unknown): unknown => (value instanceof Result ? value.toArray(true) : value);

describe("an event", () => {
  it.each(SAMPLES)("is read as ethers reads it: $title", ({ title, inputs, log, expected }) => {
    const { part, name, args, block, time, transaction } = read(log);
    expect([`${part} ${name}`, block, time, transaction]).toEqual([title, 7, 70, log.transaction]);
    for (const { name: input } of inputs) expect(plain(args.text(input))).toEqual(plain(expected.getValue(input)));
  });

  // Verifies R-audit-complete, V55.
  it.each(SAMPLES)("is refused where a byte is missing, or what it is about: $title", ({ inputs, log }) => {
    const refused = (changes: Partial<LogBytes>): unknown => refusalOf({ ...log, ...changes });
    expect(refused({ topics: log.topics.slice(1) })).toBe("log");
    expect(refused({ address: new Wallet(id("nobody")).address })).toBe("log");
    if (inputs.some(({ indexed }) => indexed === true))
      expect(refused({ topics: log.topics.slice(0, -1) })).toBe("log");
    if (log.data !== "0x") expect(refused({ data: log.data.slice(0, 34) })).toBe("log");
    expect(refused({ topics: [...log.topics, id("more")] })).toBe("log");
  });

  // Verifies R-audit-complete.
  it.each(SAMPLES)("is refused where a word is none of its type: $title", ({ inputs, log }) => {
    const all = `0x${"f".repeat(64)}`;
    const isShort = ({ type }: ParamType): boolean => /^(address|bool|uint\d\d?|bytes\d)$|^uint1/.test(type);
    const indexed = inputs.filter((input) => input.indexed === true);
    for (const [i] of [...indexed.entries()].filter(([, input]) => isShort(input))) {
      const topics = log.topics.map((topic, at) => (at === i + 1 ? all : topic));
      expect(refusalOf({ ...log, topics }), indexed[i]?.name).toBe("log");
    }
    const others = inputs.filter((input) => input.indexed !== true);
    if (others.length === 0 || others.some(({ type }) => !/^(address|bool|uint\d+|bytes\d+)$/.test(type))) return;
    for (const [i] of [...others.entries()].filter(([, input]) => isShort(input))) {
      const data = `${log.data.slice(0, 2 + 64 * i)}${all.slice(2)}${log.data.slice(66 + 64 * i)}`;
      expect(refusalOf({ ...log, data }), others[i]?.name).toBe("log");
    }
    expect(refusalOf({ ...log, data: `${log.data}${"0".repeat(64)}` })).toBe("log");
    expect(refusalOf({ ...log, data: log.data.replace(/.$/, "g") })).toBe("log");
  });

  // Verifies V70.
  it("V70: is refused where a word in a list is dirty, and not when somebody looks at it later", () => {
    const opened = SAMPLES.find(({ title }) => title.endsWith(" BatchOpened"));
    if (opened === undefined) throw new Error("no sample");
    const [qp] = opened.expected.getValue("qps") as string[];
    const word = `${"0".repeat(24)}${(qp ?? "").slice(2).toLowerCase()}`;
    expect(opened.log.data).toContain(word);
    expect(refusalOf({ ...opened.log, data: opened.log.data.replace(word, `f${word.slice(1)}`) })).toBe("log");
  });
});
