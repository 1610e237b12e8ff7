import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ended, startChild } from "../support/child.ts";

/**
 * Runs a script of this folder's tests in a process of its own, and kills it (SIGKILL) some time after it says "ready" and
 * has finished something, however slow the machine is.
 * Returns the lines it printed after that: what it had finished, and so must be found again.
 */
export async function killAfter(script: URL, args: readonly string[], milliseconds: number): Promise<string[]> {
  const child = startChild(process.execPath, [fileURLToPath(script), ...args]);
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (line === "ready") continue;
    if (lines.length === 0) void sleep(milliseconds).then(() => child.kill("SIGKILL"));
    lines.push(line);
  }
  await ended(child);
  if (child.signalCode !== "SIGKILL") throw new Error(`The script ended by itself: ${child.exitCode ?? "no code"}.`);
  return lines;
}

/** Runs a script to its end; fails if it does. */
export async function run(script: URL, args: readonly string[]): Promise<void> {
  const child = startChild(process.execPath, [fileURLToPath(script), ...args]);
  child.stdout.resume();
  const code = await ended(child);
  if (code !== 0) throw new Error("The script failed.");
}
