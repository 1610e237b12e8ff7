import { IMT } from "@zk-kit/imt";
import { inputError } from "../errors.ts";
import { MAX_PARTIES, PARTY_ARITY, PARTY_DEPTH, TAG } from "./constants.ts";
import { poseidon } from "./poseidon.ts";

/** A key (id0, id1 = its coordinates) with a role, or a device (deviceHash, 0). Validity in Unix seconds, inclusive. */
export interface PartyLeaf {
  readonly id0: bigint;
  readonly id1: bigint;
  readonly role: bigint;
  readonly org: bigint;
  readonly secretHash: bigint;
  readonly notBefore: bigint;
  readonly notAfter: bigint;
}

/** The order in which a leaf absorbs its fields. */
export const PARTY_LEAF_FIELDS = [
  "id0",
  "id1",
  "role",
  "org",
  "secretHash",
  "notBefore",
  "notAfter",
] as const satisfies readonly (keyof PartyLeaf)[];

export function partyLeafHash(leaf: PartyLeaf): bigint {
  return poseidon([BigInt(TAG.PARTY), ...PARTY_LEAF_FIELDS.map((field) => leaf[field])]);
}

/** From a leaf to the root: on each level, lowest first, the four children of the node above. */
export interface PartyPath {
  readonly children: readonly (readonly bigint[])[];
}

/** Whether a leaf's path leads to a root: on every level the node that was reached is among the children. */
export function isListed(leaf: PartyLeaf, { children }: PartyPath, root: bigint): boolean {
  let node = partyLeafHash(leaf);
  const isPath = children.every((level) => {
    const holds = level.length === PARTY_ARITY && level.includes(node);
    node = nodeHash(level);
    return holds;
  });
  return isPath && children.length === PARTY_DEPTH && node === root;
}

function nodeHash(children: readonly bigint[]): bigint {
  return poseidon(children, BigInt(TAG.PARTY_NODE));
}

/** The tree of authorised parties and devices: 4-ary, 6 levels, empty leaves 0, the tag of nodes in the capacity. */
export class PartyTree {
  readonly #tree: IMT;

  constructor(leaves: readonly PartyLeaf[]) {
    if (leaves.length > MAX_PARTIES) {
      throw inputError(`A party tree holds at most ${MAX_PARTIES} leaves.`, { code: "party-count" });
    }
    const hash = (children: readonly (string | number | bigint)[]): bigint => nodeHash(children.map(BigInt));
    this.#tree = new IMT(hash, PARTY_DEPTH, 0n, PARTY_ARITY, leaves.map(partyLeafHash));
  }

  /** Public signal `parties`. */
  get root(): bigint {
    return BigInt(this.#tree.root);
  }

  /** Path of a leaf; refuses a leaf that is not in the tree (`party`). */
  path(leaf: PartyLeaf): PartyPath {
    let node = partyLeafHash(leaf);
    const index = this.#tree.indexOf(node);
    if (index < 0) throw inputError("This party is not in the party list.", { code: "party" });
    const { pathIndices, siblings } = this.#tree.createProof(index);
    const children = siblings.map((others: readonly unknown[], level) => {
      const all = (others as readonly bigint[]).toSpliced(pathIndices[level] ?? 0, 0, node);
      node = nodeHash(all);
      return all;
    });
    return { children };
  }
}

/** A party with its place in the tree. */
export interface ListedParty {
  readonly leaf: PartyLeaf;
  readonly path: PartyPath;
}
