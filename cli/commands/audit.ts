import { audit, type AuditOptions } from "../../src/audit/audit.ts";
import { auditCsv } from "../../src/audit/csv.ts";
import { auditHtml } from "../../src/audit/html.ts";
import { auditText } from "../../src/audit/table.ts";
import { readWords } from "../../src/chain/reasonWords.ts";
import { inputError } from "../../src/errors.ts";
import { writeFileAtomically } from "../../src/input/files.ts";
import { addressOf, onChain } from "../chain.ts";
import { flag, required, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";

/** `audit`. */
export async function run(_args: readonly string[], options: Options): Promise<Answer> {
  const registry = addressOf(required(options, "registry"), "--registry");
  const how = await auditOptions(options);
  return onChain(options, async ({ provider }) => {
    const report = await audit(provider, registry, how);
    const csv = text(options, "csv");
    if (csv !== undefined) await writeFileAtomically(csv, auditCsv(report));
    const html = text(options, "html");
    if (html !== undefined) await writeFileAtomically(html, auditHtml(report));
    const coloured = isColourful();
    return {
      text: auditText(report, { all: flag(options, "all"), colours: coloured }),
      coloured,
      json: report,
      exitCode: flag(options, "failOnExceptions") && report.findings.length > 0 ? 1 : 0,
    };
  });
}

async function auditOptions(options: Options): Promise<AuditOptions> {
  const [from, finality] = [wholeOf(options, "from"), wholeOf(options, "finality")];
  const maxAge = wholeOf(options, "maxAge");
  const statePath = text(options, "state");
  const texts = text(options, "texts");
  return {
    ...(from === undefined ? {} : { from }),
    ...(finality === undefined ? {} : { finality }),
    ...(maxAge === undefined ? {} : { maxAge: 60 * maxAge }),
    // A longer URL may hold an access key.
    node: URL.parse(required(options, "rpc"))?.origin ?? "",
    ...(statePath === undefined ? {} : { statePath }),
    ...(texts === undefined ? {} : { texts: await readWords(texts) }),
  };
}

/** A number of a block, of blocks or of minutes. Error `blocks`. */
function wholeOf(options: Options, name: string): number | undefined {
  const value = text(options, name);
  if (value === undefined) return undefined;
  if (/^(0|[1-9][0-9]{0,14})$/.test(value)) return Number(value);
  throw inputError("This is not a number of blocks or minutes.", {
    place: `--${name.replace("maxAge", "max-age")} ${value}`,
    remedy: "Give a whole number from 0 on.",
    code: "blocks",
  });
}

/** Colours are for terminals, and for those who do not object (no-color.org). */
function isColourful(): boolean {
  return process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";
}
