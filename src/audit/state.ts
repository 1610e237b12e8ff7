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
  /** What the journal of each contract must be, as its events say: by the part that it is of the register. */
  readonly journals: Record<string, string>;
  /** What waits for a second person, or was taken back: by contract and id, "part/id". */
  readonly proposals: Record<string, ProposalState>;
  /** Roles by role and account, "role/account". */
  readonly roles: Record<string, RoleState>;
  /** Hash of the person behind an account, by account. */
  readonly persons: Record<string, string>;
  readonly circuits: Record<string, CircuitState>;
  /** Since when the register takes development keys: its deployment. Absent: it takes none. */
  developmentAllowed?: Moment;
  readonly policies: Record<string, PolicyState>;
  /** By root, decimal. */
  readonly roots: Record<string, RootState>;
  readonly consents: Record<string, { readonly holder: string; revoked?: Moment }>;
  /** By key, in the order of their opening. */
  readonly batches: Record<string, AuditedBatch>;
  /** Batches opened so far, by owner. */
  readonly serials: Record<string, number>;
  /** Exceptions by owner and rule, "owner/rule". */
  readonly repeats: Record<string, number>;
  /** What was done to the register as a whole by somebody without the role for it. */
  readonly unentitled: UnentitledState[];
  /** Attestations and amendments so far; numbers them. */
  proofs: number;
  exceptions: number;
  requests: number;
  /** Proofs that were verified, whatever came out. */
  verified: number;
  /** Who paused the register, while it is paused. */
  paused?: Moment;
}

/** When and by whom. */
export interface Moment {
  readonly block: number;
  /** The block's time, Unix seconds. */
  readonly time: number;
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

/** Something done by an account that did not hold the role for it. */
export interface UnentitledState extends Moment {
  /** Name of the event. */
  readonly event: string;
  /** The role that it lacked, in words. */
  readonly lacked: string;
}

export interface ProposalState {
  /** In words. */
  readonly what: string;
  /** Key of the batch that it is about; null: it is about the register. */
  readonly batch: string | null;
  /** Its latest proposal, as long as nobody approved it or took it back. */
  waiting?: Moment;
  readonly withdrawn: Moment[];
}

export interface RoleState {
  /** What the account holds it with; absent: it was taken away. */
  terms?: RoleTerms;
  readonly changes: RoleChange[];
}

export interface RoleTerms {
  /** Hash of the person behind the account. */
  readonly person: string;
  /** Unix seconds, decimal; exclusive at the end. */
  readonly from: string;
  readonly to: string;
}

export interface RoleChange extends Moment {
  /** `founded`: one of the two grants with which the register began. */
  readonly kind: "founded" | "proposed" | "granted" | "revoked";
  /** Of a proposal or a grant. */
  readonly terms?: RoleTerms;
  /** Set where the account was known as another person before: that person's hash. */
  readonly knownAs?: string;
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
  /** Stages that a QP named for them confirms. */
  readonly confirmedStages: readonly number[];
  readonly claims: readonly PolicyClaimState[];
  readonly proposed: Moment;
  /** `effectiveFrom`: since when batches may be opened under it, Unix seconds, decimal. */
  approved?: Moment & { readonly authorisation: string; readonly effectiveFrom: string };
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
  /** Its place among the roots that were approved: 1, 2, 3, ... */
  number?: number;
  approved?: Moment & { readonly documentHash: string };
  /** `since`: what was attested before it stands; Unix seconds, decimal. */
  revoked?: ReasonedMoment & { readonly since: string };
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
  /** QPs by what they are named for: a stage, or `BATCH_SEAT`. */
  readonly seats: Record<string, string[]>;
  readonly qpsAdded: (Moment & { readonly seat: number; readonly qp: string })[];
  /** What QPs confirmed of stages, or took back (zero hash); void where the batch has another revision by now. */
  readonly confirmations: (Moment & { readonly stage: number; readonly document: string; readonly revision: number })[];
  /** Amendments, and settled claims that are settled no more, so far. */
  revision: number;
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
  /** Attestations that count no more: an amendment replaced them, or opened their claims again. */
  readonly replaced: (AttestationState & { readonly claim: number })[];
  /** Claims for which an accepted exception stands in place of a proof. */
  settled: number[];
  /** Claims that an exception closed as rejected: missing until they are attested or amended anew. */
  refused: number[];
  /** Roots that its proofs used, replaced ones too, in the order of their first use; `lastUsed`: Unix seconds. */
  readonly usedRoots: { readonly root: string; lastUsed: number }[];
  readonly exceptions: ExceptionState[];
  readonly amendments: AmendmentState[];
  readonly certified: (Moment & { readonly problem?: string })[];
  /** Openings, decimal. */
  readonly openingsReplaced: (ReasonedMoment & { readonly previous: string; readonly opening: string })[];
  readonly submittersNamed: (Moment & { readonly submitter: string })[];
  readonly extensions: (ReasonedMoment & {
    readonly which: "release" | "completion";
    /** Unix seconds, decimal. */
    readonly previous: string;
    readonly due: string;
  })[];
  readonly holds: HoldState[];
  readonly requests: RequestState[];
  /** What QPs decided to go on in spite of. `challenge`: the hash of exactly that. */
  readonly challengesDecided: (ReasonedMoment & { readonly challenge: string; readonly kinds: number })[];
  revocationDecided?: ReasonedMoment;
  recalled?: ReasonedMoment;
  /** Rejected or aborted. */
  ended?: ReasonedMoment;
  supplied?: SupplyState;
  readonly completions: Moment[];
  /** Proofs that do not verify, also of attestations amended since. */
  readonly unproven: UnprovenState[];
  /** What was done to it by somebody without the role for it. */
  readonly unentitled: UnentitledState[];
  trail: string;
  exceptionsHash: string;
}

/** What a proof says publicly; numbers as decimal text. */
export interface Said {
  readonly circuitId: string;
  readonly head: string;
  readonly record: string;
  /** Bitmap. */
  readonly deviations: string;
}

export interface AttestationState extends Said {
  /** Its number among all proofs. */
  readonly proof: number;
  /** Root, decimal. */
  readonly parties: string;
  /** Account that sent it, and vouches for nothing. */
  readonly submitter: string;
  readonly block: number;
  readonly time: number;
  readonly transaction: string;
}

export interface AmendmentState extends ReasonedMoment {
  readonly claim: number;
  /** Number of its proof. */
  readonly proof: number;
  /** Number of claims that are open again. */
  readonly reopened: number;
  readonly before: Said;
  readonly after: Said;
}

/** A proof that does not verify. `code`: the check that refused it. */
export interface UnprovenState {
  readonly proof: number;
  readonly claim: number;
  readonly code: ErrorCode;
  readonly block: number;
  readonly time: number;
  readonly transaction: string;
}

export interface ExceptionState extends Moment {
  readonly id: number;
  readonly claim: number;
  readonly category: ExceptionCategoryName;
  readonly severity: number;
  readonly qmsRef: string;
  /** Hash of the evidence. */
  readonly evidence: string;
  /** Exceptions of this owner about this rule, this one included. */
  readonly repeats: number;
  readonly byAuthority: boolean;
  /** How it may be closed, as it was last proposed and not taken back. */
  proposed?: Moment & { readonly disposition: DispositionName; readonly id: string };
  /** Every closing that was proposed, whatever became of it. */
  readonly closings: (Moment & { readonly disposition: DispositionName; readonly evidence: string })[];
  /** `proposer`: who proposed exactly what was confirmed. */
  closed?: Moment & {
    readonly disposition: DispositionName;
    /** Hash of the evidence for it. */
    readonly evidence: string;
    readonly settled: boolean;
    readonly proposer: string;
  };
  /** That the authority agrees to the closing. */
  acknowledged?: Moment;
}

export interface HoldState extends ReasonedMoment {
  /** One of `HOLD`. */
  readonly side: number;
  /** Name of the order; absent: none. */
  readonly order?: string;
  lifted?: ReasonedMoment;
}

export interface RequestState extends Moment {
  readonly id: number;
  readonly claim: number;
  /** Unix seconds, decimal: whoever asks may give any. */
  readonly from: string;
  readonly to: string;
  dueBy: string;
  /** The answer that stands. */
  answered?: AnswerState;
  /** Every answer, also those that did not do. */
  readonly answers: AnswerState[];
  accepted?: Moment;
  withdrawn?: Moment;
  /** Due dates, Unix seconds, decimal. */
  readonly reopened: (Moment & { readonly previous: string; readonly dueBy: string })[];
}

export interface AnswerState extends Moment {
  /** Hash of what was disclosed. */
  readonly disclosure: string;
}

export interface SupplyState extends Moment {
  /** Hashes of the two documents. */
  readonly riskEvaluation: string;
  readonly physicianRequest: string;
  /** When it is or was administered, Unix seconds, decimal. */
  readonly administration: string;
  /** Whether it had been certified. */
  readonly released: boolean;
  /** `at`: when the authority was notified, Unix seconds, decimal. */
  notified?: Moment & { readonly at: string };
}

/** A register of which nothing is known yet. */
export function emptyState(chainId: bigint, registry: string): RegisterState {
  return {
    chainId: chainId.toString(),
    registry,
    journals: {},
    proposals: {},
    roles: {},
    persons: {},
    circuits: {},
    policies: {},
    roots: {},
    consents: {},
    batches: {},
    serials: {},
    repeats: {},
    unentitled: [],
    proofs: 0,
    exceptions: 0,
    requests: 0,
    verified: 0,
  };
}
