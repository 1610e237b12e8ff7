import { answers, collect, type AddCommands } from "../command.ts";
import { withReader, withRegistry } from "../options.ts";

const work = () => import("../commands/desk.ts");

/** `desk`: the regulator's page. */
export const addDeskCommands: AddCommands = (program, give) => {
  answers(
    withReader(withRegistry(program.command("desk")))
      .description("serve the page on which an inspector reads a register; this machine only, runs until Ctrl-C")
      .option("--port <number>", "port on this machine; 0: any free one", "0")
      .option("--disclosure <file>", "show what was disclosed, checked against the register; may be repeated", collect)
      .option("--policy <file>", "show this policy in words, checked against the register; may be repeated", collect)
      .option("--review <file>", "show what an earlier review said of each row; may be repeated", collect),
    give,
    work,
    ({ run }) => run,
  );
};
