import type { TrendRow } from "../../src/audit/trends.ts";

/** How one claim of one owner's product went, over all months of a period. */
export interface TrendLine {
  readonly owner: string;
  readonly product: string;
  readonly policyId: string;
  readonly claim: number;
  readonly batches: number;
  readonly exceptions: number;
  readonly repeats: number;
  readonly settled: number;
  /** Its rows, the earliest month first. */
  readonly months: readonly TrendRow[];
}

/** The rows of a quality review put together by owner, policy and claim, those with the most exceptions a batch first. */
export function trendLines(rows: readonly TrendRow[]): TrendLine[] {
  const lines = Map.groupBy(rows, ({ owner, policyId, claim }) => `${owner} ${policyId} ${claim}`);
  return [...lines.values()]
    .flatMap((months) => lineOf(months.toSorted((a, b) => (a.month < b.month ? -1 : 1))) ?? [])
    .sort((a, b) => b.exceptions * a.batches - a.exceptions * b.batches);
}

function lineOf(months: readonly TrendRow[]): TrendLine | undefined {
  const [first] = months;
  if (first === undefined) return undefined;
  const { owner, product, policyId, claim } = first;
  const sum = (of: "batches" | "exceptions" | "repeats" | "settled"): number =>
    months.reduce((total, row) => total + row[of], 0);
  const sums = {
    batches: sum("batches"),
    exceptions: sum("exceptions"),
    repeats: sum("repeats"),
    settled: sum("settled"),
  };
  return { owner, product, policyId, claim, ...sums, months };
}

/** A month's place on a line of months: "2022-05" is one after "2022-04". */
function monthIndex(month: string): number {
  const [year = 0, ofYear = 0] = month.split("-").map(Number);
  return 12 * year + ofYear;
}

/**
 * A line's exceptions a batch as places on a small picture, so many units wide and high, the highest at the top; a month without
 * batches parts the line. `highest`: exceptions per 100 batches at the picture's top.
 */
export function sparkline(
  { months }: TrendLine,
  highest: number,
  width: number,
  height: number,
): (readonly (readonly [x: number, y: number])[])[] {
  const places = months.map(({ month }) => monthIndex(month));
  const [first = 0, last = 0] = [places.at(0), places.at(-1)];
  const parts: [number, number][][] = [];
  months.forEach(({ perHundred }, i) => {
    const place = places[i] ?? first;
    const x = last === first ? width / 2 : ((place - first) / (last - first)) * width;
    const point: [number, number] = [x, height * (1 - Math.min(1, highest === 0 ? 0 : Number(perHundred) / highest))];
    const part = parts.at(-1);
    if (part !== undefined && places[i - 1] === place - 1) part.push(point);
    else parts.push([point]);
  });
  return parts;
}

/** The highest number of exceptions per 100 batches of any month, to which all bars and lines are drawn. */
export function highestOf(rows: readonly TrendRow[]): number {
  return rows.reduce((highest, { perHundred }) => Math.max(highest, Number(perHundred)), 0);
}
