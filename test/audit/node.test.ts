import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBeHex } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { audit, type AuditOptions, type AuditReport } from "../../src/audit/audit.ts";
import { extendJournal, firstJournal, journalEntry } from "../../src/audit/journal.ts";
import { auditText } from "../../src/audit/table.ts";
import { connectRpc, embeddedChain, type Chain } from "../../src/chain/connect.ts";
import { compiled } from "../../src/chain/contracts.ts";
import { mined } from "../../src/chain/deploy.ts";
import { registerAt } from "../../src/chain/handles.ts";
import { logsOf } from "../../src/chain/newestLogs.ts";
import { batchproof, batchproofJson, batchproofProcess, refusedWith } from "../cli/support.ts";
import { LEG, type OpenBatch, type World } from "../contracts/support/world.ts";
import { lyingNode, type Json, type LyingNode } from "../support/lyingNode.ts";
import { nameWord } from "../../src/formats/names.ts";
import { audited, behindLyingNode, worldWithRelease } from "./scenes.ts";

/** Nodes that lie, are slow or break off: nothing is concluded from them, or the audit goes on where it stopped. */

let world: World;
let excepted: OpenBatch;
let node: LyingNode;
let chain: Chain;
let statePath: string;

beforeAll(async () => {
  world = await worldWithRelease();
  excepted = await world.open();
  await raise(excepted);
});
afterAll(() => world.chain.close());
beforeEach(async () => {
  ({ node, chain } = await behindLyingNode(world));
  statePath = join(mkdtempSync(join(tmpdir(), "audit-")), "state.json");
});
afterEach(async () => {
  await chain.close();
  await node.close();
});

function raise({ key }: OpenBatch): Promise<unknown> {
  const { registry } = world.as("manufacturer");
  return mined(() => registry.raiseException([key], [LEG], 1, 2, nameWord("DEV-1"), `0x${"1".repeat(64)}`));
}

function look(options: AuditOptions = {}): Promise<AuditReport> {
  return audited(world, chain, options);
}

/** What stands in a report, whenever and however it was read. */
function standing({ reconciliation, findings, proofsVerified }: AuditReport): unknown {
  return { reconciliation, proofsVerified, findings };
}

/** Number of questions of one method so far. */
function asked(method: string): number {
  return node.asked.filter((each) => each.method === method).length;
}

const ID = `0x${"1".repeat(64)}`;

/** What a journal chains of a log of JSON-RPC. */
function readingOf(log: Json): Parameters<typeof journalEntry>[0] {
  const { topics, data, blockNumber, blockTimestamp } = log as Record<string, string> & { topics: string[] };
  return { topics, data: data ?? "", block: Number(blockNumber), time: Number(blockTimestamp) };
}

const topicOf = (event: string): string => compiled("ComplianceRegistry").interface.getEvent(event)?.topicHash ?? "";

/** The lines of a state file with the hash of them. */
function withSum(lines: readonly string[]): string {
  const text = lines.map((line) => `${line}\n`).join("");
  return `${text}${JSON.stringify({ sha256: createHash("sha256").update(text).digest("hex") })}\n`;
}

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

  it.each(["HeadSet", "ClaimAttested", "BatchReleased", "BatchOpened", "ExceptionRaised"])(
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
    node.lies.logs = (logs) =>
      logs.map((log) => (Number(log["blockNumber"]) === number ? { ...log, blockTimestamp: "0x1" } : log));
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "log" });
    // A node that says no times with its logs is asked for the blocks.
    node.lies.logs = (logs) => logs.map(({ ...log }) => ({ ...log, blockTimestamp: undefined }));
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
  const named = { node: "https://node.example" };

  it("reads only what is new, and shows what still stands", async () => {
    const first = await look({ statePath, ...named });
    expect(first.reading).toEqual({ from: 1 });
    const silent = await world.open();
    const before = node.asked.length;
    const second = await look({ statePath, ...named });
    expect(second.reading).toEqual({ from: first.block + 1, before: named.node });
    expect(second.total).toBe(first.total + 1);
    expect(second.batches.at(-1)?.key).toBe(silent.key);
    expect(second.findings).toEqual(first.findings);
    expect(second.proofsVerified).toBe(first.proofsVerified);
    const text = auditText(second);
    expect(text).toContain(`Read: blocks ${first.block + 1} to ${second.block} from ${named.node};`);
    expect(text).toContain(`Those before were read by an earlier audit from ${named.node}`);
    // No batch is asked for: one question to each contract compares them all.
    const asked = (name: string): number => {
      const { selector = "" } = compiled("ComplianceRegistry").interface.getFunction(name) ?? {};
      return node.asked.slice(before).filter(({ params }) => JSON.stringify(params).includes(selector)).length;
    };
    expect([asked("batchOf"), asked("journal")]).toEqual([0, 8]);
    expect(standing(await look({ statePath, ...named }))).toEqual(standing(second));
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

  it("notices that the chain was reorganised, and reads all once more", async () => {
    const snapshot: unknown = await world.chain.provider.send("evm_snapshot", []);
    const lost = await world.open();
    const second = await look({ statePath, ...named });
    expect(second.batches.at(-1)?.key).toBe(lost.key);
    await world.chain.provider.send("evm_revert", [snapshot]);
    await world.chain.provider.send("evm_increaseTime", [1_000]);
    const kept = await world.open();
    await world.open();
    const third = await look({ statePath, ...named });
    const problem = expect.stringContaining(`Block ${second.block} was replaced`) as unknown;
    expect(third.reading).toEqual({ from: 1, discarded: { block: second.block, node: named.node, problem } });
    expect(third.batches.map(({ key }) => key)).toContain(kept.key);
    expect(standing(third)).toEqual(standing(await look()));
    expect(auditText(third)).toContain(`up to block ${second.block} did not fit and was discarded`);
    expect((await look({ statePath, ...named })).reading.before).toBe(named.node);
  });

  it("refuses the state of another chain, of another register, and a damaged one", async () => {
    await look({ statePath });
    const text = readFileSync(statePath, "utf8");
    const refused = async (from: string, to: string): Promise<unknown> => {
      writeFileSync(statePath, text.replace(from, to));
      return look({ statePath }).catch((error: unknown) => error);
    };
    expect(await refused('"owner"', '"owned"')).toMatchObject({ kind: "input", code: "audit-state" });
    expect(await refused("audit-state/5", "audit-state/4")).toMatchObject({ kind: "input", code: "audit-state" });
    expect(await refused('"31337"', '"1"')).toMatchObject({ kind: "environment", code: "chainId" });
    const { registry, roles } = world.addresses;
    expect(await refused(registry, roles)).toMatchObject({ kind: "input", code: "audit-state" });
    // Whole lines may be missing, or come twice.
    const lines = text.split("\n");
    expect(await refused(`${lines[2]}\n`, "")).toMatchObject({ code: "audit-state" });
    expect(await refused(`${lines.at(-2)}\n`, "")).toMatchObject({ code: "audit-state" });
    writeFileSync(statePath, withSum([...lines.slice(0, 3), ...lines.slice(2, -2)]));
    expect(await look({ statePath }).catch((error: unknown) => error)).toMatchObject({ code: "audit-state" });
  });

  // Verifies V68.
  describe("V68: a state that another node told, or that is of another chain", () => {
    const lie = async (lies: Partial<LyingNode["lies"]>): Promise<void> => {
      const liar = await lyingNode(world.chain, lies);
      const lied = await connectRpc(liar.url);
      await audit(lied.provider, world.addresses.registry, { statePath, workers: 1, node: "liar" }).catch(
        () => undefined,
      );
      await lied.close();
      await liar.close();
    };
    const isLog = (log: Json | undefined): log is Json => log !== undefined;
    /** Changes the logs of an event, as a node would that lies in its journals alike. */
    const liar = async (event: string, change: (log: Json) => Json | undefined): Promise<LyingNode> => {
      const hash = topicOf(event);
      const logs = (told: readonly Json[]): readonly Json[] =>
        told.flatMap((log) => ((log["topics"] as string[])[0] === hash ? [change(log)] : [log])).filter(isLog);
      // With a proof it would be found out at once.
      const refuses = (method: string): unknown =>
        method === "eth_getProof" ? { code: -32601, message: "no such method" } : undefined;
      const lying = await lyingNode(world.chain, { logs, refuses });
      const { selector = "" } = compiled("ComplianceRegistry").interface.getFunction("journal") ?? {};
      lying.lies.result = async (method, params, result) => {
        const call = params[0] as { to?: string; data?: string };
        if (method !== "eth_call" || call.data !== selector) return result;
        const range = { address: call.to, fromBlock: "0x0", toBlock: params[1] };
        const own = (await world.chain.provider.send("eth_getLogs", [range])) as Json[];
        return logs(own).reduce<string>(
          (journal, log) => extendJournal(journal, journalEntry(readingOf(log))),
          firstJournal(world.chain.chainId, String(call.to)),
        );
      };
      return lying;
    };
    /** Keeps the state of such a node's audit. */
    const keep = async (event: string, change: (log: Json) => Json | undefined): Promise<AuditReport> => {
      const lying = await liar(event, change);
      const lied = await connectRpc(lying.url);
      const { registry } = world.addresses;
      const report = await audit(lied.provider, registry, { statePath, workers: 1, node: "liar" });
      await lied.close();
      await lying.close();
      return report;
    };
    const wordChanged = (word: number, to: bigint) => (log: Json) => {
      const data = String(log["data"]);
      const place = 2 + 64 * word;
      return { ...log, data: `${data.slice(0, place)}${toBeHex(to, 32).slice(2)}${data.slice(place + 64)}` };
    };

    it.each([
      ["that a batch has no exception", "ExceptionRaised", (): undefined => undefined],
      ["another severity", "ExceptionRaised", wordChanged(1, 1n)],
      ["another claim", "ExceptionRaised", wordChanged(0, 1n)],
    ] as const)("says %s: it is discarded, and the result is the honest node's", async (_, event, change) => {
      const honest = await look();
      expect(standing(await keep(event, change))).not.toEqual(standing(honest));
      const result = await look({ statePath, node: "honest" });
      expect(standing(result)).toEqual(standing(honest));
      expect(result.reading.discarded).toMatchObject({ node: "liar" });
      // And is not kept.
      expect((await look({ statePath, node: "honest" })).reading).toMatchObject({ before: "honest" });
    });

    // Verifies V76.
    it("V76: is not this node's own for having been broken off in between", async () => {
      const { block } = await keep("ExceptionRaised", wordChanged(1, 1n));
      for (let i = 0; i < 6; i++) await world.open();
      Object.assign(node.lies, {
        range: 2,
        refuses: (method: string, [filter]: readonly unknown[]) =>
          method === "eth_getLogs" && Number((filter as { fromBlock: string }).fromBlock) > block + 3
            ? { code: -32000, message: "gone" }
            : undefined,
      });
      await expect(look({ statePath, node: "honest" })).rejects.toMatchObject({ kind: "environment" });
      for (const lie of ["range", "refuses"] as const) Reflect.deleteProperty(node.lies, lie);
      const result = await look({ statePath, node: "honest" });
      expect(standing(result)).toEqual(standing(await look()));
      expect(result.reading.discarded).toBeDefined();
    });

    it("is of a block that this chain does not have yet", async () => {
      const honest = await look();
      await look({ statePath });
      const [head = "", ...rest] = readFileSync(statePath, "utf8").split("\n").slice(0, -2);
      writeFileSync(statePath, withSum([head.replace(/"block":\d+/, '"block":1000000000'), ...rest]));
      const result = await look({ statePath });
      expect(standing(result)).toEqual(standing(honest));
      expect(result.reading.discarded?.problem).toContain("1000000000 was read before");
    });

    it("was broken off by a node that withheld events: the honest one's audit is whole all the same", async () => {
      const honest = await look();
      // Before the first batch is opened, which would name the policy.
      const { policies } = world.addresses;
      const first = Math.min(...honest.batches.map(({ openedBlock }) => openedBlock));
      await lie({
        logs: (logs) => logs.filter(({ address }) => address !== policies.toLowerCase()),
        refuses: (method, [filter]) =>
          method === "eth_getLogs" && Number((filter as { toBlock: string }).toBlock) >= first
            ? { code: -32000, message: "gone" }
            : undefined,
      });
      expect(readFileSync(statePath, "utf8")).toContain('"liar"');
      expect(standing(await look({ statePath }))).toEqual(standing(honest));
    });

    it("ends in exit 3 only if this node's whole log does not fit either, and keeps nothing", async () => {
      await look({ statePath });
      await world.open();
      const before = readFileSync(statePath, "utf8");
      node.lies.logs = (logs) => logs.filter(({ topics }) => (topics as string[])[0] !== topicOf("BatchOpened"));
      await expect(look({ statePath })).rejects.toMatchObject({ kind: "environment", code: "log" });
      expect(readFileSync(statePath, "utf8")).toBe(before);
    });

    it("holds no access key, and is written after the report", async () => {
      const { code, stdout } = await batchproof([
        ...[
          "audit",
          "--rpc",
          `${node.url}/v3/secret-key`,
          "--registry",
          world.addresses.registry,
          "--state",
          statePath,
        ],
      ]);
      expect(code).toBe(0);
      expect(stdout).toContain(`from ${node.url};`);
      expect(readFileSync(statePath, "utf8")).toContain(`"node":"${node.url}"`);
      expect(readFileSync(statePath, "utf8")).not.toContain("secret");
    });

    it("is written after the comparison: a node that breaks off before keeps only what it told", async () => {
      const { selector = "" } = compiled("ComplianceRegistry").interface.getFunction("journal") ?? {};
      node.lies.refuses = (method, [call]) =>
        method === "eth_call" && (call as { data?: string }).data === selector
          ? { code: -1, message: "gone" }
          : undefined;
      await expect(look({ statePath })).rejects.toMatchObject({ code: "chain" });
      expect(existsSync(statePath)).toBe(false);
    });
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
    expect(readFileSync(csv, "utf8")).toContain(
      "exception 1: parameter, claim 0, severity 2 (1 by the policy); reference ",
    );
    expect((await batchproofJson(at)).json).toMatchObject({
      chainId: "31337",
      reconciliation: { certified: 1 },
      findings: expect.arrayContaining([expect.objectContaining({ kind: "exception", standing: true })]) as unknown,
    });
    expect(await refusedWith([...at, "--from", "latest"])).toMatchObject({ exit: 2, code: "blocks" });
    expect(await refusedWith([...at, "--finality", "-1"])).toMatchObject({ exit: 2, code: "blocks" });
  });
});

// Verifies R-audit-since, V71.
describe("V71: the block of the register's deployment", () => {
  it("is where the reading begins", async () => {
    await look();
    const first = node.asked.find(({ method }) => method === "eth_getLogs");
    expect(Number((first?.params[0] as { fromBlock: string }).fromBlock)).toBe(1);
  });

  it.each([
    ["late: after the settings", 20n],
    ["later: after the first batches", 26n],
    ["later than the head", 10_000n],
    ["beyond any block", 2n ** 200n],
  ])("that a node calls %s, hides nothing: exit 3", async (_, late) => {
    const { interface: abi } = compiled("Roles");
    const selector = abi.getFunction("since")?.selector;
    node.lies.result = (method, [call], result) =>
      method === "eth_call" && (call as { data?: string }).data === selector
        ? abi.encodeFunctionResult("since", [late])
        : result;
    await expect(look()).rejects.toMatchObject({ kind: "environment" });
  });
});

// Verifies R-audit-head, V72, V73.
describe("the block at which all is read", () => {
  const DAY = 86_400;
  it("V72: a node that stands still: a row, by this machine's clock, unless more is allowed", async () => {
    const rows = async (options: AuditOptions): Promise<readonly string[]> =>
      (await look(options)).findings.flatMap(({ kind, text }) => (kind === "head" ? [text] : []));
    // Blocks of the local chain itself, which may travel in time.
    await world.chain.provider.send("evm_increaseTime", [40 * DAY]);
    await world.chain.provider.send("hardhat_mine", ["0x1"]);
    expect(await rows({})).toEqual([]);
    expect(await rows({ maxAge: 3_600 })).toEqual([
      expect.stringMatching(/^the newest block that was read is (39|40) days ahead of this machine's clock/),
    ]);
    expect(await rows({ maxAge: 60 * DAY })).toEqual([]);
  });

  it("V73: is replaced while a range is read: nothing is concluded", async () => {
    node.lies.range = 8;
    let moved = false;
    node.lies.logs = (logs) => {
      moved = logs.length > 0;
      return logs;
    };
    // The node is switched to another chain for the logs, and back before the end.
    node.lies.block = (block) => {
      const shown = moved ? { ...block, hash: ID } : block;
      moved = false;
      return shown;
    };
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "reorg" });
  });

  it("is read again further on, if the chain went on while it was read", async () => {
    const { block } = await look();
    let grown = false;
    node.lies.logs = (logs) => {
      if (!grown) void world.chain.provider.send("hardhat_mine", ["0x64"]);
      grown = true;
      return logs;
    };
    expect((await look()).block).toBe(block + 100);
  });
});
