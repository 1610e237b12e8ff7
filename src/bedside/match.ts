import { existsSync } from "node:fs";
import { join } from "node:path";
import { identityOf } from "../batch/commitments.ts";
import type { Batch } from "../batch/batch.ts";
import { LABEL_PROBLEMS, labelProblems, type Registered } from "../batch/label.ts";
import { ADMINISTRATION_FILE } from "../batch/paths.ts";
import { BatchproofError } from "../errors.ts";
import { carrierOf, isSameCarrier, type Carrier } from "../formats/carrier.ts";
import { batchKey } from "../formats/context.ts";
import { toHex } from "../formats/field.ts";
import { stageHead } from "../formats/head.ts";
import { batchCommitment, textHash } from "../formats/identity.ts";
import { labelFromText, type SignedLabel } from "../formats/label.ts";
import { formatTime } from "../input/times.ts";
import { ageNotes } from "../standing/age.ts";
import { because, type Answered, type Light, type Reason } from "../standing/answer.ts";
import { judgeStage, judgeUse } from "../standing/judge.ts";
import { standingProblem, type SignedStanding } from "../standing/signed.ts";
import type { Standing } from "../standing/standing.ts";

/** What is in the hand at a bedside. */
export interface BagQuestion {
  /** Text of the bag's label. */
  readonly label: string;
  /** What the patient's wristband says: the chain of identity. It stands in no answer, no file and no message. */
  readonly wristband: string;
  /** The bag's own code; empty: not scanned. */
  readonly carrier: string;
}

/** Where the folder's batch is on a chain, as the folder or the site's settings know it. */
export interface BatchOnRegister extends Registered {
  /** Id of the policy that the folder's batch is under. */
  readonly policyId: string;
}

/** Who says what the register says: a node, at a block or the latest one, or a QP who signed it; null: nobody. */
export type StandingSource =
  | { readonly from: "node"; readonly ask: (batch: string, block?: number) => Promise<Standing> }
  | {
      readonly from: "standing";
      readonly signed: SignedStanding;
      /** Accounts that the site knows as Qualified Persons of its batches. */
      readonly qps: readonly string[];
    }
  | null;

/** A match that is asked for. */
export interface Match {
  readonly question: BagQuestion;
  readonly where: BatchOnRegister;
  readonly source: StandingSource;
  /** Unix seconds. */
  readonly now: number;
  /** Block that a node is asked about; the latest one unless told. */
  readonly block?: number;
  /** What the folder records is completed: that the batch was given speaks against nothing then. */
  readonly isRecorded?: boolean;
}

/**
 * Whether bag, wristband and the folder's batch are one and may be given: green only if everything matches and the register lets
 * the last stage begin. What does not match is red, whatever the register says; where nobody can be asked, the rest is unknown.
 * Errors: `batch-joined` (only the first custodian's folder knows the identity), `label`, `carrier`, `text`, those of the node's
 * answer.
 */
export async function matchBag(batch: Batch, match: Match): Promise<Answered> {
  const { question, where } = match;
  return matchLabel(batch, match, {
    judge: (standing) => judgeAdministration(standing, batch, where.policyId),
    mismatches: [
      ...wristbandReasons(batch, question.wristband),
      ...(match.isRecorded === true ? [] : givenReasons(batch)),
    ],
  });
}

/** What a label is matched for. */
export interface LabelUse {
  /** What the register's word on the batch comes to. */
  readonly judge: (standing: Standing) => Pick<Answered, "light" | "reasons" | "notes">;
  /** What speaks against it besides the label. */
  readonly mismatches?: readonly Reason[];
}

/**
 * Whether a label, and the bag that bears it, are of the folder's batch, and what the register says of it: what does not match is
 * red, whatever the register says; where nobody can be asked, the rest is unknown. Errors: `label`, `carrier`, those of the node's
 * answer.
 */
export async function matchLabel(
  batch: Batch,
  match: Omit<Match, "question"> & { readonly question: Pick<BagQuestion, "label" | "carrier"> },
  { judge, mismatches: others = [] }: LabelUse,
): Promise<Answered> {
  const { question, where, source, now } = match;
  const key = batchKey(where.owner, batch.commitments.batch);
  const signed = labelFromText(question.label, "label");
  const mismatches = [
    ...others,
    ...labelReasons(batch, signed, where),
    ...carrierReasons(signed.label.carrier, question.carrier),
  ];
  const said = await saidOf(key, match);
  if ("reason" in said) {
    return {
      light: mismatches.length > 0 ? "red" : "unknown",
      reasons: [...mismatches, said.reason],
      notes: [],
      record: null,
    };
  }
  const { standing, problems, notes } = said;
  const judged = judge(standing);
  const against = [...mismatches, ...problems, ...otherThan(standing, batch, where, key)];
  return {
    light: against.length > 0 ? "red" : judged.light,
    reasons: [...against, ...judged.reasons],
    notes: [...notes, ...judged.notes],
    record: {
      ...{ batch: key, registry: standing.registry, chainId: standing.chainId, block: standing.block },
      ...{ hash: standing.hash, time: standing.time, asked: formatTime(now), from: source?.from ?? "node" },
    },
  };
}

/** The stage in which a batch is given to its patient. */
export function lastStage({ policy }: Pick<Batch, "policy">): number {
  return policy.stages.length - 1;
}

/** Worst first: of two answers the worse one counts. */
const WORST_FIRST: readonly Light[] = ["red", "unknown", "exceptional", "green"];

/** What is given to a patient needs both: that its last stage may begin, and that the register releases it. */
function judgeAdministration(
  standing: Standing,
  batch: Batch,
  policyId: string,
): Pick<Answered, "light" | "reasons" | "notes"> {
  const stage = lastStage(batch);
  const handoff = batch.stages[stage - 1]?.handoff;
  const head = handoff === undefined ? undefined : toHex(stageHead(handoff.head));
  const judged = [
    judgeStage(standing, { stage, stages: batch.policy.stages, head, policyId }),
    judgeUse(standing),
  ] as const;
  return {
    light: WORST_FIRST.find((light) => judged.some((each) => each.light === light)) ?? "unknown",
    reasons: onceEach(judged.flatMap(({ reasons }) => reasons)),
    notes: onceEach(judged.flatMap(({ notes }) => notes)),
  };
}

function onceEach(reasons: readonly Reason[]): Reason[] {
  return [...new Map(reasons.map((reason) => [reason.text, reason])).values()];
}

/** What scanners put before a code: the AIM symbology identifier; and the end of a line after it. */
const AIM_IDENTIFIER = /^\][A-Za-z][0-9A-Za-z]/;

function wristbandReasons(batch: Batch, wristband: string): Reason[] {
  const { order } = identityOf(batch);
  const coi = wristband.replace(/[\r\n]+$/, "").replace(AIM_IDENTIFIER, "");
  const commitment = batchCommitment(textHash(coi), textHash(order), batch.secrets.batchSalt);
  if (commitment === batch.commitments.batch) return [];
  return [because("wristband", "the wristband is not that of the patient whose batch this folder is about")];
}

/**
 * A batch is given once: what this folder records, the register learns later by the proof of the last stage, and a standing that was
 * signed before never.
 */
function givenReasons({ dir }: Batch): Reason[] {
  if (!existsSync(join(dir, ADMINISTRATION_FILE))) return [];
  return [because("given", "the folder records already that this batch was given: `batchproof bedside show DIR`")];
}

function labelReasons(batch: Batch, signed: SignedLabel, where: BatchOnRegister): Reason[] {
  return labelProblems(batch, where, signed).map((problem) =>
    because(problem, `the label is wrong: ${LABEL_PROBLEMS[problem]}`),
  );
}

/** `scanned`: the bag's own code; empty: not scanned. Error `carrier`. */
function carrierReasons(named: Carrier | undefined, scanned: string): Reason[] {
  const reason = (text: string): Reason[] => [because("label-id", text)];
  if (scanned === "") {
    return named === undefined ? [] : reason("the label names the bag's own code, and that was not scanned");
  }
  const carrier = carrierOf(scanned);
  if (named === undefined) return reason("the bag's own code was scanned, and the label names none");
  return isSameCarrier(named, carrier) ? [] : reason("the bag's own code is not the one that the label names");
}

interface Said {
  readonly standing: Standing;
  /** Why it does not count. */
  readonly problems: readonly Reason[];
  readonly notes: readonly Reason[];
}

/** What the register says of the batch, or why nobody could be asked. */
async function saidOf(
  key: string,
  { source, now, block }: Omit<Match, "question">,
): Promise<Said | { readonly reason: Reason }> {
  const silent = (text: string): { readonly reason: Reason } => ({ reason: because("no-answer", text) });
  if (source === null) return silent("there is no node to ask, and no standing that a QP signed");
  if (source.from === "standing") {
    const { signed, qps } = source;
    const { block: of, time } = signed.standing;
    const note = `said by a QP's signed standing of block ${of}, ${time}: what happened since is not known`;
    return {
      standing: signed.standing,
      problems: standingProblem(signed, { now, qps }),
      notes: [because("from-standing", note)],
    };
  }
  try {
    const standing = await source.ask(key, block);
    return { standing, problems: [], notes: ageNotes(standing, now) };
  } catch (error) {
    if (error instanceof BatchproofError && error.kind === "environment")
      return silent(`nothing can be concluded from the node (${error.code ?? "no answer"})`);
    throw error;
  }
}

/** Whether what was said is about this batch at all. */
function otherThan(
  standing: Standing,
  { commitments }: Batch,
  { chainId, registry }: BatchOnRegister,
  key: string,
): Reason[] {
  const isOfBatch =
    standing.chainId === chainId &&
    isSame(standing.registry, registry) &&
    standing.batch === key &&
    BigInt(standing.commitment) === commitments.batch;
  return isOfBatch ? [] : [because("standing-batch", "what was said of the register is about another batch")];
}

/** Addresses, whatever their letters. */
function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
