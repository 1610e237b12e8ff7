import type { BaseContract, ContractTransactionReceipt } from "ethers";
import { environmentError } from "../errors.ts";

/**
 * What a contract said in a transaction: the arguments of its first event of this name, by name; whole numbers as bigint,
 * hashes as 0x hex. Error `contract`: the contract said no such thing, so it is not one of ours.
 */
export function eventOf(
  { logs }: Pick<ContractTransactionReceipt, "logs">,
  contract: BaseContract,
  name: string,
): Readonly<Record<string, unknown>> {
  for (const log of logs) {
    const event = log.address === contract.target ? contract.interface.parseLog(log) : null;
    if (event?.name === name) return event.args.toObject();
  }
  throw environmentError(`The contract did not say ${name}.`, {
    code: "contract",
    remedy: "Check the address of the compliance registry and the version of batchproof.",
  });
}
