import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { claimFile } from "../../src/batch/paths.ts";
import { ENVELOPE_FILE } from "../../src/prover/envelope.ts";
import { verifyEnvelope } from "../../src/prover/verifyEnvelope.ts";
import { sleep } from "../../src/sleep.ts";
import { temporaryFolder } from "../parties/support.ts";
import { servedYard, type Server } from "../queue/served.ts";
import { CLAIM, newYard } from "../queue/support.ts";
import { ended } from "../support/child.ts";
import { freePort, noPostgres, startPostgres } from "../support/postgres.ts";

/** Of workers. */
const KILLS = 100;
/** Kills of workers after which the server is killed, or the database, in turn. */
const EVERY = 10;
const JOBS = 40;
const WORKERS = ["w1", "w2"];
/** A proof of this circuit takes less, on a machine that does nothing else. */
const LONGEST_LIFE_MS = 3_000;
const folder = temporaryFolder();

// Verifies R-queue-once.
it.skipIf(noPostgres !== undefined)(
  "V399: workers that are killed a hundred times while they work, a server and a database that are too, lose and double nothing",
  async () => {
    const yard = await newYard(folder, JOBS);
    const postgres = await startPostgres();
    const site = servedYard(yard, WORKERS, await freePort());
    let server = await site.serve(postgres.url);
    const batches = Array.from({ length: JOBS }, (_, i) => `b${i + 1}`);
    for (const batch of batches) await site.prove(server.url, batch);

    const proofOf = (batch: string): string => join(yard.dirOf(batch), claimFile("proofs", CLAIM));
    const first = new Map<string, string>();
    /** Whether all is done; what was proven once is remembered, and a person has what died tried again. */
    const look = async (): Promise<boolean> => {
      for (const batch of batches) {
        if (!first.has(batch) && existsSync(proofOf(batch))) first.set(batch, readFileSync(proofOf(batch), "utf8"));
      }
      for (const { id, state } of site.jobs()) {
        if (state === "dead") await site.call(server.url, "POST", `/v1/jobs/${id}/retry`).catch(() => undefined);
      }
      return site.jobs().every(({ state }) => state === "done");
    };

    let kills = 0;
    const ending = { isNow: false };
    const isOver = (): boolean => ending.isNow;
    let restarting = Promise.resolve();
    const killed = { server: 0, database: 0 };
    const killAnother = async (isDatabase: boolean): Promise<void> => {
      if (isDatabase) {
        killed.database++;
        await postgres.crash();
        await postgres.start();
      } else {
        killed.server++;
        server = await restarted(server, () => site.serve(postgres.url));
      }
    };
    /** Kills a worker at a random moment of its work, and starts it anew; at the end lets it work. */
    const live = async (name: string): Promise<void> => {
      while (!isOver()) {
        const child = site.work(name, postgres.url, server.url);
        const begun = new Date().toISOString();
        const isAtWork = (): boolean =>
          site
            .jobs()
            .some((job) => job.state === "working" && job.worker === `token:${name}` && (job.begun ?? "") > begun);
        await until(
          () => isOver() || child.exitCode !== null || (kills < KILLS && (isAtWork() || first.size === JOBS)),
        );
        if (!isOver() && child.exitCode === null) {
          await sleep(Math.random() * LONGEST_LIFE_MS);
          kills++;
          const isDatabase = kills % (2 * EVERY) === 0;
          if (kills % EVERY === 0) restarting = restarting.then(() => killAnother(isDatabase));
        }
        child.kill(isOver() ? "SIGTERM" : "SIGKILL");
        await ended(child);
      }
    };
    const lives = WORKERS.map(live);
    while (!(await look()) || kills < KILLS) await sleep(100);
    ending.isNow = true;
    await Promise.all([...lives, restarting]);
    server.child.kill("SIGTERM");
    expect(await ended(server.child)).toBe(0);

    expect(killed).toEqual({ server: KILLS / EVERY / 2, database: KILLS / EVERY / 2 });
    expect(
      site
        .jobs()
        .map(({ batch }) => batch)
        .sort(),
    ).toEqual([...batches].sort());
    for (const batch of batches) {
      expect(readFileSync(proofOf(batch), "utf8")).toBe(first.get(batch));
      await verifyEnvelope(await ENVELOPE_FILE.read(proofOf(batch)), proofOf(batch));
    }
  },
  3_600_000,
);

async function restarted({ child }: Server, start: () => Promise<Server>): Promise<Server> {
  child.kill("SIGKILL");
  await ended(child);
  return await start();
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(50);
}
