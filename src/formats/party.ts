import { IMT } from "@zk-kit/imt";
import { inputError } from "../errors.ts";
import { PARTY_DEPTH, TAG } from "./constants.ts";
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

/** Merkle path of a leaf: bit 1 means that the node on the path is the right child. */
export interface PartyPath {
  readonly bits: readonly number[];
  readonly siblings: readonly bigint[];
}

/** Root that a leaf and its path lead to. */
export function partyRootOf(leaf: PartyLeaf, path: PartyPath): bigint {
  return path.siblings.reduce(
    (node, sibling, i) => nodeHash(path.bits[i] === 1 ? [sibling, node] : [node, sibling]),
    partyLeafHash(leaf),
  );
}

function nodeHash(children: readonly bigint[]): bigint {
  return poseidon([BigInt(TAG.PARTY_NODE), ...children]);
}

/** The tree of authorised parties and devices: binary, depth 12, empty leaves 0, node tag unlike the leaf tag. */
export class PartyTree {
  readonly #tree: IMT;

  constructor(leaves: readonly PartyLeaf[]) {
    if (leaves.length > 2 ** PARTY_DEPTH) {
      throw inputError(`A party tree holds at most ${2 ** PARTY_DEPTH} leaves.`, { code: "party-count" });
    }
    this.#tree = new IMT((children) => nodeHash(children.map(BigInt)), PARTY_DEPTH, 0n, 2, leaves.map(partyLeafHash));
  }

  /** Public signal `parties`. */
  get root(): bigint {
    return BigInt(this.#tree.root);
  }

  /** Path of a leaf; refuses a leaf that is not in the tree (`party`). */
  path(leaf: PartyLeaf): PartyPath {
    const index = this.#tree.indexOf(partyLeafHash(leaf));
    if (index < 0) throw inputError("This party is not in the party list.", { code: "party" });
    const proof = this.#tree.createProof(index);
    return {
      bits: proof.pathIndices,
      siblings: proof.siblings.map(([sibling]: readonly unknown[]) => sibling as bigint),
    };
  }
}

/** A party with its place in the tree. */
export interface ListedParty {
  readonly leaf: PartyLeaf;
  readonly path: PartyPath;
}
