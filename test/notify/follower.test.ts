import { mkdtempSync } from "node:fs";
import { readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { id, type JsonRpcApiProvider } from "ethers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mineAt } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { EXCEPTION_CATEGORY } from "../../src/formats/codes.ts";
import { NO_NAME, nameWord } from "../../src/formats/names.ts";
import { Follower } from "../../src/notify/follower.ts";
import type { Notification } from "../../src/notify/notification.ts";
import { behindLyingNode, undone, worldWithRelease } from "../audit/scenes.ts";
import { codeOf, type OpenBatch, type World } from "../contracts/support/world.ts";
import { OTHER } from "../contracts/support/reasons.ts";

const DAY = 86_400n;
const folder = (): string => mkdtempSync(join(tmpdir(), "notify-"));

let world: World;
let batch: OpenBatch;
/** Last block after each thing that happened. */
const blocks: number[] = [];

async function open(
  dir: string,
  provider: JsonRpcApiProvider = world.chain.provider,
  finality?: number,
): Promise<Follower> {
  const { registry } = world.addresses;
  return await Follower.open({ provider, registry, folder: dir, ...(finality === undefined ? {} : { finality }) });
}

/** All that a journal tells, read anew. */
async function toldIn(dir: string): Promise<readonly Notification[]> {
  const follower = await open(dir);
  const told = follower.journal.after(0, 10_000);
  await follower.journal.close();
  return told;
}

beforeAll(async () => {
  world = await worldWithRelease();
  const did = async (): Promise<void> => {
    blocks.push(await world.chain.provider.getBlockNumber());
  };
  await did();
  batch = await world.open();
  await did();
  const said = [[batch.key], [0], EXCEPTION_CATEGORY.parameter, 2, nameWord("DEV-2026-7"), id("evidence")] as const;
  await mined(() => world.as("manufacturer").registry.raiseException(...said));
  await did();
  await mined(() => world.as("qp").registry.hold([batch.key], ...OTHER, NO_NAME));
  await did();
});
afterAll(() => world.chain.close());

/** Ids and numbers, in their order. */
const listOf = (told: readonly Notification[]): string[] => told.map(({ sequence, id: each }) => `${sequence} ${each}`);

describe("a follower", () => {
  it("tells once, in the order of the chain, what happened to batches", async () => {
    const dir = folder();
    const follower = await open(dir);
    const told = await follower.round();
    expect(told.map(({ type }) => type)).toEqual([
      ...["batch.opened", "claim.attested", "claim.attested", "batch.released"],
      ...["batch.opened", "exception.raised", "batch.held"],
    ]);
    expect(told.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(told.map((each) => each.id)).size).toBe(7);
    expect(told[5]).toMatchObject({ batch: batch.key, details: { reference: "DEV-2026-7", claim: "0" } });
    expect(await follower.round()).toEqual([]);
    await follower.close();
    expect(await toldIn(dir)).toEqual(told);
  });

  it("V400: tells nothing of a reading from which the node left an event out", async () => {
    const { node, chain } = await behindLyingNode(world);
    const dir = folder();
    const follower = await open(dir, chain.provider);
    node.lies.logs = (logs) => logs.slice(0, -1);
    expect(await codeOf(follower.round())).toBe("log");
    expect([follower.journal.sequence, follower.status.problem?.code]).toEqual([0, "log"]);
    delete node.lies.logs;
    expect(await follower.round()).toHaveLength(7);
    await follower.close();
    await chain.close();
    await node.close();
  });

  // Verifies R-reconcile-current.
  it("calls no block current before it read one, nor after a reading that failed", async () => {
    const { node, chain } = await behindLyingNode(world);
    const follower = await open(folder(), chain.provider);
    const current = (): number | undefined => follower.currentBlock(0);
    expect(current()).toBeUndefined();
    await follower.round();
    expect(current()).toBe(await world.chain.provider.getBlockNumber());
    await undone(world, async () => {
      await mined(() => world.as("qp").registry.unhold(batch.key, world.address.qp, ...OTHER));
      node.lies.logs = (logs) => logs.slice(0, -1);
      expect([await codeOf(follower.round()), current()]).toEqual(["log", undefined]);
    });
    await follower.journal.close();
    await chain.close();
    await node.close();
  });

  it("V401: stops when the chain takes back what was told, and tells no other history", async () => {
    const dir = folder();
    await undone(world, async () => {
      await mined(() => world.as("qp").registry.unhold(batch.key, world.address.qp, ...OTHER));
      const follower = await open(dir);
      expect(await follower.round()).toHaveLength(8);
      await follower.close();
    });
    await undone(world, async () => {
      await mineAt(world.chain, (await world.now()) + 5n);
      await mineAt(world.chain, (await world.now()) + 5n);
      const follower = await open(dir);
      expect(await codeOf(follower.round())).toBe("feed-forked");
      expect(await codeOf(follower.round())).toBe("feed-forked");
      expect([follower.journal.sequence, follower.status.problem?.code]).toEqual([8, "feed-forked"]);
      await follower.journal.close();
    });
  });

  it("tells that a batch is overdue once, and again only of another date", async () => {
    const dir = folder();
    await undone(world, async () => {
      const follower = await open(dir);
      await follower.round();
      const overdue = async (): Promise<unknown> =>
        (await follower.round()).map(({ type, batch: key, details }) => [type, key, details["what"]]);
      await mineAt(world.chain, batch.due[0]);
      expect(await overdue()).toEqual([]);
      await mineAt(world.chain, batch.due[0] + 1n);
      expect(await overdue()).toEqual([["batch.overdue", batch.key, "release"]]);
      await mineAt(world.chain, batch.due[0] + 9n);
      expect(await overdue()).toEqual([]);
      await mined(() => world.as("manufacturer").registry.extendDue(batch.key, 0, batch.due[0] + DAY, ...OTHER));
      expect(await overdue()).toEqual([["due.extended", batch.key, "release"]]);
      await mineAt(world.chain, batch.due[0] + DAY + 1n);
      expect(await overdue()).toEqual([["batch.overdue", batch.key, "release"]]);
      await follower.close();
    });
  });

  // Verifies R-notify-once, V402.
  it("V402: killed at any byte of what it writes, skips nothing and tells nothing under another id", async () => {
    const whole = folder();
    const first = await open(whole);
    const expected = listOf(await first.round());
    await first.close();
    const latest = await world.chain.provider.getBlockNumber();
    const kill = fc.record({
      stop: fc.constantFrom(...blocks),
      cut: fc.double({ min: 0, max: 1, noNaN: true }),
      keeps: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(kill, { minLength: 1, maxLength: 5 }), async (kills) => {
        const dir = folder();
        const path = join(dir, "notifications.jsonl");
        for (const { stop, cut, keeps } of kills) {
          const follower = await open(dir, world.chain.provider, latest - stop);
          const before = (await stat(path)).size;
          const told = await follower.round();
          expect(listOf(told)).toEqual(
            expected.slice(follower.journal.sequence - told.length, follower.journal.sequence),
          );
          await (keeps ? follower.close() : follower.journal.close());
          const after = (await stat(path)).size;
          if (!keeps) await truncate(path, before + Math.floor((after - before) * cut));
        }
        const last = await open(dir);
        await last.round();
        await last.close();
        expect(listOf(await toldIn(dir))).toEqual(expected);
        await rm(dir, { recursive: true });
      }),
      { numRuns: 6 },
    );
  });

  it("V403: refuses a journal of another register, and one that was changed", async () => {
    const dir = folder();
    const follower = await open(dir);
    await follower.round();
    await follower.close();
    const path = join(dir, "notifications.jsonl");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace('"sequence":3', '"sequence":4'));
    expect(await codeOf(open(dir))).toBe("feed-damaged");
    await writeFile(path, text.replace("0x", "0x0"));
    expect(await codeOf(open(dir))).toBe("feed-damaged");
    await writeFile(path, text.replace(world.addresses.registry, world.addresses.roles));
    expect(await codeOf(open(dir))).toBe("feed-register");
  });

  it("refuses a second writer of its journal", async () => {
    const dir = folder();
    const follower = await open(dir);
    expect(await codeOf(open(dir))).toBe("locked");
    await follower.close();
  });
});
