import type { KindName } from "../formats/constants.ts";

/** What the register says of the claim that a disclosure is about. */
export interface Attested {
  readonly chainId: bigint;
  /** Address of the compliance registry. */
  readonly registry: string;
  /** Key of the batch, and its commitment, public signal `batch`. */
  readonly key: string;
  readonly batch: bigint;
  /** Index of the claim in the batch's policy, and what the policy says of it. */
  readonly claim: number;
  readonly stage: number;
  readonly kind: KindName;
  /** Public signal `rule`. */
  readonly rule: bigint;
  /** Signals of the attestation that counts now; undefined: the claim has none. */
  readonly proven: Proven | undefined;
  /** Evidence of the exceptions on this claim, 0x hex, by their numbers. */
  readonly exceptions: ReadonlyMap<number, string>;
}

/** What an attestation binds of a record. */
export interface Proven {
  readonly head: bigint;
  readonly record: bigint;
  /** Why nobody should rely on it yet, a sentence each: those of `doubtsAbout`. */
  readonly doubts: readonly string[];
}

/** How an attestation stands whose proof verified. */
export interface Standing {
  readonly circuitId: string;
  /** Whether whoever reads knows what the circuit proves. */
  readonly known: boolean;
  /** Whether the circuit was frozen as unsound. */
  readonly unsound: boolean;
  /** Whether an exception refused the claim since. */
  readonly refused: boolean;
}

/** What a disclosure that belongs to an attestation rests on besides its proof: from a node and from a report the same. */
export function doubtsAbout({ circuitId, known, unsound, refused }: Standing): string[] {
  return [
    ...(known ? [] : [`What circuit ${circuitId} proves is not known here.`]),
    ...(unsound ? [`Circuit ${circuitId} was frozen as unsound: its proofs prove nothing.`] : []),
    ...(refused ? ["The claim is refused: missing until it is attested or amended anew."] : []),
  ];
}
