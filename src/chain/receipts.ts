import type { BaseContract, TransactionReceipt } from "ethers";
import { environmentError } from "../errors.ts";

type Said = Readonly<Record<string, unknown>>;

/**
 * What a contract said in a transaction: the arguments of its events of this name, by name; whole numbers as bigint, hashes
 * as 0x hex. Error `contract`: the contract said no such thing, so it is not one of ours.
 */
export function eventsOf(
  { logs }: Pick<TransactionReceipt, "logs">,
  contract: BaseContract,
  name: string,
): readonly [Said, ...Said[]] {
  const [first, ...more] = logs.flatMap((log) => {
    const event = log.address === contract.target ? contract.interface.parseLog(log) : null;
    return event?.name === name ? [event.args.toObject()] : [];
  });
  if (first !== undefined) return [first, ...more];
  throw environmentError(`The contract did not say ${name}.`, {
    code: "contract",
    remedy: "Check the address of the compliance registry and the version of batchproof.",
  });
}

/** The first of them. */
export function eventOf(receipt: Pick<TransactionReceipt, "logs">, contract: BaseContract, name: string): Said {
  return eventsOf(receipt, contract, name)[0];
}
