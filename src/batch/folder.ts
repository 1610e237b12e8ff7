import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { BatchproofError, environmentError, inputError } from "../errors.ts";
import { toHex } from "../formats/field.ts";
import { batchCommitment, batchSalt, textHash, type DeviceId, type PublicKey } from "../formats/identity.ts";
import { flushFolder, readBytes, writeFileAtomically } from "../input/files.ts";
import { MAX_JSON_BYTES, parseJson, readJson } from "../input/json.ts";
import { parseTime } from "../input/times.ts";
import {
  defineDocument,
  DEVICE,
  documentText,
  HEX_FIELD,
  object,
  pointFromJson,
  pointToJson,
  TEXT,
  TIME,
  type PointJson,
} from "../parties/document.ts";
import type { UnlockedKey } from "../parties/keys.ts";
import { withLock } from "../parties/lock.ts";
import { readParties, writeParties, type PartyList } from "../parties/partyList.ts";
import { checkKey } from "../parties/point.ts";
import { documentHash } from "../policy/hash.ts";
import { parsePolicy, type Policy, type PolicyClaim } from "../policy/policy.ts";
import { readSalts } from "../policy/salts.ts";
import { batchCommitments, deviceSetOfIds, type Commitments } from "./commitments.ts";
import { BATCH_FILE, claimFile, LOCK_FILE, PARTIES_FILE, POLICY_FILE, SECRETS_FILE, SUBFOLDERS } from "./paths.ts";
import { BatchSecrets, drawSecrets, readSecrets } from "./secrets.ts";

/** Who holds the material during a stage. */
export interface Custodian {
  readonly key: PublicKey;
  /** Legal entity or site id. */
  readonly org: string;
}

/** One stage of a batch. What is not known yet is absent; times are RFC 3339. */
export interface BatchStage {
  readonly name: string;
  readonly start?: string;
  readonly end?: string;
  readonly custodian?: Custodian;
  /** Up to 8, named before the data exist. */
  readonly devices: readonly DeviceId[];
  /** Number of the seal on the container. */
  readonly seal?: string;
}

/** A batch folder, read and checked. */
export interface Batch {
  readonly dir: string;
  readonly lot: string;
  readonly coi: string;
  readonly order: string;
  readonly policy: Policy;
  /** parties.json, once the folder has one. */
  readonly parties: PartyList | undefined;
  /** One for each stage of the policy. The first one always has a custodian. */
  readonly stages: readonly BatchStage[];
  readonly secrets: BatchSecrets;
}

interface StageJson extends Omit<BatchStage, "custodian"> {
  readonly custodian?: PointJson & { readonly org: string };
}

interface BatchFile {
  readonly format: "batchproof-batch/1";
  readonly lot: string;
  readonly coi: string;
  readonly order: string;
  readonly policy: typeof POLICY_FILE;
  /** `documentHash` of the policy. */
  readonly policyHash: string;
  /** Compared with what the rest of the folder gives: finds a damaged or mixed-up folder. */
  readonly commitments: { readonly batch: string; readonly opening: string };
  readonly stages: readonly StageJson[];
}

const batchDocument = defineDocument<BatchFile>("batchproof-batch/1", "batch-file", {
  lot: TEXT,
  coi: TEXT,
  order: TEXT,
  policy: { const: POLICY_FILE },
  policyHash: HEX_FIELD,
  commitments: object({ batch: HEX_FIELD, opening: HEX_FIELD }),
  stages: {
    type: "array",
    items: object(
      {
        name: TEXT,
        start: TIME,
        end: TIME,
        custodian: object({ x: HEX_FIELD, y: HEX_FIELD, org: TEXT }),
        devices: { type: "array", items: DEVICE },
        seal: TEXT,
      },
      ["start", "end", "custodian", "seal"],
    ),
  },
});

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

/** A claim that has no record yet. */
export interface MissingEvidence {
  readonly claim: string;
  readonly kind: PolicyClaim["kind"];
  readonly stage: string;
}

/**
 * Makes the folder of a new batch, whole or not at all. The site's secret decides the batch's salt, so a second `init`
 * of the same order leads to the same batch commitment.
 * Errors: `batch-exists` (the folder is there and not empty), `key-role` (not a custodian's key), `batch-file` (lot,
 * COI or order is not a plain short text), `device-set`, `device-id`, those of `readSalts`, `parsePolicy`,
 * `readParties` and `writeFileAtomically`.
 */
export async function initBatch(
  request: NewBatch,
): Promise<{ readonly commitments: Commitments; readonly missing: readonly MissingEvidence[] }> {
  const policyBytes = await readBytes(request.policyPath, { limit: MAX_JSON_BYTES });
  const policy = parsePolicy(parseJson(policyBytes, request.policyPath), request.policyPath);
  const { lot, coi, order, devices } = request;
  const ids = [textHash(coi), textHash(order)] as const;
  const salt = batchSalt(request.custodianKey.siteSecret, ...ids);
  const secretsFile = drawSecrets({
    batch: batchCommitment(...ids, salt),
    batchSalt: salt,
    policy,
    ruleSalts: await readSalts(request.policyPath, policy),
  });
  const { public: key, org } = request.custodianKey.description;
  const batch: Batch = {
    dir: request.dir,
    lot,
    coi,
    order,
    policy,
    parties: request.partiesPath === undefined ? undefined : await readParties(request.partiesPath),
    stages: policy.stages.map((name, i) =>
      i === 0 ? { name, custodian: { key, org }, devices } : { name, devices: [] },
    ),
    secrets: new BatchSecrets(secretsFile),
  };
  await makeFolder(batch, {
    [BATCH_FILE]: batchText(batch, "the new batch"),
    [SECRETS_FILE]: documentText(secretsFile),
    [POLICY_FILE]: policyBytes,
  });
  return { commitments: batchCommitments(batch), missing: await missingEvidence(batch) };
}

/** The folder under a temporary name, then renamed: a killed `init` leaves no half-made batch, only a hidden folder. */
async function makeFolder(
  { dir, parties }: Batch,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const target = resolve(dir);
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  const draft = await mkdtemp(join(parent, `.${basename(target)}.`));
  try {
    for (const name of SUBFOLDERS) await mkdir(join(draft, name));
    for (const [name, data] of Object.entries(files)) {
      await writeFileAtomically(join(draft, name), data, { mode: 0o600 });
    }
    if (parties !== undefined) await writeParties(join(draft, PARTIES_FILE), parties);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (error instanceof BatchproofError) throw error;
    if (error instanceof Error && "code" in error && TAKEN.has(String(error.code))) throw existsError(dir);
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

function batchText(batch: Batch, place: string): string {
  checkStages(batch.stages, batch.policy, place);
  const { batch: commitment, opening } = batchCommitments(batch);
  const file: BatchFile = {
    format: "batchproof-batch/1",
    lot: batch.lot,
    coi: batch.coi,
    order: batch.order,
    policy: POLICY_FILE,
    policyHash: documentHash(batch.policy),
    commitments: { batch: toHex(commitment), opening: toHex(opening) },
    stages: batch.stages.map(stageToJson),
  };
  return documentText(batchDocument.check(file, place));
}

function stageToJson({ custodian, ...stage }: BatchStage): StageJson {
  return custodian === undefined
    ? stage
    : { ...stage, custodian: { ...pointToJson(custodian.key), org: custodian.org } };
}

function stageFromJson({ custodian, ...stage }: StageJson, place: string): BatchStage {
  if (custodian === undefined) return stage;
  return { ...stage, custodian: { key: pointFromJson(custodian, `${place}/custodian`), org: custodian.org } };
}

/**
 * Reads a batch folder and checks all of it but evidence, records and proofs. Symbolic links that lead out of it are
 * refused.
 * Errors: `batch-missing` (no batch.json), `batch-file` (its shape), `batch-policy` (the policy is not the one the
 * batch was made with), `batch-stages`, `batch-time`, `party-key`, `device-set`, `batch-commitments` (identity, first
 * stage and salts do not give the commitments), those of `readSecrets`, `parsePolicy`, `readParties`, `parseTime`,
 * `readJson`, `path-escape`.
 */
export async function readBatch(dir: string): Promise<Batch> {
  const path = join(dir, BATCH_FILE);
  const file = await readBatchFile(dir);
  const policy = await readFolderPolicy(dir, file.policyHash);
  const stages = file.stages.map((stage, i) => stageFromJson(stage, `${path}#/stages/${i}`));
  checkStages(stages, policy, path);
  const secrets = await readSecrets(dir, file.commitments.batch, policy);
  const parties = await readFolderParties(dir);
  const { lot, coi, order } = file;
  const batch: Batch = { dir, lot, coi, order, policy, parties, stages, secrets };
  const { batch: commitment, opening } = batchCommitments(batch);
  if (toHex(commitment) !== file.commitments.batch || toHex(opening) !== file.commitments.opening) {
    throw inputError("COI, order, first custodian, its devices and the salts do not give the batch's commitments.", {
      code: "batch-commitments",
      place: `${path}#/commitments`,
      remedy: "The folder was changed or damaged after it was made: restore it from a backup.",
    });
  }
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
      remedy: "Name a batch folder, or make one with `init`.",
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

/**
 * Errors, with `place`#/pointer: `batch-stages` (not the policy's stages in the policy's order, or no first custodian),
 * `batch-time` (a time not after 1970, or not after the one before it), `party-key`, `device-set`, `device-id`.
 */
function checkStages(stages: readonly BatchStage[], policy: Policy, place: string): void {
  if (stages.length !== policy.stages.length || stages.some(({ name }, i) => name !== policy.stages[i])) {
    throw inputError("The stages are not those of the policy, in its order.", {
      code: "batch-stages",
      place: `${place}#/stages`,
    });
  }
  if (stages[0]?.custodian === undefined) {
    throw inputError("The first stage has no custodian.", { code: "batch-stages", place: `${place}#/stages/0` });
  }
  let latest = 0;
  stages.forEach((stage, i) => {
    const here = `${place}#/stages/${i}`;
    if (stage.custodian !== undefined) checkKey(stage.custodian.key, `${here}/custodian`);
    deviceSetOfIds(stage.devices);
    const start = stage.start === undefined ? undefined : parseTime(stage.start, `${here}/start`);
    const end = stage.end === undefined ? undefined : parseTime(stage.end, `${here}/end`);
    if (start !== undefined && (start === 0 || start < latest)) {
      throw timeError(`${here}/start`, start === 0 ? "A stage starts after 1970." : "The stage before has not ended.");
    }
    if (end !== undefined && (start === undefined ? end < latest : end <= start)) {
      throw timeError(`${here}/end`, "The stage ends before it starts.");
    }
    latest = end ?? start ?? latest;
  });
}

function timeError(place: string, message: string): BatchproofError {
  return inputError(message, { code: "batch-time", place, remedy: "Correct the stage's times." });
}

/** What `setStage` changes; what is absent stays. */
export type StageChanges = Partial<Omit<BatchStage, "name">>;

/**
 * Fills in or corrects one stage in batch.json. Heads that were computed from the earlier values are no longer those of
 * the batch.
 * Errors: `batch-stage` (no such stage), `batch-opening` (custodian or devices of the first stage: the opening fixed
 * them before data existed), those of `readBatch`, with the time checks of the stage against its neighbours.
 */
export async function setStage(dir: string, name: string, changes: StageChanges): Promise<Batch> {
  return changeFolder(dir, async (batch) => {
    const index = batch.stages.findIndex((stage) => stage.name === name);
    if (index < 0) {
      throw inputError("The policy has no stage of this name.", {
        code: "batch-stage",
        remedy: `Name one of: ${batch.policy.stages.join(", ")}.`,
      });
    }
    const stages = batch.stages.map((stage, i) => (i === index ? { ...stage, ...changes } : stage));
    const changed: Batch = { ...batch, stages };
    const path = join(dir, BATCH_FILE);
    const text = batchText(changed, path);
    if (batchCommitments(changed).opening !== batchCommitments(batch).opening) {
      throw inputError("The batch's opening fixed the first custodian and its devices before data existed.", {
        code: "batch-opening",
        place: `${path}#/stages/0`,
        remedy: "A first stage with another custodian or other devices is a new batch.",
      });
    }
    await writeFileAtomically(path, text, { mode: 0o600, within: dir });
    return changed;
  });
}

/** Copies a party list into the folder, in place of the one that is there. Errors: those of `readParties`, `readBatch`. */
export async function setParties(dir: string, partiesPath: string): Promise<Batch> {
  return changeFolder(dir, async (batch) => {
    const parties = await readParties(partiesPath);
    await writeParties(join(dir, PARTIES_FILE), parties);
    return { ...batch, parties };
  });
}

/** One command at a time changes a folder: none overwrites what another has just written. */
async function changeFolder(dir: string, change: (batch: Batch) => Promise<Batch>): Promise<Batch> {
  await readBatchFile(dir);
  return withLock(join(dir, LOCK_FILE), async () => change(await readBatch(dir)));
}

/** The claim of an id and its index in the policy. Error `claim`. */
export function claimOf({ policy }: Pick<Batch, "policy">, claimId: string): { claim: PolicyClaim; index: number } {
  const index = policy.claims.findIndex(({ id }) => id === claimId);
  const claim = policy.claims[index];
  if (claim !== undefined) return { claim, index };
  throw inputError("The policy has no claim of this id.", {
    code: "claim",
    remedy: `Name one of: ${policy.claims.map(({ id }) => id).join(", ")}.`,
  });
}

/** The claims whose record is still missing, in the policy's order. */
export async function missingEvidence({ dir, policy }: Pick<Batch, "dir" | "policy">): Promise<MissingEvidence[]> {
  const missing: MissingEvidence[] = [];
  for (const { id, kind, stage } of policy.claims) {
    if (!(await exists(join(dir, claimFile("records", id))))) {
      missing.push({ claim: id, kind, stage: policy.stages[stage] ?? "" });
    }
  }
  return missing;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
