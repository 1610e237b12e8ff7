import type { Grid } from "./coding.ts";

/** The readings of one channel as their record holds them, one or more. */
export interface CodedReadings {
  readonly grid: Grid;
  /** Unix seconds, ascending. */
  readonly times: readonly bigint[];
  readonly codes: readonly number[];
}

const COLUMNS = 48;
const BLOCKS = "▁▂▃▄▅▆▇█";
const ABOVE = "↑";
const BELOW = "↓";
const NO_READING = " ";

/**
 * A series as a line of blocks, the lowest at the lower hard limit and the highest at the upper one; arrows are beyond
 * them. A column is an equal part of the time and shows the reading in it that is furthest from the centre of the normal
 * band, so that no excursion is lost; it is blank where there is none.
 */
export function curveOf({ grid, times, codes }: CodedReadings): string {
  const [start, end] = [Number(times.at(0)), Number(times.at(-1))];
  const columns = start === end ? 1 : Math.min(COLUMNS, codes.length);
  const shown = new Array<number | undefined>(columns).fill(undefined);
  const centre = Number(grid.normalLow + grid.normalHigh) / 2;
  codes.forEach((code, i) => {
    const part = columns === 1 ? 0 : (Number(times[i]) - start) / (end - start);
    const column = Math.min(columns - 1, Math.floor(part * columns));
    const other = shown[column];
    if (other === undefined || Math.abs(code - centre) > Math.abs(other - centre)) shown[column] = code;
  });
  return shown.map((code) => symbolOf(code, Number(grid.width))).join("");
}

function symbolOf(code: number | undefined, width: number): string {
  if (code === undefined) return NO_READING;
  if (code < 0) return BELOW;
  return BLOCKS[Math.floor((code * BLOCKS.length) / (width + 1))] ?? ABOVE;
}
