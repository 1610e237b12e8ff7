import { mined } from "../../src/chain/deploy.ts";
import { eventOf } from "../../src/chain/receipts.ts";
import { parseTime } from "../../src/input/times.ts";
import { asAccount, transactionOf, withAccount, withRegistry } from "../chain.ts";
import { answers, required, type Options, type AddCommands } from "../command.ts";
import { fieldLines, type Answer } from "../output.ts";
import { asAccountOn, claimIndex, targetOf, withBatch } from "../target.ts";
import { fileHash, wholeNumber } from "../values.ts";

/** `request`, `answer`: an authority asks for one window of a claim's data, the owner answers. */
export const addRequestCommands: AddCommands = (program, give) => {
  answers(
    withBatch(program.command("request"))
      .description("ask for a window of a claim's data; unanswered it is overdue (AUTHORITY)")
      .requiredOption("--claim <stage/claim>", "claim; with --batch its index in the policy")
      .requiredOption("--from <time>", "begin of the window, RFC 3339")
      .requiredOption("--to <time>", "end of the window, RFC 3339")
      .requiredOption("--due <time>", "when the answer is due, RFC 3339"),
    give,
    request,
  );
  answers(
    withAccount(withRegistry(program.command("answer <number>")))
      .description("record that a request was answered; the data themselves go another way (owner)")
      .requiredOption("--disclosure <file>", "what was sent; only its sha256 is published"),
    give,
    answer,
  );
};

async function request([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const claim = claimIndex(target, required(options, "claim"));
  const [from, to, due] = ["from", "to", "due"].map((name) => parseTime(required(options, name), `--${name}`));
  return asAccountOn(target, options, async ({ register: { requests }, key }) => {
    const window = [BigInt(from ?? 0), BigInt(to ?? 0)] as const;
    const receipt = await mined(() => requests.request(key, claim, ...window, BigInt(due ?? 0)));
    const id = eventOf(receipt, requests, "DisclosureRequested")["id"] as bigint;
    return {
      text: `Request ${id}. The owner answers: batchproof answer ${id} --disclosure FILE`,
      json: { key, id, claim, from, to, due, ...transactionOf(receipt) },
    };
  });
}

async function answer([number = ""]: readonly string[], options: Options): Promise<Answer> {
  const id = wholeNumber(number, "batchproof answer");
  const disclosure = await fileHash(required(options, "disclosure"));
  return asAccount(options, async ({ requests }) => {
    const sent = transactionOf(await mined(() => requests.answer(id, disclosure)));
    return { text: fieldLines({ answered: id.toString(), disclosure, ...sent }), json: { id, disclosure, ...sent } };
  });
}
