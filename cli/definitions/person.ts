import { answers, collect, type AddCommands } from "../command.ts";
import { may, withRegistry } from "../options.ts";

const work = () => import("../commands/person.ts");

/** `person`: what a person has, in one place. */
export const addPersonCommands: AddCommands = (program, give) => {
  const person = program.command("person").description("what belongs to one person, in every place");
  const leave = person
    .command("leave <name>")
    .description(
      "prepare all that ends with a person: roles, proposals, seats, holds, party lists, key files, callers of services; sends nothing",
    )
    .option("--account <address>", "an account of the person; repeat for more", collect)
    .option("--lists <file>", "party list that may name the person; repeat for more", collect)
    .option("--lists-out <dir>", "new folder for those lists, in which the person's entries end")
    .option("--until <time>", "when the person leaves, RFC 3339; default: now")
    .option("--key <file>", "key file that may be the person's; repeat for more", collect)
    .option("--service <file>", "service.json of a service that the person may call; repeat for more", collect)
    .option(
      "--caller <name>",
      "caller in it whose token or certificate the person has, or the person as its issuer says it; repeat for more",
      collect,
    )
    .option("--state <file>", "keep here what was read of the register; the next reading reads only new blocks");
  answers(may(withRegistry(leave), "personKey"), give, work, (run) => run.leave);
};
