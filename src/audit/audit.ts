import { getBytes, type Provider } from "ethers";
import { BatchproofError } from "../errors.ts";
import { COUNTED_EVENT, COUNTER, type StatusName } from "../chain/codes.ts";
import { findRegister } from "../chain/connect.ts";
import { contextOf } from "../chain/context.ts";
import { registerAt } from "../chain/handles.ts";
import { deviationNames } from "../rules/temperature.ts";
import { verifyProof } from "../prover/verify.ts";
import { withSnarkjs } from "../setup/snarkjsThreads.ts";
import { decodeVerifyingKey } from "../setup/verifyingKey.ts";
import { incomplete, readLog, type RegisterLog } from "./log.ts";
import {
  provesCustody,
  rebuild,
  UnannouncedError,
  type AttestationView,
  type BatchView,
  type RegisterView,
} from "./rebuild.ts";

/** What a regulator is told about one batch. */
export interface BatchReport {
  readonly key: string;
  readonly owner: string;
  readonly serial: number;
  readonly product: string;
  readonly policyId: string;
  readonly status: StatusName;
  /** The reader's three colours: proven, declared not compliant, nothing known. Silence is never green. */
  readonly colour: "proven" | "declared" | "unknown";
  /** Number of the policy's claims, and the indexes of those that are proven. */
  readonly claims: number;
  readonly proven: readonly number[];
  readonly openedAt: number;
  readonly due: readonly [number, number];
  readonly deviations: readonly string[];
  readonly exceptions: BatchView["exceptions"];
  readonly amendments: number;
  /** Why a person should look at it; empty: no reading needed. */
  readonly reasons: readonly string[];
  /** Limits of what the proofs say, not reasons to look: custody. */
  readonly notes: readonly string[];
}

export interface AuditReport {
  readonly chainId: bigint;
  readonly registry: string;
  readonly block: number;
  readonly at: number;
  readonly reconciliation: Readonly<Record<"opened" | "certified" | "exception" | "overdue" | "open", number>>;
  readonly owners: number;
  /** Proofs verified again from the events, amended ones included. */
  readonly proofsVerified: number;
  readonly batches: readonly BatchReport[];
  readonly reviewed: number;
  readonly total: number;
}

/**
 * Audits a register from its events alone: rebuilds every batch, verifies every proof again with the key in the log,
 * and compares its own counts with the register's counters. Errors: `log` where the node's answers do not fit
 * together (exit 3, nothing concluded), those of `findRegister`.
 */
export async function audit(provider: Provider, registry: string): Promise<AuditReport> {
  const { chainId } = await provider.getNetwork();
  const addresses = await findRegister(provider, registry);
  const log = await readLog(provider, addresses);
  const view = rebuilt(log);
  requireNoGap(view.batches);
  const counts = await registerAt(addresses, provider).registry.registryCounts({ blockTag: log.block });
  requireCounts(log, counts);

  const unproven = await withSnarkjs(() => unprovenAttestations(view, chainId, registry));
  const batches = view.batches.map((batch) => report(batch, view, unproven));
  const having = (...statuses: StatusName[]): number =>
    batches.filter(({ status }) => statuses.includes(status)).length;
  return {
    chainId,
    registry,
    block: log.block,
    at: Number(log.now),
    reconciliation: {
      opened: batches.length,
      certified: having("Released", "Completed"),
      exception: having("Exception"),
      overdue: having("Overdue"),
      open: having("Open", "Compliant"),
    },
    owners: new Set(batches.map(({ owner }) => owner)).size,
    proofsVerified: view.attestations.length,
    batches,
    reviewed: batches.filter(({ reasons }) => reasons.length > 0).length,
    total: batches.length,
  };
}

function rebuilt(log: Parameters<typeof rebuild>[0]): RegisterView {
  try {
    return rebuild(log);
  } catch (error) {
    if (error instanceof UnannouncedError) throw incomplete(error.message);
    throw error;
  }
}

/** Serials count 1, 2, 3, ... per owner: a missing one is a batch that the node did not show. */
function requireNoGap(batches: readonly BatchView[]): void {
  const last = new Map<string, number>();
  for (const { owner, serial } of batches) {
    const expected = (last.get(owner) ?? 0) + 1;
    if (serial !== expected) throw incomplete(`owner ${owner} has batch ${serial} where batch ${expected} is missing`);
    last.set(owner, serial);
  }
}

/** The register counts its own events: fewer in the log means that the node withheld some. */
function requireCounts({ events }: RegisterLog, counts: readonly bigint[]): void {
  const seen = new Map<string, number>();
  for (const { name } of events) seen.set(name, (seen.get(name) ?? 0) + 1);
  COUNTER.forEach((name, index) => {
    const counted = Number(counts[index]);
    const shown = seen.get(COUNTED_EVENT[name]) ?? 0;
    if (counted !== shown) throw incomplete(`the register counts ${counted} ${name}, the log shows ${shown}`);
  });
}

/** Verifies every attestation again; returns those that do not hold, with the reason. */
async function unprovenAttestations(
  view: RegisterView,
  chainId: bigint,
  registry: string,
): Promise<ReadonlyMap<AttestationView, string>> {
  const batches = new Map(view.batches.map((batch) => [batch.key, batch]));
  const unproven = new Map<AttestationView, string>();
  for (const { key, attestation } of view.attestations) {
    const batch = batches.get(key);
    const policy = view.policies.get(batch?.policyId ?? "");
    const circuit = view.circuits.get(attestation.circuitId);
    const rule = policy?.policy.claims[attestation.claim]?.rule;
    if (batch === undefined || circuit === undefined || rule === undefined) {
      throw incomplete(`the policy or circuit of an attestation of batch ${key} was never announced`);
    }
    const context = contextOf(chainId, registry, attestation.submitter);
    const { head, parties, record, deviations } = attestation;
    const signals = [batch.batch, rule, head, parties, record, deviations, context].map(String);
    try {
      await verifyProof(decodeVerifyingKey(getBytes(circuit.key)), signals, snarkjsProof(attestation.proof));
    } catch (error) {
      if (!(error instanceof BatchproofError) || error.kind === "internal") throw error;
      unproven.set(attestation, error.message);
    }
  }
  return unproven;
}

/** The eight words of a proof as snarkjs writes it: B comes in the order of the EVM. */
function snarkjsProof(words: readonly bigint[]): Parameters<typeof verifyProof>[2] {
  const [ax, ay, bx1, bx0, by1, by0, cx, cy] = words.map(String);
  return {
    protocol: "groth16",
    curve: "bn128",
    pi_a: [ax, ay, "1"],
    pi_b: [
      [bx0, bx1],
      [by0, by1],
      ["1", "0"],
    ],
    pi_c: [cx, cy, "1"],
  };
}

function report(batch: BatchView, view: RegisterView, unproven: ReadonlyMap<AttestationView, string>): BatchReport {
  const policy = view.policies.get(batch.policyId)?.policy;
  if (policy === undefined) throw incomplete(`the policy of batch ${batch.key} was never announced`);
  const attested = [...batch.attested.values()];
  const deviations = [...new Set(attested.flatMap((attestation) => deviationNames(attestation.deviations)))];
  const circuits = attested.map(({ circuitId }) => view.circuits.get(circuitId));
  const reasons = [
    ...(batch.status === "Overdue" ? [`overdue: nothing known since ${day(batch.openedAt)}`] : []),
    ...batch.exceptions.map(({ id, category, severity }) => `exception ${id}: ${category}, severity ${severity}`),
    ...deviations.map((name) => `deviation: ${name}`),
    ...(batch.amendments > 0 ? [`amended ${batch.amendments} times`] : []),
    ...(batch.openingsReplaced > 0 ? [`opening replaced ${batch.openingsReplaced} times`] : []),
    ...attested.flatMap((attestation) => {
      const problem = unproven.get(attestation);
      return problem === undefined ? [] : [`claim ${attestation.claim} does NOT verify: ${problem}`];
    }),
    ...(attested.some(({ parties }) => view.revokedRoots.has(parties)) ? ["its party list was revoked"] : []),
    ...(attested.some(({ parties }) => !view.approvedRoots.has(parties)) ? ["its party list was never approved"] : []),
    ...(circuits.some((circuit) => circuit?.unsound) ? ["a circuit was declared unsound"] : []),
  ];
  const notes = [
    ...(provesCustody(policy) ? [] : ["custody not proven"]),
    ...(circuits.some((circuit) => circuit?.development) ? ["development keys: proves nothing to a third party"] : []),
  ];
  return {
    key: batch.key,
    owner: batch.owner,
    serial: batch.serial,
    product: `${policy.product} v${policy.version}`,
    policyId: batch.policyId,
    status: batch.status,
    colour: colourOf(batch.status, unproven.size > 0 && attested.some((attestation) => unproven.has(attestation))),
    claims: policy.claims.length,
    proven: attested.filter((attestation) => !unproven.has(attestation)).map(({ claim }) => claim),
    openedAt: Number(batch.openedAt),
    due: [Number(batch.due[0]), Number(batch.due[1])],
    deviations,
    exceptions: batch.exceptions,
    amendments: batch.amendments,
    reasons,
    notes,
  };
}

function colourOf(status: StatusName, broken: boolean): BatchReport["colour"] {
  if (broken) return "unknown"; // whatever the register says
  if (status === "Released" || status === "Completed" || status === "Compliant") return "proven";
  return status === "Open" || status === "Overdue" ? "unknown" : "declared";
}

function day(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().slice(0, 10);
}
