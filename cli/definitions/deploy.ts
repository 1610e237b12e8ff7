import { answers, type AddCommands } from "../command.ts";
import { withAccount, withPersonKey, withRpc } from "../options.ts";

const work = () => import("../commands/deploy.ts");

/** `deploy`: the register itself. */
export const addDeployCommands: AddCommands = (program, give) => {
  answers(
    withPersonKey(withAccount(withRpc(program.command("deploy"))))
      .description(
        "deploy the register's contracts, or go on where that stopped; the account is the first of its two ADMINs",
      )
      .requiredOption("--person <text>", "id of the person behind the account; only its keyed hash is published")
      .requiredOption("--admin-2 <account>", "the second ADMIN, an account of another person")
      .requiredOption("--person-2 <text>", "id of that person")
      .option("--predecessor <address>", "compliance registry of the register that this one follows")
      .option("--deployments <dir>", "folder that remembers the deployment, a file a chain; default: deployments")
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
};
