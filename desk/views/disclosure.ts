import { html, nothing, type TemplateResult } from "lit";
import type { AuditReport } from "../../src/audit/report.ts";
import type { Disclosed, DisclosedChannel, DisclosedResults, DisclosedSeries } from "../../src/disclosure/disclosed.ts";
import { CHANNEL } from "../../src/formats/constants.ts";
import { visibleLines } from "../../src/formats/visible.ts";
import { parseJson } from "../../src/input/json.ts";
import { formatDuration } from "../../src/input/times.ts";
import type { SeriesFigures } from "../../src/kinds/series/figures.ts";
import { disclosedIn } from "../../src/packet/attested.ts";
import type { DeskData, GivenFile } from "../data/data.ts";
import { DeskElement } from "../parts/element.ts";
import { count, utc } from "../parts/format.ts";
import { labelsOf } from "../parts/labels.ts";
import { t } from "../messages/index.ts";
import { batchAddress, colourMark, facts, said, symbol } from "../parts/pieces.ts";
import { perReport } from "../data/perReport.ts";
import type { Named } from "../plot/figure.ts";
import "./curve.ts";
import { picker, plainTable, refused } from "./parts.ts";
import { channelWord } from "./words.ts";

/** A file that somebody gave: what it shows, or why it shows nothing. */
type Read = { readonly name: string } & ({ readonly disclosed: Disclosed } | { readonly error: unknown });

const WORK = perReport(() => ({ read: undefined as readonly Read[] | undefined }));

/** Disclosures, each held against what was attested, with their curves over one another. */
export class DeskDisclosure extends DeskElement {
  static override properties = { data: { attribute: false } };
  declare data: DeskData;

  protected override render(): TemplateResult {
    const { report } = this.data.lineage;
    const work = WORK(report);
    work.read ??= this.data.disclosures.map((file) => readFile(file, report));
    const series = work.read.filter((each): each is Named => "disclosed" in each);
    return html`<section aria-labelledby="disclosures">
      <h1 id="disclosures" tabindex="-1">${t("page.disclosure")}</h1>
      <p>${t("disclosure.explain")}</p>
      ${picker(
        t("disclosure.give"),
        (file) => this.#keep((read) => [...read, readFile(file, report)]),
        (error) => this.#keep((read) => [...read, { name: "", error }]),
      )}
      ${work.read.length === 0 ? html`<p>${t("disclosure.none")}</p>` : nothing}
      <desk-curve .disclosures=${series}></desk-curve>
      ${work.read.map((each) => this.#file(report, each))}
      <p class="explain">${t("disclosure.raw")} <code>batchproof verify-disclosure FILE --raw FILE</code></p>
    </section>`;
  }

  #keep(change: (read: readonly Read[]) => readonly Read[]): void {
    const work = WORK(this.data.lineage.report);
    work.read = change(work.read ?? []);
    this.requestUpdate();
  }

  #file(report: AuditReport, read: Read): TemplateResult {
    const drop = (): void => this.#keep((all) => all.filter((each) => each !== read));
    return html`<article class="disclosure">
      <h2>${read.name === "" ? t("disclosure.file") : said(read.name)}</h2>
      ${"error" in read ? refused(read.error) : shown(report, read.disclosed)}
      <button type="button" class="quiet noprint" @click=${drop}>${t("disclosure.drop")}</button>
    </article>`;
  }
}

customElements.define("desk-disclosure", DeskDisclosure);

function readFile({ name, text }: GivenFile, report: AuditReport): Read {
  try {
    return { name, disclosed: disclosedIn(report, parseJson(new TextEncoder().encode(text), name), name) };
  } catch (error) {
    return { name, error };
  }
}

function shown(report: AuditReport, disclosed: Disclosed): TemplateResult {
  const { key, claim, stage, kind, window, header, rule, doubts } = disclosed;
  const colour = report.batches.find((batch) => batch.key === key)?.colour ?? "unknown";
  const [mark, standing] = doubts.length === 0 ? ["✓", t("disclosure.belongs")] : ["▲", t("disclosure.belongsDoubted")];
  return html`<p><strong>${symbol(mark)} ${standing}</strong></p>
    ${list(doubts) ?? nothing}
    ${facts([
      [
        t("column.batch"),
        html`<a href=${batchAddress(key)}>${said(labelsOf(report).batch(key))}</a> ${colourMark(colour)}`,
      ],
      [t("exception.claim"), t("disclosure.claim", { claim, stage, kind: t(`disclosure.kind.${kind}`) })],
      [
        t("disclosure.window"),
        window === null ? undefined : t("trends.heldFromTo", { from: utc(window.from), to: utc(window.to) }),
      ],
    ])}
    ${contentOf(disclosed)}
    ${facts([
      [t("disclosure.header"), list(header)],
      [t("disclosure.rule"), rule === null ? t("disclosure.noRule") : list(rule)],
    ])}`;
}

function list(lines: readonly string[]): TemplateResult | undefined {
  return lines.length === 0
    ? undefined
    : html`<ul class="words">
        ${lines.map((line) => html`<li>${said(line)}</li>`)}
      </ul>`;
}

function contentOf({ content, rule }: Disclosed): TemplateResult {
  switch (content.form) {
    case "series":
      return figureTable(content, rule !== null);
    case "results":
      return resultTable(content);
    case "handoff":
      return html`${list(content.lines)}`;
    case "lines":
      return html`<p>${t("disclosure.lines", { exception: content.exception })}</p>
        <pre class="raw-lines">${content.lines.map(({ number, text }) => `${number}: ${visibleLines(text)}\n`)}</pre>`;
  }
}

/** What can be computed of the window alone, and how many rows lie outside it. */
function figureTable({ channels, readings, figures }: DisclosedSeries, hasRule: boolean): TemplateResult {
  const outside = readings.filter(({ asked }) => !asked).length;
  const lines = figures.map((each) => {
    const channel = channels.find((known) => known.channel === each.channel);
    const { symbol: unit } = CHANNEL[each.channel];
    const withUnit = (value: string): string => `${value} ${unit}`;
    return [
      channelWord(each.channel),
      count(each.count),
      withUnit(each.minimum),
      withUnit(each.maximum),
      withUnit(each.timeWeightedMean),
      meanWords(each),
      channel === undefined ? "" : outsideWords(channel, hasRule),
    ];
  });
  return html`${plainTable(
      t("disclosure.figures"),
      [
        [t("disclosure.channel")],
        [t("disclosure.readings"), "number"],
        [t("disclosure.lowest"), "number"],
        [t("disclosure.highest"), "number"],
        [t("disclosure.mean"), "number"],
        [t("disclosure.mkt")],
        [t("disclosure.outside")],
      ],
      lines,
    )}
    <p>${t("disclosure.rows", { outside: count(outside), all: count(readings.length) })}</p>`;
}

function meanWords({ mkt, channel }: SeriesFigures): string {
  if (mkt === undefined) return t("disclosure.noMkt");
  return `${mkt.value} ${CHANNEL[channel].symbol} (dH ${mkt.dH} ${mkt.dHUnit})`;
}

function outsideWords({ outside }: DisclosedChannel, hasRule: boolean): string {
  if (outside === null) return t(hasRule ? "disclosure.noBand" : "disclosure.bandUnknown");
  return t("disclosure.aboveBelow", { above: formatDuration(outside.above), below: formatDuration(outside.below) });
}

function resultTable({ results }: DisclosedResults): TemplateResult {
  return plainTable(
    t("disclosure.results"),
    [
      [t("disclosure.analyte")],
      [t("disclosure.result")],
      [t("disclosure.at")],
      [t("disclosure.specification")],
      [t("disclosure.repeats"), "number"],
      [t("disclosure.invalidated"), "number"],
    ],
    results.map(({ analyte, result, at, specification, repeats, invalidated }) => [
      said(analyte),
      said(result),
      utc(at),
      specification === null ? t("disclosure.noRule") : said(specification),
      count(repeats),
      count(invalidated),
    ]),
  );
}
