import { Argument, type Command } from "commander";
import { answers, type AddCommands } from "../command.ts";
import { withAccount, withPersonKey, withRegistry } from "../options.ts";
import { ROLES } from "../roles.ts";

const work = () => import("../commands/role.ts");

/** `role`: who may do what on the register. */
export const addRoleCommands: AddCommands = (program, give) => {
  const role = program.command("role").description("roles of accounts: two ADMINs give one, and one takes it");
  answers(
    role
      .command("person-key")
      .description("draw the key under which a register's persons are hashed; all its ADMINs have the same one")
      .requiredOption("--out <file>", "new file; an existing one is never overwritten"),
    give,
    work,
    ({ personKey }) => personKey,
  );
  answers(
    withTerms(role.command("propose")).description("propose a role for an account and a time, new or renewed (ADMIN)"),
    give,
    work,
    ({ propose }) => propose,
  );
  answers(
    withTerms(role.command("approve")).description(
      "give the role that another ADMIN proposed in the same words (ADMIN)",
    ),
    give,
    work,
    ({ approve }) => approve,
  );
  answers(
    withTerms(role.command("withdraw")).description("take back what waits for approval (the account that proposed it)"),
    give,
    work,
    ({ withdraw }) => withdraw,
  );
  answers(
    withList(role.command("propose-all <file>")).description(
      "propose every role of a list (JSON), one after the other; what waits or stands already is left as it is (ADMIN)",
    ),
    give,
    work,
    ({ proposeAll }) => proposeAll,
  );
  answers(
    withList(role.command("approve-all <file>")).description(
      "give every role of a list that another ADMIN proposed; what stands already is left as it is (ADMIN)",
    ),
    give,
    work,
    ({ approveAll }) => approveAll,
  );
  answers(
    withRole(withAccount(withRegistry(role.command("revoke"))))
      .argument("<account>", "who loses it: an address, or its name")
      .description("take a role from an account, at once; ADMIN ends by its terms alone (ADMIN)"),
    give,
    work,
    ({ revoke }) => revoke,
  );
  answers(
    withRole(withAccount(withRegistry(role.command("renounce")))).description(
      "give up a role of the sending account; ADMIN ends by its terms alone",
    ),
    give,
    work,
    ({ renounce }) => renounce,
  );
};

/** Adds all that is said of a role that is given. */
function withTerms(command: Command): Command {
  return withRole(withList(command))
    .argument("<account>", "who gets it: an address, or its name")
    .requiredOption("--person <text>", "id of the person behind the account; only its keyed hash is published")
    .requiredOption("--from <time>", "RFC 3339")
    .requiredOption("--to <time>", "RFC 3339");
}

function withList(command: Command): Command {
  return withPersonKey(withAccount(withRegistry(command)));
}

/** Adds the role and, for QA, --owner. */
function withRole(command: Command): Command {
  return command
    .addArgument(new Argument("<role>", "role").choices(ROLES))
    .option("--owner <account>", "qa only: the manufacturer whose batches it is about");
}
