import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/verify.ts");

/** `verify`: one proof, off chain. */
export const addVerifyCommands: AddCommands = (program, give) => {
  answers(
    program
      .command("verify <proof.json>")
      .description("verify a proof off chain, strictly; exit 1 if it is not valid")
      .option("--vkey <file>", "verification_key.json; that of our own artifacts if not given"),
    give,
    work,
    ({ verify }) => verify,
  );
};
