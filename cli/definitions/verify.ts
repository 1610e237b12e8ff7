import { answers, type AddCommands } from "../command.ts";

const work = () => import("../commands/verify.ts");

/** `verify`: one proof, off chain. */
export const addVerifyCommands: AddCommands = (program, give) => {
  answers(
    program
      .command("verify <proof.json>")
      .description("verify a proof off chain, strictly; exit 1 if it is not valid")
      .option("--vkey <file>", "verification_key.json of another circuit than those that artifacts.lock.json pins"),
    give,
    work,
    ({ verify }) => verify,
  );
};
