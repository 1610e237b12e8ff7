import { answers, collect, type AddCommands } from "../command.ts";
import { withBatch, withReason } from "../options.ts";

const work = () => import("../commands/decide.ts");

/** Decisions that need a batch and a reason: what they do, who may, and what is said once it is done. */
const DECISIONS = [
  ["reject", "end a batch that must not be used, such as one out of specification; final (QP)", "Rejected."],
  [
    "abort",
    "end a batch that is not needed: patient withdrew, collection failed, not administered; final (owner; once certified a QP)",
    "Aborted.",
  ],
  ["recall", "recall a batch, in whatever state and for good (QP, AUTHORITY)", "Recalled."],
] as const;

/** `reject`, `abort`, `recall`, `hold`, `unhold`, `supply`, `notify`: what people decide on a batch. */
export const addDecideCommands: AddCommands = (program, give) => {
  for (const [name, does, done] of DECISIONS) {
    answers(withReason(withBatch(program.command(name)), name).description(does), give, work, ({ deciding }) =>
      deciding(name, done),
    );
  }

  answers(
    withReason(withBatch(program.command("hold")), "hold")
      .description("put batches into quarantine: gate closed, not certified until every holder lets go (QP, AUTHORITY)")
      .option("--also <batch>", "folder or key of a further batch; repeat for more, up to 64 in all", collect)
      .option("--order <name>", "number of the order that an authority holds by: it must name one; public"),
    give,
    work,
    ({ hold }) => hold,
  );
  answers(
    withReason(withBatch(program.command("unhold")), "unhold")
      .description(
        "lift a hold of one's own, or that of one's side whose holder has not the role any more (QP, AUTHORITY)",
      )
      .option("--holder <account>", "whose hold; default: the sending account's"),
    give,
    work,
    ({ unhold }) => unhold,
  );

  answers(
    withBatch(program.command("supply"))
      .description(
        "record the exceptional supply of a batch out of specification at the physician's request (EU GMP Part IV, " +
          "11.5); final, and never a release (QP)",
      )
      .requiredOption("--risk-evaluation <file>", "the evaluation of the risks; only its sha256 is published")
      .requiredOption("--physician-request <file>", "the treating physician's; only its sha256 is published")
      .requiredOption("--administration <time>", "when it is or was administered, RFC 3339"),
    give,
    work,
    ({ supply }) => supply,
  );
  answers(
    withBatch(program.command("notify"))
      .description(
        "record that the authority was notified of an exceptional supply, due 48 hours after administration (QP, owner)",
      )
      .requiredOption("--notified <time>", "when the authority was notified, RFC 3339"),
    give,
    work,
    ({ notify }) => notify,
  );
};
