import { answers, collect, type AddCommands } from "../command.ts";
import { withBatch, withFolder, withReason } from "../options.ts";
import { Option } from "commander";

const work = () => import("../commands/correct.ts");

/** What `extendDue` counts the due dates as. */
const DUE = ["release", "completion"] as const;

/** `name-submitter`, `replace-opening`, `set-head`, `extend`, `amend`: corrections, each of which stays visible. */
export const addCorrectCommands: AddCommands = (program, give) => {
  answers(
    withBatch(program.command("name-submitter"))
      .description("name one more account that may attest for the owner, before the first head is set (owner)")
      .requiredOption("--submitter <account>", "the account"),
    give,
    work,
    ({ nameSubmitter }) => nameSubmitter,
  );
  answers(
    withReason(withFolder(program.command("replace-opening <dir>")), "replaceOpening")
      .description(
        "correct the first stage's custodian or devices, in folder and register, before its head is set (owner)",
      )
      .option(
        "--device <vendor|model|serial>",
        "devices of the first stage from now on; repeat for each, in the order of the slots",
        collect,
      )
      .option("--custodian <name>", "first custodian from now on: a name in the folder's party list"),
    give,
    work,
    ({ replace }) => replace,
  );
  answers(
    withFolder(program.command("set-head <dir>"))
      .description(
        "let a stage's record go on although its custody is not proven, while an exception on that is open; the flag " +
          '"custody not proven" stays (owner)',
      )
      .requiredOption("--stage <name>", "the stage; its head is taken from the folder"),
    give,
    work,
    ({ setHead }) => setHead,
  );
  answers(
    withReason(withBatch(program.command("extend")), "extendDue")
      .description("move a due date, at most to the policy's latest from now; counted and shown (owner)")
      .addOption(new Option("--which <date>", "which one").choices(DUE).makeOptionMandatory())
      .requiredOption("--due <time>", "new due date, RFC 3339"),
    give,
    work,
    ({ extend }) => extend,
  );
  answers(
    withReason(withFolder(program.command("amend <dir>")), "amend")
      .description(
        "replace an attestation found wrong by a new proof (`prove --submitter` names QA's account); a released batch is " +
          "not released any more (QA of the owner)",
      )
      .requiredOption("--claim <stage/claim>", "the claim; its proof lies in proofs/")
      .option("--dry-run", "ask the chain what would have to be attested anew, send nothing"),
    give,
    work,
    ({ amendClaim }) => amendClaim,
  );
};
