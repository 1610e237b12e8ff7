import type { FindingKind } from "../../src/audit/findings.ts";
import { SIGNATURES, type HistoryEntry, type HistoryKind } from "../../src/audit/history.ts";
import type { AuditReport, BatchReport, ReportedFinding } from "../../src/audit/report.ts";
import type { Severity } from "../../src/policy/document.ts";
import { utc } from "./format.ts";
import { labelsOf } from "./labels.ts";
import { t, type MessageKey } from "../messages/index.ts";

/** Which rows: what needs eyes, what people signed, what was changed after entry, what is new since the last review. */
export const VIEWS = ["review", "signatures", "amendments", "new"] as const;
export type ViewName = (typeof VIEWS)[number];

/** In what is searched. */
export const FIELDS = ["all", "who", "what", "when", "why"] as const;
export type Field = (typeof FIELDS)[number];

export const COLUMNS = ["severity", "when", "batch", "what", "who"] as const;
export type Column = (typeof COLUMNS)[number];

/** What a reader asks of the rows. Dates are "2022-05-01" in UTC, `to` included; empty: no bound. */
export interface Query {
  readonly view: ViewName;
  readonly text: string;
  readonly field: Field;
  readonly severity: Severity | null;
  readonly from: string;
  readonly to: string;
  readonly sort: Column;
  readonly descending: boolean;
}

export const WORST_FIRST: Query = {
  view: "review",
  text: "",
  field: "all",
  severity: null,
  from: "",
  to: "",
  sort: "severity",
  descending: true,
};

/** What a row is about: a finding, or something that happened. */
export type TopicKey = `finding.${FindingKind}` | `history.${HistoryKind}`;
/** What a signature means. */
export type MeaningKey = Extract<MessageKey, `meaning.${string}`>;

/** One line of the table. */
export interface Row {
  /** Null: it is no finding, but something that happened. */
  readonly severity: Severity | null;
  readonly standing: boolean;
  /** Unix seconds. */
  readonly at: number;
  readonly block: number;
  readonly transaction: string;
  /** The batch's key, null for the register, and what the page calls it. */
  readonly key: string | null;
  readonly batch: string;
  readonly topic: TopicKey;
  /** What the signature means; null: it is none. */
  readonly meaning: MeaningKey | null;
  /** What the audit says of it. */
  readonly text: string;
  readonly by: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string | null;
  /** What a search finds it by, in lower case. */
  readonly words: Readonly<Record<Exclude<Field, "all">, string>>;
}

/** The meaning of a signature of this kind; null: it is none. */
export function meaningOf(kind: HistoryKind): MeaningKey | null {
  return SIGNATURES.has(kind) ? (`meaning.${kind}` as MeaningKey) : null;
}

/** All rows of a view, the findings in the order of the report. `isNew`: whether the reader has not seen a finding. */
export function rowsOf(report: AuditReport, view: ViewName, isNew: (finding: ReportedFinding) => boolean): Row[] {
  if (view === "signatures") return historyRows(report, ({ kind }) => SIGNATURES.has(kind));
  if (view === "amendments") return historyRows(report, isAmendment);
  const batchOf = new Map(report.batches.map((batch) => [batch.key, batch]));
  const findings = view === "new" ? report.findings.filter(isNew) : report.findings;
  return findings.map((finding) => findingRow(report, finding, batchOf.get(finding.key ?? "")));
}

/** Whether it changed what had been said before. */
export function isAmendment({ kind, before }: HistoryEntry): boolean {
  return before !== null || kind === "confirmationWithdrawn";
}

function findingRow(report: AuditReport, finding: ReportedFinding, batch: BatchReport | undefined): Row {
  const { kind, severity, standing, at, block, transaction, key, text, by = null } = finding;
  const topic = `finding.${kind}` as const;
  return worded(report, batch, {
    ...{ severity, standing, at, block, transaction, key, topic, text, by },
    meaning: null,
    before: null,
    after: null,
    reason: null,
  });
}

function historyRows(report: AuditReport, isWanted: (entry: HistoryEntry) => boolean): Row[] {
  return report.batches.flatMap((batch) =>
    batch.history.filter(isWanted).map((entry) => {
      const { kind, at, block, transaction, by, before, after, reason, text } = entry;
      const topic = `history.${kind}` as const;
      return worded(report, batch, {
        ...{ at, block, transaction, by, before, after, reason, text, topic },
        key: batch.key,
        severity: null,
        standing: false,
        meaning: meaningOf(kind),
      });
    }),
  );
}

/** A row with what the page calls its batch, and what it is found by. */
function worded(report: AuditReport, batch: BatchReport | undefined, row: Omit<Row, "batch" | "words">): Row {
  const labels = labelsOf(report);
  const name = row.key === null ? t("rows.register") : labels.batch(row.key);
  const { by, text, reason, before, after, topic, meaning, transaction } = row;
  const why = [reason ?? text, meaning === null ? "" : t(meaning)];
  const words = {
    who: by === null ? "" : `${by} ${labels.account(by)}`,
    what: [t(topic), text, before, after, name, row.key, batch?.product, batch?.status, transaction].join(" "),
    when: `${utc(row.at)} ${row.block}`,
    why: why.join(" "),
  };
  const { who, what, when } = words;
  return {
    ...row,
    batch: name,
    words: { who: lower(who), what: lower(what), when: lower(when), why: lower(words.why) },
  };
}

function lower(text: string): string {
  return text.toLowerCase();
}

/** The rows that a query asks for, in its order. Equal rows stay as they were: the oldest first. */
export function asked(rows: readonly Row[], query: Query): Row[] {
  const sought = lower(query.text)
    .split(/\s+/u)
    .filter((word) => word !== "");
  const [from, to] = [query.from, query.to === "" ? "" : `${query.to}T99`];
  const found = rows.filter(({ severity, at, words }) => {
    if (query.severity !== null && severity !== query.severity) return false;
    const when = from === "" && to === "" ? "" : utc(at);
    if (when < from || (to !== "" && when > to)) return false;
    const { who, what, why } = words;
    const text = query.field === "all" ? `${who} ${what} ${words.when} ${why}` : words[query.field];
    return sought.every((word) => text.includes(word));
  });
  const sign = query.descending ? -1 : 1;
  return found.sort((a, b) => sign * compared(a, b, query.sort) || a.at - b.at);
}

function compared(a: Row, b: Row, column: Column): number {
  switch (column) {
    case "severity":
      return (a.severity ?? 0) - (b.severity ?? 0);
    case "when":
      return a.at - b.at;
    case "batch":
      return collated(a.batch, b.batch);
    case "what":
      return collated(t(a.topic), t(b.topic)) || collated(a.text, b.text);
    case "who":
      return collated(a.words.who, b.words.who);
  }
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

function collated(a: string, b: string): number {
  return COLLATOR.compare(a, b);
}

/** A query that a browser kept, of whatever shape; what is no query of this page is left as by default. */
export function queryFrom(kept: unknown): Query {
  const given = typeof kept === "object" && kept !== null ? (kept as Readonly<Record<string, unknown>>) : {};
  const date = (value: unknown): string => (/^\d{4}-\d{2}-\d{2}$/.test(String(value)) ? String(value) : "");
  return {
    view: oneOf(VIEWS, given["view"]) ?? WORST_FIRST.view,
    text: typeof given["text"] === "string" ? given["text"].slice(0, 200) : "",
    field: oneOf(FIELDS, given["field"]) ?? WORST_FIRST.field,
    severity: oneOf([1, 2, 3] as const, given["severity"]) ?? null,
    from: date(given["from"]),
    to: date(given["to"]),
    sort: oneOf(COLUMNS, given["sort"]) ?? WORST_FIRST.sort,
    descending: typeof given["descending"] === "boolean" ? given["descending"] : WORST_FIRST.descending,
  };
}

function oneOf<T>(values: readonly T[], value: unknown): T | undefined {
  return values.find((each) => each === value);
}
