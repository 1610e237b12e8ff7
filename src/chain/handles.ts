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

/** What `ComplianceRegistry.batchOf` returns. `status` is the stored state: show the gate's `statusOf`. */
export interface StoredBatch {
  readonly owner: string;
  readonly serial: bigint;
  readonly openExceptions: bigint;
  readonly status: bigint;
  /** Bits of `HOLD`. */
  readonly holds: bigint;
  readonly recalled: boolean;
  readonly revocationDecided: boolean;
  /** When it was opened, or its opening last replaced, Unix seconds. */
  readonly opened: bigint;
  readonly due: readonly [bigint, bigint];
  readonly batch: bigint;
  readonly opening: bigint;
  readonly policyId: string;
  /** Sets of claims: bit i stands for claim i. */
  readonly attested: bigint;
  readonly settled: bigint;
  readonly openClaims: bigint;
  /** Stages whose head was set without a custody proof: bit i stands for stage i. */
  readonly assertedHeads: bigint;
  readonly trail: string;
  readonly exceptionsHash: string;
  readonly consent: string;
  readonly supersedes: string;
}

/** What every contract of a deployment says. */
export interface Deployed extends BaseContract {
  /** Number of the block in which it was deployed: it has no older events. */
  readonly since: View<[], bigint>;
}

export interface Roles extends Deployed {
  readonly grant: Call<[role: string, account: string, personHash: string, validFrom: bigint, validTo: bigint]>;
  readonly revokeRole: Call<[role: string, account: string]>;
  readonly holds: View<[role: string, account: string], boolean>;
  readonly grantOf: View<[role: string, account: string], { personHash: string; validFrom: bigint; validTo: bigint }>;
}

export interface CircuitRegistry extends Deployed {
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

export interface PolicyRegistry extends Deployed {
  readonly roles: View<[], string>;
  readonly circuits: View<[], string>;
  readonly propose: Call<[policy: ChainPolicy]>;
  readonly approve: Call<[policyId: string, authorisation: string, effectiveFrom: bigint]>;
  readonly endorse: Call<[policyId: string]>;
  readonly retire: Call<[policyId: string, reason: number, words: string]>;
  readonly ruleOf: View<[policyId: string, claim: number], bigint>;
  readonly outlineOf: View<
    [policyId: string],
    { stages: bigint; release: bigint; completion: bigint; custody: bigint }
  >;
  readonly policyOf: View<[policyId: string], ChainPolicy>;
  readonly lifeOf: View<
    [policyId: string],
    { proposedAt: bigint; approvedAt: bigint; effectiveFrom: bigint; retiredAt: bigint }
  >;
}

export interface PartyRegistry extends Deployed {
  readonly roles: View<[], string>;
  readonly propose: Call<[root: bigint, documentHash: string]>;
  readonly approve: Call<[root: bigint, authorisation: string]>;
  readonly revoke: Call<[root: bigint, reason: number, words: string]>;
  readonly current: View<[], bigint>;
  readonly gracePeriod: View<[], bigint>;
  readonly isValid: View<[root: bigint], boolean>;
  readonly rootOf: View<[root: bigint], { approvedAt: bigint; validUntil: bigint; revokedAt: bigint }>;
}

export interface ConsentRegistry extends Deployed {
  readonly grant: Call<[commitment: string]>;
  readonly revoke: Call<[consent: string]>;
  readonly isValid: View<[consent: string], boolean>;
  /** Unix seconds; 0: not. */
  readonly consentOf: View<[consent: string], { holder: string; grantedAt: bigint; revokedAt: bigint }>;
  readonly idOf: View<[holder: string, commitment: string], string>;
}

export interface DisclosureRequests extends Deployed {
  readonly request: Call<[key: string, claim: number, from: bigint, to: bigint, dueBy: bigint]>;
  readonly answer: Call<[id: bigint, disclosureHash: string]>;
  readonly isOverdue: View<[key: string], boolean>;
  readonly openRequestsOf: View<[key: string], readonly bigint[]>;
  readonly requestOf: View<[id: bigint], { key: string; claim: bigint; dueBy: bigint; disclosureHash: string }>;
  readonly requested: View<[], bigint>;
  readonly answered: View<[], bigint>;
}

export interface ComplianceRegistry extends Deployed {
  readonly roles: View<[], string>;
  readonly policies: View<[], string>;
  readonly parties: View<[], string>;
  readonly circuits: View<[], string>;
  readonly consents: View<[], string>;
  readonly requests: View<[], string>;
  readonly gate: View<[], string>;
  readonly openBatch: Call<
    [
      batch: bigint,
      opening: bigint,
      policyId: string,
      due: readonly [bigint, bigint],
      consent: string,
      qps: readonly string[],
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
    [key: string, claim: number, category: number, severity: number, qmsRef: string, evidence: string]
  >;
  readonly proposeClosing: Call<[id: bigint, disposition: number, evidence: string]>;
  readonly confirmClosing: Call<[id: bigint, disposition: number, evidence: string]>;
  readonly decideRevocation: Call<[key: string, reason: number, words: string]>;
  readonly certify: Call<[key: string, certificate: Certificate, signature: string]>;
  readonly exceptionalSupply: Call<
    [key: string, riskEvaluation: string, physicianAcceptance: string, authorityNotifiedAt: bigint]
  >;
  readonly reject: Call<[key: string, reason: number, words: string]>;
  readonly abort: Call<[key: string, reason: number, words: string]>;
  readonly hold: Call<[key: string, reason: number, words: string]>;
  readonly unhold: Call<[key: string, reason: number, words: string]>;
  readonly recall: Call<[key: string, reason: number, words: string]>;
  /** `which`: 0 release, 1 completion; `due`: Unix seconds. */
  readonly extendDue: Call<[key: string, which: number, due: bigint, reason: number, words: string]>;
  readonly pause: Call<[]>;
  readonly unpause: Call<[]>;
  readonly isOpened: View<[key: string], boolean>;
  readonly openExceptionsOf: View<[key: string], bigint>;
  /** `disposition`: 0 is open. */
  readonly exceptionOf: View<[id: bigint], { key: string; claim: bigint; disposition: bigint }>;
  readonly batchOfConsent: View<[owner: string, consent: string], string>;
  readonly batchOf: View<[key: string], StoredBatch>;
  readonly headOf: View<[key: string, stage: number], bigint>;
  readonly isQpOf: View<[key: string, account: string], boolean>;
  readonly isSubmitterOf: View<[key: string, account: string], boolean>;
  readonly repeatsOf: View<[owner: string, rule: bigint], bigint>;
  readonly keyOf: View<[owner: string, batch: bigint], string>;
  /** Indexed by `COUNTER`. */
  readonly registryCounts: View<[], readonly bigint[]>;
  readonly ownerCounts: View<[owner: string], readonly bigint[]>;
  readonly batchCounts: View<[key: string], readonly bigint[]>;
}

export interface ReleaseGate extends Deployed {
  readonly registry: View<[], string>;
  readonly isReleased: View<[key: string], boolean>;
  readonly isStageReady: View<[key: string, stage: number], boolean>;
  /** Index into `STATUS`. */
  readonly statusOf: View<[key: string], bigint>;
  readonly isOverdue: View<[key: string], boolean>;
  /** Sets of claims: bit i stands for claim i. */
  readonly missingClaims: View<[key: string], { release: bigint; completion: bigint }>;
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
