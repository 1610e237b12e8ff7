import { LitElement } from "lit";
import { onLanguage, t } from "../messages/index.ts";

/**
 * A part of the page. It renders into the page itself and not into a shadow tree: one style sheet, one order of headings, and
 * print and search see everything. It renders anew when the language changes.
 */
export class DeskElement extends LitElement {
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onLanguage(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    super.disconnectedCallback();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** What cannot be shown says so in its place: what stood there before, or half of it, would be taken for the answer. */
  protected override scheduleUpdate(): void {
    try {
      void super.scheduleUpdate();
    } catch (error) {
      const notice = document.createElement("p");
      notice.className = "notice bad";
      notice.setAttribute("role", "alert");
      notice.textContent = `✕ ${t("failed.view")}: ${String(error)}`;
      this.replaceChildren(notice);
    }
  }
}
