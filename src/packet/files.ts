import { existsSync } from "node:fs";
import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { zipSync, type Zippable } from "fflate";
import { environmentError, inputError, BatchproofError } from "../errors.ts";
import { withDraft } from "../input/drafts.ts";
import { flushFolder, readBytes, writeFileAtomically } from "../input/files.ts";
import { zipParts } from "../input/zip.ts";
import { ADDED, MOST_FILES, packetForm, refuseName, type Added, type PacketFiles } from "./form.ts";

/** Bytes of one file, and of all of them: those that a ZIP archive is read with. */
const MOST_BYTES = 2 ** 28;
const MOST_OF_ALL = 2 ** 29;
/** A ZIP archive has local times; this one is in every zone the same. */
const NO_TIME = new Date(2000, 0, 1);

const PACKET = { what: "packet", remedy: "Take it once more from where it was filed." } as const;

/** Reads what is added to a packet. Errors: `packet-form` (a name that goes into none, or twice), those of `readBytes`. */
export async function readAdded(paths: Readonly<Record<Added, readonly string[]>>): Promise<PacketFiles> {
  const added = new Map<string, Uint8Array>();
  const names = new Set<string>();
  for (const folder of ADDED) {
    for (const path of paths[folder]) {
      const name = `${folder}/${basename(path)}`;
      refuseName(name, path);
      if (names.has(name.toLowerCase())) throw packetForm("Two files of the packet would have one name.", path);
      names.add(name.toLowerCase());
      added.set(name, await readBytes(path));
    }
  }
  return added;
}

/** Refuses to make a packet where something is. An empty folder may be there. Error `packet-exists`. */
export async function refuseExisting(path: string): Promise<void> {
  if (!existsSync(path)) return;
  if (!isZip(path) && (await stat(path)).isDirectory() && (await readdir(path)).length === 0) return;
  throw existing(path);
}

/** Writes a packet, as a ZIP archive if its name ends so: whole or not at all. Errors: `packet-exists`, `file-write`. */
export async function writePacket(path: string, files: PacketFiles): Promise<void> {
  await refuseExisting(path);
  if (isZip(path)) {
    const zip: Zippable = {};
    // What is packed already gets no smaller.
    for (const [name, bytes] of files) zip[name] = [bytes, { level: name.endsWith(".gz") ? 0 : 6 }];
    await writeFileAtomically(path, zipSync(zip, { mtime: NO_TIME }));
  } else await writeFolder(resolve(path), files);
}

async function writeFolder(target: string, files: PacketFiles): Promise<void> {
  try {
    await mkdir(dirname(target), { recursive: true });
    await withDraft(target, async (draft) => {
      for (const [name, bytes] of files) await writeFileAtomically(join(draft, name), bytes);
      await rename(draft, target);
    });
    await flushFolder(dirname(target));
  } catch (error) {
    if (error instanceof BatchproofError) throw error;
    if (existsSync(target)) throw existing(target);
    throw environmentError("The packet cannot be made.", { code: "file-write", place: target, cause: error });
  }
}

function existing(path: string): BatchproofError {
  return inputError("There is something where the packet should be made.", { place: path, code: "packet-exists" });
}

function isZip(path: string): boolean {
  return path.endsWith(".zip");
}

/**
 * The files of a packet, a folder or a ZIP archive. Errors: `packet-form` (links, folders or names that no packet has, too many or
 * too large files), `zip`, those of `readBytes`.
 */
export async function readPacket(path: string): Promise<PacketFiles> {
  const found = await stat(path).catch(() => undefined);
  const files = found?.isDirectory() === true ? await readFolder(path) : await readZip(path);
  for (const name of files.keys()) refuseName(name, path);
  return files;
}

async function readZip(path: string): Promise<PacketFiles> {
  const parts = zipParts(await readBytes(path, { limit: MOST_OF_ALL }), path, PACKET);
  if (parts.size > MOST_FILES) throw tooMuch(path);
  return new Map([...parts].map(([name, part]) => [name, part.read()]));
}

async function readFolder(path: string): Promise<PacketFiles> {
  const files = new Map<string, Uint8Array>();
  let all = 0;
  const names = [...(await namesIn(path, "")), ...(await Promise.all(ADDED.map((each) => namesIn(path, each)))).flat()];
  if (names.length > MOST_FILES) throw tooMuch(path);
  for (const name of names) {
    const bytes = await readBytes(join(path, name), { limit: MOST_BYTES, within: path });
    all += bytes.length;
    if (all > MOST_OF_ALL) throw tooMuch(path);
    files.set(name, bytes);
  }
  return files;
}

/** Names of the files of a packet's folder, or of one in it. */
async function namesIn(path: string, folder: Added | ""): Promise<string[]> {
  if (folder !== "" && !existsSync(join(path, folder))) return [];
  const names: string[] = [];
  for (const entry of await readdir(join(path, folder), { withFileTypes: true })) {
    if (entry.isFile()) names.push(folder === "" ? entry.name : `${folder}/${entry.name}`);
    else if (folder !== "" || !entry.isDirectory() || !ADDED.some((each) => each === entry.name)) {
      throw packetForm("A packet has no links, and no folders but its own.", join(path, folder, entry.name));
    }
  }
  return names;
}

function tooMuch(path: string): BatchproofError {
  return packetForm(`A packet has at most ${MOST_FILES} files, and ${MOST_OF_ALL} bytes.`, path);
}
