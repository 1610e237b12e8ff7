import { answers, type AddCommands } from "../command.ts";
import { withAccount, withRegistry } from "../options.ts";

const work = () => import("../commands/admin.ts");

/** `pause`, `unpause`: the register as a whole, in the hands of an ADMIN. */
export const addAdminCommands: AddCommands = (program, give) => {
  answers(
    withAccount(withRegistry(program.command("pause"))).description(
      "stop attest and certify; raising, recalling and reading never stop (ADMIN)",
    ),
    give,
    work,
    ({ pause }) => pause,
  );
  answers(
    withAccount(withRegistry(program.command("unpause"))).description("let attest and certify go on (ADMIN)"),
    give,
    work,
    ({ unpause }) => unpause,
  );
};
