import type { Command } from "commander";
import { answers, type AddCommands } from "../command.ts";
import { withBatch, withReader, withRegistry } from "../options.ts";

const work = () => import("../commands/qp.ts");

/** `qp`, `confirm-stage`: who certifies a batch, who confirms its stages, that they did, and what waits for them. */
export const addQpCommands: AddCommands = (program, give) => {
  const qp = program
    .command("qp")
    .description("Qualified Persons: one more for a batch or a stage of it, and what waits for one");
  answers(
    withSeat(qp.command("propose")).description(
      "name one more; a QP of the batch or stage consents, or it counts at once where none of them has the role any more (owner)",
    ),
    give,
    work,
    ({ propose }) => propose,
  );
  answers(
    withSeat(qp.command("consent")).description(
      "consent to one whom the owner proposed, for what one was named for oneself (QP, another person)",
    ),
    give,
    work,
    ({ consent }) => consent,
  );
  answers(
    withSeat(qp.command("withdraw")).description("take back a proposal that waits (who proposed it)"),
    give,
    work,
    ({ withdraw }) => withdraw,
  );
  answers(
    withReader(withRegistry(qp.command("queue")))
      .description(
        "what waits for a QP, worst first: missing, open, due, and of a batch that is ready what a certificate says, in words",
      )
      .requiredOption("--qp <account>", "whose batches")
      .option("--state <file>", "keep here what was read; the next reading with this file reads only new blocks")
      .option("--fail-on-waiting", "exit 1 if anything waits, for this QP or for others"),
    give,
    () => import("../commands/queue.ts"),
    ({ run }) => run,
  );
  answers(
    withBatch(program.command("confirm-stage"))
      .description(
        "confirm a stage, where the policy demands it before the batch is certified (QP who was named for the stage)",
      )
      .requiredOption("--stage <name>", "the stage, by name or by index in the policy")
      .option("--document <file>", "the confirmation; only its sha256 is published")
      .option("--withdraw", "take the confirmation back, also that of another QP of the stage"),
    give,
    work,
    ({ confirmStage }) => confirmStage,
  );
};

/** Adds the batch, who is meant, and for what. */
function withSeat(command: Command): Command {
  return withBatch(command)
    .requiredOption("--qp <account>", "who is meant")
    .option(
      "--stage <name>",
      "for confirming this stage, by name or by index in the policy; default: for certifying the batch",
    );
}
