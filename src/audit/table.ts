import { styleText } from "node:util";
import Table from "cli-table3";
import { visible } from "../formats/visible.ts";
import { counted } from "../input/quantities.ts";
import { formatTime } from "../input/times.ts";
import { SEVERITY } from "../policy/document.ts";
import { labelsIn, type Labels } from "./labels.ts";
import type { AuditReport, BatchReport, Colour, ReportedFinding } from "./report.ts";
import { ageInWords, inTable } from "./words.ts";

const COLOUR_WORDS: Readonly<Record<Colour, string>> = {
  proven: "proven",
  settled: "settled by people",
  declared: "DECLARED",
  unknown: "NOTHING KNOWN",
};

/** The three colours, and what is said in each. */
const PAINT = { proven: "green", settled: "green", declared: "red", unknown: "yellow" } as const;
const SEVERITY_PAINT = { 3: "red", 2: "red", 1: "yellow" } as const;

export interface TextOptions {
  /** List every batch, also those that need no reading. */
  readonly all?: boolean;
  /** Names by which the reader knows batches, by key. */
  readonly names?: ReadonlyMap<string, string>;
  /** Paint: for terminals only. */
  readonly colours?: boolean;
}

/** Columns of the tables, and characters of each. */
const FINDING_WIDTHS = { severity: 8, since: 22, batch: 21, status: 17, "what to look at": 60, by: 5 };
const BATCH_WIDTHS = {
  batch: 21,
  product: 16,
  status: 17,
  "for the reader": 13,
  "claims proven": 16,
  "what to look at": 50,
};

type Paint = (colour: "red" | "yellow" | "green", text: string) => string;

/** The regulator's page: the reconciliation first, then only what needs eyes, the worst and oldest first. */
export function auditText(report: AuditReport, options: TextOptions = {}): string {
  const paint: Paint = (colour, text) =>
    options.colours === true ? styleText(colour, text, { validateStream: false }) : text;
  const { batches, findings } = report;
  const labels = labelsIn(report, options.names);
  const { head, foot } = summaryLines(report, paint);
  const rows = [
    ...(findings.length === 0
      ? []
      : ["To review, the worst and oldest first:", findingTable(findings, report, labels, paint)]),
    ...(options.all === true && batches.length > 0 ? ["All batches:", batchTable(batches, labels, paint)] : []),
  ];
  return [...head, ...rows, ...labels.legend(), ...foot].join("\n");
}

/** What stands before and after the rows on every form of the page. */
export function summaryLines(
  report: AuditReport,
  paint: Paint = (_, text) => text,
): { readonly head: readonly string[]; readonly foot: readonly string[] } {
  const { total, reviewed } = report;
  return {
    head: [
      `Register ${report.registry}, chain ${report.chainId}, block ${report.block}, ${formatTime(report.at)}`,
      `Reconciliation: ${reconciliation(report)}`,
      proofLine(report, paint),
      ...readingLines(report),
    ],
    foot: [
      colourLine(report, paint),
      `${total - reviewed} of ${total} batches needed no reading; ${reviewed} to review`,
      ...noteLines(report),
    ],
  };
}

function reconciliation({ reconciliation: parts, certifiedBefore, owners }: AuditReport): string {
  const { opened, certified, exception, overdue, open, rejected, aborted, suppliedExceptionally, recalled } = parts;
  return (
    `${opened} opened = ${certified} certified + ${exception} with open exceptions + ${overdue} overdue + ${open} open + ` +
    `${rejected} rejected + ${aborted} aborted + ${suppliedExceptionally} supplied exceptionally + ${recalled} recalled; ` +
    (certifiedBefore === 0 ? "" : `${certifiedBefore} not certified now had been certified before; `) +
    `${owners} owner(s), serials without gap, journals agree with the log`
  );
}

function proofLine({ proofsVerified, proofsRefused }: AuditReport, paint: Paint): string {
  const good = `Proofs: ${proofsVerified - proofsRefused} verified again from the events`;
  return proofsRefused === 0 ? good : `${good}, ${paint("red", `${proofsRefused} do NOT verify`)}`;
}

function readingLines(report: AuditReport): string[] {
  const { reading, block, age, node } = report;
  const { from, before, discarded } = reading;
  const whose = (name: string | null): string => (name === null ? "" : ` from ${visible(name)}`);
  const old = age < 0 ? `${ageInWords(-age)} ahead of` : `${ageInWords(age)} old by`;
  const blocks = from > block ? `no block since ${block}` : `blocks ${from} to ${block}`;
  return [
    `Read: ${blocks}${whose(node)}; the last one is ${old} this machine's clock` +
      (before === undefined ? "" : `. Those before were read by an earlier audit${whose(before)}`),
    nodeLine(report),
    ...(discarded === undefined
      ? []
      : [
          `What was kept${whose(discarded.node)} up to block ${discarded.block} did not fit and was discarded, so everything ` +
            `was read once more. ${visible(discarded.problem)}`,
        ]),
  ];
}

/** What speaks for the node's answers, and where there is no more than its word. */
function nodeLine({ hash, codes, provenState, secondNode }: AuditReport): string {
  const known = codes.filter((code) => code.known).length;
  return [
    `Node: block hash ${hash}`,
    provenState === "proved"
      ? "code and journals proved from it"
      : `code and journals not proved: ${provenState.reason}`,
    secondNode === null ? "compared with no other node" : `compared with ${secondNode}`,
    `${known} of ${counted(codes.length, "contract")} known by code`,
  ].join("; ");
}

function findingTable(
  findings: readonly ReportedFinding[],
  { at, batches }: AuditReport,
  labels: Labels,
  paint: Paint,
): string {
  const table = plainTable(FINDING_WIDTHS);
  const statuses = new Map(batches.map(({ key, status }) => [key, status]));
  for (const finding of findings) {
    const { severity, key, text, by } = finding;
    table.push([
      paint(SEVERITY_PAINT[severity], SEVERITY[severity]),
      `${formatTime(finding.at).slice(0, 10)} (${ageOf(at - finding.at)})`,
      key === null ? "the register" : inTable(labels.batch(key), FINDING_WIDTHS.batch),
      statuses.get(key ?? "") ?? "",
      inTable(labels.text(text), FINDING_WIDTHS["what to look at"]),
      by === undefined ? "" : labels.account(by),
    ]);
  }
  return table.toString();
}

/** Age in days, the unit in which regulators count. */
function ageOf(seconds: number): string {
  const days = Math.floor(Math.max(0, seconds) / 86_400);
  return days === 1 ? "1 day" : `${days} days`;
}

function batchTable(batches: readonly BatchReport[], labels: Labels, paint: Paint): string {
  const table = plainTable(BATCH_WIDTHS);
  for (const batch of batches) {
    const { key, product, status, colour, proven, settled, claims, reasons } = batch;
    table.push([
      inTable(labels.batch(key), BATCH_WIDTHS.batch),
      inTable(product, BATCH_WIDTHS.product),
      status,
      paint(PAINT[colour], COLOUR_WORDS[colour]),
      `${proven.length} of ${claims}${settled.length === 0 ? "" : `, ${settled.length} settled`}`,
      reasons.length === 0
        ? "nothing"
        : reasons.map((text) => inTable(labels.text(text), BATCH_WIDTHS["what to look at"])).join("\n"),
    ]);
  }
  return table.toString();
}

/** A table of columns with so many characters between two lines. */
function plainTable(widths: Readonly<Record<string, number>>): Table.Table {
  const colWidths = Object.values(widths).map((width) => width + 2);
  return new Table({ head: Object.keys(widths), colWidths, style: { head: [], border: [] }, wordWrap: true });
}

function colourLine({ colours, batches }: AuditReport, paint: Paint): string {
  const { proven, settled, declared, unknown } = colours;
  const claims = batches.reduce((sum, batch) => sum + (batch.colour === "settled" ? batch.settled.length : 0), 0);
  const without = settled === 0 ? "" : ` (${counted(claims, "claim")} without a proof)`;
  const parts = [
    paint("green", `${proven} proven`),
    paint("green", `${settled} settled by people${without}`),
    paint("red", `${declared} declared not compliant`),
    paint("yellow", `${unknown} nothing known`),
  ];
  return `For the reader: ${parts.join(", ")}`;
}

/** What the proofs do not say, once for the whole page, with the number of batches it concerns. */
function noteLines({ batches, total, circuits }: AuditReport): string[] {
  const notes = [...new Set(batches.flatMap((batch) => batch.notes))];
  return [
    ...notes.map((note) => {
      const count = batches.filter((batch) => batch.notes.includes(note)).length;
      return `Note: ${note} (${count} of ${total} batches)`;
    }),
    ...circuits
      .filter(({ known, attestations }) => known === null && attestations > 0)
      .map(({ circuitId, kind, attestations }) => {
        const what = `circuit ${circuitId} (${kind}, ${attestations} attestations)`;
        return `Note: ${what} is not one that this version of batchproof knows: what it proves is the register's word`;
      }),
  ];
}
