import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataSlice, toBeHex } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fhir } from "../../cli/commands/exportFhir.ts";
import { embeddedChain, type Chain } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { registerAt } from "../../src/chain/handles.ts";
import { BatchproofError } from "../../src/errors.ts";
import { judgeStage, judgeUse } from "../../src/standing/judge.ts";
import { readStanding, requireSameBlock, type ReadStanding } from "../../src/standing/read.ts";
import { behindLyingNode, undone } from "../audit/scenes.ts";
import { OTHER } from "../contracts/support/reasons.ts";
import { LEG, World, type OpenBatch } from "../contracts/support/world.ts";
import type { Json, LyingNode } from "../support/lyingNode.ts";
import { SCENE_NAMES, standingScenes, type SceneName } from "./scenes.ts";

let world: World;
let batches: Record<SceneName, OpenBatch>;
let node: LyingNode;
let lying: Chain;

beforeAll(async () => {
  world = await World.build(await embeddedChain());
  batches = await standingScenes(world);
  ({ node, chain: lying } = await behindLyingNode(world));
}, 120_000);
afterAll(async () => {
  await lying.close();
  await node.close();
  await world.chain.close();
});

function read(name: SceneName, block?: number): Promise<ReadStanding> {
  return readStanding(world.deployment, world.chain, batches[name].key, { circuits: world.circuitList, block });
}

/** The same of a node that lies. */
async function told(name: SceneName, lies: LyingNode["lies"]): Promise<ReadStanding> {
  Object.assign(node.lies, lies);
  try {
    const register = registerAt(world.addresses, lying.provider);
    return await readStanding(register, lying, batches[name].key, { circuits: world.circuitList });
  } finally {
    for (const lie of Object.keys(lies)) Reflect.deleteProperty(node.lies, lie);
  }
}

async function refusal(action: Promise<unknown>): Promise<Pick<BatchproofError, "code" | "kind">> {
  try {
    await action;
  } catch (error) {
    if (error instanceof BatchproofError) return { code: error.code, kind: error.kind };
    throw error;
  }
  throw new Error("Nothing was refused.");
}

// Verifies R-standing-read.
describe("what a register says of a batch", () => {
  it("names the batch, the block, what was proven since when, and nobody", async () => {
    const { standing, qps } = await read("released");
    const block = await world.chain.provider.getBlock(standing.block);
    expect(standing).toMatchObject({
      ...{ registry: world.addresses.registry, batch: batches.released.key, hash: block?.hash, chainId: "31337" },
      ...{ status: "Released", release: "Released", recalled: false, holds: [], challenge: null, supply: null },
      ...{ openExceptions: { own: 0, inherited: 0 }, developmentKeys: true },
      policy: { product: "PLAIN", version: 1, document: batches.released.policy.documentHash },
    });
    expect(standing.certified).toMatch(/Z$/);
    expect(standing.claims.map(({ state, kind, class: name }) => [state, kind, name])).toEqual([
      ["proven", "temperature", "process"],
      ["proven", "temperature", "specification"],
      ["missing", "temperature", "process"],
    ]);
    expect(standing.claims[0]?.proof).toMatchObject({
      ...{ circuitId: world.temperature.circuitId, circuit: "temperature", setup: "development", unsound: false },
      deviations: [],
    });
    expect(standing.stages[0]?.head).toBe(toBeHex(100n, 32));
    expect(qps).toEqual([world.address.qp]);
    const text = JSON.stringify(standing).toLowerCase();
    for (const account of Object.values(world.address)) expect(text).not.toContain(account.toLowerCase());
  });

  it("V208: is that of the block that is asked about, whatever happened since", async () => {
    const before = await world.chain.provider.getBlockNumber();
    const item = await world.item(batches.waiting, LEG, 100n, "qa", { deviations: 1n });
    const declared = async (block?: number): Promise<unknown> =>
      (await read("waiting", block)).standing.claims[LEG]?.proof?.deviations;
    await undone(world, async () => {
      await mined(() => world.as("qp").registry.recall(batches.released.key, ...OTHER));
      await mined(() => world.as("qa").registry.amend(batches.waiting.key, item, ...OTHER));
      expect((await read("released")).standing).toMatchObject({ status: "Recalled", recalled: true });
      expect((await read("released", before)).standing).toMatchObject({ status: "Released", block: before });
      expect([await declared(before), await declared()]).toEqual([[], ["aboveBand"]]);
    });
  });

  it("agrees with the gate of the register, of every batch", async () => {
    for (const name of SCENE_NAMES) {
      const { standing } = await read(name);
      const { gate } = world.deployment;
      const [isReady, isReleased] = [await gate.isStageReady(standing.batch, 0), await gate.isReleased(standing.batch)];
      const stage = { stage: 0, stages: ["a", "b"], head: undefined, policyId: standing.policy.policyId };
      expect([name, judgeStage(standing, stage).ready]).toEqual([name, isReady]);
      expect([name, judgeUse(standing).light === "green"]).toEqual([name, isReleased]);
    }
  });

  // Verifies R-standing-judge.
  it.each([
    ["released", "green", []],
    ["completed", "green", []],
    ["waiting", "red", ["not-released"]],
    ["held", "red", ["held"]],
    ["recalled", "red", ["recalled"]],
    ["excepted", "red", ["exceptions"]],
    ["supplied", "exceptional", ["exceptions"]],
    ["stopped", "red", ["exceptions", "held"]],
    ["rejected", "red", ["ended"]],
  ] as const)("of a batch that was %s is %s", async (name, light, codes) => {
    const { standing } = await read(name);
    const judged = judgeUse(standing);
    expect([judged.light, judged.reasons.map(({ code }) => code)]).toEqual([light, codes]);
    expect(judged.notes.map(({ code }) => code)).toContain("development-keys");
    if (standing.supply !== null) expect(judged.notes[0]?.code).toBe("supplied");
  });

  it("is no yes under a circuit that nobody here knows", async () => {
    const { standing } = await readStanding(world.deployment, world.chain, batches.released.key);
    const { light, reasons, ready } = judgeUse(standing);
    expect([light, ready, reasons.map(({ code }) => code)]).toEqual(["unknown", false, ["unknown-circuits"]]);
  });

  it("is refused of a batch that the register does not have", async () => {
    const unknown = readStanding(world.deployment, world.chain, toBeHex(5n, 32));
    expect(await refusal(unknown)).toEqual({ code: "BatchUnknown", kind: "no" });
  });
});

// Verifies R-standing-node.
describe("a node that lies", () => {
  /** Another first word of the proof of every attestation. */
  const forged = (logs: readonly Json[]): readonly Json[] =>
    logs.map((log) => {
      const data = String(log["data"]);
      const word = toBeHex(BigInt(dataSlice(data, -32)) ^ 1n, 32).slice(2);
      return data.length > 66 + 8 * 64 ? { ...log, data: `${data.slice(0, -64)}${word}` } : log;
    });

  it("says the truth when it does not", async () => {
    expect((await told("released", {})).standing.status).toBe("Released");
  });

  it("V206: with a proof that does not verify, answers nothing", async () => {
    expect(await refusal(told("waiting", { logs: forged }))).toEqual({ code: "standing-proof", kind: "environment" });
  });

  it.each(["waiting", "released", "held"] as const)("V207: that hides the log of a batch that is %s", async (name) => {
    const topic = { waiting: "ClaimAttested", released: "BatchReleased", held: "BatchHeld" }[name];
    const hidden = world.deployment.registry.interface.getEvent(topic)?.topicHash;
    const logs = (all: readonly Json[]): readonly Json[] =>
      all.filter(({ topics }) => (topics as readonly string[])[0] !== hidden);
    expect(await refusal(told(name, { logs }))).toEqual({ code: "log", kind: "environment" });
  });

  it("V207: with an attestation of another batch, whose proof says another thing", async () => {
    const foreign = await world.chain.provider.getLogs({
      address: world.addresses.registry,
      fromBlock: 0,
      topics: [null, batches.held.key],
    });
    const logs = (all: readonly Json[]): readonly Json[] =>
      all.map((log) => {
        const twin = foreign.find(
          ({ topics }) => topics[0] === (log["topics"] as string[])[0] && topics[2] === (log["topics"] as string[])[2],
        );
        return twin === undefined ? log : { ...log, data: twin.data };
      });
    expect((await refusal(told("waiting", { logs }))).code).toBe("standing-proof");
  });

  it("V207: that hides an amendment, and shows what it amended", async () => {
    const hidden = world.deployment.registry.interface.getEvent("ClaimAmended")?.topicHash;
    const item = await world.item(batches.waiting, LEG, 101n, "qa");
    const logs = (all: readonly Json[]): readonly Json[] =>
      all.filter(({ topics }) => (topics as readonly string[])[0] !== hidden);
    await undone(world, async () => {
      await mined(() => world.as("qa").registry.amend(batches.waiting.key, item, ...OTHER));
      expect((await told("waiting", {})).standing.stages[0]?.head).toBe(toBeHex(101n, 32));
      expect(await refusal(told("waiting", { logs }))).toEqual({ code: "log", kind: "environment" });
    });
  });

  it("V208: whose block was replaced while it was read", async () => {
    let asked = 0;
    const block = (honest: Json): Json => (++asked > 1 ? { ...honest, hash: toBeHex(asked, 32) } : honest);
    expect(await refusal(told("supplied", { block }))).toEqual({ code: "reorg", kind: "environment" });
  });

  it("V258: whose block was replaced before more was read of it, for an export", async () => {
    const { standing } = await read("released");
    await expect(requireSameBlock(world.chain.provider, standing)).resolves.toBeUndefined();
    const dir = mkdtempSync(join(tmpdir(), "batchproof-fork-"));
    const exported = (name: string): Promise<unknown> =>
      fhir([], { batch: standing.batch, rpc: node.url, registry: standing.registry, out: join(dir, name) });
    let left = Infinity;
    let asked = 0;
    node.lies.block = (honest) => (++asked > left ? { ...honest, hash: toBeHex(1n, 32) } : honest);
    try {
      await exported("whole.json");
      expect(node.asked.at(-1)?.method).toBe("eth_getBlockByNumber");
      // All that is asked before the last question is of one fork.
      left = asked - 1;
      asked = 0;
      expect(await refusal(exported("mixed.json"))).toEqual({ code: "reorg", kind: "environment" });
      expect(readdirSync(dir)).toEqual(["whole.json"]);
    } finally {
      delete node.lies.block;
      rmSync(dir, { recursive: true });
    }
  });

  it("V209: with numbers that no register can say", async () => {
    const selector = world.deployment.gate.interface.getFunction("statusOf")?.selector ?? "";
    const result = (method: string, params: readonly unknown[], honest: unknown): unknown => {
      const { data, input = data } = (params[0] ?? {}) as { data?: string; input?: string };
      return method === "eth_call" && input?.startsWith(selector) === true ? toBeHex(200n, 32) : honest;
    };
    expect(await refusal(told("released", { result }))).toEqual({ code: "log", kind: "environment" });
  });

  it("whose latest block is older than the one that is asked about", async () => {
    const late = readStanding(world.deployment, world.chain, batches.released.key, { block: 1_000_000 });
    expect((await refusal(late)).kind).toBe("environment");
  });
});
