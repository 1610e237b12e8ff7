import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readBatch } from "../../src/batch/folder.ts";
import { claimFile } from "../../src/batch/paths.ts";
import { environmentError } from "../../src/errors.ts";
import { ENVELOPE_FILE } from "../../src/prover/envelope.ts";
import { verifyEnvelope } from "../../src/prover/verifyEnvelope.ts";
import { openQueue } from "../../src/queue/fileQueue.ts";
import { connectQueue, handOut, QUEUE_NAME } from "../../src/queue/postgres.ts";
import type { Dispatcher } from "../../src/queue/queue.ts";
import { Remote } from "../../src/queue/remote.ts";
import { work, type WorkerOptions } from "../../src/queue/worker.ts";
import { CallLog } from "../../src/service/access/callLog.ts";
import { FolderMemory } from "../../src/service/folderMemory.ts";
import type { Service } from "../../src/service/service.ts";
import type { ServiceSettings } from "../../src/settings/service.ts";
import { startService } from "../../src/service/start.ts";
import { refused } from "../input/refused.ts";
import { temporaryFolder } from "../parties/support.ts";
import { authority, noOpenssl, type Issued } from "../support/authority.ts";
import { noPostgres, startPostgres, type Postgres } from "../support/postgres.ts";
import { addJob, artifactsOf, CLAIM, newBench, newYard, SITE, type Bench } from "./support.ts";

const folder = temporaryFolder();
const yard = await newYard(folder, 3);
const missing = noPostgres ?? noOpenssl;
if (missing !== undefined) console.warn(`skipped: ${missing}`);

// Verifies R-queue-once, R-queue-private, R-access-identity.
describe.skipIf(missing !== undefined)("machines that ask a database", () => {
  let postgres: Postgres;
  let bench: Bench;
  let dispatcher: Dispatcher;
  let url: string;
  let worker: Issued;
  let ca: Buffer;
  /** What workers asked. */
  let callLog: CallLog;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    postgres = await startPostgres();
    bench = await newBench({ ...yard, folder: mkdtempSync(join(folder, "server-")) });
    // Who has a certificate of the plant is a worker, as at a site: no token, and nothing but TLS.
    const plant = authority(folder, "plant");
    worker = plant.issue("worker");
    ca = plant.ca;
    const { files } = plant.issue("server");
    const callers: ServiceSettings["callers"] = [
      { name: "machine", certificate: { issuer: "CN=plant", subject: "CN=worker" }, grants: [{ role: "worker" }] },
    ];
    const tls = { certificate: files.cert, key: files.key, clients: plant.file };
    const settings: ServiceSettings = { format: "batchproof-service/1", data: folder, sites: [], callers, tls };
    callLog = await CallLog.open({ folder: join(folder, "calls"), now: Date.now });
    const known = { ...bench, keys: new Map(), folders: new FolderMemory(), callLog };
    const service: Service = { ...known, settings, now: () => Date.now() / 1000 };
    const running = await startService(service, { host: "127.0.0.1", port: 0 });
    ({ url } = running);
    dispatcher = handOut(bench.queue, { url: postgres.url, compareMs: 500 });
    closing.push(
      () => dispatcher.close(),
      () => running.close(),
      () => callLog.close(),
    );
  }, 120_000);
  afterAll(async () => {
    for (const close of closing) await close();
  });

  /** A worker until the end of the test. */
  async function working(during: () => Promise<void>, options: Partial<WorkerOptions> = {}): Promise<void> {
    await vi.waitFor(() => expect(dispatcher.isReady()).toBe(true), 60_000);
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    const server = new Remote({ url, ca, cert: worker.cert, key: worker.key });
    const ending = work({ queue: postgres.url, server, artifactsOf, workers: 1, ...options }, stopped);
    try {
      await Promise.race([during(), ending.then(() => Promise.reject(new Error("the worker ended")))]);
    } finally {
      stop();
      await ending;
    }
  }

  const done = (id: string): Promise<void> =>
    vi.waitFor(() => expect(bench.queue.get(id)?.state).toBe("done"), { timeout: 120_000, interval: 200 });

  it("V397: make a proof each, whatever the database invents, and it knows names and hashes only", async () => {
    await working(async () => {
      await invent(postgres.url);
      const { id } = await addJob(yard, bench.queue, CLAIM, "b1");
      await done(id);
      const { items } = await callLog.page(0, 1_000, ({ kind }) => kind === "call");
      const calls = items.map((entry) => (entry.kind === "call" ? `${entry.operation} ${entry.code}` : ""));
      expect(calls).toContain("takeJob job-unknown");
      // What names no job leads to no other address.
      for (const each of calls) expect(each).toMatch(/^(takeJob|renewJob|giveProof) /);
      expect(bench.queue.get(id)?.worker).toBe("certificate:machine");
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

  it("say of a job why they could not make its proof", async () => {
    const lines: string[] = [];
    const { id } = await addJob(yard, bench.queue, CLAIM, "b1");
    const missing = environmentError("There are none.", { code: "artifact-missing" });
    await working(() => vi.waitFor(() => expect(lines).toContain(`${id}: not proven: There are none.`), 60_000), {
      ...{ artifactsOf: () => Promise.reject(missing), say: (line: string) => lines.push(line) },
    });
    expect(lines).not.toContain(`${id}: proven.`);
  }, 120_000);

  // Its jobs stay in the database: no worker comes after it.
  it("V433: are told of many jobs that come at once in a few messages", async () => {
    const queue = await openQueue(mkdtempSync(join(folder, "many-")));
    const list = vi.fn(queue.list.bind(queue));
    const told = handOut(Object.assign(queue, { list }), { url: postgres.url });
    await vi.waitFor(() => expect(told.isReady()).toBe(true), 60_000);
    const hash = `0x${"ab".repeat(32)}`;
    const job = { site: SITE, claim: CLAIM, record: hash, artifact: hash, submitter: hash.slice(0, 42), priority: 1 };
    list.mockClear();
    for (let i = 0; i < 200; i++) await queue.add({ ...job, batch: `many-${i}` });
    // Adding takes two looks at the list itself.
    const messages = list.mock.calls.length - 400;
    await told.close();
    expect(messages).toBeLessThan(50);
    queue.close();
  }, 120_000);
});

describe("a worker", () => {
  it("V396: asks no other machine without TLS", () => {
    for (const url of ["http://10.0.0.1:8080", "http://127.0.0.1.example", "ftp://127.0.0.1", "x"]) {
      expect(refused(() => new Remote({ url })).code).toBe("server-address");
    }
  });
});

/** No job's id. */
const NO_JOB = "0".repeat(32);

/** Has the database hand out, before all others, what no server sent. */
async function invent(url: string): Promise<void> {
  const boss = await connectQueue(url, false, () => undefined);
  const all = [{ data: { id: NO_JOB } }, { data: { id: `${NO_JOB}/../x` } }, { data: { id: [NO_JOB] } }, {}];
  await boss.insert(
    QUEUE_NAME,
    all.map((each, i) => ({ ...each, priority: 1_000, singletonKey: `invented-${i}` })),
  );
  await boss.stop({ graceful: false });
}

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
