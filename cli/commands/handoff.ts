import { SIDES, WORD_OF } from "../../src/formats/handoffSides.ts";
import { basename } from "node:path";
import { readBatch, stageIndex } from "../../src/batch/folder.ts";
import { handoffFile } from "../../src/batch/handoffFile.ts";
import {
  handoffStatus,
  handoffStatusJson,
  importHandoff,
  signHandoff,
  type HandoffStatus,
} from "../../src/batch/handoffs.ts";
import { takeBackHandoff } from "../../src/claims/changeStage.ts";
import { inputError } from "../../src/errors.ts";
import { type ConditionName } from "../../src/formats/constants.ts";
import { readBytes, unlessSame, writeNewFile } from "../../src/input/files.ts";
import { formatTime } from "../../src/input/times.ts";
import { documentText } from "../../src/formats/document.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { flag, required, text, type Options } from "../command.ts";
import type { Answer } from "../output.ts";
import { passphrase } from "../passphrase.ts";
import { discardedWords } from "./folder.ts";
import type { Batch } from "../../src/batch/batch.ts";

/** `handoff sign`. */
export async function sign([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const key = required(options, "key");
  const batch = await signHandoff({
    dir,
    stage: required(options, "stage"),
    side: SIDES[required(options, "as") as keyof typeof SIDES],
    key: await unlockKey(key, await passphrase(basename(key))),
    condition: required(options, "condition") as ConditionName,
  });
  return shown(batch);
}

/** `handoff export`. */
export async function exportFile([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  const name = text(options, "stage");
  const out = required(options, "out");
  const data = documentText(handoffFile(batch, name === undefined ? undefined : stageIndex(batch, name)));
  const taken = inputError("There is a file of this name already.", {
    place: out,
    remedy: "Name a new file.",
    code: "file-exists",
  });
  const isSame = async (): Promise<boolean> => Buffer.from(data).equals(await readBytes(out));
  const already = await unlessSame(() => writeNewFile(out, data, taken), "file-exists", isSame);
  const what = name === undefined ? "the batch's commitments" : `the hand-off of stage ${name}`;
  return {
    text: `${out}: ${what}, ${data.length} bytes${already ? "; already there, the same" : ""}.`,
    json: { file: out, bytes: data.length, already },
  };
}

function shown(batch: Batch): Answer & { readonly json: object } {
  const status = handoffStatus(batch);
  return {
    text: status.length === 0 ? "The policy claims no custody." : status.map((each) => line(batch, each)).join("\n"),
    json: { handoffs: status.map(handoffStatusJson) },
  };
}

function line({ stages }: Batch, { stage, boundary, missing, handoff }: HandoffStatus): string {
  const next = stages[stages.findIndex(({ name }) => name === stage) + 1];
  const to = boundary === "handover" ? `, hand-over to ${next?.custodian?.org ?? "nobody named yet"}` : `, ${boundary}`;
  if (handoff === undefined) return `${stage}${to}: not signed`;
  const { start, end } = handoff.head;
  const times = `${formatTime(Number(start))} to ${formatTime(Number(end))}`;
  const rest = missing.length === 0 ? "signed" : `missing: ${missing.map((side) => WORD_OF[side]).join(", ")}`;
  return `${stage}${to}: ${times}, ${handoff.condition}, ${rest}`;
}

/** `handoff import`. */
export async function importFile([dir = "", file = ""]: readonly string[]): Promise<Answer> {
  const { batch, stage } = await importHandoff(dir, file);
  const { text: lines, json } = shown(batch);
  const first =
    stage === undefined ? "The file tells of the batch only, and it is this one." : `Stage ${stage} taken over.`;
  return { text: `${first}\n${lines}`, json };
}

/** `handoff show`. */
export async function show([dir = ""]: readonly string[]): Promise<Answer> {
  return shown(await readBatch(dir));
}

/** `handoff discard`. */
export async function discard([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const { batch, discarded } = await takeBackHandoff(dir, required(options, "stage"), flag(options, "discardProofs"));
  const { text: lines, json } = shown(batch);
  return { text: [...discardedWords(discarded), lines].join("\n"), json: { ...json, discarded } };
}
