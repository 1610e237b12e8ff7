import { join } from "node:path";
import type { Signer } from "ethers";
import { readBatch, stageIndex } from "../src/batch/folder.ts";
import { privateNames } from "../src/batch/privateNames.ts";
import { TEXTS_FOLDER } from "../src/batch/paths.ts";
import { readRegistration } from "../src/batch/registration.ts";
import { batchState } from "../src/chain/batchState.ts";
import { batchKey } from "../src/formats/context.ts";
import type { Chain } from "../src/chain/connect.ts";
import type { Register } from "../src/chain/handles.ts";
import { explained, explainedTo } from "../src/chain/revert.ts";
import { heldByText } from "../src/chain/stateWords.ts";
import type { KnownBatch } from "../src/chain/words.ts";
import { publicName } from "../src/chain/publicName.ts";
import { keepWords } from "../src/chain/reasonWords.ts";
import { BATCH_SEAT, type ReasonName } from "../src/formats/codes.ts";
import { NO_WORDS, type Reason } from "../src/formats/reasons.ts";
import { BatchproofError, inputError, refusal } from "../src/errors.ts";
import { addressOf, asAccount } from "./chain.ts";
import { list, required, text, type Options } from "./command.ts";
import type { Answer } from "./output.ts";
import { hashOf } from "./values.ts";
import type { Batch } from "../src/batch/batch.ts";
import { claimNamed } from "../src/policy/document.ts";

/** The batch that a command is about: a folder, or a key on the register. */
export type Target = { readonly folder: Batch } | { readonly key: string };

/** The batch that the words name. Errors: `usage` (none or both), `hash`, those of `readBatch`. */
export async function targetOf(dir: string | undefined, options: Options): Promise<Target> {
  const key = text(options, "batch");
  if ((dir === undefined) === (key === undefined) || (key !== undefined && text(options, "owner") !== undefined)) {
    throw inputError("Name one batch: by its folder (and --owner), or by --batch alone.", {
      place: "--batch",
      code: "usage",
    });
  }
  return key === undefined ? { folder: await readBatch(dir ?? "") } : { key: hashOf(key, "--batch", "batch") };
}

/** A claim's index: a folder knows its id, without one it is the index that `audit` prints. Errors `claim`. */
export function claimIndex(target: Target, given: string): number {
  if ("folder" in target) return claimNamed(target.folder.policy, given).index;
  if (/^(0|[1-9][0-9]{0,2})$/.test(given) && Number(given) < 256) return Number(given);
  throw inputError("With --batch a claim is named by its index in the policy, 0 to 255.", {
    place: `--claim ${given}`,
    code: "claim",
    remedy: "Give the index, which an audit prints.",
  });
}

/** A stage's index: by its name, which a folder knows, or as the index that `audit` prints. Error `batch-stage`. */
export function stageOf(target: Target, given: string): number {
  const isIndex = /^(0|[1-9][0-9]{0,2})$/.test(given) && Number(given) < BATCH_SEAT;
  if ("folder" in target && (!isIndex || target.folder.policy.stages.includes(given))) {
    return stageIndex(target.folder, given);
  }
  if (isIndex) return Number(given);
  throw inputError("With --batch a stage is named by its index in the policy, from 0.", {
    place: `--stage ${given}`,
    code: "batch-stage",
    remedy: "Give the index: the stages are counted in the policy's order.",
  });
}

/** A further batch of --also: a folder, or a key. Errors: `hash`, those of `readBatch`. */
export async function furtherTarget(given: string): Promise<Target> {
  return given.startsWith("0x") ? { key: hashOf(given, "--also", "batch") } : { folder: await readBatch(given) };
}

/** The further batches of --also, where nothing else is said of them. Errors: those of `furtherTarget`. */
export async function furtherTargets(options: Options): Promise<Target[]> {
  const targets: Target[] = [];
  for (const given of list(options, "also")) targets.push(await furtherTarget(given));
  return targets;
}

/**
 * Keys of further batches. A folder's owner is the one that it remembers, else that of the first batch. Error
 * `BatchUnknown`: the register has none of this key.
 */
export async function furtherKeys(
  { register, account }: OnBatch,
  targets: readonly Target[],
  options: Options,
): Promise<string[]> {
  const keys: string[] = [];
  for (const target of targets) {
    const key = "key" in target ? target.key : await rememberedKey(target.folder, account, options);
    await requireKnown(register, key, target, options);
    keys.push(key);
  }
  return keys;
}

async function rememberedKey(folder: Batch, account: Signer, options: Options): Promise<string> {
  const owner = (await readRegistration(folder.dir))?.owner;
  return owner === undefined ? await folderKey(folder, account, options) : ownersKey(folder, owner);
}

/** The reference of an option that goes on chain. Errors: those of `publicName`. `name`: as commander knows it. */
export function publicOption(options: Options, name: string, ...targets: readonly Target[]): string {
  const hidden = targets.flatMap((target) => ("folder" in target ? privateNames(target.folder) : []));
  return publicName(required(options, name), `--${name}`, hidden);
}

/**
 * What --reason and --words say. The words are kept before anything is sent: in --texts, or in the batch's folder.
 * Errors `usage` (nothing says where they are kept), those of `keepWords`.
 */
export async function saidReason(options: Options, target?: Target): Promise<Reason> {
  const reason = required(options, "reason") as ReasonName;
  const words = text(options, "words");
  if (words === undefined) return { reason, words: NO_WORDS };
  const ofBatch = target !== undefined && "folder" in target ? join(target.folder.dir, TEXTS_FOLDER) : undefined;
  const folder = text(options, "texts") ?? ofBatch;
  if (folder !== undefined) return { reason, words: await keepWords(folder, words) };
  throw inputError("Nothing says where the words are kept.", {
    place: "--words",
    remedy: "Name a folder: --texts DIR.",
    code: "usage",
  });
}

/** What a command works with once it speaks to the register about a batch that is there. */
export interface OnBatch {
  readonly register: Register;
  readonly account: Signer;
  readonly chain: Chain;
  /** Key of the batch. */
  readonly key: string;
}

/** Runs as the account of --account, about a batch of the register. Error `BatchUnknown`: it has none of this key. */
export function asAccountOn<T>(target: Target, options: Options, run: (on: OnBatch) => Promise<T>): Promise<T> {
  const work = async (register: Register, account: Signer, chain: Chain): Promise<T> => {
    const key = "key" in target ? target.key : await folderKey(target.folder, account, options);
    await requireKnown(register, key, target, options);
    return run({ register, account, chain, key });
  };
  return "key" in target ? asAccount(options, work) : asAccountAbout(target.folder, options, work);
}

/** `asAccount` for calls about a folder's batch: what the register refuses names the folder, its claims and stages. */
export function asAccountAbout<T>(
  folder: Batch,
  options: Options,
  run: (register: Register, account: Signer, chain: Chain) => Promise<T>,
): Promise<T> {
  return asAccount(options, async (register, account, chain) =>
    explainedTo({ batch: knownBatch(folder, await ownerOf(account, options)) }, () => run(register, account, chain)),
  );
}

/** What a refusal can name of a folder's batch, if `owner` opened it. */
export function knownBatch(folder: Batch, owner: string): KnownBatch {
  const { dir, policy } = folder;
  return {
    key: ownersKey(folder, owner),
    owner,
    dir,
    claims: policy.claims.map(({ id }) => id),
    stages: policy.stages,
  };
}

/** Key of a folder's batch as --owner opened it, or else the sending account; the register itself says whether it did. */
export async function folderKey(folder: Batch, account: Signer, options: Options): Promise<string> {
  return ownersKey(folder, await ownerOf(account, options));
}

/** Key of a batch that is only read, where no account guesses its owner. Error `usage`: a folder does not say who opened it. */
export function readKey(target: Target, options: Options): string {
  if ("key" in target) return target.key;
  const owner = text(options, "owner");
  if (owner !== undefined) return ownersKey(target.folder, addressOf(owner, "--owner"));
  throw inputError("The folder does not know who opened the batch.", {
    place: target.folder.dir,
    code: "usage",
    remedy: "Name that account: --owner.",
  });
}

async function ownerOf(account: Signer, options: Options): Promise<string> {
  const given = text(options, "owner");
  return given === undefined ? await account.getAddress() : addressOf(given, "--owner");
}

/** Key of a folder's batch, if `owner` opened it. */
export function ownersKey(folder: Batch, owner: string): string {
  return batchKey(owner, folder.commitments.batch);
}

async function requireKnown({ registry }: Register, key: string, target: Target, options: Options): Promise<void> {
  if (!(await explained(() => registry.isOpened(key)))) throw unknownBatch(target, options);
}

function unknownBatch(target: Target, options: Options): BatchproofError {
  const isOwnerGuessed = "folder" in target && text(options, "owner") === undefined;
  return refusal(
    isOwnerGuessed ? "The register has no such batch of the sending account." : "The register has no such batch.",
    {
      code: "BatchUnknown",
      remedy: isOwnerGuessed
        ? "If another account opened it, name that one: --owner."
        : "Compare register, owner and key.",
    },
  );
}

/** The answer of a command that decided on a batch: what was done, and how the batch stands now. */
export async function standing(
  done: string,
  { register, key }: OnBatch,
  details: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const { status, release, heldBy } = await batchState(register, key);
  const held = heldBy.length === 0 ? "" : `, ${heldByText(key, heldBy)}`;
  return { text: `${done} The batch is ${status}${held}.`, json: { key, status, release, heldBy, ...details } };
}
