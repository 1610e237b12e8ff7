import { answers, type AddCommands } from "../command.ts";
import { withAccount, withBatch, withRegistry } from "../options.ts";

const work = () => import("../commands/request.ts");

/** `request`: an authority asks for one window of a claim's data, the owner answers, the authority accepts it or asks again. */
export const addRequestCommands: AddCommands = (program, give) => {
  const request = program.command("request").description("what an authority asks for about a batch, and the answer");
  answers(
    withBatch(request.command("ask"))
      .description("ask for a window of a claim's data; unanswered it is overdue (AUTHORITY)")
      .requiredOption("--claim <stage/claim>", "claim; with --batch its index in the policy")
      .requiredOption("--from <time>", "begin of the window, RFC 3339")
      .requiredOption("--to <time>", "end of the window, RFC 3339")
      .requiredOption("--due <time>", "when the answer is due, RFC 3339"),
    give,
    work,
    ({ ask }) => ask,
  );
  answers(
    withAccount(withRegistry(request.command("answer <number>")))
      .description("record that a request was answered; the data themselves go another way (owner)")
      .requiredOption("--disclosure <file>", "what was sent; only its sha256 is published")
      .option("--other-file", "it is no disclosure that `disclose` wrote, such as a letter: nobody compares it"),
    give,
    work,
    ({ answer }) => answer,
  );
  answers(
    withAccount(withRegistry(request.command("accept <number>"))).description(
      "accept an answer (the AUTHORITY that asked, or another one once it has not the role any more)",
    ),
    give,
    work,
    ({ accept }) => accept,
  );
  answers(
    withAccount(withRegistry(request.command("reopen <number>")))
      .description("ask again where the answer does not do; it is unanswered then (the AUTHORITY, as for accept)")
      .requiredOption("--due <time>", "when the next answer is due, RFC 3339"),
    give,
    work,
    ({ reopen }) => reopen,
  );
  answers(
    withAccount(withRegistry(request.command("withdraw <number>"))).description(
      "take back a request that nobody answered (the AUTHORITY, as for accept)",
    ),
    give,
    work,
    ({ withdraw }) => withdraw,
  );
};
