import type { Command } from "commander";
import { answers, collect, type AddCommands } from "../command.ts";
import { may, withDestination, withOwner } from "../options.ts";

const work = () => import("../commands/bedside.ts");

/** `bedside`: bag, patient and batch held against each other, and the record of what was given. */
export const addBedsideCommands: AddCommands = (program, give) => {
  const bedside = program
    .command("bedside")
    .description("bag, patient and batch: match them, and record the administration; in the first custodian's folder");
  answers(
    withBag(bedside.command("match <dir>")).description(
      "whether wristband, bag and batch are one and may be given: exit 0 only then; 5 for an exceptional supply, " +
        "3 where nobody can be asked",
    ),
    give,
    work,
    ({ match }) => match,
  );
  answers(
    withBag(bedside.command("record <dir>"))
      .description(
        "match them again and record, signed by two people, that the batch was given; the infusion's end ends the last stage",
      )
      .requiredOption("--thawed <time>", "when the bag was thawed, RFC 3339 with offset")
      .requiredOption("--infusion-start <time>", "RFC 3339 with offset")
      .requiredOption("--infusion-end <time>", "RFC 3339 with offset")
      .requiredOption("--performed-by <keyfile>", "key file of who gave it")
      .requiredOption(
        "--verified-by <keyfile>",
        "key file of a second person, who watched; its passphrase also from BATCHPROOF_SECOND_PASSPHRASE",
      )
      .option("--exceptional", "both know that the batch is out of specification and supplied exceptionally"),
    give,
    work,
    ({ record }) => record,
  );
  answers(
    may(bedside.command("show <dir>"), "owner").description(
      "print the administration that a folder records, once label and signatures hold",
    ),
    give,
    work,
    ({ show }) => show,
  );
};

/** Adds what is in the hand, and whom to ask. */
function withBag(command: Command): Command {
  return may(withOwner(withDestination(command)), "rpc", "node that is asked, unless --standing is given")
    .requiredOption("--label <text>", "text of the bag's label, as a scanner pastes it")
    .requiredOption(
      "--wristband <text>",
      "text of the patient's wristband; -: one line of stdin, in no list of commands",
    )
    .option("--carrier <text>", "the bag's own code; needed if the label names one")
    .option("--standing <file>", "standing that a QP of the batch signed, for where there is no network")
    .option("--qp <account>", "account that this site knows as a QP of the batch; repeat for more", collect);
}
