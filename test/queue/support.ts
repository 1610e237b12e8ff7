import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { readBatch, setParties } from "../../src/batch/folder.ts";

import { writeRegistration } from "../../src/batch/registration.ts";
import { inputError } from "../../src/errors.ts";
import { circuitNamed, type Circuit } from "../../src/kinds/circuits.ts";
import { partyOfKey, writeParties } from "../../src/parties/partyList.ts";
import { makeProof } from "../../src/prover/makeProof.ts";
import type { SnarkjsProof } from "../../src/formats/snarkjs.ts";
import { openQueue } from "../../src/queue/fileQueue.ts";
import type { JobStatus } from "../../src/queue/job.ts";
import type { Queue } from "../../src/queue/queue.ts";
import { newJob, type JobPlace, type PlaceOf } from "../../src/queue/task.ts";
import { Workbench, type JobInput } from "../../src/queue/workbench.ts";
import { lockedArtifacts } from "../../src/setup/lockedArtifacts.ts";
import { withSnarkjs } from "../../src/setup/snarkjsThreads.ts";
import type { Artifacts } from "../../src/setup/artifacts.ts";
import { newWard, WHERE } from "../bedside/support.ts";

export const SITE = "north";
export const VALID = { notBefore: "2022-01-01T00:00:00Z", notAfter: "2090-01-01T00:00:00Z" };
/** A claim that can be proven, by the smallest circuit, and one that breaks rule `hold`. */
export const CLAIM = "collection/custody";
export const BROKEN = "manufacture/custody";

/** A site with opened batches `b1`, `b2`, ..., all of one content. */
export interface Yard {
  readonly folder: string;
  readonly placeOf: PlaceOf;
  /** Where the proof of a claim is, or will be. */
  readonly dirOf: (batch: string) => string;
}

export async function newYard(folder: string, batches = 1): Promise<Yard> {
  const { dir, hospital, site: maker } = await newWard(folder);
  const partiesPath = join(folder, "parties.json");
  const listed = [hospital, maker].map(({ description }) => partyOfKey(description, VALID));
  await writeParties(partiesPath, listed);
  await setParties(dir, partiesPath);
  const { chainId, registry, owner } = WHERE;
  await writeRegistration(dir, { chainId, registry, owner, opened: Date.parse("2026-03-30T08:00:00Z") / 1000 });
  const site = join(folder, SITE);
  mkdirSync(site);
  const dirOf = (batch: string): string => join(site, batch);
  for (let i = 1; i <= batches; i++) cpSync(dir, dirOf(`b${i}`), { recursive: true });
  const placeOf = ({ batch }: { readonly batch: string }): Promise<JobPlace> => {
    const known = /^b([0-9]+)$/.exec(batch);
    if (known === null || Number(known[1]) > batches) throw inputError("No such batch.", { code: "not-found" });
    return Promise.resolve({ dir: dirOf(batch), siteKey: hospital });
  };
  return { folder, placeOf, dirOf };
}

/** The queue of a yard, in its folder, and the workbench. */
export interface Bench {
  readonly queue: Queue;
  readonly workbench: Workbench;
  /** Milliseconds since 1970, as both have it. */
  readonly clock: { now: number };
}

export async function newBench({ folder, placeOf }: Yard, mostWaiting = 100): Promise<Bench> {
  const clock = { now: Date.parse("2026-05-02T00:00:00Z") };
  const now = (): number => clock.now++;
  const queue = await openQueue(join(folder, "jobs"), { now, mostWaiting });
  return { queue, workbench: new Workbench({ queue, placeOf, now }), clock };
}

/** Adds the job of a claim. */
export async function addJob({ placeOf }: Yard, queue: Queue, claim: string = CLAIM, batch = "b1"): Promise<JobStatus> {
  const { dir, siteKey } = await placeOf({ site: SITE, batch });
  const asked = { site: SITE, batch, claim, submitter: WHERE.owner };
  return await queue.add(await newJob(await readBatch(dir), asked, siteKey));
}

/** The artifacts of a circuit that this project made. */
export function artifactsOf(circuit: Circuit): Promise<Artifacts> {
  return lockedArtifacts(circuit);
}

const made = new Map<string, Promise<SnarkjsProof>>();

/** What an honest worker makes of an input; batches of one content have one proof. */
export function proofOf({ circuit, input }: Pick<JobInput, "circuit" | "input">): Promise<SnarkjsProof> {
  const key = Object.values(input).flat().join();
  const proof = made.get(key) ?? prove(circuit, input);
  made.set(key, proof);
  return proof;
}

async function prove(circuit: string, input: JobInput["input"]): Promise<SnarkjsProof> {
  const { wasm, zkey } = await artifactsOf(circuitNamed(circuit));
  return (await withSnarkjs(() => makeProof({ input, wasm, zkey }))).proof;
}
