import type { ContractTransactionResponse } from "ethers";
import { commandOf } from "../../src/commandLine.ts";
import { mined } from "../../src/chain/deploy.ts";
import { minedOnce } from "../../src/chain/once.ts";
import type { DisclosureRequests } from "../../src/chain/handles.ts";
import { eventOf } from "../../src/chain/receipts.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { asAccount, sameRegister, transactionOf } from "../chain.ts";
import { required, type Options } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { asAccountOn, claimIndex, targetOf } from "../target.ts";
import { fileHash, wholeNumber } from "../values.ts";

/** `request ask`. */
export async function ask([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const claim = claimIndex(target, required(options, "claim"));
  const [from, to, due] = ["from", "to", "due"].map((name) => parseTime(required(options, name), `--${name}`));
  return asAccountOn(target, options, async ({ register: { requests }, key }) => {
    const { receipt, already } = await minedOnce(
      requests,
      requests.request,
      [key, claim, BigInt(from ?? 0), BigInt(to ?? 0), BigInt(due ?? 0)],
      {
        ...{ event: "DisclosureRequested", key },
        stands: async ({ id }) => (await requests.openRequestsOf(key)).includes(id as bigint),
      },
    );
    const id = eventOf(receipt, requests, "DisclosureRequested")["id"] as bigint;
    return {
      text: `Request ${id}${already ? ", asked already; nothing was sent" : ""}. The owner answers: ${commandOf("request", "answer", id.toString(), "--disclosure", "FILE", ...sameRegister(options), "--account", "OWNER")}`,
      json: { key, id, claim, from, to, due, already, ...transactionOf(receipt) },
    };
  });
}

/** `request answer`. */
export async function answer([number = ""]: readonly string[], options: Options): Promise<Answer> {
  const disclosure = await fileHash(required(options, "disclosure"));
  return about("answered", number, options, { disclosure }, (requests, id) => requests.answer(id, disclosure));
}

/** `request accept`. */
export function accept([number = ""]: readonly string[], options: Options): Promise<Answer> {
  return about("accepted", number, options, {}, (requests, id) => requests.accept(id));
}

/** `request reopen`. */
export function reopen([number = ""]: readonly string[], options: Options): Promise<Answer> {
  const due = parseTime(required(options, "due"), "--due");
  return about("reopened", number, options, { due: formatTime(due) }, (requests, id) =>
    requests.reopen(id, BigInt(due)),
  );
}

/** `request withdraw`. */
export function withdraw([number = ""]: readonly string[], options: Options): Promise<Answer> {
  return about("withdrawn", number, options, {}, (requests, id) => requests.withdraw(id));
}

/** One call about a request that is known by its number. `done`: what became of it. */
async function about(
  done: string,
  number: string,
  options: Options,
  details: Readonly<Record<string, string>>,
  call: (requests: DisclosureRequests, id: bigint) => Promise<ContractTransactionResponse>,
): Promise<Answer> {
  const id = wholeNumber(number, "batchproof request");
  return asAccount(options, async ({ requests }) => {
    const sent = transactionOf(await mined(() => call(requests, id)));
    return { text: fieldLines({ [done]: id.toString(), ...details, ...sent }), json: { id, ...details, ...sent } };
  });
}
