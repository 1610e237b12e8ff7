import type { Provider } from "ethers";
import { CLAIM_CLASS, kindNamed, type StatusName } from "../formats/codes.ts";
import { circuitReports, type CircuitReport } from "./circuits.ts";
import type { ReadBlock } from "./compare.ts";
import { claimsThatSay, findingsOf, headFinding, registerFindings, type AuditFinding, type Texts } from "./findings.ts";
import { isStale } from "./head.ts";
import { known } from "./incomplete.ts";
import { askedForEach, blockAt } from "./node.ts";
import type { AuditedBatch, ExceptionState, PolicyState, RegisterState } from "./state.ts";
import { openExceptionsOf, settledClaims, statusOf } from "./status.ts";
import { twinsIn } from "./twins.ts";
import { deviationNames } from "../formats/deviations.ts";

/**
 * What a reader is told, in three colours: green is proven or, where people accepted a claim in place of its proof,
 * settled; red declared not compliant; yellow nothing known. Silence is never green, and what people settled is not proven.
 */
export type Colour = "proven" | "settled" | "declared" | "unknown";

/** What a regulator is told about one batch. */
export interface BatchReport {
  readonly key: string;
  readonly owner: string;
  readonly serial: number;
  readonly product: string;
  readonly policyId: string;
  readonly status: StatusName;
  readonly colour: Colour;
  /** Number of the policy's claims, and the indexes of those that are proven. */
  readonly claims: number;
  readonly proven: readonly number[];
  /** Claims for which an accepted exception stands in place of a proof; none of them was attested. */
  readonly settled: readonly number[];
  readonly openedBlock: number;
  /** For release and completion, Unix seconds; the register takes any. */
  readonly due: readonly [bigint, bigint];
  readonly deviations: readonly string[];
  readonly exceptions: readonly (Pick<
    ExceptionState,
    "id" | "claim" | "category" | "severity" | "qmsRef" | "repeats"
  > & {
    readonly open: boolean;
  })[];
  readonly amendments: number;
  /** Keys of the other batches under its commitment: another owner opened the same one. */
  readonly twins: readonly string[];
  /** Why a person should look at it; empty: no reading needed. */
  readonly reasons: readonly string[];
  /** Limits of what the proofs say, not reasons to look: custody, development keys. */
  readonly notes: readonly string[];
}

/** How the log was read. */
export interface LogReading {
  /** First block that was read now: that of the register's deployment, or where the last audit ended. */
  readonly from: number;
  /** Set if earlier blocks were read by an earlier audit: from which node; null: it was not named. */
  readonly before?: string | null;
  /** Set if an earlier audit's state did not fit, and all was read once more: up to which block and from whom it was. */
  readonly discarded?: { readonly block: number; readonly node: string | null; readonly problem: string };
}

/** A finding with its time and the batch it is about; `key` is null where it concerns the register as a whole. */
export interface ReportedFinding extends AuditFinding {
  readonly key: string | null;
  /** Unix seconds. */
  readonly at: number;
}

/** Every opened batch stands in exactly one of these. */
export interface Reconciliation {
  readonly opened: number;
  readonly certified: number;
  readonly exception: number;
  readonly overdue: number;
  readonly open: number;
  readonly rejected: number;
  readonly aborted: number;
  readonly suppliedExceptionally: number;
  readonly recalled: number;
}

export interface AuditReport {
  readonly chainId: bigint;
  readonly registry: string;
  /** Everything was read at this block. */
  readonly block: number;
  readonly hash: string;
  /** Its time, Unix seconds: the audit's "now". */
  readonly at: number;
  /** Seconds from then to the end of the reading, by this machine's clock; negative: that block is from its future. */
  readonly age: number;
  /** What the node is called; null: it was not named. */
  readonly node: string | null;
  readonly reading: LogReading;
  readonly reconciliation: Reconciliation;
  /** Batches that were certified once and do not stand in the part of the certified ones. */
  readonly certifiedBefore: number;
  readonly colours: Readonly<Record<Colour, number>>;
  readonly owners: number;
  /** Proofs verified again from the events, amended ones included, and how many of them did not verify. */
  readonly proofsVerified: number;
  readonly proofsRefused: number;
  readonly circuits: readonly CircuitReport[];
  /** What needs eyes: the worst first, of equal ones the oldest first. */
  readonly findings: readonly ReportedFinding[];
  readonly batches: readonly BatchReport[];
  readonly reviewed: number;
  readonly total: number;
}

/** How is reported; the members are those of `AuditOptions`. */
export interface ReportOptions {
  readonly from?: number;
  readonly maxAge?: number;
  readonly node?: string;
  readonly texts?: Texts;
}

/** Writes up what the events told. Errors: `log`, `chain`. */
export async function reportOf(
  provider: Provider,
  state: RegisterState,
  block: ReadBlock,
  reading: LogReading,
  { from = 0, maxAge, node, texts = new Map() }: ReportOptions,
): Promise<AuditReport> {
  const age = Math.floor(Date.now() / 1000) - block.now;
  const circuits = await circuitReports(state);
  const isShown = ({ standing, block: at }: AuditFinding): boolean => standing || at >= from;
  const twinsOf = twinsIn(state);
  const perBatch = Object.entries(state.batches).map(([key, batch]) => {
    const twins = twinsOf.get(key) ?? [];
    const findings = findingsOf(state, batch, block.now, twins, texts).filter(isShown);
    return {
      findings: findings.map((finding) => ({ ...finding, key })),
      report: { ...batchReport(state, key, batch, block.now, findings), twins: twins.map((twin) => twin.key) },
    };
  });
  const stale = isStale(age, BigInt(state.chainId), maxAge) ? [headFinding(block.number, age)] : [];
  const ofRegister = [...stale, ...registerFindings(state, circuits)].filter(isShown);
  const findings = await timed(provider, [
    ...ofRegister.map((finding) => ({ ...finding, key: null })),
    ...perBatch.flatMap((each) => each.findings),
  ]);
  const batches = perBatch.map(({ report }) => report);
  const withColour = (colour: Colour): number => batches.filter((batch) => batch.colour === colour).length;
  return {
    chainId: BigInt(state.chainId),
    registry: state.registry,
    block: block.number,
    hash: block.hash,
    at: block.now,
    age,
    node: node ?? null,
    reading,
    reconciliation: reconcile(batches),
    certifiedBefore: batches.filter(({ key, status }) => wasCertified(state, key) && PART[status] !== "certified")
      .length,
    colours: {
      proven: withColour("proven"),
      settled: withColour("settled"),
      declared: withColour("declared"),
      unknown: withColour("unknown"),
    },
    owners: Object.keys(state.counts).length,
    proofsVerified: state.verified,
    proofsRefused: Object.values(state.batches).reduce((sum, { unproven }) => sum + unproven.length, 0),
    circuits,
    findings,
    batches,
    reviewed: batches.filter(({ reasons }) => reasons.length > 0).length,
    total: batches.length,
  };
}

/** In which part of the reconciliation a batch of each status is counted. */
const PART: Readonly<Record<StatusName, keyof Reconciliation>> = {
  Open: "open",
  Compliant: "open",
  Released: "certified",
  Completed: "certified",
  Exception: "exception",
  Overdue: "overdue",
  Rejected: "rejected",
  Aborted: "aborted",
  ExceptionalSupply: "suppliedExceptionally",
  Recalled: "recalled",
};

function wasCertified({ batches }: RegisterState, key: string): boolean {
  return (batches[key]?.certified.length ?? 0) > 0;
}

function reconcile(batches: readonly BatchReport[]): Reconciliation {
  const counted = (part: keyof Reconciliation): number => batches.filter(({ status }) => PART[status] === part).length;
  return {
    opened: batches.length,
    certified: counted("certified"),
    exception: counted("exception"),
    overdue: counted("overdue"),
    open: counted("open"),
    rejected: counted("rejected"),
    aborted: counted("aborted"),
    suppliedExceptionally: counted("suppliedExceptionally"),
    recalled: counted("recalled"),
  };
}

function batchReport(
  state: RegisterState,
  key: string,
  batch: AuditedBatch,
  now: number,
  findings: readonly AuditFinding[],
): Omit<BatchReport, "twins"> {
  const policy = known(state.policies, batch.policyId, "policy");
  const attested = Object.entries(batch.attested).map(([claim, attestation]) => ({
    claim: Number(claim),
    ...attestation,
  }));
  const refused = new Set(batch.unproven.map(({ proof }) => proof));
  const status = statusOf(state, batch, now);
  return {
    key,
    owner: batch.owner,
    serial: batch.serial,
    product: `${policy.product} v${policy.version}`,
    policyId: batch.policyId,
    status,
    colour: colourOf(state, batch, status),
    claims: policy.claims.length,
    proven: attested.filter(({ proof }) => !refused.has(proof)).map(({ claim }) => claim),
    settled: settledClaims(batch),
    openedBlock: batch.opened.block,
    due: [BigInt(batch.due[0]), BigInt(batch.due[1])],
    deviations: [...new Set(attested.flatMap(({ deviations }) => deviationNames(BigInt(deviations))))],
    exceptions: batch.exceptions.map(({ id, claim, category, severity, qmsRef, repeats, closed }) => ({
      id,
      claim,
      category,
      severity,
      qmsRef,
      repeats,
      open: closed === undefined,
    })),
    amendments: batch.amendments.length,
    reasons: findings.map(({ text }) => text),
    notes: notesOf(state, batch, policy),
  };
}

const OPENED_LATE =
  "opened after a stage began, within the time that its rule permits: what happened in that time could be known when it was opened";

function notesOf(state: RegisterState, batch: AuditedBatch, { claims }: PolicyState): string[] {
  const { attested } = batch;
  const unbounded = claimsThatSay(batch, "openingUnbounded");
  const late = claimsThatSay(batch, "openedLate").filter((claim) => !unbounded.includes(claim));
  const developed = Object.values(attested).some(({ circuitId }) => state.circuits[circuitId]?.development);
  return [
    ...(claims.some((claim) => claim.class === CLAIM_CLASS.custody) ? [] : ["custody not proven"]),
    ...(late.length === 0 ? [] : [OPENED_LATE]),
    ...(hasUnknownKind(state, batch)
      ? ["claims of a kind that is not known to this version: what they prove is unknown"]
      : []),
    ...(developed ? ["development keys: proves nothing to a third party"] : []),
  ];
}

/** Whether a claim of the batch's policy may be proven by a circuit of a kind that this version does not know. */
function hasUnknownKind({ circuits, policies }: RegisterState, { policyId }: AuditedBatch): boolean {
  const { claims } = known(policies, policyId, "policy");
  return claims.some(({ circuitIds }) => circuitIds.some((id) => kindNamed(circuits[id]?.kind ?? 0) === undefined));
}

function colourOf(state: RegisterState, batch: AuditedBatch, status: StatusName): Colour {
  // Whatever the register says: a proof or a signature that does not hold says nothing.
  if (batch.unproven.length > 0 || batch.certified.some(({ problem }) => problem !== undefined)) return "unknown";
  if (hasUnknownKind(state, batch)) return "unknown";
  if (status === "Open" || status === "Overdue") return "unknown";
  const opposed = openExceptionsOf(state, batch) > 0 || batch.holds.some(({ lifted }) => lifted === undefined);
  if (opposed || (PART[status] !== "certified" && status !== "Compliant")) return "declared";
  return settledClaims(batch).length > 0 ? "settled" : "proven";
}

/** Gives each finding the time of its block, and sorts them. Only blocks that are shown are asked for. */
async function timed<F extends AuditFinding>(
  provider: Provider,
  findings: readonly F[],
): Promise<(F & { readonly at: number })[]> {
  const blocks = [...new Set(findings.map(({ block }) => block))];
  const times = await askedForEach("a block", blocks, async (block) => (await blockAt(provider, block)).timestamp);
  const timeOf = new Map(blocks.map((block, i) => [block, times[i] ?? 0]));
  return findings
    .map((finding) => ({ ...finding, at: timeOf.get(finding.block) ?? 0 }))
    .sort((a, b) => b.severity - a.severity || a.at - b.at);
}
