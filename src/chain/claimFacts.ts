import { toBeHex, ZeroHash, type Log } from "ethers";
import { environmentError, inputError } from "../errors.ts";
import { kindNamed } from "../formats/codes.ts";
import { contextOf } from "../formats/context.ts";
import type { RegisteredClaim } from "../formats/registeredClaim.ts";
import { LATEST, type AtBlock } from "./batchState.ts";
import type { ComplianceRegistry, Register } from "./handles.ts";
import { logsOf } from "./newestLogs.ts";
import { explained } from "./revert.ts";

/** What the register says of a claim of a batch. */
export interface ClaimFacts extends RegisteredClaim {
  /** The last attestation; undefined: the claim has none, or it was reopened. */
  readonly proven: Attestation | undefined;
  /** Whether an exception refused the claim since. */
  readonly refused: boolean;
}

/** An attestation as its event tells it. */
export interface Attestation {
  readonly circuitId: string;
  readonly head: bigint;
  readonly record: bigint;
  readonly deviations: bigint;
  /** In the order of SIGNALS. */
  readonly signals: readonly bigint[];
  /** A (x, y), B (x.c1, x.c0, y.c1, y.c0), C (x, y). */
  readonly proof: readonly bigint[];
  /** Number of the block that has it. */
  readonly block: number;
}

type Contracts = Pick<Register, "registry" | "policies" | "circuits">;

/**
 * What the register says of a claim. `key`: key of the batch. Errors: `claim` (the policy has none of this index),
 * `claim-kind`, those of `lastAttestations` and of `explained`, such as `BatchUnknown`.
 */
export async function claimFacts(
  { registry, policies, circuits }: Contracts,
  chainId: bigint,
  key: string,
  claim: number,
  at = LATEST,
): Promise<ClaimFacts> {
  const { batch, policyId, attested, refused } = await explained(() => registry.batchOf(key, at));
  const { claims } = await explained(() => policies.policyOf(policyId, at));
  const stated = claims[claim];
  const [circuitId] = stated?.circuitIds ?? [];
  if (stated === undefined || circuitId === undefined) {
    throw inputError(`The policy of the batch has no claim ${claim}.`, { code: "claim" });
  }
  const { kind: code } = await explained(() => circuits.circuitOf(circuitId, at));
  const kind = kindNamed(Number(code));
  if (kind === undefined) throw inputError(`Circuit ${circuitId} is of no kind that is known.`, { code: "claim-kind" });
  const { rule } = stated;
  const isIn = (set: bigint): boolean => ((set >> BigInt(claim)) & 1n) === 1n;
  const wanted: ReadonlyMap<number, bigint> = isIn(attested) ? new Map([[claim, rule]]) : new Map();
  return {
    ...{ chainId, registry: await registry.getAddress(), key, batch, claim, kind, rule },
    // ethers gives whole numbers of every size as bigint.
    stage: Number(BigInt(stated.stage)),
    refused: isIn(refused),
    proven: (await lastAttestations(registry, { chainId, key, batch }, wanted, at)).get(claim),
    exceptions: await evidenceOf(registry, key, claim, at),
  };
}

/** A batch whose attestations are looked for. */
interface OfBatch {
  readonly chainId: bigint;
  /** Key of the batch, and its commitment. */
  readonly key: string;
  readonly batch: bigint;
}

/**
 * The last attestation of each of these claims, which the register says are attested, in one walk through the log. Error `log`:
 * the log does not have it.
 * @param rules public signal `rule` of each claim, by its index
 */
export async function lastAttestations(
  registry: ComplianceRegistry,
  { chainId, key, batch }: OfBatch,
  rules: ReadonlyMap<number, bigint>,
  at: AtBlock,
): Promise<ReadonlyMap<number, Attestation>> {
  const found = new Map<number, Attestation>();
  if (rules.size === 0) return found;
  const address = await registry.getAddress();
  const events = ["ClaimAttested", "ClaimAmended"].map((name) => topicOf(registry, name));
  const topics = [events, key, [...rules.keys()].map((claim) => toBeHex(claim, 32))];
  for await (const log of logsOf(registry, topics, { until: at.blockTag })) {
    const {
      claim: index,
      circuitId,
      head,
      parties,
      record,
      deviations,
      submitter,
      opened,
      proof,
    } = argsOf(registry, log) as unknown as Attested;
    const claim = Number(index);
    const rule = rules.get(claim);
    if (rule === undefined || found.has(claim)) continue;
    const context = contextOf(chainId, address, submitter);
    const signals = [batch, rule, head, parties, record, deviations, context, opened];
    found.set(claim, { circuitId, head, record, deviations, signals, proof: [...proof], block: log.blockNumber });
    if (found.size === rules.size) return found;
  }
  throw environmentError("The node's log does not have every attestation that the register counts.", {
    code: "log",
    place: key,
    remedy: "Ask another node.",
  });
}

/** What both events say. */
interface Attested {
  readonly claim: bigint;
  readonly circuitId: string;
  readonly head: bigint;
  readonly parties: bigint;
  readonly record: bigint;
  readonly deviations: bigint;
  readonly submitter: string;
  readonly opened: bigint;
  readonly proof: readonly bigint[];
}

async function evidenceOf(
  registry: ComplianceRegistry,
  key: string,
  claim: number,
  at: AtBlock,
): Promise<ReadonlyMap<number, string>> {
  const evidences = new Map<number, string>();
  for await (const log of logsOf(registry, [topicOf(registry, "ExceptionRaised"), key], { until: at.blockTag })) {
    const raised = argsOf(registry, log) as { id: bigint; claim: bigint; evidence: string };
    if (raised.claim === BigInt(claim) && raised.evidence !== ZeroHash) {
      evidences.set(Number(raised.id), raised.evidence);
    }
  }
  return evidences;
}

function topicOf(registry: ComplianceRegistry, event: string): string {
  return registry.interface.getEvent(event)?.topicHash ?? "";
}

function argsOf(registry: ComplianceRegistry, log: Log): Record<string, unknown> {
  return registry.interface.parseLog(log)?.args.toObject() ?? {};
}
