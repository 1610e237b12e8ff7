import { html, nothing, type TemplateResult } from "lit";
import { visible } from "../../src/formats/visible.ts";
import {
  SITE_PATHS,
  type DockQuestion,
  type SiteAnswer,
  type SiteConfig,
  type SiteFolder,
} from "../../src/site/api.ts";
import { DeskElement } from "../parts/element.ts";
import { said } from "../parts/pieces.ts";
import "../parts/scan.ts";
import "./answerCard.ts";
import { ask, outcomeOf, type Outcome } from "./ask.ts";
import { t } from "./messages/index.ts";

/** The dock: may this stage begin with the bag in the hand? */
class SiteDock extends DeskElement {
  static override properties = {
    config: { attribute: false },
    question: { state: true },
    outcome: { state: true },
  };
  declare config: SiteConfig;
  declare question: DockQuestion;
  declare outcome: Outcome<SiteAnswer>;

  constructor() {
    super();
    this.question = { label: "", folder: 0, stage: "", carrier: "" };
    this.outcome = { step: "open" };
  }

  protected override render(): TemplateResult {
    const { folders } = this.config;
    const folder = folders.find(({ id }) => id === this.question.folder);
    return html`<section class="narrow">
      <h1 tabindex="-1">${t("dock.title")}</h1>
      <p>${t("dock.explain")}</p>
      ${folder === undefined ? html`<p class="notice">${t("dock.noFolder")}</p>` : this.#form(folder)}
      ${this.#outcome(folder)}
    </section>`;
  }

  #form({ stages }: SiteFolder): TemplateResult {
    const { question } = this;
    return html`<form class="steps" @submit=${this.#ask}>
      ${this.#folders()}
      <label>
        <span>${t("dock.stage")}</span>
        <select
          required
          @change=${(event: Event) => this.#change({ stage: (event.target as HTMLSelectElement).value })}
        >
          <option value="" ?selected=${question.stage === ""}>${t("dock.stage.choose")}</option>
          ${stages.map((name) => html`<option value=${name} ?selected=${name === question.stage}>${visible(name)}</option>`)}
        </select>
      </label>
      <div>
        <desk-scan
          .label=${t("dock.label")}
          @scanned=${this.#scanned("label")}
          @unscanned=${() => this.#change({ label: "" })}
        ></desk-scan>
        ${scannedText(question.label)}
        <p class="explain">${t("dock.reveals")}</p>
      </div>
      <div>
        <desk-scan
          .label=${t("dock.carrier")}
          @scanned=${this.#scanned("carrier")}
          @unscanned=${() => this.#change({ carrier: "" })}
        ></desk-scan>
        ${scannedText(question.carrier)}
      </div>
      <button class="ask" ?disabled=${question.label === "" || question.stage === ""}>${t("dock.ask")}</button>
    </form>`;
  }

  /** Which batch: chosen by its lot, where there are several. */
  #folders(): TemplateResult | typeof nothing {
    const { folders } = this.config;
    const choose = (event: Event): void =>
      this.#change({ folder: Number((event.target as HTMLSelectElement).value), stage: "" });
    return html`<label>
      <span>${t("dock.lot")}</span>
      <select @change=${choose}>
        ${folders.map(({ id, lot }) => html`<option value=${id} ?selected=${id === this.question.folder}>${visible(lot)}</option>`)}
      </select>
    </label>`;
  }

  #outcome(folder: SiteFolder | undefined): TemplateResult | typeof nothing {
    const { outcome, question } = this;
    if (outcome.step === "open" || folder === undefined) return nothing;
    if (outcome.step === "asking") return html`<p role="status">${t("ask.asking")}</p>`;
    const lines = [
      [t("record.lot"), said(folder.lot)],
      [t("record.stage"), said(question.stage)],
      [t("record.carrier"), question.carrier === "" ? undefined : said(question.carrier)],
    ];
    return html`<site-answer
      .asked=${"dock"}
      .answer=${outcome.answer}
      .error=${outcome.error}
      .lines=${lines}
    ></site-answer>`;
  }

  #scanned(member: "label" | "carrier"): (event: CustomEvent<string>) => void {
    return ({ detail }) => this.#change({ [member]: detail });
  }

  /** An answer is to one question: whoever changes anything of it has none any more. */
  #change(change: Partial<DockQuestion>): void {
    this.question = { ...this.question, ...change };
    this.outcome = { step: "open" };
  }

  readonly #ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    const asking: Outcome<SiteAnswer> = { step: "asking" };
    this.outcome = asking;
    const { question } = this;
    const outcome = await outcomeOf(() => ask<SiteAnswer>(SITE_PATHS.dock, question));
    // Another question may have been begun, or the same asked again meanwhile: this is no answer to it.
    if (this.outcome === asking) this.outcome = outcome;
  };
}

customElements.define("site-dock", SiteDock);

function scannedText(text: string): TemplateResult | typeof nothing {
  return text === "" ? nothing : html`<p class="scanned">${t("dock.scanned")} <code>${said(text)}</code></p>`;
}
