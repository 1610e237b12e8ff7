import type { Command } from "commander";
import { answers, type AddCommands } from "../command.ts";
import { withBatch } from "../options.ts";

const work = () => import("../commands/qp.ts");

/** `qp`, `confirm-stage`: who certifies a batch, who confirms its stages, and that they did. */
export const addQpCommands: AddCommands = (program, give) => {
  const qp = program.command("qp").description("one more Qualified Person for a batch or a stage of it");
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
