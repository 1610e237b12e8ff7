import { formatDuration } from "../../input/times.ts";
import type { TemperatureHeader } from "../../formats/temperatureRecord.ts";

/** Words that findings about every kind of series share. */

interface Ticking {
  readonly tick: bigint;
}

/** A number of ticks as a duration. */
export function ticksText(rule: Ticking, ticks: bigint): string {
  return halfTicksText(rule, 2n * ticks);
}

/** A number of half-ticks as a duration. */
export function halfTicksText({ tick }: Ticking, halfTicks: bigint): string {
  return formatDuration(Number(halfTicks * tick) / 2);
}

/** Time of each row, Unix seconds. */
export function readingTimes({
  header,
  rows,
}: {
  readonly header: Pick<TemperatureHeader, "t0" | "tick">;
  readonly rows: readonly { readonly dt: number }[];
}): bigint[] {
  let time = header.t0;
  return rows.map((row) => (time += BigInt(row.dt) * header.tick));
}
