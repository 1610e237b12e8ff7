import { html, nothing, type TemplateResult } from "lit";
import type { CircuitFigures } from "../../src/queue/figures.ts";
import { language } from "../messages/language.ts";
import { count, utc } from "../parts/format.ts";
import { DeskFrame } from "../parts/frame.ts";
import { facts, said, symbol, whole } from "../parts/pieces.ts";
import { cell } from "../parts/table.ts";
import { Watch } from "../parts/watch.ts";
import { look, type DeadJob, type Seen, type Unknown } from "./ask.ts";
import "./dashboard.css";
import { t } from "./messages/index.ts";

/** Seconds between an answer and the next question, and for which an answer is shown. */
const [ASKS_EVERY, SHOWN_FOR] = [10, 60];

/** Whether somebody asks, and what the last answer was. */
type Asking = { readonly answer: "none" | Seen | Unknown; readonly goesOn: boolean } | undefined;

/** The page of a service's queue. A figure that is not the service's answer of the last minute is not shown. */
export class DashboardApp extends DeskFrame {
  static override properties = { asking: { state: true } };
  declare asking: Asking;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.asking = undefined;
    new Watch(this, () => this.#isOld());
  }

  override disconnectedCallback(): void {
    this.#stop();
    super.disconnectedCallback();
  }

  protected override show(): void {
    // There is one place only.
  }

  override updated(): void {
    document.documentElement.lang = language();
    document.title = `${t("title")} – batchproof`;
  }

  override render(): TemplateResult {
    return this.framed({
      ...{ title: t("title"), skip: t("skip"), language: t("language"), tools: nothing, places: undefined },
      main: html`<section class="narrow">
          <h1 tabindex="-1">${t("heading")}</h1>
          <p>${t("explain", { seconds: ASKS_EVERY })}</p>
          ${this.#form()}
        </section>
        <div aria-live="polite">${this.#answer()}</div>`,
    });
  }

  #form(): TemplateResult {
    return html`<form class="token" @submit=${this.#start}>
      <label>
        <span>${t("token")}</span>
        <input name="token" type="password" autocomplete="off" spellcheck="false" aria-describedby="token-explain" />
      </label>
      <button>${t("ask")}</button>
      ${this.asking === undefined ? nothing : html`<button type="button" @click=${this.#stop}>${t("stop")}</button>`}
      <p id="token-explain" class="explain">${t("token.explain")}</p>
    </form>`;
  }

  readonly #start = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#stop();
    const given = new FormData(event.target as HTMLFormElement).get("token");
    this.asking = { answer: "none", goesOn: true };
    void this.#look(typeof given === "string" ? given.trim() : "");
  };

  readonly #stop = (): void => {
    clearTimeout(this.#timer);
    this.asking = undefined;
  };

  async #look(token: string): Promise<void> {
    const before = this.asking;
    const answer = await look(token);
    // Somebody stopped, or asks with another token: this is no answer for them.
    if (this.asking !== before) return;
    const goesOn = "figures" in answer || answer.goesOn;
    this.asking = { answer, goesOn };
    if (goesOn) this.#timer = setTimeout(() => void this.#look(token), ASKS_EVERY * 1000);
  }

  #isOld(): boolean {
    const answer = this.asking?.answer;
    if (typeof answer !== "object" || !("at" in answer)) return false;
    // What is of the future by a clock that was put back is no news either.
    return !(Math.abs(Date.now() - answer.at) < SHOWN_FOR * 1000);
  }

  #answer(): TemplateResult | typeof nothing {
    const { asking } = this;
    if (asking === undefined) return nothing;
    const { answer, goesOn } = asking;
    if (answer === "none") return html`<p role="status">${t("asking")}</p>`;
    if (!("figures" in answer)) return unknown(answer, goesOn);
    return this.#isOld()
      ? html`<p class="notice">${symbol("?")} ${t("old", { seconds: SHOWN_FOR })}</p>`
      : seen(answer);
  }
}

customElements.define("dashboard-app", DashboardApp);

/** No answer is not an empty queue. */
function unknown({ reason: { message, code, place, remedy } }: Unknown, goesOn: boolean): TemplateResult {
  return html`<section class="narrow" role="alert">
    <h2>${symbol("?")} ${t("unknown")}</h2>
    <p>${goesOn ? t("unknown.explain") : t("unknown.stopped")}</p>
    ${facts([
      [t("failed.why"), said(message)],
      [t("failed.code"), code === null ? undefined : said(code)],
      [t("failed.place"), place === null ? undefined : said(place)],
      [t("failed.remedy"), remedy === null ? undefined : said(remedy)],
    ])}
  </section>`;
}

function seen({ figures: { jobs, oldestSeconds, lastHour, circuits }, dead, hasMore, at }: Seen): TemplateResult {
  return html`<section aria-labelledby="queue">
    <h2 id="queue">${t("asked")} <time>${utc(Math.floor(at / 1000))}</time></h2>
    ${facts([
      [t("waiting"), count(jobs.waiting)],
      [t("working"), count(jobs.working)],
      [
        t("oldest"),
        oldestSeconds === null ? t("oldest.none") : t("seconds", { seconds: count(Math.ceil(oldestSeconds)) }),
      ],
      [t("done"), count(jobs.done)],
      [t("lastHour"), count(lastHour)],
      [t("dead"), jobs.dead === 0 ? count(0) : html`<strong>${symbol("✕")} ${count(jobs.dead)}</strong>`],
    ])}
    <h2>${t("circuits")}</h2>
    ${circuits.length === 0 ? html`<p>${t("circuits.none")}</p>` : circuitTable(circuits)}
    <h2>${t("dead.title")}</h2>
    ${dead.length === 0 ? html`<p>${t("dead.none")}</p>` : deadTable(dead)}
    ${hasMore ? html`<p class="notice">${t("dead.more", { count: dead.length })}</p>` : nothing}
  </section>`;
}

function circuitTable(circuits: readonly CircuitFigures[]): TemplateResult {
  const taken = (seconds: number): string => t("seconds", { seconds: count(seconds) });
  return table(["circuit", "proofs", "mean", "longest"], t("circuits"), circuits, (each) => [
    said(each.circuit),
    count(each.proofs),
    taken(each.meanSeconds),
    taken(each.longestSeconds),
  ]);
}

function deadTable(dead: readonly DeadJob[]): TemplateResult {
  return table(["batch", "claim", "why", "job"], t("dead.title"), dead, ({ id, site, batch, claim, failure }) => [
    html`${said(site)} / ${said(batch)}`,
    said(claim),
    failure === undefined ? nothing : html`${said(failure.message)} (${said(failure.code)})`,
    whole(id),
  ]);
}

type Column = "circuit" | "proofs" | "mean" | "longest" | "batch" | "claim" | "why" | "job";

function table<T>(
  columns: readonly Column[],
  caption: string,
  lines: readonly T[],
  cellsOf: (line: T) => readonly unknown[],
): TemplateResult {
  return html`<table role="table" class="rows plain">
    <caption class="hidden">
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map((name) => html`<th scope="col" role="columnheader">${t(name)}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${lines.map(
        (line) =>
          html`<tr role="row">
            ${cellsOf(line).map((content, i) => cell(t(columns[i] ?? "why"), content))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
