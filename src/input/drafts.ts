import { createHash, randomBytes } from "node:crypto";
import { lstat, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/**
 * Files and folders are made under the hidden name of a draft and then renamed. A killed command leaves its draft, with
 * the salts or keys in it; the next one in the same folder removes it. The name says whose it is.
 */

/** Machine, process and a random part. */
const DRAFT = /^\..+\.([0-9a-f]{8})-([0-9]{1,10})-[0-9a-f]{12}\.draft$/;
const MACHINE = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
/** Milliseconds after which nobody on another machine can still be writing: its processes cannot be seen from here. */
const ABANDONED = 3_600_000;

/** Drafts that this process is writing. */
const writing = new Set<string>();

/** Runs `make` with the path of a new draft of `target`, beside it, and removes what is left of the draft at the end. */
export async function withDraft<T>(target: string, make: (draft: string) => Promise<T>): Promise<T> {
  const folder = dirname(target);
  await removeAbandoned(folder);
  const owner = `${MACHINE}-${process.pid}-${randomBytes(6).toString("hex")}`;
  const draft = join(folder, `.${basename(target)}.${owner}.draft`);
  writing.add(draft);
  try {
    return await make(draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
    writing.delete(draft);
  }
}

/** Whether a file or folder is a draft, of this command or another one: what nobody may copy or read yet. */
export function isDraft(name: string): boolean {
  return DRAFT.test(name);
}

/** Removes the drafts of killed commands from a folder, and nothing else; what cannot be removed stays. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (await isAbandoned(path)) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const [, machine, owner] = DRAFT.exec(basename(path)) ?? [];
  if (owner === undefined || writing.has(path)) return false;
  if (machine === MACHINE) return !isOtherProcess(Number(owner));
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED;
}

/** True if `id` is a running process other than this one. */
export function isOtherProcess(id: number): boolean {
  if (id === process.pid) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
