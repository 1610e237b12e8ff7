import { mined } from "../../src/chain/deploy.ts";
import { reasonArgs } from "../../src/formats/reasons.ts";
import { parseTime } from "../../src/input/times.ts";
import { transactionOf } from "../chain.ts";
import { required, type Options, type Run } from "../command.ts";
import type { Answer } from "../output.ts";
import { asAccountOn, saidReason, standing, targetOf } from "../target.ts";
import { fileHash } from "../values.ts";

/** A decision that needs a batch and a reason. `done`: what is said once it is made. */
export function deciding(name: "reject" | "abort" | "hold" | "unhold" | "recall", done: string): Run {
  return async ([dir], options) => {
    const target = await targetOf(dir, options);
    const reason = await saidReason(options, target);
    return asAccountOn(target, options, async (on) => {
      const receipt = await mined(() => on.register.registry[name](on.key, ...reasonArgs(reason)));
      return standing(done, on, { ...reason, ...transactionOf(receipt) });
    });
  };
}

/** `supply`. */
export async function supply([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const riskEvaluation = await fileHash(required(options, "riskEvaluation"));
  const physicianAcceptance = await fileHash(required(options, "physicianAcceptance"));
  const notified = parseTime(required(options, "notified"), "--notified");
  return asAccountOn(target, options, async (on) => {
    const { registry } = on.register;
    const receipt = await mined(() =>
      registry.exceptionalSupply(on.key, riskEvaluation, physicianAcceptance, BigInt(notified)),
    );
    const details = { riskEvaluation, physicianAcceptance, authorityNotifiedAt: notified, ...transactionOf(receipt) };
    return standing("Recorded as exceptional supply.", on, details);
  });
}
