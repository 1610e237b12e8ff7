import type { Provider } from "ethers";
import type { CircuitList } from "../audit/circuits.ts";
import { acceptedCircuits, type AcceptedCircuits } from "../chain/acceptedCircuits.ts";
import { batchState, type AtBlock, type BatchState, type Holder } from "../chain/batchState.ts";
import { lastAttestations, type Attestation } from "../chain/claimFacts.ts";
import { blockOf, type Chain, type ChainBlock } from "../chain/connect.ts";
import type { Register } from "../chain/handles.ts";
import { logsOf } from "../chain/newestLogs.ts";
import { explained } from "../chain/revert.ts";
import { BatchproofError, environmentError } from "../errors.ts";
import { BATCH_SEAT, CLAIM_CLASS, NEEDED_FOR } from "../formats/codes.ts";
import { deviationNames } from "../formats/deviations.ts";
import { shownHex } from "../formats/field.ts";
import { nameText } from "../formats/names.ts";
import { ROLE_ID } from "../formats/roleIds.ts";
import { shaped } from "../input/shapes.ts";
import { formatTime } from "../input/times.ts";
import { verifyingCircuit, verifyUnder, type VerifyingCircuit } from "./attestation.ts";
import { STANDING } from "./shape.ts";
import type { ClaimState, Standing, StandingClaim, StandingProof, StandingStage } from "./standing.ts";

/** What a register says of a batch. */
export interface ReadStanding {
  readonly standing: Standing;
  /** Accounts that may certify the batch, and hold the role of a QP now. */
  readonly qps: readonly string[];
  /** Who holds it, by account. */
  readonly heldBy: readonly Holder[];
}

/** What is asked. */
export interface StandingQuestion {
  /** Number of the block; default: the latest one. */
  readonly block?: number | undefined;
  /** The circuits whose provenance the reader knows; default: those that the lock file pins. */
  readonly circuits?: CircuitList | undefined;
}

/** All that is read of one batch, at one block. */
interface Reading {
  readonly register: Register;
  readonly chainId: bigint;
  readonly key: string;
  readonly at: AtBlock;
  readonly state: BatchState;
  readonly accepted: AcceptedCircuits;
}

/**
 * What the register says of a batch, all of one block; every proof that counts is verified once more. Errors: those of
 * `explained`, such as `BatchUnknown`; `standing-proof` (a proof that counts does not verify), `log` (the node's answers do not fit
 * together), `reorg` (the block was replaced meanwhile), `chain`: nothing can be concluded.
 * @param key key of the batch
 */
export async function readStanding(
  register: Register,
  { provider, chainId }: Pick<Chain, "provider" | "chainId">,
  key: string,
  { block: asked, circuits }: StandingQuestion = {},
): Promise<ReadStanding> {
  const block = await explained(() => blockOf(provider, asked ?? "latest"));
  const at = { blockTag: block.number };
  const state = await batchState(register, key, at);
  const accepted = await acceptedCircuits(register, key, at);
  const reading = { register, chainId, key, at, state, accepted };
  const standing = await standingOf(reading, block, circuits);
  const qps = await qpsOf(register, key, at);
  await requireSameBlock(provider, standing);
  return { standing, qps, heldBy: state.heldBy };
}

/**
 * Whoever reads more of the register at a standing's block asks afterwards whether it is still that block: two forks would be mixed.
 * Error `reorg`: it was replaced meanwhile.
 */
export async function requireSameBlock(
  provider: Provider,
  { block, hash }: Pick<Standing, "block" | "hash">,
): Promise<void> {
  const { hash: now } = await explained(() => blockOf(provider, block));
  if (now === hash) return;
  throw environmentError(`Block ${block} was replaced while it was read.`, { code: "reorg", remedy: "Ask again." });
}

async function standingOf(reading: Reading, block: ChainBlock, list: CircuitList | undefined): Promise<Standing> {
  const { register, chainId, key, at, state, accepted } = reading;
  const { stored, heldBy, challenge, supply } = state;
  const { policy } = accepted;
  const open = await explained(() => register.gate.openExceptionsOf(key, at));
  const stages = await stagesOf(reading);
  const claims = await claimsOf(reading, list, stages);
  const isForgeable = claims.some(({ proof }) => proof?.setup === "development");
  return plausible({
    format: "batchproof-standing/1",
    ...{ chainId: chainId.toString(), registry: await register.registry.getAddress(), batch: key },
    commitment: shownHex(stored.batch),
    ...{ block: block.number, hash: block.hash, time: formatTime(block.timestamp) },
    policy: {
      policyId: stored.policyId,
      product: nameText(policy.product),
      ...{ version: numberOf(policy.version), document: policy.documentHash },
    },
    opened: formatTime(stored.opened),
    due: { release: formatTime(stored.due[0]), completion: formatTime(stored.due[1]) },
    ...{ status: state.status, release: state.release, certified: await certifiedAt(reading) },
    recalled: stored.recalled,
    holds: heldBy.map(({ side, order }) => ({ side, order: order ?? null })),
    openExceptions: { own: Number(stored.openExceptions), inherited: Number(open - stored.openExceptions) },
    challenge: challenge === undefined ? null : { kinds: challenge.kinds, decided: challenge.decided },
    supply:
      supply === undefined
        ? null
        : {
            administration: formatTime(supply.administration),
            notificationDue: formatTime(supply.notificationDue),
            notified: supply.notified,
          },
    developmentKeys: accepted.developmentKeys || isForgeable,
    ...{ stages, claims },
  });
}

/** A node may answer any number, and one that no contract of ours gives. Error `log`. */
function plausible(standing: unknown): Standing {
  try {
    return shaped(STANDING, standing, "answer about a batch", "log", "node");
  } catch (error) {
    if (!(error instanceof BatchproofError)) throw error;
    throw environmentError("The node answers what no register can say: nothing can be concluded.", {
      code: "log",
      place: error.place,
      remedy: "Ask another node.",
      cause: error,
    });
  }
}

async function stagesOf({ register, key, at, state, accepted }: Reading): Promise<StandingStage[]> {
  const { registry, gate, persons } = register;
  const { confirmedStages, stages } = accepted.policy;
  const has = (set: bigint, stage: number): boolean => ((set >> BigInt(stage)) & 1n) === 1n;
  const unconfirmed = await explained(() => persons.unconfirmedStages(key, at));
  return await explained(() =>
    Promise.all(
      Array.from({ length: numberOf(stages) }, async (_, stage) => {
        const head = await registry.headOf(key, stage, at);
        return {
          head: head === 0n ? null : shownHex(head),
          ready: await gate.isStageReady(key, stage, at),
          asserted: has(state.stored.assertedHeads, stage),
          confirmed: has(confirmedStages, stage) ? !has(unconfirmed, stage) : null,
        };
      }),
    ),
  );
}

async function claimsOf(
  reading: Reading,
  list: CircuitList | undefined,
  stages: readonly StandingStage[],
): Promise<StandingClaim[]> {
  const { state, accepted } = reading;
  const states = accepted.claims.map((_, index) => claimState(state, index));
  const proofs = await proofsOf(reading, states, list, stages);
  return accepted.claims.map(({ stage, class: code, neededFor, rule }, index) => ({
    index,
    stage: numberOf(stage),
    kind: accepted.kinds[index] ?? null,
    class: nameOf(CLAIM_CLASS, code),
    neededFor: nameOf(NEEDED_FOR, neededFor),
    state: states[index] ?? "missing",
    rule: shownHex(rule),
    proof: proofs.get(index) ?? null,
  }));
}

function claimState({ stored: { attested, refused, settled } }: BatchState, claim: number): ClaimState {
  const isIn = (set: bigint): boolean => ((set >> BigInt(claim)) & 1n) === 1n;
  if (isIn(refused)) return "refused";
  if (isIn(attested)) return "proven";
  return isIn(settled) ? "settled" : "missing";
}

/** ethers gives whole numbers of every size as bigint. */
function numberOf(value: number): number {
  return Number(BigInt(value));
}

function nameOf<T extends string>(codes: Readonly<Record<T, number>>, code: number): T | null {
  return (Object.keys(codes) as T[]).find((name) => codes[name] === numberOf(code)) ?? null;
}

/** What proves each claim that is proven, by its index. Errors: `standing-proof`, `log`, those of `explained`. */
async function proofsOf(
  reading: Reading,
  states: readonly ClaimState[],
  list: CircuitList | undefined,
  stages: readonly StandingStage[],
): Promise<ReadonlyMap<number, StandingProof>> {
  const { register, chainId, key, at, state, accepted } = reading;
  const rules = new Map(
    accepted.claims.flatMap(({ rule }, claim) => (states[claim] === "proven" ? [[claim, rule]] : [])),
  );
  const attestations = await lastAttestations(
    register.registry,
    { chainId, key, batch: state.stored.batch },
    rules,
    at,
  );
  const circuits = new Map<string, VerifyingCircuit>();
  const times = new Map<number, string>();
  const proofs = new Map<number, StandingProof>();
  for (const [claim, attestation] of attestations) {
    const { circuitId, deviations, block } = attestation;
    const circuit =
      circuits.get(circuitId) ?? (await conclusive(claim, () => verifyingCircuit(register, circuitId, at, list)));
    circuits.set(circuitId, circuit);
    await conclusive(claim, () => verifyUnder(circuit, attestation, accepted.kinds[claim]));
    requireAccepted(reading, claim, attestation, stages);
    const time = times.get(block) ?? (await timeOf(register, block));
    times.set(block, time);
    proofs.set(claim, {
      ...{ circuitId, circuit: circuit.circuit ?? null, setup: circuit.setup, unsound: circuit.unsound },
      ...{ attested: time, deviations: deviationNames(deviations) },
    });
  }
  return proofs;
}

/**
 * The register takes proofs of the policy's circuits only, of the head that the stage has, and since the opening that counts. Error
 * `log`: this one is another, such as one that was amended since.
 */
function requireAccepted(
  { accepted, state }: Reading,
  claim: number,
  { circuitId, head, signals }: Attestation,
  stages: readonly StandingStage[],
): void {
  const { circuitIds, stage } = accepted.claims[claim] ?? {};
  const isAccepted = circuitIds?.includes(circuitId) === true && stages[numberOf(stage ?? 0)]?.head === shownHex(head);
  if (isAccepted && signals[OPENED] === state.stored.opened) return;
  throw environmentError("The node's log has an attestation that this register cannot have taken.", {
    code: "log",
    place: `claim ${claim}`,
    remedy: "Ask another node.",
  });
}

/** In the order of SIGNALS. */
const OPENED = 7;

/** What a proof or its key is refused for is no answer about the batch: nothing can be concluded. Error `standing-proof`. */
async function conclusive<T>(claim: number, verify: () => T | Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.code === "chain" || error.kind === "internal") throw error;
    throw environmentError(`The proof of claim ${claim} does not verify: ${error.message} Nothing can be concluded.`, {
      code: "standing-proof",
      remedy: "Ask another node. If it says the same, the register is not what it seems: audit it.",
      cause: error,
    });
  }
}

async function certifiedAt({ register, key, at, state }: Reading): Promise<string | null> {
  if (state.stored.certified === 0n) return null;
  const { registry } = register;
  const topic = registry.interface.getEvent("BatchReleased")?.topicHash ?? null;
  for await (const { blockNumber } of logsOf(registry, [topic, key], { until: at.blockTag })) {
    return await timeOf(register, blockNumber);
  }
  throw environmentError("The node's log does not have the certificate that the register counts.", {
    code: "log",
    place: key,
    remedy: "Ask another node.",
  });
}

async function timeOf({ registry }: Register, block: number): Promise<string> {
  const provider = registry.runner?.provider;
  if (provider == null) throw environmentError("The register is not connected to a node.", { code: "chain" });
  return formatTime((await explained(() => blockOf(provider, block))).timestamp);
}

async function qpsOf({ persons, roles }: Register, key: string, at: AtBlock): Promise<string[]> {
  return await explained(async () => {
    const named = [...(await persons.qpsOf(key, BATCH_SEAT, at))];
    const holding = await Promise.all(named.map((qp) => roles.holds(ROLE_ID.qp, qp, at)));
    return named.filter((_, i) => holding[i]);
  });
}
