import { KEY_ROLES } from "../../src/formats/constants.ts";
import { answers, type AddCommands } from "../command.ts";
import { Option } from "commander";

const work = () => import("../commands/key.ts");

/** `key`: the signing keys of people and gateways. */
export const addKeyCommands: AddCommands = (program, give) => {
  const key = program.command("key").description("signing keys of custodians, sources and laboratories");
  answers(
    key
      .command("new")
      .description("make a key pair, encrypted under the passphrase in BATCHPROOF_PASSPHRASE or asked for")
      .addOption(new Option("--role <role>", "what the key signs as").choices(KEY_ROLES).makeOptionMandatory())
      .requiredOption("--name <text>", "who holds it, as the party list will name it")
      .requiredOption("--org <text>", "legal entity or site id")
      .requiredOption("--out <file>", "new key file; an existing file is never overwritten")
      .option("--predecessor <keyfile>", "custodian key of the same organisation whose site secret it takes over"),
    give,
    work,
    ({ create }) => create,
  );
  answers(key.command("show <file>").description("the open part of a key file"), give, work, ({ show }) => show);
};
