import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/access.ts");

/** `serve-token` and `call-log`: who may call the service, and who did. */
export const addAccessCommands: AddCommands = (program, give) => {
  answers(
    program
      .command("serve-token <name>")
      .description("make a token for a machine that calls the service: printed once, with the lines for service.json"),
    give,
    work,
    ({ serveToken }) => serveToken,
  );
  const log = program.command("call-log").description("the log of calls of the service: verify, export");
  answers(
    log
      .command("verify <log>")
      .description(
        "whether no line was changed, taken away or put in since it was written: of a log, or of a file that was exported",
      )
      .option("--after <hash>", "hash of a line that was kept elsewhere, and must be there"),
    give,
    work,
    ({ verify }) => verify,
  );
  answers(
    log
      .command("export <log> <output>")
      .description("verify it, and write its lines into one file")
      .option("--csv", "as a table; without it as they are, a line of JSON each"),
    give,
    work,
    ({ exportLog }) => exportLog,
  );
};
