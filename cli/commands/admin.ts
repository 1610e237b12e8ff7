import type { ContractTransactionResponse } from "ethers";
import { mined } from "../../src/chain/deploy.ts";
import type { Register } from "../../src/chain/handles.ts";
import { asAccount, transactionOf } from "../chain.ts";
import type { Run } from "../command.ts";

/** `pause` and `unpause`. */
export const pause = sending("Paused.", ({ registry }) => registry.pause());
export const unpause = sending("Attesting and certifying go on.", ({ registry }) => registry.unpause());

/** One call as the sending account. `done`: what is said once it is mined. */
function sending(done: string, call: (register: Register) => Promise<ContractTransactionResponse>): Run {
  return (_args, options) =>
    asAccount(options, async (register) => ({ text: done, json: transactionOf(await mined(() => call(register))) }));
}
