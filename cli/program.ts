import { Command, CommanderError } from "commander";
import { inputError } from "../src/errors.ts";
import { packageVersion } from "../src/root.ts";
import type { Give } from "./command.ts";
import { COMMANDS } from "./definitions/index.ts";
import { requireNode } from "./node.ts";
import { printAnswer, printError, type Answer } from "./output.ts";

/** Runs the command that the words name and prints its answer. The last catch; returns the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const asJson = argv.includes("--json");
  const answers: Answer[] = [];
  const program = createProgram((answer) => answers.push(answer));
  try {
    await program.parseAsync(argv, { from: "user" });
    let exitCode = 0;
    for (const answer of answers) {
      exitCode = printAnswer(answer, asJson);
      await answer.after?.();
    }
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return printError(error, asJson);
    if (error.exitCode === 0) return 0; // --help, --version
    return printError(usageError(commandPath(program, argv), error), asJson);
  }
}

function createProgram(give: Give): Command {
  const program = new Command("batchproof")
    .description("Prove that a private batch record kept its registered limits; attest it; review only exceptions.")
    .version(packageVersion())
    .option("--json", "one JSON document on stdout instead of text")
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .hook("preAction", () => void requireNode());
  for (const register of COMMANDS) register(program, give);
  return program;
}

function usageError(path: string, { message }: CommanderError): Error {
  const problem = message === "(outputHelp)" ? "a command is missing" : message.replace(/^error: /, "");
  return inputError(`Bad usage: ${problem.replace(/\.$/, "").replaceAll("\n", " ")}.`, {
    code: "usage",
    place: path,
    remedy: `See \`${path} --help\`.`,
  });
}

/** "batchproof policy lint": the command that the words lead to, as far as they lead. */
function commandPath(command: Command, words: readonly string[]): string {
  const [word, ...rest] = words.filter((each) => !each.startsWith("-"));
  const next = command.commands.find((each) => each.name() === word);
  return next === undefined ? command.name() : `${command.name()} ${commandPath(next, rest)}`;
}
