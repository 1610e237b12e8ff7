import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { commandOf } from "../commandLine.ts";
import { BatchproofError, environmentError, inputError } from "../errors.ts";
import { documentText } from "../formats/document.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { batchCommitment, batchSalt, textHash, type DeviceId } from "../formats/identity.ts";
import { removeAbandoned, withDraft } from "../input/drafts.ts";
import { flushFolder, readBytes, unlessSame, writeFileAtomically } from "../input/files.ts";
import { MAX_JSON_BYTES, parseJson, readJson } from "../input/json.ts";
import { withLock } from "../input/lock.ts";
import { parsePolicy } from "../kinds/policy.ts";
import type { UnlockedKey } from "../parties/keys.ts";
import { readParties, writeParties, type PartyList } from "../parties/partyList.ts";
import { documentHash, type Policy } from "../policy/document.ts";
import { readSalts, type PolicySalts } from "../policy/salts.ts";
import type { Batch, BatchStage, Commitments } from "./batch.ts";
import {
  batchDocument,
  batchText,
  checkHandoffs,
  checkStages,
  originFromJson,
  stagesFromJson,
  withoutHandoff,
  type BatchFile,
} from "./batchFile.ts";
import { isSameBeginning } from "./beginning.ts";
import { deriveCommitments, refuseDeviceCount } from "./commitments.ts";
import { missingEvidence, type MissingEvidence } from "./evidence.ts";
import { checkHandoff } from "./handoff.ts";
import { discardOf } from "./hints.ts";
import { refuseUnlisted, type NamedCustodians } from "./listed.ts";
import { BATCH_FILE, IGNORE_FILE, LOCK_FILE, PARTIES_FILE, POLICY_FILE, SECRETS_FILE, SUBFOLDERS } from "./paths.ts";
import { BatchSecrets, drawSecrets, readSecrets } from "./secrets.ts";

/** What `initBatch` needs. */
export interface NewBatch {
  /** The folder to make. */
  readonly dir: string;
  /** The policy; its salts file lies beside it. */
  readonly policyPath: string;
  readonly lot: string;
  /** The chain of identity: ties the material to one patient. */
  readonly coi: string;
  readonly order: string;
  /** Key of the first custodian, who opens the batch. */
  readonly custodianKey: UnlockedKey;
  /** The devices of the first stage. */
  readonly devices: readonly DeviceId[];
  /** A party list to copy in; `setParties` does it later. */
  readonly partiesPath?: string;
}

/** What `initBatch` has made, or found there already. */
interface InitBatch {
  readonly commitments: Commitments;
  readonly missing: readonly MissingEvidence[];
  readonly already: boolean;
}

/**
 * Makes the folder of a new batch, whole or not at all. The site's secret decides the batch's salt, so a second `init`
 * of the same order leads to the same batch commitment. A folder that was made from the same before stays as it is.
 * Errors: `batch-exists` (the folder is there, not empty, and of another beginning), `key-role` (not a custodian's key),
 * `batch-file` (lot, COI or order is not a plain short text), `device-set`, `device-id`, `device-count` (more or fewer devices
 * than the claims want of the first stage), those of `readSalts`,
 * `parsePolicy`, `readParties` and `writeFileAtomically`.
 */
export async function initBatch(request: NewBatch): Promise<InitBatch> {
  const { lot, coi, order, devices } = request;
  const rules = await readRules(request.policyPath);
  const ids = [textHash(coi), textHash(order)] as const;
  const salt = batchSalt(request.custodianKey.siteSecret, ...ids);
  const { public: key, org } = request.custodianKey.description;
  const stages = rules.policy.stages.map((name, i) =>
    i === 0 ? { name, custodian: { key, org }, devices } : { name, devices: [] },
  );
  refuseDeviceCount({ policy: rules.policy, stages }, 0);
  const { batch, already } = await makeBatch(request, rules, {
    lot,
    origin: { coi, order },
    commitment: batchCommitment(...ids, salt),
    batchSalt: salt,
    stages,
  });
  return { commitments: batch.commitments, missing: await missingEvidence(batch), already };
}

/** A batch's folder, and whether it was there already. */
export interface MadeBatch {
  readonly batch: Batch;
  readonly already: boolean;
}

/** A policy's file with the salts beside it. */
export interface PolicyRules {
  readonly bytes: Uint8Array;
  readonly policy: Policy;
  readonly salts: PolicySalts;
}

/** Reads a policy and its salts. Errors: those of `parsePolicy` and `readSalts`. */
export async function readRules(policyPath: string): Promise<PolicyRules> {
  const bytes = await readBytes(policyPath, { limit: MAX_JSON_BYTES });
  const policy = parsePolicy(parseJson(bytes, policyPath), policyPath);
  return { bytes, policy, salts: await readSalts(policyPath, policy) };
}

/** What a new folder says, besides its policy. */
export interface NewContent extends Pick<Batch, "lot" | "origin" | "stages"> {
  readonly commitment: bigint;
  readonly batchSalt?: bigint;
}

/**
 * Draws a folder's secrets and makes it, unless the same was made before. Errors: `batch-exists`, those of `batchText` and
 * `readParties`.
 */
export async function makeBatch(
  { dir, partiesPath }: Pick<NewBatch, "dir" | "partiesPath">,
  { bytes, policy, salts }: PolicyRules,
  { commitment, batchSalt: salt, ...content }: NewContent,
): Promise<MadeBatch> {
  const secretsFile = drawSecrets({
    batch: commitment,
    policy,
    ruleSalts: salts,
    ...(salt === undefined ? {} : { batchSalt: salt }),
  });
  const secrets = new BatchSecrets(secretsFile);
  const batch: Batch = {
    dir,
    policy,
    parties: partiesPath === undefined ? undefined : await readParties(partiesPath),
    secrets,
    ...content,
    commitments: deriveCommitments({ ...content, secrets }),
  };
  const files = {
    [BATCH_FILE]: batchText(batch, "the new batch"),
    [SECRETS_FILE]: documentText(secretsFile),
    [POLICY_FILE]: bytes,
    [IGNORE_FILE]: "*\n",
  };
  let found: Batch | undefined;
  const already = await unlessSame(
    () => makeFolder(batch, files),
    "batch-exists",
    async () => {
      found = await readBatch(dir).catch(() => undefined);
      return found !== undefined && isSameBeginning(found, batch);
    },
  );
  return { batch: found ?? batch, already };
}

/** The folder as a draft, then renamed: a killed `init` leaves no half-made batch, only a hidden folder. */
async function makeFolder(
  { dir, parties }: Batch,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const target = resolve(dir);
  const parent = dirname(target);
  try {
    await mkdir(parent, { recursive: true });
    await withDraft(target, async (draft) => {
      for (const folder of [".", ...SUBFOLDERS]) await mkdir(join(draft, folder), { mode: 0o700 });
      for (const [name, data] of Object.entries(files)) {
        await writeFileAtomically(join(draft, name), data, { mode: 0o600 });
      }
      if (parties !== undefined) await writeParties(join(draft, PARTIES_FILE), parties);
      await rename(draft, target);
    });
  } catch (error) {
    if (error instanceof BatchproofError) throw error;
    const taken = error instanceof Error && "code" in error && TAKEN.has(String(error.code)) && existsSync(target);
    if (taken) throw existsError(dir);
    throw environmentError("The batch folder cannot be made.", { code: "file-write", place: dir, cause: error });
  }
  await flushFolder(parent); // the salts of an opened batch must survive a power cut
}

/** How a rename says that its target is a folder with files in it, or no folder. */
const TAKEN: ReadonlySet<string> = new Set(["ENOTEMPTY", "EEXIST", "ENOTDIR"]);

function existsError(dir: string): BatchproofError {
  return inputError("There is a file, or a folder that is not empty, of this name already.", {
    code: "batch-exists",
    place: dir,
    remedy: "Name a new folder; a batch folder is never overwritten.",
  });
}

/**
 * Reads a batch folder and checks all of it but evidence, records and proofs. Symbolic links that lead out of it are
 * refused; drafts of killed commands are removed.
 * Errors: `batch-missing` (no batch.json), `batch-file` (its shape), `batch-policy` (the policy is not the one the
 * batch was made with), `batch-commitments` (identity, first stage and salts do not give the commitments), those of
 * `checkStages`, `readSecrets`, `parsePolicy`, `readParties`, `readJson`, `path-escape`.
 */
export async function readBatch(dir: string): Promise<Batch> {
  const path = join(dir, BATCH_FILE);
  const file = await readBatchFile(dir);
  const policy = await readFolderPolicy(dir, file.policyHash);
  const origin = originFromJson(file, path);
  const secrets = await readSecrets(dir, file.commitments.batch, policy);
  const parties = await readFolderParties(dir);
  const commitment = fromHex(file.commitments.batch, `${path}#/commitments/batch`);
  const stages = stagesFromJson(file, commitment, `${path}#/stages`);
  checkStages({ origin, policy, stages: stages.map(withoutHandoff) }, path);
  const commitments = deriveCommitments({ origin, stages, secrets });
  const batch: Batch = { dir, lot: file.lot, origin, commitments, policy, parties, stages, secrets };
  if (toHex(commitments.batch) !== file.commitments.batch || toHex(commitments.opening) !== file.commitments.opening) {
    throw inputError("COI, order, first custodian, its devices and the salts do not give the batch's commitments.", {
      code: "batch-commitments",
      place: `${path}#/commitments`,
      remedy: "The folder was changed or damaged after it was made: restore it from a backup.",
    });
  }
  checkHandoffs(batch, path);
  for (const folder of [".", ...SUBFOLDERS]) await removeAbandoned(join(dir, folder));
  return batch;
}

async function readBatchFile(dir: string): Promise<BatchFile> {
  try {
    return await batchDocument.read(join(dir, BATCH_FILE), { within: dir });
  } catch (error) {
    if (!(error instanceof BatchproofError && error.code === "file-missing")) throw error;
    throw inputError(`There is no ${BATCH_FILE} in this folder.`, {
      code: "batch-missing",
      place: dir,
      remedy:
        "Name a batch folder, or make one: " +
        `\`${commandOf("init", dir, "--policy", "FILE", "--lot", "LOT", "--coi", "COI", "--order", "ORDER", "--custodian", "KEYFILE")}\`.`,
    });
  }
}

async function readFolderPolicy(dir: string, hash: string): Promise<Policy> {
  const path = join(dir, POLICY_FILE);
  const policy = parsePolicy(await readJson(path, { within: dir }), path);
  if (documentHash(policy) === hash) return policy;
  throw inputError("This is not the policy that the batch was made with.", {
    code: "batch-policy",
    place: path,
    remedy: "Restore the policy from a backup, or make a new batch under the other policy.",
  });
}

async function readFolderParties(dir: string): Promise<PartyList | undefined> {
  try {
    return await readParties(join(dir, PARTIES_FILE), { within: dir });
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "file-missing") return undefined;
    throw error;
  }
}

/** What `setStage` changes; what is absent stays. */
export type StageChanges = Partial<Omit<BatchStage, "name" | "handoff">>;

/**
 * Fills in or corrects one stage in batch.json. Heads that were computed from the earlier values are no longer those of
 * the batch.
 * Errors: `batch-stage` (no such stage), `batch-opening` (custodian or devices of the first stage: the opening fixed
 * them before data existed), `device-count` (of a later stage), `handoff-made` (a signed hand-off says something else), those of `readBatch`, with the time
 * checks of the stage against its neighbours.
 */
export async function setStage(dir: string, name: string, changes: StageChanges): Promise<Batch> {
  return changeBatch(dir, (batch) => stageChanged(batch, name, changes));
}

/** What `setStage` would write. Errors: as of `setStage`. */
function stageChanged(batch: Batch, name: string, changes: StageChanges): Batch {
  const changed = withStageChanges(batch, name, changes);
  const index = stageIndex(batch, name);
  if (changes.devices !== undefined && index > 0) refuseDeviceCount(changed, index);
  refuseSigned(batch, changed);
  return changed;
}

/**
 * `setStage` for whoever holds the folder's lock and has other files to write with it: `first` writes them, once the change is
 * known to be good and before it is made. Errors: those of `setStage` and of `first`.
 */
export async function setStageAfter(
  batch: Batch,
  name: string,
  changes: StageChanges,
  first: () => Promise<void>,
): Promise<Batch> {
  return writeChanged(batch, stageChanged(batch, name, changes), first);
}

/** A batch with one stage changed; nothing is judged or written. Error `batch-stage`. */
export function withStageChanges(batch: Batch, name: string, changes: StageChanges): Batch {
  const index = stageIndex(batch, name);
  const stages = batch.stages.map((stage, i) => (i === index ? { ...stage, ...changes } : stage));
  return { ...batch, stages };
}

/** The index of a stage. Error `batch-stage`. */
export function stageIndex({ policy }: Pick<Batch, "policy">, name: string): number {
  const index = policy.stages.indexOf(name);
  if (index >= 0) return index;
  throw inputError("The policy has no stage of this name.", {
    code: "batch-stage",
    remedy: `Name one of: ${policy.stages.join(", ")}.`,
  });
}

function refuseSigned(batch: Batch, changed: Batch): void {
  const path = join(batch.dir, BATCH_FILE);
  checkStages(changed, path);
  // Another custodian or other devices of the first stage give another opening than the one that was signed for.
  const derived = { ...changed, commitments: deriveCommitments(changed) };
  changed.stages.forEach((_, i) => {
    const place = `${path}#/stages/${i}/handoff`;
    try {
      checkHandoff(derived, i, place);
    } catch (error) {
      if (!(error instanceof BatchproofError && error.code?.startsWith("handoff-"))) throw error;
      throw inputError("A signed hand-off says something else.", {
        code: "handoff-made",
        place: error.place ?? place,
        remedy: `Discard the hand-off first (\`${discardOf(batch, i)}\`); both sides sign anew.`,
        cause: error,
      });
    }
  });
}

/**
 * Changes batch.json: one command at a time, and nothing is written that `readBatch` would refuse. Errors:
 * `batch-opening`, those of `readBatch`, of `batchText` and of `change`.
 */
export async function changeBatch(dir: string, change: (batch: Batch) => Batch): Promise<Batch> {
  return changeFolder(dir, async (batch) => writeChanged(batch, change(batch)));
}

/** Writes batch.json anew, after `first`. Errors: those of `changeBatch` and of `first`. */
async function writeChanged(batch: Batch, changed: Batch, first?: () => Promise<void>): Promise<Batch> {
  const path = join(batch.dir, BATCH_FILE);
  const text = batchText(changed, path);
  if (deriveCommitments(changed).opening !== batch.commitments.opening) {
    throw inputError("The batch's opening fixed the first custodian and its devices before data existed.", {
      code: "batch-opening",
      place: `${path}#/stages/0`,
      remedy: "A first stage with another custodian or other devices is a new batch.",
    });
  }
  await first?.();
  await writeFileAtomically(path, text, { mode: 0o600, within: batch.dir });
  return changed;
}

/**
 * Copies a party list into the folder, in place of the one that is there. Errors: `handoff-party` (it does not know a
 * custodian of a hand-off that the folder has), those of `readParties`, `readBatch`.
 */
export async function setParties(dir: string, partiesPath: string): Promise<Batch> {
  return changeFolder(dir, async (batch) => {
    const parties = await readParties(partiesPath);
    batch.stages.forEach((stage, i) => {
      if (stage.handoff === undefined) return;
      const remedy = `Take a list that holds it too, or discard the hand-off: \`${discardOf(batch, i)}\`.`;
      const custodian = (index: number): NamedCustodians => ({
        [`${join(dir, BATCH_FILE)}#/stages/${index}/custodian`]: batch.stages[index]?.custodian,
      });
      refuseUnlisted(parties, { ...custodian(i), ...custodian(i + 1) }, remedy);
    });
    await writeParties(join(dir, PARTIES_FILE), parties);
    return { ...batch, parties };
  });
}

/**
 * Runs what changes a folder, one command at a time: none overwrites what another has just written. Errors: those of
 * `readBatch`, `locked`.
 */
export async function changeFolder<T>(dir: string, change: (batch: Batch) => Promise<T>): Promise<T> {
  await readBatchFile(dir);
  return withLock(join(dir, LOCK_FILE), async () => change(await readBatch(dir)));
}
