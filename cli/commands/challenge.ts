import { batchState, type Challenge } from "../../src/chain/batchState.ts";
import { mined } from "../../src/chain/deploy.ts";
import { challengedText } from "../../src/chain/stateWords.ts";
import { commandOf } from "../../src/commandLine.ts";
import { reasonArgs } from "../../src/formats/reasons.ts";
import { onRegister, sameRegister, transactionOf } from "../chain.ts";
import { required, type Options } from "../command.ts";
import { sayFirst, type Answer } from "../output.ts";
import { asAccountOn, readKey, saidReason, standing, targetOf } from "../target.ts";
import { hashOf } from "../values.ts";

/** `challenge show`. */
export async function show([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  return onRegister(options, async (register) => {
    const key = readKey(target, options);
    const { challenge } = await batchState(register, key);
    if (challenge === undefined) return { text: "Nothing challenges the batch.", json: { key, challenge: null } };
    const decide = commandOf(
      ...["challenge", "decide", "--batch", key, "--challenge", challenge.challenge, "--reason", "REASON"],
      ...[...sameRegister(options), "--account", "QP"],
    );
    return {
      text: `${shownChallenge(challenge)}${challenge.decided ? "" : `\nA QP of the batch decides to go on: ${decide}`}`,
      json: { key, challenge },
    };
  });
}

function shownChallenge(challenge: Challenge): string {
  const text = challengedText(challenge) ?? "";
  return `The batch is ${text}.`;
}

/** `challenge decide`. */
export async function decide([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const challenge = hashOf(required(options, "challenge"), "--challenge", "challenge");
  const reason = await saidReason(options, target);
  return asAccountOn(target, options, async (on) => {
    const { registry } = on.register;
    const { challenge: found } = await batchState(on.register, on.key);
    // What is decided on is named by a hash, which nobody reads.
    if (found !== undefined && found.challenge === challenge) sayFirst(shownChallenge(found));
    const receipt = await mined(() => registry.decideChallenge(on.key, challenge, ...reasonArgs(reason)));
    const details = { challenge, kinds: found?.kinds ?? [], ...reason, ...transactionOf(receipt) };
    return standing("Decided to go on.", on, details);
  });
}
