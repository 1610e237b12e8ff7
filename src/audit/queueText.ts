import type { CertificateLine } from "../formats/certificateLines.ts";
import { visible } from "../formats/visible.ts";
import { SEVERITY } from "../policy/document.ts";
import type { Queue, QueueItem, QueueRow, QueueStage } from "./queue.ts";

/** A queue as lines for a terminal. `certify`: the command by which a batch of an owner is certified. */
export function queueText(queue: Queue, certify: (owner: string) => string): string {
  const { chainId, registry, block, hash, time, account, hasRole, warnings, rows, quiet } = queue;
  const own = rows.filter(({ items }) => items.some((item) => item.own)).length;
  const lines = [
    `QP ${account}`,
    `Register ${registry}, chain ${chainId}, read at block ${block}, ${hash}, ${time}`,
    ...(hasRole ? [] : ["This account does not have the role QP now: nothing waits for it, and it can sign nothing."]),
    ...warnings.map((text) => `! ${text}`),
    `${rows.length} batches about which something waits, ${own} for this account; ${quiet} about which nothing does.`,
    ...rows.flatMap((row) => ["", ...rowLines(row, certify)]),
  ];
  return lines.map(visible).join("\n");
}

function rowLines(row: QueueRow, certify: (owner: string) => string): string[] {
  const { key, owner, serial, product, status, overdue, due, items, stages, certificate } = row;
  const date = due === null ? "" : `, due ${due}${overdue ? " (OVERDUE)" : ""}`;
  return [
    `${product}, batch ${serial} of ${owner}: ${status}${date}`,
    `  ${key}`,
    ...items.map((item) => `  ${itemLine(item)}`),
    ...stages.map((stage) => `  ${stageLine(stage)}`),
    ...(certificate === null ? [] : certificateText(certificate, certify(owner))),
  ];
}

function itemLine({ severity, own, due, text }: QueueItem): string {
  return `${own ? "-> " : "   "}${SEVERITY[severity]}: ${text}${due === null ? "" : ` (due ${due})`}`;
}

function stageLine({ stage, qps, confirmed, withdrawn }: QueueStage): string {
  const named = qps.length === 0 ? "nobody is named" : qps.join(", ");
  if (confirmed !== null) {
    const holds = confirmed.holds ? "" : ", which is void: the batch was changed since";
    return `   stage ${stage} (${named}): confirmed by ${confirmed.by} ${confirmed.at}${holds}`;
  }
  const taken = withdrawn === null ? "" : `; taken back by ${withdrawn.by} ${withdrawn.at}`;
  return `   stage ${stage} (${named}): not confirmed${taken}`;
}

function certificateText(certificate: readonly CertificateLine[], command: string): string[] {
  return [
    "   A certificate would say exactly this; nothing is signed here:",
    ...certificateRows(certificate).map((line) => `     ${line}`),
    `   ${command}`,
  ];
}

/** Field, value and words of a certificate, a line each; nothing in them acts. */
export function certificateRows(certificate: readonly CertificateLine[]): string[] {
  const width = Math.max(...certificate.map(({ field }) => field.length));
  return certificate.map(({ field, value, words }) =>
    visible(`${field.padEnd(width)}  ${value === "" ? "(yours)" : value}: ${words}`),
  );
}
