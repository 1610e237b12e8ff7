import { DISPOSITION, EXCEPTION_CATEGORY } from "../../src/formats/codes.ts";
import { answers, collect, type AddCommands } from "../command.ts";
import { withAccount, withBatch, withRegistry } from "../options.ts";
import { Option, type Command } from "commander";

const work = () => import("../commands/exception.ts");

/** `exception`: what is not proven, declared by whoever knows it and closed by two people, and how an authority sees that. */
export const addExceptionCommands: AddCommands = (program, give) => {
  const exception = program.command("exception").description("declare what is not proven, and close it by two people");
  answers(
    withBatch(exception.command("raise"))
      .description(
        "raise an exception on a claim; it blocks release, and the QP of each batch decides on his own (owner, QA, QP, AUTHORITY)",
      )
      .requiredOption("--claim <stage/claim>", "claim that is not proven; with --batch its index in the policy")
      .option(
        "--also <batch:claim>",
        "folder or key of a further batch that the same deviation concerns, and its claim; repeat for more, up to 64 in all",
        collect,
      )
      .addOption(new Option("--category <name>", "what it is about").choices(Object.keys(EXCEPTION_CATEGORY)))
      .option("--severity <n>", "1 minor, 2 major, 3 critical")
      .option("--mes <id>", "take category and severity from this exception of the folder's MES record")
      .requiredOption("--reference <name>", "number in the quality management system; public"),
    give,
    work,
    ({ raise }) => raise,
  );
  answers(
    withClosing(withAccount(withRegistry(exception.command("propose-closing <number>")))).description(
      "propose how an exception is closed, from its investigation (QA of the owner)",
    ),
    give,
    work,
    ({ propose }) => propose,
  );
  answers(
    withClosing(withAccount(withRegistry(exception.command("confirm-closing <number>")))).description(
      "close an exception exactly as QA proposed it (QP of the batch, another person)",
    ),
    give,
    work,
    ({ confirm }) => confirm,
  );
  answers(
    withClosing(withAccount(withRegistry(exception.command("withdraw-closing <number>")))).description(
      "take back a closing that waits for the QP (who proposed it)",
    ),
    give,
    work,
    ({ withdraw }) => withdraw,
  );
  answers(
    withAccount(withRegistry(exception.command("acknowledge <number>"))).description(
      "agree with how an exception was closed that an authority had raised (AUTHORITY)",
    ),
    give,
    work,
    ({ acknowledge }) => acknowledge,
  );
};

/** Adds what both people say of the exception whose number `exception raise` and `audit` print. */
function withClosing(command: Command): Command {
  return command
    .addOption(
      new Option("--disposition <name>", "only an accepted exception can stand in place of a proof")
        .choices(Object.keys(DISPOSITION))
        .makeOptionMandatory(),
    )
    .requiredOption("--evidence <file>", "the investigation's document; only its sha256 is published");
}
