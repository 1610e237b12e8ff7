import { html, nothing, type TemplateResult } from "lit";
import type { AuditReport, Reconciliation } from "../../src/audit/report.ts";
import { ageInWords } from "../../src/audit/words.ts";
import type { DeskData } from "../data/data.ts";
import { DeskElement } from "../parts/element.ts";
import { count, utc } from "../parts/format.ts";
import { t } from "../messages/index.ts";
import { COLOUR_SYMBOL, copyable, facts, said, symbol, whole } from "../parts/pieces.ts";

const COLOURS = ["proven", "settled", "declared", "unknown"] as const;

/** The verdict, in words and counts, and what it rests on. */
class Summary extends DeskElement {
  static override properties = { data: { attribute: false } };
  declare data: DeskData;

  override render(): TemplateResult {
    const { lineage } = this.data;
    const { report } = lineage;
    return html`
      <section class="verdict" aria-labelledby="verdict">
        <h1 id="verdict" tabindex="-1">${verdict(report)}</h1>
        ${counts(report)} ${isDevelopment(report) ? notice("development") : nothing}
        ${
          lineage.unread === null
            ? nothing
            : html`<p class="notice">${symbol("△")} ${t("page.unread", { registry: lineage.unread })}</p>`
        }
      </section>
      <section aria-labelledby="ground">
        <h2 id="ground">${t("ground.title")}</h2>
        ${ground(report)}
      </section>
      <section aria-labelledby="reconciliation">
        <h2 id="reconciliation">${t("reconciliation.title")}</h2>
        ${reconciliation(report)}
      </section>
      ${notes(report)}
    `;
  }
}

customElements.define("desk-summary", Summary);

/** What the report comes to, in one sentence. */
export function verdict({ total, reviewed, findings }: AuditReport): string {
  if (reviewed > 0) return t("verdict.review", { count: count(reviewed), total: count(total) });
  if (findings.length > 0) return t("verdict.register", { count: count(findings.length) });
  return total === 0 ? t("verdict.empty") : t("verdict.none", { total: count(total) });
}

function counts({ reviewed, colours }: AuditReport): TemplateResult {
  return html`<dl class="counts" aria-label=${t("verdict.counts")}>
    ${figure("eyes", "◉", reviewed)} ${COLOURS.map((colour) => figure(colour, COLOUR_SYMBOL[colour], colours[colour]))}
  </dl>`;
}

function figure(name: "eyes" | (typeof COLOURS)[number], mark: string, value: number): TemplateResult {
  return html`<div class=${name}>
    <dt>${symbol(mark)} ${t(`colour.${name}`)}</dt>
    <dd>
      <strong>${count(value)}</strong>
      <span class="explain">${t(`colour.${name}.explain`)}</span>
    </dd>
  </div>`;
}

/** What a reader must know before all else. */
export function notice(what: "origin.file" | "origin.packet" | "development"): TemplateResult {
  return html`<p class="notice bad">${symbol("▲▲")} <strong>${t(`${what}.title`)}.</strong> ${t(`${what}.text`)}</p>`;
}

function isDevelopment({ circuits, findings }: AuditReport): boolean {
  return circuits.some(({ development }) => development) || findings.some(({ kind }) => kind === "development");
}

function ground(report: AuditReport): TemplateResult {
  const { age, node, secondNode, provenState, codes, proofsVerified: all, proofsRefused: bad } = report;
  const known = codes.filter((code) => code.known).length;
  const read = `${report.block}, ${utc(report.at)}, ${t(age < 0 ? "ground.ahead" : "ground.old", { age: ageInWords(Math.abs(age)) })}`;
  const left = facts([
    [t("ground.registry"), html`${copyable(report.registry)} ${t("ground.chain", { chain: String(report.chainId) })}`],
    [t("ground.block"), read],
    [t("ground.hash"), copyable(report.hash)],
    [
      t("ground.second"),
      secondNode === null ? t("ground.second.none") : said(t("ground.second.same", { node: secondNode })),
    ],
  ]);
  const right = facts([
    [t("ground.node"), node === null ? t("ground.unnamed") : said(node)],
    [
      t("ground.proved"),
      provenState === "proved" ? t("ground.proved.yes") : said(t("ground.proved.no", { reason: provenState.reason })),
    ],
    [t("ground.codes"), t("ground.of", { count: known, total: codes.length })],
    [
      t("ground.proofs"),
      bad === 0
        ? t("ground.proofs.all", { all: count(all) })
        : html`<strong
            >${t("ground.proofs.some", { good: count(all - bad), all: count(all), bad: count(bad) })}</strong
          >`,
    ],
    [t("ground.blocks"), blocks(report)],
  ]);
  return html`<div class="columns">${left} ${right}</div>`;
}

function blocks({ reading, block }: AuditReport): TemplateResult {
  const { from, before, discarded } = reading;
  return html`${t(before === undefined ? "ground.blocks.range" : "ground.blocks.kept", { from, to: block })}
  ${discarded === undefined ? nothing : said(t("ground.discarded", { problem: discarded.problem }))}`;
}

const PARTS = [
  "certified",
  "exception",
  "overdue",
  "open",
  "rejected",
  "aborted",
  "suppliedExceptionally",
  "recalled",
] as const satisfies readonly (keyof Reconciliation)[];

function reconciliation({ reconciliation: parts, certifiedBefore, owners }: AuditReport): TemplateResult {
  const part = (name: keyof Reconciliation): TemplateResult =>
    html`<span class="part"><strong>${count(parts[name])}</strong> ${t(`reconciliation.${name}`)}</span>`;
  return html`<p class="sum">${part("opened")} = ${PARTS.map((name, i) => [i === 0 ? "" : " + ", part(name)])}</p>
    <p class="explain">
      ${t("reconciliation.explain", { owners: count(owners) })}
      ${certifiedBefore === 0 ? nothing : t("reconciliation.before", { count: count(certifiedBefore) })}
    </p>`;
}

/** What the proofs do not say, once for all, with the number of batches it concerns. */
function notes({ batches, total }: AuditReport): TemplateResult | typeof nothing {
  const counted = new Map<string, number>();
  for (const note of batches.flatMap((batch) => batch.notes)) counted.set(note, (counted.get(note) ?? 0) + 1);
  if (counted.size === 0) return nothing;
  const lines = [...counted].map(
    ([note, number]) =>
      html`<li>
        ${said(note)} <span class="explain">(${t("notes.count", { count: count(number), total: count(total) })})</span>
      </li>`,
  );
  return html`<section aria-labelledby="notes">
    <h2 id="notes">${t("notes.title")}</h2>
    <ul>
      ${lines}
    </ul>
  </section>`;
}

/** Which account each number on the page is. */
export function legend(lines: readonly string[]): TemplateResult {
  return html`<section aria-labelledby="legend">
    <h2 id="legend">${t("legend.title")}</h2>
    <ul class="legend">
      ${lines.map((line) => html`<li>${whole(line)}</li>`)}
    </ul>
  </section>`;
}
