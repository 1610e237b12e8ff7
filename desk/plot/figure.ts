import type { Disclosed, DisclosedChannel, DisclosedSeries, Window } from "../../src/disclosure/disclosed.ts";
import type { ChannelName } from "../../src/formats/constants.ts";
import { excursionsIn, type Excursion } from "./excursions.ts";

/** One channel of one disclosure, as a line of a figure. */
export interface Line {
  /** What the line is called beside it. */
  readonly name: string;
  readonly points: readonly Point[];
  readonly excursions: readonly Excursion[];
  readonly gaps: readonly Window[];
  /** The time that was asked for. */
  readonly window: Window | null;
}

export interface Point {
  /** Unix seconds. */
  readonly at: number;
  readonly value: number;
  readonly asked: boolean;
}

/** Lines that are drawn over one another: those of one channel that have the same limits and band. */
export interface Figure {
  readonly channel: ChannelName;
  readonly limits: readonly [low: string, high: string];
  readonly band: readonly [low: string, high: string] | null;
  readonly lines: readonly Line[];
}

/** A disclosure with what its lines are called. */
export interface Named {
  readonly name: string;
  readonly disclosed: Disclosed;
}

/** The figures of several disclosures, in their order; those without a series have none. */
export function figuresOf(disclosures: readonly Named[]): Figure[] {
  const figures = new Map<string, Figure>();
  for (const { name, disclosed } of disclosures) {
    const { content, window } = disclosed;
    if (content.form !== "series") continue;
    content.channels.forEach((channel, index) => {
      const same = JSON.stringify([channel.channel, channel.limits, channel.band]);
      const { lines } = figures.get(same) ?? { lines: [] };
      figures.set(same, { ...factsOf(channel), lines: [...lines, lineOf(name, content, index, window)] });
    });
  }
  return [...figures.values()];
}

function factsOf({ channel, limits, band }: DisclosedChannel): Omit<Figure, "lines"> {
  return { channel, limits, band };
}

function lineOf(name: string, series: DisclosedSeries, index: number, window: Window | null): Line {
  return {
    name,
    points: series.readings.map(({ at, values, asked }) => ({ at, value: Number(values[index]), asked })),
    excursions: excursionsIn(series, index),
    gaps: series.gaps,
    window,
  };
}

/** Points that one stroke joins. */
export interface Stroke {
  readonly asked: boolean;
  readonly points: readonly Point[];
}

/** The strokes of a line: a gap parts them, and so does the edge of what was asked for. A reading alone is one of its own. */
export function strokesOf(line: Line): Stroke[] {
  return partsOf(line).flatMap(([first, ...rest]) => {
    if (first === undefined) return [];
    return rest.length === 0 ? [{ asked: first.asked, points: [first] }] : strokesThrough([first, ...rest]);
  });
}

function partsOf({ points, gaps }: Line): Point[][] {
  const ends = new Set(gaps.map(({ from }) => from));
  const parts: Point[][] = [];
  points.forEach((point, i) => {
    const before = points[i - 1];
    const part = parts.at(-1);
    if (part === undefined || before === undefined || ends.has(before.at)) parts.push([point]);
    else part.push(point);
  });
  return parts;
}

/** The way between two readings was asked for if both were. */
function strokesThrough(points: readonly Point[]): Stroke[] {
  const strokes: { asked: boolean; points: Point[] }[] = [];
  points.slice(1).forEach((point, i) => {
    const before = points[i] ?? point;
    const asked = before.asked && point.asked;
    const stroke = strokes.at(-1);
    if (stroke?.asked === asked) stroke.points.push(point);
    else strokes.push({ asked, points: [before, point] });
  });
  return strokes;
}

/**
 * As many points as `columns` columns show: of each column the first, the last and the two furthest out, so that no extreme is
 * lost. Times are ascending.
 */
export function thinned(points: readonly Point[], columns: number): readonly Point[] {
  const [first, last] = [points.at(0), points.at(-1)];
  if (first === undefined || last === undefined || points.length <= 4 * columns) return points;
  const width = (last.at - first.at) / columns;
  const kept: Point[] = [];
  for (let i = 0; i < points.length;) {
    const column = columnOf(points, i, first.at, width);
    kept.push(...outermost(points.slice(i, column)));
    i = column;
  }
  return kept;
}

/** Index after the last point of the column in which point `i` lies. */
function columnOf(points: readonly Point[], i: number, start: number, width: number): number {
  const index = (at: number): number => Math.floor((at - start) / width);
  const column = index(points[i]?.at ?? start);
  let end = i + 1;
  for (let next = points[end]; next !== undefined && index(next.at) === column; next = points[end]) end++;
  return end;
}

function outermost(points: readonly Point[]): Point[] {
  let [lowest, highest] = [0, 0];
  points.forEach(({ value }, i) => {
    if (value < (points[lowest]?.value ?? value)) lowest = i;
    if (value > (points[highest]?.value ?? value)) highest = i;
  });
  const kept = [...new Set([0, lowest, highest, points.length - 1])].sort((a, b) => a - b);
  return kept.flatMap((i) => points[i] ?? []);
}
