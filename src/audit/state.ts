import type { ErrorCode } from "../errorCodes.ts";
import type { DispositionName, ExceptionCategoryName } from "../formats/codes.ts";

/**
 * What the events told so far. Plain JSON (numbers beyond 2^53 as decimal text), because it is kept in a file between
 * two audits. Ids, hashes and addresses are 0x hex.
 */
export interface RegisterState {
  readonly chainId: string;
  /** Address of the compliance registry. */
  readonly registry: string;
  readonly circuits: Record<string, CircuitState>;
  /** Proposals of circuits, by what was proposed. */
  readonly circuitProposals: Record<string, Moment>;
  /** Since when the register takes development keys: its deployment. Absent: it takes none. */
  developmentAllowed?: Moment;
  readonly policies: Record<string, PolicyState>;
  /** By root, decimal. */
  readonly roots: Record<string, RootState>;
  readonly consents: Record<string, { readonly holder: string; revoked?: Moment }>;
  /** By key, in the order of their opening. */
  readonly batches: Record<string, AuditedBatch>;
  /** Events of each kind, by owner; `COUNTER` in order. */
  readonly counts: Record<string, number[]>;
  /** Exceptions by owner and rule, "owner/rule". */
  readonly repeats: Record<string, number>;
  /** Attestations and amendments so far; numbers them. */
  proofs: number;
  exceptions: number;
  requests: number;
  answers: number;
  /** Block at which all this was compared with the register's own answers; -1: never. */
  compared: number;
  /** Proofs that were verified, whatever came out. */
  verified: number;
  /** Who paused the register, while it is paused. */
  paused?: Moment;
  /** Calls of which not all events came yet, by batch: none at the end of a block. */
  pending: Record<string, PendingCall>;
}

/** When and by whom. */
export interface Moment {
  readonly block: number;
  readonly transaction: string;
  /** Account; absent where the event does not say. */
  readonly by?: string;
}

/** A moment and the reason that was given. */
export interface ReasonedMoment extends Moment {
  /** Name of the reason. */
  readonly reason: string;
  /** Salted hash of the words; absent: none. */
  readonly words?: string;
}

export interface CircuitState {
  readonly kind: number;
  readonly tier: number;
  readonly development: boolean;
  /** sha256 of the transcript of the ceremony that made the key; zero hash: none. */
  readonly transcript: string;
  /** The verifying key, 1,024 bytes as 0x hex. */
  readonly key: string;
  readonly proposed: Moment;
  readonly added: Moment;
  frozen?: Moment & { readonly effective: number; readonly unsound: boolean };
}

export interface PolicyState {
  readonly product: string;
  readonly version: number;
  readonly stages: number;
  readonly claims: readonly PolicyClaimState[];
  readonly proposed: Moment;
  approved?: Moment & { readonly authorisation: string };
  readonly endorsed: Moment[];
  retired?: ReasonedMoment;
}

export interface PolicyClaimState {
  readonly circuitIds: readonly string[];
  /** Decimal. */
  readonly rule: string;
  readonly stage: number;
  readonly class: number;
  readonly neededFor: number;
  readonly severity: number;
}

export interface RootState {
  approved?: Moment;
  revoked?: ReasonedMoment;
}

/** What `statusOf` of the contract computes from. */
export type StoredStatus = "Open" | "Released" | "Completed" | "Rejected" | "Aborted" | "ExceptionalSupply";

export interface AuditedBatch {
  readonly owner: string;
  readonly serial: number;
  /** Commitment, decimal. */
  readonly batch: string;
  opening: string;
  readonly policyId: string;
  /** Unix seconds, decimal: the register takes any. */
  readonly due: [release: string, completion: string];
  /** Zero hash: none. */
  readonly consent: string;
  /** Zero hash: none. */
  readonly supersedes: string;
  readonly qps: readonly string[];
  readonly opened: Moment;
  /** When it was opened, or its opening last replaced, Unix seconds: signal `opened` of its proofs. */
  openingTime: number;
  status: StoredStatus;
  /** Heads by stage, decimal. */
  heads: Record<string, string>;
  /** Stages whose head was set without custody proof. */
  readonly asserted: (Moment & { readonly stage: number })[];
  /** The attestation that counts now, by claim. */
  attested: Record<string, AttestationState>;
  /** Claims for which an accepted exception stands in place of a proof. */
  settled: number[];
  readonly exceptions: ExceptionState[];
  readonly amendments: (ReasonedMoment & { readonly claim: number; readonly reopened: number })[];
  readonly certified: (Moment & { readonly problem?: string })[];
  readonly openingsReplaced: ReasonedMoment[];
  readonly submittersNamed: (Moment & { readonly submitter: string })[];
  readonly extensions: (ReasonedMoment & {
    readonly which: "release" | "completion";
    /** Unix seconds, decimal. */
    readonly previous: string;
    readonly due: string;
  })[];
  readonly holds: (ReasonedMoment & { readonly hold: number; lifted?: ReasonedMoment })[];
  readonly requests: RequestState[];
  revocationDecided?: ReasonedMoment;
  recalled?: ReasonedMoment;
  /** Rejected, aborted or supplied exceptionally. */
  ended?: ReasonedMoment;
  completed?: Moment;
  /** Proofs that do not verify, also of attestations amended since. */
  readonly unproven: UnprovenState[];
  trail: string;
  exceptionsHash: string;
  /** Block of its latest event. */
  touched: number;
}

export interface AttestationState {
  /** Its number among all proofs. */
  readonly proof: number;
  readonly circuitId: string;
  /** Root, decimal. */
  readonly parties: string;
  /** Bitmap. */
  readonly deviations: number;
  readonly block: number;
  readonly transaction: string;
}

/** A proof that does not verify. `code`: the check that refused it. */
export interface UnprovenState {
  readonly proof: number;
  readonly claim: number;
  readonly code: ErrorCode;
  readonly block: number;
  readonly transaction: string;
}

export interface ExceptionState extends Moment {
  readonly id: number;
  readonly claim: number;
  readonly category: ExceptionCategoryName;
  readonly severity: number;
  readonly qmsRef: string;
  /** Exceptions of this owner about this rule, this one included. */
  readonly repeats: number;
  readonly proposals: (Moment & { readonly disposition: DispositionName; readonly evidence: string })[];
  /** `proposer`: who proposed exactly what was confirmed. */
  closed?: Moment & { readonly disposition: DispositionName; readonly settled: boolean; readonly proposer: string };
}

export interface RequestState extends Moment {
  readonly id: number;
  readonly claim: number;
  /** Unix seconds, decimal: whoever asks may give any. */
  readonly from: string;
  readonly to: string;
  readonly dueBy: string;
  answered?: Moment;
}

/** What one call told so far: its events come one by one. */
export interface PendingCall {
  /** Proofs of an `attest` that is not finished. */
  readonly items: PendingItem[];
  /** Trails as the register told them, for calls whose own event has not come yet. */
  readonly told: string[];
  /** Trails as computed from events, for calls whose trail was not told yet. */
  readonly computed: string[];
}

/** One proof as its event tells it; numbers as decimal text. */
export interface PendingItem {
  readonly claim: number;
  readonly circuitId: string;
  readonly head: string;
  readonly parties: string;
  readonly record: string;
  readonly deviations: string;
  readonly proof: readonly string[];
}

/** A register of which nothing is known yet. */
export function emptyState(chainId: bigint, registry: string): RegisterState {
  return {
    chainId: chainId.toString(),
    registry,
    circuits: {},
    circuitProposals: {},
    policies: {},
    roots: {},
    consents: {},
    batches: {},
    counts: {},
    repeats: {},
    proofs: 0,
    exceptions: 0,
    requests: 0,
    answers: 0,
    compared: -1,
    verified: 0,
    pending: {},
  };
}
