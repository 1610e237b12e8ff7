import { answers, collect, type AddCommands } from "../command.ts";
import { may } from "../options.ts";

const work = () => import("../commands/review.ts");

/** `review`: that somebody read a report, signed with his own key. */
export const addReviewCommands: AddCommands = (program, give) => {
  const review = program
    .command("review")
    .description("a signed record that a report was read, kept by whoever read it");
  answers(
    review
      .command("sign <report.json>")
      .description(
        "sign that the report of `audit --json` was reviewed, with comments on its rows; nothing goes on chain",
      )
      .requiredOption("--key <keyfile>", "the reviewer's key file")
      .requiredOption("--out <file>", "new review record")
      .option("--comments <file>", "JSON object of comments by the ids of rows, the last column of `audit --csv`")
      .option("--own-account <address>", "an account of the reviewer's own; again for each further one", collect),
    give,
    work,
    ({ sign }) => sign,
  );
  answers(
    may(
      review.command("verify <review.json>"),
      "rpc",
      "node that is asked whether the sample's seed is its block's hash",
    )
      .description(
        "verify a review record's signature; with a report, say what is new and what its reviewer did himself",
      )
      .option("--report <file>", "a report of `audit --json`, the same or a later one"),
    give,
    work,
    ({ verify }) => verify,
  );
};
