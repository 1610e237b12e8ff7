import { JsonRpcSigner, parseUnits, Wallet, type Signer } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectRpc, embeddedChain, type Chain } from "../../src/chain/connect.ts";
import {
  confirmClosing,
  proposeClosing,
  raiseException,
  type ConcernedClaim,
  type ExceptionReport,
} from "../../src/chain/exceptions.ts";
import { registerAt, type Register } from "../../src/chain/handles.ts";
import { explained } from "../../src/chain/revert.ts";
import { mined, offering, replacedNumber, settled, type Offer } from "../../src/chain/sending.ts";
import { lyingNode, type LyingNode } from "../support/lyingNode.ts";
import { ASSAY, codeOf, LEG, World, type OpenBatch } from "./support/world.ts";

/** What is sent, by a node that may lie about it. */

const REPORT: ExceptionReport = {
  ...{ category: "parameter", severity: 2, reference: "DEV-1" },
  evidence: `0x${"1".repeat(64)}`,
};

let world: World;
let node: LyingNode;
let chain: Chain;
let batch: OpenBatch;
const told: string[] = [];

beforeAll(async () => {
  world = await World.build(await embeddedChain());
});
afterAll(() => world.chain.close());
beforeEach(async () => {
  told.length = 0;
  node = await lyingNode(world.chain);
  chain = await connectRpc(node.url, { minedWithin: 300, say: (sentence) => told.push(sentence) });
  batch = await world.open();
});
afterEach(async () => {
  await chain.close();
  await node.close();
});

/** The manufacturer's register at the node, with an offer. */
async function manufacturer(offer: Offer = {}): Promise<{ readonly account: Signer; readonly register: Register }> {
  const account = offering(new JsonRpcSigner(chain.provider, world.address.manufacturer), chain.provider, offer);
  await settled(account, chain.provider);
  return { account, register: registerAt(world.addresses, account) };
}

/** Number of exceptions so far. */
async function raised(): Promise<number> {
  const { registry } = world.deployment;
  const topics = [registry.interface.getEvent("ExceptionRaised")?.topicHash ?? null];
  const filter = { address: await registry.getAddress(), topics, fromBlock: 0 };
  return (await world.chain.provider.getLogs(filter)).length;
}

/** Raises it on the batch, or on what else is said. */
function raise(
  register: Register,
  { key = batch.key, claim = LEG, ...more }: Partial<ExceptionReport & ConcernedClaim> = {},
): ReturnType<typeof raiseException> {
  return raiseException(register, [{ key, claim }], { ...REPORT, ...more });
}

/** Runs while nothing is mined, and mines then. */
async function unmined<T>(run: () => Promise<T>): Promise<T> {
  await world.chain.provider.send("evm_setAutomine", [false]);
  try {
    return await run();
  } finally {
    await world.chain.provider.send("evm_mine", []);
    await world.chain.provider.send("evm_setAutomine", [true]);
  }
}

function sentHash(): string {
  return /0x[0-9a-f]{64}/.exec(told.find((sentence) => sentence.includes("is sent")) ?? "")?.[0] ?? "none";
}

/** Raises the exception, of which nobody sees in time that it is mined; and it is mined after. */
async function raiseUnseen(): Promise<string> {
  const { register } = await manufacturer();
  expect(await unmined(() => codeOf(raise(register)))).toBe("not-mined");
  return sentHash();
}

// Verifies R-cli-sending, V126.
describe("V126: an exception of which nobody saw that it was mined", () => {
  it("is found when the same is raised again, and only by whom, where and as it was", async () => {
    const before = await raised();
    const hash = await raiseUnseen();
    const { register } = await manufacturer();
    const again = await raise(register);
    expect(again).toMatchObject({ already: true, raised: [{ key: batch.key, claim: LEG }] });
    expect(again.receipt.hash).toBe(hash);
    expect(await raised()).toBe(before + 1);
    for (const other of [
      { reference: "DEV-2" },
      { severity: 3 },
      { claim: ASSAY },
      { evidence: `0x${"2".repeat(64)}` },
    ]) {
      expect(await raise(register, other)).toMatchObject({ already: false });
    }
    expect(await raise(world.as("authority"))).toMatchObject({ already: false });
    const { key } = await world.open();
    expect(await raise(register, { key })).toMatchObject({ already: false });
    expect(await raised()).toBe(before + 7);
  });

  it("may be raised again once it is closed", async () => {
    const { register } = await manufacturer();
    const { raised: first } = await raise(register);
    const closing = { id: first[0].id, disposition: "rejected", evidence: REPORT.evidence } as const;
    await proposeClosing(world.as("qa"), closing);
    await confirmClosing(world.as("qp"), closing);
    expect(await raise(register)).toMatchObject({ already: false });
    expect(await raise(register)).toMatchObject({ already: true });
  });

  it("is looked for in the newest 100,000 blocks: a node without older logs is no hindrance", async () => {
    const { register } = await manufacturer();
    expect(await raise(register)).toMatchObject({ already: false });
    await world.chain.provider.send("hardhat_mine", ["0x186a0"]);
    const latest = await world.chain.provider.getBlockNumber();
    node.asked.length = 0;
    expect(await raise(register)).toMatchObject({ already: false });
    const [filter] = node.asked.find(({ method }) => method === "eth_getLogs")?.params as [{ fromBlock: string }];
    expect(Number(filter.fromBlock)).toBe(latest + 1 - 100_000);
    expect(await raise(register)).toMatchObject({ already: true });
  });

  it.each([
    ["is known as mined", undefined],
    ["is said to wait still", (result: object) => ({ ...result, blockNumber: null, blockHash: null })],
    ["is not known any more", () => null],
  ])("is not replaced where it has a receipt: the transaction %s", async (_what, lie) => {
    const before = await raised();
    const hash = await raiseUnseen();
    node.lies.result = (method, _, result) =>
      method === "eth_getTransactionByHash" && lie !== undefined ? lie(result as object) : result;
    const { account } = await manufacturer();
    await expect(replacedNumber(account, chain.provider, hash)).rejects.toMatchObject({
      ...{ kind: "environment", code: "mined-already" },
      message: expect.stringContaining("nothing was sent") as string,
    });
    expect(await raised()).toBe(before + 1);
  });

  it("is not raised twice where it is mined while another takes its place", async () => {
    const before = await raised();
    const { register } = await manufacturer();
    await world.chain.provider.send("evm_setAutomine", [false]);
    expect(await codeOf(raise(register))).toBe("not-mined");
    const hash = sentHash();
    const nonce = await replacedNumber(register.registry.runner as Signer, chain.provider, hash);
    await world.chain.provider.send("evm_mine", []);
    await world.chain.provider.send("evm_setAutomine", [true]);
    const replacing = offering(new JsonRpcSigner(chain.provider, world.address.manufacturer), chain.provider, {
      ...{ gasPrice: parseUnits("500", "gwei"), replaced: { hash, nonce } },
    });
    const { registry } = registerAt(world.addresses, replacing);
    const other = await codeOf(
      mined(() => registry.raiseException([batch.key], [LEG], 1, 3, `0x${"41".padEnd(64, "0")}`, REPORT.evidence)),
    );
    expect(other).toBe("mined-already");
    expect(await raised()).toBe(before + 1);
  });
});

// Verifies R-cli-sending, V127.
describe("V127: a node that suggests too much for gas", () => {
  const GREEDY = parseUnits("1001", "gwei");

  /** An account at a connection of its own, as each command has one. */
  async function wallet(offer: Offer): Promise<Signer> {
    await chain.close();
    chain = await connectRpc(node.url, { minedWithin: 300, say: (sentence) => told.push(sentence) });
    const account = Wallet.createRandom().connect(chain.provider);
    await world.chain.provider.send("hardhat_setBalance", [account.address, "0x56bc75e2d63100000"]);
    return offering(account, chain.provider, offer);
  }

  /** What became of a transfer: its error, or the transaction. */
  async function send(offer: Offer): Promise<unknown> {
    const account = await wallet(offer);
    const transfer = { to: world.address.stranger, value: 1n };
    return explained(() => account.sendTransaction(transfer)).catch((caught: unknown) => caught);
  }

  it.each([
    ["the least price of its latest block", "eth_getBlockByNumber", "baseFeePerGas"],
    ["a tip", "eth_maxPriorityFeePerGas", undefined],
  ])("by %s: nothing is sent unless what is offered is said", async (_what, asked, member) => {
    const greedy = `0x${GREEDY.toString(16)}`;
    node.lies.result = (method, _, result) => {
      if (method !== asked) return result;
      return member === undefined ? greedy : { ...(result as object), [member]: greedy };
    };
    for (const offer of [{}, { tip: 1n }].slice(0, member === undefined ? 1 : 2)) {
      const error = await send(offer);
      expect(error).toMatchObject({ kind: "environment", code: "fee" });
      expect(String(error)).toContain("gwei for gas; over 1000.0 is paid only if it is said");
    }
    expect(told).toEqual([]);
    const maxFeePerGas = parseUnits("1500", "gwei");
    expect(await send({ maxFee: maxFeePerGas })).toMatchObject({ type: 2, maxFeePerGas });
  });

  it("of a chain without EIP-1559, too", async () => {
    node.lies.result = (method, _, result) => {
      if (method === "eth_gasPrice") return `0x${GREEDY.toString(16)}`;
      return method === "eth_getBlockByNumber" ? { ...(result as object), baseFeePerGas: null } : result;
    };
    expect(await send({})).toMatchObject({ kind: "environment", code: "fee" });
    const gasPrice = parseUnits("1200", "gwei");
    expect(await send({ gasPrice })).toMatchObject({ type: 0, gasPrice });
  });
});

// Verifies R-cli-text, V128.
describe("V128: a node whose answer to what was sent is no hash", () => {
  it.each([
    ["a text that acts", "\u001b]0;owned\u0007"],
    ["megabytes", "x".repeat(2_000_000)],
    ["another hash", `0x${"7".repeat(64)}`],
    ["no text", { toString: "x" }],
  ])("%s: it is not repeated", async (_what, answer) => {
    node.lies.result = (method, _, result) => (method === "eth_sendRawTransaction" ? answer : result);
    const account = Wallet.createRandom().connect(chain.provider);
    await world.chain.provider.send("hardhat_setBalance", [account.address, "0x56bc75e2d63100000"]);
    const error: unknown = await explained(() =>
      offering(account, chain.provider, {}).sendTransaction({ to: world.address.stranger }),
    ).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: "environment", code: "chain" });
    expect(String(error)).toContain("its answer to eth_sendRawTransaction is not the transaction's hash");
    expect(told).toEqual([]);
  });
});

// Verifies R-cli-node, V129.
describe("V129: an answer nested without end", () => {
  const nested = (levels: number, inside: string): string => `${"[".repeat(levels)}${inside}${"]".repeat(levels)}`;

  it.each([
    ["as a result", (deep: string): string => `{"jsonrpc":"2.0","id":0,"result":${deep}}`],
    ["as an error", (deep: string): string => `{"jsonrpc":"2.0","id":0,"error":${deep}}`],
    ["in an error's data", (deep: string): string => `{"jsonrpc":"2.0","id":0,"error":{"code":3,"data":${deep}}}`],
  ])("%s is an error of the node, and exhausts no stack", async (_what, body) => {
    node.lies.garbles = (method) => (method === "eth_call" ? [200, body(nested(100_000, "1"))] : undefined);
    const error: unknown = await explained(() =>
      chain.provider.send("eth_call", [{ to: world.addresses.registry, data: "0x" }, "latest"]),
    ).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: "environment", code: "chain" });
    expect(String(error)).toContain("its answer is nested in more than 32 levels");
  });
});
