import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBatch, setParties } from "../../src/batch/folder.ts";
import { claimFile } from "../../src/batch/paths.ts";
import { partyOfKey, readParties, writeParties } from "../../src/parties/partyList.ts";
import { ENVELOPE_FILE } from "../../src/prover/envelope.ts";
import { verifyEnvelope } from "../../src/prover/verifyEnvelope.ts";
import { refusedAsync } from "../input/refused.ts";
import { newKey, temporaryFolder } from "../parties/support.ts";
import { addJob, BROKEN, CLAIM, newBench, newYard, proofOf, VALID, type Bench, type Yard } from "./support.ts";

const folder = temporaryFolder();
const yard = await newYard(folder, 11);
let batches = 0;

/** A job of a batch that no other test touches. */
async function oneJob(): Promise<Bench & { readonly id: string; readonly dir: string; readonly proof: string }> {
  const own: Yard = { ...yard, folder: mkdtempSync(join(folder, "queue-")) };
  const bench = await newBench(own);
  const batch = `b${++batches}`;
  const { id } = await addJob(own, bench.queue, CLAIM, batch);
  const dir = yard.dirOf(batch);
  return { ...bench, id, dir, proof: join(dir, claimFile("proofs", CLAIM)) };
}

const WRONG = {
  protocol: "groth16",
  curve: "bn128",
  pi_a: ["1", "2", "1"],
  pi_b: [
    [
      "10857046999023057135944570762232829481370756359578518086990519993285655852781",
      "11559732032986387107991004021392285783925812861821192530917403151452391805634",
    ],
    [
      "8495653923123431417604973247489272438418190587263600148770280649306958101930",
      "4082367875863433681332203403145435568316851327593401208105741076214120093531",
    ],
    ["1", "0"],
  ],
  pi_c: ["1", "2", "1"],
};

// Verifies R-queue-verified, R-queue-rest.
describe("a workbench", () => {
  it("takes the proof of a worker, verified, and once", async () => {
    const { queue, workbench, id, proof } = await oneJob();
    const made = await proofOf(await workbench.take(id, "w1"));
    expect(queue.get(id)).toMatchObject({ state: "working", worker: "w1", attempts: 1 });
    expect((await workbench.give(id, "w1", made)).state).toBe("done");
    const { bound } = await verifyEnvelope(await ENVELOPE_FILE.read(proof), proof);
    expect(bound.signals.record).toBe(queue.get(id)?.record);
    const bytes = readFileSync(proof);
    expect(await workbench.give(id, "w2", WRONG)).toMatchObject({ state: "done", worker: "w1" });
    expect(readFileSync(proof)).toEqual(bytes);
    expect((await refusedAsync(workbench.take(id, "w2"))).code).toBe("job-state");
  });

  it("V390: writes no wrong proof, counts it against its worker, and gives him no input after the third", async () => {
    const { queue, workbench, id, proof } = await oneJob();
    for (const attempts of [1, 2, 3]) {
      await workbench.take(id, "evil");
      expect((await refusedAsync(workbench.give(id, "evil", WRONG))).code).toBe("proof-invalid");
      expect(queue.get(id)).toMatchObject({ state: "waiting", attempts, failure: { code: "proof-invalid" } });
    }
    expect(existsSync(proof)).toBe(false);
    expect((await refusedAsync(workbench.take(id, "evil"))).code).toBe("worker-barred");
    expect(workbench.wrong).toEqual(new Map([["evil", 3]]));
    expect((await workbench.take(id, "w1")).job.id).toBe(id);
  });

  it("V391: gives nobody the input of a job that another worker has, until that one was silent for long", async () => {
    const { workbench, clock, id } = await oneJob();
    await workbench.take(id, "w1");
    expect((await refusedAsync(workbench.take(id, "w2"))).code).toBe("job-taken");
    clock.now += 10_000;
    await workbench.renew(id, "w1");
    clock.now += 10_000;
    expect((await refusedAsync(workbench.take(id, "w2"))).code).toBe("job-taken");
    clock.now += 10_000;
    await workbench.take(id, "w2");
    expect((await refusedAsync(workbench.renew(id, "w1"))).code).toBe("job-state");
    const failure = { code: "prover", message: "x", retry: false };
    expect((await refusedAsync(workbench.fail(id, "w1", failure))).code).toBe("job-state");
    expect((await refusedAsync(workbench.give(id, "w1", WRONG))).code).toBe("job-state");
    expect(workbench.wrong.size).toBe(0);
  });

  it("V431: has a worker rest that makes nothing, so that a broken one leaves jobs to the others", async () => {
    const { queue, workbench, clock, id } = await oneJob();
    const broken = { code: "circuit", message: "another circuit here", retry: true };
    for (let i = 0; i < 3; i++) {
      await workbench.take(id, "broken");
      await workbench.fail(id, "broken", broken);
    }
    expect((await refusedAsync(workbench.take(id, "broken"))).code).toBe("worker-rests");
    expect(queue.get(id)).toMatchObject({ state: "waiting", attempts: 3 });
    clock.now += 30_000;
    await workbench.take(id, "broken");
    await workbench.fail(id, "broken", broken);
    expect((await refusedAsync(workbench.take(id, "broken"))).code).toBe("worker-rests");
    const made = await proofOf(await workbench.take(id, "w1"));
    expect((await workbench.give(id, "w1", made)).state).toBe("done");
  });

  it("V432: takes a job from a worker that has had it for an hour, however often it is heard of", async () => {
    const { workbench, clock, id } = await oneJob();
    await workbench.take(id, "hung");
    for (let i = 0; i < 360; i++) {
      clock.now += 10_000;
      await workbench.renew(id, "hung");
    }
    await workbench.take(id, "w1");
    expect((await refusedAsync(workbench.renew(id, "hung"))).code).toBe("job-state");
  });

  it("takes the late proof of a worker that lost its job, and what the other one makes changes nothing", async () => {
    const { queue, workbench, clock, id } = await oneJob();
    const made = await proofOf(await workbench.take(id, "w1"));
    clock.now += 60_000;
    await workbench.take(id, "w2");
    await workbench.give(id, "w1", made);
    await workbench.give(id, "w2", made);
    expect(queue.get(id)).toMatchObject({ state: "done", worker: "w1" });
  });

  it("V392: writes no proof of what the folder says no longer, and blames no worker for it", async () => {
    const { queue, workbench, id, dir, proof } = await oneJob();
    const made = await proofOf(await workbench.take(id, "w1"));
    const partiesPath = join(folder, "more.json");
    const more = await newKey(folder, { name: "more", role: "source", org: "Elsewhere" });
    const listed = await readParties(join(folder, "parties.json"));
    await writeParties(partiesPath, [...listed, partyOfKey(more.description, VALID)]);
    await setParties(dir, partiesPath);
    expect((await refusedAsync(workbench.give(id, "w1", made))).code).toBe("job-stale");
    expect(queue.get(id)).toMatchObject({ state: "waiting", failure: { code: "proof-invalid" } });
    expect([existsSync(proof), workbench.wrong.size]).toEqual([false, 0]);
  });

  it("ends a job whose batch is gone, and one whose record breaks a rule now, with the code of why", async () => {
    const gone = await oneJob();
    rmSync(gone.dir, { recursive: true });
    const { code, message, place, remedy } = await refusedAsync(gone.workbench.take(gone.id, "w1"));
    expect(code).toBe("batch-missing");
    // Where folders lie is nobody's business who asks over HTTP.
    expect([message, place, remedy].join()).not.toContain(folder);
    expect(place).toMatch(/^north\/b[0-9]+/);
    expect(gone.queue.get(gone.id)).toMatchObject({ state: "dead", failure: { code: "batch-missing" } });
    expect((await refusedAsync(addJob(yard, gone.queue, BROKEN, "b11"))).code).toBe("hold");
  });

  it("says nothing private of a job", async () => {
    const { queue, workbench, id, dir } = await oneJob();
    const { input } = await workbench.take(id, "w1");
    const { secrets } = await readBatch(dir);
    const told = JSON.stringify(queue.list());
    for (const value of [secrets.ruleSalt(CLAIM), ...Object.values(input).flat()]) {
      if (value > 2n ** 64n) expect(told).not.toContain(value.toString());
    }
  });
});
