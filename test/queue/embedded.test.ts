import { existsSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { claimFile } from "../../src/batch/paths.ts";
import { environmentError } from "../../src/errors.ts";
import { workHere, type EmbeddedOptions } from "../../src/queue/embedded.ts";
import { ENVELOPE_FILE } from "../../src/prover/envelope.ts";
import { verifyEnvelope } from "../../src/prover/verifyEnvelope.ts";
import { temporaryFolder } from "../parties/support.ts";
import { addJob, artifactsOf, CLAIM, newBench, newYard } from "./support.ts";

const folder = temporaryFolder();
const yard = await newYard(folder, 6);

describe("a server alone", () => {
  it("makes what waits and what comes, ends what is under way before it closes, and begins nothing more", async () => {
    const { queue, workbench } = await newBench({ ...yard, folder: mkdtempSync(join(folder, "alone-")) });
    await addJob(yard, queue, CLAIM, "b1");
    const dispatcher = workHere(queue, workbench, { artifactsOf, workers: 1 });
    await vi.waitFor(() => expect(queue.list({ state: "done" })).toHaveLength(1), 150_000);
    const jobs = [await addJob(yard, queue, CLAIM, "b2"), await addJob(yard, queue, CLAIM, "b3")];
    await vi.waitFor(() => expect(queue.list({ state: "working" })).toHaveLength(1), 150_000);
    await dispatcher.close();
    expect(jobs.map(({ id }) => queue.get(id)?.state)).toEqual(["done", "waiting"]);
    expect(dispatcher.isReady()).toBe(false);
    for (const batch of ["b1", "b2"]) {
      const file = join(yard.dirOf(batch), claimFile("proofs", CLAIM));
      await verifyEnvelope(await ENVELOPE_FILE.read(file), file);
    }
  });

  it("tries again what a machine could not do, and goes on with the next", async () => {
    const { queue, workbench } = await newBench({ ...yard, folder: mkdtempSync(join(folder, "again-")) });
    let calls = 0;
    const flaky: EmbeddedOptions["artifactsOf"] = (circuit) =>
      ++calls === 1 ? Promise.reject(environmentError("No space.", { code: "file-write" })) : artifactsOf(circuit);
    const { id } = await addJob(yard, queue, CLAIM, "b6");
    const dispatcher = workHere(queue, workbench, { artifactsOf: flaky, workers: 1 });
    await vi.waitFor(() => expect(queue.get(id)).toMatchObject({ state: "done", attempts: 2 }), 150_000);
    await dispatcher.close();
    expect(existsSync(join(yard.dirOf("b6"), claimFile("proofs", CLAIM)))).toBe(true);
  });
});
