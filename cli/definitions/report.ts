import type { Command } from "commander";
import { answers, type AddCommands } from "../command.ts";
import { withCircuits, withRegistry } from "../options.ts";

const work = () => import("../commands/report.ts");

/** `report`: what an audit tells of a period, to print and to file. */
export const addReportCommands: AddCommands = (program, give) => {
  const report = program.command("report").description("reviews of a period, from an audit of the register");
  answers(
    withPeriod(report.command("pqr")).description(
      "product quality review: exceptions per claim, owner and month of opening, repeats, time to close, what people settled",
    ),
    give,
    work,
    ({ pqr }) => pqr,
  );
  answers(
    withPeriod(report.command("access")).description(
      "access review: who held which role in the period, and what accounts did in it about batches",
    ),
    give,
    work,
    ({ access }) => access,
  );
};

function withPeriod(command: Command): Command {
  return withCircuits(withRegistry(command))
    .option("--from <time>", "begin of the period, RFC 3339; default: that of the register")
    .option("--to <time>", "end of the period, which is no part of it; default: the block that is read at")
    .option("--owner <address>", "only this manufacturer's batches")
    .option("--csv <file>", "write the rows as a table")
    .option("--html <file>", "write the page for a browser and to print");
}
