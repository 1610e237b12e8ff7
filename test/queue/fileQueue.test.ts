import { readdirSync, writeFileSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openQueue } from "../../src/queue/fileQueue.ts";
import type { NewJob, Queue } from "../../src/queue/queue.ts";
import { refusedAsync } from "../input/refused.ts";
import { temporaryFolder } from "../parties/support.ts";

const folder = temporaryFolder();
const newFolder = (): string => mkdtempSync(join(folder, "jobs-"));

function job(batch: string, priority = 1): NewJob {
  const hash = `0x${"ab".repeat(32)}`;
  const account = `0x${"1".repeat(40)}`;
  return { site: "north", batch, claim: "a/b", record: hash, artifact: hash, submitter: account, priority };
}

async function reopened(queue: Queue, at: string): Promise<Queue> {
  queue.close();
  return await openQueue(at);
}

// Verifies R-queue-files, R-queue-limits.
describe("a queue of files", () => {
  it("keeps every job over a restart, and has waiting again what was worked on, which was no attempt", async () => {
    const at = newFolder();
    const queue = await openQueue(at);
    const [a, b, c] = [await queue.add(job("b1")), await queue.add(job("b2")), await queue.add(job("b3"))];
    await queue.begun(a.id, "w");
    await queue.begun(b.id, "w");
    await queue.done(b.id, "w");
    const again = await reopened(queue, at);
    expect(again.list().map(({ id, state, attempts }) => [id, state, attempts])).toEqual([
      [a.id, "waiting", 0],
      [b.id, "done", 1],
      [c.id, "waiting", 0],
    ]);
    expect(readdirSync(at).filter((name) => name.endsWith(".json"))).toHaveLength(3);
  });

  it("has one job of the same proof, and another once that is done", async () => {
    const queue = await openQueue(newFolder());
    const [first, second] = await Promise.all([queue.add(job("b1")), queue.add(job("b1"))]);
    expect(second.id).toBe(first.id);
    expect((await queue.add({ ...job("b1"), submitter: `0x${"2".repeat(40)}` })).id).not.toBe(first.id);
    await queue.begun(first.id, "w");
    expect((await queue.add(job("b1"))).id).toBe(first.id);
    await queue.done(first.id, "w");
    expect((await queue.add(job("b1"))).id).not.toBe(first.id);
  });

  it("gives the product first that is due first, and the older job of two", async () => {
    const queue = await openQueue(newFolder());
    const ids: string[] = [];
    for (const [batch, due] of [
      ["b1", 9],
      ["b2", 5],
      ["b3", 5],
    ] as const)
      ids.push((await queue.add(job(batch, due))).id);
    expect(queue.next()?.id).toBe(ids[1]);
    expect(queue.next(new Set([ids[1] ?? ""]))?.id).toBe(ids[2]);
  });

  it("V393: takes no more jobs than may wait", async () => {
    const queue = await openQueue(newFolder(), { mostWaiting: 2 });
    const first = await queue.add(job("b1"));
    await queue.add(job("b2"));
    expect((await refusedAsync(queue.add(job("b3")))).code).toBe("queue-full");
    await queue.begun(first.id, "w");
    await queue.add(job("b3"));
  });

  it("tries again what may succeed, five times at most, and a person has it tried anew", async () => {
    const queue = await openQueue(newFolder());
    const { id } = await queue.add(job("b1"));
    const failure = { code: "prover", message: "\u202Eno memory", retry: true };
    for (let i = 1; i <= 5; i++) {
      await queue.begun(id, "w");
      expect((await queue.failed(id, "w", failure)).state).toBe(i < 5 ? "waiting" : "dead");
    }
    expect(queue.get(id)?.failure?.message).not.toContain("\u202E");
    expect((await refusedAsync(queue.begun(id, "w"))).code).toBe("job-state");
    expect(await queue.retry(id)).toMatchObject({ state: "waiting", attempts: 0 });
    expect((await refusedAsync(queue.retry(id))).code).toBe("job-state");
    expect((await queue.failed(id, "w", { ...failure, retry: false })).state).toBe("dead");
  });

  it("V394: has a job that its workers only begin looked at by a person", async () => {
    const queue = await openQueue(newFolder());
    const { id } = await queue.add(job("b1"));
    for (let i = 1; i <= 5; i++) await queue.begun(id, "w");
    expect((await refusedAsync(queue.begun(id, "w"))).code).toBe("job-attempts");
    expect(queue.get(id)).toMatchObject({ state: "dead", failure: { code: "job-attempts" } });
  });

  it.each([
    ["whose name is as long as an issuer makes it", `https://issuer.example ${"s".repeat(255)}`, "x"],
    ["whose name ends with a blank", "https://issuer.example who ", "x"],
    ["that has half a character kept of its words", "token:w", `${"x".repeat(499)}\u{1F9EA}`],
  ])("V430: can be opened again after a failure of a worker %s", async (_what, worker, message) => {
    const at = newFolder();
    const queue = await openQueue(at);
    const { id } = await queue.add(job("b1"));
    await queue.begun(id, worker);
    await queue.failed(id, worker, { code: "prover", message, retry: true });
    expect((await reopened(queue, at)).get(id)).toEqual(queue.get(id));
  });

  it("is one process's alone, and takes no file that is not a job's", async () => {
    const at = newFolder();
    const queue = await openQueue(at);
    const { id } = await queue.add(job("b1"));
    expect((await refusedAsync(openQueue(at))).code).toBe("locked");
    queue.close();
    writeFileSync(join(at, `${"0".repeat(32)}.json`), JSON.stringify({ format: "batchproof-job/1", id }));
    expect((await refusedAsync(openQueue(at))).code).toBe("job-file");
  });
});
