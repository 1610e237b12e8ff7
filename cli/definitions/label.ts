import { answers, type AddCommands } from "../command.ts";
import { may, withDestination, withOwner } from "../options.ts";

const work = () => import("../commands/label.ts");

/** `label` and `verify-label`: what is stuck on a bag, so that whoever gets it finds the batch. */
export const addLabelCommands: AddCommands = (program, give) => {
  answers(
    withOwner(withDestination(program.command("label <dir>")))
      .description("make a batch's label: a QR code, signed by a custodian, that names the batch and the bag")
      .requiredOption("--key <keyfile>", "your custodian key")
      .option("--gs1 <identifier>", "by which the site knows the bag: (01)...(10)...(17)...(21)..., or as scanned")
      .option("--isbt128 <identifier>", "the same: donation identification number, with its product code if it has one")
      .requiredOption("--out <file>", "SVG file to write"),
    give,
    work,
    ({ label }) => label,
  );
  answers(
    may(may(may(program.command("verify-label <text> [dir]"), "registry"), "chainId"), "owner").description(
      "what a label says, and whether a custodian whom the folder knows signed it for the folder's batch",
    ),
    give,
    work,
    ({ verifyLabel }) => verifyLabel,
  );
};
