import { html, nothing, type TemplateResult } from "lit";
import { getAddress } from "ethers";
import type { AuditReport, ReportedFinding } from "../../src/audit/report.ts";
import {
  conflictsOf,
  newSince,
  reviewDocument,
  reviewFromJson,
  sampleHolds,
  signReview,
  type Conflict,
  type Reviewed,
} from "../../src/audit/reviewRecord.ts";
import { findingIds } from "../../src/audit/rows.ts";
import { inputError } from "../../src/errors.ts";
import { documentText } from "../../src/formats/document.ts";
import { visible } from "../../src/formats/visible.ts";
import { parseJson } from "../../src/input/json.ts";
import { unlockKeyFile } from "../../src/parties/keys.ts";
import type { DeskData, GivenFile } from "../data/data.ts";
import { draftOf, type Draft } from "../data/draft.ts";
import { DeskElement } from "../parts/element.ts";
import { download } from "../data/files.ts";
import { count, utc } from "../parts/format.ts";
import { labelsOf } from "../parts/labels.ts";
import { t } from "../messages/index.ts";
import { batchAddress, said, severityMark, symbol } from "../parts/pieces.ts";
import { Printing } from "../parts/printing.ts";
import { pager, shownOf } from "../parts/table.ts";
import { picker, plainTable, refused } from "./parts.ts";

/** A finding with its id, by which comments and earlier reviews know it. */
interface ReviewRow {
  readonly id: string;
  readonly finding: ReportedFinding;
}

/** The review record: what the reader says to each row, signed with the reader's own key in this browser. */
export class DeskReview extends DeskElement {
  static override properties = {
    data: { attribute: false },
    page: { state: true },
    onlyNew: { state: true },
    signing: { state: true },
    error: { state: true },
  };
  declare data: DeskData;
  declare page: number;
  declare onlyNew: boolean;
  declare signing: boolean;
  declare error: unknown;
  readonly #printing = new Printing(this);

  constructor() {
    super();
    this.page = 0;
    this.onlyNew = true;
    this.signing = false;
  }

  protected override render(): TemplateResult {
    const { report } = this.data.lineage;
    const draft = this.#draft();
    return html`<section aria-labelledby="record">
      <h1 id="record" tabindex="-1">${t("page.record")}</h1>
      <p>${t("record.explain")}</p>
      ${this.error === undefined ? nothing : refused(this.error)} ${this.#earlier(draft)} ${this.#rows(report, draft)}
      <p>${t(draft.sample === undefined ? "record.noSample" : "record.sample")}</p>
      ${this.#accounts(draft)} ${conflicts(report, draft)} ${this.#signature(report, draft)}
    </section>`;
  }

  /** The draft; at first with the last of the records that came with the page. */
  #draft(): Draft {
    const draft = draftOf(this.data.lineage.report);
    if (draft.earlier === null) {
      draft.earlier = undefined;
      for (const file of this.data.reviews) this.#attempt(() => this.#takeEarlier(file));
    }
    return draft;
  }

  #attempt(run: () => void): void {
    try {
      this.error = undefined;
      run();
    } catch (error) {
      this.error = error;
    }
    this.requestUpdate();
  }

  #takeEarlier({ name, text }: GivenFile): void {
    const { report } = this.data.lineage;
    const review = reviewFromJson(text, name);
    // Refuses one of another register before anything is shown by it.
    newSince(review, report);
    // And one whose sample its seed does not draw from this report; that of another block nobody can draw here.
    sampleHolds(review, report);
    draftOf(report).earlier = review;
    // Who opens the record of this very block reads what it says; later, what is new comes first.
    this.onlyNew = review.hash !== report.hash;
    this.page = 0;
  }

  #earlier({ earlier }: Draft): TemplateResult {
    return html`${picker(
      t("record.earlier"),
      (file) => this.#attempt(() => this.#takeEarlier(file)),
      (error) => (this.error = error),
    )}
    ${
      earlier === undefined || earlier === null
        ? nothing
        : html`<p>
            ${said(t("record.earlier.facts", { block: earlier.block, name: earlier.reviewer.name }))}
            <label class="noprint">
              <input
                type="checkbox"
                .checked=${this.onlyNew}
                @change=${({ target }: Event) => (this.onlyNew = (target as HTMLInputElement).checked)}
              />
              ${t("record.onlyNew")}
            </label>
          </p>`
    }`;
  }

  #rows(report: AuditReport, draft: Draft): TemplateResult {
    const rows = this.#wanted(report, draft);
    const before = new Map(draft.earlier?.rows.map(({ id, comment }) => [id, comment]));
    const lines = shownOf(rows, { page: this.page, all: this.#printing.now }).map(({ id, finding }) => {
      const { severity, at, key, text } = finding;
      return [
        severityMark(severity),
        utc(at),
        key === null ? t("rows.register") : html`<a href=${batchAddress(key)}>${said(labelsOf(report).batch(key))}</a>`,
        said(labelsOf(report).text(text)),
        html`${earlierComment(before.get(id))} ${this.#comment(draft, id, text)}`,
      ];
    });
    return html`${plainTable(
        t("record.rows"),
        [
          [t("column.severity")],
          [t("column.when"), "when"],
          [t("column.batch")],
          [t("column.what")],
          [t("record.comment"), "remark"],
        ],
        lines,
      )}
      ${pager(rows.length, this.page, (page) => (this.page = page))}
      <p>${t("record.count", { comments: count(draft.comments.size), rows: count(report.findings.length) })}</p>`;
  }

  #wanted(report: AuditReport, { earlier }: Draft): readonly ReviewRow[] {
    const ids = findingIds(report);
    const rows = report.findings.map((finding, i) => ({ id: ids[i] ?? "", finding }));
    if (!this.onlyNew || earlier === undefined || earlier === null) return rows;
    const fresh = new Set(newSince(earlier, report));
    return rows.filter(({ finding }) => fresh.has(finding));
  }

  #comment(draft: Draft, id: string, text: string): TemplateResult {
    const keep = ({ target }: Event): void => {
      const comment = (target as HTMLTextAreaElement).value.trim();
      if (comment === "") draft.comments.delete(id);
      else draft.comments.set(id, comment);
      draft.signed = undefined;
      this.requestUpdate();
    };
    return html`<textarea
      class="comment"
      rows="2"
      maxlength="10000"
      aria-label=${t("record.comment.row", { row: visible(text) })}
      .value=${draft.comments.get(id) ?? ""}
      @change=${keep}
    ></textarea>`;
  }

  #accounts(draft: Draft): TemplateResult {
    const keep = ({ target }: Event): void => {
      draft.accounts = (target as HTMLTextAreaElement).value;
      draft.signed = undefined;
      this.requestUpdate();
    };
    return html`<label class="noprint"
      >${t("record.accounts")} <small>${t("record.accounts.explain")}</small>
      <textarea class="comment" rows="2" spellcheck="false" .value=${draft.accounts} @change=${keep}></textarea>
    </label>`;
  }

  #signature(report: AuditReport, draft: Draft): TemplateResult {
    const sign = (event: SubmitEvent): void => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      void this.#sign((form.elements.namedItem("passphrase") as HTMLInputElement).value);
      // And not by an empty value, which the browser would call a missing one.
      form.reset();
    };
    return html`<section aria-labelledby="record-sign">
      <h2 id="record-sign">${t("record.sign")}</h2>
      <p><strong>${t("record.meaning", { block: report.block })}</strong></p>
      ${picker(
        t("record.key"),
        (file) => this.#attempt(() => takeKey(draft, file)),
        (error) => (this.error = error),
      )}
      ${draft.key === undefined ? html`<p>${t("record.noKey")}</p>` : html`<p>${said(draft.key.name)}</p>`}
      <form class="filter noprint" @submit=${sign}>
        <label
          >${t("record.passphrase")}
          <input name="passphrase" type="password" required autocomplete="off" ?disabled=${draft.key === undefined} />
        </label>
        <button type="submit" ?disabled=${draft.key === undefined || this.signing}>${t("record.sign")}</button>
      </form>
      ${this.signing ? html`<p role="status">${t("record.signing")}</p>` : nothing} ${signed(draft)}
    </section>`;
  }

  async #sign(passphrase: string): Promise<void> {
    const { report } = this.data.lineage;
    const draft = draftOf(report);
    if (draft.key === undefined) return;
    [this.signing, this.error, draft.signed] = [true, undefined, undefined];
    try {
      const key = await unlockKeyFile(draft.key.value, passphrase, draft.key.name);
      draft.signed = signReview(reviewDocument(report, reviewedBy(draft, key.description)), key);
    } catch (error) {
      this.error = error;
    }
    this.signing = false;
  }
}

customElements.define("desk-review", DeskReview);

function takeKey(draft: Draft, { name, text }: GivenFile): void {
  draft.key = { name, value: parseJson(new TextEncoder().encode(text), name) };
}

/** What an earlier record says of a row, if anything. */
function earlierComment(comment = ""): TemplateResult | typeof nothing {
  return comment === "" ? nothing : html`<p>${t("record.earlier.comment")} ${said(comment)}</p>`;
}

/** What the reader says so far, as somebody. Errors: those of `accountsIn`. */
function reviewedBy({ comments, accounts, sample }: Draft, who: Pick<Reviewed, "name" | "public">): Reviewed {
  return {
    ...{ name: who.name, public: who.public, accounts: accountsIn(accounts), comments },
    signedAt: Math.floor(Date.now() / 1000),
    ...(sample === undefined ? {} : { sample }),
  };
}

/** Accounts that were typed, apart from each other by whatever is no part of one. Error `address`. */
function accountsIn(typed: string): string[] {
  return typed
    .split(/[\s,;]+/)
    .filter((word) => word !== "")
    .map((word) => {
      if (/^0x[0-9a-fA-F]{40}$/.test(word)) return getAddress(word.toLowerCase());
      throw inputError("This is no account: 0x and 40 hex digits are expected.", { code: "address", place: word });
    });
}

/** What the reader's own accounts did about what is reviewed here, or why they cannot be read. */
function conflicts(report: AuditReport, draft: Draft): TemplateResult | typeof nothing {
  try {
    // Who signs is not known yet, and does not matter here.
    const nobody = { name: "", public: { x: 0n, y: 0n } };
    const found = conflictsOf(reviewDocument(report, reviewedBy(draft, nobody)), report);
    return found.length === 0 ? nothing : conflictTable(report, found);
  } catch (error) {
    return refused(error);
  }
}

function conflictTable(report: AuditReport, found: readonly Conflict[]): TemplateResult {
  return html`<div class="refused" role="alert">
    <p><strong>${symbol("▲")} ${t("record.conflicts")}</strong></p>
    ${plainTable(
      t("record.conflict"),
      [[t("column.batch")], [t("column.what")], [t("column.when")]],
      found.map(({ key, entry }) => [
        html`<a href=${batchAddress(key)}>${said(labelsOf(report).batch(key))}</a>`,
        t(`history.${entry.kind}`),
        utc(entry.at),
      ]),
    )}
  </div>`;
}

function signed({ signed: review }: Draft): TemplateResult | typeof nothing {
  if (review === undefined) return nothing;
  const name = `review-${review.block}.json`;
  return html`<p role="status">
    ${symbol("✓")} ${t("record.signed")}
    <button type="button" @click=${() => download(name, "application/json", documentText(review))}>
      ${t("record.download")}
    </button>
  </p>`;
}
