import { answers, type AddCommands } from "../command.ts";
import { withAccount, withRegistry } from "../options.ts";

const work = () => import("../commands/send.ts");

/** `send`: a call that a service prepared, by the key of whoever decides. */
export const addSendCommands: AddCommands = (program, give) => {
  answers(
    withAccount(withRegistry(program.command("send <prepared.json>")))
      .description(
        "show a call that was prepared for the sending account, and with --digest send it, if the register would take it",
      )
      .option("--digest <hash>", "send it, if it is what was shown under this digest")
      .option("--dry-run", "show what it does and ask the register; nothing is signed or sent"),
    give,
    work,
    ({ send }) => send,
  );
};
