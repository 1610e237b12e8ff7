import { html, nothing, type TemplateResult } from "lit";
import { language, LANGUAGES, setLanguage, type Language } from "../messages/language.ts";
import { DeskElement } from "./element.ts";

/** What stands around what a page shows. */
export interface Frame {
  /** The page's name. */
  readonly title: string;
  readonly skip: string;
  readonly language: string;
  /** What can be shown, by its address. */
  readonly places: { readonly label: string; readonly links: readonly PlaceLink[] } | undefined;
  /** Beside the choice of the language. */
  readonly tools: TemplateResult | typeof nothing;
  readonly main: TemplateResult;
}

export interface PlaceLink {
  readonly address: string;
  readonly text: string;
  readonly isShown: boolean;
}

/** A whole page: what it shows follows from its state and from the fragment of the address, and from nothing else. */
export abstract class DeskFrame extends DeskElement {
  /** Shows what this fragment of the address names. */
  protected abstract show(fragment: string): void;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.#follow);
  }

  override disconnectedCallback(): void {
    removeEventListener("hashchange", this.#follow);
    super.disconnectedCallback();
  }

  readonly #follow = (): void => {
    this.show(location.hash);
    // Whoever does not see the page hears where they are now.
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("main h1")?.focus());
  };

  protected framed({ title, skip, language: choose, places, tools, main }: Frame): TemplateResult {
    return html`<a class="skip" href="#content" @click=${this.#skip}>${skip}</a>
      <header class="frame">
        <p class="brand">batchproof <span>${title}</span></p>
        ${
          places === undefined
            ? nothing
            : html`<nav aria-label=${places.label}>
                <ul>
                  ${places.links.map(link)}
                </ul>
              </nav>`
        }
        <div class="tools">${languageChoice(choose)} ${tools}</div>
      </header>
      <main id="content" tabindex="-1">${main}</main>`;
  }

  readonly #skip = (event: Event): void => {
    // The fragment of the address says what is shown.
    event.preventDefault();
    this.querySelector<HTMLElement>("main")?.focus();
  };
}

function link({ address, text, isShown }: PlaceLink): TemplateResult {
  return html`<li><a href=${address} aria-current=${isShown ? "page" : nothing}>${text}</a></li>`;
}

function languageChoice(label: string): TemplateResult {
  const spoken = language();
  const names = Object.entries(LANGUAGES) as [Language, string][];
  return html`<label>
    <span class="hidden">${label}</span>
    <select @change=${(event: Event) => speak((event.target as HTMLSelectElement).value)}>
      ${names.map(([each, name]) => html`<option value=${each} lang=${each} ?selected=${each === spoken}>${name}</option>`)}
    </select>
  </label>`;
}

function speak(name: string): void {
  setLanguage((Object.keys(LANGUAGES) as Language[]).find((each) => each === name) ?? "en");
}
