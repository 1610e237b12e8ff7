import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { getAddress, isAddress } from "ethers";
import type { Batch } from "../batch/batch.ts";
import { EVIDENCE } from "../batch/evidence.ts";
import { readBatch, readRules } from "../batch/folder.ts";
import { BATCH_FILE, REGISTRATION_FILE } from "../batch/paths.ts";
import { readRegistration, type Registration } from "../batch/registration.ts";
import { isClosedElsewhere } from "../claims/batchStatus.ts";
import { changedIn, readProofs } from "../claims/proofFits.ts";
import { READ_KINDS, rereadRecord } from "../claims/rereadRecord.ts";
import type { Attestation } from "../chain/claimFacts.ts";
import { BatchproofError, inputError, refusal } from "../errors.ts";
import type { ErrorCode } from "../errorCodes.ts";
import { formatOf } from "../input/formatOf.ts";
import { batchKey } from "../formats/context.ts";
import { readJournal } from "../parties/journal.ts";
import { KEY_FORMAT, readKeyFile } from "../parties/keys.ts";
import { PARTIES_FORMAT, readParties } from "../parties/partyList.ts";
import { allClaims, type IndexedClaim } from "../policy/document.ts";
import { verifyEnvelope } from "../prover/verifyEnvelope.ts";
import { attestationsOf, openedBatches, type OpenedBatch, type RegisterAt } from "./attestations.ts";

/**
 * What was found of a claim. `opens`: its evidence is whole, and is what was attested if it was. `elsewhere`: another party closed
 * the stage and has the evidence, or another folder here has it. `none`: nothing was attested, and there is no evidence. `lost`: it does not open. `unknown`:
 * no register was asked whether it was attested, and there is no evidence.
 */
export type ClaimOutcome = "opens" | "elsewhere" | "none" | "lost" | "unknown";

/** What does not open, and why. */
export interface Problem {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly remedy?: string;
}

export interface ClaimFound {
  readonly claim: string;
  /** Null: no register was asked. */
  readonly attested: boolean | null;
  readonly outcome: ClaimOutcome;
  readonly problem?: Problem;
}

export interface BatchFound {
  /** Its folder, from the restored one. */
  readonly dir: string;
  /** Keys under which the register has it; null: none was asked, or another one than the folder remembers. */
  readonly keys: readonly string[] | null;
  readonly claims: readonly ClaimFound[];
  /** Why the folder, or a proof in it, cannot be read. */
  readonly problems: readonly Problem[];
}

/** A key file, a journal, a policy with salts or a party list. */
export interface FileFound {
  readonly file: string;
  readonly what: "key" | "journal" | "policy" | "party list";
  readonly problem?: Problem;
}

/** What a drill found. */
export interface Drill {
  readonly batches: readonly BatchFound[];
  readonly files: readonly FileFound[];
  /** Keys of batches of which no folder is here: owners of those here opened them, or others did. */
  readonly absent: { readonly ofTheseOwners: readonly string[]; readonly ofOthers: number } | null;
  /** False: something is lost. Null: nothing was found lost, but not everything could be asked. */
  readonly whole: boolean | null;
}

/**
 * Reads everything in a restored folder again and holds it against the register: each batch folder, each record with its raw
 * files, each proof, journal with its head, key file, policy with its salts and party list. Changes nothing. Errors: those of the
 * register; what is wrong with a file is told of the file.
 * @param asked absent: no register
 * @param complete whether a batch of these owners of which no folder is here counts as lost
 */
export async function drill(root: string, asked: RegisterAt | undefined, complete: boolean): Promise<Drill> {
  const opened = asked === undefined ? undefined : await openedBatches(asked);
  const folders: string[] = [];
  const files: FileFound[] = [];
  await walk(root, "", folders, files);
  const each: BatchFound[] = [];
  for (const dir of folders) each.push(await batchFound(root, dir, asked, opened));
  const batches = each.map((found) => ({ ...found, claims: found.claims.map((claim) => besides(claim, found, each)) }));
  const absent = opened === undefined ? null : absentIn(opened, batches);
  const lost =
    batches.some(({ claims, problems }) => problems.length > 0 || claims.some(({ outcome }) => outcome === "lost")) ||
    files.some(({ problem }) => problem !== undefined) ||
    (complete && (absent?.ofTheseOwners.length ?? 0) > 0);
  const isUnasked = batches.some(({ keys }) => keys === null) || (complete && isNobodys(batches, absent));
  return { batches, files, absent, whole: lost ? false : isUnasked ? null : true };
}

/** Finds the batch folders under a folder, and judges the files that lie in no such. */
async function walk(root: string, under: string, folders: string[], files: FileFound[]): Promise<void> {
  const entries = (await readdir(join(root, under), { withFileTypes: true })).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  if (entries.some(({ name }) => name === BATCH_FILE)) {
    folders.push(under);
    return;
  }
  const names = new Set(entries.map(({ name }) => name));
  for (const entry of entries) {
    const path = join(under, entry.name);
    if (entry.isDirectory()) await walk(root, path, folders, files);
    else if (entry.isFile()) files.push(...(await fileFound(root, path, names)));
  }
}

/** How each kind of file that people keep is read, by what it says it is. */
const READERS: Readonly<Record<string, readonly [what: FileFound["what"], read: (path: string) => Promise<unknown>]>> =
  {
    [KEY_FORMAT]: ["key", readKeyFile],
    [PARTIES_FORMAT]: ["party list", readParties],
    "batchproof-policy-salts/1": ["policy", (path) => readRules(path.replace(/\.salts\.json$/, ".json"))],
  };
const NAMED = /\.salts\.json$/;

/** `names`: of all that lies in its folder. */
async function fileFound(root: string, file: string, names: ReadonlySet<string>): Promise<FileFound[]> {
  const path = join(root, file);
  const judged = async (what: FileFound["what"], read: () => Promise<unknown>): Promise<FileFound[]> => {
    const problem = await problemOf(read);
    return [{ file, what, ...(problem === undefined ? {} : { problem }) }];
  };
  const name = basename(file);
  if (name.endsWith(".journal") || names.has(`${name}.head`)) return await judged("journal", () => readJournal(path));
  // Of a journal that is gone its head tells.
  const [, journal] = /^(.+)[.]head$/.exec(path) ?? [];
  if (journal !== undefined)
    return names.has(basename(journal)) ? [] : await judged("journal", () => readJournal(journal));
  const [what, read] = READERS[(await formatOf(path)) ?? ""] ?? [];
  // Salts are told by their name too: damaged ones may not say any more what they are.
  if (what === undefined || read === undefined) {
    return NAMED.test(file) ? await judged("policy", () => readRules(path.replace(NAMED, ".json"))) : [];
  }
  return await judged(what, () => read(path));
}

async function batchFound(
  root: string,
  dir: string,
  asked: RegisterAt | undefined,
  opened: readonly OpenedBatch[] | undefined,
): Promise<BatchFound> {
  let batch: Batch | undefined;
  const unread = await problemOf(async () => (batch = await readBatch(join(root, dir))));
  if (batch === undefined) return { dir, keys: null, claims: [], problems: unread === undefined ? [] : [unread] };
  const { commitments } = batch;
  let remembered: Registration | undefined;
  const forgot = await problemOf(async () => (remembered = await rememberedIn(join(root, dir))));
  const isElsewhere = asked !== undefined && remembered !== undefined && !isOf(asked, remembered);
  const own = isElsewhere ? undefined : opened?.filter((each) => each.batch === commitments.batch);
  const claims: ClaimFound[] = [];
  const attested: ReadonlyMap<number, Attestation>[] = [];
  for (const each of own ?? []) if (asked !== undefined) attested.push(await attestationsOf(asked, each));
  for (const claim of allClaims(batch.policy)) {
    const said = attested.flatMap((map) => map.get(claim.index) ?? []);
    claims.push(await claimFound(batch, claim, own === undefined ? undefined : said));
  }
  const keys = own?.map(({ key }) => key) ?? null;
  const problems = [forgot, strangerProblem(batch, keys, remembered), ...(await proofProblems(batch))];
  return { dir, keys, claims, problems: problems.filter((problem) => problem !== undefined) };
}

async function rememberedIn(dir: string): Promise<Registration | undefined> {
  const remembered = await readRegistration(dir);
  if (remembered === undefined || [remembered.registry, remembered.owner].every((each) => isAddress(each)))
    return remembered;
  throw inputError("An address in it is mistyped.", { code: "registration-file", place: REGISTRATION_FILE });
}

function isOf({ register, chainId }: RegisterAt, remembered: Registration): boolean {
  const isSame = getAddress(remembered.registry) === getAddress(register.registry.target as string);
  return isSame && remembered.chainId === chainId.toString();
}

/** What was made anew in place of a folder opens in itself, and is nothing that the register has. */
function strangerProblem(
  { commitments }: Batch,
  keys: BatchFound["keys"],
  remembered: Registration | undefined,
): Problem | undefined {
  if (keys === null || remembered === undefined) return undefined;
  if (keys.includes(batchKey(remembered.owner, commitments.batch))) return undefined;
  return {
    code: "backup-incomplete",
    reason: `The folder remembers that ${remembered.owner} opened its batch; the register has no such batch.`,
  };
}

/** Sites of one house have a folder each of a batch: evidence that a folder never had is not lost where another one has it. */
function besides(found: ClaimFound, { keys }: BatchFound, all: readonly BatchFound[]): ClaimFound {
  const { claim, attested, outcome, problem } = found;
  if (outcome !== "lost" || problem?.code !== "evidence-missing") return found;
  const isOfBatch = (other: BatchFound): boolean => other.keys?.some((key) => keys?.includes(key)) === true;
  const isThere = all.some(
    (other) => isOfBatch(other) && other.claims.some((each) => each.claim === claim && each.outcome === "opens"),
  );
  return isThere ? { claim, attested, outcome: "elsewhere" } : found;
}

/** `said`: what was attested of it, by each owner who opened the batch; undefined: no register was asked. */
async function claimFound(
  batch: Batch,
  indexed: IndexedClaim,
  said: readonly Attestation[] | undefined,
): Promise<ClaimFound> {
  const { claim } = indexed;
  const found = { claim: claim.id, attested: said === undefined ? null : said.length > 0 };
  const isThere = await EVIDENCE[claim.kind].isThere(batch, claim);
  if (!isThere) {
    if (isClosedElsewhere(batch, claim.stage)) return { ...found, outcome: "elsewhere" };
    if (found.attested === null) return { ...found, outcome: "unknown" };
    if (!found.attested) return { ...found, outcome: "none" };
    const reason =
      "The register has an attestation; the folder has no evidence for it, and no hand-off by which another party has it.";
    const remedy =
      "If another party has it: import the hand-off file of the last stage that it closed; a laboratory's own results are its to keep.";
    return { ...found, outcome: "lost", problem: { code: "evidence-missing", reason, remedy } };
  }
  const problem = await problemOf(async () => {
    if (READ_KINDS.has(claim.kind)) await rereadRecord({ batch, claim: indexed });
  });
  if (problem !== undefined) return { ...found, outcome: "lost", problem };
  for (const { signals } of said ?? []) {
    const differing = await attestedProblem(batch, indexed, signals);
    if (differing === undefined) continue;
    // Whoever took over from the party that closed the stage has that hand-off, and not always the one before it.
    const isAnothers = differing.code === "handoff-missing" && isClosedElsewhere(batch, claim.stage);
    return isAnothers ? { ...found, outcome: "elsewhere" } : { ...found, outcome: "lost", problem: differing };
  }
  return { ...found, outcome: "opens" };
}

async function attestedProblem(
  batch: Batch,
  claim: IndexedClaim,
  signals: readonly bigint[],
): Promise<Problem | undefined> {
  return await problemOf(async () => {
    const changed = await changedIn(batch, claim, { signals: signals.map(String) });
    if (changed === undefined) return;
    throw refusal(`The folder is not what was attested: see ${changed}.`, { code: "backup-incomplete" });
  });
}

/** Proofs in the folder that are none. Whether they fit is no question here: a stale one is made again. */
async function proofProblems(batch: Batch): Promise<Problem[]> {
  const problem = await problemOf(async () => {
    for (const envelope of await readProofs(batch)) {
      await verifyEnvelope(envelope, `the proof of ${batch.policy.claims[envelope.claim]?.id ?? "no claim"}`);
    }
  });
  return problem === undefined ? [] : [problem];
}

/** Why something that is read is not good; undefined: it is. A bug of ours stays an error. */
async function problemOf(read: () => Promise<unknown>): Promise<Problem | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.kind === "internal" || error.code === undefined) throw error;
    const { code, message, place, remedy } = error;
    const reason = place === undefined ? message : `${message} (${place})`;
    return { code, reason, ...(remedy === undefined ? {} : { remedy }) };
  }
}

/** Whether nothing here says whose batches should all be here, though the register has some. */
function isNobodys(batches: readonly BatchFound[], absent: Drill["absent"]): boolean {
  return (absent?.ofOthers ?? 0) > 0 && !batches.some(({ keys }) => keys !== null && keys.length > 0);
}

/** Batches of which no folder is here. */
function absentIn(opened: readonly OpenedBatch[], batches: readonly BatchFound[]): Drill["absent"] {
  const here = new Set(batches.flatMap(({ keys }) => keys ?? []));
  const owners = new Set(opened.filter(({ key }) => here.has(key)).map(({ owner }) => owner));
  const absent = opened.filter(({ key }) => !here.has(key));
  const ofTheseOwners = absent.filter(({ owner }) => owners.has(owner)).map(({ key }) => key);
  return { ofTheseOwners, ofOthers: absent.length - ofTheseOwners.length };
}
