import type { Command } from "commander";
import { answers, collect, type AddCommands } from "../command.ts";
import { may, withBatchRead, withCircuits, withNodeUnless } from "../options.ts";

const work = () => import("../commands/standing.ts");
const verification = () => import("../commands/verifyBatch.ts");

/** `standing`: what the register says of a batch, in a file that a QP signs; `verify-batch`: the same for anybody. */
export const addStandingCommands: AddCommands = (program, give) => {
  const standing = program
    .command("standing")
    .description("what the register says of a batch, signed by its Qualified Person for those without a network");
  answers(
    withCircuits(may(withBatchRead(standing.command("sign")), "account"))
      .description("read it from the node, verify every proof, and sign it as an account that is a QP of the batch")
      .requiredOption("--valid-for <hours>", "hours from the block for which others may go by it, 1 to 168")
      .requiredOption("--out <file>", "file to make; never overwritten"),
    give,
    work,
    ({ sign }) => sign,
  );
  answers(
    withQps(may(may(standing.command("show <file>"), "registry"), "chainId"))
      .description("what a signed standing says, and who signed it; exit codes as of verify-batch")
      .option("--policy <file>", "the batch's policy, to say in words what was proven; default: the folder's"),
    give,
    verification,
    ({ show }) => show,
  );
  answers(
    withCircuits(withQps(may(withNodeUnless(program.command("verify-batch"), "standing"), "owner")))
      .argument("[dir]", "the batch's folder")
      .description(
        "may this batch be used, and what is proven: exit 0 only if the register releases it and nothing speaks against it; " +
          "5 for an exceptional supply",
      )
      .option("--batch <key>", "in place of a folder: key of the batch")
      .option("--label <text>", "in place of a folder: what the code on the bag says")
      .option("--carrier <text>", "the bag's own GS1 or ISBT 128 identifier, which must be the label's")
      .option("--credential <file>", "in place of a folder: a verifiable credential of the batch")
      .option("--did <file>", "DID document of the credential's issuer, from its web site; repeat for more", collect)
      .option("--standing <file>", "in place of a node: a standing that a QP of the batch signed")
      .option("--policy <file>", "the batch's policy, to say in words what was proven; default: the folder's"),
    give,
    verification,
    ({ verifyBatch }) => verifyBatch,
  );
};

/** Adds what the reader of a signed standing knows. */
function withQps(command: Command): Command {
  return command
    .option("--qp <account>", "account that is a QP of the batch, who may have signed; repeat for more", collect)
    .option("--max-age <hours>", "oldest block of a signed standing that you go by; default: 24");
}
