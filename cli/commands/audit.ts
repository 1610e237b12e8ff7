import { audit, type AuditOptions } from "../../src/audit/audit.ts";
import { auditCsv } from "../../src/audit/csv.ts";
import { auditHtml } from "../../src/audit/html.ts";
import { auditText } from "../../src/audit/table.ts";
import { inputError } from "../../src/errors.ts";
import { writeFileAtomically } from "../../src/input/files.ts";
import { addressOf, onChain, withRegistry } from "../chain.ts";
import { answers, flag, required, text, type Options, type AddCommands } from "../command.ts";
import type { Answer } from "../output.ts";

/** `audit`: the regulator's view. */
export const addAuditCommands: AddCommands = (program, give) => {
  answers(
    withRegistry(program.command("audit"))
      .description("read a register: reconcile it, verify every proof again, list what needs a person's eyes")
      .option("--all", "list every batch, also those that need no reading")
      .option("--from <block>", "leave out news of earlier blocks; what still stands is always listed")
      .option("--finality <blocks>", "newest blocks that are not read, because the chain may still take them back")
      .option("--state <file>", "keep here what was read; the next audit with this file reads only new blocks")
      .option("--csv <file>", "write what needs eyes as a table")
      .option("--html <file>", "write the page for a browser")
      .option("--fail-on-exceptions", "exit 1 if anything needs a person's eyes"),
    give,
    run,
  );
};

async function run(_args: readonly string[], options: Options): Promise<Answer> {
  const registry = addressOf(required(options, "registry"), "--registry");
  const how = auditOptions(options);
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

function auditOptions(options: Options): AuditOptions {
  const [from, finality] = [blocks(options, "from"), blocks(options, "finality")];
  const statePath = text(options, "state");
  return {
    ...(from === undefined ? {} : { from }),
    ...(finality === undefined ? {} : { finality }),
    ...(statePath === undefined ? {} : { statePath }),
  };
}

/** A number of a block or of blocks. Error `blocks`. */
function blocks(options: Options, name: string): number | undefined {
  const value = text(options, name);
  if (value === undefined) return undefined;
  if (/^(0|[1-9][0-9]{0,14})$/.test(value)) return Number(value);
  throw inputError("This is not a number of blocks.", {
    place: `--${name} ${value}`,
    remedy: "Give a whole number from 0 on.",
    code: "blocks",
  });
}

/** Colours are for terminals, and for those who do not object (no-color.org). */
function isColourful(): boolean {
  return process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";
}
