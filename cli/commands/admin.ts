import type { ContractTransactionResponse } from "ethers";
import { commandOf } from "../../src/commandLine.ts";
import { mined } from "../../src/chain/deploy.ts";
import type { Register as Contracts, Roles } from "../../src/chain/handles.ts";
import { addressOf, asAccount, sameRegister, transactionOf } from "../chain.ts";
import type { Options, Run } from "../command.ts";
import { wholeNumber } from "../values.ts";

/** `pause` and `unpause`. */
export const pause = sending("Paused.", ({ registry }) => registry.pause());
export const unpause = sending("Attesting and certifying go on.", ({ registry }) => registry.unpause());

/** `admin transfer`, `accept`, `cancel-transfer`, `delay` and `keep-delay`. */
export const transfer = sending(
  (options, account) =>
    `Begun. Once the delay is over the account accepts: ${commandOf("admin", "accept", ...sameRegister(options), "--account", account)}`,
  ({ roles }, account) =>
    inherited(roles, "beginDefaultAdminTransfer", addressOf(account, "batchproof admin transfer")),
);
export const accept = sending("The account is ADMIN.", ({ roles }) => inherited(roles, "acceptDefaultAdminTransfer"));
export const cancelTransfer = sending("No transfer waits.", ({ roles }) =>
  inherited(roles, "cancelDefaultAdminTransfer"),
);
export const delay = sending("Announced.", ({ roles }, seconds) =>
  inherited(roles, "changeDefaultAdminDelay", wholeNumber(seconds, "batchproof admin delay")),
);
export const keepDelay = sending("The delay stays.", ({ roles }) => inherited(roles, "rollbackDefaultAdminDelay"));

/** A call that `Roles` has from OpenZeppelin's AccessControlDefaultAdminRules; only the command line sends these. */
function inherited(roles: Roles, name: string, ...args: unknown[]): Promise<ContractTransactionResponse> {
  return roles.getFunction(name).send(...args);
}

/** One call as the sending account. `done`: what is said once it is mined. */
function sending(
  done: string | ((options: Options, argument: string) => string),
  call: (register: Contracts, argument: string) => Promise<ContractTransactionResponse>,
): Run {
  return ([argument = ""], options) =>
    asAccount(options, async (register) => {
      const json = transactionOf(await mined(() => call(register, argument)));
      return { text: typeof done === "string" ? done : done(options, argument), json };
    });
}
