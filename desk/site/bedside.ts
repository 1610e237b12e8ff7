import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { ageInWords } from "../../src/audit/words.ts";
import {
  administrationDocument,
  administrationRecord,
  basisOf,
  BEDSIDE_MEANINGS,
  signAdministration,
  type AdministrationDocument,
  type AdministrationRecord,
  type BedsideMeaning,
  type SignedPerson,
} from "../../src/bedside/record.ts";
import { documentText } from "../../src/formats/document.ts";
import { labelFromText } from "../../src/formats/label.ts";
import { visible } from "../../src/formats/visible.ts";
import { parseJson } from "../../src/input/json.ts";
import { unlockKeyFile } from "../../src/parties/keys.ts";
import {
  SITE_PATHS,
  type MatchQuestion,
  type RecordAnswer,
  type RecordQuestion,
  type SiteAnswer,
  type SiteConfig,
  type SiteFolder,
} from "../../src/site/api.ts";
import { download, givenFile } from "../data/files.ts";
import { DeskElement } from "../parts/element.ts";
import { zone } from "../parts/format.ts";
import { facts, said, symbol } from "../parts/pieces.ts";
import "../parts/scan.ts";
import { lightAt } from "./answerCard.ts";
import { ask, outcomeOf, type Outcome } from "./ask.ts";
import { t } from "./messages/index.ts";
import { refused } from "./refused.ts";
import { Watch } from "../parts/watch.ts";

/** What is scanned, in this order. */
const SCANS = ["wristband", "label", "carrier"] as const;
type Scan = (typeof SCANS)[number];

const TIMES = ["thawed", "infusionStart", "infusionEnd"] as const;
type Time = (typeof TIMES)[number];

const NOTHING_SCANNED: Readonly<Record<Scan, string>> = { wristband: "", label: "", carrier: "" };
const NO_TIMES: Readonly<Record<Time, string>> = { thawed: "", infusionStart: "", infusionEnd: "" };

type Signatures = Readonly<Partial<Record<BedsideMeaning, SignedPerson>>>;

/**
 * The bedside: is this bag this patient's, may it be given, and that it was. Each step rests on those before: whoever changes one
 * begins anew after it. The wristband's text is in this element and nowhere else, until it was recorded or somebody leaves.
 */
class SiteBedside extends DeskElement {
  static override properties = {
    config: { attribute: false },
    folder: { state: true },
    scanned: { state: true },
    matched: { state: true },
    known: { state: true },
    times: { state: true },
    signatures: { state: true },
    signing: { state: true },
    error: { state: true },
    recorded: { state: true },
  };
  declare config: SiteConfig;
  declare folder: number;
  declare scanned: Readonly<Record<Scan, string>>;
  declare matched: Outcome<SiteAnswer>;
  /** Both people know that the batch is supplied exceptionally. */
  declare known: boolean;
  /** As the fields hold them: local times of this machine. */
  declare times: Readonly<Record<Time, string>>;
  declare signatures: Signatures;
  declare signing: boolean;
  /** Why somebody's signature was not made. */
  declare error: unknown;
  declare recorded: Outcome<RecordAnswer>;
  #record: AdministrationRecord | undefined;

  constructor() {
    super();
    this.folder = 0;
    this.scanned = NOTHING_SCANNED;
    this.times = NO_TIMES;
    this.#unmatch();
    new Watch(this, () => lightAt(this.#answer(), Date.now()));
  }

  override disconnectedCallback(): void {
    this.#forget();
    super.disconnectedCallback();
  }

  protected override updated(changed: PropertyValues<this>): void {
    // Not at first: whoever comes here hears the heading.
    if (changed.get("scanned") !== undefined) void this.#focusNext();
  }

  /** A scanner types where the focus is: after each scan it is in the next field. */
  async #focusNext(): Promise<void> {
    const field = this.querySelector<DeskElement>("desk-scan");
    await field?.updateComplete;
    const next = field?.querySelector("input") ?? this.querySelector<HTMLElement>("button.ask");
    next?.focus();
  }

  /** Nothing of the patient stays behind. */
  #forget(): void {
    this.scanned = NOTHING_SCANNED;
    this.times = NO_TIMES;
  }

  /** What rested on the match rests on nothing any more. */
  #unmatch(): void {
    this.matched = { step: "open" };
    this.#unsign();
    this.known = false;
  }

  #unsign(): void {
    this.signatures = {};
    this.signing = false;
    this.error = undefined;
    this.recorded = { step: "open" };
    this.#record = undefined;
  }

  #answer(): SiteAnswer | undefined {
    return this.matched.step === "done" ? this.matched.answer : undefined;
  }

  protected override render(): TemplateResult {
    const { folders } = this.config;
    const folder = folders.find(({ id }) => id === this.folder);
    const done = this.recorded.step === "done" && this.recorded.answer?.recorded === true;
    return html`<section class="narrow">
      <h1 tabindex="-1">${t("bedside.title")}</h1>
      <p>${t("bedside.explain")}</p>
      ${folder === undefined ? html`<p class="notice">${t("dock.noFolder")}</p>` : done ? this.#done(folder) : this.#steps(folder)}
    </section>`;
  }

  #steps(folder: SiteFolder): TemplateResult {
    return html`<div class="steps">${this.#folders()} ${this.#scans(folder)}</div>
      ${this.#match(folder)} ${this.#administration(folder)}`;
  }

  #folders(): TemplateResult {
    const choose = ({ target }: Event): void => {
      this.folder = Number((target as HTMLSelectElement).value);
      this.#scan("wristband", "");
    };
    return html`<label>
      <span>${t("dock.lot")}</span>
      <select @change=${choose}>
        ${this.config.folders.map(({ id, lot }) => html`<option value=${id} ?selected=${id === this.folder}>${visible(lot)}</option>`)}
      </select>
    </label>`;
  }

  /** One scan after the other, as far as those before are there. */
  #scans({ identity }: SiteFolder): TemplateResult {
    if (!identity) return html`<p class="notice">${t("bedside.noIdentity")}</p>`;
    const { wristband, label } = this.scanned;
    const carrier = carrierOf(label);
    return html`${this.#scanStep("wristband", t("bedside.wristband.explain"))}
    ${wristband === "" ? nothing : this.#scanStep("label", t("dock.reveals"))}
    ${carrier instanceof Error ? refused(carrier) : nothing}
    ${carrier === "named" ? this.#scanStep("carrier", t("bedside.carrier.explain")) : nothing}
    ${
      this.#isScanned()
        ? html`<button class="ask" type="button" ?disabled=${this.matched.step === "asking"} @click=${this.#ask}>
            ${t("bedside.ask")}
          </button>`
        : nothing
    }`;
  }

  /** A field to scan into, and once it holds something no field: nobody reads from this page what a wristband says. */
  #scanStep(scan: Scan, explained: string): TemplateResult {
    const text = this.scanned[scan];
    if (text === "") {
      return html`<div>
        <desk-scan
          .label=${t(`bedside.${scan}`)}
          @scanned=${({ detail }: CustomEvent<string>) => this.#scan(scan, detail)}
        ></desk-scan>
        <p class="explain">${explained}</p>
      </div>`;
    }
    return html`<div class="scanned">
      <p>
        ${symbol("✓")} ${t("bedside.scanned", { what: t(`bedside.${scan}`) })}
        ${scan === "wristband" ? nothing : html`<code>${said(text)}</code>`}
      </p>
      <button type="button" @click=${() => this.#scan(scan, "")}>${t("bedside.again")}</button>
    </div>`;
  }

  /** Whatever is scanned anew, all that comes after it is. */
  #scan(scan: Scan, text: string): void {
    const from = SCANS.indexOf(scan);
    const kept = Object.fromEntries(SCANS.map((each, i) => [each, i < from ? this.scanned[each] : ""]));
    this.scanned = { ...NOTHING_SCANNED, ...kept, [scan]: text };
    this.times = NO_TIMES;
    this.#unmatch();
  }

  #isScanned(): boolean {
    const { wristband, label, carrier } = this.scanned;
    const asked = carrierOf(label);
    return wristband !== "" && (asked === "none" || (asked === "named" && carrier !== ""));
  }

  readonly #ask = async (): Promise<void> => {
    this.#unmatch();
    const asking: Outcome<SiteAnswer> = { step: "asking" };
    this.matched = asking;
    const question: MatchQuestion = { folder: this.folder, ...this.scanned };
    const outcome = await outcomeOf(() => ask<SiteAnswer>(SITE_PATHS.match, question));
    // Something else may have been scanned meanwhile: this is no answer to it.
    if (this.matched === asking) this.matched = outcome;
  };

  #match({ lot }: SiteFolder): TemplateResult | typeof nothing {
    const { matched } = this;
    if (matched.step === "open") return nothing;
    if (matched.step === "asking") return html`<p role="status">${t("ask.asking")}</p>`;
    const { answer, error } = matched;
    const lines = [[t("record.lot"), said(lot)], ...ageLines(answer)];
    return html`<site-answer .asked=${"bedside"} .answer=${answer} .error=${error} .lines=${lines}></site-answer>`;
  }

  /** The form is there as long as the answer permits it, and not a minute longer. */
  #administration(folder: SiteFolder): TemplateResult | typeof nothing {
    const light = lightAt(this.#answer(), Date.now());
    if (light !== "green" && light !== "exceptional") return nothing;
    return html`<section aria-labelledby="administration">
      <h2 id="administration">${t("bedside.record")}</h2>
      <p>${t("bedside.record.explain", { zone: zone() })}</p>
      ${light === "exceptional" ? this.#acknowledgement() : nothing}
      ${light === "exceptional" && !this.known ? nothing : this.#form(folder)}
    </section>`;
  }

  #acknowledgement(): TemplateResult {
    const know = ({ target }: Event): void => {
      this.known = (target as HTMLInputElement).checked;
      this.#unsign();
    };
    return html`<label class="notice acknowledge">
      <input type="checkbox" .checked=${this.known} @change=${know} /> ${t("bedside.exceptional.known")}
    </label>`;
  }

  #form(folder: SiteFolder): TemplateResult {
    const document = this.#document(folder);
    return html`<div class="steps">
        ${TIMES.map(
          (time) =>
            html`<label>
              <span>${t(`bedside.${time}`)}</span>
              <input
                type="datetime-local"
                step="1"
                required
                .value=${this.times[time]}
                @change=${({ target }: Event) => this.#time(time, (target as HTMLInputElement).value)}
              />
            </label>`,
        )}
      </div>
      ${document === undefined ? html`<p>${t("bedside.timesFirst")}</p>` : this.#people(document)}`;
  }

  /** What was signed was signed over other times. */
  #time(time: Time, value: string): void {
    this.times = { ...this.times, [time]: value };
    this.#unsign();
  }

  /** What both people sign, as soon as all of it is there. */
  #document({ stages }: SiteFolder): AdministrationDocument | undefined {
    const answer = this.#answer();
    const [thawed, infusionStart, infusionEnd] = TIMES.map((time) => Date.parse(this.times[time]) / 1000);
    if (answer === undefined || thawed === undefined || infusionStart === undefined || infusionEnd === undefined)
      return;
    if (![thawed, infusionStart, infusionEnd].every(Number.isSafeInteger)) return;
    const { label, carrier } = this.scanned;
    return administrationDocument(basisOf(answer), {
      ...{ stage: stages.length - 1, label, carrier, exceptional: this.known, thawed, infusionStart, infusionEnd },
    });
  }

  #people(document: AdministrationDocument): TemplateResult {
    const { performed, verified } = this.signatures;
    const isRecording = this.recorded.step === "asking";
    return html`${BEDSIDE_MEANINGS.map((meaning) => this.#person(document, meaning))}
      ${this.error === undefined ? nothing : refused(this.error)}
      ${this.signing ? html`<p role="status">${t("bedside.signing")}</p>` : nothing}
      <button
        class="ask"
        type="button"
        ?disabled=${performed === undefined || verified === undefined || isRecording}
        @click=${() => void this.#send(document)}
      >
        ${t("bedside.send")}
      </button>
      ${this.#refusedRecord()}`;
  }

  #person(document: AdministrationDocument, meaning: BedsideMeaning): TemplateResult {
    const signed = this.signatures[meaning];
    const sign = (event: SubmitEvent): void => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      const data = new FormData(form);
      // Before anything is waited for: neither file nor passphrase stays in a field.
      form.reset();
      void this.#sign(document, meaning, data.get("key"), data.get("passphrase"));
    };
    return html`<form @submit=${sign}>
      <fieldset class="steps">
        <legend>${t(`bedside.${meaning}`)}</legend>
        <p>${t(`bedside.meaning.${meaning}`)}</p>
        ${signed === undefined ? nothing : html`<p role="status">${symbol("✓")} ${t("bedside.signed")} ${said(signed.name)}</p>`}
        <label><span>${t("bedside.key")}</span> <input name="key" type="file" required accept=".json" /></label>
        <label>
          <span>${t("bedside.passphrase")}</span>
          <input name="passphrase" type="password" required autocomplete="off" />
        </label>
        <button ?disabled=${this.signing}>${t("bedside.sign")}</button>
      </fieldset>
    </form>`;
  }

  async #sign(
    document: AdministrationDocument,
    meaning: BedsideMeaning,
    file: FormDataEntryValue | null,
    passphrase: FormDataEntryValue | null,
  ): Promise<void> {
    if (!(file instanceof File) || typeof passphrase !== "string") return;
    const { signatures, matched } = this;
    [this.signing, this.error] = [true, undefined];
    try {
      const { name, text } = await givenFile(file);
      const key = await unlockKeyFile(parseJson(new TextEncoder().encode(text), name), passphrase, name);
      const signed = signAdministration(document, meaning, key, Math.floor(Date.now() / 1000));
      // Whoever changed something meanwhile made another record of it.
      if (this.signatures === signatures && this.matched === matched)
        this.signatures = { ...signatures, [meaning]: signed };
    } catch (error) {
      this.error = error;
    }
    this.signing = false;
  }

  async #send(document: AdministrationDocument): Promise<void> {
    const { performed, verified } = this.signatures;
    if (performed === undefined || verified === undefined) return;
    const asking: Outcome<RecordAnswer> = { step: "asking" };
    this.recorded = asking;
    const outcome = await outcomeOf(async () => {
      const record = administrationRecord(document, performed, verified);
      this.#record = record;
      const question: RecordQuestion = { folder: this.folder, wristband: this.scanned.wristband, record };
      return ask<RecordAnswer>(SITE_PATHS.record, question);
    });
    if (this.recorded !== asking) return;
    this.recorded = outcome;
    if (outcome.step === "done" && outcome.answer?.recorded === true) this.#forget();
  }

  /** The program asked once more, and did not record it: as little is done as before. */
  #refusedRecord(): TemplateResult | typeof nothing {
    const { recorded } = this;
    if (recorded.step === "open") return nothing;
    if (recorded.step === "asking") return html`<p role="status">${t("bedside.sending")}</p>`;
    const { answer, error } = recorded;
    return html`<div role="alert">
      <p class="notice"><strong>${symbol("✕")} ${t("bedside.notRecorded")}</strong></p>
      ${error === undefined ? nothing : refused(error)}
      ${
        answer === undefined
          ? nothing
          : html`<ul>
              ${answer.reasons.map(({ code, text }) => html`<li>${t(`reason.${code}`)} ${said(text)}</li>`)}
            </ul>`
      }
    </div>`;
  }

  /** What is filed: the record as it was signed, on the answer on which it was. */
  #done({ lot }: SiteFolder): TemplateResult {
    const record = this.#record;
    if (record === undefined) return html`<p class="notice">${t("bedside.notRecorded")}</p>`;
    const { batch, register, chainId, standing, people, exceptional, label, carrier } = record;
    const begin = (): void => this.#scan("wristband", "");
    return html`<article class="answer recorded" role="status">
      <header>
        <h2>${symbol("✓")} <span>${t("bedside.recorded")}</span></h2>
      </header>
      ${exceptional ? html`<p class="notice"><strong>${t("light.exceptional")}</strong> ${t("bedside.exceptional")}</p>` : nothing}
      ${facts([
        [t("record.lot"), said(lot)],
        [t("record.batch"), said(batch)],
        [t("record.register"), html`${said(register)} ${t("record.chain", { chain: chainId })}`],
        [t("record.block"), said(`${standing.block}, ${standing.time}`)],
        [t("record.from"), t(`record.from.${standing.from}`)],
        ...TIMES.map((time) => [t(`bedside.${time}`), said(record[time])] as const),
        ...people.map(
          ({ meaning, name, signedAt }) => [t(`bedside.${meaning}`), said(`${name}, ${signedAt}`)] as const,
        ),
        [t("bedside.label"), said(label)],
        [t("bedside.carrier"), carrier === null ? undefined : said(carrier)],
      ])}
      <p class="tools">
        <button type="button" @click=${() => print()}>${t("bedside.print")}</button>
        <button type="button" @click=${() => download("administration.json", "application/json", documentText(record))}>
          ${t("bedside.download")}
        </button>
        <button type="button" @click=${begin}>${t("bedside.next")}</button>
      </p>
    </article>`;
  }
}

customElements.define("site-bedside", SiteBedside);

/** Whether a label names the bag's own code; an error: it is no label. Empty: none was scanned. */
function carrierOf(label: string): "named" | "none" | "" | Error {
  if (label === "") return "";
  try {
    return labelFromText(label, t("bedside.label")).label.carrier === undefined ? "none" : "named";
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** How old what a QP signed is: nobody was asked since. */
function ageLines(answer: SiteAnswer | undefined): readonly (readonly [term: string, value: unknown])[] {
  if (answer?.record?.from !== "standing") return [];
  const { asked, time } = answer.record;
  const seconds = Math.floor((Date.parse(asked) - Date.parse(time)) / 1000);
  return [[t("bedside.age"), seconds >= 0 ? said(ageInWords(seconds)) : t("bedside.age.future")]];
}
