import { toBeHex, ZeroHash, type Log } from "ethers";
import { inputError } from "../errors.ts";
import { KIND, type KindName } from "../formats/constants.ts";
import { contextOf } from "../formats/context.ts";
import type { ComplianceRegistry, Register } from "./handles.ts";
import { logsOf } from "./newestLogs.ts";
import { explained } from "./revert.ts";

/** What the register says of a claim of a batch. */
export interface ClaimFacts {
  readonly chainId: bigint;
  /** Address of the compliance registry. */
  readonly registry: string;
  /** Key of the batch, and its commitment. */
  readonly key: string;
  readonly batch: bigint;
  readonly claim: number;
  readonly stage: number;
  readonly kind: KindName;
  /** Public signal `rule`. */
  readonly rule: bigint;
  /** The last attestation; undefined: the claim has none, or it was reopened. */
  readonly proven: Attestation | undefined;
  /** Whether an exception refused the claim since. */
  readonly refused: boolean;
  /** Evidence of the exceptions on the claim that have some, 0x hex, by their numbers. */
  readonly exceptions: ReadonlyMap<number, string>;
}

/** An attestation as its event tells it. */
export interface Attestation {
  readonly circuitId: string;
  readonly head: bigint;
  readonly record: bigint;
  /** In the order of SIGNALS. */
  readonly signals: readonly bigint[];
  /** A (x, y), B (x.c1, x.c0, y.c1, y.c0), C (x, y). */
  readonly proof: readonly bigint[];
}

type Contracts = Pick<Register, "registry" | "policies" | "circuits">;

/**
 * What the register says of a claim. `key`: key of the batch. Errors: `claim` (the policy has none of this index), those of
 * `explained`, such as `BatchUnknown`.
 */
export async function claimFacts(
  { registry, policies, circuits }: Contracts,
  chainId: bigint,
  key: string,
  claim: number,
): Promise<ClaimFacts> {
  const { batch, policyId, attested, refused } = await explained(() => registry.batchOf(key));
  const { claims } = await explained(() => policies.policyOf(policyId));
  const stated = claims[claim];
  const [circuitId] = stated?.circuitIds ?? [];
  if (stated === undefined || circuitId === undefined) {
    throw inputError(`The policy of the batch has no claim ${claim}.`, { code: "claim" });
  }
  const { kind: code } = await explained(() => circuits.circuitOf(circuitId));
  const kind = KINDS.find((name) => BigInt(KIND[name]) === code);
  if (kind === undefined) throw inputError(`Circuit ${circuitId} is of no kind that is known.`, { code: "claim-kind" });
  const address = await registry.getAddress();
  // ethers gives whole numbers of every size as bigint.
  const stage = Number(BigInt(stated.stage));
  const facts = { chainId, registry: address, key, batch, claim, stage, kind, rule: stated.rule };
  const isIn = (set: bigint): boolean => ((set >> BigInt(claim)) & 1n) === 1n;
  return {
    ...facts,
    refused: isIn(refused),
    proven: isIn(attested) ? await attestationOf(registry, facts) : undefined,
    exceptions: await evidenceOf(registry, key, claim),
  };
}

const KINDS = Object.keys(KIND) as KindName[];

/** The last one in the log. */
async function attestationOf(
  registry: ComplianceRegistry,
  { chainId, registry: address, key, batch, claim, rule }: Omit<ClaimFacts, "proven" | "refused" | "exceptions">,
): Promise<Attestation | undefined> {
  const topics = ["ClaimAttested", "ClaimAmended"].map((name) => topicOf(registry, name));
  for await (const log of logsOf(registry, [topics, key, toBeHex(claim, 32)])) {
    const { circuitId, head, parties, record, deviations, submitter, opened, proof } = argsOf(
      registry,
      log,
    ) as unknown as Attested;
    const context = contextOf(chainId, address, submitter);
    const signals = [batch, rule, head, parties, record, deviations, context, opened];
    return { circuitId, head, record, signals, proof: [...proof] };
  }
  return undefined;
}

/** What both events say. */
interface Attested {
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
): Promise<ReadonlyMap<number, string>> {
  const evidences = new Map<number, string>();
  for await (const log of logsOf(registry, [topicOf(registry, "ExceptionRaised"), key])) {
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
