import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { AuditReport } from "../src/audit/report.ts";
import type { DeskData, DeskState } from "./data/data.ts";
import { DeskFrame, type PlaceLink } from "./parts/frame.ts";
import { count, utc } from "./parts/format.ts";
import { labelsOf } from "./parts/labels.ts";
import { language, t } from "./messages/index.ts";
import { facts, said, symbol } from "./parts/pieces.ts";
import { addressOf, PAGES, routeOf, type Route } from "./route.ts";
import { headPages } from "./parts/sheet.ts";
import type { Failure } from "../src/desk/failure.ts";
import type { Progress } from "./data/source.ts";
import { legend, notice, verdict } from "./views/summary.ts";
import "./views/batch.ts";
import "./views/batches.ts";
import "./views/copy.ts";
import "./views/disclosure.ts";
import "./views/policy.ts";
import "./views/review.ts";
import "./views/rows.ts";
import "./views/sample.ts";
import "./views/trends.ts";

/** The page of a register. */
export class DeskApp extends DeskFrame {
  static override properties = { state: { attribute: false }, route: { state: true }, chosen: { state: true } };
  declare state: DeskState;
  declare route: Route;
  /** Which register is shown: 0 is the register itself, the others those that it follows. */
  declare chosen: number;

  /** Reads a report that the reader gives. */
  onFile: (file: File) => void = () => undefined;

  constructor() {
    super();
    this.state = { step: "reading", progress: null };
    this.route = routeOf(location.hash);
    this.chosen = 0;
  }

  protected override show(fragment: string): void {
    this.route = routeOf(fragment);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("state")) this.chosen = 0;
  }

  override updated(): void {
    document.documentElement.lang = language();
    document.title = `${t("page.title")} – batchproof`;
    if (this.state.step === "ready") headPages(this.#shown(this.state.data).lineage.report);
  }

  override render(): TemplateResult {
    const isReady = this.state.step === "ready";
    return this.framed({
      ...{ title: t("page.title"), skip: t("page.skip"), language: t("page.language") },
      places: isReady ? { label: t("page.views"), links: this.#links() } : undefined,
      tools: isReady ? html`<button type="button" @click=${() => print()}>${t("page.print")}</button>` : nothing,
      main: this.#main(),
    });
  }

  #links(): PlaceLink[] {
    const { page } = this.route;
    return PAGES.map((each) => ({ address: addressOf(each), text: t(`page.${each}`), isShown: each === page }));
  }

  #main(): TemplateResult {
    const { state } = this;
    switch (state.step) {
      case "choosing":
        return this.#choosing();
      case "reading":
        return reading(state.progress);
      case "failed":
        return failed(state.problem);
      case "ready":
        return this.#ready(state.data);
    }
  }

  #choosing(): TemplateResult {
    const open = (event: Event): void => {
      const file = (event.target as HTMLInputElement).files?.[0];
      if (file !== undefined) this.onFile(file);
    };
    return html`<section class="narrow">
      <h1 tabindex="-1">${t("choose.title")}</h1>
      <p>${t("choose.explain")}</p>
      <label>${t("choose.file")} <input type="file" accept=".json,application/json" @change=${open} /></label>
    </section>`;
  }

  #ready(data: DeskData): TemplateResult {
    const shown = this.#shown(data);
    const { report } = shown.lineage;
    return html`${data.origin === "node" ? nothing : notice(`origin.${data.origin}`)} ${this.#registers(data)}
    ${this.route.page === "review" ? nothing : headline(report)} ${viewOf(this.route, shown)}
    ${legend(labelsOf(report).legend())}`;
  }

  /** What the views show: of the register that is chosen. */
  #shown(data: DeskData): DeskData {
    const { lineage } = data;
    const report = lineage.predecessors[this.chosen - 1];
    if (report === undefined) return data;
    if (this.#before?.data !== data || this.#before.shown.lineage.report !== report) {
      this.#before = { data, shown: { ...data, lineage: { ...lineage, report } } };
    }
    return this.#before.shown;
  }

  /** Made once for each choice: a view takes other data for news. */
  #before: { readonly data: DeskData; readonly shown: DeskData } | undefined;

  #registers({ lineage: { predecessors } }: DeskData): TemplateResult | typeof nothing {
    if (predecessors.length === 0) return nothing;
    const options = [
      t("page.register.own"),
      ...predecessors.map(({ registry }) => t("page.register.before", { registry })),
    ];
    const choose = (event: Event): void => void (this.chosen = (event.target as HTMLSelectElement).selectedIndex);
    return html`<label class="registers">
      ${t("page.register.read")}
      <select @change=${choose}>
        ${options.map((text, i) => html`<option ?selected=${i === this.chosen}>${text}</option>`)}
      </select>
    </label>`;
  }
}

customElements.define("desk-app", DeskApp);

function reading(progress: Progress | null): TemplateResult {
  const text =
    progress === null
      ? t("reading.wait")
      : t("reading.progress", { block: count(progress.block), last: count(progress.last) });
  return html`<section class="narrow">
    <h1 tabindex="-1">${t("reading.title")}</h1>
    <progress
      aria-label=${t("reading.title")}
      max=${progress?.last ?? 1}
      value=${progress === null ? nothing : progress.block}
    ></progress>
    <p role="status">${text}</p>
    <p class="notice">${symbol("?")} ${t("reading.nothing")}</p>
  </section>`;
}

function failed({ code, message, place, remedy }: Failure): TemplateResult {
  return html`<section class="narrow" role="alert">
    <h1 tabindex="-1">${symbol("✕")} ${t("failed.title")}</h1>
    <p>${t("failed.explain")}</p>
    ${facts([
      [t("failed.why"), said(message)],
      [t("failed.code"), code === null ? undefined : said(code)],
      [t("failed.place"), place === null ? undefined : said(place)],
      [t("failed.remedy"), remedy === null ? undefined : said(remedy)],
    ])}
    <button type="button" @click=${() => location.reload()}>${t("failed.again")}</button>
  </section>`;
}

/** Verdict and block in one line, above every view but the first: no view is read without them. */
function headline(report: AuditReport): TemplateResult {
  return html`<p class="headline">
    <a href=${addressOf("review")}>${verdict(report)}</a>
    <span class="explain">${t("print.block")} ${report.block}, ${utc(report.at)}</span>
  </p>`;
}

function viewOf(route: Route, data: DeskData): TemplateResult {
  switch (route.page) {
    case "review":
      return html`<desk-summary .data=${data}></desk-summary><desk-rows .data=${data}></desk-rows>`;
    case "batches":
      return html`<desk-batches .data=${data}></desk-batches>`;
    case "batch":
      return html`<desk-batch .data=${data} .key=${route.key}></desk-batch>`;
    case "disclosure":
      return html`<desk-disclosure .data=${data}></desk-disclosure>`;
    case "trends":
      return html`<desk-trends .data=${data}></desk-trends>`;
    case "policy":
      return html`<desk-policy .data=${data}></desk-policy>`;
    case "sample":
      return html`<desk-sample .data=${data}></desk-sample>`;
    case "record":
      return html`<desk-review .data=${data}></desk-review>`;
    case "missing":
      return html`<h1 tabindex="-1">${t("page.missing")}</h1>`;
  }
}
