import { html, nothing, type TemplateResult } from "lit";
import type { QueueItem, QueueRow, QueueStage } from "../../src/audit/queue.ts";
import { commandOf } from "../../src/commandLine.ts";
import type { CertificateLine } from "../../src/formats/certificateLines.ts";
import { visible } from "../../src/formats/visible.ts";
import { SITE_PATHS, type QueueAnswer, type QueueQuestion, type SiteConfig } from "../../src/site/api.ts";
import { remember, remembered } from "../data/store.ts";
import { DeskElement } from "../parts/element.ts";
import { facts, said, symbol, whole } from "../parts/pieces.ts";
import { clearMargins, printMargins } from "../parts/sheet.ts";
import { cell } from "../parts/table.ts";
import { ANSWER_MINUTES } from "./answerCard.ts";
import { ask, outcomeOf, type Outcome } from "./ask.ts";
import { t } from "./messages/index.ts";
import { failureFacts } from "./refused.ts";
import { Watch } from "../parts/watch.ts";

/** Name under which this browser keeps whose queue was asked for last. */
const KEPT = "site/queue/account";
const ACCOUNT = /^0x[0-9a-fA-F]{40}$/;
/** Milliseconds for an answer: a register is read whole for it, and every proof verified. */
const READ_WITHIN = 30 * 60_000;

/** A Qualified Person's queue: his batches with what is missing, open and due, and what a certificate would say. */
class SiteQueue extends DeskElement {
  static override properties = { config: { attribute: false }, outcome: { state: true } };
  declare config: SiteConfig;
  declare outcome: Outcome<QueueAnswer>;

  constructor() {
    super();
    this.outcome = { step: "open" };
    new Watch(this, () => this.#isOld());
  }

  #isOld(): boolean {
    const asked = this.outcome.step === "done" ? this.outcome.answer?.asked : undefined;
    // What is no time, or of the future, is no news either.
    return asked !== undefined && !(Math.abs(Date.now() - Date.parse(asked)) < ANSWER_MINUTES * 60_000);
  }

  override disconnectedCallback(): void {
    clearMargins();
    super.disconnectedCallback();
  }

  protected override updated(): void {
    const answer = this.outcome.step === "done" ? this.outcome.answer : undefined;
    printMargins({
      topLeft: t("queue.title"),
      topRight: answer === undefined ? t("queue.failed") : `${t("record.block")} ${answer.block} · ${answer.time}`,
      bottomLeft: answer?.account ?? "",
    });
  }

  protected override render(): TemplateResult {
    return html`<section class="narrow">
        <h1 tabindex="-1">${t("queue.title")}</h1>
        <p>${t("queue.explain")}</p>
        ${this.config.registry === null || this.config.node === null ? html`<p class="notice">${t("queue.noRegister")}</p>` : this.#form()}
      </section>
      ${this.#outcome()}`;
  }

  #form(): TemplateResult {
    const kept = remembered(KEPT);
    return html`<form class="steps" @submit=${this.#ask}>
      <label>
        <span>${t("queue.account")}</span>
        <input
          name="account"
          required
          pattern="\\s*0x[0-9a-fA-F]{40}\\s*"
          autocomplete="off"
          spellcheck="false"
          .defaultValue=${typeof kept === "string" && ACCOUNT.test(kept) ? kept : ""}
          @input=${() => (this.outcome = { step: "open" })}
        />
      </label>
      <button class="ask">${t("queue.ask")}</button>
    </form>`;
  }

  readonly #ask = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement).get("account");
    const question: QueueQuestion = { account: typeof given === "string" ? given.trim() : "" };
    remember(KEPT, question.account);
    const asking: Outcome<QueueAnswer> = { step: "asking" };
    this.outcome = asking;
    const outcome = await outcomeOf(() => ask<QueueAnswer>(SITE_PATHS.queue, question, READ_WITHIN));
    // Another account may have been typed meanwhile: this is no answer for it.
    if (this.outcome === asking) this.outcome = outcome;
  };

  #outcome(): TemplateResult | typeof nothing {
    const { outcome } = this;
    if (outcome.step === "open") return nothing;
    if (outcome.step === "asking") return html`<p role="status">${t("queue.reading")}</p>`;
    const { answer } = outcome;
    return answer === undefined ? failed(outcome.error) : this.#answer(answer);
  }

  #answer(answer: QueueAnswer): TemplateResult {
    const { rows, quiet, warnings, hasRole, unread } = answer;
    const isOld = this.#isOld();
    const own = rows.filter(({ items }) => items.some((item) => item.own)).length;
    return html`<section aria-labelledby="queue">
      <h2 id="queue" tabindex="-1">${t("queue.count", { rows: rows.length, own, quiet })}</h2>
      ${isOld ? notice(t("answer.old", { minutes: ANSWER_MINUTES })) : nothing}
      ${hasRole ? nothing : notice(t("queue.noRole"))} ${warnings.map((text) => notice(said(text)))}
      ${unread === null ? nothing : notice(t("queue.unread", { registry: unread }))} ${recordOf(answer)}
      ${rows.map((row) => this.#row(answer, row, isOld))}
      <p class="tools"><button type="button" @click=${() => print()}>${t("queue.print")}</button></p>
    </section>`;
  }

  #row({ account, registry }: QueueAnswer, row: QueueRow, isOld: boolean): TemplateResult {
    const { key, owner, serial, product, status, ready, overdue, due, items, stages, certificate } = row;
    const isReady = ready && !isOld;
    return html`<article class="waiting" aria-labelledby=${key}>
      <h3 id=${key}>${said(product)} ${t("queue.serial", { serial })}</h3>
      <p>
        ${isReady ? html`<span class="mark proven">${symbol("✓")} ${t("queue.ready")}</span>` : nothing}
        ${overdue ? html`<span class="mark declared">${symbol("✕")} ${t("queue.overdue")}</span>` : nothing}
      </p>
      ${facts([
        [t("record.batch"), whole(key)],
        [t("queue.owner"), whole(owner)],
        [t("queue.status"), said(status)],
        [t("queue.due"), due === null ? undefined : said(due)],
      ])}
      <ul>
        ${items.map(itemLine)}
      </ul>
      ${stages.length === 0 ? nothing : stageTable(stages)}
      ${certificate === null || isOld ? nothing : certificateView(certificate, this.#command(owner, registry, account))}
    </article>`;
  }

  /** What is typed to sign it: the page has no key, and signs nothing. */
  #command(owner: string, registry: string, account: string): string {
    const on = ["--rpc", this.config.node ?? "URL", "--registry", registry];
    return commandOf("certify", "DIR", "--owner", owner, "--certificate", "FILE", ...on, "--account", account);
  }
}

customElements.define("site-queue", SiteQueue);

function notice(text: unknown): TemplateResult {
  return html`<p class="notice">${symbol("?")} ${text}</p>`;
}

/** No list is not an empty one. */
function failed(error: unknown): TemplateResult {
  return html`<section class="narrow" role="alert">
    <h2>${symbol("?")} ${t("queue.failed")}</h2>
    <p>${t("queue.failed.explain")}</p>
    ${failureFacts(error)}
  </section>`;
}

function recordOf({ account, registry, chainId, block, hash, time, asked }: QueueAnswer): TemplateResult {
  return facts([
    [t("record.account"), whole(account)],
    [t("record.register"), html`${whole(registry)} ${t("record.chain", { chain: chainId })}`],
    [t("record.block"), html`${block}, <time>${said(time)}</time> ${whole(hash)}`],
    [t("record.asked"), html`<time>${said(asked)}</time>`],
  ]);
}

const SEVERITY_SYMBOL = { 3: "▲▲", 2: "▲", 1: "△" } as const;

function itemLine({ kind, severity, own, due, text }: QueueItem): TemplateResult {
  return html`<li>
    <span class="mark severity-${severity}">${symbol(SEVERITY_SYMBOL[severity])} ${t(`severity.${severity}`)}</span>
    ${own ? html`<strong>${symbol("→")} ${t("queue.own")}</strong>` : nothing} ${t(`queue.kind.${kind}`)}
    <span class="explain">${said(text)}${due === null ? nothing : html`, ${t("queue.due.by")} ${said(due)}`}</span>
  </li>`;
}

function stageTable(stages: readonly QueueStage[]): TemplateResult {
  const heads = ["stage", "qps", "confirmed"] as const;
  return html`<table role="table" class="rows plain">
    <caption>
      ${t("queue.stages")}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${heads.map((head) => html`<th scope="col" role="columnheader">${t(`queue.${head}`)}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${stages.map(
        (stage) =>
          html`<tr role="row">
            ${cell(t("queue.stage"), stage.stage)}
            ${cell(t("queue.qps"), stage.qps.length === 0 ? t("queue.nobody") : stage.qps.map((qp) => html`<div>${whole(qp)}</div>`))}
            ${cell(t("queue.confirmed"), confirmation(stage))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function confirmation({ confirmed, withdrawn }: QueueStage): unknown {
  if (confirmed !== null) {
    const void_ = confirmed.holds ? nothing : html`<strong>${t("queue.void")}</strong>`;
    return html`<time>${said(confirmed.at)}</time> ${whole(confirmed.by)} ${void_}`;
  }
  if (withdrawn === null) return t("queue.unconfirmed");
  return html`${t("queue.withdrawn")} <time>${said(withdrawn.at)}</time> ${whole(withdrawn.by)}`;
}

/** The certificate as the device that signs it will show it, each field beside its words. */
function certificateView(lines: readonly CertificateLine[], command: string): TemplateResult {
  return html`<details open>
    <summary>${t("queue.certificate")}</summary>
    <p>${t("queue.certificate.explain")}</p>
    ${facts(
      lines.map(({ field, value, words }) => [
        field,
        html`${value === "" ? t("queue.yours") : whole(value)} <span class="explain">${said(words)}</span>`,
      ]),
    )}
    <p>${t("queue.certificate.sign")}</p>
    <pre><code>${visible(command)}</code></pre>
  </details>`;
}
