import { mined } from "../../src/chain/deploy.ts";
import { commandOf } from "../../src/commandLine.ts";
import { NO_NAME, nameWord } from "../../src/formats/names.ts";
import { reasonArgs } from "../../src/formats/reasons.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { addressOf, sameRegister, transactionOf } from "../chain.ts";
import { required, text, type Options, type Run } from "../command.ts";
import type { Answer } from "../output.ts";
import { asAccountOn, furtherKeys, furtherTargets, publicOption, saidReason, standing, targetOf } from "../target.ts";
import { fileHash } from "../values.ts";

/** A decision that needs a batch and a reason. `done`: what is said once it is made. */
export function deciding(name: "reject" | "abort" | "recall", done: string): Run {
  return async ([dir], options) => {
    const target = await targetOf(dir, options);
    const reason = await saidReason(options, target);
    return asAccountOn(target, options, async (on) => {
      const receipt = await mined(() => on.register.registry[name](on.key, ...reasonArgs(reason)));
      return standing(done, on, { ...reason, ...transactionOf(receipt) });
    });
  };
}

/** `hold`. */
export async function hold([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const further = await furtherTargets(options);
  const order = text(options, "order") === undefined ? null : publicOption(options, "order", target, ...further);
  const reason = await saidReason(options, target);
  return asAccountOn(target, options, async (on) => {
    const keys = [on.key, ...(await furtherKeys(on, further, options))];
    const word = order === null ? NO_NAME : nameWord(order);
    const receipt = await mined(() => on.register.registry.hold(keys, ...reasonArgs(reason), word));
    const done = keys.length === 1 ? "Held." : `Held: ${keys.length} batches.`;
    return standing(done, on, { keys, order, ...reason, ...transactionOf(receipt) });
  });
}

/** `unhold`. */
export async function unhold([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const named = text(options, "holder");
  const reason = await saidReason(options, target);
  return asAccountOn(target, options, async (on) => {
    const holder = named === undefined ? await on.account.getAddress() : addressOf(named, "--holder");
    const receipt = await mined(() => on.register.registry.unhold(on.key, holder, ...reasonArgs(reason)));
    return standing("Hold lifted.", on, { holder, ...reason, ...transactionOf(receipt) });
  });
}

/** `supply`. */
export async function supply([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const riskEvaluation = await fileHash(required(options, "riskEvaluation"));
  const physicianRequest = await fileHash(required(options, "physicianRequest"));
  const administration = parseTime(required(options, "administration"), "--administration");
  return asAccountOn(target, options, async (on) => {
    const { registry } = on.register;
    const receipt = await mined(() =>
      registry.exceptionalSupply(on.key, riskEvaluation, physicianRequest, BigInt(administration)),
    );
    const details = { riskEvaluation, physicianRequest, administration, ...transactionOf(receipt) };
    const notify = ["notify", "--batch", on.key, "--notified", "TIME", ...sameRegister(options), "--account", "QP"];
    const answer = await standing("Recorded as exceptional supply.", on, details);
    const due = "The authority is to be notified at the latest 48 hours after the administration; then record it:";
    return { ...answer, text: `${answer.text} ${due} ${commandOf(...notify)}` };
  });
}

/** `notify`. */
export async function notify([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const notified = parseTime(required(options, "notified"), "--notified");
  return asAccountOn(target, options, async (on) => {
    const receipt = await mined(() => on.register.registry.notifyAuthority(on.key, BigInt(notified)));
    return standing(`The authority was notified ${formatTime(notified)}.`, on, { notified, ...transactionOf(receipt) });
  });
}
