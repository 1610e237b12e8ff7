import {
  digestOf,
  madeBefore,
  readCall,
  readPrepared,
  sendCall,
  type Destination,
  type MadeBefore,
  type Prepared,
} from "../../src/chain/prepared.ts";
import { inputError, refusal } from "../../src/errors.ts";
import { addressOf, asAccount, onRegister, senderOf, transactionOf } from "../chain.ts";
import { flag, text, type Options } from "../command.ts";
import { fieldLines, sayFirst, type Answer } from "../output.ts";
import { hashOf } from "../values.ts";

/** `send`. What the file says of itself is shown only where its data says the same; what nobody looked at is not sent. */
export async function send([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const call = await readPrepared(file);
  const digest = text(options, "digest");
  requireDigest(call, file, digest);
  if (digest === undefined || flag(options, "dryRun")) return await look(call, options);
  return asAccount(options, async (register, account, chain) => {
    const destination = { register, chain, from: await account.getAddress() };
    const shown = wordsOf(call, destination);
    const before = await madeBefore(call, destination);
    if (before !== undefined) return { text: `${shown}\n${saidOf(before)}`, json: jsonOf(call, before) };
    sayFirst(shown);
    const receipt = await sendCall(call, register);
    const json = { ...jsonOf(call, undefined), ...transactionOf(receipt) };
    return { text: `Sent: transaction ${receipt.hash}.`, json };
  });
}

/** What a call does and what the register says of it. Error `prepared-unseen`: it was to be sent, and nobody has looked yet. */
async function look(call: Prepared, options: Options): Promise<Answer> {
  const from = addressOf(await senderOf(options), "--account");
  const { shown, before } = await onRegister(options, async (register, chain) => {
    const destination = { register, chain, from };
    const words = wordsOf(call, destination);
    const made = await madeBefore(call, destination);
    const says = made === undefined ? "The register would take it of this account now." : saidOf(made);
    return { shown: `${words}\n${says}`, before: made };
  });
  const digest = digestOf(call);
  const json = jsonOf(call, before);
  if (before !== undefined) return { text: `${shown}\nNothing is signed or sent.`, json };
  if (flag(options, "dryRun")) {
    const text = `${shown}\nNothing is signed or sent.\nTo send exactly this: --digest ${digest}`;
    return { text, json: { ...json, dryRun: true } };
  }
  sayFirst(shown);
  throw inputError("Nothing was sent: nobody has said that this is what they looked at.", {
    code: "prepared-unseen",
    place: "--digest",
    remedy: `Read what it does; if you decide it, run the same command with --digest ${digest}`,
  });
}

function saidOf({ transaction, refused }: MadeBefore): string {
  return `Already sent: transaction ${transaction}. The register does not take it again: ${refused.message}`;
}

function jsonOf(call: Prepared, before: MadeBefore | undefined): Record<string, unknown> {
  return {
    ...{ digest: digestOf(call), function: call.function, arguments: call.arguments, already: before !== undefined },
    ...(before === undefined ? {} : { transaction: before.transaction, refused: before.refused.code }),
  };
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
