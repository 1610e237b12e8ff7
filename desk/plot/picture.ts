import { nothing, svg, type SVGTemplateResult } from "lit";
import { CHANNEL } from "../../src/formats/constants.ts";
import { visible } from "../../src/formats/visible.ts";
import type { Window } from "../../src/disclosure/disclosed.ts";
import { formatTime } from "../../src/input/times.ts";
import { t } from "../messages/index.ts";
import { strokesOf, thinned, type Figure, type Line, type Stroke } from "./figure.ts";
import { scaleOf, timeTicks, valueTicks, type Scale } from "./scale.ts";

/** Ways in which lines are told apart without colour: so many dashes does the style sheet have. */
const DASHES = 6;
const HEIGHT = 300;
/** Room for what is written around the curve. */
const MARGIN = { top: 12, right: 12, bottom: 42, left: 52 };
/** What is shorter is widened to this, so that it is seen at all. */
const THINNEST = 3;
const PIXELS_PER_TIME = 80;
const VALUE_TICKS = 6;

/** Where a figure lies on its paper, in pixels. */
interface Paper {
  readonly width: number;
  readonly x: Scale;
  readonly y: Scale;
  /** Prefix of the ids of its patterns, of which a page has many. */
  readonly id: string;
}

/** The curves of a figure, so many pixels wide. `label` says what it is to those who do not see it. */
export function pictureOf(figure: Figure, width: number, id: string, label: string): SVGTemplateResult {
  const paper = paperOf(figure, width, id);
  return svg`<svg class="plot" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label=${visible(label)}>
    ${patterns(id)}
    ${band(figure, paper)}
    ${figure.lines.map((line) => outsideOf(line, paper))}
    ${axes(figure, paper)}
    ${figure.lines.map(({ gaps }) => gaps.map((gap) => column(gap, paper, `url(#${id}-gap)`, "plot-gap")))}
    ${figure.lines.map(({ excursions }) => excursions.map((each) => column(each, paper, `url(#${id}-excursion)`, "plot-excursion")))}
    ${limits(figure, paper)}
    ${figure.lines.map((line, i) => strokesOf(line).map((stroke) => strokePath(stroke, i, paper)))}
  </svg>`;
}

/** How the line of a place among its figure's lines looks, for the words beside it. */
export function sampleOf(place: number): SVGTemplateResult {
  return svg`<svg class="plot-sample" viewBox="0 0 36 10" aria-hidden="true">
    <path class=${lineClass(place, true)} d="M0 5H36"></path></svg>`;
}

function paperOf({ limits: [low, high], lines }: Figure, width: number, id: string): Paper {
  const points = lines.flatMap((line) => line.points);
  const [from, to] = extent(points.map(({ at }) => at));
  const [lowest, highest] = extent([Number(low), Number(high), ...points.map(({ value }) => value)]);
  const room = (highest - lowest) / 20;
  return {
    width,
    id,
    x: scaleOf(from, to, MARGIN.left, width - MARGIN.right),
    y: scaleOf(lowest - room, highest + room, HEIGHT - MARGIN.bottom, MARGIN.top),
  };
}

/** Lowest and highest of numbers, of which there may be more than a call takes arguments. */
function extent(numbers: readonly number[]): [lowest: number, highest: number] {
  const [first = 0] = numbers;
  return numbers.reduce(([lowest, highest], each) => [Math.min(lowest, each), Math.max(highest, each)], [first, first]);
}

/** What is told apart by how it is hatched, so that it needs no colour: an excursion, and a gap. */
function patterns(id: string): SVGTemplateResult {
  return svg`<defs>
    <pattern id="${id}-excursion" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="plot-excursion-ground" width="6" height="6"></rect><path class="plot-excursion-hatch" d="M0 0V6"></path>
    </pattern>
    <pattern id="${id}-gap" width="5" height="5" patternUnits="userSpaceOnUse">
      <circle class="plot-gap-dot" cx="1.5" cy="1.5" r="1"></circle>
    </pattern>
  </defs>`;
}

function band({ band: range }: Figure, { x, y }: Paper): SVGTemplateResult | typeof nothing {
  if (range === null) return nothing;
  const [low, high] = range.map((each) => y.at(Number(each))) as [number, number];
  return svg`<rect class="plot-band" x=${x.at(x.from)} y=${high} width=${x.at(x.to) - x.at(x.from)} height=${low - high}></rect>`;
}

function limits({ limits: both, band: range }: Figure, { x, y }: Paper): SVGTemplateResult[] {
  const bounds = [
    ...both.map((text) => ["plot-limit", text] as const),
    ...(range ?? []).map((text) => ["plot-band-edge", text] as const),
  ];
  return bounds.map(
    ([style, text]) => svg`<path class=${style} d="M${x.at(x.from)} ${y.at(Number(text))}H${x.at(x.to)}"></path>`,
  );
}

/** What was disclosed with its chunk and lies outside the request. */
function outsideOf({ window }: Line, { x, y }: Paper): SVGTemplateResult | typeof nothing {
  if (window === null) return nothing;
  const parts = [
    { from: x.from, to: Math.min(window.from, x.to) },
    { from: Math.max(window.to, x.from), to: x.to },
  ].filter(({ from, to }) => to > from);
  const [top, height] = [y.at(y.to), y.at(y.from) - y.at(y.to)];
  return svg`${parts.map(
    ({ from, to }) =>
      svg`<rect class="plot-outside" x=${x.at(from)} y=${top} width=${x.at(to) - x.at(from)} height=${height}></rect>`,
  )}`;
}

/** A stretch of time from top to bottom. */
function column({ from, to }: Window, { x, y }: Paper, fill: string, style: string): SVGTemplateResult {
  const middle = (x.at(from) + x.at(to)) / 2;
  const width = Math.max(THINNEST, x.at(to) - x.at(from));
  const [top, height] = [y.at(y.to), y.at(y.from) - y.at(y.to)];
  return svg`<rect class=${style} x=${middle - width / 2} y=${top} width=${width} height=${height} fill=${fill}></rect>`;
}

function strokePath({ asked, points }: Stroke, place: number, { width, x, y }: Paper): SVGTemplateResult {
  const [first] = points;
  const style = lineClass(place, asked);
  if (first !== undefined && points.length === 1)
    return svg`<circle class=${style} cx=${x.at(first.at)} cy=${y.at(first.value)} r="2"></circle>`;
  const places = thinned(points, width).map(({ at, value }) => `${x.at(at).toFixed(1)} ${y.at(value).toFixed(1)}`);
  return svg`<path class=${style} d="M${places.join("L")}"></path>`;
}

function lineClass(place: number, asked: boolean): string {
  return `plot-line plot-line-${place % DASHES}${asked ? "" : " plot-line-outside"}`;
}

function axes({ channel }: Figure, { width, x, y }: Paper): SVGTemplateResult {
  const { values, decimals } = valueTicks(y.from, y.to, VALUE_TICKS);
  const times = timeTicks(x.from, x.to, Math.floor(width / PIXELS_PER_TIME));
  const [left, bottom] = [x.at(x.from), y.at(y.from)];
  return svg`
    ${values.map(
      (value) => svg`<path class="plot-grid" d="M${left} ${y.at(value)}H${x.at(x.to)}"></path>
        <text class="plot-tick" x=${left - 6} y=${y.at(value) + 4} text-anchor="end">${value.toFixed(decimals)}</text>`,
    )}
    ${times.map((at, i) => timeTick(at, times[i - 1], x.at(at), bottom))}
    <path class="plot-axis" d="M${left} ${y.at(y.to)}V${bottom}H${x.at(x.to)}"></path>
    <text class="plot-tick" x="2" y="10">${CHANNEL[channel].symbol}</text>
    <text class="plot-tick" x=${x.at(x.to)} y=${HEIGHT - 2} text-anchor="end">${t("curve.times")}</text>`;
}

/** The time of day, and under it the date where it is another one than before. */
function timeTick(at: number, before: number | undefined, place: number, bottom: number): SVGTemplateResult {
  const [date = "", clock = ""] = formatTime(at).split("T");
  const isNew = before === undefined || formatTime(before).split("T")[0] !== date;
  return svg`<path class="plot-grid" d="M${place} ${bottom}v5"></path>
    <text class="plot-tick" x=${place} y=${bottom + 15} text-anchor="middle">${clock.slice(0, 5)}</text>
    ${isNew ? svg`<text class="plot-tick" x=${place} y=${bottom + 28} text-anchor="middle">${date}</text>` : nothing}`;
}
