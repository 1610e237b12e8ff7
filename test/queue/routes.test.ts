import { existsSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { getAddress } from "ethers";
import { describe, expect, it } from "vitest";
import { claimFile } from "../../src/batch/paths.ts";
import type { JobStatus } from "../../src/queue/job.ts";
import type { Queue } from "../../src/queue/queue.ts";
import { buildApp } from "../../src/service/app.ts";
import { FolderMemory } from "../../src/service/folderMemory.ts";
import { proofPatience } from "../../src/service/patience.ts";
import type { Role } from "../../src/settings/permissions.ts";
import type { Problem } from "../../src/service/problem.ts";
import { JOB_ROUTES } from "../../src/service/routes/jobs.ts";
import { temporaryFolder } from "../parties/support.ts";
import { WHERE } from "../bedside/support.ts";
import { BROKEN, CLAIM, newBench, newYard, proofOf, SITE } from "./support.ts";

const folder = temporaryFolder();
const yard = await newYard(folder);
const bench = await newBench({ ...yard, folder: mkdtempSync(join(folder, "queue-")) }, 1);
const settings = { format: "batchproof-service/1", data: folder, sites: [] } as const;
const service = { ...bench, keys: new Map(), folders: new FolderMemory(), settings, now: () => bench.clock.now / 1000 };
const app = await buildApp(service, JOB_ROUTES, (request) => {
  const role = String(request.headers["x-role"]) as Role;
  return Promise.resolve({ id: `token:${role}`, grants: [{ role }] });
});
const OWNER = getAddress(WHERE.owner);
const BATCH = `/v1/sites/${SITE}/batches/b1`;

/** Calls as somebody of a role. */
async function call(role: Role, method: "GET" | "POST" | "PUT", url: string, payload?: object) {
  return await app.inject({ method, url, headers: { "x-role": role }, ...(payload === undefined ? {} : { payload }) });
}

describe("the routes of jobs", () => {
  it("check before anything is to be proven, with the code of the rule", async () => {
    const answer = await call("operator", "POST", `${BATCH}/prove`, { claims: [CLAIM, BROKEN] });
    expect([answer.statusCode, answer.json<Problem>().code]).toEqual([422, "hold"]);
    expect((await call("operator", "POST", `${BATCH}/prove`, { claims: ["no/such"] })).json<Problem>().code).toBe(
      "claim",
    );
    expect(bench.queue.list()).toEqual([]);
  });

  it("V436: take an account in one spelling alone", async () => {
    const prove = (submitter: string) => call("operator", "POST", `${BATCH}/prove`, { claims: [CLAIM], submitter });
    const mistyped = await prove("0xAbcdef0123456789abcdef0123456789abcdef01");
    expect([mistyped.statusCode, mistyped.json<Problem>().code]).toEqual([400, "address"]);
    const spelled = [OWNER.toLowerCase(), `0x${OWNER.slice(2).toUpperCase()}`, OWNER];
    const ids = new Set<string | undefined>();
    for (const each of spelled) ids.add((await prove(each)).json<{ jobs: JobStatus[] }>().jobs[0]?.id);
    expect(ids.size).toBe(1);
  });

  it("lead from an order to a proof", async () => {
    const ordered = await call("operator", "POST", `${BATCH}/prove`, { claims: [CLAIM] });
    expect([ordered.statusCode, ordered.headers.location, ordered.headers["retry-after"]]).toEqual([
      202,
      `${BATCH}/jobs`,
      "2",
    ]);
    const [job] = ordered.json<{ jobs: JobStatus[] }>().jobs;
    const at = `/v1/jobs/${job?.id ?? ""}`;
    const given = (await call("worker", "POST", `${at}/input`)).json<{ circuit: string; input: object }>();
    const number = (value: string | string[]): bigint | bigint[] =>
      typeof value === "string" ? BigInt(value) : value.map(BigInt);
    const input = Object.fromEntries(
      Object.entries(given.input).map(([name, value]: [string, string | string[]]) => [name, number(value)]),
    );
    const proof = await proofOf({ circuit: given.circuit, input });
    bench.clock.now += 3_500;
    expect((await call("worker", "POST", `${at}/lease`)).statusCode).toBe(200);
    expect((await call("worker", "PUT", `${at}/proof`, { ...proof, protocol: "plonk" })).statusCode).toBe(400);
    expect((await call("worker", "PUT", `${at}/proof`, proof)).json()).toEqual({ state: "done" });
    expect((await call("worker", "PUT", `${at}/proof`, proof)).json()).toEqual({ state: "done" });
    expect(existsSync(join(yard.dirOf("b1"), claimFile("proofs", CLAIM)))).toBe(true);
    const listed = (await call("operator", "GET", `${BATCH}/jobs`)).json<{ items: JobStatus[]; next: null }>();
    expect([listed.items.map(({ state }) => state), listed.next]).toEqual([["done"], null]);
    const figures = (await call("monitor", "GET", "/v1/queue")).json<{ circuits: object[] }>();
    expect(figures).toMatchObject({ jobs: { done: 1, waiting: 0 }, oldestSeconds: null, lastHour: 1 });
    expect(figures.circuits).toMatchObject([{ circuit: "custody", proofs: 1 }]);
  });

  it("V398: gives no input to who is no worker, and no list to a worker", async () => {
    const [job] = bench.queue.list();
    for (const role of ["operator", "party", "decider", "auditor", "system", "monitor", "administrator"] as const) {
      for (const [method, what] of [
        ["POST", "input"],
        ["POST", "lease"],
        ["POST", "failure"],
        ["PUT", "proof"],
      ] as const) {
        expect((await call(role, method, `/v1/jobs/${job?.id ?? ""}/${what}`)).statusCode).toBe(403);
      }
    }
    for (const url of ["/v1/jobs", `/v1/jobs/${job?.id ?? ""}`, "/v1/queue", `${BATCH}/jobs`]) {
      expect((await call("worker", "GET", url)).statusCode).toBe(403);
    }
    expect((await call("operator", "POST", `/v1/jobs/${job?.id ?? ""}/retry`)).statusCode).toBe(403);
  });

  it("have a person see what died, and have it tried again", async () => {
    const ordered = await call("operator", "POST", `${BATCH}/prove`, { claims: [CLAIM] });
    // The proof of the last hour took less than four seconds.
    expect(ordered.headers["retry-after"]).toBe("4");
    const at = `/v1/jobs/${ordered.json<{ jobs: JobStatus[] }>().jobs[0]?.id ?? ""}`;
    for (let i = 0; i < 5; i++) {
      // A worker that failed several times rests.
      bench.clock.now += 60_000;
      await call("worker", "POST", `${at}/input`);
      await call("worker", "POST", `${at}/failure`, { code: "prover", message: "out of memory" });
    }
    const dead = (await call("administrator", "GET", "/v1/jobs?state=dead")).json<{ items: JobStatus[] }>();
    expect(dead.items).toMatchObject([{ attempts: 5, failure: { code: "prover" } }]);
    expect((await call("administrator", "POST", `${at}/retry`)).json()).toMatchObject({ state: "waiting" });
    const full = await call("operator", "POST", `${BATCH}/prove`, {
      claims: [CLAIM],
      submitter: `0x${"9".repeat(40)}`,
    });
    expect([full.statusCode, full.json<Problem>().code, full.headers["retry-after"]]).toEqual([429, "queue-full", "4"]);
    expect((await call("administrator", "POST", `${at}/retry`)).statusCode).toBe(409);
    expect((await call("monitor", "GET", `/v1/jobs/${"0".repeat(32)}`)).statusCode).toBe(404);
  });
});

describe("when it is worth to ask again", () => {
  const MINUTE = 60_000;
  const job = (state: JobStatus["state"], artifact: string, seconds = 0): JobStatus =>
    ({
      ...{ state, artifact, created: new Date(0).toISOString(), begun: new Date(MINUTE).toISOString() },
      updated: new Date(MINUTE + seconds * 1000).toISOString(),
    }) as JobStatus;
  const after = (jobs: readonly JobStatus[], unknown?: number): number =>
    proofPatience({ queue: { list: () => jobs } as unknown as Queue, now: () => 2 * 60 }, unknown);

  it("goes by what waits, how long proofs of each circuit took, and how many are made at a time, within bounds", () => {
    const made = [job("done", "0x1", 10), job("done", "0x1", 20), job("done", "0x2", 3)];
    expect(after([...made, job("waiting", "0x1"), job("waiting", "0x2")])).toBe(18);
    expect(after([...made, job("working", "0x1"), job("working", "0x1"), job("waiting", "0x2")])).toBe(17);
    // Of a circuit of which nothing is known, what they take on average.
    expect(after([...made, job("waiting", "0x3")])).toBe(11);
    expect(after([...made, ...Array.from({ length: 99 }, () => job("waiting", "0x1"))])).toBe(60);
    expect([after(made), after([job("waiting", "0x1")]), after([job("waiting", "0x1")], 10)]).toEqual([2, 2, 10]);
  });
});
