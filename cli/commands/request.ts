import { commandOf } from "../../src/commandLine.ts";
import { mined } from "../../src/chain/deploy.ts";
import { eventOf } from "../../src/chain/receipts.ts";
import { parseTime } from "../../src/input/times.ts";
import { asAccount, sameRegister, transactionOf } from "../chain.ts";
import { required, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { asAccountOn, claimIndex, targetOf } from "../target.ts";
import { fileHash, wholeNumber } from "../values.ts";

/** `request`. */
export async function request([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const claim = claimIndex(target, required(options, "claim"));
  const [from, to, due] = ["from", "to", "due"].map((name) => parseTime(required(options, name), `--${name}`));
  return asAccountOn(target, options, async ({ register: { requests }, key }) => {
    const window = [BigInt(from ?? 0), BigInt(to ?? 0)] as const;
    const receipt = await mined(() => requests.request(key, claim, ...window, BigInt(due ?? 0)));
    const id = eventOf(receipt, requests, "DisclosureRequested")["id"] as bigint;
    return {
      text: `Request ${id}. The owner answers: ${commandOf("answer", id.toString(), "--disclosure", "FILE", ...sameRegister(options), "--account", "OWNER")}`,
      json: { key, id, claim, from, to, due, ...transactionOf(receipt) },
    };
  });
}

/** `answer`. */
export async function answer([number = ""]: readonly string[], options: Options): Promise<Answer> {
  const id = wholeNumber(number, "batchproof answer");
  const disclosure = await fileHash(required(options, "disclosure"));
  return asAccount(options, async ({ requests }) => {
    const sent = transactionOf(await mined(() => requests.answer(id, disclosure)));
    return { text: fieldLines({ answered: id.toString(), disclosure, ...sent }), json: { id, disclosure, ...sent } };
  });
}
