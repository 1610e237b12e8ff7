import { crc32, inflateRawSync } from "node:zlib";
import { inputError } from "../errors.ts";

/** A file in a ZIP archive. */
export interface Part {
  /** In bytes, inflated. */
  readonly size: number;
  /** Its bytes, inflated. Error `zip`: they are not of the size or the checksum that the archive says. */
  readonly read: () => Buffer;
}

const MOST_ENTRIES = 1000;
const MOST_NAME = 255;
/** Inflated, in bytes, of one part and of all of them. */
const MOST_PART = 256 * 2 ** 20;
const MOST_PARTS = 512 * 2 ** 20;

const END = { signature: 0x06054b50, size: 22, mostComment: 0xffff } as const;
const CENTRAL = { signature: 0x02014b50, size: 46 } as const;
const LOCAL = { signature: 0x04034b50, size: 30 } as const;
/** Of the flags: encrypted in one way or another; sizes follow the data. */
const ENCRYPTED = 0x2041;
const SIZES_FOLLOW = 0x0008;
const DEFLATED = 8;
/** What follows the data of a file then, with its signature or without. */
const DESCRIPTOR = { signature: 0x08074b50, size: 12, signedSize: 16 } as const;
/** In the upper half of a file's attributes, where the archive is from Unix: what it is, and that it is a symbolic link. */
const KIND_OF_FILE = 0o170000;
const LINK = 0o120000;
/** An extra field that gives a file a second name. */
const UNICODE_PATH = 0x7075;

/** What an archive should be, and what to do where it is not: for errors. */
export interface ZipWords {
  readonly what: string;
  readonly remedy: string;
}

type Refuse = (problem: string) => never;

/**
 * The files of a ZIP archive by their names. Everything that it says of itself is judged before a byte is inflated: two
 * readers of the archive cannot see different files in it, and no file is larger than it says. Error `zip`: no archive, cut
 * off, or over a limit; encrypted, ZIP64 or of several parts; bytes before, between or behind what belongs to it; names
 * twice, or a second one of a file; links; entries that overlap, or of which the two headers differ.
 */
export function zipParts(bytes: Uint8Array, file: string, { what, remedy }: ZipWords): ReadonlyMap<string, Part> {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse: Refuse = (problem) => {
    throw inputError(problem, { place: file, remedy, code: "zip" });
  };
  const { count, from, to } = directoryOf(zip, what, refuse);
  const entries = entriesOf(zip, count, from, to, refuse);
  refuseSizes(entries, refuse);
  const names = new Set(entries.map(({ name }) => name.toLowerCase()));
  if (names.size < entries.length) refuse("Two files in this archive have one name.");
  const parts = entries.map((entry) => ({ entry, ...dataOf(zip, entry, refuse) }));
  const sorted = parts.toSorted((one, other) => one.entry.offset - other.entry.offset);
  // Where each file ends, and where the next one, or the directory, begins: from the first byte on, nothing lies between.
  const gaps = [...sorted.map(({ entry }) => entry.offset), from].map((next, i) => next - (sorted[i - 1]?.end ?? 0));
  if (gaps.some((gap) => gap < 0)) refuse("Two files in this archive overlap.");
  if (gaps.some((gap) => gap > 0)) refuse("In this archive lies something that is none of its files.");
  return new Map(
    parts.map(({ entry, start, packedEnd }) => [
      entry.name,
      { size: entry.size, read: () => inflated(zip.subarray(start, packedEnd), entry, refuse) },
    ]),
  );
}

/** Where the central directory lies: directly before the record that ends the archive. */
function directoryOf(zip: Buffer, what: string, refuse: Refuse): { count: number; from: number; to: number } {
  const least = Math.max(0, zip.length - END.size - END.mostComment);
  for (let at = zip.length - END.size; at >= least; at--) {
    if (zip.readUInt32LE(at) !== END.signature || at + END.size + zip.readUInt16LE(at + 20) !== zip.length) continue;
    const [count, size, from] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 12), zip.readUInt32LE(at + 16)];
    if (zip.readUInt32LE(at + 4) !== 0 || zip.readUInt16LE(at + 8) !== count || from + size !== at) {
      refuse("The directory of this archive is not where it belongs.");
    }
    if (count > MOST_ENTRIES) refuse(`This archive has ${count} files; at most ${MOST_ENTRIES} are read.`);
    return { count, from, to: at };
  }
  return refuse(`This is no ${what} (a ZIP archive), or it is cut off.`);
}

interface ZipEntry {
  readonly name: string;
  readonly rawName: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly offset: number;
}

function entriesOf(zip: Buffer, count: number, from: number, to: number, refuse: Refuse): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = from;
  while (entries.length < count && at + CENTRAL.size <= to && zip.readUInt32LE(at) === CENTRAL.signature) {
    const nameEnd = at + CENTRAL.size + zip.readUInt16LE(at + 28);
    const rawName = zip.subarray(at + CENTRAL.size, nameEnd);
    entries.push({
      ...{
        name: rawName.toString("utf8"),
        rawName,
        flags: zip.readUInt16LE(at + 8),
        method: zip.readUInt16LE(at + 10),
      },
      ...{ crc: zip.readUInt32LE(at + 16), compressed: zip.readUInt32LE(at + 20), size: zip.readUInt32LE(at + 24) },
      offset: zip.readUInt32LE(at + 42),
    });
    if (((zip.readUInt32LE(at + 38) >>> 16) & KIND_OF_FILE) === LINK) refuse("A file in this archive is a link.");
    const extraEnd = nameEnd + zip.readUInt16LE(at + 30);
    refuseSecondName(zip.subarray(nameEnd, Math.min(extraEnd, to)), refuse);
    at = extraEnd + zip.readUInt16LE(at + 32);
  }
  if (entries.length !== count || at !== to) refuse("The directory of this archive is damaged.");
  return entries;
}

function refuseSecondName(extra: Buffer, refuse: Refuse): void {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === UNICODE_PATH) refuse("A file in this archive has a second name.");
  }
}

function refuseSizes(entries: readonly ZipEntry[], refuse: Refuse): void {
  let all = 0;
  for (const { rawName, flags, method, compressed, size } of entries) {
    if ((flags & ENCRYPTED) !== 0) refuse("This archive is encrypted.");
    if (method !== DEFLATED && !(method === 0 && compressed === size))
      refuse("This archive is packed in an unusual way.");
    if (rawName.length === 0 || rawName.length > MOST_NAME)
      refuse("A file in this archive has too long a name, or none.");
    all += size;
    if (size > MOST_PART || all > MOST_PARTS) {
      refuse(`Unpacked, this archive has more than ${MOST_PART} bytes in a file, or ${MOST_PARTS} in all.`);
    }
  }
}

/** Where the packed bytes of an entry lie, and where what belongs to it ends; its own header says what the directory says. */
function dataOf(zip: Buffer, entry: ZipEntry, refuse: Refuse): { start: number; packedEnd: number; end: number } {
  const { offset: at, rawName, flags, method, crc, compressed, size } = entry;
  const nameFrom = at + LOCAL.size;
  const isHeader = nameFrom <= zip.length && zip.readUInt32LE(at) === LOCAL.signature;
  if (!isHeader) return refuse("A file in this archive is not where its directory says.");
  const nameEnd = nameFrom + zip.readUInt16LE(at + 26);
  const marks = ENCRYPTED | SIZES_FOLLOW;
  const isSame =
    zip.readUInt16LE(at + 8) === method &&
    (zip.readUInt16LE(at + 6) & marks) === (flags & marks) &&
    zip.subarray(nameFrom, nameEnd).equals(rawName);
  const [own, said] = [numbersAt(zip, at + 14), [crc, compressed, size]];
  const isFollowed = (flags & SIZES_FOLLOW) !== 0;
  const isSized = own.every((each, i) => each === said[i] || (isFollowed && each === 0));
  if (!isSame || !isSized) refuse("A file in this archive and its directory differ.");
  const start = nameEnd + zip.readUInt16LE(at + 28);
  refuseSecondName(zip.subarray(nameEnd, start), refuse);
  const packedEnd = start + compressed;
  return { start, packedEnd, end: packedEnd + (isFollowed ? descriptorSize(zip, packedEnd, said, refuse) : 0) };
}

/** Checksum, packed size and size. */
function numbersAt(zip: Buffer, at: number): readonly number[] {
  return [0, 4, 8].map((each) => zip.readUInt32LE(at + each));
}

function descriptorSize(zip: Buffer, at: number, said: readonly number[], refuse: Refuse): number {
  const isThere = (from: number): boolean =>
    from + DESCRIPTOR.size <= zip.length && numbersAt(zip, from).every((each, i) => each === said[i]);
  const isSigned = at + 4 <= zip.length && zip.readUInt32LE(at) === DESCRIPTOR.signature;
  if (isSigned && isThere(at + 4)) return DESCRIPTOR.signedSize;
  return isThere(at) ? DESCRIPTOR.size : refuse("A file in this archive and its directory differ.");
}

function inflated(packed: Buffer, { method, size, crc }: ZipEntry, refuse: Refuse): Buffer {
  let bytes = packed;
  try {
    // A size of 0 is no limit to zlib.
    if (method === DEFLATED) bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    refuse("A file in this archive is damaged, or larger than the archive says.");
  }
  if (bytes.length !== size || crc32(bytes) !== crc) refuse("A file in this archive is damaged.");
  return bytes;
}
