/** A straight map from what is measured, or from time, to a place on paper. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  /** The place of a value; those of the range lie on the paper. */
  readonly at: (value: number) => number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Distances between marks of time that a person reads at a glance. */
const TIME_STEPS = [
  ...[1, 5, 15, 30],
  ...[1, 5, 15, 30].map((count) => count * MINUTE),
  ...[1, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((count) => count * DAY),
];

/** The scale of a range over `start` to `end`; a range of no extent lies in the middle. */
export function scaleOf(from: number, to: number, start: number, end: number): Scale {
  const span = to - from;
  return {
    from,
    to,
    at: (value) => (span === 0 ? (start + end) / 2 : start + ((value - from) / span) * (end - start)),
  };
}

/** Round values in a range, about as many as asked, and how many decimals tell them apart. */
export function valueTicks(from: number, to: number, about: number): { values: number[]; decimals: number } {
  const span = to - from;
  if (!(span > 0)) return { values: [from], decimals: 1 };
  const rough = span / about;
  const power = Math.floor(Math.log10(rough));
  const unit = [1, 2, 5, 10].find((each) => each * 10 ** power >= rough) ?? 10;
  const step = unit * 10 ** power;
  const decimals = Math.max(0, -power - (unit === 10 ? 1 : 0));
  return { values: multiplesIn(from, to, step), decimals };
}

/** Round times in a range, Unix seconds UTC: at most `most` but where the range is of centuries. */
export function timeTicks(from: number, to: number, most: number): number[] {
  if (!(to > from)) return [from];
  const step = TIME_STEPS.find((each) => (to - from) / each <= most) ?? Math.ceil((to - from) / most / DAY) * DAY;
  return multiplesIn(from, to, step);
}

/** Counted, not added up: a step too small to change a number ends all the same. */
function multiplesIn(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, i) => (first + i) * step);
}
