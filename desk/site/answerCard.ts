import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { BatchproofError } from "../../src/errors.ts";
import type { AnswerRecord, SiteAnswer } from "../../src/site/api.ts";
import type { Light, Reason } from "../../src/standing/answer.ts";
import { failureOf } from "../../src/desk/failure.ts";
import { DeskElement } from "../parts/element.ts";
import { facts, said, symbol, whole } from "../parts/pieces.ts";
import { clearMargins, printMargins } from "../parts/sheet.ts";
import { t } from "./messages/index.ts";

/** What was asked: the sentences beside the word depend on it. */
export type Asked = "dock" | "bedside" | "verify";

/** Minutes for which an answer is one. Whoever recalls a batch does not know which pages are open. */
export const ANSWER_MINUTES = 15;

const SYMBOL: Readonly<Record<Light, string>> = { green: "✓", red: "✕", exceptional: "!", unknown: "?" };

/** What an answer says at a moment (milliseconds): one that is older than `ANSWER_MINUTES`, or of the future, is none any more. */
export function lightAt(answer: SiteAnswer | undefined, now: number): Light {
  if (answer === undefined) return "unknown";
  const age = answer.record === null ? 0 : now - Date.parse(answer.record.asked);
  return Math.abs(age) < ANSWER_MINUTES * 60_000 ? answer.light : "unknown";
}

/**
 * An answer as a person must see it at three in the morning: one word, a symbol and a colour, and below it why, as of when and
 * what it does not say. Whatever is no answer is "unknown". Every page that is printed of it says the word.
 */
export class SiteAnswerCard extends DeskElement {
  static override properties = {
    asked: { attribute: false },
    answer: { attribute: false },
    error: { attribute: false },
    lines: { attribute: false },
    now: { state: true },
  };
  declare asked: Asked;
  /** Undefined: there is none, `error` says why. */
  declare answer: SiteAnswer | undefined;
  /** Why there is no answer. */
  declare error: unknown;
  /** What else is filed with the answer, a term and its value a line. */
  declare lines: readonly (readonly [term: string, value: unknown])[];
  declare now: number;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.asked = "dock";
    this.lines = [];
    this.now = Date.now();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch = setInterval(this.#look, 1000);
    addEventListener("beforeprint", this.#look);
  }

  override disconnectedCallback(): void {
    clearInterval(this.#watch);
    removeEventListener("beforeprint", this.#look);
    clearMargins();
    super.disconnectedCallback();
  }

  /** A machine that slept wakes with an old answer on its screen, and paper is for ever. */
  readonly #look = (): void => {
    if (lightAt(this.answer, Date.now()) === lightAt(this.answer, this.now)) return;
    this.now = Date.now();
    // Before paper is made of it, and not after.
    this.performUpdate();
  };

  get #light(): Light {
    // A register that refuses to answer about a batch has said no.
    if (this.error instanceof BatchproofError && this.error.kind === "no") return "red";
    return lightAt(this.answer, this.now);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("answer")) this.now = Date.now();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const record = this.answer?.record ?? null;
    printMargins({
      topLeft: `${t(`light.${this.#light}`)}: ${t(`${this.asked}.${this.#light}`)}`,
      topRight: record === null ? "" : `${t("record.block")} ${record.block} · ${record.time}`,
      bottomLeft: record === null ? "" : record.batch,
    });
    if (changed.has("answer") || changed.has("error")) this.querySelector<HTMLElement>("h2")?.focus();
  }

  protected override render(): TemplateResult {
    const light = this.#light;
    const { reasons = [], notes = [], record = null } = this.answer ?? {};
    const isOld = this.answer !== undefined && this.answer.light !== light;
    return html`<article class="answer ${light}" aria-labelledby="answer">
      <header>
        <h2 id="answer" tabindex="-1">${symbol(SYMBOL[light])} <span>${t(`light.${light}`)}</span></h2>
        <p>${t(`${this.asked}.${light}`)}</p>
      </header>
      ${isOld ? html`<p class="old">${t("answer.old", { minutes: ANSWER_MINUTES })}</p>` : nothing}
      ${this.error === undefined ? nothing : failed(this.error)} ${listed(t("answer.reasons"), reasons)}
      ${listed(t("answer.notes"), notes)} ${facts([...this.lines, ...recordLines(record)])}
      ${listed(
        t("answer.unsaid"),
        unsaid(this.asked).map((text) => ({ text })),
      )}
      <p class="tools"><button type="button" @click=${() => print()}>${t("answer.print")}</button></p>
    </article>`;
  }
}

customElements.define("site-answer", SiteAnswerCard);

/** Why nobody could answer. */
function failed(error: unknown): TemplateResult {
  const { code, message, place, remedy } = failureOf(error);
  return html`<h3>${t("answer.why")}</h3>
    ${facts([
      [t("failed.why"), said(message)],
      [t("failed.code"), code === null ? undefined : said(code)],
      [t("failed.place"), place === null ? undefined : said(place)],
      [t("failed.remedy"), remedy === null ? undefined : said(remedy)],
    ])}`;
}

/** A reason in the reader's language, by its name; with the program's own words, which say more. */
function listed(title: string, reasons: readonly (Reason | { readonly text: string })[]): unknown {
  if (reasons.length === 0) return nothing;
  return html`<h3>${title}</h3>
    <ul>
      ${reasons.map((reason) =>
        "code" in reason
          ? html`<li>${t(`reason.${reason.code}`)} <span class="explain">${said(reason.text)}</span></li>`
          : html`<li>${reason.text}</li>`,
      )}
    </ul>`;
}

function recordLines(record: AnswerRecord | null): readonly (readonly [term: string, value: unknown])[] {
  if (record === null) return [[t("record.from"), t("record.from.nobody")]];
  return [
    [t("record.batch"), whole(record.batch)],
    [t("record.register"), html`${whole(record.registry)} ${t("record.chain", { chain: record.chainId })}`],
    [t("record.block"), html`${record.block}, <time>${said(record.time)}</time> ${whole(record.hash)}`],
    [t("record.from"), t(`record.from.${record.from}`)],
    [t("record.asked"), html`<time>${said(record.asked)}</time>`],
  ];
}

/** What somebody could take the answer for, and it is not. */
function unsaid(asked: Asked): readonly string[] {
  return [t("unsaid.bag"), t("unsaid.sensors"), t("unsaid.later"), ...(asked === "verify" ? [] : [t("unsaid.person")])];
}
