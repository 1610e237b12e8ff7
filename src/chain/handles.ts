import {
  Contract,
  type BaseContract,
  type BaseContractMethod,
  type ContractRunner,
  type ContractTransactionResponse,
} from "ethers";
import { compiled, type ContractName } from "./contracts.ts";
import type { ChainPolicy } from "../formats/chainPolicy.ts";
import type { Certificate } from "../formats/certificate.ts";

type Call<A extends unknown[]> = BaseContractMethod<A, unknown, ContractTransactionResponse>;
type View<A extends unknown[], R> = BaseContractMethod<A, R, R>;

/** One proof as `attest` and `amend` take it. */
export interface Item {
  readonly claim: number;
  readonly circuitId: string;
  readonly head: bigint;
  readonly parties: bigint;
  readonly record: bigint;
  readonly deviations: bigint;
  /** A (x, y), B (x.c1, x.c0, y.c1, y.c0), C (x, y). */
  readonly proof: readonly bigint[];
}

/** One proof with what it proves, as `CircuitRegistry.verifyMany` takes it. */
export interface VerifiedProof {
  readonly circuitId: string;
  /** In the order of `SIGNALS`. */
  readonly signals: readonly bigint[];
  /** As in `Item`. */
  readonly proof: readonly bigint[];
}

/** What `CircuitRegistry.circuitOf` returns. */
export interface StoredCircuit {
  readonly key: string;
  readonly kind: bigint;
  readonly tier: bigint;
  readonly development: boolean;
  readonly unsound: boolean;
  /** Unix seconds; 0: not frozen. */
  readonly frozenFrom: bigint;
}

/** What `PartyRegistry.rootOf` returns. Times are Unix seconds, 0: never. */
export interface StoredRoot {
  readonly approvedAt: bigint;
  readonly validUntil: bigint;
  readonly revokedAt: bigint;
  /** What was attested before stands. */
  readonly revokedSince: bigint;
  /** From 1, in the order of first approvals; 0: never approved. */
  readonly number: bigint;
  readonly documentHash: string;
}

/** What `ComplianceRegistry.batchOf` returns. `status` is the stored state: show the gate's `statusOf`. */
export interface StoredBatch {
  readonly owner: string;
  readonly serial: bigint;
  readonly openExceptions: bigint;
  readonly status: bigint;
  /** How many accounts hold it. */
  readonly holds: bigint;
  readonly recalled: boolean;
  readonly revocationDecided: boolean;
  /** When it was opened, or its opening last replaced, Unix seconds. */
  readonly opened: bigint;
  /** When it was first opened: due dates count from then. */
  readonly firstOpened: bigint;
  /** When a batch that was supplied exceptionally is administered; 0: none. */
  readonly administration: bigint;
  /** How often it was certified: the nonce of the next certificate. */
  readonly certified: bigint;
  /** Grows whenever what was attested or settled before is taken back: a stage confirmed earlier is not any more. */
  readonly revision: bigint;
  /** Whether the authority was notified of the exceptional supply. */
  readonly authorityNotified: boolean;
  readonly due: readonly [bigint, bigint];
  readonly batch: bigint;
  readonly opening: bigint;
  readonly policyId: string;
  /** Sets of claims: bit i stands for claim i. */
  readonly attested: bigint;
  readonly settled: bigint;
  /** Rejected in the last closing: missing also where attested. */
  readonly refused: bigint;
  readonly openClaims: bigint;
  /** Stages whose head was set without a custody proof: bit i stands for stage i. */
  readonly assertedHeads: bigint;
  readonly trail: string;
  readonly exceptionsHash: string;
  readonly consent: string;
  readonly supersedes: string;
  /** The challenge that a QP decided on last; zero: none. */
  readonly challengeDecided: string;
}

/** A Qualified Person who confirms a stage, as `openBatch` takes it. */
export interface StageQp {
  readonly stage: number;
  readonly qp: string;
}

/** What every contract of a deployment says. */
export interface Deployed extends BaseContract {
  /** Number of the block in which it was deployed: it has no older events. */
  readonly since: View<[], bigint>;
}

/** What every contract of a deployment says that emits events. */
export interface Journaled extends Deployed {
  /** Chains all its events. */
  readonly journal: View<[], string>;
}

/** A contract where one person proposes and another approves. */
export interface Proposed extends Journaled {
  /** Takes back what the caller proposed. `id`: as `proposals.ts` computes it. */
  readonly withdraw: Call<[id: string]>;
}

/** A role as it is proposed and approved. Times are Unix seconds. */
export type RoleTerms = [role: string, account: string, personHash: string, validFrom: bigint, validTo: bigint];

export interface Roles extends Proposed {
  readonly propose: Call<RoleTerms>;
  readonly approve: Call<RoleTerms>;
  readonly revokeRole: Call<[role: string, account: string]>;
  /** Hash of the person whose account it is, for good; zero: not known. */
  readonly personOf: View<[account: string], string>;
  readonly holds: View<[role: string, account: string], boolean>;
  readonly grantOf: View<[role: string, account: string], { personHash: string; validFrom: bigint; validTo: bigint }>;
}

export interface CircuitRegistry extends Proposed {
  readonly roles: View<[], string>;
  readonly developmentAllowed: View<[], boolean>;
  readonly propose: Call<[circuitId: string, kind: number, tier: number, development: boolean, transcript: string]>;
  readonly approve: Call<[key: string, kind: number, tier: number, development: boolean, transcript: string]>;
  readonly freeze: Call<[circuitId: string, effective: bigint, unsound: boolean]>;
  readonly verify: View<[circuitId: string, signals: readonly bigint[], proof: readonly bigint[]], []>;
  readonly verifyMany: View<[statements: readonly VerifiedProof[]], []>;
  readonly circuitOf: View<[circuitId: string], StoredCircuit>;
  readonly keyOf: View<[circuitId: string], string>;
}

export interface PolicyRegistry extends Proposed {
  readonly roles: View<[], string>;
  readonly circuits: View<[], string>;
  readonly propose: Call<[policy: ChainPolicy]>;
  readonly approve: Call<[policyId: string, authorisation: string, effectiveFrom: bigint]>;
  readonly endorse: Call<[policyId: string]>;
  readonly retire: Call<[policyId: string, reason: number, words: string]>;
  readonly ruleOf: View<[policyId: string, claim: number], bigint>;
  readonly outlineOf: View<
    [policyId: string],
    { stages: bigint; release: bigint; completion: bigint; custody: bigint; confirmed: bigint }
  >;
  readonly policyOf: View<[policyId: string], ChainPolicy>;
  readonly lifeOf: View<
    [policyId: string],
    { proposedAt: bigint; approvedAt: bigint; effectiveFrom: bigint; retiredAt: bigint }
  >;
}

export interface PartyRegistry extends Proposed {
  readonly roles: View<[], string>;
  readonly propose: Call<[root: bigint, documentHash: string]>;
  readonly approve: Call<[root: bigint, documentHash: string, authorisation: string]>;
  /** `since`, Unix seconds: what was attested before stands; 0: nothing does. */
  readonly revoke: Call<[root: bigint, since: bigint, reason: number, words: string]>;
  readonly current: View<[], bigint>;
  readonly gracePeriod: View<[], bigint>;
  readonly isValid: View<[root: bigint], boolean>;
  readonly rootOf: View<[root: bigint], StoredRoot>;
  readonly rootNumbered: View<[number: number], bigint>;
}

export interface ConsentRegistry extends Journaled {
  readonly grant: Call<[commitment: string]>;
  readonly revoke: Call<[consent: string]>;
  readonly isValid: View<[consent: string], boolean>;
  /** Unix seconds; 0: not. */
  readonly consentOf: View<[consent: string], { holder: string; grantedAt: bigint; revokedAt: bigint }>;
  readonly idOf: View<[holder: string, commitment: string], string>;
}

/** What `DisclosureRequests.requestOf` returns. */
export interface StoredRequest {
  readonly key: string;
  readonly claim: bigint;
  /** Unix seconds. */
  readonly dueBy: bigint;
  /** Zero: not answered. */
  readonly disclosureHash: string;
  /** Who asked. */
  readonly authority: string;
  readonly accepted: boolean;
}

export interface DisclosureRequests extends Journaled {
  readonly request: Call<[key: string, claim: number, from: bigint, to: bigint, dueBy: bigint]>;
  readonly answer: Call<[id: bigint, disclosureHash: string]>;
  readonly accept: Call<[id: bigint]>;
  readonly reopen: Call<[id: bigint, dueBy: bigint]>;
  readonly withdraw: Call<[id: bigint]>;
  readonly isOverdue: View<[key: string], boolean>;
  readonly openRequestsOf: View<[key: string], readonly bigint[]>;
  readonly requestOf: View<[id: bigint], StoredRequest>;
  readonly requested: View<[], bigint>;
}

/** `seat`: index of a stage, or `BATCH_SEAT`. */
export interface QualifiedPersons extends Proposed {
  readonly registry: View<[], string>;
  readonly proposeQp: Call<[key: string, seat: number, qp: string]>;
  readonly consentQp: Call<[key: string, seat: number, qp: string]>;
  /** `document`: zero takes a confirmation back. */
  readonly confirmStage: Call<[key: string, stage: number, document: string]>;
  readonly proposeClosing: Call<[id: bigint, disposition: number, evidence: string]>;
  readonly confirmClosing: Call<[id: bigint, disposition: number, evidence: string]>;
  readonly acknowledge: Call<[id: bigint]>;
  readonly isQpOf: View<[key: string, account: string], boolean>;
  readonly qpsOf: View<[key: string, seat: number], readonly string[]>;
  /** Set of stages: bit i stands for stage i. */
  readonly unconfirmedStages: View<[key: string], bigint>;
}

export interface ComplianceRegistry extends Journaled {
  readonly roles: View<[], string>;
  readonly policies: View<[], string>;
  readonly parties: View<[], string>;
  readonly circuits: View<[], string>;
  readonly consents: View<[], string>;
  readonly requests: View<[], string>;
  readonly persons: View<[], string>;
  readonly gate: View<[], string>;
  /** The register that this one continues, and its journal then; zero: none. */
  readonly predecessor: View<[], string>;
  readonly predecessorJournal: View<[], string>;
  readonly openBatch: Call<
    [
      batch: bigint,
      opening: bigint,
      policyId: string,
      due: readonly [bigint, bigint],
      consent: string,
      qps: readonly string[],
      stageQps: readonly StageQp[],
      submitters: readonly string[],
      supersedes: string,
    ]
  >;
  readonly nameSubmitter: Call<[key: string, submitter: string]>;
  readonly replaceOpening: Call<[key: string, opening: bigint, reason: number, words: string]>;
  readonly attest: Call<[key: string, items: readonly Item[]]>;
  readonly amend: Call<[key: string, item: Item, reason: number, words: string]>;
  readonly setHead: Call<[key: string, stage: number, head: bigint]>;
  readonly raiseException: Call<
    [
      keys: readonly string[],
      claims: readonly number[],
      category: number,
      severity: number,
      qmsRef: string,
      evidence: string,
    ]
  >;
  /** Sent by the list of QPs alone. */
  readonly closeException: Call<[id: bigint, disposition: number, evidence: string, qp: string]>;
  readonly decideRevocation: Call<[key: string, reason: number, words: string]>;
  readonly decideChallenge: Call<[key: string, challenge: string, reason: number, words: string]>;
  /** An empty signature: the caller is the signer, such as a QP's contract wallet. */
  readonly certify: Call<[key: string, certificate: Certificate, signature: string]>;
  /** `administration`: planned or done, Unix seconds. */
  readonly exceptionalSupply: Call<
    [key: string, riskEvaluation: string, physicianRequest: string, administration: bigint]
  >;
  readonly notifyAuthority: Call<[key: string, notifiedAt: bigint]>;
  readonly reject: Call<[key: string, reason: number, words: string]>;
  readonly abort: Call<[key: string, reason: number, words: string]>;
  /** `order`: name of an authority's order; zero for a QP without one. */
  readonly hold: Call<[keys: readonly string[], reason: number, words: string, order: string]>;
  readonly unhold: Call<[key: string, holder: string, reason: number, words: string]>;
  readonly recall: Call<[key: string, reason: number, words: string]>;
  /** `which`: 0 release, 1 completion; `due`: Unix seconds. */
  readonly extendDue: Call<[key: string, which: number, due: bigint, reason: number, words: string]>;
  readonly pause: Call<[]>;
  readonly unpause: Call<[]>;
  readonly isOpened: View<[key: string], boolean>;
  /** `disposition`: 0 is open; `authority`: who raised it, if an authority did. */
  readonly exceptionOf: View<[id: bigint], { key: string; claim: bigint; disposition: bigint; authority: string }>;
  readonly batchOfConsent: View<[owner: string, consent: string], string>;
  readonly batchOf: View<[key: string], StoredBatch>;
  readonly headOf: View<[key: string, stage: number], bigint>;
  readonly isSubmitterOf: View<[key: string, account: string], boolean>;
  /** Side of an account's hold (`HOLD`); 0: it holds nothing. */
  readonly holdOf: View<[key: string, account: string], bigint>;
  readonly repeatsOf: View<[owner: string, rule: bigint], bigint>;
  readonly keyOf: View<[owner: string, batch: bigint], string>;
}

export interface ReleaseGate extends Deployed {
  readonly registry: View<[], string>;
  readonly isReleased: View<[key: string], boolean>;
  /** Index into `RELEASE`. */
  readonly releaseOf: View<[key: string], bigint>;
  readonly isStageReady: View<[key: string, stage: number], boolean>;
  /** Index into `STATUS`. */
  readonly statusOf: View<[key: string], bigint>;
  readonly isOverdue: View<[key: string], boolean>;
  /** Of the batch and of those that it supersedes, revoked consents on which no QP decided included. */
  readonly openExceptionsOf: View<[key: string], bigint>;
  /** Sets of claims: bit i stands for claim i. */
  readonly missingClaims: View<[key: string], { release: bigint; completion: bigint }>;
  /** Bits of `CHALLENGE`, and the hash of exactly what speaks against the batch. */
  readonly challengeOf: View<[key: string], readonly [kinds: bigint, challenge: string]>;
  readonly contextOf: View<[submitter: string], bigint>;
}

/** The handle of each contract, by the contract's name. */
export interface Handles {
  readonly Roles: Roles;
  readonly CircuitRegistry: CircuitRegistry;
  readonly PolicyRegistry: PolicyRegistry;
  readonly PartyRegistry: PartyRegistry;
  readonly ConsentRegistry: ConsentRegistry;
  readonly DisclosureRequests: DisclosureRequests;
  readonly QualifiedPersons: QualifiedPersons;
  readonly ComplianceRegistry: ComplianceRegistry;
  readonly ReleaseGate: ReleaseGate;
}

/**
 * A typed handle on a deployed contract. `runner`: a signer for calls that change something, a provider for views.
 * Throws `contracts` if the contracts were not built.
 */
export function handle<N extends ContractName>(name: N, address: string, runner: ContractRunner): Handles[N] {
  // ethers adds the methods of the ABI at run time; the types above are the same methods, seen by the compiler.
  return new Contract(address, compiled(name).interface, runner) as unknown as Handles[N];
}

/** All contracts of one deployment. */
export interface Register {
  readonly roles: Roles;
  readonly circuits: CircuitRegistry;
  readonly policies: PolicyRegistry;
  readonly parties: PartyRegistry;
  readonly consents: ConsentRegistry;
  readonly requests: DisclosureRequests;
  readonly persons: QualifiedPersons;
  readonly registry: ComplianceRegistry;
  readonly gate: ReleaseGate;
}

/** Which contract each part of a deployment is. */
export const CONTRACT_OF = {
  roles: "Roles",
  circuits: "CircuitRegistry",
  policies: "PolicyRegistry",
  parties: "PartyRegistry",
  consents: "ConsentRegistry",
  requests: "DisclosureRequests",
  persons: "QualifiedPersons",
  registry: "ComplianceRegistry",
  gate: "ReleaseGate",
} as const satisfies Record<keyof Register, ContractName>;

/** Addresses of one deployment. `registry` is the compliance registry: the others can be asked of it. */
export type Addresses = Readonly<Record<keyof Register, string>>;

/** Typed handles on all contracts of a deployment. */
export function registerAt(addresses: Addresses, runner: ContractRunner): Register {
  return {
    roles: handle(CONTRACT_OF.roles, addresses.roles, runner),
    circuits: handle(CONTRACT_OF.circuits, addresses.circuits, runner),
    policies: handle(CONTRACT_OF.policies, addresses.policies, runner),
    parties: handle(CONTRACT_OF.parties, addresses.parties, runner),
    consents: handle(CONTRACT_OF.consents, addresses.consents, runner),
    requests: handle(CONTRACT_OF.requests, addresses.requests, runner),
    persons: handle(CONTRACT_OF.persons, addresses.persons, runner),
    registry: handle(CONTRACT_OF.registry, addresses.registry, runner),
    gate: handle(CONTRACT_OF.gate, addresses.gate, runner),
  };
}

/** The block of a deployment's first contract, as its contracts say. */
export async function sinceOf(addresses: Addresses, runner: ContractRunner): Promise<number> {
  const contracts: readonly Deployed[] = Object.values(registerAt(addresses, runner));
  const blocks = await Promise.all(contracts.map((contract) => contract.since()));
  return blocks.map(Number).reduce((first, block) => Math.min(first, block));
}
