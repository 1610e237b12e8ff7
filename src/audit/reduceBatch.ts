import { ZeroHash } from "ethers";
import { closingProposal, qpProposal } from "../chain/proposals.ts";
import {
  BATCH_SEAT,
  DISPOSITION,
  EXCEPTION_CATEGORY,
  REASON,
  type DispositionName,
  type NeededForName,
} from "../formats/codes.ts";
import { batchKey } from "../formats/context.ts";
import { nameText } from "../formats/names.ts";
import { NO_WORDS } from "../formats/reasons.ts";
import { qaRole, ROLE_ID } from "../formats/roleIds.ts";
import { certificateProblem } from "./certificate.ts";
import { momentOf, type EventArgs, type RegisterEvent } from "./events.ts";
import { incomplete, known } from "./incomplete.ts";
import { approve, forget, propose } from "./proposals.ts";
import type { AuditedBatch, ExceptionState, ReasonedMoment, RegisterState, RequestState, Said } from "./state.ts";
import { missingClaims } from "./status.ts";
import { extendExceptions, extendTrail, requireBound, type LoggedItem } from "./trail.ts";

/** `BatchOpened`. */
export function openBatch(state: RegisterState, event: RegisterEvent): void {
  const { args } = event;
  const [key, owner] = [args.text("key"), args.text("owner")];
  const [release = 0n, completion = 0n] = args.bigs("due");
  const serial = nextNumber(args.number("serial"), state.serials[owner] ?? 0, `batch of owner ${owner}`);
  state.serials[owner] = serial;
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
    seats: seatsOf(args),
    qpsAdded: [],
    confirmations: [],
    revision: 0,
    opened: momentOf(event, owner),
    openingTime: event.time,
    status: "Open",
    heads: {},
    asserted: [],
    attested: {},
    replaced: [],
    settled: [],
    refused: [],
    usedRoots: [],
    exceptions: [],
    amendments: [],
    certified: [],
    openingsReplaced: [],
    submittersNamed: [],
    completions: [],
    extensions: [],
    holds: [],
    requests: [],
    challengesDecided: [],
    unproven: [],
    unentitled: [],
    trail: ZeroHash,
    exceptionsHash: ZeroHash,
  };
}

function seatsOf(args: EventArgs): Record<string, string[]> {
  const seats: AuditedBatch["seats"] = { [BATCH_SEAT]: [...args.texts("qps")] };
  for (const named of args.tuples("stageQps")) seat(seats, named.number("stage"), named.text("qp"));
  return seats;
}

function seat(seats: AuditedBatch["seats"], index: number, qp: string): void {
  seats[index] = [...(seats[index] ?? []), qp];
}

type Play = (state: RegisterState, event: RegisterEvent, key: string, batch: AuditedBatch) => void;

/** Events about one batch, but for its opening. */
export const BATCH_EVENTS: Readonly<Record<string, Play>> = {
  // The batch is there already: only who opened it is looked at.
  BatchOpened: () => undefined,
  SubmitterNamed: (_state, event, _key, batch) => {
    batch.submittersNamed.push({ ...momentOf(event, batch.owner), submitter: event.args.text("submitter") });
  },
  OpeningReplaced: (_state, event, key, batch) => {
    const { args } = event;
    const opening = args.big("opening").toString();
    const previous = args.big("previous").toString();
    if (batch.opening !== previous) {
      throw incomplete(`batch ${key} had another opening than the one that was replaced`);
    }
    batch.opening = opening;
    batch.openingTime = event.time;
    batch.openingsReplaced.push({ ...reasoned(event, batch.owner), previous, opening });
    extendTrail(batch, "replaceOpening", [key, opening, ...reasonOf(args)]);
  },
  QpProposed: (state, event, key, batch) => {
    const { args } = event;
    const what = `${args.text("qp")} as QP of ${seatWords(args.number("seat"))}`;
    propose(state, event, idOfSeat(args, key), { what, batch: key, by: batch.owner });
  },
  QpAdded: (state, event, key, batch) => {
    const { args } = event;
    const [index, qp, by] = [args.number("seat"), args.text("qp"), args.text("by")];
    const id = idOfSeat(args, key);
    // With nobody left who could consent the owner's word is enough.
    if (by === batch.owner) forget(state, event.part, id);
    else approve(state, event, id, { by, role: ROLE_ID.manufacturer });
    seat(batch.seats, index, qp);
    batch.qpsAdded.push({ ...momentOf(event, by), seat: index, qp });
  },
  StageConfirmed: (_state, event, _key, batch) => {
    const { args } = event;
    const [stage, document] = [args.number("stage"), args.text("document")];
    batch.confirmations.push({ ...momentOf(event, args.text("qp")), stage, document, revision: batch.revision });
  },
  HeadSet: (_state, { args }, _key, batch) => {
    const stage = args.number("stage");
    // Only an amendment moves a head: then everything that rests on the old one is open again.
    if (batch.heads[stage] !== undefined) {
      batch.heads = keeping(batch.heads, (each) => each <= stage);
    }
    batch.heads[stage] = args.big("head").toString();
  },
  HeadAsserted: (_state, event, key, batch) => {
    const { args } = event;
    const [stage, head] = [args.number("stage"), args.big("head").toString()];
    if (batch.heads[stage] !== head) throw incomplete(`a head of batch ${key} was set without saying so`);
    batch.asserted.push({ ...momentOf(event, batch.owner), stage });
    extendTrail(batch, "setHead", [key, stage, head]);
  },
  ClaimAttested: (state, event, key, batch) => {
    const item = itemOf(event.args);
    if (batch.attested[item.claim] !== undefined) throw incomplete(`a claim of batch ${key} was attested twice`);
    attest(state, event, key, batch, item);
    extendTrail(batch, "attest", [key, item]);
  },
  ClaimAmended: (state, event, key, batch) => {
    const { args } = event;
    const item = itemOf(args);
    const before = batch.attested[item.claim];
    if (before === undefined) throw incomplete(`an amended claim of batch ${key} was never attested`);
    const proof = attest(state, event, key, batch, item);
    const reopened = bitsOf(args.big("reopened"));
    batch.replaced.push({ ...before, claim: item.claim });
    for (const claim of reopened) {
      const open = batch.attested[claim];
      if (open !== undefined) batch.replaced.push({ ...open, claim });
    }
    batch.attested = keeping(batch.attested, (claim) => !reopened.includes(claim));
    batch.settled = batch.settled.filter((claim) => !reopened.includes(claim));
    batch.revision++;
    batch.amendments.push({
      ...{ ...reasoned(event, args.text("submitter")), claim: item.claim, proof, reopened: reopened.length },
      ...{ before: saidIn(before), after: saidIn(item) },
    });
    if (batch.status === "Released" || batch.status === "Completed") batch.status = "Open";
    extendTrail(batch, "amend", [key, item, ...reasonOf(args)]);
  },
  ExceptionRaised: (state, event, key, batch) => {
    const { args } = event;
    const exception = raisedBy(state, event, key, batch);
    const { claim, severity } = exception;
    const said = [args.number("category"), severity, args.text("qmsRef"), args.text("evidence")];
    extendExceptions(batch, "raiseException", [key, claim, ...said]);
    batch.exceptions.push(exception);
  },
  ClosingProposed: (state, event, key, batch) => {
    const { args } = event;
    const [exception, by] = [openExceptionIn(batch, key, args), args.text("proposer")];
    const disposition = dispositionOf(args);
    const id = idOfClosing(args);
    const what = `that exception ${exception.id} is closed as ${disposition}`;
    propose(state, event, id, { what, batch: key, by });
    exception.proposed = { ...momentOf(event, by), disposition, id };
    exception.closings.push({ ...momentOf(event, by), disposition, evidence: args.text("evidence") });
  },
  ExceptionClosed: (state, event, key, batch) => {
    const { args } = event;
    const [exception, by] = [openExceptionIn(batch, key, args), args.text("qp")];
    const [disposition, settled] = [dispositionOf(args), args.flag("settled")];
    const approval = { by, role: qaRole(batch.owner), part: "persons" } as const;
    const { by: proposer = "" } = approve(state, event, idOfClosing(args), approval);
    extendExceptions(batch, "closeException", [...closingArgs(args), by]);
    const evidence = args.text("evidence");
    exception.closed = { ...momentOf(event, by), disposition, evidence, settled, proposer };
    delete exception.proposed;
    if (settled && !batch.settled.includes(exception.claim)) batch.settled.push(exception.claim);
    if (disposition === "rejected") refuse(state, batch, exception.claim);
  },
  ClosingAcknowledged: (_state, event, key, batch) => {
    const { args } = event;
    const exception = batch.exceptions.find(({ id }) => id === args.number("id"));
    if (exception?.closed === undefined) throw incomplete(`a closing of batch ${key} was agreed to that is none`);
    exception.acknowledged = momentOf(event, args.text("authority"));
  },
  RevocationDecided: (_state, event, key, batch) => {
    extendExceptions(batch, "decideRevocation", [key, ...reasonOf(event.args)]);
    batch.revocationDecided = reasoned(event, event.args.text("qp"));
  },
  ChallengeDecided: (_state, event, key, batch) => {
    const { args } = event;
    const [challenge, kinds] = [args.text("challenge"), args.number("kinds")];
    extendExceptions(batch, "decideChallenge", [key, challenge, ...reasonOf(args)]);
    batch.challengesDecided.push({ ...reasoned(event, args.text("qp")), challenge, kinds });
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
    batch.completions.push(momentOf(event));
  },
  BatchSuppliedExceptionally: (_state, event, _key, batch) => {
    const { args } = event;
    const released = batch.status === "Released";
    batch.status = "ExceptionalSupply";
    const administration = args.decimal("administration");
    const documents = { riskEvaluation: args.text("riskEvaluation"), physicianRequest: args.text("physicianRequest") };
    batch.supplied = { ...momentOf(event, args.text("qp")), ...documents, administration, released };
  },
  AuthorityNotified: (_state, event, key, batch) => {
    const { args } = event;
    if (batch.supplied === undefined) throw incomplete(`batch ${key} was never supplied exceptionally`);
    batch.supplied.notified = { ...momentOf(event, args.text("by")), at: args.decimal("notifiedAt") };
  },
  BatchRejected: (_state, event, _key, batch) => {
    batch.status = "Rejected";
    batch.ended = reasoned(event, event.args.text("qp"));
  },
  BatchAborted: (_state, event, _key, batch) => {
    batch.status = "Aborted";
    batch.ended = reasoned(event, event.args.text("by"));
  },
  BatchHeld: (_state, event, key, batch) => {
    const { args } = event;
    const order = args.text("order");
    batch.holds.push({
      ...{ ...reasoned(event, args.text("by")), side: args.number("side") },
      ...(order === ZeroHash ? {} : { order: nameText(order) }),
    });
    extendTrail(batch, "hold", [key, ...reasonOf(args), order]);
  },
  BatchUnheld: (_state, event, key, batch) => {
    const { args } = event;
    const holder = args.text("holder");
    const hold = batch.holds.find((each) => each.by === holder && each.lifted === undefined);
    if (hold === undefined) throw incomplete(`a hold of batch ${key} was lifted that nobody placed`);
    hold.lifted = reasoned(event, args.text("by"));
    extendTrail(batch, "unhold", [key, holder, ...reasonOf(args)]);
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
    batch.requests.push({ ...momentOf(event, args.text("authority")), id, ...asked, answers: [], reopened: [] });
  },
  DisclosureAnswered: (_state, event, key, batch) => {
    const request = requestIn(batch, key, event.args, false);
    request.answered = { ...momentOf(event, batch.owner), disclosure: event.args.text("disclosureHash") };
    request.answers.push(request.answered);
  },
  RequestAccepted: (_state, event, key, batch) => {
    requestIn(batch, key, event.args, true).accepted = momentOf(event, event.args.text("authority"));
  },
  RequestReopened: (_state, event, key, batch) => {
    const request = requestIn(batch, key, event.args, true);
    const [previous, dueBy] = [request.dueBy, event.args.decimal("dueBy")];
    delete request.answered;
    request.dueBy = dueBy;
    request.reopened.push({ ...momentOf(event, event.args.text("authority")), previous, dueBy });
  },
  RequestWithdrawn: (_state, event, key, batch) => {
    requestIn(batch, key, event.args, false).withdrawn = momentOf(event, event.args.text("authority"));
  },
};

/** The closing that was proposed of an exception is none any more. */
export function takeBackClosing({ exceptions }: AuditedBatch, id: string): void {
  const exception = exceptions.find(({ proposed }) => proposed?.id === id);
  if (exception !== undefined) delete exception.proposed;
}

/** What a QP is named for, in words. */
export function seatWords(seat: number): string {
  return seat === BATCH_SEAT ? "the batch" : `stage ${seat}`;
}

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

/**
 * Neither what was accepted in place of a claim's proof counts any more, nor a proof from before: nor is what rested on it
 * certified, or completed.
 */
function refuse(state: RegisterState, batch: AuditedBatch, claim: number): void {
  batch.settled = batch.settled.filter((each) => each !== claim);
  if (!batch.refused.includes(claim)) batch.refused.push(claim);
  batch.revision++;
  if (batch.status !== "Released" && batch.status !== "Completed") return;
  const isMissing = (goal: NeededForName): boolean => missingClaims(state, batch, goal).length > 0;
  if (isMissing("release")) batch.status = "Open";
  else if (isMissing("completion")) batch.status = "Released";
}

/** Gives the number of the proof. */
function attest(
  state: RegisterState,
  event: RegisterEvent,
  key: string,
  batch: AuditedBatch,
  item: LoggedItem,
): number {
  const { block, time, transaction, args } = event;
  if (args.big("opened") !== BigInt(batch.openingTime)) {
    throw incomplete(`a proof is for another time of its batch's opening than that of the opening's block`);
  }
  const policy = known(state.policies, batch.policyId, "policy");
  requireBound(key, batch, policy, item);
  if (policy.claims[item.claim]?.circuitIds.includes(item.circuitId) !== true) {
    throw incomplete(`a proof is of circuit ${item.circuitId}, which its claim does not accept`);
  }
  known(state.circuits, item.circuitId, "circuit");
  const { claim, parties } = item;
  const [proof, submitter] = [++state.proofs, args.text("submitter")];
  const attested = { ...saidIn(item), proof, parties, submitter, block, time, transaction };
  batch.attested[claim] = attested;
  batch.refused = batch.refused.filter((each) => each !== claim);
  const used = batch.usedRoots.find(({ root }) => root === parties);
  if (used === undefined) batch.usedRoots.push({ root: parties, lastUsed: time });
  else used.lastUsed = time;
  return proof;
}

function saidIn({ circuitId, head, record, deviations }: Said): Said {
  return { circuitId, head, record, deviations };
}

/** The proof of `ClaimAttested` or `ClaimAmended`. */
export function itemOf(args: EventArgs): LoggedItem {
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
    evidence: args.text("evidence"),
    repeats,
    byAuthority: args.flag("byAuthority"),
    closings: [],
  };
}

/** Numbers count without gap. */
function nextNumber(received: number, last: number, what: string): number {
  if (received !== last + 1) throw incomplete(`${what} ${received} comes where ${last + 1} is missing`);
  return received;
}

function openExceptionIn(batch: AuditedBatch, key: string, args: EventArgs): ExceptionState {
  const id = args.number("id");
  const found = batch.exceptions.find((exception) => exception.id === id && exception.closed === undefined);
  if (found === undefined) throw incomplete(`exception ${id} of batch ${key} is not open where an event closes it`);
  return found;
}

function requestIn({ requests }: AuditedBatch, key: string, args: EventArgs, isAnswered: boolean): RequestState {
  const found = requests.find(({ id }) => id === args.number("id"));
  const isOpen = found?.withdrawn === undefined && found?.accepted === undefined;
  if (found === undefined || !isOpen || (found.answered !== undefined) !== isAnswered) {
    throw incomplete(`an event about a request on batch ${key} does not fit those before it`);
  }
  return found;
}

function idOfClosing(args: EventArgs): string {
  return closingProposal(...closingArgs(args));
}

function idOfSeat(args: EventArgs, key: string): string {
  return qpProposal(key, args.number("seat"), args.text("qp"));
}

function closingArgs(args: EventArgs): readonly [id: bigint, disposition: number, evidence: string] {
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
