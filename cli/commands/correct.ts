import { headOf } from "../../src/batch/commitments.ts";
import { rememberOpening } from "../../src/batch/registration.ts";
import { readBatch, stageIndex } from "../../src/batch/folder.ts";
import { custodianNamed } from "../../src/batch/listed.ts";
import { replaceOpening, type FirstStage } from "../../src/batch/replaceOpening.ts";
import { amend } from "../../src/chain/amend.ts";
import { blockOf } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { inputError } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { reasonArgs } from "../../src/formats/reasons.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { readProof, requireFitting } from "../../src/claims/proofFits.ts";
import { requireOurCircuits } from "../../src/claims/toAttest.ts";
import { addressOf, transactionOf } from "../chain.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import { deviceOf } from "../device.ts";
import type { Answer } from "../output.ts";
import { asAccountOn, saidReason, standing, targetOf } from "../target.ts";
import type { Batch } from "../../src/batch/batch.ts";
import { claimNamed } from "../../src/policy/document.ts";

/** `name-submitter`. */
export async function nameSubmitter([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const submitter = addressOf(required(options, "submitter"), "--submitter");
  return asAccountOn(target, options, async (on) => {
    const receipt = await mined(() => on.register.registry.nameSubmitter(on.key, submitter));
    return standing(`${submitter} may attest for the owner.`, on, { submitter, ...transactionOf(receipt) });
  });
}

/** `replace-opening`. */
export async function replace([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const changes = await firstStage(dir, options);
  const reason = await saidReason(options, { folder: await readBatch(dir) });
  return replaceOpening(dir, changes, (folder, opening) =>
    asAccountOn({ folder }, options, async (on) => {
      const receipt = await mined(() => on.register.registry.replaceOpening(on.key, opening, ...reasonArgs(reason)));
      const { timestamp: opened } = await blockOf(on.chain.provider, receipt.blockNumber);
      await rememberOpening(dir, opened);
      const done = `Opening replaced: it counts as opened ${formatTime(opened)}. Claims that were proven must be proven again.`;
      const details = { opening: toHex(opening), opened: formatTime(opened), ...reason, ...transactionOf(receipt) };
      return standing(done, on, details);
    }),
  );
}

async function firstStage(dir: string, options: Options): Promise<FirstStage> {
  const devices = list(options, "device").map(deviceOf);
  const custodian = text(options, "custodian");
  if (devices.length === 0 && custodian === undefined) {
    throw inputError("Nothing is to be replaced.", {
      place: "batchproof replace-opening",
      remedy: "Give --device, --custodian or both.",
      code: "usage",
    });
  }
  return {
    ...(devices.length === 0 ? {} : { devices }),
    ...(custodian === undefined ? {} : { custodian: custodianNamed(await readBatch(dir), custodian, "--custodian") }),
  };
}

/** `set-head`. */
export async function setHead([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const folder = await readBatch(dir);
  const stage = required(options, "stage");
  const index = stageIndex(folder, stage);
  const { hash } = headOf(folder, index);
  return asAccountOn({ folder }, options, async (on) => {
    const receipt = await mined(() => on.register.registry.setHead(on.key, index, hash));
    const done = `Head of stage ${stage} set; its custody is not proven.`;
    return standing(done, on, { stage, head: toHex(hash), ...transactionOf(receipt) });
  });
}

/** `extend`. */
export async function extend([dir]: readonly string[], options: Options): Promise<Answer> {
  const target = await targetOf(dir, options);
  const which = required(options, "which");
  const due = parseTime(required(options, "due"), "--due");
  const reason = await saidReason(options, target);
  return asAccountOn(target, options, async (on) => {
    const { registry } = on.register;
    const receipt = await mined(() =>
      registry.extendDue(on.key, which === "release" ? 0 : 1, BigInt(due), ...reasonArgs(reason)),
    );
    const done = `Due for ${which}: ${formatTime(due)}.`;
    return standing(done, on, { which, due, ...reason, ...transactionOf(receipt) });
  });
}

/** `amend`. */
export async function amendClaim([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const folder = await readBatch(dir);
  const claim = required(options, "claim");
  claimNamed(folder.policy, claim);
  const envelope = await readProof(folder, claim);
  const dryRun = flag(options, "dryRun");
  // What is only tried says nothing.
  const said = dryRun ? { ...options, words: undefined } : options;
  const reason = await saidReason(said, { folder });
  return asAccountOn({ folder }, options, async (on) => {
    requireOurCircuits([envelope], on.chain.chainId);
    await requireFitting(folder, envelope, false);
    const amended = await amend(on.account, on.register, on.key, envelope, reason, { dryRun });
    const reopened = claimsIn(folder, amended.reopened);
    const done = dryRun ? `${claim} would be amended.` : `${claim}: amended.`;
    return standing(`${done} ${reopenedWords(reopened)}`, on, { ...amended, claim, dryRun, ...reason, reopened });
  });
}

function claimsIn({ policy }: Batch, set: bigint): string[] {
  return policy.claims.filter((_, i) => ((set >> BigInt(i)) & 1n) === 1n).map(({ id }) => id);
}

function reopenedWords(claims: readonly string[]): string {
  return claims.length === 0
    ? "All other claims stand."
    : `The head changes, so these must be attested anew: ${claims.join(", ")}.`;
}
