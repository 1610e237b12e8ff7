import { answers, type AddCommands } from "../command.ts";
import { withAccount, withRegistry } from "../options.ts";

const work = () => import("../commands/admin.ts");

/** `pause`, `unpause`, `admin`: the register as a whole, in the hands of its ADMIN. */
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

  const admin = program.command("admin").description("who is ADMIN: moves in two steps, with a delay between them");
  answers(
    withAccount(withRegistry(admin.command("transfer <account>"))).description(
      "begin to hand ADMIN over; replaces a transfer that waits (ADMIN)",
    ),
    give,
    work,
    ({ transfer }) => transfer,
  );
  answers(
    withAccount(withRegistry(admin.command("accept"))).description(
      "become ADMIN, once the delay is over (the account that was named)",
    ),
    give,
    work,
    ({ accept }) => accept,
  );
  answers(
    withAccount(withRegistry(admin.command("cancel-transfer"))).description("take a transfer back (ADMIN)"),
    give,
    work,
    ({ cancelTransfer }) => cancelTransfer,
  );
  answers(
    withAccount(withRegistry(admin.command("delay <seconds>"))).description(
      "change how long later transfers wait; takes effect after a delay of its own (ADMIN)",
    ),
    give,
    work,
    ({ delay }) => delay,
  );
  answers(
    withAccount(withRegistry(admin.command("keep-delay"))).description(
      "take back an announced change of the delay (ADMIN)",
    ),
    give,
    work,
    ({ keepDelay }) => keepDelay,
  );
};
