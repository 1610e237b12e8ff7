import { toBeHex } from "ethers";
import { refusal } from "../errors.ts";
import type { Register } from "./handles.ts";
import { logsOf } from "./newestLogs.ts";
import { explained } from "./revert.ts";

/** What an authority asked for, and what the owner published of the answer. */
export interface AskedDisclosure {
  /** Key of the batch, index of the claim, and the window, Unix seconds. */
  readonly key: string;
  readonly claim: number;
  readonly from: number;
  readonly to: number;
  /** Whether an attestation of the claim counts now, so that there is a record to show. */
  readonly isProven: boolean;
  /** SHA-256 of what was sent, 0x hex; 64 zeros: not answered. */
  readonly answer: string;
}

/** A request of the register, as it was asked. Errors: `log` (the node does not have its event), those of `explained`. */
export async function askedDisclosure(
  { requests, registry }: Pick<Register, "requests" | "registry">,
  id: bigint,
): Promise<AskedDisclosure> {
  const { key, disclosureHash: answer } = await explained(() => requests.requestOf(id));
  const topic = requests.interface.getEvent("DisclosureRequested")?.topicHash ?? "";
  for await (const log of logsOf(requests, [topic, key, toBeHex(id, 32)])) {
    const said = requests.interface.parseLog(log)?.args.toObject() as { claim: bigint; from: bigint; to: bigint };
    const { attested } = await explained(() => registry.batchOf(key));
    const isProven = ((attested >> said.claim) & 1n) === 1n;
    return { key, claim: Number(said.claim), from: Number(said.from), to: Number(said.to), isProven, answer };
  }
  throw refusal(`The node does not have the event of request ${id}.`, {
    code: "log",
    remedy: "Ask another node: without the event nobody knows what was asked for.",
  });
}
