import { once } from "node:events";
import { inputError } from "../src/errors.ts";

/** What commands share that run until they are stopped. */

/** The port of --port. Error `port`. */
export function portOf(value: string): number {
  const port = /^[0-9]{1,5}$/.test(value) ? Number(value) : NaN;
  if (port <= 65_535) return port;
  throw inputError("This is not a port.", {
    place: `--port ${value}`,
    remedy: "Give a number from 0 to 65535.",
    code: "port",
  });
}

/** Waits until somebody stops the process. Called before anything is printed: who reads it may stop us at once. */
export async function untilStopped(): Promise<void> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}
