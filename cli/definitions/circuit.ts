import type { Command } from "commander";
import { DEFAULT_CIRCUITS } from "../../src/formats/constants.ts";
import { answers, type AddCommands } from "../command.ts";
import { withAccount, withArtifacts, withRegistry } from "../options.ts";

const work = () => import("../commands/circuit.ts");

/** `circuit`: what policies may name. */
export const addCircuitCommands: AddCommands = (program, give) => {
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
    withCircuits(circuit.command("withdraw [names...]")).description(
      "take back circuits that wait for approval (the account that proposed them)",
    ),
    give,
    work,
    ({ withdraw }) => withdraw,
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
};

/** Adds what both persons give who add circuits. */
function withCircuits(command: Command): Command {
  return withArtifacts(withAccount(withRegistry(command))).option(
    "--transcript <file>",
    "transcript of the ceremony that made the keys; its sha256 is published",
  );
}
