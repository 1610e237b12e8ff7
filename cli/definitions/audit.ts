import { answers, type AddCommands } from "../command.ts";
import { withRegistry } from "../options.ts";

const work = () => import("../commands/audit.ts");

/** `audit`: the regulator's view. */
export const addAuditCommands: AddCommands = (program, give) => {
  answers(
    withRegistry(program.command("audit"))
      .description("read a register: reconcile it, verify every proof again, list what needs a person's eyes")
      .option("--all", "list every batch, also those that need no reading")
      .option("--from <block>", "leave out news of earlier blocks; what still stands is always listed")
      .option(
        "--finality <blocks>",
        "newest blocks that are not read, because the chain may still take them back; default: those that the chain does not call final",
      )
      .option(
        "--max-age <minutes>",
        "a row if the newest block that was read is older by this machine's clock; default: 60, on local chains any age",
      )
      .option("--second-rpc <url>", "another node, which must say the same of the block that all is read at")
      .option("--circuits <file>", "the circuits whose provenance you know; default: those that this version pins")
      .option("--alone", "do not audit the registers that this one follows")
      .option("--state <file>", "keep here what was read; the next audit with this file reads only new blocks")
      .option("--texts <dir>", "show the words of reasons that this folder keeps, where their hash is on chain")
      .option("--csv <file>", "write what needs eyes as a table")
      .option("--html <file>", "write the page for a browser")
      .option("--fail-on-exceptions", "exit 1 if anything needs a person's eyes"),
    give,
    work,
    ({ run }) => run,
  );
};
