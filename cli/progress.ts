import { SingleBar } from "cli-progress";

/** Called with what is going on and how far it is, 0 to 1. */
export type OnProgress = (what: string, done: number) => void;

/** Runs with a bar on stderr where a person watches; silent in scripts and logs. */
export async function withProgressBar<T>(run: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const { onProgress, stop } = progressBar();
  try {
    return await run(onProgress);
  } finally {
    stop();
  }
}

/** The bar itself. `stop` must be called on every path. */
export function progressBar(): { readonly onProgress: OnProgress; readonly stop: () => void } {
  if (!process.stderr.isTTY) return { onProgress: () => undefined, stop: () => undefined };
  const bar = new SingleBar({ format: "{what} [{bar}] {percentage}%", stream: process.stderr, clearOnComplete: true });
  let started = false;
  return {
    onProgress: (what, done) => {
      if (!started) bar.start(100, 0, { what });
      started = true;
      bar.update(Math.round(100 * done), { what });
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
}
