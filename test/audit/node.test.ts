import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { audit, type AuditOptions, type AuditReport } from "../../src/audit/audit.ts";
import { auditText } from "../../src/audit/table.ts";
import { connectRpc, embeddedChain, type Chain } from "../../src/chain/connect.ts";
import { compiled } from "../../src/chain/contracts.ts";
import { mined } from "../../src/chain/deploy.ts";
import { registerAt } from "../../src/chain/handles.ts";
import { logsOf } from "../../src/chain/newestLogs.ts";
import { batchproof, batchproofJson, batchproofProcess, refusedWith } from "../cli/support.ts";
import { LEG, World, type OpenBatch } from "../contracts/support/world.ts";
import { lyingNode, type LyingNode } from "../support/lyingNode.ts";
import { nameWord } from "../../src/formats/names.ts";

/** Nodes that lie, are slow or break off: nothing is concluded from them, or the audit goes on where it stopped. */

let world: World;
let excepted: OpenBatch;
let node: LyingNode;
let chain: Chain;
let statePath: string;

beforeAll(async () => {
  world = await World.build(await embeddedChain());
  const released = await world.open();
  await world.makeCompliant(released);
  const [certificate, signature] = await world.sign(released);
  await mined(() => world.as("qp").registry.certify(released.key, certificate, signature));
  excepted = await world.open();
  await raise(excepted);
});
afterAll(() => world.chain.close());
beforeEach(async () => {
  node = await lyingNode(world.chain);
  chain = await connectRpc(node.url, { timeout: 3_000 });
  statePath = join(mkdtempSync(join(tmpdir(), "audit-")), "state.json");
});
afterEach(async () => {
  await chain.close();
  await node.close();
});

function raise({ key }: OpenBatch): Promise<unknown> {
  const { registry } = world.as("manufacturer");
  return mined(() => registry.raiseException(key, LEG, 1, 2, nameWord("DEV-1"), `0x${"1".repeat(64)}`));
}

function look(options: AuditOptions = {}): Promise<AuditReport> {
  return audit(chain.provider, world.addresses.registry, { workers: 1, ...options });
}

/** What stands in a report, whenever and however it was read. */
function standing({ reconciliation, findings, proofsVerified }: AuditReport): unknown {
  return { reconciliation, proofsVerified, findings };
}

/** Number of questions of one method so far. */
function asked(method: string): number {
  return node.asked.filter((each) => each.method === method).length;
}

const topicOf = (event: string): string => compiled("ComplianceRegistry").interface.getEvent(event)?.topicHash ?? "";

/** Everything the command line says about the register. */
function cli(...options: string[]): ReturnType<typeof batchproofProcess> {
  return batchproofProcess(["audit", "--rpc", node.url, "--registry", world.addresses.registry, ...options]);
}

// Verifies R-audit-complete.
describe("V13: a node that lies", () => {
  it("drops one log of any kind: exit 3 on the command line, and no word of a result", async () => {
    node.lies.logs = (logs) => logs.filter(({ topics }) => (topics as string[])[0] !== topicOf("ExceptionRaised"));
    const { code, stdout, stderr } = await cli("--fail-on-exceptions");
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toContain("The log is incomplete");
    expect(stderr).toContain("Ask another node");
  });

  it.each(["HeadSet", "TrailExtended", "ClaimAttested", "BatchReleased", "BatchOpened", "ExceptionRaised"])(
    "drops the last %s only",
    async (event) => {
      node.lies.logs = (logs) => {
        const last = logs.findLastIndex(({ topics }) => (topics as string[])[0] === topicOf(event));
        return logs.filter((_, i) => i !== last);
      };
      await expect(look()).rejects.toMatchObject({ kind: "environment", code: "log" });
    },
  );

  it("shows an event twice, or events in another order", async () => {
    node.lies.logs = (logs) => logs.flatMap((log, i) => (i === logs.length - 1 ? [log, log] : [log]));
    await expect(look()).rejects.toMatchObject({ code: "log" });
    node.lies.logs = (logs) => [...logs].reverse();
    await expect(look()).rejects.toMatchObject({ code: "log" });
  });

  it("changes its chain id while it is read", async () => {
    node.lies.chainId = 1;
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "chainId" });
    node.lies.chainId = 31_337;
    node.lies.logs = (logs) => {
      node.lies.chainId = 1;
      return logs;
    };
    await expect(look()).rejects.toMatchObject({ code: "chainId" });
  });

  it("replaces the block that all is read at", async () => {
    let blocks = 0;
    node.lies.block = (block) => (blocks++ > 1 ? { ...block, hash: `0x${"7".repeat(64)}` } : block);
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "reorg" });
  });

  // Verifies R-audit-opened.
  it("V38: another time of the opening's block is not the one that the proofs were made for", async () => {
    const { batches } = await look();
    const number = batches.find(({ proven }) => proven.length > 0)?.openedBlock;
    node.lies.block = (block) => (Number(block["number"]) === number ? { ...block, timestamp: "0x1" } : block);
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "log" });
  });

  it("took a block back", async () => {
    node.lies.logs = (logs) => logs.map((log, i) => (i === 5 ? { ...log, removed: true } : log));
    await expect(look()).rejects.toMatchObject({ code: "log" });
  });
});

describe("a node with limits", () => {
  it("is asked for smaller ranges, and the result is the same", async () => {
    const whole = await look();
    const before = asked("eth_getLogs");
    expect(before).toBe(1);
    node.lies.range = 3;
    const pieces = await look();
    expect(standing(pieces)).toEqual(standing(whole));
    expect(asked("eth_getLogs") - before).toBeGreaterThan(pieces.block / 3);
  });

  it("that refuses even one block cannot be read", async () => {
    node.lies.range = 0;
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "chain" });
  });

  it("that silently shows only the first of many logs is found out", async () => {
    node.lies.logs = (logs) => logs.slice(0, 20);
    await expect(look()).rejects.toMatchObject({ code: "log" });
  });
});

/** Whether a question is for the logs of more than `most` blocks. */
function isWide(most: number, method: string, [filter]: readonly unknown[]): boolean {
  if (method !== "eth_getLogs") return false;
  const { fromBlock, toBlock } = filter as { fromBlock: string; toBlock: string };
  return Number(toBlock) - Number(fromBlock) >= most;
}

// Verifies R-cli-node, V66.
describe("V66: a node that answers no wide range of blocks", () => {
  const HOW: Readonly<Record<string, Partial<LyingNode["lies"]>>> = {
    "in time": { slow: (method, params) => (isWide(8, method, params) ? 1_500 : 0) },
    "with JSON": {
      garbles: (method, params) => (isWide(8, method, params) ? [200, '{"jsonrpc":"2.0","id"'] : undefined),
    },
    "with a list": {
      garbles: (method, params) => (isWide(8, method, params) ? [200, '{"id":null,"result":null}'] : undefined),
    },
    "with anything": { garbles: (method, params) => (isWide(8, method, params) ? [200, ""] : undefined) },
    "but with a gateway's page": {
      garbles: (method, params) => (isWide(8, method, params) ? [504, "<html>Gateway Time-out</html>"] : undefined),
    },
    "but calls it a limit": {
      refuses: (method, params) =>
        isWide(8, method, params) ? { code: -32005, message: "block range too wide" } : undefined,
    },
    "but ends its query": {
      refuses: (method, params) =>
        isWide(8, method, params) ? { code: -32000, message: "query timeout exceeded" } : undefined,
    },
  };

  it.each(Object.keys(HOW))("%s is asked for smaller ones, and the result is the same", async (how) => {
    const whole = await look();
    await chain.close();
    chain = await connectRpc(node.url, { timeout: 500 });
    Object.assign(node.lies, HOW[how]);
    expect(standing(await look())).toEqual(standing(whole));
  });

  it("is no longer asked at all when it is gone", async () => {
    const before = asked("eth_getLogs");
    const { block } = await look();
    node.lies.garbles = (method) => (method === "eth_getLogs" || method === "eth_blockNumber" ? [502, ""] : undefined);
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "chain" });
    expect(block).toBeGreaterThan(8);
    expect(asked("eth_getLogs") - before).toBe(2);
  });

  it("is found with what it says of single batches, too", async () => {
    const { registry } = registerAt(world.addresses, chain.provider);
    const found = async (): Promise<number> => {
      let count = 0;
      for await (const log of logsOf(registry, [topicOf("BatchOpened")])) count += log.topics.length > 0 ? 1 : 0;
      return count;
    };
    const all = await found();
    expect(all).toBeGreaterThan(1);
    Object.assign(node.lies, HOW["with JSON"]);
    expect(await found()).toBe(all);
  });
});

// Verifies R-cli-node, V67.
describe("V67: a node that fails, and lets the register take the blame", () => {
  const PRUNED = { code: -32000, message: "missing trie node 5d2c (path ) state 0x5d2c is not available" };

  it("has pruned the state: its words, never that this is no register, never that the log lies", async () => {
    node.lies.refuses = (method) => (method === "eth_call" ? PRUNED : undefined);
    const error: unknown = await look().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: "environment", code: "chain" });
    expect(error).toMatchObject({ message: expect.stringContaining("missing trie node 5d2c") as unknown });
    expect(error).toMatchObject({ remedy: expect.stringContaining("keeps the states of older blocks") as unknown });
    // Only for what is compared in the end, too.
    let calls = 0;
    node.lies.refuses = (method) => (method === "eth_call" && ++calls > 8 ? PRUNED : undefined);
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "chain" });
  });

  it.each([
    ["an error without words", { code: -32000 }, '{"code":-32000}'],
    ["an error that is a text", "no such luck", "no such luck"],
    ["an error of its own", { code: -32603, message: "Internal error: leveldb: closed" }, "leveldb: closed"],
  ])("says %s: it is repeated", async (_, error, words) => {
    node.lies.refuses = (method) => (method === "eth_getBlockByNumber" ? error : undefined);
    await expect(look()).rejects.toMatchObject({ code: "chain", message: expect.stringContaining(words) as unknown });
  });

  it("answers what is no JSON-RPC: its words, and exit 3", async () => {
    node.lies.garbles = (method) => (method === "eth_call" ? [403, "<html>Forbidden: key expired</html>"] : undefined);
    const { code, stderr } = await cli();
    expect(code).toBe(3);
    expect(stderr).toContain("HTTP 403 Forbidden");
    expect(stderr).toContain("key expired");
    expect(stderr).not.toContain("is not a compliance registry");
  });

  it("is busy for a while: it is asked again", async () => {
    let busy = 0;
    const TRANSIENT = [
      { code: -32000, message: "header not found" },
      { code: -32603, message: "service temporarily unavailable" },
      { code: 429, message: "exceeded its compute units per second capacity" },
    ];
    node.lies.refuses = (method) => (method === "eth_call" ? TRANSIENT[busy++] : undefined);
    expect((await look()).total).toBeGreaterThan(1);
    busy = 0;
    node.lies.refuses = () => undefined;
    node.lies.garbles = (method) => (method === "eth_call" && busy++ < 2 ? [503, "overloaded"] : undefined);
    expect((await look()).total).toBeGreaterThan(1);
  });

  it("is still before the register's deployment: the answer says how far it is", async () => {
    node.lies.garbles = (method) => (method === "eth_getCode" ? [200, ""] : undefined);
    await expect(look()).rejects.toMatchObject({ code: "chain" });
    const empty = await embeddedChain();
    const other = await lyingNode(empty);
    const behind = await connectRpc(other.url);
    const error: unknown = await audit(behind.provider, world.addresses.registry).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "code", message: expect.stringMatching(/latest block is 0 of 20/) as unknown });
    await behind.close();
    await other.close();
    await empty.close();
  });
});

describe("a node that breaks off", () => {
  it("once: the question is asked again", async () => {
    let cut = 0;
    node.lies.cuts = (method) => method === "eth_getLogs" && cut++ === 0;
    const { total, block } = await look();
    expect(total).toBe(2);
    // Halves, because smaller ranges may help.
    expect(block).toBeGreaterThan(1);
    expect(asked("eth_getLogs")).toBe(3);
  });

  it("for good, in the middle: exit 3, what was read is kept, and the next audit reads on", async () => {
    const whole = await look();
    node.lies.range = 4;
    node.lies.cuts = (method, [filter]) =>
      method === "eth_getLogs" && Number((filter as { fromBlock: string }).fromBlock) > whole.block / 2;
    const broken = await cli("--state", statePath);
    expect({ code: broken.code, stdout: broken.stdout }).toEqual({ code: 3, stdout: "" });
    expect(broken.stderr).toMatch(/What was read up to block \d+ is kept/);
    delete node.lies.cuts;
    const before = node.asked.length;
    const resumed = await look({ statePath });
    expect(resumed.reading.from).toBeGreaterThan(1);
    expect(standing(resumed)).toEqual(standing(whole));
    const first = node.asked.slice(before).find(({ method }) => method === "eth_getLogs");
    expect(Number((first?.params[0] as { fromBlock: string }).fromBlock)).toBe(resumed.reading.from);
  });

  it("is asked a bounded number of times", async () => {
    node.lies.cuts = (method) => method === "eth_getLogs";
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "chain" });
    expect(asked("eth_getLogs")).toBeLessThan(16);
  });

  it("or is slow: too slow is an error, slow is not", async () => {
    node.lies.delay = 60;
    expect((await look()).total).toBe(2);
    await chain.close();
    chain = await connectRpc(node.url, { timeout: 100 });
    node.lies.delay = 5_000;
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "chain" });
  }, 60_000);
});

// Verifies R-audit-state.
describe("a second audit with the same state", () => {
  it("reads only what is new, and shows what still stands", async () => {
    const first = await look({ statePath });
    expect(first.reading.from).toBe(0);
    const silent = await world.open();
    const before = node.asked.length;
    const second = await look({ statePath });
    expect(second.reading).toEqual({ from: first.block + 1 });
    expect(second.total).toBe(first.total + 1);
    expect(second.batches.at(-1)?.key).toBe(silent.key);
    expect(second.findings).toEqual(first.findings);
    expect(second.proofsVerified).toBe(first.proofsVerified);
    expect(auditText(second)).toContain(`Read: blocks ${first.block + 1} to ${second.block}`);
    // A batch without news is not asked for again, but for what time alone changes.
    const selector = compiled("ComplianceRegistry").interface.getFunction("batchOf")?.selector ?? "";
    const calls = node.asked.slice(before).filter(({ params }) => JSON.stringify(params).includes(selector));
    expect(calls).toHaveLength(1);
    expect(standing(await look({ statePath }))).toEqual(standing(second));
    expect(standing(await look())).toEqual(standing(second));
  });

  it("still verifies proofs that come later, and sees an exception of an old batch", async () => {
    const batch = await world.open();
    await look({ statePath });
    await world.makeCompliant(batch);
    await raise(batch);
    const later = await look({ statePath });
    expect(later.batches.find(({ key }) => key === batch.key)?.status).toBe("Exception");
    expect(standing(later)).toEqual(standing(await look()));
  });

  it("notices that the chain was reorganised, and reads anew from the last block that is left", async () => {
    const snapshot: unknown = await world.chain.provider.send("evm_snapshot", []);
    const first = await look({ statePath });
    const lost = await world.open();
    const second = await look({ statePath });
    expect(second.batches.at(-1)?.key).toBe(lost.key);
    await world.chain.provider.send("evm_revert", [snapshot]);
    await world.chain.provider.send("evm_increaseTime", [1_000]);
    const kept = await world.open();
    await world.open();
    const third = await look({ statePath });
    expect(third.reading).toEqual({ from: first.block + 1, rewound: { from: second.block, to: first.block } });
    expect(third.batches.map(({ key }) => key)).toContain(kept.key);
    expect(standing(third)).toEqual(standing(await look()));
    expect(auditText(third)).toContain(`block ${second.block} was replaced`);
  });

  it("refuses a node that is behind the last audit", async () => {
    const { block } = await look({ statePath });
    const behind = `0x${(block - 2).toString(16)}`;
    node.lies.block = (found) => ({ ...found, number: behind });
    await expect(look({ statePath })).rejects.toMatchObject({ kind: "environment", code: "head" });
  });

  it("refuses the state of another chain, of another register, and a damaged one", async () => {
    await look({ statePath });
    const text = readFileSync(statePath, "utf8");
    const refused = async (from: string, to: string): Promise<unknown> => {
      writeFileSync(statePath, text.replaceAll(from, to));
      return look({ statePath }).catch((error: unknown) => error);
    };
    expect(await refused('"owner"', '"owned"')).toMatchObject({ kind: "input", code: "audit-state" });
    expect(await refused("audit-state/2", "audit-state/1")).toMatchObject({ kind: "input", code: "audit-state" });
    const head = text.slice(0, text.indexOf('"sha256"'));
    expect(await refused(head, head.replace("31337", "1"))).toMatchObject({ kind: "environment", code: "chainId" });
    const other = head.replace(world.addresses.registry, world.addresses.roles);
    expect(await refused(head, other)).toMatchObject({ kind: "input", code: "audit-state" });
  });
});

describe("what is new and what still stands", () => {
  // Verifies R-audit-findings.
  it("--from leaves out old news, never an open exception", async () => {
    const { block } = await look();
    const { findings } = await look({ from: block + 1 });
    expect(findings.map(({ kind }) => kind)).toContain("exception");
    expect(findings.every((finding) => finding.standing)).toBe(true);
  });

  it("--finality leaves out the newest blocks", async () => {
    const { block, total } = await look();
    await world.open();
    expect(await look({ finality: 1 })).toMatchObject({ block, total });
  });
});

describe("the command line", () => {
  it("writes the table, fails if asked to, and refuses what is no number of blocks", async () => {
    const at = ["audit", "--rpc", node.url, "--registry", world.addresses.registry];
    const csv = join(mkdtempSync(join(tmpdir(), "audit-")), "findings.csv");
    const { code, stdout } = await batchproof([...at, "--csv", csv, "--fail-on-exceptions"]);
    expect(code).toBe(1);
    expect(stdout).not.toContain("\u001b");
    expect(readFileSync(csv, "utf8")).toContain('"exception 1: parameter, severity 2, claim 0, DEV-1"');
    expect((await batchproofJson(at)).json).toMatchObject({
      chainId: "31337",
      reconciliation: { certified: 1 },
      findings: expect.arrayContaining([expect.objectContaining({ kind: "exception", standing: true })]) as unknown,
    });
    expect(await refusedWith([...at, "--from", "latest"])).toMatchObject({ exit: 2, code: "blocks" });
    expect(await refusedWith([...at, "--finality", "-1"])).toMatchObject({ exit: 2, code: "blocks" });
  });
});
