import type {
  ChallengeName,
  ClaimClassName,
  HoldSide,
  NeededForName,
  ReleaseName,
  StatusName,
} from "../formats/codes.ts";
import type { KindName } from "../formats/constants.ts";
import type { SetupKind } from "../setup/keyGate.ts";

/**
 * What a register says of one batch at one block: whatever is printed, signed, exported or shown of a batch to people beside the
 * register is made of this and of nothing else. It names no person, site, account or reading. Hashes and keys are 0x hex, times
 * RFC 3339 in UTC.
 */
export interface Standing {
  readonly format: "batchproof-standing/1";
  /** Decimal. */
  readonly chainId: string;
  /** Address of the compliance registry. */
  readonly registry: string;
  /** Key of the batch. */
  readonly batch: string;
  /** Public signal `batch`. */
  readonly commitment: string;
  /** Everything is of this block. */
  readonly block: number;
  readonly hash: string;
  readonly time: string;
  readonly policy: StandingPolicy;
  /** When the batch was opened, or its opening last replaced. */
  readonly opened: string;
  readonly due: { readonly release: string; readonly completion: string };
  readonly status: StatusName;
  readonly release: ReleaseName;
  /** When it was certified last; null: never. Whether that still counts, `release` says. */
  readonly certified: string | null;
  readonly recalled: boolean;
  /** Who holds it or a batch that it supersedes: the side alone, and the order of an authority. */
  readonly holds: readonly { readonly side: HoldSide; readonly order: string | null }[];
  /** Of the batch itself; and of those that it supersedes, with revoked consents on which no QP decided. */
  readonly openExceptions: { readonly own: number; readonly inherited: number };
  readonly challenge: { readonly kinds: readonly ChallengeName[]; readonly decided: boolean } | null;
  readonly supply: {
    readonly administration: string;
    readonly notificationDue: string;
    readonly notified: boolean;
  } | null;
  /** Some circuit that may prove a claim has development keys, whose proofs anybody can forge. */
  readonly developmentKeys: boolean;
  readonly stages: readonly StandingStage[];
  readonly claims: readonly StandingClaim[];
}

export interface StandingPolicy {
  readonly policyId: string;
  /** As people chose them: texts of others. */
  readonly product: string;
  readonly version: number;
  /** Hash of the policy's document. */
  readonly document: string;
}

export interface StandingStage {
  /** Head that its end has in the register; null: none. */
  readonly head: string | null;
  /** The register lets this stage begin. */
  readonly ready: boolean;
  /** The head was set without a custody proof. */
  readonly asserted: boolean;
  /** A QP named for it has to confirm it before the batch is certified; null: the policy asks for none. */
  readonly confirmed: boolean | null;
}

/** What counts now: refused by an exception (whatever was proven before), proven, settled by people, or nothing. */
export type ClaimState = "refused" | "proven" | "settled" | "missing";

export interface StandingClaim {
  readonly index: number;
  readonly stage: number;
  readonly kind: KindName | null;
  readonly class: ClaimClassName | null;
  readonly neededFor: NeededForName | null;
  readonly state: ClaimState;
  /** Rule hash, public signal `rule`. */
  readonly rule: string;
  /** Of a claim that is proven: by what, since when, and whether the proof was verified again when this was read. */
  readonly proof: StandingProof | null;
}

export interface StandingProof {
  readonly circuitId: string;
  /** Name under which the lock file pins the circuit; null: nobody here knows what it proves. */
  readonly circuit: string | null;
  readonly setup: SetupKind;
  /** The register froze the circuit as unsound. */
  readonly unsound: boolean;
  /** Time of the block of its attestation. */
  readonly attested: string;
  /** Names of the deviations that it declares. */
  readonly deviations: readonly string[];
}
