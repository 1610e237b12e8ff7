import { escapedMarkup } from "../formats/markup.ts";
import { visible } from "../formats/visible.ts";
import { counted } from "../input/quantities.ts";
import type { Reviewed } from "./figures.ts";
import { grouped, type SimulationReport } from "./report.ts";

/** One bar: how long, and what is written at its end. */
interface Bar {
  readonly name: string;
  readonly value: number;
  readonly written: string;
  readonly colour: string;
}

/** Bars over one scale. */
interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** Full review, by exception, and what is of neither. Each differs from the others in lightness too. */
const [FULL, BY_EXCEPTION, NEITHER] = ["#8a8f98", "#0b5fa5", "#3c7a3c"];
/** In pixels: the picture, its edge, where bars begin, the longest one, a bar with what is between two. */
const [WIDTH, EDGE, LEFT, LONGEST, BAR, HEAD] = [760, 16, 190, 400, 22, 30];

/** The figures of a whole simulation as an SVG file. */
export function reportPicture(report: SimulationReport): string {
  const { scenario, years, seed, assumptions } = report;
  const title = `${visible(scenario.name)}: ${counted(years, "year")} of operation, seed ${seed}`;
  const foot = `scenario ${scenario.sha256.slice(0, 16)}…, batchproof ${report.version}; ${assumptions.estimates} of ${assumptions.all} numbers are estimates`;
  const drawn: string[] = [];
  let top = EDGE + 2 * HEAD;
  for (const panel of panelsOf(report)) {
    drawn.push(...panelMarkup(panel, top));
    top += HEAD + panel.bars.length * BAR + EDGE;
  }
  const height = top + HEAD;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    `  <title>${escapedMarkup(title)}</title>`,
    `  <rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    written(EDGE, EDGE + 14, title, ' font-size="16" font-weight="bold"'),
    ...drawn,
    written(EDGE, height - EDGE, foot, ' fill="#444"'),
    "</svg>\n",
  ].join("\n");
}

function panelsOf({ total, reviewersNeeded, machines }: SimulationReport): Panel[] {
  const { full, byException } = total;
  return [
    both("Records read", (way) => way.recordsRead, full, byException),
    both("Hours of review", (way) => way.hours, full, byException),
    {
      title: "Days to release",
      bars: (["p50", "p90", "p99"] as const).flatMap((name) => [
        daysBar(`${name.slice(1)} % of batches, full`, full.daysToRelease?.[name], FULL),
        daysBar("by exception", byException.daysToRelease?.[name], BY_EXCEPTION),
      ]),
    },
    {
      title: "Needed at the highest load",
      bars: [
        bar("reviewers, full review", reviewersNeeded.full, FULL),
        bar("reviewers, by exception", reviewersNeeded.byException, BY_EXCEPTION),
        bar("machines that prove", machines.needed, NEITHER),
      ],
    },
  ];
}

function both(title: string, of: (way: Reviewed) => number, full: Reviewed, byException: Reviewed): Panel {
  return { title, bars: [bar("full review", of(full), FULL), bar("by exception", of(byException), BY_EXCEPTION)] };
}

function bar(name: string, value: number, colour: string): Bar {
  return { name, value, written: grouped(value), colour };
}

function daysBar(name: string, days: number | undefined, colour: string): Bar {
  return { name, value: days ?? 0, written: days?.toFixed(1) ?? "nothing was released", colour };
}

function panelMarkup({ title, bars }: Panel, top: number): string[] {
  const most = Math.max(...bars.map(({ value }) => value));
  return [
    written(EDGE, top + 14, title, ' font-weight="bold"'),
    ...bars.flatMap(({ name, value, written: text, colour }, i) => {
      const y = top + HEAD + i * BAR;
      const length = most === 0 ? 0 : (value / most) * LONGEST;
      return [
        written(LEFT - 8, y + 13, name, ' text-anchor="end"'),
        `  <rect x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="${BAR - 5}" fill="${colour}"/>`,
        written(Math.round(LEFT + length + 6), y + 13, text, ""),
      ];
    }),
  ];
}

function written(x: number, y: number, text: string, style: string): string {
  return `  <text x="${x}" y="${y}"${style}>${escapedMarkup(text)}</text>`;
}
