import { CLAIM_CLASS, EXCEPTION_CATEGORY, NEEDED_FOR, type StatusName } from "../chain/codes.ts";
import type { Certificate } from "../chain/eip712.ts";
import type { ChainClaim, ChainPolicy } from "../chain/policy.ts";
import type { RegisterEvent, RegisterLog } from "./log.ts";

/** The register as its events tell it, without asking any view. */

export interface CircuitView {
  readonly circuitId: string;
  readonly kind: number;
  readonly tier: number;
  readonly development: boolean;
  /** The verifying key, 960 bytes. */
  readonly key: string;
  readonly unsound: boolean;
}

export interface PolicyView {
  readonly policyId: string;
  readonly policy: ChainPolicy;
}

export interface AttestationView {
  readonly claim: number;
  readonly circuitId: string;
  readonly head: bigint;
  readonly parties: bigint;
  readonly record: bigint;
  readonly deviations: bigint;
  readonly submitter: string;
  readonly proof: readonly bigint[];
  readonly at: bigint;
}

export interface ExceptionView {
  readonly id: number;
  readonly claim: number;
  readonly category: string;
  readonly severity: number;
  readonly qmsRef: string;
  readonly repeats: number;
  readonly at: bigint;
}

export interface BatchView {
  readonly key: string;
  readonly owner: string;
  readonly serial: number;
  readonly batch: bigint;
  readonly policyId: string;
  readonly due: readonly [bigint, bigint];
  readonly openedAt: bigint;
  /** The attestation that counts now, by claim index. */
  readonly attested: ReadonlyMap<number, AttestationView>;
  readonly exceptions: readonly ExceptionView[];
  readonly amendments: number;
  readonly certified: readonly { readonly qp: string; readonly certificate: Certificate; readonly at: bigint }[];
  readonly openingsReplaced: number;
  readonly submittersNamed: number;
  readonly status: StatusName;
}

export interface RegisterView {
  readonly circuits: ReadonlyMap<string, CircuitView>;
  readonly policies: ReadonlyMap<string, PolicyView>;
  /** Party roots that an approver revoked. */
  readonly revokedRoots: ReadonlySet<bigint>;
  readonly approvedRoots: ReadonlySet<bigint>;
  readonly batches: readonly BatchView[];
  /** Every attestation ever made, also those amended since: each is verified again. */
  readonly attestations: readonly { readonly key: string; readonly attestation: AttestationView }[];
}

interface GrowingBatch extends Omit<BatchView, "status" | "attested" | "exceptions" | "certified"> {
  readonly attested: Map<number, AttestationView>;
  readonly exceptions: ExceptionView[];
  readonly certified: { qp: string; certificate: Certificate; at: bigint }[];
  amendments: number;
  openingsReplaced: number;
  submittersNamed: number;
  state: "Open" | "Released" | "Completed";
}

const CATEGORY_NAMES = new Map<number, string>(Object.entries(EXCEPTION_CATEGORY).map(([name, code]) => [code, name]));

/** Plays the events in order. An event about something that no earlier event announced is an incomplete log. */
export function rebuild(log: RegisterLog): RegisterView {
  const circuits = new Map<string, CircuitView>();
  const policies = new Map<string, PolicyView>();
  const revokedRoots = new Set<bigint>();
  const approvedRoots = new Set<bigint>();
  const batches = new Map<string, GrowingBatch>();
  const attestations: { key: string; attestation: AttestationView }[] = [];

  const batchOf = ({ args }: RegisterEvent): GrowingBatch => {
    const batch = batches.get(args["key"] as string);
    if (batch === undefined) throw new UnannouncedError(`a batch ${String(args["key"])}`);
    return batch;
  };
  const attest = (event: RegisterEvent): void => {
    const batch = batchOf(event);
    const attestation = attestationOf(event);
    batch.attested.set(attestation.claim, attestation);
    attestations.push({ key: batch.key, attestation });
  };

  const handlers: Readonly<Record<string, (event: RegisterEvent) => void>> = {
    CircuitAdded: ({ args }) =>
      circuits.set(args["circuitId"] as string, {
        circuitId: args["circuitId"] as string,
        kind: Number(args["kind"]),
        tier: Number(args["tier"]),
        development: args["development"] as boolean,
        key: args["key"] as string,
        unsound: false,
      }),
    CircuitFrozen: ({ args }) => {
      const circuit = circuits.get(args["circuitId"] as string);
      if (circuit === undefined) throw new UnannouncedError(`a circuit ${String(args["circuitId"])}`);
      circuits.set(circuit.circuitId, { ...circuit, unsound: args["unsound"] as boolean });
    },
    PolicyProposed: ({ args }) => {
      const policyId = args["policyId"] as string;
      policies.set(policyId, { policyId, policy: policyOf(args["policy"]) });
    },
    PartyRootApproved: ({ args }) => approvedRoots.add(args["root"] as bigint),
    PartyRootRevoked: ({ args }) => revokedRoots.add(args["root"] as bigint),
    BatchOpened: ({ args, at }) => {
      const [release, completion] = args["due"] as [bigint, bigint];
      batches.set(args["key"] as string, {
        key: args["key"] as string,
        owner: args["owner"] as string,
        serial: Number(args["serial"]),
        batch: args["batch"] as bigint,
        policyId: args["policyId"] as string,
        due: [release, completion],
        openedAt: at,
        attested: new Map(),
        exceptions: [],
        amendments: 0,
        certified: [],
        openingsReplaced: 0,
        submittersNamed: 0,
        state: "Open",
      });
    },
    ClaimAttested: attest,
    ClaimAmended: (event) => {
      attest(event);
      const batch = batchOf(event);
      const reopened = event.args["reopened"] as bigint;
      for (const claim of [...batch.attested.keys()])
        if ((reopened >> BigInt(claim)) & 1n) batch.attested.delete(claim);
      batch.amendments++;
      batch.state = "Open";
    },
    ExceptionRaised: (event) => {
      const { args, at } = event;
      batchOf(event).exceptions.push({
        id: Number(args["id"]),
        claim: Number(args["claim"]),
        category: CATEGORY_NAMES.get(Number(args["category"])) ?? "other",
        severity: Number(args["severity"]),
        qmsRef: args["qmsRef"] as string,
        repeats: Number(args["repeats"]),
        at,
      });
    },
    BatchReleased: (event) => {
      const batch = batchOf(event);
      batch.certified.push({
        qp: event.args["qp"] as string,
        certificate: event.args["certificate"] as Certificate,
        at: event.at,
      });
      batch.state = "Released";
    },
    BatchCompleted: (event) => void (batchOf(event).state = "Completed"),
    OpeningReplaced: (event) => {
      batchOf(event).openingsReplaced++;
    },
    SubmitterNamed: (event) => {
      batchOf(event).submittersNamed++;
    },
  };
  for (const event of log.events) handlers[event.name]?.(event);

  return {
    circuits,
    policies,
    revokedRoots,
    approvedRoots,
    attestations,
    batches: [...batches.values()].map(({ state, ...batch }) => ({
      ...batch,
      status: statusOf({ ...batch, state }, policies.get(batch.policyId)?.policy, log.now),
    })),
  };
}

/** Something an event refers to was never announced: the node left an event out. */
export class UnannouncedError extends Error {
  constructor(what: string) {
    super(`an event is about ${what}, which no event announced`);
  }
}

function attestationOf({ args, at }: RegisterEvent): AttestationView {
  return {
    claim: Number(args["claim"]),
    circuitId: args["circuitId"] as string,
    head: args["head"] as bigint,
    parties: args["parties"] as bigint,
    record: args["record"] as bigint,
    deviations: args["deviations"] as bigint,
    submitter: args["submitter"] as string,
    proof: [...(args["proof"] as bigint[])],
    at,
  };
}

/** The policy of an event: ethers gives tuples with bigint numbers. */
function policyOf(tuple: unknown): ChainPolicy {
  const policy = tuple as Record<keyof ChainPolicy, unknown>;
  const [release, completion] = policy.maxDue as [bigint, bigint];
  return {
    documentHash: policy.documentHash as string,
    product: policy.product as string,
    version: Number(policy.version),
    stages: Number(policy.stages),
    maxDue: [release, completion],
    claims: (policy.claims as Record<keyof ChainClaim, unknown>[]).map((claim) => ({
      circuitIds: [...(claim.circuitIds as string[])],
      rule: claim.rule as bigint,
      stage: Number(claim.stage),
      class: Number(claim.class),
      neededFor: Number(claim.neededFor),
      severity: Number(claim.severity),
    })),
  };
}

/** Same as `statusOf` of the contract, from the events alone. */
function statusOf(batch: Omit<GrowingBatch, "status">, policy: ChainPolicy | undefined, now: bigint): StatusName {
  const missing = (neededFor: number): boolean =>
    (policy?.claims ?? []).some((claim, index) => claim.neededFor === neededFor && !batch.attested.has(index));
  if (batch.state === "Open" && batch.exceptions.length > 0) return "Exception";
  if (batch.state === "Open" && now > batch.due[0]) return "Overdue";
  if (batch.state === "Released" && now > batch.due[1] && missing(NEEDED_FOR.completion)) return "Overdue";
  if (batch.state !== "Open") return batch.state;
  return missing(NEEDED_FOR.release) ? "Open" : "Compliant";
}

/** Whether a policy proves custody at all. */
export function provesCustody(policy: ChainPolicy): boolean {
  return policy.claims.some((claim) => claim.class === CLAIM_CLASS.custody);
}
