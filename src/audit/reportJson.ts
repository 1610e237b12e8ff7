import { CONTRACT_OF } from "../chain/handles.ts";
import { EXCEPTION_CATEGORY, STATUS } from "../formats/codes.ts";
import { parseLargeJson } from "../input/json.ts";
import {
  decimal,
  flag,
  listOf,
  matching,
  nullable,
  objectOf,
  oneOf,
  pairOf,
  recordOf,
  shaped,
  textOf,
  whole,
  type Shape,
} from "../input/shapes.ts";
import type { ContractName } from "../chain/contracts.ts";
import type { AccessRow } from "./access.ts";
import type { CircuitReport } from "./circuits.ts";
import type { CodeReport } from "./editions.ts";
import { FINDING_KINDS } from "./findings.ts";
import { HISTORY_KINDS, type ExceptionCard, type HistoryEntry, type RequestReport, type Signed } from "./history.ts";
import type { StageReport } from "./history.ts";
import { MOST_FOLLOWED, type Lineage } from "./lineage.ts";
import type { PolicyClaimReport, PolicyReport } from "./policies.ts";
import type { Proved } from "./provenStorage.ts";
import {
  COLOURS,
  type AttestationReport,
  type AuditReport,
  type BatchReport,
  type CertifyingReport,
  type LogReading,
  type Reconciliation,
  type ReportedFinding,
} from "./report.ts";

/** What `audit --json` prints, member by member: `reportFromJson` reads nothing else. Numbers beyond 2^53 are decimal texts. */

const HASH = matching(/^0x[0-9a-f]{64}$/);
const ADDRESS = matching(/^0x[0-9a-fA-F]{40}$/);
const ADDRESS_OR_NONE = matching(/^(0x[0-9a-fA-F]{40})?$/);
/** Of a row about the node no transaction is told. */
const TRANSACTION = matching(/^(0x[0-9a-f]{64})?$/);
const DECIMAL = matching(/^(0|[1-9][0-9]{0,77})$/);
const NUMBER = whole();
const SMALL = whole(0, 255);
/** Of a policy: lines are made for each of them, so that a file must not choose their number. */
const MOST_CLAIMS = 256;
const SEVERITY = whole(0, 255);
const NAME = textOf(400);
/** With a reason in words, and what people chose. */
const TEXT = textOf(100_000);
/** More than any register has; how much a file holds in all is bounded before. */
const MANY = 1_000_000;

const some = <T>(shape: Shape<T>): Shape<readonly T[]> => listOf(shape, MANY);

const AT = { at: NUMBER, block: NUMBER, transaction: TRANSACTION };
const SIGNED = { ...AT, by: ADDRESS_OR_NONE };
const signed = objectOf<Signed>(SIGNED);

const history = objectOf<HistoryEntry>({
  ...{ ...AT, kind: oneOf(HISTORY_KINDS), by: nullable(ADDRESS) },
  ...{ stage: nullable(SMALL), claim: nullable(SMALL), id: nullable(NUMBER) },
  ...{ before: nullable(TEXT), after: nullable(TEXT), reason: nullable(TEXT), text: TEXT },
});

const exception = objectOf<ExceptionCard>({
  ...{ id: NUMBER, claim: SMALL, category: oneOf(Object.keys(EXCEPTION_CATEGORY) as ExceptionCard["category"][]) },
  ...{ severity: SEVERITY, policySeverity: SEVERITY, reference: NAME, byAuthority: flag, evidence: HASH },
  ...{ repeats: NUMBER, raised: signed, blocked: oneOf(["certification", "completion"]) },
  proposed: nullable(objectOf<NonNullable<ExceptionCard["proposed"]>>({ ...SIGNED, disposition: NAME })),
  closed: nullable(
    objectOf<NonNullable<ExceptionCard["closed"]>>({
      ...{ ...SIGNED, disposition: NAME, settled: flag, proposer: ADDRESS_OR_NONE, evidence: HASH },
    }),
  ),
  acknowledged: nullable(signed),
});

const request = objectOf<RequestReport>({
  ...{ id: NUMBER, claim: SMALL, from: DECIMAL, to: DECIMAL, dueBy: DECIMAL, asked: signed },
  answers: some(objectOf<RequestReport["answers"][number]>({ ...SIGNED, disclosure: HASH })),
  ...{ reopened: some(signed), accepted: nullable(signed), withdrawn: nullable(signed) },
});

const stage = objectOf<StageReport>({
  ...{ stage: SMALL, head: nullable(HASH), asserted: nullable(signed), qps: some(ADDRESS), unconfirmed: flag },
  confirmed: nullable(objectOf<NonNullable<StageReport["confirmed"]>>({ ...SIGNED, document: HASH })),
});

const certifying = objectOf<CertifyingReport>({
  ...{ qps: some(ADDRESS), trail: HASH, exceptionsHash: HASH, nonce: NUMBER, stands: flag, ready: flag },
});

const attestation = objectOf<AttestationReport>({
  ...{ claim: SMALL, circuitId: HASH, head: HASH, parties: HASH, record: HASH, verified: flag },
});

const batch = objectOf<BatchReport>({
  ...{ key: HASH, owner: ADDRESS, serial: NUMBER, product: NAME, policyId: HASH, commitment: HASH },
  ...{
    status: oneOf(STATUS),
    colour: oneOf(COLOURS),
    claims: whole(0, MOST_CLAIMS),
    challenged: flag,
    openedBlock: NUMBER,
  },
  ...{ proven: some(SMALL), settled: some(SMALL), refused: some(SMALL), unconfirmed: some(SMALL) },
  due: pairOf(decimal),
  ...{ deviations: some(NAME), attestations: some(attestation), stages: some(stage), exceptions: some(exception) },
  ...{ certifying, notificationDue: nullable(DECIMAL) },
  ...{ requests: some(request), amendments: NUMBER, history: some(history), twins: some(HASH) },
  ...{ reasons: some(TEXT), notes: some(TEXT) },
});

const finding = objectOf<ReportedFinding>(
  {
    ...{ ...AT, by: ADDRESS_OR_NONE, key: nullable(HASH), kind: oneOf(FINDING_KINDS) },
    ...{ severity: oneOf([1, 2, 3]), standing: flag, text: TEXT },
  },
  ["by"],
);

const circuit = objectOf<CircuitReport>({
  ...{
    circuitId: HASH,
    kind: NAME,
    tier: NUMBER,
    known: nullable(NAME),
    development: flag,
    transcript: nullable(HASH),
  },
  ...{ unsound: flag, frozenFrom: nullable(NUMBER), problem: nullable(TEXT), attestations: NUMBER },
});

const claim = objectOf<PolicyClaimReport>({
  ...{ circuitIds: some(HASH), kinds: some(NAME), rule: HASH, stage: NUMBER, class: NAME, neededFor: NAME },
  severity: NUMBER,
});

const policy = objectOf<PolicyReport>({
  ...{ policyId: HASH, product: NAME, version: NUMBER, stages: NUMBER, confirmedStages: some(SMALL) },
  ...{ claims: some(claim), proposed: signed, endorsed: some(signed) },
  approved: nullable(
    objectOf<NonNullable<PolicyReport["approved"]>>({ ...SIGNED, authorisation: NAME, effectiveFrom: DECIMAL }),
  ),
  retired: nullable(objectOf<NonNullable<PolicyReport["retired"]>>({ ...SIGNED, reason: TEXT })),
});

const role = objectOf<AccessRow>({
  ...{ account: ADDRESS, person: HASH, role: NAME, from: DECIMAL, to: DECIMAL, proposedBy: nullable(ADDRESS) },
  ...{ grantedBy: nullable(ADDRESS), grantedAt: NUMBER, revokedBy: nullable(ADDRESS), revokedAt: nullable(NUMBER) },
});

const code = objectOf<CodeReport>({
  ...{ contract: oneOf(Object.values<ContractName>(CONTRACT_OF)), address: ADDRESS, codeHash: HASH, known: flag },
  problem: nullable(TEXT),
});

const unproved = objectOf<Exclude<Proved, "proved">>({ reason: TEXT });

const reading = objectOf<LogReading>(
  {
    ...{ from: NUMBER, before: nullable(NAME) },
    discarded: objectOf<NonNullable<LogReading["discarded"]>>({ block: NUMBER, node: nullable(NAME), problem: TEXT }),
  },
  ["before", "discarded"],
);

const parts = objectOf<Reconciliation>({
  ...{ opened: NUMBER, certified: NUMBER, exception: NUMBER, overdue: NUMBER, open: NUMBER, rejected: NUMBER },
  ...{ aborted: NUMBER, suppliedExceptionally: NUMBER, recalled: NUMBER },
});

const REPORT: { readonly [K in keyof AuditReport]-?: Shape<AuditReport[K]> } = {
  ...{ chainId: decimal, registry: ADDRESS, block: NUMBER, hash: HASH, at: NUMBER },
  ...{ age: whole(Number.MIN_SAFE_INTEGER), node: nullable(NAME), codes: some(code), secondNode: nullable(NAME) },
  provenState: (value) => (value === "proved" ? value : unproved(value)),
  ...{ reading, reconciliation: parts, certifiedBefore: NUMBER, owners: NUMBER },
  colours: objectOf<AuditReport["colours"]>({ proven: NUMBER, settled: NUMBER, declared: NUMBER, unknown: NUMBER }),
  ...{ proofsVerified: NUMBER, proofsRefused: NUMBER, circuits: some(circuit), policies: some(policy) },
  ...{ roles: some(role), names: recordOf(ADDRESS, NAME, MANY), findings: some(finding), batches: some(batch) },
  ...{ reviewed: NUMBER, total: NUMBER },
};
const report = objectOf<AuditReport>(REPORT);

type Printed = AuditReport & Omit<Lineage, "report">;
const printed = objectOf<Printed>({
  ...{ ...REPORT, predecessors: listOf(report, MOST_FOLLOWED), unread: nullable(ADDRESS) },
});

/**
 * The strict inverse of what `audit --json` prints. Whoever kept the file may have changed it: it says what it says, and only an
 * audit says that it is so. Errors: `report-file` with the place; those of `parseLargeJson`.
 */
export function reportFromJson(text: string, place = "report"): Lineage {
  const value = parseLargeJson(text, place);
  const { predecessors, unread, ...own } = shaped(printed, value, "report of an audit", "report-file", place);
  return { report: own, predecessors, unread };
}

/** The value of which `audit --json` prints the JSON. */
export function printedLineage({ report: own, predecessors, unread }: Lineage): Printed {
  return { ...own, predecessors, unread };
}
