import { html, nothing, type TemplateResult } from "lit";
import type { AuditReport } from "../../src/audit/report.ts";
import { drawSample, type Sample } from "../../src/audit/sample.ts";
import type { DeskData } from "../data/data.ts";
import { draftOf } from "../data/draft.ts";
import { DeskElement } from "../parts/element.ts";
import { count } from "../parts/format.ts";
import { labelsOf } from "../parts/labels.ts";
import { t } from "../messages/index.ts";
import { batchAddress, facts, said, whole } from "../parts/pieces.ts";
import { plainTable, refused } from "./parts.ts";

/** So many are proposed: enough to be worth opening, few enough to be opened. */
const PROPOSED = 5;

/** A random sample of the batches that need no reading. */
export class DeskSample extends DeskElement {
  static override properties = { data: { attribute: false }, waiting: { state: true }, error: { state: true } };
  declare data: DeskData;
  declare waiting: boolean;
  declare error: unknown;

  constructor() {
    super();
    this.waiting = false;
  }

  protected override render(): TemplateResult {
    const { report } = this.data.lineage;
    return html`<section aria-labelledby="sample">
      <h1 id="sample" tabindex="-1">${t("page.sample")}</h1>
      <p>${t("sample.explain", { block: report.block })}</p>
      ${this.#state(report)} ${this.error === undefined ? nothing : refused(this.error)}
    </section>`;
  }

  #state(report: AuditReport): TemplateResult {
    const { sample } = draftOf(report);
    if (sample !== undefined) return drawn(report, sample);
    if (this.waiting) return html`<p role="status">${t("sample.waiting")}</p>`;
    const population = report.batches.filter(({ reasons }) => reasons.length === 0).length;
    if (population === 0) return html`<p>${t("sample.none")}</p>`;
    if (this.data.laterBlock === null) return html`<p>${t("sample.noNode")}</p>`;
    return this.#form(population, this.data.laterBlock);
  }

  #form(population: number, laterBlock: NonNullable<DeskData["laterBlock"]>): TemplateResult {
    const draw = (event: SubmitEvent): void => {
      event.preventDefault();
      const wanted = (event.target as HTMLFormElement).elements.namedItem("count") as HTMLInputElement;
      void this.#draw(wanted.valueAsNumber, laterBlock);
    };
    return html`<form class="filter noprint" @submit=${draw}>
      <p>${t("sample.population", { count: count(population) })}</p>
      <label
        >${t("sample.count")}
        <input
          name="count"
          type="number"
          required
          min="1"
          max=${population}
          .value=${String(Math.min(PROPOSED, population))}
        />
      </label>
      <button type="submit">${t("sample.draw")}</button>
    </form>`;
  }

  async #draw(wanted: number, laterBlock: NonNullable<DeskData["laterBlock"]>): Promise<void> {
    const { report } = this.data.lineage;
    [this.waiting, this.error] = [true, undefined];
    try {
      draftOf(report).sample = drawSample(report, wanted, await laterBlock());
    } catch (error) {
      this.error = error;
    }
    this.waiting = false;
  }
}

customElements.define("desk-sample", DeskSample);

function drawn(report: AuditReport, { population, populationHash, seedBlock, seedHash, keys }: Sample): TemplateResult {
  const batchOf = new Map(report.batches.map((batch) => [batch.key, batch]));
  const lines = keys.map((key, i) => [
    i + 1,
    html`<a href=${batchAddress(key)}>${said(labelsOf(report).batch(key))}</a>`,
    said(batchOf.get(key)?.product ?? ""),
  ]);
  return html`${facts([
    [t("sample.from"), t("ground.of", { count: count(keys.length), total: count(population) })],
    [t("sample.fromHash"), whole(populationHash)],
    [t("sample.seed", { block: seedBlock }), whole(seedHash)],
  ])}
  ${plainTable(t("sample.drawn"), [[t("sample.order"), "number"], [t("column.batch")], [t("column.product")]], lines)}`;
}
