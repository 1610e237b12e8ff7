import { ZeroHash } from "ethers";
import {
  COUNTER,
  DISPOSITION,
  EXCEPTION_CATEGORY,
  REASON,
  type DispositionName,
  type NeededForName,
} from "../formats/codes.ts";
import { batchKey } from "../formats/context.ts";
import { nameText } from "../formats/names.ts";
import { NO_WORDS } from "../formats/reasons.ts";
import { formatTime } from "../input/times.ts";
import { certificateProblem } from "./certificate.ts";
import { momentOf, type EventArgs, type RegisterEvent } from "./events.ts";
import { incomplete, known } from "./incomplete.ts";
import type { AuditedBatch, ExceptionState, PendingItem, ReasonedMoment, RegisterState } from "./state.ts";
import { missingClaims } from "./status.ts";
import { extendExceptions, extendTrail, noteCall, noteItem, requireBound } from "./trail.ts";

/** `BatchOpened`. */
export function openBatch(state: RegisterState, event: RegisterEvent): void {
  const { args } = event;
  const [key, owner] = [args.text("key"), args.text("owner")];
  const [release = 0n, completion = 0n] = args.bigs("due");
  const serial = args.number("serial");
  const expected = (state.counts[owner]?.[COUNTER.indexOf("Opened")] ?? 0) + 1;
  if (serial !== expected) throw incomplete(`owner ${owner} has batch ${serial} where batch ${expected} is missing`);
  if (state.batches[key] !== undefined || batchKey(owner, args.big("batch")) !== key) {
    throw incomplete(`batch ${key} was opened twice, or is not its owner's`);
  }
  known(state.policies, args.text("policyId"), "policy");
  // One that was opened before, so that no chain of them ever closes.
  if (args.text("supersedes") !== ZeroHash) known(state.batches, args.text("supersedes"), "batch");
  state.batches[key] = {
    owner,
    serial,
    batch: args.big("batch").toString(),
    opening: args.big("opening").toString(),
    policyId: args.text("policyId"),
    due: [release.toString(), completion.toString()],
    consent: args.text("consent"),
    supersedes: args.text("supersedes"),
    qps: args.texts("qps"),
    opened: momentOf(event, owner),
    openingTime: timeOf(event),
    status: "Open",
    heads: {},
    asserted: [],
    attested: {},
    settled: [],
    exceptions: [],
    amendments: [],
    certified: [],
    openingsReplaced: [],
    submittersNamed: [],
    extensions: [],
    holds: [],
    requests: [],
    unproven: [],
    trail: ZeroHash,
    exceptionsHash: ZeroHash,
    touched: event.block,
  };
}

type Play = (state: RegisterState, event: RegisterEvent, key: string, batch: AuditedBatch) => void;

/** A handler that remembers when the batch last changed. */
function touching(play: Play): Play {
  return (state, event, key, batch) => {
    batch.touched = event.block;
    play(state, event, key, batch);
  };
}

const PLAYS: Readonly<Record<string, Play>> = {
  SubmitterNamed: (_state, event, _key, batch) => {
    batch.submittersNamed.push({ ...momentOf(event, batch.owner), submitter: event.args.text("submitter") });
  },
  OpeningReplaced: (state, event, key, batch) => {
    const { args } = event;
    const opening = args.big("opening").toString();
    if (batch.opening !== args.big("previous").toString()) {
      throw incomplete(`batch ${key} had another opening than the one that was replaced`);
    }
    batch.opening = opening;
    batch.openingTime = timeOf(event);
    batch.openingsReplaced.push(reasoned(event, batch.owner));
    noteCall(state, key, batch, "replaceOpening", [key, opening, ...reasonOf(args)]);
  },
  HeadSet: (_state, { args }, _key, batch) => {
    const stage = args.number("stage");
    // Only an amendment moves a head: then everything that rests on the old one is open again.
    if (batch.heads[stage] !== undefined) {
      batch.heads = keeping(batch.heads, (each) => each <= stage);
    }
    batch.heads[stage] = args.big("head").toString();
  },
  HeadAsserted: (state, event, key, batch) => {
    const { args } = event;
    const [stage, head] = [args.number("stage"), args.big("head").toString()];
    if (batch.heads[stage] !== head) throw incomplete(`a head of batch ${key} was set without saying so`);
    batch.asserted.push({ ...momentOf(event, batch.owner), stage });
    noteCall(state, key, batch, "setHead", [key, stage, head]);
  },
  ClaimAttested: (state, event, key, batch) => {
    if (batch.attested[event.args.number("claim")] !== undefined) {
      throw incomplete(`a claim of batch ${key} was attested twice`);
    }
    const item = pendingItemOf(event.args);
    attest(state, event, batch, item);
    noteItem(state, key, item);
  },
  ClaimAmended: (state, event, key, batch) => {
    const { args } = event;
    const item = pendingItemOf(args);
    if (batch.attested[item.claim] === undefined)
      throw incomplete(`an amended claim of batch ${key} was never attested`);
    requireBound(key, batch, known(state.policies, batch.policyId, "policy"), item);
    attest(state, event, batch, item);
    const reopened = bitsOf(args.big("reopened"));
    batch.attested = keeping(batch.attested, (claim) => !reopened.includes(claim));
    batch.settled = batch.settled.filter((claim) => !reopened.includes(claim));
    batch.amendments.push({ ...reasoned(event, args.text("submitter")), claim: item.claim, reopened: reopened.length });
    if (batch.status === "Released" || batch.status === "Completed") batch.status = "Open";
    delete batch.completed;
    noteCall(state, key, batch, "amend", [key, item, ...reasonOf(args)]);
  },
  TrailExtended: (state, event, key, batch) => {
    extendTrail(state, key, batch, known(state.policies, batch.policyId, "policy"), event);
  },
  ExceptionRaised: (state, event, key, batch) => {
    const exception = raisedBy(state, event, key, batch);
    const { claim, severity } = exception;
    const { args } = event;
    const said = [args.number("category"), severity, args.text("qmsRef"), args.text("evidence")];
    const callArgs = [key, claim, ...said];
    extendExceptions(key, batch, "raiseException", callArgs, event);
    batch.exceptions.push(exception);
  },
  ClosingProposed: (_state, event, key, batch) => {
    const { args } = event;
    const exception = exceptionOf(batch, key, args);
    extendExceptions(key, batch, "proposeClosing", closingArgs(args), event);
    exception.proposals.push({
      ...momentOf(event, args.text("proposer")),
      disposition: dispositionOf(args),
      evidence: args.text("evidence"),
    });
  },
  ExceptionClosed: (state, event, key, batch) => {
    const { args } = event;
    const exception = exceptionOf(batch, key, args);
    const [disposition, settled] = [dispositionOf(args), args.flag("settled")];
    const evidence = args.text("evidence");
    const proposal = exception.proposals.find((each) => each.disposition === disposition && each.evidence === evidence);
    if (proposal?.by === undefined) throw incomplete(`the closing of exception ${exception.id} was never proposed`);
    extendExceptions(key, batch, "confirmClosing", closingArgs(args), event);
    exception.closed = { ...momentOf(event, args.text("qp")), disposition, settled, proposer: proposal.by };
    if (settled && !batch.settled.includes(exception.claim)) batch.settled.push(exception.claim);
    if (disposition === "rejected") unsettle(state, batch, exception.claim);
  },
  RevocationDecided: (_state, event, key, batch) => {
    extendExceptions(key, batch, "decideRevocation", [key, ...reasonOf(event.args)], event);
    batch.revocationDecided = reasoned(event, event.args.text("qp"));
  },
  BatchReleased: (state, event, key, batch) => {
    const problem = certificateProblem(state, key, batch, event);
    batch.certified.push({
      ...momentOf(event, event.args.text("qp")),
      ...(problem === undefined ? {} : { problem }),
    });
    batch.status = "Released";
  },
  BatchCompleted: (_state, event, _key, batch) => {
    batch.status = "Completed";
    batch.completed = momentOf(event);
  },
  BatchSuppliedExceptionally: (_state, event, _key, batch) => {
    batch.status = "ExceptionalSupply";
    const notified = formatTime(event.args.big("authorityNotifiedAt"));
    batch.ended = { ...momentOf(event, event.args.text("qp")), reason: `authority notified ${notified}` };
  },
  BatchRejected: (_state, event, _key, batch) => {
    batch.status = "Rejected";
    batch.ended = reasoned(event, event.args.text("qp"));
  },
  BatchAborted: (_state, event, _key, batch) => {
    batch.status = "Aborted";
    batch.ended = reasoned(event, event.args.text("by"));
  },
  BatchHeld: (state, event, key, batch) => {
    const { args } = event;
    batch.holds.push({ ...reasoned(event, args.text("by")), hold: args.number("hold") });
    noteCall(state, key, batch, "hold", [key, ...reasonOf(args)]);
  },
  BatchUnheld: (state, event, key, batch) => {
    const { args } = event;
    const hold = batch.holds.find((each) => each.hold === args.number("hold") && each.lifted === undefined);
    if (hold === undefined) throw incomplete(`a hold of batch ${key} was lifted that nobody placed`);
    hold.lifted = reasoned(event, args.text("by"));
    noteCall(state, key, batch, "unhold", [key, ...reasonOf(args)]);
  },
  BatchRecalled: (_state, event, _key, batch) => {
    batch.recalled = reasoned(event, event.args.text("by"));
  },
  DueExtended: (_state, event, key, batch) => {
    const { args } = event;
    const which = args.number("which") === 0 ? 0 : 1;
    const [previous, due] = [args.decimal("previous"), args.decimal("due")];
    if (batch.due[which] !== previous) throw incomplete(`batch ${key} had another due date than the one extended`);
    batch.due[which] = due;
    const name = which === 0 ? ("release" as const) : ("completion" as const);
    batch.extensions.push({ ...reasoned(event, batch.owner), which: name, previous, due });
  },
  DisclosureRequested: (state, event, _key, batch) => {
    const { args } = event;
    const id = nextNumber(args.number("id"), state.requests, "request");
    state.requests = id;
    const window = { from: args.decimal("from"), to: args.decimal("to"), dueBy: args.decimal("dueBy") };
    const asked = { claim: args.number("claim"), ...window };
    batch.requests.push({ ...momentOf(event, args.text("authority")), id, ...asked });
  },
  DisclosureAnswered: (state, event, key, batch) => {
    const request = batch.requests.find(({ id, answered }) => id === event.args.number("id") && answered === undefined);
    if (request === undefined) throw incomplete(`a request about batch ${key} was answered that nobody made`);
    request.answered = momentOf(event, batch.owner);
    state.answers++;
  },
};

/** Events about one batch, but for its opening. */
export const BATCH_EVENTS: Readonly<Record<string, Play>> = Object.fromEntries(
  Object.entries(PLAYS).map(([name, play]) => [name, touching(play)]),
);

const CATEGORY_NAMES = namesOf(EXCEPTION_CATEGORY);
const DISPOSITION_NAMES = namesOf(DISPOSITION);
const REASON_NAMES = namesOf(REASON);

function namesOf<Name extends string>(codes: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
  return new Map(Object.entries<number>(codes).map(([name, code]) => [code, name as Name]));
}

function named<Name>(names: ReadonlyMap<number, Name>, code: number): Name {
  const name = names.get(code);
  if (name === undefined) throw incomplete(`an event holds the unknown code ${code}`);
  return name;
}

/** What was accepted in place of a claim's proof is not any more: nor is what rested on it certified, or completed. */
function unsettle(state: RegisterState, batch: AuditedBatch, claim: number): void {
  batch.settled = batch.settled.filter((each) => each !== claim);
  if (batch.status !== "Released" && batch.status !== "Completed") return;
  const isMissing = (goal: NeededForName): boolean => missingClaims(state, batch, goal).length > 0;
  if (isMissing("release")) batch.status = "Open";
  else if (isMissing("completion")) batch.status = "Released";
  if (batch.status !== "Completed") delete batch.completed;
}

function timeOf({ name, block, time }: RegisterEvent): number {
  if (time !== undefined) return time;
  throw incomplete(`the time of block ${block} is missing, which ${name} fixes`);
}

function attest(state: RegisterState, event: RegisterEvent, batch: AuditedBatch, item: PendingItem): void {
  if (event.args.big("opened") !== BigInt(batch.openingTime)) {
    throw incomplete(`a proof is for another time of its batch's opening than that of the opening's block`);
  }
  const { claims } = known(state.policies, batch.policyId, "policy");
  if (claims[item.claim]?.circuitIds.includes(item.circuitId) !== true) {
    throw incomplete(`a proof is of circuit ${item.circuitId}, which its claim does not accept`);
  }
  known(state.circuits, item.circuitId, "circuit");
  batch.attested[item.claim] = {
    proof: ++state.proofs,
    circuitId: item.circuitId,
    parties: item.parties,
    // A bitmap of six bits; what is beyond them fails the proof and needs no place here.
    deviations: Number(BigInt(item.deviations) & 0xffff_ffffn),
    block: event.block,
    transaction: event.transaction,
  };
}

/** The proof of `ClaimAttested` or `ClaimAmended`. */
export function pendingItemOf(args: EventArgs): PendingItem {
  return {
    claim: args.number("claim"),
    circuitId: args.text("circuitId"),
    head: args.decimal("head"),
    parties: args.decimal("parties"),
    record: args.decimal("record"),
    deviations: args.decimal("deviations"),
    proof: args.bigs("proof").map(String),
  };
}

function raisedBy(state: RegisterState, event: RegisterEvent, key: string, batch: AuditedBatch): ExceptionState {
  const { args } = event;
  const claim = args.number("claim");
  const rule = known(state.policies, batch.policyId, "policy").claims[claim]?.rule;
  if (rule === undefined)
    throw incomplete(`an exception of batch ${key} is about a claim that its policy does not have`);
  const id = nextNumber(args.number("id"), state.exceptions, "exception");
  state.exceptions = id;
  const series = `${batch.owner}/${rule}`;
  const repeats = nextNumber(args.number("repeats"), state.repeats[series] ?? 0, "exception about this rule");
  state.repeats[series] = repeats;
  return {
    ...momentOf(event, args.text("raisedBy")),
    id,
    claim,
    category: named(CATEGORY_NAMES, args.number("category")),
    severity: args.number("severity"),
    qmsRef: nameText(args.text("qmsRef")),
    repeats,
    proposals: [],
  };
}

/** Numbers count without gap. */
function nextNumber(received: number, last: number, what: string): number {
  if (received !== last + 1) throw incomplete(`${what} ${received} comes where ${last + 1} is missing`);
  return received;
}

function exceptionOf(batch: AuditedBatch, key: string, args: EventArgs): ExceptionState {
  const id = args.number("id");
  const found = batch.exceptions.find((exception) => exception.id === id && exception.closed === undefined);
  if (found === undefined) throw incomplete(`exception ${id} of batch ${key} is not open where an event closes it`);
  return found;
}

function closingArgs(args: EventArgs): readonly unknown[] {
  return [args.big("id"), args.number("disposition"), args.text("evidence")];
}

function dispositionOf(args: EventArgs): DispositionName {
  return named(DISPOSITION_NAMES, args.number("disposition"));
}

/** Why something was decided, as the last arguments of its call. */
function reasonOf(args: EventArgs): readonly [reason: number, words: string] {
  return [args.number("reason"), args.text("words")];
}

/** A moment with the reason that its event gives. */
export function reasoned(event: RegisterEvent, by: string): ReasonedMoment {
  const [reason, words] = reasonOf(event.args);
  return {
    ...momentOf(event, by),
    reason: REASON_NAMES.get(reason) ?? `reason ${reason}`,
    ...(words === NO_WORDS ? {} : { words }),
  };
}

/** The entries whose number is to be kept. */
function keeping<T>(entries: Readonly<Record<string, T>>, isKept: (number: number) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).filter(([number]) => isKept(Number(number))));
}

/** Numbers of the bits that are set. */
export function bitsOf(set: bigint): number[] {
  const bits: number[] = [];
  for (let bit = 0; set >> BigInt(bit) !== 0n; bit++) if ((set >> BigInt(bit)) & 1n) bits.push(bit);
  return bits;
}
