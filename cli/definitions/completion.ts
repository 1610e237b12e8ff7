import { Argument } from "commander";
import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/completion.ts");

/** `completion`: made from the definitions of all other commands. */
export const addCompletionCommands: AddCommands = (program, give) => {
  answers(
    program
      .command("completion")
      .addArgument(new Argument("<shell>", "the shell that will read it").choices(["bash", "zsh", "fish"]))
      .description(
        "print a script that completes commands, options and their choices: source <(batchproof completion bash)",
      ),
    give,
    work,
    ({ completion }) => completion(program),
  );
};
