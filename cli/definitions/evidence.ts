import { poolSize } from "../../src/prover/proofPool.ts";
import { answers, collect, type AddCommands } from "../command.ts";
import { may, withArtifacts, withDestination, withFolder, withJunit, withOpening, withStanding } from "../options.ts";
import { STATUS_ROLES } from "../statusRoles.ts";
import { Option, type Command } from "commander";

const standing = () => import("../commands/status.ts");
const checking = () => import("../commands/check.ts");
const work = () => import("../commands/evidence.ts");

/** `status`, `check`, `prove`, `attest`: from evidence to the register. */
export const addEvidenceCommands: AddCommands = (program, give) => {
  answers(
    withStanding(program.command("status [dir]"))
      .description(
        "how a batch stands, what is missing and whose it is, and the next command for each role; default: every batch " +
          "folder in the working folder",
      )
      .addOption(new Option("--role <role>", "only the next command of this role").choices(STATUS_ROLES)),
    give,
    standing,
    ({ status }) => status,
  );

  answers(
    withJunit(withClaims(program.command("check <dir...>")))
      .description(
        "judge every claim of one or more folders in plain TypeScript, with the exact reading, time and limit; exit 1 if " +
          "one fails",
      )
      .option("--key <keyfile>", "the first custodian's key, to judge also that the batch is its order's one batch"),
    give,
    checking,
    ({ check }) => check,
  );

  answers(
    withOpening(
      withArtifacts(may(withDestination(withClaims(program.command("prove <dir>"))), "account")),
      "JSON-RPC address of a node, to ask with --owner when the batch was opened; default: what the folder remembers",
    )
      .description("prove claims for one submitter, chain and registry; refuses what check refuses")
      .option("--submitter <account>", "account that will send the proofs; default: that of --account")
      .option("--key <keyfile>", "the first custodian's key, for custody of the first stage")
      .option("--workers <n>", "proofs made side by side", poolSize().toString())
      .option("--allow-development", "use a development key for a chain that is not local"),
    give,
    work,
    ({ proveAll }) => proveAll,
  );

  answers(
    withFolder(withClaims(program.command("attest <dir>")))
      .description(
        "send the proofs of a batch in one transaction; default: all in the folder that are not attested yet",
      )
      .option("--proof <file>", "a proof that another party made and sent; repeat for more", collect)
      .option("--dry-run", "ask the chain, send nothing"),
    give,
    work,
    ({ attestAll }) => attestAll,
  );
};

/** Adds --claim and --stage. */
function withClaims(command: Command): Command {
  return command
    .option("--claim <stage/claim>", "only this claim; repeat for more", collect)
    .option("--stage <name>", "only the claims of this stage; repeat for more", collect);
}
