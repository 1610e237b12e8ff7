import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import type { HistoryEntry, HistoryKind } from "../../src/audit/history.ts";
import type { AuditReport, BatchReport } from "../../src/audit/report.ts";
import { utc } from "../parts/format.ts";
import { t } from "../messages/index.ts";
import { said, whole } from "../parts/pieces.ts";
import { bothTimes, person } from "../parts/people.ts";
import { isAmendment } from "../parts/rows.ts";
import { axisOf, spansOf, type Axis, type Span } from "../parts/timelineAxis.ts";
import { change } from "./rows.ts";

const LANES = ["batch", "proofs", "exceptions", "holds", "decisions"] as const;
type Lane = (typeof LANES)[number];

/** In which lane each thing stands. */
const LANE_OF: Readonly<Record<HistoryKind, Lane>> = {
  opened: "batch",
  openingReplaced: "batch",
  submitterNamed: "batch",
  qpAdded: "batch",
  headAsserted: "batch",
  stageConfirmed: "batch",
  confirmationWithdrawn: "batch",
  extended: "batch",
  attested: "proofs",
  amended: "proofs",
  exceptionRaised: "exceptions",
  closingProposed: "exceptions",
  exceptionClosed: "exceptions",
  closingAcknowledged: "exceptions",
  requested: "holds",
  answered: "holds",
  requestAccepted: "holds",
  requestReopened: "holds",
  requestWithdrawn: "holds",
  held: "holds",
  holdLifted: "holds",
  certified: "decisions",
  completed: "decisions",
  challengeDecided: "decisions",
  revocationDecided: "decisions",
  recalled: "decisions",
  rejected: "decisions",
  aborted: "decisions",
  supplied: "decisions",
  authorityNotified: "decisions",
  proposalWithdrawn: "decisions",
  unentitled: "decisions",
};

/** Units of the drawing; the sheet decides how large one is. */
const WIDTH = 1000;
const LEFT = 170;
const RIGHT = 20;
const LANE_HEIGHT = 34;
const TOP = 26;
const HEIGHT = TOP + LANES.length * LANE_HEIGHT + 30;

/** A batch's history as a drawing, and as a list that says the same. */
export function timeline(report: AuditReport, batch: BatchReport): TemplateResult {
  const { history } = batch;
  if (history.length === 0) return html`<p>${t("timeline.empty")}</p>`;
  const axis = axisOf(history, batch.due, report.at);
  const label = t("timeline.label", { from: utc(axis.from), to: utc(axis.to) });
  return html`<div class="timeline">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${label}>
        ${LANES.map(lane)} ${spansOf(history, report.at).map((span) => bar(axis, span))}
        ${flags(axis, batch.due, report.at)} ${history.map((entry) => point(axis, entry))} ${ends(axis)}
      </svg>
    </div>
    <ol class="events">
      ${history.map((entry) => line(report, entry))}
    </ol>`;
}

function lane(name: Lane, index: number): SVGTemplateResult {
  const y = heightOf(name);
  return svg`<g class="lane">
    ${index === 0 ? nothing : svg`<line x1="0" x2=${WIDTH} y1=${y - LANE_HEIGHT / 2} y2=${y - LANE_HEIGHT / 2} />`}
    <text x="0" y=${y + 4}>${t(`timeline.lane.${name}`)}</text>
  </g>`;
}

function heightOf(lane: Lane): number {
  return TOP + (LANES.indexOf(lane) + 0.5) * LANE_HEIGHT;
}

function across({ from, to }: Axis, at: number): number {
  const part = (Math.min(Math.max(at, from), to) - from) / Math.max(1, to - from);
  return Math.round(LEFT + part * (WIDTH - LEFT - RIGHT));
}

function bar(axis: Axis, { lane, from, to, open }: Span): SVGTemplateResult {
  const [x, end] = [across(axis, from), across(axis, to)];
  const y = heightOf(lane) - 4;
  return svg`<rect class="span ${open ? "open" : "closed"}" x=${x} y=${y} width=${Math.max(3, end - x)} height="8" />`;
}

/** A shape for each kind of thing, so that nothing is told by colour alone: proofs are round, changes are crossed. */
function point(axis: Axis, entry: HistoryEntry): SVGTemplateResult {
  const [x, y] = [across(axis, entry.at), heightOf(LANE_OF[entry.kind])];
  const title = svg`<title>${t(`history.${entry.kind}`)}, ${utc(entry.at)}</title>`;
  if (isAmendment(entry)) {
    return svg`<path class="point changed" d="M${x - 5} ${y - 5} l10 10 m0 -10 l-10 10">${title}</path>`;
  }
  if (entry.kind === "attested") return svg`<circle class="point proof" cx=${x} cy=${y} r="5">${title}</circle>`;
  return svg`<path class="point ${entry.kind}" d="M${x} ${y - 7} l6 7 l-6 7 l-6 -7 z">${title}</path>`;
}

const DUE = ["release", "completion"] as const;

/** What is due, and when the register was read. */
function flags(axis: Axis, due: readonly [bigint, bigint], now: number): SVGTemplateResult[] {
  const at = (x: number, text: string, name: string, row: number): SVGTemplateResult => {
    const near = x > WIDTH - 160;
    return svg`<g class="flag ${name}">
      <line x1=${x} x2=${x} y1=${TOP - 6} y2=${HEIGHT - 24} />
      <text x=${near ? x - 4 : x + 4} y=${10 + row * 12} text-anchor=${near ? "end" : "start"}>${text}</text>
    </g>`;
  };
  const dates = DUE.flatMap((name, i) => {
    const time = Number(due[i] ?? 0n);
    if (time <= axis.to) return [at(across(axis, time), t(`timeline.due.${name}`), "due", i)];
    return [];
  });
  return [at(across(axis, now), t("timeline.now"), "now", 1), ...dates];
}

function ends({ from, to }: Axis): SVGTemplateResult {
  const y = HEIGHT - 8;
  return svg`<g class="ends">
    <text x=${LEFT} y=${y}>${utc(from)}</text>
    <text x=${WIDTH - RIGHT} y=${y} text-anchor="end">${utc(to)}</text>
  </g>`;
}

function line(report: AuditReport, entry: HistoryEntry): TemplateResult {
  const { kind, at, block, transaction, by, before, after, reason, text } = entry;
  return html`<li class=${kind}>
    <span class="when">${bothTimes(at)}</span>
    <div>
      <strong>${t(`history.${kind}`)}${aboutOf(entry)}</strong>
      ${text === "" ? nothing : said(text)} ${change(before, after)}
      ${reason === null ? nothing : html`<span class="reason">${t("amendment.reason")}: ${said(reason)}</span>`}
      <span class="explain">
        ${by === null ? nothing : html`${person(report, by)} · `}${t("print.block")} ${block} · ${whole(transaction)}
      </span>
    </div>
  </li>`;
}

/** Which stage, claim or number it is about. */
export function aboutOf({ stage, claim, id }: HistoryEntry): string {
  const words = [
    ...(stage === null ? [] : [t("timeline.stage", { stage })]),
    ...(claim === null ? [] : [t("timeline.claim", { claim })]),
    ...(id === null ? [] : [t("timeline.number", { id })]),
  ];
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}
