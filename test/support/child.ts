import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { releaseAfterFile } from "./release.ts";

/** A process that a test started: what it prints can be read. */
export type Child = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Starts a process, shows what it complains of, and ends it at the latest with the present test file, also if the set-up
 * that wanted it failed. It never holds the stream of this process itself: the test runner waits for whoever does, for ever.
 */
export function startChild(
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly timeout?: number } = {},
): Child {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  child.stderr.pipe(process.stderr, { end: false });
  releaseAfterFile(() => child.kill("SIGKILL"));
  return child;
}

/** Waits until a process has ended, by itself or by a signal. */
export function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("exit", resolve));
}
