import type { ContractTransactionResponse } from "ethers";
import { mined } from "../../src/chain/deploy.ts";
import type { Register as Contracts, Roles } from "../../src/chain/handles.ts";
import { addressOf, asAccount, transactionOf, withAccount, withRegistry } from "../chain.ts";
import { answers, type Options, type AddCommands } from "../command.ts";
import type { Answer } from "../output.ts";
import { wholeNumber } from "../values.ts";

/** `pause`, `unpause`, `admin`: the register as a whole, in the hands of its ADMIN. */
export const addAdminCommands: AddCommands = (program, give) => {
  const send = (
    name: string,
    does: string,
    done: string,
    call: (register: Contracts, argument: string) => Promise<ContractTransactionResponse>,
    group = program,
  ): void => {
    answers(withAccount(withRegistry(group.command(name))).description(does), give, ([argument = ""], options) =>
      sent(options, done, (register) => call(register, argument)),
    );
  };
  send(
    "pause",
    "stop attest and certify; raising, recalling and reading never stop (ADMIN)",
    "Paused.",
    ({ registry }) => registry.pause(),
  );
  send("unpause", "let attest and certify go on (ADMIN)", "Attesting and certifying go on.", ({ registry }) =>
    registry.unpause(),
  );

  const admin = program.command("admin").description("who is ADMIN: moves in two steps, with a delay between them");
  send(
    "transfer <address>",
    "begin to hand ADMIN over; replaces a transfer that waits (ADMIN)",
    "Begun. Once the delay is over the account accepts: batchproof admin accept",
    ({ roles }, account) =>
      inherited(roles, "beginDefaultAdminTransfer", addressOf(account, "batchproof admin transfer")),
    admin,
  );
  send(
    "accept",
    "become ADMIN, once the delay is over (the account that was named)",
    "The account is ADMIN.",
    ({ roles }) => inherited(roles, "acceptDefaultAdminTransfer"),
    admin,
  );
  send(
    "cancel-transfer",
    "take a transfer back (ADMIN)",
    "No transfer waits.",
    ({ roles }) => inherited(roles, "cancelDefaultAdminTransfer"),
    admin,
  );
  send(
    "delay <seconds>",
    "change how long later transfers wait; takes effect after a delay of its own (ADMIN)",
    "Announced.",
    ({ roles }, seconds) => inherited(roles, "changeDefaultAdminDelay", wholeNumber(seconds, "batchproof admin delay")),
    admin,
  );
  send(
    "keep-delay",
    "take back an announced change of the delay (ADMIN)",
    "The delay stays.",
    ({ roles }) => inherited(roles, "rollbackDefaultAdminDelay"),
    admin,
  );
};

/** A call that `Roles` has from OpenZeppelin's AccessControlDefaultAdminRules; only the command line sends these. */
function inherited(roles: Roles, name: string, ...args: unknown[]): Promise<ContractTransactionResponse> {
  return roles.getFunction(name).send(...args);
}

async function sent(
  options: Options,
  done: string,
  call: (register: Contracts) => Promise<ContractTransactionResponse>,
): Promise<Answer> {
  return asAccount(options, async (register) => {
    const json = transactionOf(await mined(() => call(register)));
    return { text: done, json };
  });
}
