import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { CHANNEL } from "../../src/formats/constants.ts";
import type { DisclosedSeries } from "../../src/disclosure/disclosed.ts";
import { visible } from "../../src/formats/visible.ts";
import { DeskElement } from "../parts/element.ts";
import { count, utc } from "../parts/format.ts";
import { t } from "../messages/index.ts";
import type { Excursion, Side } from "../plot/excursions.ts";
import { figuresOf, type Figure, type Line, type Named } from "../plot/figure.ts";
import { pictureOf, sampleOf } from "../plot/picture.ts";
import { readingRows, type ReadingRow } from "../plot/readings.ts";
import { symbol } from "../parts/pieces.ts";
import { Printing } from "../parts/printing.ts";
import { pager, shownOf } from "../parts/table.ts";
import { plainTable, type Head } from "./parts.ts";
import { channelWord, range } from "./words.ts";

/** Pixels of a picture: what is wider is hard to print, what is narrower is not readable. */
const [NARROWEST, WIDEST] = [320, 760];
let pictures = 0;

/** The curves of disclosed windows, in pictures, in words and as tables. Property `disclosures`: those that are verified. */
export class DeskCurve extends DeskElement {
  static override properties = { disclosures: { attribute: false }, width: { state: true }, opened: { state: true } };

  declare disclosures: readonly Named[];
  declare width: number;
  /** Which page is shown of the tables that are open, by the disclosure's place. */
  declare opened: ReadonlyMap<number, number>;
  readonly #printing = new Printing(this);
  readonly #id = `plot${pictures++}`;
  readonly #watch = new ResizeObserver(() => this.#measure());

  constructor() {
    super();
    this.disclosures = [];
    this.width = WIDEST;
    this.opened = new Map();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch.observe(this);
  }

  override disconnectedCallback(): void {
    this.#watch.disconnect();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("disclosures")) this.opened = new Map();
  }

  protected override render(): TemplateResult {
    const figures = figuresOf(this.disclosures);
    return html`${figures.map((figure, i) => this.#figure(figure, `${this.#id}-${i}`))}
    ${this.disclosures.map(({ name, disclosed: { content } }, place) =>
      content.form === "series" ? this.#table(name, content, place) : nothing,
    )}`;
  }

  #measure(): void {
    this.width = Math.min(WIDEST, Math.max(NARROWEST, Math.floor(this.clientWidth)));
  }

  #figure(figure: Figure, id: string): TemplateResult {
    const caption = t("curve.caption", { channel: channelWord(figure.channel), limits: range(figure.limits, figure) });
    const inside = figure.band === null ? t("curve.noBand") : t("curve.band", { band: range(figure.band, figure) });
    return html`<figure class="curve">
      <figcaption>${caption} ${inside}</figcaption>
      ${pictureOf(figure, this.width, id, `${caption} ${t("curve.inWords")}`)} ${key(figure)}
      <ul class="curve-words">
        ${figure.lines.map((line, place) => html`<li>${lineWords(line, place, figure)}</li>`)}
      </ul>
    </figure>`;
  }

  #table(name: string, series: DisclosedSeries, place: number): TemplateResult {
    if (!this.opened.has(place)) {
      const open = (): void => {
        this.opened = new Map([...this.opened, [place, 0]]);
      };
      return html`<button type="button" class="noprint" @click=${open}>
        ${t("curve.showTable", { name: visible(name), count: count(series.readings.length) })}
      </button>`;
    }
    const rows = readingRows(series);
    const page = this.opened.get(place) ?? 0;
    return html`${readingTable(name, series, shownOf(rows, { page, all: this.#printing.now }))}
    ${pager(rows.length, page, (next) => (this.opened = new Map([...this.opened, [place, next]])))}`;
  }
}

/** What is drawn how, for those areas that the figure has. */
function key({ band, lines }: Figure): TemplateResult {
  const areas = [
    ["plot-key-limit", t("curve.keyLimit"), true],
    ["plot-key-band", t("curve.keyBand"), band !== null],
    ["plot-key-excursion", t("curve.keyExcursion"), lines.some(({ excursions }) => excursions.length > 0)],
    ["plot-key-gap", t("curve.keyGap"), lines.some(({ gaps }) => gaps.length > 0)],
    ["plot-key-outside", t("curve.keyOutside"), lines.some(({ points }) => points.some(({ asked }) => !asked))],
  ] as const;
  return html`<ul class="plot-key">
    ${areas.map(([style, words, isThere]) =>
      isThere ? html`<li><span class="plot-key-area ${style}" aria-hidden="true"></span> ${words}</li>` : nothing,
    )}
  </ul>`;
}

function lineWords(line: Line, place: number, figure: Figure): TemplateResult {
  const { name, points, excursions, gaps } = line;
  const asked = points.filter((point) => point.asked).length;
  const values = { name: visible(name), count: count(points.length), asked: count(asked) };
  return html`${sampleOf(place)} ${t("curve.line", values)}
  ${excursions.length === 0 ? t(figure.band === null ? "curve.withinLimits" : "curve.withinBand") : nothing}
  ${
    excursions.length + gaps.length === 0
      ? nothing
      : html`<ul>
          ${excursions.map((each) => html`<li>${excursionWords(each, figure)}</li>`)}
          ${gaps.map(({ from, to }) => html`<li>${t("curve.gap", { from: utc(from), to: utc(to) })}</li>`)}
        </ul>`
  }`;
}

const EXCURSION = {
  band: { above: "curve.aboveBand", below: "curve.belowBand" },
  limits: { above: "curve.aboveLimits", below: "curve.belowLimits" },
} as const;

function excursionWords({ beyond, side, from, to, extreme, count: readings }: Excursion, { channel }: Figure): string {
  const furthest = `${extreme} ${CHANNEL[channel].symbol}`;
  return t(EXCURSION[beyond][side], { from: utc(from), to: utc(to), count: count(readings), furthest });
}

function readingTable(name: string, { channels }: DisclosedSeries, rows: readonly ReadingRow[]): TemplateResult {
  const heads: readonly Head[] = [
    [t("curve.time"), "when"],
    ...channels.map(({ channel }): Head => [`${channelWord(channel)} (${CHANNEL[channel].symbol})`, "number"]),
    [t("curve.remark")],
  ];
  const lines = rows.map((row) => [
    utc(row.reading.at),
    ...row.reading.values.map((value, i) => html`${mark(row.sides[i])}${value}`),
    remarks(row),
  ]);
  return plainTable(t("curve.table", { name: visible(name) }), heads, lines);
}

/** A symbol beside the value; the remark says it in words. */
function mark(side: Side | undefined): TemplateResult | typeof nothing {
  return side === undefined ? nothing : html`${symbol(side === "above" ? "▲" : "▼")} `;
}

function remarks({ reading: { asked }, sides, afterGap }: ReadingRow): string {
  const known = [...new Set(sides.filter((side) => side !== undefined))];
  return [
    ...(asked ? [] : [t("curve.notAsked")]),
    ...(afterGap ? [t("curve.afterGap")] : []),
    ...known.map((side) => t(side === "above" ? "curve.above" : "curve.below")),
  ].join("; ");
}

customElements.define("desk-curve", DeskCurve);
