import { html, type TemplateResult } from "lit";
import type { BatchReport, Colour } from "../../src/audit/report.ts";
import type { DeskData } from "../data/data.ts";
import { DeskElement } from "../parts/element.ts";
import { count } from "../parts/format.ts";
import { labelsOf } from "../parts/labels.ts";
import { t } from "../messages/index.ts";
import { batchAddress, colourMark, said } from "../parts/pieces.ts";
import { Printing } from "../parts/printing.ts";
import { cell, pager, shownOf, sortHead } from "../parts/table.ts";

const COLUMNS = ["batch", "product", "status", "reader", "claims", "eyes"] as const;
type Column = (typeof COLUMNS)[number];

/** The worst first: what is declared, what nothing is known of, what people settled, what is proven. */
const RANK: Readonly<Record<Colour, number>> = { declared: 0, unknown: 1, settled: 2, proven: 3 };

/** Every batch of the register, those that need no reading too. */
class Batches extends DeskElement {
  static override properties = {
    data: { attribute: false },
    sort: { state: true },
    descending: { state: true },
    page: { state: true },
  };
  declare data: DeskData;
  declare sort: Column;
  declare descending: boolean;
  declare page: number;

  readonly #printing = new Printing(this);

  constructor() {
    super();
    this.sort = "reader";
    this.descending = false;
    this.page = 0;
  }

  override render(): TemplateResult {
    const { report } = this.data.lineage;
    const batch = labelsOf(report).batch;
    const sign = this.descending ? -1 : 1;
    const sorted = report.batches.toSorted((a, b) => sign * compared(a, b, this.sort, batch));
    const heads = COLUMNS.map((column) => {
      const direction = this.descending ? "descending" : "ascending";
      return sortHead(t(`column.${column}`), column === this.sort ? direction : "none", () => this.#order(column));
    });
    return html`<section aria-labelledby="batches">
      <h1 id="batches" tabindex="-1">${t("batches.title")}</h1>
      <table class="rows batches" role="table" aria-labelledby="batches">
        <thead role="rowgroup">
          <tr role="row">
            ${heads}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${shownOf(sorted, { page: this.page, all: this.#printing.now }).map((each) => line(each, batch(each.key)))}
        </tbody>
      </table>
      ${pager(sorted.length, this.page, (page) => (this.page = page))}
    </section>`;
  }

  #order(column: Column): void {
    this.descending = column === this.sort && !this.descending;
    this.sort = column;
    this.page = 0;
  }
}

customElements.define("desk-batches", Batches);

const COLLATOR = new Intl.Collator("en", { numeric: true });

function compared(a: BatchReport, b: BatchReport, column: Column, name: (key: string) => string): number {
  switch (column) {
    case "batch":
      return COLLATOR.compare(name(a.key), name(b.key));
    case "product":
      return COLLATOR.compare(a.product, b.product);
    case "status":
      return COLLATOR.compare(t(`status.${a.status}`), t(`status.${b.status}`));
    case "reader":
      return RANK[a.colour] - RANK[b.colour];
    case "claims":
      return a.proven.length / a.claims - b.proven.length / b.claims;
    case "eyes":
      return a.reasons.length - b.reasons.length;
  }
}

function line(
  { key, product, status, colour, proven, claims, settled, reasons }: BatchReport,
  name: string,
): TemplateResult {
  const told = { proven: proven.length, claims, settled: settled.length };
  return html`<tr role="row">
    ${cell(t("column.batch"), html`<a href=${batchAddress(key)}>${said(name)}</a>`, "batch")}
    ${cell(t("column.product"), said(product))} ${cell(t("column.status"), t(`status.${status}`))}
    ${cell(t("column.reader"), colourMark(colour))}
    ${cell(t("column.claims"), settled.length === 0 ? t("batches.claims", told) : t("batches.claims.settled", told))}
    ${cell(
      t("column.eyes"),
      reasons.length === 0 ? t("batches.nothing") : t("batches.reasons", { count: count(reasons.length) }),
    )}
  </tr>`;
}
