import { html, nothing, type TemplateResult } from "lit";
import type { SiteConfig } from "../src/site/api.ts";
import type { Failure } from "../src/desk/failure.ts";
import { language } from "./messages/language.ts";
import { DeskFrame } from "./parts/frame.ts";
import { facts, said, symbol } from "./parts/pieces.ts";
import "./site/bedside.ts";
import "./site/dock.ts";
import { t } from "./site/messages/index.ts";
import "./site/queue.ts";
import "./site/site.css";
import "./site/verify.ts";

/** What a person of the site does here, in the order of the navigation. */
const PLACES = ["dock", "bedside", "queue", "verify"] as const;
type Place = (typeof PLACES)[number];

/** What the page was told when it started. */
type SiteState =
  | { readonly step: "starting" }
  | { readonly step: "failed"; readonly failure: Failure }
  | { readonly step: "ready"; readonly config: SiteConfig };

/** The whole page of a site: a frame, and one place at a time. Whoever leaves a place leaves nothing in it. */
export class SiteApp extends DeskFrame {
  static override properties = { state: { attribute: false }, place: { state: true } };
  declare state: SiteState;
  declare place: Place;

  constructor() {
    super();
    this.state = { step: "starting" };
    this.place = placeOf(location.hash);
  }

  protected override show(fragment: string): void {
    this.place = placeOf(fragment);
  }

  override updated(): void {
    document.documentElement.lang = language();
    document.title = `${t(`place.${this.place}`)} – batchproof`;
  }

  override render(): TemplateResult {
    const links = PLACES.map((each) => ({
      address: `#/${each}`,
      text: t(`place.${each}`),
      isShown: each === this.place,
    }));
    return this.framed({
      ...{ title: t("site.title"), skip: t("site.skip"), language: t("site.language"), tools: nothing },
      ...{ places: { label: t("site.places"), links }, main: this.#main() },
    });
  }

  #main(): TemplateResult {
    const { state } = this;
    switch (state.step) {
      case "starting":
        return html`<p role="status">${t("site.starting")}</p>`;
      case "failed":
        return failed(state.failure);
      case "ready":
        return html`${source(state.config)} ${placed(this.place, state.config)}`;
    }
  }
}

customElements.define("site-app", SiteApp);

function placeOf(fragment: string): Place {
  return PLACES.find((each) => fragment === `#/${each}`) ?? "dock";
}

/** Whom the program asks: above every place, because what nobody is asked is unknown. */
function source({ node, registry }: SiteConfig): TemplateResult {
  const where = node === null ? t("source.none") : t("source.node", { node });
  return html`<p class="source ${node === null ? "unknown" : ""}">
    ${symbol(node === null ? "?" : "●")} ${where}
    ${registry === null ? nothing : html`${t("record.register")} ${said(registry)}`}
  </p>`;
}

function placed(place: Place, config: SiteConfig): TemplateResult {
  switch (place) {
    case "dock":
      return html`<site-dock .config=${config}></site-dock>`;
    case "bedside":
      return html`<site-bedside .config=${config}></site-bedside>`;
    case "queue":
      return html`<site-queue .config=${config}></site-queue>`;
    case "verify":
      return html`<site-verify .config=${config}></site-verify>`;
  }
}

function failed({ message, place, remedy }: Failure): TemplateResult {
  return html`<section class="narrow" role="alert">
    <h1 tabindex="-1">${symbol("?")} ${t("site.failed")}</h1>
    ${facts([
      [t("failed.why"), said(message)],
      [t("failed.place"), place === null ? undefined : said(place)],
      [t("failed.remedy"), remedy === null ? undefined : said(remedy)],
    ])}
    <button type="button" @click=${() => location.reload()}>${t("failed.again")}</button>
  </section>`;
}
