import { html, type TemplateResult } from "lit";
import { DeskElement } from "../parts/element.ts";
import { t } from "../messages/index.ts";

/** A button that copies a text whole. Where the browser does not allow it, the text beside it can still be selected. */
class CopyButton extends DeskElement {
  static override properties = { text: { attribute: false }, done: { state: true } };
  declare text: string;
  declare done: boolean;

  constructor() {
    super();
    this.text = "";
    this.done = false;
  }

  override render(): TemplateResult {
    const label = t(this.done ? "batch.copied" : "batch.copy");
    return html`<button
      type="button"
      class="quiet"
      @click=${this.#copy}
      aria-label="${label}: ${this.text.slice(0, 10)}…"
    >
      ${label}
    </button>`;
  }

  #copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(this.text);
      this.done = true;
    } catch {
      this.done = false;
    }
  };
}

customElements.define("desk-copy", CopyButton);
