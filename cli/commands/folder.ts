import { missingEvidence, type MissingEvidence } from "../../src/batch/evidence.ts";
import { initBatch, type StageChanges } from "../../src/batch/folder.ts";
import { joinBatch } from "../../src/batch/handoffs.ts";
import { custodianNamed } from "../../src/batch/listed.ts";
import { changeStage } from "../../src/claims/changeStage.ts";
import { inputError } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { counted } from "../../src/input/quantities.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import { deviceOf } from "../device.ts";
import type { Answer } from "../output.ts";
import { passphrase } from "../passphrase.ts";
import type { Batch, Commitments } from "../../src/batch/batch.ts";

/** `init`. */
export async function init([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const partiesPath = text(options, "parties");
  const common = {
    dir,
    policyPath: required(options, "policy"),
    lot: required(options, "lot"),
    ...(partiesPath === undefined ? {} : { partiesPath }),
  };
  const handoffPath = text(options, "handoff");
  if (handoffPath !== undefined) {
    refuseBoth(options);
    const { batch, already } = await joinBatch({ ...common, handoffPath });
    return newFolder(dir, batch.commitments, await missingEvidence(batch), already);
  }
  const identity = (name: string): string => {
    const given = text(options, name);
    if (given !== undefined) return given;
    throw inputError(`Option --${name} is missing.`, {
      place: "batchproof init",
      remedy: "Give --coi, --order and --custodian, or --handoff to join a batch that began elsewhere.",
      code: "usage",
    });
  };
  const { commitments, missing, already } = await initBatch({
    ...common,
    coi: identity("coi"),
    order: identity("order"),
    custodianKey: await unlockKey(identity("custodian"), await passphrase()),
    devices: list(options, "device").map(deviceOf),
  });
  return newFolder(dir, commitments, missing, already);
}

function refuseBoth(options: Options): void {
  const both = ["coi", "order", "custodian", "device"].find((name) => options[name] !== undefined);
  if (both === undefined) return;
  throw inputError(`A folder that joins a batch takes no --${both}: the hand-off says it.`, {
    place: "batchproof init",
    remedy: `Leave out --${both}, or --handoff.`,
    code: "usage",
  });
}

function newFolder(
  dir: string,
  commitments: Commitments,
  missing: readonly MissingEvidence[],
  already: boolean,
): Answer {
  const [batch, opening] = [toHex(commitments.batch), toHex(commitments.opening)];
  return {
    text: [
      already
        ? `Already done: batch folder ${dir} was made from the same before, and stays as it is.`
        : `Batch folder ${dir} made. Keep secrets.json safe: without it nothing can be proven.`,
      `batch   ${batch}`,
      `opening ${opening}`,
      ...missing.map(({ claim, kind, stage }) => `missing: ${kind} evidence for ${claim} (stage ${stage})`),
    ].join("\n"),
    json: { dir, batch, opening, missing, already },
  };
}

/** `stage`. */
export async function stage([dir = "", name = ""]: readonly string[], options: Options): Promise<Answer> {
  const { batch, discarded } = await changeStage(dir, name, {
    changesOf: (folder) => stageChanges(folder, options),
    partiesPath: text(options, "parties"),
    discardsProofs: flag(options, "discardProofs"),
  });
  const stage = batch.stages.find((candidate) => candidate.name === name);
  const missing = await missingEvidence(batch);
  const times = `${stage?.start ?? "no start yet"} to ${stage?.end ?? "no end yet"}`;
  return {
    text: [
      `Stage ${name}: ${times}, ${counted(stage?.devices.length ?? 0, "device")}.`,
      ...discardedWords(discarded),
    ].join("\n"),
    json: { stage, missing, discarded },
  };
}

/** A line about the proofs that were removed; none where there are none. */
export function discardedWords(claims: readonly string[]): string[] {
  return claims.length === 0 ? [] : [`Removed, because they do not fit any more: the proofs of ${claims.join(", ")}.`];
}

function stageChanges(folder: Pick<Batch, "dir" | "policy" | "parties">, options: Options): StageChanges {
  const [start, end, seal] = [text(options, "start"), text(options, "end"), text(options, "seal")];
  const custodian = text(options, "custodian");
  const devices = list(options, "device").map(deviceOf);
  return {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(seal === undefined ? {} : { seal }),
    ...(custodian === undefined ? {} : { custodian: custodianNamed(folder, custodian, "--custodian") }),
    ...(devices.length === 0 ? {} : { devices }),
  };
}
