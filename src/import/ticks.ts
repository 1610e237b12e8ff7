import { inputError } from "../errors.ts";

/** Whole ticks from `t0` to a time, both in seconds. */
export function codeTime(time: number, t0: number, tick: number): number {
  return Math.floor((time - t0) / tick);
}

/** For each time its ticks since `t0` (k) and since the time before it (dt, 0 for the first). Error `time-backward`. */
export function codeTimes(times: readonly number[], t0: number, tick: number): { k: number; dt: number }[] {
  let before = 0;
  return times.map((time) => {
    const k = codeTime(time, t0, tick);
    const dt = k - before;
    if (dt < 0) throw inputError("The times of a series run backward.", { code: "time-backward" });
    before = k;
    return { k, dt };
  });
}
