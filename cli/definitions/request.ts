import { answers, type AddCommands } from "../command.ts";
import { withAccount, withBatch, withRegistry } from "../options.ts";

const work = () => import("../commands/request.ts");

/** `request`, `answer`: an authority asks for one window of a claim's data, the owner answers. */
export const addRequestCommands: AddCommands = (program, give) => {
  answers(
    withBatch(program.command("request"))
      .description("ask for a window of a claim's data; unanswered it is overdue (AUTHORITY)")
      .requiredOption("--claim <stage/claim>", "claim; with --batch its index in the policy")
      .requiredOption("--from <time>", "begin of the window, RFC 3339")
      .requiredOption("--to <time>", "end of the window, RFC 3339")
      .requiredOption("--due <time>", "when the answer is due, RFC 3339"),
    give,
    work,
    ({ request }) => request,
  );
  answers(
    withAccount(withRegistry(program.command("answer <number>")))
      .description("record that a request was answered; the data themselves go another way (owner)")
      .requiredOption("--disclosure <file>", "what was sent; only its sha256 is published"),
    give,
    work,
    ({ answer }) => answer,
  );
};
