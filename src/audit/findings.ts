import { ZeroHash } from "ethers";
import { HOLD } from "../formats/codes.ts";
import { DEVIATION_BITS, type DeviationName } from "../formats/constants.ts";
import { deviationNames } from "../formats/deviations.ts";
import { ROLE_ID } from "../formats/roleIds.ts";
import { counted } from "../input/quantities.ts";
import { formatTime } from "../input/times.ts";
import { isSeverity, type Severity } from "../policy/document.ts";
import { roleNamesIn } from "./access.ts";
import { challengeOf, isRevoked, type Challenge } from "./challenge.ts";
import type { CircuitReport } from "./circuits.ts";
import type { CodeReport } from "./editions.ts";
import type { ReadBlock } from "./compare.ts";
import { known } from "./incomplete.ts";
import { seatWords } from "./reduceBatch.ts";
import type {
  AmendmentState,
  AuditedBatch,
  CircuitState,
  ExceptionState,
  HoldState,
  Moment,
  ProposalState,
  ReasonedMoment,
  RegisterState,
  RequestState,
  RoleChange,
  UnentitledState,
} from "./state.ts";
import {
  chainOf,
  isPast,
  isRevocationUndecided,
  isTakenBack,
  isUnanswered,
  notificationDue,
  statusOf,
  unconfirmedStages,
} from "./status.ts";
import type { Why } from "./reasons.ts";
import { ageInWords, quoted, wordText } from "./words.ts";
import { isCustodyProven, isSpokenAgainst, type Twin } from "./twins.ts";

/** What a finding is about, by its one name. */
export const FINDING_KINDS = [
  "unentitled",
  "proof",
  "certificate",
  "challenge",
  "root",
  "exception",
  "closed",
  "repeat",
  "refused",
  "overdue",
  "request",
  "consent",
  "recall",
  "hold",
  "supply",
  "notification",
  "rejected",
  "aborted",
  "amendment",
  "extension",
  "opening",
  "submitter",
  "qp",
  "confirmation",
  "withdrawn",
  "custody",
  "supersedes",
  "twin",
  "attempt",
  "deviation",
  "opened",
  "role",
  "circuit",
  "code",
  "development",
  "paused",
  "head",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

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

/** Days for which an authority may say nothing about how its exception was closed, until that is called unacknowledged. */
const SILENCE = 30;
const DAY = 86_400;

/** What is known besides the batch itself. */
export interface Circumstances {
  /** Unix seconds. */
  readonly now: number;
  /** How reasons are said. */
  readonly why: Why;
  readonly twins: readonly Twin[];
  /** Proposals about the batch that were taken back. */
  readonly withdrawn: readonly ProposalState[];
  /** How many batches the deviation names that an exception is of. */
  readonly named: (exception: ExceptionState) => number;
}

/** Everything about a batch that needs eyes. None: no reading needed. */
export function findingsOf(state: RegisterState, batch: AuditedBatch, circumstances: Circumstances): AuditFinding[] {
  const { now, why, twins, withdrawn } = circumstances;
  return [
    ...batch.unentitled.map(unentitledFinding),
    ...twins.map((twin) => twinFinding(state, batch, twin, now)),
    ...proofFindings(state, batch),
    ...challengeFindings(state, batch, why),
    ...exceptionFindings(state, batch, circumstances),
    ...waitingFindings(state, batch, now, why),
    ...decisionFindings(batch, now, why),
    ...changeFindings(batch, why),
    ...withdrawn.flatMap(withdrawnFindings),
    ...deviationFindings(batch),
  ];
}

/** What concerns the register as a whole. */
export function registerFindings(state: RegisterState, reports: readonly CircuitReport[]): AuditFinding[] {
  const { circuits, paused, developmentAllowed, proposals, unentitled } = state;
  const problems = new Map(reports.map(({ circuitId, problem }) => [circuitId, problem]));
  return [
    ...unentitled.map(unentitledFinding),
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
    ...roleFindings(state),
    ...Object.values(proposals).flatMap((proposal) => (proposal.batch === null ? withdrawnFindings(proposal) : [])),
  ];
}

/** The block at which all is read is old, or from the future, by the clock of whoever reads. `age`: seconds. */
export function headFinding(
  { number, now }: { readonly number: number; readonly now: number },
  age: number,
): AuditFinding {
  const text =
    age < 0
      ? `the newest block that was read is ${ageInWords(-age)} ahead of this machine's clock: one of the two is wrong`
      : `the newest block that was read is ${ageInWords(age)} old: what happened since is not in this report`;
  return standing("head", MAJOR, { block: number, time: now, transaction: "" }, text);
}

/** A contract of another code, or that names another register's: whatever it says and lets through is nobody's word. */
export function codeFinding(
  { contract, address, problem }: CodeReport,
  { number, now }: Pick<ReadBlock, "number" | "now">,
): AuditFinding {
  const text = `${contract} at ${address} is not known: ${problem ?? ""}; nothing in this report is green`;
  return standing("code", CRITICAL, { block: number, time: now, transaction: "" }, text);
}

/** Why it is not known what the proofs of a circuit prove, by circuitId. */
export type Doubts = ReadonlyMap<string, string>;

/** The doubtful circuits that verified claims of a batch, each with its claims. */
export function doubtFindings({ attested }: AuditedBatch, doubts: Doubts): AuditFinding[] {
  const byCircuit = Map.groupBy(Object.entries(attested), ([, { circuitId }]) => circuitId);
  return [...byCircuit].flatMap(([circuitId, attestations]) => {
    const [doubt, first] = [doubts.get(circuitId), attestations[0]?.[1]];
    if (doubt === undefined || first === undefined) return [];
    const claims = `${counted(attestations.length, "claim")}: ${attestations.map(([claim]) => claim).join(", ")}`;
    return [standing("circuit", MAJOR, first, `${doubt} (${claims}): ${circuitId}`)];
  });
}

/** It stands for as long as the register does: that it takes such keys was decided when it was deployed. */
function developmentFinding(since: Moment, reports: readonly CircuitReport[]): AuditFinding {
  const forgeable = reports.filter(({ development }) => development);
  if (forgeable.length === 0) {
    return standing("development", MAJOR, since, "development keys are allowed here, whose proofs anybody can forge");
  }
  const names = forgeable.map(({ known: name, circuitId }) => name ?? circuitId).join(", ");
  const text = `development keys: anybody can forge proofs of ${forgeable.length} of ${counted(reports.length, "circuit")} (${names})`;
  return standing("development", CRITICAL, since, text);
}

function frozenText({ unsound, effective }: NonNullable<CircuitState["frozen"]>): string {
  return unsound ? "was declared unsound" : `is frozen from ${formatTime(effective)} on`;
}

/** Roles given and taken, and accounts that were to become somebody else. */
function roleFindings(state: RegisterState): AuditFinding[] {
  const nameOf = roleNamesIn(state);
  return Object.entries(state.roles).flatMap(([id, { changes }]) => {
    const [role = "", account = ""] = id.split("/");
    const grade = role === ROLE_ID.admin ? MAJOR : MINOR;
    return changes.flatMap((change) => [
      ...(change.knownAs === undefined ? [] : [standing("role", MAJOR, change, otherPersonText(account, change))]),
      // Whom a register began with is no change, and everybody who uses it knows.
      ...(change.kind === "proposed" || change.kind === "founded"
        ? []
        : [news("role", grade, change, roleText(nameOf(role), account, change))]),
    ]);
  });
}

function roleText(role: string, account: string, { terms, by }: RoleChange): string {
  if (terms === undefined) return `role ${role} ${by === account ? "given up by" : "taken from"} ${account}`;
  return `role ${role} given to ${account} from ${timeText(terms.from)} to ${timeText(terms.to)}`;
}

function otherPersonText(account: string, { knownAs = "", terms }: RoleChange): string {
  return `${account} was proposed as person ${terms?.person ?? ""}, and was proposed or known as person ${knownAs} before`;
}

/** The last second that there is means no end. */
function timeText(seconds: string): string {
  return BigInt(seconds) === 2n ** 64n - 1n ? "any time" : formatTime(BigInt(seconds));
}

/** The contracts refuse it: their code is another than this version knows, or the node lies in everything. */
function unentitledFinding(unentitled: UnentitledState): AuditFinding {
  const { event, lacked } = unentitled;
  return standing("unentitled", CRITICAL, unentitled, `${event} without the role: ${lacked}`);
}

function withdrawnFindings({ what, withdrawn }: ProposalState): AuditFinding[] {
  return withdrawn.map((moment) => news("withdrawn", MINOR, moment, `proposed and taken back: ${what}`));
}

function standing(kind: FindingKind, severity: Severity, moment: Moment, text: string): AuditFinding {
  return { ...bare(moment), kind, severity, standing: true, text };
}

function news(kind: FindingKind, severity: Severity, moment: Moment, text: string): AuditFinding {
  return { ...bare(moment), kind, severity, standing: false, text };
}

function bare({ block, time, transaction, by }: Moment): Moment {
  return { block, time, transaction, ...(by === undefined ? {} : { by }) };
}

/** What was proven or signed, and does not hold. */
function proofFindings({ roots, policies }: RegisterState, batch: AuditedBatch): AuditFinding[] {
  const isApproved = known(policies, batch.policyId, "policy").approved !== undefined;
  return [
    ...(isApproved ? [] : [standing("challenge", CRITICAL, batch.opened, "its policy was never approved")]),
    ...batch.unproven.map((each) =>
      standing("proof", CRITICAL, each, `claim ${each.claim} does NOT verify (${each.code})`),
    ),
    ...batch.certified.flatMap((each) =>
      each.problem === undefined
        ? []
        : [standing("certificate", CRITICAL, each, `its certificate does NOT hold: ${each.problem}`)],
    ),
    ...Object.entries(batch.attested).flatMap(([claim, { parties, ...moment }]) =>
      roots[parties]?.approved === undefined
        ? [standing("root", CRITICAL, moment, `claim ${claim}: its party list was never approved`)]
        : [],
    ),
  ];
}

/** What puts the batch into doubt from outside. Nothing does that to one that was rejected or aborted. */
function challengeFindings(state: RegisterState, batch: AuditedBatch, why: Why): AuditFinding[] {
  const challenge = challengeOf(state, batch);
  if (challenge === undefined || batch.status === "Rejected" || batch.status === "Aborted") return [];
  const { decided } = challenge;
  return challengesIn(state, batch, challenge, why).map(([severity, moment, text]) =>
    decided === undefined
      ? standing("challenge", severity, moment, `challenged: ${text}`)
      : standing("challenge", MAJOR, decided, `${text}; a QP decided to go on: ${why(decided)}`),
  );
}

function challengesIn(
  { circuits, policies, roots, batches }: RegisterState,
  batch: AuditedBatch,
  { unsound, retired, roots: revoked, recalled }: Challenge,
  why: Why,
): (readonly [severity: Severity, moment: Moment, text: string])[] {
  const attested = Object.entries(batch.attested);
  const policy = known(policies, batch.policyId, "policy");
  const claimsWhere = (is: (attestation: AuditedBatch["attested"][string]) => boolean): string => {
    const claims = attested.flatMap(([claim, attestation]) => (is(attestation) ? [claim] : []));
    return claims.length === 0 ? "" : ` (${counted(claims.length, "claim")}: ${claims.join(", ")})`;
  };
  return [
    ...unsound.flatMap((id) => {
      const frozen = circuits[id]?.frozen;
      const used = claimsWhere(({ circuitId }) => circuitId === id);
      const text = `a circuit that its policy accepts was declared unsound${used}: ${id}`;
      return frozen === undefined ? [] : [[used === "" ? MAJOR : CRITICAL, frozen, text] as const];
    }),
    ...(retired === 0 || policy.retired === undefined
      ? []
      : [[MAJOR, policy.retired, `its policy was retired: ${why(policy.retired)}`] as const]),
    ...revoked.flatMap((root) => {
      const revocation = roots[root]?.revoked;
      if (revocation === undefined) return [];
      const used = claimsWhere(({ parties, time }) => parties === root && isRevoked(roots[root], time));
      const since = revocation.since === "0" ? "" : ` as of ${formatTime(BigInt(revocation.since))}`;
      const proofs = used === "" ? " (proofs that were replaced)" : used;
      return [[MAJOR, revocation, `its party list was revoked${since}${proofs}: ${why(revocation)}`] as const];
    }),
    ...recalled.flatMap((key) => {
      const recall = batches[key]?.recalled;
      const text = (reason: ReasonedMoment): string =>
        `a batch that it supersedes was recalled: ${why(reason)}; ${key}`;
      return recall === undefined ? [] : [[MAJOR, recall, text(recall)] as const];
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

function exceptionFindings(state: RegisterState, batch: AuditedBatch, { now, named }: Circumstances): AuditFinding[] {
  const { exceptions, refused, policyId } = batch;
  const { claims } = known(state.policies, policyId, "policy");
  const ofExceptions = exceptions.flatMap((exception) => {
    const { id, severity, claim, repeats } = exception;
    const graded = claims[claim]?.severity ?? severity;
    const first = exceptionFinding(exception, graded, named(exception), now);
    if (repeats === 1) return [first];
    return [
      first,
      news("repeat", MAJOR, exception, `exception ${id}: number ${repeats} of this owner about this rule`),
    ];
  });
  const ofClaims = refused.flatMap((claim) => {
    const rejected = exceptions.findLast((each) => each.claim === claim && each.closed?.disposition === "rejected");
    const text = `claim ${claim} is refused: missing until it is attested or amended anew`;
    return rejected?.closed === undefined ? [] : [standing("refused", MAJOR, rejected.closed, text)];
  });
  return [...ofExceptions, ...ofClaims, ...inheritedFindings(state, batch)];
}

/** To open the batch anew does not answer an authority. */
function inheritedFindings(state: RegisterState, batch: AuditedBatch): AuditFinding[] {
  return chainOf(state, batch).flatMap(({ key, batch: { exceptions } }) =>
    key === undefined
      ? []
      : exceptions.filter(isUnacknowledged).map(({ id, closed }) => {
          const text = `exception ${id} of a batch that it supersedes: no authority has agreed to how it was closed; ${key}`;
          return standing("closed", MAJOR, closed ?? batch.opened, text);
        }),
  );
}

/** The meaning comes first: whatever the reference says or hides, it is the end of the text. */
function exceptionFinding(exception: ExceptionState, graded: number, batches: number, now: number): AuditFinding {
  const { id, category, severity, qmsRef, claim, closed, byAuthority, by = "" } = exception;
  const grade = Math.max(severity, graded);
  const about =
    `exception ${id}: ${category}, claim ${claim}, severity ${severity} (${graded} by the policy)` +
    (byAuthority ? `, raised by authority ${by}` : "") +
    (batches === 1 ? "" : `, one deviation of ${batches} batches`);
  const reference = `; reference ${quoted(qmsRef)}`;
  if (closed === undefined) {
    const text = `${about}${waitingText(exception)}${reference}`;
    return standing("exception", isSeverity(grade) ? grade : CRITICAL, exception, text);
  }
  const text = `${about}; closed as ${closed.disposition}${closingText(closed)}`;
  if (!byAuthority) return news("closed", MINOR, closed, `${text}${reference}`);
  if (!isUnacknowledged(exception)) {
    return news("closed", MINOR, closed, `${text}; acknowledged by an authority${reference}`);
  }
  const silent = now - closed.time > SILENCE * DAY;
  const answer = silent
    ? `unacknowledged: no authority agreed in ${SILENCE} days`
    : "no authority has agreed to it yet";
  return standing("closed", MAJOR, closed, `${text}; ${answer}${reference}`);
}

/** An authority said that something is wrong, and has not agreed to what others made of it. */
export function isUnacknowledged({ byAuthority, closed, acknowledged }: ExceptionState): boolean {
  return byAuthority && closed !== undefined && acknowledged === undefined;
}

function waitingText({ proposed }: ExceptionState): string {
  return proposed === undefined ? "" : `; closing as ${proposed.disposition} proposed, not confirmed`;
}

function closingText({ settled, proposer }: NonNullable<ExceptionState["closed"]>): string {
  const effect = settled ? ", which stands in place of a proof" : "";
  return `${effect}; proposed by ${proposer}`;
}

/** What should have happened, or waits for somebody. */
function waitingFindings(state: RegisterState, batch: AuditedBatch, now: number, why: Why): AuditFinding[] {
  const { requests, consent, revocationDecided } = batch;
  const findings: AuditFinding[] = [];
  const late = requests.filter((request) => isUnanswered(request) && isPast(request.dueBy, now));
  const status = statusOf(state, batch, now);
  if (status === "Overdue" && late.length === 0) {
    const due = batch.due[batch.status === "Open" ? 0 : 1];
    const what = batch.status === "Open" ? "release" : "completion";
    findings.push(
      standing("overdue", MAJOR, batch.opened, `overdue: ${what} was due ${formatTime(BigInt(due))}, nothing known`),
    );
  }
  findings.push(...requests.map((request) => requestFinding(request, now)));
  const unconfirmed = unconfirmedStages(state, batch);
  if (status === "Compliant" && unconfirmed.length > 0) {
    const text = `waits for a QP's confirmation of ${counted(unconfirmed.length, "stage")} (${unconfirmed.join(", ")})`;
    findings.push(standing("confirmation", MINOR, batch.opened, text));
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

function requestFinding(request: RequestState, now: number): AuditFinding {
  const { id, claim, dueBy, answered, accepted, withdrawn, reopened } = request;
  const again = reopened.length === 0 ? "" : `, asked again ${counted(reopened.length, "time")}`;
  const about = `request ${id} about claim ${claim}, due ${formatTime(BigInt(dueBy))}${again}`;
  if (withdrawn !== undefined) return news("request", MINOR, withdrawn, `${about}: taken back`);
  if (accepted !== undefined) return news("request", MINOR, accepted, `${about}: answered, and accepted`);
  if (answered !== undefined) return standing("request", MINOR, answered, `${about}: answered, not accepted`);
  const asked = reopened.at(-1) ?? request;
  if (isPast(dueBy, now)) return standing("request", MAJOR, asked, `overdue: ${about}: unanswered`);
  return standing("request", MINOR, asked, `${about}: not answered yet`);
}

/** What people decided about the whole batch. */
function decisionFindings(batch: AuditedBatch, now: number, why: Why): AuditFinding[] {
  const { recalled, holds, ended, supplied } = batch;
  return [
    ...(recalled === undefined ? [] : [standing("recall", CRITICAL, recalled, `recalled: ${why(recalled)}`)]),
    ...holds.map((hold) =>
      hold.lifted === undefined
        ? standing("hold", MAJOR, hold, `held by ${sideText(hold)}: ${why(hold)}${orderText(hold)}`)
        : news(
            "hold",
            MINOR,
            hold.lifted,
            `was held by ${sideText(hold)} (${why(hold)}); lifted: ${why(hold.lifted)}${orderText(hold)}`,
          ),
    ),
    ...(supplied === undefined ? [] : supplyFindings(supplied, now)),
    ...(ended === undefined ? [] : [endFinding(batch, why(ended), ended)]),
  ];
}

function sideText({ side, by = "" }: HoldState): string {
  return side === HOLD.authority ? `authority ${by}` : `QP ${by}`;
}

function orderText({ order }: HoldState): string {
  return order === undefined ? "" : `; order ${quoted(order)}`;
}

function supplyFindings(supplied: NonNullable<AuditedBatch["supplied"]>, now: number): AuditFinding[] {
  const { released, administration, notified } = supplied;
  const what = released ? "after it had been certified" : "out of specification, uncertified";
  const text = `supplied exceptionally, ${what}; administration ${formatTime(BigInt(administration))}`;
  const due = notificationDue(supplied);
  const by = `the authority was to be notified by ${formatTime(due)}`;
  const first = news("supply", CRITICAL, supplied, text);
  if (notified === undefined) {
    const isLate = isPast(due, now);
    const missing = isLate ? `overdue: ${by}, and was not` : `${by}, not yet`;
    return [first, standing("notification", isLate ? MAJOR : MINOR, supplied, missing)];
  }
  const isLate = BigInt(notified.at) > due;
  const told = `${by}, and was at ${formatTime(BigInt(notified.at))}`;
  return [first, news("notification", isLate ? MAJOR : MINOR, notified, isLate ? `late: ${told}` : told)];
}

/** An end is old news some day; that of a batch that medicines may have left stands. */
function endFinding({ status, certified }: AuditedBatch, reason: string, moment: Moment): AuditFinding {
  const kind = status === "Rejected" ? "rejected" : "aborted";
  return certified.length > 0
    ? standing(kind, MAJOR, moment, `${kind} after it had been certified: ${reason}`)
    : news(kind, MINOR, moment, `${kind}: ${reason}`);
}

/** What was changed after it was said once. */
function changeFindings(batch: AuditedBatch, why: Why): AuditFinding[] {
  const { amendments, extensions, openingsReplaced, submittersNamed } = batch;
  const { qpsAdded, confirmations, asserted, supersedes, opened } = batch;
  return [
    ...amendments.map((each) => news("amendment", MAJOR, each, amendmentText(each, why))),
    ...extensions.map((each) => {
      const dates = `${formatTime(BigInt(each.previous))} to ${formatTime(BigInt(each.due))}`;
      return news("extension", MINOR, each, `${each.which} due extended from ${dates}: ${why(each)}`);
    }),
    ...openingsReplaced.map((each) => news("opening", MAJOR, each, `opening replaced: ${why(each)}`)),
    ...submittersNamed.map((each) => news("submitter", MINOR, each, `submitter ${each.submitter} named after opening`)),
    ...qpsAdded.map((each) => news("qp", MINOR, each, `QP ${each.qp} of ${seatWords(each.seat)} named after opening`)),
    ...confirmations
      .filter(isTakenBack)
      .map((each) => news("confirmation", MAJOR, each, `the confirmation of stage ${each.stage} taken back by its QP`)),
    ...asserted.map((each) =>
      standing("custody", MAJOR, each, `custody of stage ${each.stage} not proven when its head was set`),
    ),
    ...(supersedes === ZeroHash ? [] : [news("supersedes", MINOR, opened, `supersedes batch ${supersedes}`)]),
  ];
}

/** What the old proof said, where the new one says something else: what is not public is compared by nobody. */
function amendmentText(amendment: AmendmentState, why: Why): string {
  const { claim, reopened, before, after } = amendment;
  const lost = deviationsIn(before.deviations).filter((name) => !deviationsIn(after.deviations).includes(name));
  const replaced = (["circuitId", "head", "record"] as const).filter((field) => before[field] !== after[field]);
  return [
    `claim ${claim} amended: ${why(amendment)}`,
    ...lost.map((name) => `a deviation vanished: ${name}`),
    ...(reopened === 0 ? [] : [`${counted(reopened, "claim")} open again`]),
    ...replaced.map((field) => `${SAID[field]} from ${wordText(before[field])} to ${wordText(after[field])}`),
  ].join("; ");
}

const SAID = { circuitId: "circuit", head: "head", record: "record" } as const;

/** The deviations of a bitmap, decimal, by their names; bits that have none are no name's, and shown as they are. */
export function deviationsIn(deviations: string): string[] {
  const bits = BigInt(deviations);
  const unknown = (bits >> BigInt(DEVIATION_BITS.length)) << BigInt(DEVIATION_BITS.length);
  return [...deviationNames(bits), ...(unknown === 0n ? [] : [`unknown deviation bits 0x${unknown.toString(16)}`])];
}

/** Deviations that are no news of the readings, but of when the batch was opened. */
const OF_OPENING: readonly string[] = ["openedLate", "openingUnbounded"] satisfies DeviationName[];

/** What the proofs themselves say: budgets that were used, clocks corrected, tests or collections repeated, late openings. */
function deviationFindings(batch: AuditedBatch): AuditFinding[] {
  const ofClaims = Object.entries(batch.attested).flatMap(([claim, { deviations, ...moment }]) =>
    deviationsIn(deviations)
      .filter((name) => !OF_OPENING.includes(name))
      .map((name) => {
        const isGrave = name === "attempt" || name.startsWith("unknown");
        const text = `deviation: ${name} (claim ${claim})`;
        return isGrave
          ? news(name === "attempt" ? "attempt" : "deviation", MAJOR, moment, text)
          : news("deviation", MINOR, moment, text);
      }),
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
    deviationsIn(deviations).includes(deviation) ? [Number(claim)] : [],
  );
}
