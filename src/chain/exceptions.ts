import { toBeHex, type ContractTransactionReceipt } from "ethers";
import { refusal } from "../errors.ts";
import { DISPOSITION, EXCEPTION_CATEGORY, type DispositionName, type ExceptionCategoryName } from "../formats/codes.ts";
import { nameWord } from "../formats/names.ts";
import { mined } from "./deploy.ts";
import type { Register } from "./handles.ts";
import { logsOf } from "./newestLogs.ts";
import { eventOf } from "./receipts.ts";
import { explained } from "./revert.ts";

/** What is said of a claim that is not or may not be met. */
export interface ExceptionReport {
  /** Index of the claim in the policy. */
  readonly claim: number;
  readonly category: ExceptionCategoryName;
  /** 1 minor, 2 major, 3 critical. */
  readonly severity: number;
  /** Number in the quality management system, a name; public. */
  readonly reference: string;
  /** Salted commitment, 0x hex; all zeros: none. */
  readonly evidence: string;
}

export interface Raised {
  /** Number of the exception in this registry: closing names it. */
  readonly id: bigint;
  /** Exceptions of this owner about this rule, this one included. */
  readonly repeats: bigint;
  readonly receipt: ContractTransactionReceipt;
}

/** Raises an exception. `key`: key of the batch. Errors: those of `explained`. */
export async function raiseException(register: Register, key: string, report: ExceptionReport): Promise<Raised> {
  const { registry } = register;
  const { claim, category, severity, reference, evidence } = report;
  const receipt = await mined(() =>
    registry.raiseException(key, claim, EXCEPTION_CATEGORY[category], severity, nameWord(reference), evidence),
  );
  const { id, repeats } = eventOf(receipt, registry, "ExceptionRaised");
  return { id: id as bigint, repeats: repeats as bigint, receipt };
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
export function proposeClosing({ registry }: Register, closing: Closing): Promise<ContractTransactionReceipt> {
  const { id, disposition, evidence } = closing;
  return mined(() => registry.proposeClosing(id, DISPOSITION[disposition], evidence));
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
  const { registry } = register;
  const { id, disposition, evidence } = closing;
  const { key, claim } = await explained(() => registry.exceptionOf(id));
  const proposed = await requireProposed(register, closing);
  const receipt = await mined(() => registry.confirmClosing(id, DISPOSITION[disposition], evidence));
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
export async function* proposedClosings({ registry }: Register, id: bigint): AsyncGenerator<ProposedClosing> {
  const topic = registry.interface.getEvent("ClosingProposed")?.topicHash ?? null;
  for await (const log of logsOf(registry, [topic, null, toBeHex(id, 32)])) {
    const args = registry.interface.parseLog(log)?.args.toObject() ?? {};
    const disposition = DISPOSITIONS.find((name) => BigInt(DISPOSITION[name]) === args["disposition"]);
    if (disposition === undefined) continue;
    const { evidence, proposer } = args as { evidence: string; proposer: string };
    yield { id, disposition, evidence, proposer, block: log.blockNumber };
  }
}

const DISPOSITIONS = Object.keys(DISPOSITION) as DispositionName[];
