import type { Curve } from "snarkjs";
import { loadPeer } from "../peers.ts";

/** How many calls need snarkjs' worker threads now. */
let users = 0;
/** The threads, from the first call that needs them to the last one that does. */
let threads: Promise<Curve> | undefined;

/**
 * Runs `task`, which may call snarkjs, and ends snarkjs' worker threads afterwards, on every path: they would keep the
 * process alive. Calls may be nested or run side by side, the last one ends the threads; wrap a loop of many calls once,
 * because starting and ending threads takes about half a second.
 */
export async function withSnarkjs<Result>(task: () => Promise<Result>): Promise<Result> {
  users++;
  // snarkjs keeps its threads in a global, but calls that start them at the same time would each start their own.
  threads ??= startThreads();
  let curve: Curve | undefined;
  try {
    curve = await threads;
    return await task();
  } finally {
    users--;
    if (users === 0) {
      threads = undefined;
      await curve?.terminate();
    }
  }
}

async function startThreads(): Promise<Curve> {
  const { curves } = await loadPeer("snarkjs", "Making a proof", () => import("snarkjs"));
  return await curves.getCurveFromName("bn128");
}
