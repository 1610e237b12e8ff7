import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Severity } from "../../src/policy/document.ts";
import type { DeskData } from "../data/data.ts";
import { DeskElement } from "../parts/element.ts";
import { count, days, utc } from "../parts/format.ts";
import { labelsOf } from "../parts/labels.ts";
import { language, t, type Language } from "../messages/index.ts";
import { account, batchAddress, said, severityMark } from "../parts/pieces.ts";
import { Printing } from "../parts/printing.ts";
import {
  asked,
  COLUMNS,
  FIELDS,
  queryFrom,
  rowsOf,
  VIEWS,
  WORST_FIRST,
  type Column,
  type Query,
  type Row,
  type ViewName,
} from "../parts/rows.ts";
import { markSeen, seenBefore, type Seen } from "../data/seen.ts";
import { remember, remembered } from "../data/store.ts";
import { cell, pager, shownOf, sortHead } from "../parts/table.ts";

/** Views that a reader may keep, and letters of the name of one. */
const MOST_KEPT = 20;
const LONGEST_NAME = 40;

interface KeptView {
  readonly name: string;
  readonly query: Query;
}

/** What needs eyes, the worst first; and what people signed or changed, with search, filter and order. */
class Rows extends DeskElement {
  static override properties = { data: { attribute: false }, query: { state: true }, page: { state: true } };
  declare data: DeskData;
  declare query: Query;
  declare page: number;

  readonly #printing = new Printing(this);
  #kept: readonly KeptView[] = keptViews();
  #seen: Seen | undefined;
  /** The rows of the view that is shown, made once: they cost more than what is asked of them. */
  #made:
    | { readonly data: DeskData; readonly view: ViewName; readonly language: Language; readonly rows: readonly Row[] }
    | undefined;

  constructor() {
    super();
    this.query = WORST_FIRST;
    this.page = 0;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("data")) this.#seen = seenBefore(this.data);
    if (changed.has("query")) this.page = 0;
  }

  override render(): TemplateResult {
    const all = this.#rows();
    const found = asked(all, this.query);
    const shown = shownOf(found, { page: this.page, all: this.#printing.now });
    return html`<section aria-labelledby="rows">
      <h2 id="rows">${t(this.query.view === "review" ? "rows.title" : `rows.view.${this.query.view}`)}</h2>
      ${this.#views()} ${this.#search()} ${this.query.view === "new" ? this.#newness() : nothing}
      <p role="status" class="status">${this.#caption(found.length, all.length)}</p>
      ${found.length === 0 ? nothing : this.#table(shown)}
      ${pager(found.length, this.page, (page) => (this.page = page))}
    </section>`;
  }

  #rows(): readonly Row[] {
    const { data, query } = this;
    const { view } = query;
    const spoken = language();
    if (this.#made?.data !== data || this.#made.view !== view || this.#made.language !== spoken) {
      const seen = this.#seen;
      const rows =
        view === "new" && seen === undefined
          ? []
          : rowsOf(data.lineage.report, view, (row) => seen?.isNew(row) ?? true);
      this.#made = { data, view, language: spoken, rows };
    }
    return this.#made.rows;
  }

  #ask(change: Partial<Query>): void {
    this.query = { ...this.query, ...change };
  }

  #views(): TemplateResult {
    const { view } = this.query;
    return html`<div class="views" role="group" aria-label=${t("rows.view")}>
      ${VIEWS.map(
        (each) =>
          html`<button type="button" aria-pressed=${each === view ? "true" : "false"} @click=${() => this.#show(each)}>
            ${t(`rows.view.${each}`)}
          </button>`,
      )}
      ${this.#kept.map(
        ({ name, query }) =>
          html`<span class="kept"
            ><button type="button" @click=${() => (this.query = query)}>${said(name)}</button
            ><button
              type="button"
              class="quiet"
              aria-label=${t("rows.view.forget", { name })}
              @click=${() => this.#forget(name)}
            >
              ✕
            </button></span
          >`,
      )}
      <details class="save">
        <summary>${t("rows.view.save")}</summary>
        <form @submit=${this.#save}>
          <label>${t("rows.view.name")} <input name="name" maxlength=${LONGEST_NAME} required /></label>
          <button>${t("rows.view.save")}</button>
        </form>
      </details>
    </div>`;
  }

  #show(view: ViewName): void {
    const sort: Column = view === "review" || view === "new" ? "severity" : "when";
    this.query = { ...WORST_FIRST, view, sort };
  }

  #search(): TemplateResult {
    const { text, field, severity, from, to } = this.query;
    const value = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value;
    return html`<form role="search" class="search" @submit=${(event: Event) => event.preventDefault()}>
      <label class="wide">
        ${t("rows.search")}
        <input
          type="search"
          .value=${text}
          maxlength="200"
          @input=${(event: Event) => this.#ask({ text: value(event) })}
        />
      </label>
      <label>
        ${t("rows.search.in")}
        <select
          @change=${(event: Event) => this.#ask({ field: FIELDS.find((each) => each === value(event)) ?? "all" })}
        >
          ${FIELDS.map((each) => html`<option value=${each} ?selected=${each === field}>${t(`rows.field.${each}`)}</option>`)}
        </select>
      </label>
      <label>
        ${t("rows.severity")}
        <select @change=${(event: Event) => this.#ask({ severity: severityOf(value(event)) })}>
          <option value="" ?selected=${severity === null}>${t("rows.severity.any")}</option>
          ${SEVERITIES.map(
            (each) => html`<option value=${each} ?selected=${each === severity}>${t(`severity.${each}`)}</option>`,
          )}
        </select>
      </label>
      ${this.#date("from", from)} ${this.#date("to", to)}
      <button type="button" @click=${() => this.#show(this.query.view)}>${t("rows.clear")}</button>
    </form>`;
  }

  /** A date as the page writes all of them; a browser's own field for dates shows another order of day and month to everybody. */
  #date(name: "from" | "to", date: string): TemplateResult {
    const onInput = (event: Event): void => {
      const { value, validity } = event.target as HTMLInputElement;
      if (validity.valid) this.#ask({ [name]: value });
    };
    return html`<label>
      ${t(`rows.${name}`)}
      <input .value=${date} placeholder="2022-05-31" pattern="\\d{4}-\\d{2}-\\d{2}" size="10" @input=${onInput} />
    </label>`;
  }

  #save = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { value } = form.elements.namedItem("name") as HTMLInputElement;
    const name = value.trim();
    const others = this.#kept.filter((each) => each.name !== name);
    if (name !== "") this.#keep([...others, { name, query: this.query }].slice(-MOST_KEPT));
    form.reset();
  };

  #forget(name: string): void {
    this.#keep(this.#kept.filter((each) => each.name !== name));
  }

  #keep(views: readonly KeptView[]): void {
    this.#kept = views;
    remember("views", views);
    this.requestUpdate();
  }

  #newness(): TemplateResult {
    const text =
      this.#seen === undefined ? t("rows.new.none") : t("rows.new.since", { block: count(this.#seen.block) });
    return html`<p>${text} <button type="button" @click=${this.#markSeen}>${t("rows.seen")}</button></p>`;
  }

  #markSeen = (): void => {
    markSeen(this.data.lineage.report);
    this.#seen = seenBefore(this.data);
    this.#made = undefined;
    this.requestUpdate();
  };

  #caption(shown: number, total: number): string {
    if (total === 0) return t("rows.nothing");
    if (shown === 0) return t("rows.none", { total: count(total) });
    const { view, sort, descending } = this.query;
    const order = t(descending ? "rows.order.descending" : "rows.order", { column: t(`column.${sort}`) });
    return t("rows.caption", { view: t(`rows.view.${view}`), shown: count(shown), total: count(total), order });
  }

  #table(shown: readonly Row[]): TemplateResult {
    const { sort, descending } = this.query;
    const heads = COLUMNS.map((column) => {
      const direction = descending ? "descending" : "ascending";
      const onSort = (): void =>
        this.#ask({ sort: column, descending: column === sort ? !descending : column === "severity" });
      return sortHead(t(`column.${column}`), column === sort ? direction : "none", onSort);
    });
    return html`<table class="rows" role="table">
      <caption class="hidden">
        ${t(`rows.view.${this.query.view}`)}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${heads}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${shown.map((row) => this.#line(row))}
      </tbody>
    </table>`;
  }

  #line(row: Row): TemplateResult {
    const { report } = this.data.lineage;
    const { severity, at, key, batch, by, standing } = row;
    const age = severity !== null && standing ? t("rows.days", { days: count(days(report.at - at)) }) : undefined;
    return html`<tr role="row">
      ${cell(t("column.severity"), severity === null ? "–" : severityMark(severity), "severity")}
      ${cell(t("column.when"), html`<time>${utc(at)}</time>${age === undefined ? nothing : html` <span class="explain">${age}</span>`}`, "when")}
      ${cell(t("column.batch"), key === null ? batch : html`<a href=${batchAddress(key)}>${said(batch)}</a>`, "batch")}
      ${cell(t("column.what"), what(row, labelsOf(report).text), "what")}
      ${cell(t("column.who"), by === null ? "–" : account(report, by), "who")}
    </tr>`;
  }
}

customElements.define("desk-rows", Rows);

const SEVERITIES = [3, 2, 1] as const satisfies readonly Severity[];

function severityOf(value: string): Severity | null {
  return SEVERITIES.find((each) => String(each) === value) ?? null;
}

/** What a row says: its topic in the reader's language, and then what stands in the log. */
function what(
  { topic, meaning, text, before, after, reason }: Row,
  shortened: (text: string) => string,
): TemplateResult {
  return html`${topicOf(t(topic), text)} ${text === "" ? nothing : said(shortened(text))}
  ${meaning === null ? nothing : html`<span class="meaning">“${t(meaning)}”</span>`} ${change(before, after)}
  ${reason === null ? nothing : html`<span class="reason">${t("amendment.reason")}: ${said(reason)}</span>`}`;
}

/** The topic of a text, where the text does not begin with the same word: in English it often does. */
export function topicOf(topic: string, text: string): TemplateResult | typeof nothing {
  return text.startsWith(topic) ? nothing : html`<strong>${topic}${text === "" ? "" : ":"}</strong>`;
}

/** What something says now and, where it replaced something, what stood before, under the mark that it was changed after entry. */
export function change(before: string | null, after: string | null): TemplateResult | typeof nothing {
  if (before === null) return after === null ? nothing : said(after);
  return html`<span class="change">
    <span class="mark changed">✎ ${t("amendment.mark")}</span>
    <del>${said(before)}</del> → <ins>${said(after ?? "–")}</ins>
  </span>`;
}

/** The views that this browser kept; whatever else it gives is none. */
function keptViews(): readonly KeptView[] {
  const kept = remembered("views");
  if (!Array.isArray(kept)) return [];
  return kept.slice(0, MOST_KEPT).flatMap((each: unknown) => {
    const { name, query } = (each ?? {}) as { readonly name?: unknown; readonly query?: unknown };
    return typeof name === "string" ? [{ name: name.slice(0, LONGEST_NAME), query: queryFrom(query) }] : [];
  });
}
