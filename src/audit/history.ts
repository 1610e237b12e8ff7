import { CHALLENGE, HOLD, type ExceptionCategoryName } from "../formats/codes.ts";
import { formatTime } from "../input/times.ts";
import { counted } from "../input/quantities.ts";
import { deviationsIn } from "./findings.ts";
import { known } from "./incomplete.ts";
import type { Why } from "./reasons.ts";
import { seatWords } from "./reduceBatch.ts";
import type {
  AmendmentState,
  AttestationState,
  AuditedBatch,
  ExceptionState,
  HoldState,
  Moment,
  ProposalState,
  ReasonedMoment,
  RegisterState,
  RequestState,
  Said,
} from "./state.ts";
import { isTakenBack, unconfirmedStages } from "./status.ts";
import { quoted, wordText } from "./words.ts";

/** What may happen to a batch, by its one name. Each has its words in the page's messages. */
export const HISTORY_KINDS = [
  "opened",
  "openingReplaced",
  "submitterNamed",
  "qpAdded",
  "headAsserted",
  "attested",
  "amended",
  "exceptionRaised",
  "closingProposed",
  "exceptionClosed",
  "closingAcknowledged",
  "requested",
  "answered",
  "requestAccepted",
  "requestReopened",
  "requestWithdrawn",
  "held",
  "holdLifted",
  "stageConfirmed",
  "confirmationWithdrawn",
  "certified",
  "completed",
  "challengeDecided",
  "revocationDecided",
  "recalled",
  "rejected",
  "aborted",
  "supplied",
  "authorityNotified",
  "extended",
  "proposalWithdrawn",
  "unentitled",
] as const;
export type HistoryKind = (typeof HISTORY_KINDS)[number];

/**
 * Kinds that are somebody's signature in the sense of 21 CFR 11.50: an account decided, and the page says what that means.
 * A proof is none: whoever submits it vouches for nothing.
 */
export const SIGNATURES: ReadonlySet<HistoryKind> = new Set<HistoryKind>([
  "closingProposed",
  "exceptionRaised",
  "exceptionClosed",
  "closingAcknowledged",
  "requestAccepted",
  "held",
  "holdLifted",
  "stageConfirmed",
  "confirmationWithdrawn",
  "certified",
  "completed",
  "challengeDecided",
  "revocationDecided",
  "recalled",
  "rejected",
  "aborted",
  "supplied",
  "extended",
]);

/** One thing that happened to a batch: of a timeline, the oldest first. */
export interface HistoryEntry {
  readonly kind: HistoryKind;
  /** Unix seconds. */
  readonly at: number;
  readonly block: number;
  readonly transaction: string;
  /** Account; null where the event does not say. */
  readonly by: string | null;
  /** The stage, claim, exception or request that it is about; null: none. */
  readonly stage: number | null;
  readonly claim: number | null;
  readonly id: number | null;
  /** What stood before and what stands now; null: nothing was replaced. */
  readonly before: string | null;
  readonly after: string | null;
  /** The reason in words, as on the rows; null: none was given. */
  readonly reason: string | null;
  /** What else it says, in words, for a reader; empty: nothing. */
  readonly text: string;
}

/** Events about a batch that have no entry of their own in its history, and why. */
export const WITHOUT_ENTRY: Readonly<Record<string, string>> = {
  HeadSet: "it is part of a proof of custody, an amendment or an assertion, which has the entry",
  QpProposed: "nobody is named before another one consents; what is taken back has an entry",
};

/** An exception as a card: everything that was said about it. */
export interface ExceptionCard {
  readonly id: number;
  readonly claim: number;
  readonly category: ExceptionCategoryName;
  /** As raised, and as the policy grades the claim: 3 critical, 2 major, 1 minor. */
  readonly severity: number;
  readonly policySeverity: number;
  readonly reference: string;
  readonly byAuthority: boolean;
  /** Hash of the evidence, 0x hex. */
  readonly evidence: string;
  readonly repeats: number;
  readonly raised: Signed;
  /** What nobody could do while it was open: certify the batch or, of one that was certified, complete it and pass its gates. */
  readonly blocked: "certification" | "completion";
  /** A closing that is proposed and not confirmed; null: none waits. */
  readonly proposed: (Signed & { readonly disposition: string }) | null;
  /** Proposer and confirmer of the closing, and the hash of the evidence for it; null: open. */
  readonly closed:
    | (Signed & {
        readonly disposition: string;
        readonly settled: boolean;
        readonly proposer: string;
        readonly evidence: string;
      })
    | null;
  readonly acknowledged: Signed | null;
}

/** An authority's request for data, and what came of it. Times are Unix seconds, decimal: whoever asks may give any. */
export interface RequestReport {
  readonly id: number;
  readonly claim: number;
  readonly from: string;
  readonly to: string;
  readonly dueBy: string;
  readonly asked: Signed;
  /** Every answer with the hash of what was disclosed, the oldest first; those that did not do are followed by a reopening. */
  readonly answers: readonly (Signed & { readonly disclosure: string })[];
  readonly reopened: readonly Signed[];
  readonly accepted: Signed | null;
  readonly withdrawn: Signed | null;
}

/** How far a stage is known publicly. */
export interface StageReport {
  readonly stage: number;
  /** Its head, 0x hex; null: not set, or open again. */
  readonly head: string | null;
  /** Set if its head was set without a proof of custody. */
  readonly asserted: Signed | null;
  /** Accounts of the QPs who are named for it. */
  readonly qps: readonly string[];
  /** What a QP confirmed last, with the hash of the document; null: nothing, or taken back. */
  readonly confirmed: (Signed & { readonly document: string }) | null;
  /** The policy asks for a confirmation that is missing, or from before the batch was last amended. */
  readonly unconfirmed: boolean;
}

/** Who, when and where. */
export interface Signed {
  /** Account; empty where the event does not say. */
  readonly by: string;
  /** Unix seconds. */
  readonly at: number;
  readonly block: number;
  readonly transaction: string;
}

/** A moment as reports hold it. */
export function signed({ by = "", time, block, transaction }: Moment): Signed {
  return { by, at: time, block, transaction };
}

function signedOrNull(moment: Moment | undefined): Signed | null {
  return moment === undefined ? null : signed(moment);
}

/** Everything that happened to a batch, the oldest first. `withdrawn`: proposals about it that were taken back. */
export function historyOf(
  batch: AuditedBatch,
  why: Why,
  withdrawn: readonly ProposalState[] = [],
): readonly HistoryEntry[] {
  return [
    ...openingEntries(batch, why),
    ...proofEntries(batch, why),
    ...batch.exceptions.flatMap(exceptionEntries),
    ...batch.requests.flatMap(requestEntries),
    ...batch.holds.flatMap((hold) => holdEntries(hold, why)),
    ...confirmationEntries(batch),
    ...decisionEntries(batch, why),
    ...supplyEntries(batch),
    ...withdrawn.flatMap(({ what, withdrawn: moments }) =>
      moments.map((moment) => entry("proposalWithdrawn", moment, { text: what })),
    ),
    ...batch.unentitled.map((each) =>
      entry("unentitled", each, { text: `${each.event} without the role: ${each.lacked}` }),
    ),
  ].sort((a, b) => a.block - b.block);
}

const NOTHING = { stage: null, claim: null, id: null, before: null, after: null, reason: null, text: "" } as const;

function entry(kind: HistoryKind, moment: Moment, more: Partial<HistoryEntry> = {}): HistoryEntry {
  const { block, time, transaction, by = null } = moment;
  return { kind, at: time, block, transaction, by, ...NOTHING, ...more };
}

function openingEntries(batch: AuditedBatch, why: Why): HistoryEntry[] {
  const { opened, serial, openingsReplaced, submittersNamed, qpsAdded, extensions, asserted } = batch;
  return [
    entry("opened", opened, { text: `batch ${serial} of its owner` }),
    ...openingsReplaced.map((each) =>
      entry("openingReplaced", each, {
        ...{ before: wordText(each.previous), after: wordText(each.opening), reason: why(each) },
      }),
    ),
    ...submittersNamed.map((each) => entry("submitterNamed", each, { after: each.submitter })),
    ...qpsAdded.map((each) => entry("qpAdded", each, { after: each.qp, text: `for ${seatWords(each.seat)}` })),
    ...extensions.map((each) =>
      entry("extended", each, {
        ...{ before: formatTime(BigInt(each.previous)), after: formatTime(BigInt(each.due)) },
        ...{ reason: why(each), text: each.which },
      }),
    ),
    ...asserted.map((each) =>
      entry("headAsserted", each, { stage: each.stage, text: "custody not proven when its head was set" }),
    ),
  ];
}

function proofEntries(batch: AuditedBatch, why: Why): HistoryEntry[] {
  const { attested, replaced, amendments, unproven } = batch;
  const amended = new Set(amendments.map(({ proof }) => proof));
  const failed = new Set(unproven.map(({ proof }) => proof));
  const current = Object.entries(attested).map(([claim, each]) => ({ ...each, claim: Number(claim) }));
  const verdict = (proof: number): string => (failed.has(proof) ? "does NOT verify" : "");
  return [
    ...[...replaced, ...current]
      .filter(({ proof }) => !amended.has(proof))
      .sort((a, b) => a.proof - b.proof)
      .map((each) => entry("attested", submitted(each), attestedText(each, verdict(each.proof)))),
    ...amendments.map((each) =>
      entry("amended", each, { ...changed(each), reason: why(each), text: amendedText(each, verdict(each.proof)) }),
    ),
  ];
}

function submitted({ block, time, transaction, submitter }: AttestationState): Moment {
  return { block, time, transaction, by: submitter };
}

function attestedText(
  { claim, deviations }: AttestationState & { readonly claim: number },
  verdict: string,
): Partial<HistoryEntry> {
  const names = deviationsIn(deviations);
  const told = names.length === 0 ? "" : `deviations: ${names.join(", ")}`;
  return { claim, text: [verdict, told].filter((part) => part !== "").join("; ") };
}

function amendedText({ reopened }: AmendmentState, verdict: string): string {
  const opened = reopened === 0 ? "" : `${counted(reopened, "claim")} open again`;
  return [verdict, opened].filter((part) => part !== "").join("; ");
}

const SAID = {
  circuitId: ["circuit", wordText],
  head: ["head", wordText],
  record: ["record", wordText],
  deviations: ["deviations", (value: string) => deviationsIn(value).join(", ") || "none"],
} as const satisfies Readonly<Record<keyof Said, readonly [name: string, shown: (value: string) => string]>>;

/** What the old proof said and the new one says, of all that differs. */
function changed({ claim, before, after }: AmendmentState): Partial<HistoryEntry> {
  const differing = (Object.keys(SAID) as (keyof Said)[]).filter((field) => before[field] !== after[field]);
  const words = (said: Said): string =>
    differing.map((field) => `${SAID[field][0]} ${SAID[field][1](said[field])}`).join("; ");
  return { claim, before: words(before), after: words(after) };
}

function exceptionEntries(exception: ExceptionState): HistoryEntry[] {
  const { id, claim, category, severity, qmsRef, closings, closed, acknowledged } = exception;
  const about = { id, claim };
  return [
    entry("exceptionRaised", exception, {
      ...{ ...about, text: `${category}, severity ${severity}; reference ${quoted(qmsRef)}` },
    }),
    ...closings.map((each) => entry("closingProposed", each, { ...about, after: each.disposition })),
    ...(closed === undefined
      ? []
      : [
          entry("exceptionClosed", closed, {
            ...{ ...about, after: closed.disposition, text: closed.settled ? "stands in place of a proof" : "" },
          }),
        ]),
    ...(acknowledged === undefined ? [] : [entry("closingAcknowledged", acknowledged, about)]),
  ];
}

function requestEntries(request: RequestState): HistoryEntry[] {
  const { id, claim, from, to, answers, reopened, accepted, withdrawn } = request;
  const about = { id, claim };
  const due = reopened[0]?.previous ?? request.dueBy;
  const window = `from ${formatTime(BigInt(from))} to ${formatTime(BigInt(to))}`;
  return [
    entry("requested", request, { ...about, text: `${window}, due ${formatTime(BigInt(due))}` }),
    ...answers.map((each) => entry("answered", each, { ...about, after: each.disclosure })),
    ...reopened.map((each) =>
      entry("requestReopened", each, {
        ...{ ...about, before: formatTime(BigInt(each.previous)), after: formatTime(BigInt(each.dueBy)) },
      }),
    ),
    ...(accepted === undefined ? [] : [entry("requestAccepted", accepted, about)]),
    ...(withdrawn === undefined ? [] : [entry("requestWithdrawn", withdrawn, about)]),
  ];
}

function holdEntries(hold: HoldState, why: Why): HistoryEntry[] {
  const { side, order, lifted } = hold;
  const whose = side === HOLD.authority ? "for an authority" : "for the QPs";
  const text = order === undefined ? whose : `${whose}; order ${quoted(order)}`;
  return [
    entry("held", hold, { reason: why(hold), text }),
    ...(lifted === undefined ? [] : [entry("holdLifted", lifted, { reason: why(lifted), text })]),
  ];
}

function confirmationEntries({ confirmations }: AuditedBatch): HistoryEntry[] {
  return confirmations.map((each, i) => {
    const last = confirmations.slice(0, i).findLast(({ stage }) => stage === each.stage);
    const before = last === undefined || isTakenBack(last) ? null : last.document;
    const after = isTakenBack(each) ? null : each.document;
    const kind = after === null ? "confirmationWithdrawn" : "stageConfirmed";
    return entry(kind, each, { stage: each.stage, before, after });
  });
}

function decisionEntries(batch: AuditedBatch, why: Why): HistoryEntry[] {
  const { certified, completions, challengesDecided, revocationDecided, recalled, ended, status } = batch;
  const decided = (kind: HistoryKind, decision: ReasonedMoment | undefined): HistoryEntry[] =>
    decision === undefined ? [] : [entry(kind, decision, { reason: why(decision) })];
  return [
    ...certified.map((each) =>
      entry("certified", each, { text: each.problem === undefined ? "" : `does NOT hold: ${each.problem}` }),
    ),
    ...completions.map((each) => entry("completed", each)),
    ...challengesDecided.map((each) =>
      entry("challengeDecided", each, { after: each.challenge, reason: why(each), text: challengeWords(each.kinds) }),
    ),
    ...decided("revocationDecided", revocationDecided),
    ...decided("recalled", recalled),
    ...decided(status === "Rejected" ? "rejected" : "aborted", ended),
  ];
}

/** What was decided on, by the bits of a set. */
function challengeWords(kinds: number): string {
  const names = Object.entries(CHALLENGE).filter(([, bit]) => (BigInt(kinds) & BigInt(bit)) !== 0n);
  return names.map(([name]) => name).join(", ");
}

function supplyEntries({ supplied }: AuditedBatch): HistoryEntry[] {
  if (supplied === undefined) return [];
  const { administration, riskEvaluation, physicianRequest, notified } = supplied;
  const text =
    `administration ${formatTime(BigInt(administration))}; risk evaluation ${riskEvaluation}; ` +
    `the physician's request ${physicianRequest}`;
  return [
    entry("supplied", supplied, { text }),
    ...(notified === undefined
      ? []
      : [entry("authorityNotified", notified, { after: formatTime(BigInt(notified.at)) })]),
  ];
}

/** The exceptions of a batch as cards, the oldest first. */
export function exceptionCards(state: RegisterState, batch: AuditedBatch): ExceptionCard[] {
  const { claims } = known(state.policies, batch.policyId, "policy");
  return batch.exceptions.map((exception) => {
    const { id, claim, category, severity, qmsRef, evidence, repeats, byAuthority, proposed, acknowledged } = exception;
    return {
      ...{ id, claim, category, severity, policySeverity: claims[claim]?.severity ?? severity },
      ...{ reference: qmsRef, byAuthority, evidence, repeats, raised: signed(exception) },
      blocked: wasCertified(batch, exception.block) ? ("completion" as const) : ("certification" as const),
      proposed: proposed === undefined ? null : { ...signed(proposed), disposition: proposed.disposition },
      closed: closingOf(exception),
      acknowledged: signedOrNull(acknowledged),
    };
  });
}

function closingOf({ closed }: ExceptionState): ExceptionCard["closed"] {
  if (closed === undefined) return null;
  const { disposition, settled, proposer, evidence } = closed;
  return { ...signed(closed), disposition, settled, proposer, evidence };
}

/** Whether a certificate stood at a block: what is amended is to be certified anew. */
function wasCertified({ certified, amendments }: AuditedBatch, block: number): boolean {
  const last = certified.findLast((each) => each.block <= block);
  return last !== undefined && !amendments.some((each) => last.block <= each.block && each.block <= block);
}

/** The requests about a batch, the oldest first. */
export function requestReports({ requests }: AuditedBatch): RequestReport[] {
  return requests.map((request) => {
    const { id, claim, from, to, dueBy, answers, reopened, accepted, withdrawn } = request;
    return {
      ...{ id, claim, from, to, dueBy, asked: signed(request) },
      answers: answers.map((each) => ({ ...signed(each), disclosure: each.disclosure })),
      reopened: reopened.map(signed),
      ...{ accepted: signedOrNull(accepted), withdrawn: signedOrNull(withdrawn) },
    };
  });
}

/** The stages of a batch, in their order. */
export function stageReports(state: RegisterState, batch: AuditedBatch): StageReport[] {
  const { stages } = known(state.policies, batch.policyId, "policy");
  const unconfirmed = unconfirmedStages(state, batch);
  return Array.from({ length: Math.min(stages, MOST_STAGES) }, (_, stage) => {
    const head = batch.heads[stage];
    const confirmed = batch.confirmations.findLast((each) => each.stage === stage);
    return {
      ...{ stage, head: head === undefined ? null : wordText(head), qps: batch.seats[stage] ?? [] },
      asserted: signedOrNull(batch.asserted.findLast((each) => each.stage === stage)),
      confirmed:
        confirmed === undefined || isTakenBack(confirmed)
          ? null
          : { ...signed(confirmed), document: confirmed.document },
      unconfirmed: unconfirmed.includes(stage),
    };
  });
}

/** The contracts take no more; an audit's state on disk may say any number. */
const MOST_STAGES = 255;
