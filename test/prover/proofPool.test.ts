import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProofJob } from "../../src/prover/makeProof.ts";
import { withProofPool } from "../../src/prover/proofPool.ts";
import { verifyProof } from "../../src/prover/verify.ts";
import { ensureArtifacts } from "../../src/setup/artifacts.ts";
import { readVerifyingKey, type VerifyingKey } from "../../src/setup/verifyingKey.ts";
import { refusedAsync } from "../input/refused.ts";
import { temporaryFolder, TINY_INPUT, TINY_SIGNALS } from "../setup/support.ts";

const store = temporaryFolder();
/** The processes that were started, oldest first. */
const workers: ChildProcess[] = [];
const note = (message: unknown): void => {
  workers.push((message as { process: ChildProcess }).process);
};
let job: ProofJob;
let key: VerifyingKey;

beforeAll(async () => {
  const { wasm, zkey, vkey } = await ensureArtifacts(
    { name: "tiny", main: "test/setup/circuits/tiny.circom" },
    { store },
  );
  key = await readVerifyingKey(vkey);
  const input = {
    product: BigInt(TINY_INPUT.product),
    others: TINY_INPUT.others.map(BigInt),
    x: BigInt(TINY_INPUT.x),
    y: BigInt(TINY_INPUT.y),
  };
  job = { input, wasm, zkey };
  subscribe("child_process", note);
});
afterAll(() => unsubscribe("child_process", note));

/** The processes that `run` started; all have ended. */
async function startedBy(run: () => Promise<void>): Promise<readonly ChildProcess[]> {
  workers.length = 0;
  await run();
  expect(workers.every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)).toBe(true);
  return [...workers];
}

describe("withProofPool", () => {
  it("makes valid proofs side by side, by no more processes than it may start, and ends them", async () => {
    const started = await startedBy(async () => {
      const proofs = await withProofPool(2, (makeProof) => Promise.all([1, 2, 3, 4, 5].map(() => makeProof(job))));
      for (const { proof, publicSignals } of proofs) {
        expect(publicSignals).toEqual(TINY_SIGNALS);
        verifyProof(key, publicSignals, proof);
      }
    });
    expect(started).toHaveLength(2);
  });

  it("starts no process that it does not need", async () => {
    const started = await startedBy(async () => {
      await withProofPool(4, async (makeProof) => {
        for (let i = 0; i < 3; i++) await makeProof(job);
      });
    });
    expect(started).toHaveLength(1);
  });

  // Verifies F7.
  it("names a prover that fails without its message, which may hold private values, and goes on", async () => {
    const wrong = { ...job, input: { ...job.input, product: 37n } };
    const started = await startedBy(async () => {
      await withProofPool(1, async (makeProof) => {
        const error = await refusedAsync(makeProof(wrong));
        expect(error).toMatchObject({ kind: "environment", code: "prover" });
        expect(error.message).toBe("A proof could not be made: Error.");
        expect((await makeProof(job)).publicSignals).toEqual(TINY_SIGNALS);
      });
    });
    expect(started).toHaveLength(1);
  });

  it("refuses the job of a process that dies, and gives the waiting ones to another", async () => {
    const started = await startedBy(async () => {
      await withProofPool(1, async (makeProof) => {
        const [first, second] = [refusedAsync(makeProof(job)), makeProof(job)];
        workers[0]?.kill("SIGKILL");
        expect(await first).toMatchObject({
          kind: "environment",
          code: "prover",
          message: "A proof could not be made: its process ended (SIGKILL).",
        });
        expect((await second).publicSignals).toEqual(TINY_SIGNALS);
      });
    });
    expect(started).toHaveLength(2);
  });

  it("does not wait for a process that died while it had nothing to do", async () => {
    const started = await startedBy(async () => {
      await withProofPool(1, async (makeProof) => {
        await makeProof(job);
        const [worker] = workers;
        const ended = new Promise((resolve) => worker?.once("exit", resolve));
        worker?.kill("SIGKILL");
        await ended;
        expect((await makeProof(job)).publicSignals).toEqual(TINY_SIGNALS);
      });
    });
    expect(started).toHaveLength(2);
  });

  it("ends its processes when the task fails", async () => {
    const started = await startedBy(async () => {
      const failing = withProofPool(2, (makeProof) => {
        void makeProof(job);
        return Promise.reject(new Error("the task failed"));
      });
      await expect(failing).rejects.toThrow("the task failed");
    });
    expect(started).toHaveLength(1);
  });
});
