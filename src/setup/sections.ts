import { type FileHandle, open } from "node:fs/promises";
import { type BatchproofError, environmentError } from "../errors.ts";

/**
 * The container that `.r1cs` and `.zkey` files share (iden3 binary format): a four-letter type, a version, then
 * sections of {id: u32, size: u64, bytes}, all little endian, in any order.
 */

/** Where a section's bytes are in the file. */
interface Span {
  readonly offset: number;
  readonly size: number;
}

const FILE_HEADER = 12;
const SECTION_HEADER = 12;

/** A file of sections, opened for reading. Throws environment errors with code `file-format`. Close it after use. */
export class SectionFile {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #spans: ReadonlyMap<number, Span>;

  private constructor(path: string, handle: FileHandle, spans: ReadonlyMap<number, Span>) {
    this.path = path;
    this.#handle = handle;
    this.#spans = spans;
  }

  /** Opens `path` and reads its table of sections; `type` is the four letters at its start. */
  static async open(path: string, type: "r1cs" | "zkey"): Promise<SectionFile> {
    const handle = await open(path, "r").catch((cause: unknown) => {
      throw malformed(path, "it cannot be opened", cause);
    });
    try {
      return new SectionFile(path, handle, await readSpans(path, handle, type));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Size of section `id` in bytes. */
  size(id: number): number {
    return this.#span(id).size;
  }

  /** All bytes of section `id`, or its first `limit` bytes. */
  async read(id: number, limit = Infinity): Promise<Buffer> {
    const target = Buffer.alloc(Math.min(this.size(id), limit));
    await this.readInto(id, 0, target);
    return target;
  }

  /** Fills `target` with the bytes of section `id` from byte `start` on. */
  async readInto(id: number, start: number, target: Uint8Array): Promise<void> {
    const { offset, size } = this.#span(id);
    if (start + target.length > size) throw malformed(this.path, `section ${id} ends early`);
    await readExactly(this.path, this.#handle, offset + start, target);
  }

  #span(id: number): Span {
    const span = this.#spans.get(id);
    if (span === undefined) throw malformed(this.path, `section ${id} is missing`);
    return span;
  }
}

async function readSpans(path: string, handle: FileHandle, type: string): Promise<ReadonlyMap<number, Span>> {
  const length = (await handle.stat()).size;
  const header = Buffer.alloc(FILE_HEADER);
  await readExactly(path, handle, 0, header);
  if (header.toString("latin1", 0, 4) !== type || header.readUInt32LE(4) !== 1) {
    throw malformed(path, `it is not a ${type} file of version 1`);
  }
  const spans = new Map<number, Span>();
  const count = header.readUInt32LE(8);
  let position = FILE_HEADER;
  for (let i = 0; i < count; i++) {
    const entry = Buffer.alloc(SECTION_HEADER);
    await readExactly(path, handle, position, entry);
    const id = entry.readUInt32LE(0);
    const span = { offset: position + SECTION_HEADER, size: Number(entry.readBigUInt64LE(4)) };
    if (spans.has(id)) throw malformed(path, `section ${id} occurs twice`);
    if (span.offset + span.size > length) throw malformed(path, `section ${id} ends after the file`);
    spans.set(id, span);
    position = span.offset + span.size;
  }
  return spans;
}

async function readExactly(path: string, handle: FileHandle, position: number, target: Uint8Array): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) throw malformed(path, "it ends early");
    done += bytesRead;
  }
}

/** The error for a binary file that is not what its name says. */
export function malformed(path: string, reason: string, cause?: unknown): BatchproofError {
  return environmentError(`The file cannot be used: ${reason}.`, {
    place: path,
    code: "file-format",
    remedy: "Build the artifact again, or name the right file.",
    cause,
  });
}

/** Writes a file of sections, one after the other. */
export class SectionWriter {
  readonly #handle: FileHandle;
  #position = FILE_HEADER;
  #sectionStart = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Starts the file `path` (which is truncated) with its header. */
  static async create(path: string, type: "zkey", sections: number): Promise<SectionWriter> {
    const writer = new SectionWriter(await open(path, "w"));
    const header = Buffer.alloc(FILE_HEADER);
    header.write(type, 0, "latin1");
    header.writeUInt32LE(1, 4);
    header.writeUInt32LE(sections, 8);
    await writer.#writeAt(0, header);
    return writer;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** A whole section at once. */
  async section(id: number, ...parts: readonly Uint8Array[]): Promise<void> {
    await this.begin(id);
    for (const part of parts) await this.append(part);
    await this.end();
  }

  /** Opens section `id`; its size is filled in by `end`. */
  async begin(id: number): Promise<void> {
    const header = Buffer.alloc(SECTION_HEADER);
    header.writeUInt32LE(id, 0);
    this.#sectionStart = this.#position + SECTION_HEADER;
    await this.append(header);
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#writeAt(this.#position, bytes);
    this.#position += bytes.length;
  }

  /** Closes the section. `prefix` overwrites its first bytes: a count that is known only now. */
  async end(prefix?: Uint8Array): Promise<void> {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(this.#position - this.#sectionStart));
    await this.#writeAt(this.#sectionStart - size.length, size);
    if (prefix !== undefined) await this.#writeAt(this.#sectionStart, prefix);
  }

  async #writeAt(position: number, bytes: Uint8Array): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }
}
