import { CHANNEL } from "../../src/formats/constants.ts";
import { answers, type AddCommands } from "../command.ts";
import { Option } from "commander";

const work = () => import("../commands/profile.ts");

/** `profile`: how tables and reports are read. */
export const addProfileCommands: AddCommands = (program, give) => {
  const profile = program
    .command("profile")
    .description("how tables of readings and reports of results are read: list, test");
  answers(
    profile.command("list").description("the profiles that the package holds, with the hashes that a policy names"),
    give,
    work,
    ({ list }) => list,
  );
  answers(
    profile
      .command("test <profile> <file>")
      .description(
        "read a table or a report by a profile, for no batch, and show what was read; signs and journals nothing",
      )
      .option("--tag <name>", "of a table: tag, or header of the column; default: all")
      .addOption(
        new Option("--channel <name>", "of a table: channel as which it is read")
          .choices(Object.keys(CHANNEL))
          .default("temperature"),
      )
      .option("--offset <+hh:mm>", "offset of the file's clock from UTC, where the times do not say it")
      .option("--zone <name>", "its IANA time zone, such as Europe/Berlin, instead of an offset")
      .option("--policy <file>", "of a report: policy whose words and units its results must be, with --claim")
      .option("--claim <id>", "its quality claim")
      .option("--protocol <file>", "write what is shown there, too, dated; no file is overwritten"),
    give,
    work,
    ({ test }) => test,
  );
};
