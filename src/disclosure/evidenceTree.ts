import { concatBytes } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";

/**
 * The salted tree (SHA-256) over the lines of raw files, which an exception commits to: leaf k = sha256(0x00, k as 8 bytes,
 * salt_k, bytes), node = sha256(0x01, left, right), an odd node moves up, root = sha256(0x02, number of leaves as 8 bytes, top). A
 * leaf holds its number and the root the size of the tree, so there is one way up for each number, and one line.
 */

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const ROOT = Uint8Array.of(2);
const NUMBER_BYTES = 8;

/** Leaf of line `number`, from 0. `salt`: 32 bytes. */
export function evidenceLeaf(number: number, salt: Uint8Array, line: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF, numberBytes(number), salt, line));
}

function numberBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

/** Neighbouring leaves of a tree, and what leads from them to its root. */
export interface EvidenceRange {
  /** Leaves of the whole tree, and the number of the first shown one. */
  readonly count: number;
  readonly first: number;
  /** From the leaves up, on each level the left one first. */
  readonly siblings: readonly Uint8Array[];
}

/** The root of all leaves; the top of none is empty. */
export function evidenceRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return rootOf(leaves.length, levelsOf(leaves).at(-1)?.[0] ?? new Uint8Array());
}

function rootOf(count: number, top: Uint8Array): Uint8Array {
  return sha256(concatBytes(ROOT, numberBytes(count), top));
}

/** What leads from `shown` leaves from `first` on to the root. */
export function evidenceRange(leaves: readonly Uint8Array[], first: number, shown: number): EvidenceRange {
  let [begin, end] = [first, first + shown];
  const siblings = levelsOf(leaves).flatMap((level) => {
    const { left, right } = neededAt(begin, end, level.length);
    const needed = [...(left ? [begin - 1] : []), ...(right ? [end] : [])];
    [begin, end] = [Math.floor(begin / 2), Math.ceil(end / 2)];
    return needed.map((i) => level[i] ?? LEAF);
  });
  return { count: leaves.length, first, siblings };
}

/** The root to which these leaves lead; undefined where siblings are missing or left over, or leaves stand beyond the last one. */
export function rootOfRange(
  leaves: readonly Uint8Array[],
  { count, first, siblings }: EvidenceRange,
): Uint8Array | undefined {
  if (first + leaves.length > count) return undefined;
  let [level, begin, used] = [leaves, first, 0];
  for (let size = count; size > 1; size = Math.ceil(size / 2)) {
    const { left, right } = neededAt(begin, begin + level.length, size);
    const taken = siblings.slice(used, (used += Number(left) + Number(right)));
    level = parentsOf([...(left ? taken.slice(0, 1) : []), ...level, ...(right ? taken.slice(-1) : [])]);
    begin = Math.floor(begin / 2);
  }
  const [top] = level;
  return top !== undefined && used === siblings.length && level.length === 1 ? rootOf(count, top) : undefined;
}

/** Whether the nodes `begin` to `end` of a level have children's siblings beside them that are not shown. */
function neededAt(begin: number, end: number, size: number): { readonly left: boolean; readonly right: boolean } {
  return { left: begin % 2 === 1, right: end % 2 === 1 && end < size };
}

/** All levels, the leaves first. */
function levelsOf(leaves: readonly Uint8Array[]): (readonly Uint8Array[])[] {
  const levels = [leaves];
  for (let level = leaves; level.length > 1;) levels.push((level = parentsOf(level)));
  return levels;
}

function parentsOf(level: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = level.slice(i, i + 2);
    if (left !== undefined) parents.push(right === undefined ? left : sha256(concatBytes(NODE, left, right)));
  }
  return parents;
}
