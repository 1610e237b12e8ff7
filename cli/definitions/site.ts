import { answers, collect, type AddCommands } from "../command.ts";
import { withCircuits, withStanding } from "../options.ts";

const work = () => import("../commands/site.ts");

/** `site`: the page of a site. */
export const addSiteCommands: AddCommands = (program, give) => {
  answers(
    withCircuits(withStanding(program.command("site [dir...]")))
      .description(
        "serve the page of a site (dock, bedside, queue, verify) for these batch folders; this machine only, runs until Ctrl-C",
      )
      .option("--standing <file>", "go by this signed standing where no node answers; may be repeated", collect)
      .option(
        "--qp <account>",
        "a Qualified Person of this site's batches, whose standing counts; may be repeated",
        collect,
      )
      .option("--policy <file>", "say in words what this policy asks of a batch that is verified")
      .option("--did <file>", "the document of an issuer of credentials; may be repeated", collect)
      .option("--port <number>", "port on this machine; 0: any free one", "0"),
    give,
    work,
    ({ run }) => run,
  );
};
