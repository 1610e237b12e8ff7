import { audit } from "../../src/audit/audit.ts";
import { auditText } from "../../src/audit/table.ts";
import { addressOf, onChain, withRegistry } from "../chain.ts";
import { answers, flag, required, type Options, type Register } from "../command.ts";
import type { Answer } from "../output.ts";

/** `audit`: the regulator's view. */
export const registerAudit: Register = (program, give) => {
  answers(
    withRegistry(program.command("audit"))
      .description("read a register: reconcile it, verify every proof again, list what needs a person's eyes")
      .option("--all", "list every batch, also those that need no reading")
      .option("--fail-on-exceptions", "exit 1 if there is any batch to review"),
    give,
    run,
  );
};

async function run(_args: readonly string[], options: Options): Promise<Answer> {
  const registry = addressOf(required(options, "registry"), "--registry");
  return onChain(options, async ({ provider }) => {
    const report = await audit(provider, registry);
    return {
      text: auditText(report, { all: flag(options, "all") }),
      json: report,
      exitCode: flag(options, "failOnExceptions") && report.reviewed > 0 ? 1 : 0,
    };
  });
}
