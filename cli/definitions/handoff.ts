import { CONDITION } from "../../src/formats/constants.ts";
import { SIDES } from "../../src/formats/handoffSides.ts";
import { DISCARD_PROOFS } from "../options.ts";
import { answers, type AddCommands } from "../command.ts";
import { Option } from "commander";

const work = () => import("../commands/handoff.ts");

/** `handoff`: the end of a stage, signed by those concerned. */
export const addHandoffCommands: AddCommands = (program, give) => {
  const handoff = program.command("handoff").description("the hand-off that closes a stage: sign, show, exchange");
  answers(
    handoff
      .command("sign <dir>")
      .description("sign one side of a stage's hand-off; the releasing custodian goes first")
      .requiredOption("--stage <name>", "stage that ends")
      .addOption(new Option("--as <side>", "your side").choices(Object.keys(SIDES)).makeOptionMandatory())
      .requiredOption("--key <keyfile>", "your custodian key")
      .addOption(
        new Option("--condition <name>", "state of the material").choices(Object.keys(CONDITION)).default("conforming"),
      ),
    give,
    work,
    ({ sign }) => sign,
  );
  answers(
    handoff.command("show <dir>").description("how each hand-off stands, and which signatures are missing"),
    give,
    work,
    ({ show }) => show,
  );
  answers(
    handoff
      .command("export <dir>")
      .description("write what another party needs: the batch's commitments, with --stage also that stage's hand-off")
      .option("--stage <name>", "closed stage to tell of")
      .requiredOption("--out <file>", "file to write; it holds no record and no salt but that of this stage's head"),
    give,
    work,
    ({ exportFile }) => exportFile,
  );
  answers(
    handoff
      .command("import <dir> <file>")
      .description("take over a hand-off that another party exported: its head's opening and the signatures there are"),
    give,
    work,
    ({ importFile }) => importFile,
  );
  answers(
    handoff
      .command("discard <dir>")
      .description("take a stage's hand-off back, for a correction: both sides sign anew")
      .requiredOption("--stage <name>", "stage whose hand-off is wrong")
      .option("--discard-proofs", DISCARD_PROOFS),
    give,
    work,
    ({ discard }) => discard,
  );
};
