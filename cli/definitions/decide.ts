import { answers, type AddCommands } from "../command.ts";
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
  [
    "hold",
    "put a batch into quarantine: gate closed, not certified until both sides let it go (QP, AUTHORITY)",
    "Held.",
  ],
  ["unhold", "lift the hold of your side: that of the QPs or that of the authorities (QP, AUTHORITY)", "Hold lifted."],
  ["recall", "recall a batch, in whatever state and for good (QP, AUTHORITY)", "Recalled."],
] as const;

/** `reject`, `abort`, `hold`, `unhold`, `recall`, `supply`: what people decide on a batch. */
export const addDecideCommands: AddCommands = (program, give) => {
  for (const [name, does, done] of DECISIONS) {
    answers(withReason(withBatch(program.command(name)), name).description(does), give, work, ({ deciding }) =>
      deciding(name, done),
    );
  }

  answers(
    withBatch(program.command("supply"))
      .description(
        "record the exceptional supply of a batch out of specification at the physician's request (EU GMP Part IV, " +
          "11.5); final, and never a release (QP)",
      )
      .requiredOption("--risk-evaluation <file>", "the evaluation of the risks; only its sha256 is published")
      .requiredOption("--physician-acceptance <file>", "the treating physician's; only its sha256 is published")
      .requiredOption("--notified <time>", "when the authority was notified, RFC 3339"),
    give,
    work,
    ({ supply }) => supply,
  );
};
