import { DEFAULT_CIRCUITS } from "../../src/formats/constants.ts";
import { answers, type AddCommands } from "../command.ts";
import { withArtifacts, withAccount, withRegistry, withRpc } from "../options.ts";
import { GRANTED_ROLES } from "../roles.ts";
import { Argument, type Command } from "commander";

const work = () => import("../commands/register.ts");

/** `deploy`, `circuit`, `role`: the register itself, and who may do what there. */
export const addRegisterCommands: AddCommands = (program, give) => {
  answers(
    withAccount(withRpc(program.command("deploy")))
      .description("deploy the register's contracts; the account becomes ADMIN")
      .option(
        "--allow-development",
        "a register for trials: it takes development keys, whose proofs anybody can forge, for good",
      )
      .option(
        "--save",
        "write registry, chain and node into the settings file, so that no later command is told again",
      ),
    give,
    work,
    ({ deployAll }) => deployAll,
  );
  const circuit = program.command("circuit").description("circuits of the register");
  answers(
    withCircuits(circuit.command("propose [names...]")).description(
      `propose circuits for the register; default: ${DEFAULT_CIRCUITS.join(", ")} (PROPOSER)`,
    ),
    give,
    work,
    ({ propose }) => propose,
  );
  answers(
    withCircuits(circuit.command("approve [names...]")).description(
      "approve circuits that another person proposed, by their keys (APPROVER)",
    ),
    give,
    work,
    ({ approve }) => approve,
  );
  answers(
    withAccount(withRegistry(circuit.command("freeze <circuit>")))
      .description("announce the end of a circuit, given by name or circuitId; can only be made stricter (ADMIN)")
      .option("--effective <time>", "RFC 3339; no policy may name it from now on, open batches may finish until then")
      .option("--unsound", "it was found unsound: ends now, and what it attested needs a review"),
    give,
    work,
    ({ freeze }) => freeze,
  );
  const role = program.command("role").description("roles of accounts");
  answers(
    withRole(withAccount(withRegistry(role.command("grant"))), GRANTED_ROLES)
      .argument("<account>", "who gets it: an address, or its name")
      .description("give an account a role for a time (ADMIN)")
      .requiredOption("--person <text>", "id of the person behind the account; only its hash is published")
      .requiredOption("--from <time>", "RFC 3339")
      .requiredOption("--to <time>", "RFC 3339"),
    give,
    work,
    ({ grant }) => grant,
  );
  answers(
    withAccount(withRegistry(role.command("grant-all <file>"))).description(
      "give every role of a list (JSON), one after the other; what stands already is left as it is (ADMIN)",
    ),
    give,
    work,
    ({ grantAll }) => grantAll,
  );
  answers(
    withRole(withAccount(withRegistry(role.command("revoke"))), GRANTED_ROLES)
      .argument("<account>", "who loses it: an address, or its name")
      .description("take a role from an account, at once (ADMIN)"),
    give,
    work,
    ({ revoke }) => revoke,
  );
  answers(
    withRole(withAccount(withRegistry(role.command("renounce"))), [...GRANTED_ROLES, "admin"]).description(
      "give up a role of the sending account; ADMIN only after `admin transfer` to the zero address",
    ),
    give,
    work,
    ({ renounce }) => renounce,
  );
};

/** Adds what both persons give who add circuits. */
function withCircuits(command: Command): Command {
  return withArtifacts(withAccount(withRegistry(command))).option(
    "--transcript <file>",
    "transcript of the ceremony that made the keys; its sha256 is published",
  );
}

/** Adds the role and, for QA, --owner. */
function withRole(command: Command, roles: readonly string[]): Command {
  return command
    .addArgument(new Argument("<role>", "role").choices(roles))
    .option("--owner <account>", "qa only: the manufacturer whose batches it is about");
}
