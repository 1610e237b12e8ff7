import { basename, join } from "node:path";
import { readBatch } from "../../src/batch/folder.ts";
import { signerOf } from "../../src/batch/label.ts";
import { ADMINISTRATION_FILE } from "../../src/batch/paths.ts";
import { readAdministration, recordAdministration, type Asked } from "../../src/bedside/administer.ts";
import { lastStage, matchBag, type BatchOnRegister, type StandingSource } from "../../src/bedside/match.ts";
import {
  administrationDocument,
  administrationRecord,
  basisOf,
  signAdministration,
  type AdministrationRecord,
  type Said,
  type SignedPerson,
} from "../../src/bedside/record.ts";
import { policyIdOfBatch } from "../../src/batch/stageQuestion.ts";
import { inputError } from "../../src/errors.ts";
import { batchKey } from "../../src/formats/context.ts";
import { labelFromText } from "../../src/formats/label.ts";
import { visible } from "../../src/formats/visible.ts";
import { readJsonText } from "../../src/input/json.ts";
import { parseTime } from "../../src/input/times.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import type { Answered, Light } from "../../src/standing/answer.ts";
import { readStanding } from "../../src/standing/read.ts";
import { readSignedStanding } from "../../src/standing/signed.ts";
import { addressOf, onRegister } from "../chain.ts";
import { flag, list, required, text, type Options } from "../command.ts";
import { EXIT_OF_LIGHT, fieldLines, type Answer } from "../output.ts";
import { hiddenLine, passphrase, SECOND_VARIABLE } from "../passphrase.ts";
import { wholeNumber } from "../values.ts";
import type { Batch } from "../../src/batch/batch.ts";

/** `bedside match`. */
export async function match([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  return matched(batch, await askedOf(batch, options), options);
}

async function matched(batch: Batch, { wristband, ...asked }: Asked, options: Options): Promise<Answer> {
  const question = { ...bagOf(options), wristband };
  return answerText(batch, await matchBag(batch, { ...asked, question }));
}

/** What the bag says. */
function bagOf(options: Options): { readonly label: string; readonly carrier: string } {
  return { label: required(options, "label"), carrier: text(options, "carrier") ?? "" };
}

async function askedOf(batch: Batch, options: Options): Promise<Asked> {
  const given = required(options, "wristband");
  return {
    where: whereOf(batch, options),
    source: await sourceOf(options),
    wristband: given === "-" ? await hiddenLine("Wristband") : given,
    now: Math.floor(Date.now() / 1000),
  };
}

function whereOf(batch: Batch, options: Options): BatchOnRegister {
  return {
    chainId: wholeNumber(required(options, "chainId"), "--chain-id").toString(),
    registry: addressOf(required(options, "registry"), "--registry"),
    owner: addressOf(required(options, "owner"), "--owner"),
    policyId: policyIdOfBatch(batch, lockedCircuitId),
  };
}

/** A signed standing, where one is given: who gives it wants no network. */
async function sourceOf(options: Options): Promise<StandingSource> {
  const file = text(options, "standing");
  if (file !== undefined) {
    const qps = list(options, "qp").map((account) => addressOf(account, "--qp"));
    return { from: "standing", signed: readSignedStanding(await readJsonText(file), file), qps };
  }
  if (text(options, "rpc") === undefined) return null;
  return {
    from: "node",
    ask: (key, block) =>
      onRegister(options, async (register, chain) => (await readStanding(register, chain, key, { block })).standing),
  };
}

type Fields = Parameters<typeof fieldLines>[0];

const WORDS: Readonly<Record<Light, string>> = {
  green: "GREEN: wristband, bag and batch are one, and it may be given.",
  red: "RED: do NOT give this bag.",
  exceptional: "EXCEPTIONAL SUPPLY: wristband, bag and batch are one. Go by what the physician was told and asked for.",
  unknown: "UNKNOWN: nothing can be concluded. Do not give this bag on this answer.",
};

function answerText({ policy }: Batch, answer: Answered): Answer {
  const { light, reasons, notes, record } = answer;
  const filed = record === null ? [] : ["For the file:", fieldLines(filedAs(record))];
  return {
    text: [WORDS[light], ...[...reasons, ...notes].map((each) => `  ${each.text}`), ...filed].join("\n"),
    json: { ...answer, stage: policy.stages.at(-1), recorded: false },
    exitCode: EXIT_OF_LIGHT[light],
  };
}

/** An answer's place in the register, under the names that `gate` and `verify-batch` print. */
function filedAs({ registry, chainId, ...record }: NonNullable<Answered["record"]>): Fields {
  const { batch, ...when } = record;
  return { batch, register: registry, chain: chainId, ...when };
}

/** `bedside record`. */
export async function record([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  const asked = await askedOf(batch, options);
  const said = saidOf(batch, options);
  const before = await readAdministration(dir);
  if (before === undefined) {
    const question = { ...bagOf(options), wristband: asked.wristband };
    const answer = await matchBag(batch, { ...asked, question });
    if (answer.light === "red" || answer.light === "unknown") return answerText(batch, answer);
    return recordSigned(batch, asked, await signed(administrationDocument(basisOf(answer), said), options));
  }
  // What a killed command left is completed on the answer that was signed.
  return recordSigned(batch, asked, await signed(administrationDocument(before, said), options));
}

async function recordSigned(batch: Batch, asked: Asked, record: AdministrationRecord): Promise<Answer> {
  const { answer, recorded, already } = await recordAdministration(batch.dir, JSON.stringify(record), asked);
  if (!recorded && answer !== undefined) return answerText(batch, answer);
  const stage = batch.policy.stages[record.stage] ?? "";
  const file = join(batch.dir, ADMINISTRATION_FILE);
  return {
    text: [
      already ? "Already done: the administration was recorded before." : `Recorded: ${file}.`,
      `Stage ${stage} ends with the infusion: ${record.infusionEnd}.`,
    ].join("\n"),
    json: { ...answer, recorded, already, file, record },
  };
}

function saidOf(batch: Batch, options: Options): Said {
  const timeOf = (name: string, option: string): number => parseTime(required(options, name), option);
  return {
    ...{ ...bagOf(options), stage: lastStage(batch), exceptional: flag(options, "exceptional") },
    thawed: timeOf("thawed", "--thawed"),
    infusionStart: timeOf("infusionStart", "--infusion-start"),
    infusionEnd: timeOf("infusionEnd", "--infusion-end"),
  };
}

async function signed(
  document: ReturnType<typeof administrationDocument>,
  options: Options,
): Promise<AdministrationRecord> {
  const [performing, verifying] = [required(options, "performedBy"), required(options, "verifiedBy")];
  const performer = await unlockKey(performing, await passphrase(basename(performing)));
  const verifier = await unlockKey(verifying, await passphrase(basename(verifying), SECOND_VARIABLE));
  const now = Math.floor(Date.now() / 1000);
  return administrationRecord(
    document,
    signAdministration(document, "performed", performer, now),
    signAdministration(document, "verified", verifier, now),
  );
}

/** `bedside show`. */
export async function show([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const batch = await readBatch(dir);
  const record = await readAdministration(dir);
  if (record === undefined) {
    throw inputError("The folder records no administration.", { code: "administration-missing", place: dir });
  }
  const owner = text(options, "owner");
  const key = owner === undefined ? undefined : batchKey(addressOf(owner, "--owner"), batch.commitments.batch);
  const doubts = doubtsOf(batch, record, key);
  const lines = [
    fieldLines(factsOf(record)),
    ...record.people.map(personLine),
    ...(key === undefined ? ["Not compared with this folder's batch: --owner says whose it is."] : []),
    ...doubts,
  ];
  return { text: lines.join("\n"), json: { record, doubts }, exitCode: doubts.length === 0 ? 0 : 1 };
}

function factsOf({ register, chainId, batch, carrier, standing, ...record }: AdministrationRecord): Fields {
  const { from, block, time, light, reasons, notes } = standing;
  return {
    ...{ batch, register, chain: chainId, carrier: carrier === null ? "not scanned" : visible(carrier) },
    ...{ answer: light, from, block, time, named: [...reasons, ...notes].join(", ") || "nothing else" },
    ...{ thawed: record.thawed, infusion: `${record.infusionStart} to ${record.infusionEnd}` },
  };
}

function personLine({ meaning, name, public: { x }, signedAt }: SignedPerson): string {
  return `${meaning} by ${visible(name)}, key ${x}, signed ${signedAt}`;
}

/** What a record's own signatures cannot say. `key`: of the folder's batch, if its owner is known. */
function doubtsOf(
  batch: Batch,
  { label, stage, infusionEnd, ...record }: AdministrationRecord,
  key?: string,
): string[] {
  const { end } = batch.stages[stage] ?? {};
  const signedLabel = labelFromText(label, `${ADMINISTRATION_FILE}#/label`);
  const isOther = signedLabel.label.batch !== record.batch || (key !== undefined && key !== record.batch);
  const isEnd = end !== undefined && parseTime(end, "end") === parseTime(infusionEnd, "infusionEnd");
  return [
    ...(isOther ? ["Warning: the record is not about this folder's batch, or its label is another batch's."] : []),
    ...(signerOf(batch, signedLabel) === undefined
      ? ["Warning: no custodian whom this folder knows has signed the label."]
      : []),
    ...(isEnd ? [] : ["Warning: the last stage does not end with this infusion; give the same command once more."]),
  ];
}
