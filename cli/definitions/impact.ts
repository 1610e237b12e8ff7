import { answers, type AddCommands } from "../command.ts";
import { may } from "../options.ts";

const work = () => import("../commands/impact.ts");

/** `impact`: which batches a device's failure touched. */
export const addImpactCommands: AddCommands = (program, give) => {
  answers(
    may(program.command("impact [dir...]"), "journal", "journal of the source that signed what the device measured")
      .description(
        "every batch that a device's failure exposed, with the part of the period that each holds: from the source's journal, " +
          "and from batch folders, also of batches whose file was not imported yet",
      )
      .requiredOption("--device <vendor|model|serial>", "device that failed, as it is registered")
      .requiredOption("--from <time>", "when the failure began at the earliest, RFC 3339")
      .requiredOption("--to <time>", "when it had ended at the latest, RFC 3339"),
    give,
    work,
    ({ impact }) => impact,
  );
};
