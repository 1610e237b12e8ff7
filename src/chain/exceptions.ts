import { toBeHex, type ContractTransactionReceipt, type TransactionReceipt } from "ethers";
import { refusal } from "../errors.ts";
import { DISPOSITION, EXCEPTION_CATEGORY, type DispositionName, type ExceptionCategoryName } from "../formats/codes.ts";
import { nameWord } from "../formats/names.ts";
import { mined } from "./deploy.ts";
import type { Register } from "./handles.ts";
import { logsOf } from "./newestLogs.ts";
import { minedOnce, type Made } from "./once.ts";
import { closingProposal } from "./proposals.ts";
import { eventOf, eventsOf } from "./receipts.ts";
import { explained } from "./revert.ts";

/** A claim of a batch that is not or may not be met. */
export interface ConcernedClaim {
  /** Key of the batch. */
  readonly key: string;
  /** Index of the claim in the policy. */
  readonly claim: number;
}

/** What is said of such claims. */
export interface ExceptionReport {
  readonly category: ExceptionCategoryName;
  /** 1 minor, 2 major, 3 critical. */
  readonly severity: number;
  /** Number in the quality management system, a name; public. */
  readonly reference: string;
  /** Salted commitment, 0x hex; all zeros: none. */
  readonly evidence: string;
}

/** One exception of one batch. */
export interface Raised extends ConcernedClaim {
  /** Number of the exception in this registry: closing names it. */
  readonly id: bigint;
  /** Exceptions of this owner about this rule, this one included. */
  readonly repeats: bigint;
}

export interface RaisedAll {
  /** One a batch, in the order in which they were named. */
  readonly raised: readonly [Raised, ...Raised[]];
  readonly receipt: TransactionReceipt;
  /** Whether the same account had raised the same before, so that nothing was sent. */
  readonly already: boolean;
}

/**
 * Raises an exception on each claim, once: one deviation, on which the QP of each batch decides by himself. What is closed may
 * be raised again. Errors: those of `minedOnce`.
 */
export async function raiseException(
  { registry }: Pick<Register, "registry">,
  concerned: readonly [ConcernedClaim, ...ConcernedClaim[]],
  report: ExceptionReport,
): Promise<RaisedAll> {
  const args = raisingArgs(concerned, report);
  const made = raised({ registry }, concerned[0].key);
  const { receipt, already } = await minedOnce(registry, registry.raiseException, args, made);
  const [first, ...more] = eventsOf(receipt, registry, "ExceptionRaised");
  return { raised: [raisedIn(first), ...more.map(raisedIn)], receipt, already };
}

/** The arguments of the call that raises it. */
export function raisingArgs(
  concerned: readonly ConcernedClaim[],
  { category, severity, reference, evidence }: ExceptionReport,
): Parameters<Register["registry"]["raiseException"]["populateTransaction"]> {
  const [keys, claims] = [concerned.map(({ key }) => key), concerned.map(({ claim }) => claim)];
  return [keys, claims, EXCEPTION_CATEGORY[category], severity, nameWord(reference), evidence];
}

/** What such a call makes: an exception, until it is closed. `key`: key of the first batch. */
export function raised({ registry }: Pick<Register, "registry">, key: string): Made {
  return {
    ...{ event: "ExceptionRaised", key },
    stands: async ({ id }) => (await registry.exceptionOf(id as bigint)).disposition === 0n,
  };
}

function raisedIn(said: Readonly<Record<string, unknown>>): Raised {
  const { key, id, claim, repeats } = said as unknown as Record<"id" | "claim" | "repeats", bigint> & { key: string };
  return { key, id, claim: Number(claim), repeats };
}

/** How an exception is closed: two people say exactly the same. */
export interface Closing {
  /** Number of the exception in this registry. */
  readonly id: bigint;
  readonly disposition: DispositionName;
  /** sha256 of the investigation, 0x hex. */
  readonly evidence: string;
}

/** A closing that QA proposed. */
export interface ProposedClosing extends Closing {
  /** Account of the proposer. */
  readonly proposer: string;
  readonly block: number;
}

/** Proposes a closing, as QA of the batch's owner. Errors: those of `explained`. */
export function proposeClosing({ persons }: Register, closing: Closing): Promise<ContractTransactionReceipt> {
  const { id, disposition, evidence } = closing;
  return mined(() => persons.proposeClosing(id, DISPOSITION[disposition], evidence));
}

/** Takes a proposed closing back, as whoever proposed it. Errors: those of `explained`. */
export function withdrawClosing(
  { persons }: Register,
  { id, disposition, evidence }: Closing,
): Promise<ContractTransactionReceipt> {
  return mined(() => persons.withdraw(closingProposal(id, DISPOSITION[disposition], evidence)));
}

/** Agrees, as the authority that raised an exception, with how it was closed. Errors: those of `explained`. */
export async function acknowledge({ persons }: Register, id: bigint): Promise<AcknowledgedClosing> {
  const receipt = await mined(() => persons.acknowledge(id));
  return { key: eventOf(receipt, persons, "ClosingAcknowledged")["key"] as string, receipt };
}

export interface AcknowledgedClosing {
  /** Key of the batch. */
  readonly key: string;
  readonly receipt: ContractTransactionReceipt;
}

export interface ConfirmedClosing {
  readonly proposed: ProposedClosing;
  /** Key of the batch. */
  readonly key: string;
  /** Index of the claim in the policy. */
  readonly claim: number;
  /** Whether the exception stands in place of the claim's proof from now on. */
  readonly settled: boolean;
  readonly receipt: ContractTransactionReceipt;
}

/**
 * Confirms, as a QP of the batch, a closing exactly as QA proposed it. Errors: `NotProposed` (nobody proposed this; the
 * message says what was proposed), `ExceptionIsClosed`, `SamePerson` and whatever else `explained` says.
 */
export async function confirmClosing(register: Register, closing: Closing): Promise<ConfirmedClosing> {
  const { registry, persons } = register;
  const { id, disposition, evidence } = closing;
  const { key, claim } = await explained(() => registry.exceptionOf(id));
  const proposed = await requireProposed(register, closing);
  const receipt = await mined(() => persons.confirmClosing(id, DISPOSITION[disposition], evidence));
  const { settled } = eventOf(receipt, registry, "ExceptionClosed");
  return { proposed, key, claim: Number(claim), settled: settled === true, receipt };
}

async function requireProposed(register: Register, closing: Closing): Promise<ProposedClosing> {
  const others: ProposedClosing[] = [];
  for await (const proposed of proposedClosings(register, closing.id)) {
    if (proposed.disposition === closing.disposition && proposed.evidence === closing.evidence) return proposed;
    others.push(proposed);
  }
  const was = others.map(({ disposition, evidence }) => `${disposition} with evidence ${evidence}`).join("; ");
  throw refusal(
    `QA did not propose to close exception ${closing.id} as ${closing.disposition} with evidence ${closing.evidence}, ` +
      `but ${was === "" ? "nothing yet" : `as ${was}`}.`,
    { code: "NotProposed", remedy: "Confirm the same disposition, with the same file of the investigation." },
  );
}

/** The closings that were proposed for an exception, newest first. Errors: those of `explained`. */
export async function* proposedClosings({ persons }: Register, id: bigint): AsyncGenerator<ProposedClosing> {
  const topic = persons.interface.getEvent("ClosingProposed")?.topicHash ?? null;
  for await (const log of logsOf(persons, [topic, null, toBeHex(id, 32)])) {
    const args = persons.interface.parseLog(log)?.args.toObject() ?? {};
    const disposition = DISPOSITIONS.find((name) => BigInt(DISPOSITION[name]) === args["disposition"]);
    if (disposition === undefined) continue;
    const { evidence, proposer } = args as { evidence: string; proposer: string };
    yield { id, disposition, evidence, proposer, block: log.blockNumber };
  }
}

const DISPOSITIONS = Object.keys(DISPOSITION) as DispositionName[];
