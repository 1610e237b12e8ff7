import { answers, collect, type AddCommands } from "../command.ts";

const work = () => import("../commands/inspect.ts");

/** `inspect`: what a raw file is, before it is imported. */
export const addInspectCommands: AddCommands = (program, give) => {
  answers(
    program
      .command("inspect <file>")
      .description(
        "say what a raw file is and what `import` would read of it: device, signature, times, gaps, units, quality words, what " +
          "would be passed over; with a curve, and the commands to paste. Exit 1 if `import` would read nothing of it",
      )
      .option("--offset <+hh:mm>", "show the times of a device's own clock in UTC, under this offset")
      .option("--zone <name>", "the same of a table's clock, by its IANA time zone, such as Europe/Berlin")
      .option("--tag <name>", "of a table with several tags or columns of values, the one to look at")
      .option("--profile <name|file>", "read the file as a table, by this profile before the shipped ones", collect),
    give,
    work,
    ({ inspect }) => inspect,
  );
};
