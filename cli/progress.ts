import { SingleBar } from "cli-progress";

/** Called with what is going on and how far it is, 0 to 1. */
export type OnProgress = (what: string, done: number) => void;

/** Shows what goes on. `stop` must be called on every path. */
export interface ProgressView {
  readonly onProgress: OnProgress;
  readonly stop: () => void;
}

/** Runs with a bar on stderr where a person watches; silent in scripts and logs. */
export async function withProgressBar<T>(run: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const silent = { onProgress: (): void => undefined, stop: (): void => undefined };
  const { onProgress, stop } = process.stderr.isTTY ? progressBar() : silent;
  try {
    return await run(onProgress);
  } finally {
    stop();
  }
}

/** A bar on stderr. */
export function progressBar(): ProgressView {
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

/** Whoever reads a log must not wait longer for a sign of life. */
const SIGN_OF_LIFE_MS = 10_000;

/** The same where nobody watches: a line for each step when it begins, and again every ten seconds while it goes on. */
export function progressLines(say: (line: string) => void): ProgressView {
  const going = new Map<string, number>();
  const remind = (): void => {
    for (const [what, done] of going) say(`${what}: ${done === 0 ? "under way" : `${Math.round(100 * done)} %`}`);
  };
  const timer = setInterval(remind, SIGN_OF_LIFE_MS);
  return {
    onProgress: (what, done) => {
      if (done < 1 && !going.has(what)) say(what);
      if (done < 1) going.set(what, done);
      else going.delete(what);
    },
    stop: () => clearInterval(timer),
  };
}
