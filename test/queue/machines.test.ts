import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readBatch } from "../../src/batch/folder.ts";
import { claimFile } from "../../src/batch/paths.ts";
import { ENVELOPE_FILE } from "../../src/prover/envelope.ts";
import { verifyEnvelope } from "../../src/prover/verifyEnvelope.ts";
import { connectQueue, handOut } from "../../src/queue/postgres.ts";
import type { Dispatcher } from "../../src/queue/queue.ts";
import { Remote } from "../../src/queue/remote.ts";
import { work } from "../../src/queue/worker.ts";
import { FolderMemory } from "../../src/service/folderMemory.ts";
import { buildApp } from "../../src/service/app.ts";
import type { Caller } from "../../src/service/caller.ts";
import { JOB_ROUTES } from "../../src/service/routes/jobs.ts";
import { refused } from "../input/refused.ts";
import { temporaryFolder } from "../parties/support.ts";
import { noPostgres, startPostgres, type Postgres } from "../support/postgres.ts";
import { addJob, artifactsOf, CLAIM, newBench, newYard, SITE, type Bench } from "./support.ts";

const folder = temporaryFolder();
const yard = await newYard(folder, 3);
if (noPostgres !== undefined) console.warn(`skipped: ${noPostgres}`);

// Verifies R-queue-once, R-queue-private.
describe.skipIf(noPostgres !== undefined)("machines that ask a database", () => {
  let postgres: Postgres;
  let bench: Bench;
  let dispatcher: Dispatcher;
  let url: string;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    postgres = await startPostgres();
    bench = await newBench({ ...yard, folder: mkdtempSync(join(folder, "server-")) });
    const caller: Caller = { id: "token:machine", grants: [{ role: "worker" }] };
    const service = {
      ...bench,
      keys: new Map(),
      folders: new FolderMemory(),
      settings: { format: "batchproof-service/1", data: folder, sites: [] } as const,
    };
    const app = await buildApp({ ...service, now: () => Date.now() / 1000 }, JOB_ROUTES, () => Promise.resolve(caller));
    await app.listen({ port: 0, host: "127.0.0.1" });
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    dispatcher = handOut(bench.queue, { url: postgres.url, compareMs: 500 });
    closing.push(
      () => dispatcher.close(),
      () => app.close(),
    );
  }, 120_000);
  afterAll(async () => {
    for (const close of closing) await close();
  });

  /** A worker until the end of the test. */
  async function working(during: () => Promise<void>): Promise<void> {
    await vi.waitFor(() => expect(dispatcher.isReady()).toBe(true), 60_000);
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    const server = new Remote({ url, token: "t" });
    const ending = work({ queue: postgres.url, server, artifactsOf, workers: 1 }, stopped);
    try {
      await Promise.race([during(), ending.then(() => Promise.reject(new Error("the worker ended")))]);
    } finally {
      stop();
      await ending;
    }
  }

  const done = (id: string): Promise<void> =>
    vi.waitFor(() => expect(bench.queue.get(id)?.state).toBe("done"), { timeout: 120_000, interval: 200 });

  it("V397: make a proof each, and the database knows names and hashes only", async () => {
    await working(async () => {
      const { id } = await addJob(yard, bench.queue, CLAIM, "b1");
      await done(id);
      const file = join(yard.dirOf("b1"), claimFile("proofs", CLAIM));
      await verifyEnvelope(await ENVELOPE_FILE.read(file), file);
    });
    const dump = await dumped(postgres.url);
    expect(dump).toContain(SITE);
    const { secrets } = await readBatch(yard.dirOf("b1"));
    const salt = secrets.ruleSalt(CLAIM);
    for (const secret of [
      salt.toString(),
      salt.toString(16),
      "COI-PATIENT",
      "LOT-7Q4Z",
      "ORDER-4711",
      yard.dirOf("b1"),
    ]) {
      expect(dump).not.toContain(secret);
    }
  }, 180_000);

  it("V395: lose nothing and double nothing where the database dies, and loses all it knew", async () => {
    const { id } = await addJob(yard, bench.queue, CLAIM, "b2");
    await postgres.lose();
    const second = await addJob(yard, bench.queue, CLAIM, "b3");
    await working(async () => {
      await done(id);
      await postgres.crash();
      await postgres.start();
      await done(second.id);
    });
    expect(bench.queue.list().map(({ state }) => state)).toEqual(["done", "done", "done"]);
  }, 300_000);
});

describe("a worker", () => {
  it("V396: asks no other machine without TLS", () => {
    for (const url of ["http://10.0.0.1:8080", "http://127.0.0.1.example", "ftp://127.0.0.1", "x"]) {
      expect(refused(() => new Remote({ url })).code).toBe("server-address");
    }
  });
});

/** All that pg-boss' tables hold. */
async function dumped(url: string): Promise<string> {
  const boss = await connectQueue(url, false, () => undefined);
  const database: { executeSql(text: string): Promise<{ rows: unknown[] }> } = boss.getDb();
  const { rows } = await database.executeSql(
    "select table_name as name from information_schema.tables where table_schema = 'pgboss'",
  );
  const all: unknown[] = [];
  for (const { name } of rows as { name: string }[]) {
    all.push((await database.executeSql(`select * from pgboss."${name}"`)).rows);
  }
  await boss.stop({ graceful: false });
  return JSON.stringify(all);
}
