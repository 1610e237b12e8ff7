import type { RegisteredClaim } from "../formats/registeredClaim.ts";

/** What the register says of the claim that a disclosure is about. */
export interface Attested extends RegisteredClaim {
  /** Signals of the attestation that counts now; undefined: the claim has none. */
  readonly proven: Proven | undefined;
}

/** What an attestation binds of a record. */
export interface Proven {
  readonly head: bigint;
  readonly record: bigint;
  /** Why nobody should rely on it yet, a sentence each: those of `doubtsAbout`. */
  readonly doubts: readonly string[];
}

/** What is known of an attestation whose proof verified. */
export interface Grounds {
  readonly circuitId: string;
  /** Whether whoever reads knows what the circuit proves. */
  readonly known: boolean;
  /** Whether the circuit was frozen as unsound. */
  readonly unsound: boolean;
  /** Whether an exception refused the claim since. */
  readonly refused: boolean;
}

/** What a disclosure that belongs to an attestation rests on besides its proof: from a node and from a report the same. */
export function doubtsAbout({ circuitId, known, unsound, refused }: Grounds): string[] {
  return [
    ...(known ? [] : [`What circuit ${circuitId} proves is not known here.`]),
    ...(unsound ? [`Circuit ${circuitId} was frozen as unsound: its proofs prove nothing.`] : []),
    ...(refused ? ["The claim is refused: missing until it is attested or amended anew."] : []),
  ];
}
