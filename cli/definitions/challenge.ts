import { answers, type AddCommands } from "../command.ts";
import { withBatch, withBatchRead, withReason } from "../options.ts";

const work = () => import("../commands/challenge.ts");

/** `challenge`: what speaks against a batch that was proven, and a QP's decision on exactly that. */
export const addChallengeCommands: AddCommands = (program, give) => {
  const challenge = program
    .command("challenge")
    .description(
      "what speaks against a proven batch: an unsound circuit, a retired policy, a revoked party list, a recall",
    );
  answers(
    withReason(withBatch(challenge.command("decide")), "decideChallenge")
      .description("decide to go on with a batch although it is challenged; to end it: reject or recall (QP)")
      .requiredOption("--challenge <hash>", "exactly what is decided on, as `challenge show` and `status` print it"),
    give,
    work,
    ({ decide }) => decide,
  );
  answers(
    withBatchRead(challenge.command("show")).description(
      "show in words what the batch is challenged by, and the command of the decision",
    ),
    give,
    work,
    ({ show }) => show,
  );
};
