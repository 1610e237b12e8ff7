import { html, nothing, svg, type TemplateResult } from "lit";
import { tableCsv } from "../../src/formats/csv.ts";
import { HISTORY_KINDS } from "../../src/audit/history.ts";
import type { AuditReport } from "../../src/audit/report.ts";
import { accessTable, qualityTable } from "../../src/audit/reviewTables.ts";
import type { PageTable } from "../../src/audit/html.ts";
import {
  accessReview,
  qualityReview,
  type AccessReview,
  type AccessRow,
  type ActivityRow,
  type Period,
  type QualityReview,
  type TrendRow,
} from "../../src/audit/trends.ts";
import { visible } from "../../src/formats/visible.ts";
import type { DeskData } from "../data/data.ts";
import { DeskElement } from "../parts/element.ts";
import { download } from "../data/files.ts";
import { count, utc } from "../parts/format.ts";
import { labelsOf } from "../parts/labels.ts";
import { t } from "../messages/index.ts";
import { highestOf, sparkline, trendLines, type TrendLine } from "../plot/trendLines.ts";
import { said } from "../parts/pieces.ts";
import { person } from "../parts/people.ts";
import { plainTable, type Head } from "./parts.ts";

/** Size of a small picture in a row. */
const [WIDTH, HEIGHT] = [120, 20];
const DAY = 86_400;
/** End of the year 9999. */
const LAST_TIME = 253_402_300_799n;
/** After every time that a page can show. */
const FOREVER = Number.MAX_SAFE_INTEGER;

/** How exceptions develop, and who could do what and did: the tables of `report pqr` and `report access`, with pictures. */
export class DeskTrends extends DeskElement {
  static override properties = { data: { attribute: false }, period: { state: true } };

  declare data: DeskData | undefined;
  declare period: Period;

  constructor() {
    super();
    this.period = { from: 0, to: FOREVER, owner: null };
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.data === undefined) return nothing;
    const { report } = this.data.lineage;
    const quality = qualityReview(report, this.period);
    const access = accessReview(report, this.period);
    return html`<h1 id="trends" tabindex="-1">${t("page.trends")}</h1>
      ${this.#filter([...new Set(report.batches.map(({ owner }) => owner))])} ${qualitySection(report, quality)}
      ${accessSection(report, access)}`;
  }

  #filter(owners: readonly string[]): TemplateResult {
    const choose = (change: Partial<Period>): void => {
      this.period = { ...this.period, ...change };
    };
    const chosen = ({ target }: Event): string => (target as HTMLInputElement | HTMLSelectElement).value;
    return html`<form class="filter noprint" @submit=${(event: Event) => event.preventDefault()}>
        <label
          >${t("trends.from")}
          <input type="date" @change=${(event: Event) => choose({ from: startOf(chosen(event)) ?? 0 })} />
        </label>
        <label
          >${t("trends.to")}
          <input type="date" @change=${(event: Event) => choose({ to: endOf(chosen(event)) })} />
        </label>
        <label
          >${t("trends.owner")}
          <select @change=${(event: Event) => choose({ owner: chosen(event) || null })}>
            <option value="">${t("trends.all")}</option>
            ${owners.map((owner) => html`<option value=${owner}>${visible(owner)}</option>`)}
          </select>
        </label>
      </form>
      <p>${periodWords(this.period)}</p>`;
  }
}

/** The first second of a day that was typed, UTC; undefined: none was. */
function startOf(day: string): number | undefined {
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : time / 1000;
}

/** The day that was typed is part of the period. */
function endOf(day: string): number {
  const start = startOf(day);
  return start === undefined ? FOREVER : start + DAY;
}

function periodWords({ from, to, owner }: Period): string {
  return t("trends.period", {
    from: from === 0 ? t("trends.beginning") : utc(from),
    to: to === FOREVER ? t("trends.end") : utc(to),
    owner: owner === null ? t("trends.all") : visible(owner),
  });
}

function qualitySection(report: AuditReport, review: QualityReview): TemplateResult {
  const { batches, exceptions, settled, proven, rows } = review;
  const highest = highestOf(rows);
  return html`<section aria-labelledby="quality">
    <h2 id="quality">${t("trends.quality")}</h2>
    ${csvButton("pqr.csv", qualityTable(review))}
    <p>
      ${t("trends.sums", { batches: count(batches), exceptions: count(exceptions), proven: count(proven), settled: count(settled) })}
    </p>
    ${rows.length === 0 ? html`<p>${t("trends.none")}</p>` : html`${lineTable(report, rows, highest)} ${monthTable(report, rows, highest)}`}
  </section>`;
}

/** The same table as `report` writes it. */
function csvButton(name: string, { columns, rows }: PageTable): TemplateResult {
  const save = (): void => download(name, "text/csv", tableCsv(columns, rows));
  return html`<button type="button" class="quiet noprint" @click=${save}>${t("trends.csv")}</button>`;
}

function lineTable(report: AuditReport, rows: readonly TrendRow[], highest: number): TemplateResult {
  const heads: readonly Head[] = [
    [t("trends.owner")],
    [t("trends.claim")],
    [t("trends.batches"), "number"],
    [t("trends.exceptions"), "number"],
    [t("trends.repeats"), "number"],
    [t("trends.settled"), "number"],
    [t("trends.development", { highest: highest.toFixed(1) })],
  ];
  const lines = trendLines(rows).map((line) => [
    person(report, line.owner),
    said(line.product),
    ...[line.batches, line.exceptions, line.repeats, line.settled].map(count),
    sparkPicture(line, highest),
  ]);
  return plainTable(t("trends.lines"), heads, lines);
}

function monthTable(report: AuditReport, rows: readonly TrendRow[], highest: number): TemplateResult {
  const heads: readonly Head[] = [
    [t("trends.month"), "when"],
    [t("trends.owner")],
    [t("trends.claim")],
    [t("trends.batches"), "number"],
    [t("trends.exceptions"), "number"],
    [t("trends.perHundred"), "number"],
    [t("trends.repeats"), "number"],
    [t("trends.days"), "number"],
    [t("trends.settled"), "number"],
  ];
  const lines = rows.map((row) => [
    row.month,
    person(report, row.owner),
    said(row.product),
    ...[row.batches, row.exceptions].map(count),
    html`${row.perHundred} ${barPicture(Number(row.perHundred), highest)}`,
    count(row.repeats),
    row.daysToClose ?? t("trends.open"),
    count(row.settled),
  ]);
  return plainTable(t("trends.months"), heads, lines);
}

/** The number beside it says the same: it is hidden from those who hear the page. */
function barPicture(value: number, highest: number): TemplateResult {
  const width = highest === 0 ? 0 : (value / highest) * WIDTH;
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} 8" aria-hidden="true">
    ${svg`<rect class="bar-ground" width=${WIDTH} height="8"></rect><rect class="bar-value" width=${width} height="8"></rect>`}
  </svg>`;
}

function sparkPicture(line: TrendLine, highest: number): TemplateResult {
  const words = line.months.map(({ month, perHundred }) => `${month}: ${perHundred}`).join(", ");
  const parts = sparkline(line, highest, WIDTH, HEIGHT);
  return html`<svg class="spark" viewBox="-3 -3 ${WIDTH + 6} ${HEIGHT + 6}" role="img" aria-label=${words}>
    ${parts.map(
      (part) => svg`<polyline class="spark-line" points=${part.map(([x, y]) => `${x},${y}`).join(" ")}></polyline>
        ${part.map(([x, y]) => svg`<circle class="spark-point" cx=${x} cy=${y} r="2"></circle>`)}`,
    )}
  </svg>`;
}

function accessSection(report: AuditReport, review: AccessReview): TemplateResult {
  return html`<section aria-labelledby="access">
    <h2 id="access">${t("trends.access")}</h2>
    ${csvButton("access.csv", accessTable(review))} ${roleTable(report, review.roles)}
    ${activityTable(report, review.activity)}
  </section>`;
}

function roleTable(report: AuditReport, roles: readonly AccessRow[]): TemplateResult {
  return plainTable(
    t("trends.roles"),
    [[t("trends.account")], [t("trends.role")], [t("trends.held")], [t("trends.granted")], [t("trends.revoked")]],
    roles.map(({ account: held, role, from, to, grantedBy, grantedAt, revokedBy, revokedAt }) => [
      person(report, held),
      said(labelsOf(report).text(role)),
      heldWords(BigInt(from), BigInt(to)),
      html`${utc(grantedAt)} ${person(report, grantedBy)}`,
      revokedAt === null ? t("trends.never") : html`${utc(revokedAt)} ${person(report, revokedBy)}`,
    ]),
  );
}

/** The register takes any time: 0 and what no calendar has stand for no bound. */
function heldWords(from: bigint, to: bigint): string {
  return t("trends.heldFromTo", {
    from: from === 0n ? t("trends.beginning") : utc(from),
    to: to > LAST_TIME ? t("trends.end") : utc(to),
  });
}

function activityTable(report: AuditReport, activity: readonly ActivityRow[]): TemplateResult {
  return plainTable(
    t("trends.activity"),
    [
      [t("trends.account")],
      [t("trends.did")],
      [t("trends.times"), "number"],
      [t("trends.first"), "when"],
      [t("trends.last"), "when"],
    ],
    activity.map(({ account: who, kind, count: times, first, last }) => [
      person(report, who),
      activityWord(kind),
      count(times),
      utc(first),
      utc(last),
    ]),
  );
}

/** What an account did, in the reader's language. */
function activityWord(kind: string): TemplateResult | string {
  const known = HISTORY_KINDS.find((each) => each === kind);
  return known === undefined ? said(kind) : t(`history.${known}`);
}

customElements.define("desk-trends", DeskTrends);
