import {
  digestOf,
  readCall,
  readPrepared,
  sendCall,
  sentSince,
  simulated,
  type Destination,
  type Prepared,
} from "../../src/chain/prepared.ts";
import { refusal } from "../../src/errors.ts";
import { addressOf, asAccount, onRegister, senderOf, transactionOf } from "../chain.ts";
import { flag, text, type Options } from "../command.ts";
import { fieldLines, sayFirst, type Answer } from "../output.ts";
import { hashOf } from "../values.ts";

/** `send`. What the file says of itself is shown only where its data says the same. */
export async function send([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const call = await readPrepared(file);
  requireDigest(call, file, text(options, "digest"));
  if (flag(options, "dryRun")) return looked(call, options);
  return asAccount(options, async (register, account, chain) => {
    const destination = { register, chain, from: await account.getAddress() };
    const shown = wordsOf(call, destination);
    const before = await sentSince(call, destination);
    const json = { digest: digestOf(call), function: call.function, arguments: call.arguments };
    if (before !== undefined) {
      return {
        text: `${shown}\nAlready done: transaction ${before}.`,
        json: { ...json, already: true, transaction: before },
      };
    }
    await simulated(chain, call);
    // Whoever waits for the transaction has read by then what it does.
    sayFirst(shown);
    const receipt = await sendCall(call, register);
    return { text: `Sent: transaction ${receipt.hash}.`, json: { ...json, already: false, ...transactionOf(receipt) } };
  });
}

/** The words alone, and whether the register would take it. */
async function looked(call: Prepared, options: Options): Promise<Answer> {
  const from = addressOf(await senderOf(options), "--account");
  return onRegister(options, async (register, chain) => {
    const destination = { register, chain, from };
    const shown = wordsOf(call, destination);
    const before = await sentSince(call, destination);
    if (before === undefined) await simulated(chain, call);
    const says = before === undefined ? "The register would take it of this account now." : `Already done: ${before}.`;
    const digest = digestOf(call);
    return {
      text: [shown, `${says} Nothing is signed or sent.`, `To send exactly this: --digest ${digest}`].join("\n"),
      json: { digest, function: call.function, arguments: call.arguments, already: before !== undefined, dryRun: true },
    };
  });
}

function wordsOf(call: Prepared, destination: Destination): string {
  const { contract, function: name, arguments: args } = readCall(call, destination);
  const head = `${name} of the ${contract}, as ${destination.from}, on chain ${destination.chain.chainId}:`;
  if (args.length === 0) return head;
  return [head, fieldLines(Object.fromEntries(args.map((each) => [each.name, each.text])))].join("\n");
}

/** Error `prepared-digest`: the file is not the one that was looked at. */
function requireDigest(call: Prepared, file: string, given: string | undefined): void {
  if (given === undefined || hashOf(given, "--digest", "prepared call") === digestOf(call)) return;
  throw refusal("This is not the call that was looked at.", { code: "prepared-digest", place: file });
}
