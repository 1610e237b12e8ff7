import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/**
 * Runs a script of this folder's tests in a process of its own, and kills it (SIGKILL) some time after it says "ready" and
 * has finished something, however slow the machine is.
 * Returns the lines it printed after that: what it had finished, and so must be found again.
 */
export async function killAfter(script: URL, args: readonly string[], milliseconds: number): Promise<string[]> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    if (line === "ready") continue;
    if (lines.length === 0) void sleep(milliseconds).then(() => child.kill("SIGKILL"));
    lines.push(line);
  }
  await ended;
  if (child.signalCode !== "SIGKILL") throw new Error(`The script ended by itself: ${child.exitCode ?? "no code"}.`);
  return lines;
}

/** Runs a script to its end; fails if it does. */
export async function run(script: URL, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], { stdio: ["ignore", "ignore", "inherit"] });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error("The script failed.");
}
