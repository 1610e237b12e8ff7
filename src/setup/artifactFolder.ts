import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BatchproofError, environmentError } from "../errors.ts";
import { isOtherProcess } from "../input/drafts.ts";
import { sha256File } from "./files.ts";

/**
 * A folder of generated files that is whole or not there. It is filled under a temporary name, its manifest (SHA-256 of
 * every file) is written last, and it is renamed into place; of two processes that fill it at once the second throws
 * its own away.
 */

/** SHA-256 (lower-case hex) of each file, in the order of their names. */
export type FileHashes<Names extends readonly string[]> = { readonly [Index in keyof Names]: string };

const MANIFEST = "manifest.json";
/** Followed by the id of the process that fills the folder. */
const TEMPORARY = ".tmp-";

/** Folders that this process is filling now. */
const filling = new Set<string>();

/**
 * Fills `folder` with `fill` if it is not there, and checks every file against the manifest.
 * Throws an environment error `artifact-stale` for a file that is missing or not the one that was written.
 * @param names the files that `fill` makes
 */
export async function ensureFolder<const Names extends readonly string[]>(
  folder: string,
  names: Names,
  fill: (target: string) => Promise<void>,
): Promise<FileHashes<Names>> {
  if (!existsSync(folder)) await fillFolder(folder, names, fill);
  return (await checkFolder(folder, names)) as FileHashes<Names>;
}

async function fillFolder(
  folder: string,
  names: readonly string[],
  fill: (target: string) => Promise<void>,
): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await removeLeftovers(parent);
  const temporary = join(parent, `${TEMPORARY}${process.pid}-${randomUUID()}`);
  filling.add(temporary);
  try {
    await mkdir(temporary);
    await fill(temporary);
    await writeManifest(temporary, names);
    await moveInto(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
    filling.delete(temporary);
  }
}

async function writeManifest(folder: string, names: readonly string[]): Promise<void> {
  const files: Record<string, string> = {};
  for (const name of names) files[name] = await sha256File(join(folder, name));
  await writeFile(join(folder, MANIFEST), `${JSON.stringify({ files }, null, 2)}\n`);
}

/** Renames a finished folder into place, unless another process was first. */
async function moveInto(temporary: string, folder: string): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

async function checkFolder(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const files = await readManifest(folder);
  const check = async (name: string): Promise<string> => {
    const path = join(folder, name);
    const received = existsSync(path) ? await sha256File(path) : "missing";
    if (received === files[name]) return received;
    throw stale(path, `its SHA-256 is ${received}, expected ${files[name] ?? "none"}`, folder);
  };
  return await Promise.all(names.map(check));
}

async function readManifest(folder: string): Promise<Readonly<Record<string, string | undefined>>> {
  const path = join(folder, MANIFEST);
  try {
    const { files } = JSON.parse(await readFile(path, "utf8")) as { files?: Record<string, string> };
    if (files !== undefined) return files;
  } catch (cause) {
    throw stale(path, "its manifest cannot be read", folder, cause);
  }
  throw stale(path, "its manifest is malformed", folder);
}

function stale(path: string, reason: string, folder: string, cause?: unknown): BatchproofError {
  return environmentError(`A generated file is not the one that was written: ${reason}.`, {
    code: "artifact-stale",
    place: path,
    remedy: `Delete ${folder}; it is made again on the next run.`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Removes what killed processes left half-written. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = /^\.tmp-(\d+)-/.exec(name)?.[1];
    const path = join(parent, name);
    if (owner !== undefined && !filling.has(path) && !isOtherProcess(Number(owner))) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
