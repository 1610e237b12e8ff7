import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { chmod, mkdir, open, readdir, rename, utimes } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Decrypter } from "age-encryption";
import { BatchproofError, environmentError, inputError } from "../errors.ts";
import { withDraft } from "../input/drafts.ts";
import { flushFolder, readingError } from "../input/files.ts";
import { ABOUT, ABOUT_FILE, SUMS_FILE, sumLine, type About } from "./about.ts";
import { MOST_ENTRIES } from "./collect.ts";
import { damaged, paddingOf, readHeader, type Entry } from "./tar.ts";
import { streamOf } from "./streamOf.ts";

/** What opens a backup: age identities, or the passphrase. */
export type OpenedBy = { readonly identities: readonly string[] } | { readonly passphrase: string };

/** What was restored. */
export interface Restored {
  readonly about: About;
  /** Besides the backup's own description and list of hashes. */
  readonly files: number;
  /** SHA-256 of the list of all hashes, in hex: what `backup` printed. */
  readonly sums: string;
}

const CHUNK = 2 ** 20;

/**
 * Restores a backup into a folder that is new or empty, whole or not at all: everything is unpacked into a draft beside it, each
 * hash compared, and the draft renamed. Nothing in it leaves the folder, and no file is written twice.
 * Errors: `backup-exists`, `backup-key` (does not open), `backup-file` (no backup, cut off, or changed), `backup-name`,
 * `file-write`, `file-missing`.
 */
export async function restoreBackup(file: string, into: string, openedBy: OpenedBy): Promise<Restored> {
  const target = resolve(into);
  await refuseFilled(target, into);
  const plain = await opened(file, openedBy);
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const restored = await withDraft(target, async (draft) => {
      await mkdir(draft, { mode: 0o700 });
      const found = await unpack(new Source(plain, file), draft);
      await rename(draft, target);
      return found;
    });
    await flushFolder(dirname(target));
    return restored;
  } catch (error) {
    if (error instanceof BatchproofError) throw error;
    throw environmentError("The folder cannot be restored; nothing was left of it.", {
      code: "file-write",
      place: into,
      remedy: "Check free space and permissions.",
      cause: error,
    });
  } finally {
    await plain.cancel().catch(() => undefined);
  }
}

async function refuseFilled(target: string, place: string): Promise<void> {
  if (!existsSync(target)) return;
  const names = await readdir(target).catch(() => ["a file"]);
  if (names.length === 0) return;
  throw inputError("There is something where the folder should be restored.", {
    code: "backup-exists",
    place,
    remedy: "Name a new folder.",
  });
}

/** The archive of a backup, decrypted as it is read. */
async function opened(file: string, openedBy: OpenedBy): Promise<ReadableStream<Uint8Array>> {
  const handle = await open(file).catch((error: unknown) => {
    throw readingError(error, file);
  });
  if (!(await handle.stat()).isFile()) {
    await handle.close();
    throw inputError("This is not a regular file.", { code: "file-kind", place: file });
  }
  const decrypter = new Decrypter();
  try {
    if ("passphrase" in openedBy) decrypter.addPassphrase(openedBy.passphrase);
    else for (const identity of openedBy.identities) decrypter.addIdentity(identity);
    const bytes = createReadStream(file, { fd: handle, highWaterMark: CHUNK });
    return await decrypter.decrypt(streamOf(bytes as AsyncIterable<Uint8Array>));
  } catch (cause) {
    await handle.close();
    throw inputError("The backup does not open: another key or passphrase, or no backup at all.", {
      code: "backup-key",
      place: file,
      cause,
    });
  }
}

/** Gives the bytes of a stream as many at a time as are asked for. */
class Source {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #file: string;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: ReadableStream<Uint8Array>, file: string) {
    this.#chunks = stream.values({ preventCancel: true })[Symbol.asyncIterator]();
    this.#file = file;
  }

  /** At most so many bytes, and at least one; an empty one at the end. Error `backup-file`: damaged or cut off. */
  async some(most: number): Promise<Buffer> {
    if (this.#rest.length === 0) {
      const next = await this.#chunks.next().catch((cause: unknown) => {
        throw inputError("The backup is damaged or cut off.", { code: "backup-file", place: this.#file, cause });
      });
      if (next.done === true) return Buffer.alloc(0);
      this.#rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
      if (this.#rest.length === 0) return this.some(most);
    }
    const some = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(some.length);
    return some;
  }

  /** Exactly so many bytes. */
  async exactly(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = bytes; missing > 0;) {
      const part = await this.some(missing);
      if (part.length === 0) throw damaged("it is cut off.");
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }
}

/** Unpacks all of an archive into a draft. */
async function unpack(source: Source, draft: string): Promise<Restored> {
  const names = new Names();
  const folders: Entry[] = [];
  const lines = createHash("sha256");
  let sums: string | undefined;
  const take = (bytes: number): Promise<Buffer> => source.exactly(bytes);
  for (let entry = await readHeader(take); entry !== undefined; entry = await readHeader(take)) {
    if (sums !== undefined) throw damaged("something follows its list of hashes.");
    if ((names.count === 0) !== (entry.path === ABOUT_FILE && !entry.isFolder)) {
      throw damaged("it does not begin with its description.");
    }
    names.take(entry);
    const path = join(draft, entry.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    if (entry.isFolder) {
      await mkdir(path, { mode: 0o700 }).catch(refuseMerged(entry));
      folders.push(entry);
      continue;
    }
    const hash = await unpackFile(source, entry, path);
    if (entry.path === SUMS_FILE) sums = hash;
    else lines.update(sumLine(hash, entry.path));
  }
  if ((await source.some(1)).length > 0) throw damaged("something follows its end.");
  if (sums === undefined || sums !== lines.digest("hex")) throw damaged("its list of hashes is not that of its files.");
  // From within outwards, and last: into a folder that nobody may write no file can be put.
  for (const { path, mode, time } of folders.reverse()) {
    await utimes(join(draft, path), time, time);
    await chmod(join(draft, path), mode);
  }
  return { about: await ABOUT.read(join(draft, ABOUT_FILE)), files: names.files - 2, sums };
}

/** Names that this system takes for one, such as `A` and `a`, are never put together in silence. Error `backup-name`. */
function refuseMerged({ path }: Entry): (error: unknown) => never {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw inputError("This system takes this name for another one in the backup.", {
      code: "backup-name",
      place: path,
      remedy: "Restore it where upper and lower case are told apart, as on Linux.",
    });
  };
}

/** The names that an archive has used so far. */
class Names {
  readonly #folders = new Set<string>();
  readonly #files = new Set<string>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get files(): number {
    return this.#files.size;
  }

  /** Error `backup-file`: the name is taken, or leads through a file. */
  take({ path, isFolder }: Entry): void {
    const parts = path.split("/");
    const above = parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/"));
    if (this.#files.has(path) || this.#folders.has(path)) throw damaged(`two things in it are called ${path}.`);
    if (above.some((folder) => this.#files.has(folder))) throw damaged(`in it ${path} lies in a file.`);
    if (this.#count >= MOST_ENTRIES + 2) throw damaged("it holds too many files.");
    this.#count += 1;
    for (const folder of above) this.#folders.add(folder);
    (isFolder ? this.#folders : this.#files).add(path);
  }
}

/** Writes a file of the archive; gives its sha256 in hex. */
async function unpackFile(source: Source, entry: Entry, path: string): Promise<string> {
  const { size, mode, time } = entry;
  const hash = createHash("sha256");
  const handle = await open(path, "wx", 0o600).catch(refuseMerged(entry));
  try {
    for (let missing = size; missing > 0;) {
      const bytes = await source.some(missing);
      if (bytes.length === 0) throw damaged("it is cut off.");
      hash.update(bytes);
      await handle.writeFile(bytes);
      missing -= bytes.length;
    }
    await handle.utimes(time, time);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
  const padding = await source.exactly(paddingOf(size).length);
  if (padding.some((byte) => byte !== 0)) throw damaged("something lies between its files.");
  return hash.digest("hex");
}
