import { may } from "../options.ts";
import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/setup.ts");

/** `setup`: compiled circuits and their keys. */
export const addSetupCommands: AddCommands = (program, give) => {
  answers(
    may(
      program.command("setup"),
      "artifacts",
      "folder for what is made, to be carried to where it is used: prove --artifacts",
    )
      .description("make what is missing of the circuits and their keys, and compare it with artifacts.lock.json")
      .option("--circuit <name>", "this circuit only")
      .option("--update-lock", "write artifacts.lock.json instead, after a circuit was meant to change"),
    give,
    work,
    ({ setup }) => setup,
  );
};
