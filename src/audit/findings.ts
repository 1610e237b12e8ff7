import { ZeroHash } from "ethers";
import { shortHash } from "../formats/field.ts";
import { counted } from "../input/quantities.ts";
import { formatTime } from "../input/times.ts";
import { SEVERITY, type Severity } from "../policy/document.ts";
import type { CircuitReport } from "./circuits.ts";
import type { AuditedBatch, CircuitState, ExceptionState, Moment, ReasonedMoment, RegisterState } from "./state.ts";
import { isPast, isRevocationUndecided, statusOf } from "./status.ts";
import { ageInWords } from "./words.ts";
import { isCustodyProven, isSpokenAgainst, type Twin } from "./twins.ts";
import type { DeviationName } from "../formats/constants.ts";
import { deviationNames } from "../formats/deviations.ts";

/** What a finding is about, by its one name. */
export type FindingKind =
  | "proof"
  | "certificate"
  | "unsound"
  | "root"
  | "exception"
  | "closed"
  | "repeat"
  | "overdue"
  | "request"
  | "consent"
  | "recall"
  | "hold"
  | "supply"
  | "rejected"
  | "aborted"
  | "amendment"
  | "extension"
  | "opening"
  | "submitter"
  | "custody"
  | "supersedes"
  | "twin"
  | "attempt"
  | "deviation"
  | "opened"
  | "circuit"
  | "development"
  | "paused"
  | "head";

/** Something that needs a person's eyes. */
export interface AuditFinding extends Moment {
  readonly kind: FindingKind;
  /** 3 critical, 2 major, 1 minor. */
  readonly severity: Severity;
  /** It still stands: shown however old it is. Otherwise it is news, and old news may be left out. */
  readonly standing: boolean;
  readonly text: string;
}

/** Graded as inspectorates grade deficiencies. */
const CRITICAL = 3;
const MAJOR = 2;
const MINOR = 1;

/** Words that were kept off the chain, by their salted hash. */
export type Texts = ReadonlyMap<string, string>;

type Reasoned = Pick<ReasonedMoment, "reason" | "words">;
type Why = (reason: Reasoned) => string;

/** A reason by its name, and its words: those whose hash is on chain, or the hash where nobody has shown them. */
function reasonText({ reason, words }: Reasoned, texts: Texts): string {
  if (words === undefined) return reason;
  const text = texts.get(words);
  return text === undefined ? `${reason} (words ${words})` : `${reason}: ${JSON.stringify(text)}`;
}

/**
 * Everything about a batch that needs eyes at a time (Unix seconds), given its twins and the words that are at hand. None: no
 * reading needed.
 */
export function findingsOf(
  state: RegisterState,
  batch: AuditedBatch,
  now: number,
  twins: readonly Twin[],
  texts: Texts,
): AuditFinding[] {
  const why = (reason: Reasoned): string => reasonText(reason, texts);
  return [
    ...twins.map((twin) => twinFinding(state, batch, twin, now)),
    ...proofFindings(state, batch, why),
    ...exceptionFindings(batch),
    ...waitingFindings(state, batch, now, why),
    ...decisionFindings(batch, why),
    ...changeFindings(batch, why),
    ...deviationFindings(batch),
  ];
}

/** What concerns the register as a whole. */
export function registerFindings(
  { circuits, paused, developmentAllowed }: RegisterState,
  reports: readonly CircuitReport[],
): AuditFinding[] {
  const problems = new Map(reports.map(({ circuitId, problem }) => [circuitId, problem]));
  return [
    ...(paused === undefined ? [] : [standing("paused", MAJOR, paused, "attest and certify are paused")]),
    ...(developmentAllowed === undefined ? [] : [developmentFinding(developmentAllowed, reports)]),
    ...Object.entries(circuits).flatMap(([circuitId, { added, frozen }]) => {
      const problem = problems.get(circuitId) ?? null;
      const name = `circuit ${circuitId}`;
      return [
        ...(problem === null ? [] : [standing("circuit", CRITICAL, added, `${name} proves nothing: ${problem}`)]),
        ...(frozen === undefined
          ? []
          : [standing("circuit", frozen.unsound ? CRITICAL : MINOR, frozen, `${name} ${frozenText(frozen)}`)]),
      ];
    }),
  ];
}

/** The block at which all is read is old, or from the future, by the clock of whoever reads. `age`: seconds. */
export function headFinding(block: number, age: number): AuditFinding {
  const text =
    age < 0
      ? `the newest block that was read is ${ageInWords(-age)} ahead of this machine's clock: one of the two is wrong`
      : `the newest block that was read is ${ageInWords(age)} old: what happened since is not in this report`;
  return standing("head", MAJOR, { block, transaction: "" }, text);
}

/** It stands for as long as the register does: that it takes such keys was decided when it was deployed. */
function developmentFinding(since: Moment, reports: readonly CircuitReport[]): AuditFinding {
  const forgeable = reports.filter(({ development }) => development);
  if (forgeable.length === 0) {
    return standing("development", MAJOR, since, "development keys are allowed here, whose proofs anybody can forge");
  }
  const names = forgeable.map(({ known, circuitId }) => known ?? shortHash(circuitId)).join(", ");
  const text = `development keys: anybody can forge proofs of ${forgeable.length} of ${counted(reports.length, "circuit")} (${names})`;
  return standing("development", CRITICAL, since, text);
}

function frozenText({ unsound, effective }: NonNullable<CircuitState["frozen"]>): string {
  return unsound ? "was declared unsound" : `is frozen from ${formatTime(effective)} on`;
}

function standing(kind: FindingKind, severity: Severity, moment: Moment, text: string): AuditFinding {
  return { ...bare(moment), kind, severity, standing: true, text };
}

function news(kind: FindingKind, severity: Severity, moment: Moment, text: string): AuditFinding {
  return { ...bare(moment), kind, severity, standing: false, text };
}

function bare({ block, transaction, by }: Moment): Moment {
  return { block, transaction, ...(by === undefined ? {} : { by }) };
}

/** What was proven or signed, and does not hold. */
function proofFindings({ circuits, roots }: RegisterState, batch: AuditedBatch, why: Why): AuditFinding[] {
  const attested = Object.entries(batch.attested);
  return [
    ...batch.unproven.map((each) =>
      standing("proof", CRITICAL, each, `claim ${each.claim} does NOT verify (${each.code})`),
    ),
    ...batch.certified.flatMap((each) =>
      each.problem === undefined
        ? []
        : [standing("certificate", CRITICAL, each, `its certificate does NOT hold: ${each.problem}`)],
    ),
    ...attested.flatMap(([claim, { circuitId }]) => {
      const frozen = circuits[circuitId]?.frozen;
      return frozen?.unsound === true
        ? [standing("unsound", CRITICAL, frozen, `claim ${claim}: its circuit was declared unsound`)]
        : [];
    }),
    ...attested.flatMap(([claim, { parties, ...moment }]) => {
      const root = roots[parties];
      if (root?.revoked !== undefined) {
        const text = `claim ${claim}: its party list was revoked: ${why(root.revoked)}`;
        return [standing("root", MAJOR, root.revoked, text)];
      }
      return root?.approved === undefined
        ? [standing("root", CRITICAL, moment, `claim ${claim}: its party list was never approved`)]
        : [];
    }),
  ];
}

/** A commitment under two keys: one order twice, or a copy of what everybody reads in the register. */
function twinFinding(
  state: RegisterState,
  batch: AuditedBatch,
  { key, batch: other }: Twin,
  now: number,
): AuditFinding {
  const [here, there] = [isCustodyProven(state, batch), isCustodyProven(state, other)];
  const both = here && there;
  const opposed = both && [batch, other].some((each) => isSpokenAgainst(state, each));
  const proven = both ? "both" : here ? "this one only" : there ? "that one only" : "neither";
  const text =
    `its commitment is also batch ${key} (${statusOf(state, other, now)}); ` +
    `custody of stage 0 is proven for ${proven}${opposed ? ", and something speaks against one" : ""}`;
  const later = batch.opened.block < other.opened.block ? other : batch;
  return standing("twin", opposed ? CRITICAL : MAJOR, later.opened, text);
}

function exceptionFindings({ exceptions }: AuditedBatch): AuditFinding[] {
  return exceptions.flatMap((exception) => {
    const { id, category, severity, qmsRef, claim, closed, repeats } = exception;
    const grade = isSeverity(severity) ? severity : CRITICAL;
    const about = `exception ${id}: ${category}, severity ${severity}, claim ${claim}, ${qmsRef}`;
    const first =
      closed === undefined
        ? standing("exception", grade, exception, `${about}${waitingText(exception)}`)
        : news("closed", MINOR, closed, `${about}; closed as ${closed.disposition}${closingText(closed)}`);
    if (repeats === 1) return [first];
    return [
      first,
      news("repeat", MAJOR, exception, `exception ${id}: number ${repeats} of this owner about this rule`),
    ];
  });
}

function waitingText({ proposals }: ExceptionState): string {
  const last = proposals.at(-1);
  return last === undefined ? "" : `; closing as ${last.disposition} proposed, not confirmed`;
}

function closingText({ settled, proposer }: NonNullable<ExceptionState["closed"]>): string {
  const effect = settled ? ", which stands in place of a proof" : "";
  return `${effect}; proposed by ${proposer}`;
}

function isSeverity(value: number): value is Severity {
  return value in SEVERITY;
}

/** What should have happened, or waits for somebody. */
function waitingFindings(state: RegisterState, batch: AuditedBatch, now: number, why: Why): AuditFinding[] {
  const { requests, consent, revocationDecided } = batch;
  const findings: AuditFinding[] = [];
  const late = requests.filter(({ answered, dueBy }) => answered === undefined && isPast(dueBy, now));
  if (statusOf(state, batch, now) === "Overdue" && late.length === 0) {
    const due = batch.due[batch.status === "Open" ? 0 : 1];
    const what = batch.status === "Open" ? "release" : "completion";
    findings.push(
      standing("overdue", MAJOR, batch.opened, `overdue: ${what} was due ${formatTime(BigInt(due))}, nothing known`),
    );
  }
  for (const request of requests) {
    const { id, claim, dueBy, answered } = request;
    const about = `request ${id} about claim ${claim}, due ${formatTime(BigInt(dueBy))}`;
    if (answered !== undefined) findings.push(news("request", MINOR, answered, `${about}: answered`));
    else if (isPast(dueBy, now)) findings.push(standing("request", MAJOR, request, `overdue: ${about}: unanswered`));
    else findings.push(standing("request", MINOR, request, `${about}: not answered yet`));
  }
  const revoked = state.consents[consent]?.revoked;
  if (revoked !== undefined) {
    findings.push(
      isRevocationUndecided(state, batch)
        ? standing("consent", MAJOR, revoked, "its consent was revoked; no QP decided")
        : news(
            "consent",
            MINOR,
            revocationDecided ?? revoked,
            `its consent was revoked; the QP decided: ${revocationDecided === undefined ? "" : why(revocationDecided)}`,
          ),
    );
  }
  return findings;
}

/** What people decided about the whole batch. */
function decisionFindings(batch: AuditedBatch, why: Why): AuditFinding[] {
  const { recalled, holds, ended } = batch;
  return [
    ...(recalled === undefined ? [] : [standing("recall", CRITICAL, recalled, `recalled: ${why(recalled)}`)]),
    ...holds.map((hold) =>
      hold.lifted === undefined
        ? standing("hold", MAJOR, hold, `held: ${why(hold)}`)
        : news("hold", MINOR, hold.lifted, `was held (${why(hold)}); lifted: ${why(hold.lifted)}`),
    ),
    ...(ended === undefined ? [] : [endFinding(batch, why(ended), ended)]),
  ];
}

function endFinding({ status, certified }: AuditedBatch, reason: string, moment: Moment): AuditFinding {
  switch (status) {
    case "ExceptionalSupply":
      return news("supply", CRITICAL, moment, `supplied out of specification, uncertified: ${reason}`);
    case "Rejected":
      return ended("rejected", certified.length > 0, reason, moment);
    case "Aborted":
    case "Open":
    case "Released":
    case "Completed":
      return ended("aborted", certified.length > 0, reason, moment);
  }
}

/** An end is old news some day; that of a batch that medicines may have left stands. */
function ended(kind: "rejected" | "aborted", wasCertified: boolean, reason: string, moment: Moment): AuditFinding {
  return wasCertified
    ? standing(kind, MAJOR, moment, `${kind} after it had been certified: ${reason}`)
    : news(kind, MINOR, moment, `${kind}: ${reason}`);
}

/** What was changed after it was said once. */
function changeFindings(batch: AuditedBatch, why: Why): AuditFinding[] {
  const { amendments, extensions, openingsReplaced, submittersNamed, asserted, supersedes, opened } = batch;
  return [
    ...amendments.map((each) => news("amendment", MAJOR, each, amendmentText(each, why))),
    ...extensions.map((each) => {
      const dates = `${formatTime(BigInt(each.previous))} to ${formatTime(BigInt(each.due))}`;
      return news("extension", MINOR, each, `${each.which} due extended from ${dates}: ${why(each)}`);
    }),
    ...openingsReplaced.map((each) => news("opening", MAJOR, each, `opening replaced: ${why(each)}`)),
    ...submittersNamed.map((each) => news("submitter", MINOR, each, `submitter ${each.submitter} named after opening`)),
    ...asserted.map((each) =>
      standing("custody", MAJOR, each, `custody of stage ${each.stage} not proven when its head was set`),
    ),
    ...(supersedes === ZeroHash ? [] : [news("supersedes", MINOR, opened, `supersedes batch ${supersedes}`)]),
  ];
}

function amendmentText(amendment: AuditedBatch["amendments"][number], why: Why): string {
  const { claim, reopened } = amendment;
  return `claim ${claim} amended: ${why(amendment)}${reopened === 0 ? "" : `; ${counted(reopened, "claim")} open again`}`;
}

/** What the proofs themselves say: budgets that were used, clocks corrected, tests or collections repeated, late openings. */
function deviationFindings(batch: AuditedBatch): AuditFinding[] {
  const ofClaims = Object.entries(batch.attested).flatMap(([claim, { deviations, ...moment }]) =>
    deviationNames(BigInt(deviations))
      .filter((name) => name !== "openedLate" && name !== "openingUnbounded")
      .map((name) =>
        name === "attempt"
          ? news("attempt", MAJOR, moment, `deviation: attempt (claim ${claim})`)
          : news("deviation", MINOR, moment, `deviation: ${name} (claim ${claim})`),
      ),
  );
  const unbounded = claimsThatSay(batch, "openingUnbounded");
  if (unbounded.length === 0) return ofClaims;
  const text =
    `opened after its data: stages of ${counted(unbounded.length, "claim")} (${unbounded.join(", ")}) began before the ` +
    "batch was opened, and their rules do not limit by how much; whoever opened it could know how they went";
  return [...ofClaims, standing("opened", MAJOR, batch.openingsReplaced.at(-1) ?? batch.opened, text)];
}

/** The claims whose proofs tell of a deviation. */
export function claimsThatSay({ attested }: AuditedBatch, deviation: DeviationName): number[] {
  return Object.entries(attested).flatMap(([claim, { deviations }]) =>
    deviationNames(BigInt(deviations)).includes(deviation) ? [Number(claim)] : [],
  );
}
