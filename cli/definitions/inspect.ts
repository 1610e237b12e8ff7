import { answers, type AddCommands } from "../command.ts";

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
      .option("--tag <name>", "of a CSV file with several tags, the one to look at"),
    give,
    work,
    ({ inspect }) => inspect,
  );
};
