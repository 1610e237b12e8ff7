import { audit, type AuditReport } from "../../src/audit/audit.ts";
import { readCircuitList } from "../../src/audit/circuits.ts";
import { tableCsv } from "../../src/formats/csv.ts";
import { pageHtml, type PageTable } from "../../src/audit/html.ts";
import { accessTable, periodLines, qualityTable } from "../../src/audit/reviewTables.ts";
import { accessReview, qualityReview, type Period } from "../../src/audit/trends.ts";
import { inputError } from "../../src/errors.ts";
import { visible } from "../../src/formats/visible.ts";
import { refuseOverwriting, writeFileAtomically } from "../../src/input/files.ts";
import { parseTime } from "../../src/input/times.ts";
import { addressOf, onChain } from "../chain.ts";
import { required, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";

/** `report pqr`. */
export async function pqr(_args: readonly string[], options: Options): Promise<Answer> {
  return reported(options, "Product quality review", (report, period) => {
    const review = qualityReview(report, period);
    return { review, table: qualityTable(review) };
  });
}

/** `report access`. */
export async function access(_args: readonly string[], options: Options): Promise<Answer> {
  return reported(options, "Access review", (report, period) => {
    const review = accessReview(report, period);
    return { review, table: accessTable(review) };
  });
}

type Reviewing = (report: AuditReport, period: Period) => { readonly review: object; readonly table: PageTable };

async function reported(options: Options, title: string, reviewing: Reviewing): Promise<Answer> {
  const registry = addressOf(required(options, "registry"), "--registry");
  const [csv, html, circuits] = [text(options, "csv"), text(options, "html"), text(options, "circuits")];
  const asked = periodOf(options);
  await refuseOverwriting([
    ...(csv === undefined ? [] : [{ option: "--csv", path: csv }]),
    ...(html === undefined ? [] : [{ option: "--html", path: html }]),
  ]);
  const list = circuits === undefined ? {} : { circuits: await readCircuitList(circuits) };
  return onChain(options, async ({ provider }) => {
    const report = await audit(provider, registry, list);
    const period = { ...asked, to: asked.to ?? report.at + 1 };
    const { review, table } = reviewing(report, period);
    const { columns, rows } = table;
    const head = periodLines(title, report, period);
    if (csv !== undefined) await writeFileAtomically(csv, tableCsv(columns, rows));
    if (html !== undefined) await writeFileAtomically(html, pageHtml({ title, head, tables: [table], foot: [] }));
    const lines = [columns, ...rows].map((row) => row.map(visible).join("  "));
    const { chainId, block, hash, at } = report;
    return { text: [...head, ...lines].join("\n"), json: { registry, chainId, block, hash, at, ...review } };
  });
}

/** Error `period`; those of `parseTime`. */
function periodOf(options: Options): Omit<Period, "to"> & { readonly to: number | undefined } {
  const [from, to, owner] = [text(options, "from"), text(options, "to"), text(options, "owner")];
  const begins = from === undefined ? 0 : parseTime(from, "--from");
  const ends = to === undefined ? undefined : parseTime(to, "--to");
  if (ends !== undefined && ends <= begins) {
    throw inputError("The period ends before it begins.", { place: "--to", code: "period" });
  }
  return { from: begins, to: ends, owner: owner === undefined ? null : addressOf(owner, "--owner") };
}
