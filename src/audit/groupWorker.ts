import { parentPort, workerData } from "node:worker_threads";
import type { CurveCode } from "../setup/curveArena.ts";
import { decodeVerifyingKey } from "../setup/verifyingKey.ts";
import { verifyGroup, type Refusal, type GroupedProof } from "./group.ts";
import { PairingArena } from "./pairing.ts";

/** One group to verify. */
export interface GroupJob {
  readonly id: number;
  /** The verifying key as the chain stores it. */
  readonly key: Uint8Array;
  readonly statements: readonly GroupedProof[];
}

export interface GroupResult {
  readonly id: number;
  readonly refusals: readonly (Refusal | undefined)[];
}

const arena = new PairingArena(workerData as CurveCode);

parentPort?.on("message", ({ id, key, statements }: GroupJob) => {
  const refusals = verifyGroup(arena, decodeVerifyingKey(key), statements);
  parentPort?.postMessage({ id, refusals } satisfies GroupResult);
});
