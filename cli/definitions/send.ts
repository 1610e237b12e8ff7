import { answers, type AddCommands } from "../command.ts";
import { withAccount, withRegistry } from "../options.ts";

const work = () => import("../commands/send.ts");

/** `send`: a call that a service prepared, by the key of whoever decides. */
export const addSendCommands: AddCommands = (program, give) => {
  answers(
    withAccount(withRegistry(program.command("send <prepared.json>")))
      .description(
        "send a call that was prepared for the sending account, once it was read and the register would take it",
      )
      .option("--digest <hash>", "send it only if it is what --dry-run showed under this digest")
      .option("--dry-run", "show what it does and ask the register; nothing is signed or sent"),
    give,
    work,
    ({ send }) => send,
  );
};
