import { html, nothing, type TemplateResult } from "lit";
import { SITE_PATHS, type SiteConfig, type VerifyAnswer, type VerifyQuestion } from "../../src/site/api.ts";
import { givenFile } from "../data/files.ts";
import { DeskElement } from "../parts/element.ts";
import "../parts/scan.ts";
import "./answerCard.ts";
import { ask, outcomeOf, type Outcome } from "./ask.ts";
import { t } from "./messages/index.ts";
import { verificationView } from "./verificationView.ts";

/** By what a batch is named here; the first two are typed or scanned, the others are files. */
const WAYS = ["label", "batch", "credential", "standing"] as const;

/** What is known of a batch, for anybody: from a label, its key, a credential or a standing that a QP signed. */
class SiteVerify extends DeskElement {
  static override properties = { config: { attribute: false }, by: { state: true }, outcome: { state: true } };
  declare config: SiteConfig;
  declare by: VerifyQuestion["by"];
  declare outcome: Outcome<VerifyAnswer>;

  constructor() {
    super();
    this.by = "label";
    this.outcome = { step: "open" };
  }

  protected override render(): TemplateResult {
    return html`<section class="narrow">
        <h1 tabindex="-1">${t("verify.title")}</h1>
        <p>${t("verify.explain")}</p>
        <div class="steps">
          <label>
            <span>${t("verify.by")}</span>
            <select @change=${this.#choose}>
              ${WAYS.map((way) => html`<option value=${way} ?selected=${way === this.by}>${t(`verify.by.${way}`)}</option>`)}
            </select>
          </label>
          ${this.#source()}
        </div>
      </section>
      ${this.#outcome()}`;
  }

  readonly #choose = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.by = WAYS.find((way) => way === value) ?? "label";
    this.outcome = { step: "open" };
  };

  #source(): TemplateResult {
    const { by } = this;
    if (by === "label") {
      const ask = ({ detail }: CustomEvent<string>): void => void this.#ask(detail);
      return html`<div>
        <desk-scan
          .label=${t("dock.label")}
          @scanned=${ask}
          @unscanned=${() => (this.outcome = { step: "open" })}
        ></desk-scan>
        <p class="explain">${t("dock.reveals")}</p>
      </div>`;
    }
    if (by === "batch") return this.#key();
    const take = (event: Event): void => {
      const file = (event.target as HTMLInputElement).files?.[0];
      if (file !== undefined) void this.#ask(givenFile(file).then(({ text }) => text));
    };
    return html`<label>
      <span>${t(`verify.file.${by}`)}</span>
      <input type="file" accept=".json,application/json" @change=${take} />
    </label>`;
  }

  #key(): TemplateResult {
    const take = (event: SubmitEvent): void => {
      event.preventDefault();
      const key = new FormData(event.target as HTMLFormElement).get("key");
      if (typeof key === "string") void this.#ask(key.trim());
    };
    return html`<form @submit=${take}>
      <label>
        <span>${t("verify.key")}</span>
        <input name="key" required pattern="\\s*0x[0-9a-fA-F]{64}\\s*" autocomplete="off" spellcheck="false" />
      </label>
      <button class="ask">${t("verify.ask")}</button>
    </form>`;
  }

  #outcome(): TemplateResult | typeof nothing {
    const { outcome } = this;
    if (outcome.step === "open") return nothing;
    if (outcome.step === "asking") return html`<p role="status">${t("ask.asking")}</p>`;
    const { answer, error } = outcome;
    return html`<div class="narrow">
        <site-answer .asked=${"verify"} .answer=${answer} .error=${error}></site-answer>
      </div>
      ${answer === undefined || answer.verification === null ? nothing : verificationView(answer.verification)}`;
  }

  async #ask(given: string | Promise<string>): Promise<void> {
    const asking: Outcome<VerifyAnswer> = { step: "asking" };
    this.outcome = asking;
    const { by } = this;
    const outcome = await outcomeOf(async () => {
      const question: VerifyQuestion = { by, text: await given };
      return ask<VerifyAnswer>(SITE_PATHS.verify, question);
    });
    // Another question may have been asked meanwhile: this is no answer to it.
    if (this.outcome === asking) this.outcome = outcome;
  }
}

customElements.define("site-verify", SiteVerify);
