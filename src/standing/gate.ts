import type { Chain } from "../chain/connect.ts";
import type { Register } from "../chain/handles.ts";
import { heldByText } from "../chain/stateWords.ts";
import { ageNotes } from "./age.ts";
import { judgeStage, type Judgement, type StageQuestion } from "./judge.ts";
import { readStanding, type ReadStanding, type StandingQuestion } from "./read.ts";

/** What is asked of the gate. */
export interface GateQuestion extends StageQuestion, StandingQuestion {
  /** Key of the batch in the register. */
  readonly key: string;
  /** This machine's clock, Unix seconds. */
  readonly now: number;
}

/** The answer of the dock check, and what it was judged by. */
export interface GateAnswer extends Judgement, ReadStanding {}

/**
 * The receiving site's dock check, after receipt and before the material is used: `judgeStage` of what the register says at one
 * block. Who is asked here has the register, and is told whose holds they are. Errors: those of `readStanding`.
 */
export async function askGate(
  register: Register,
  chain: Pick<Chain, "provider" | "chainId">,
  question: GateQuestion,
): Promise<GateAnswer> {
  const { key, now } = question;
  const read = await readStanding(register, chain, key, question);
  const judgement = judgeStage(read.standing, question);
  const reasons = judgement.reasons.map((each) =>
    each.code === "held" ? { ...each, text: heldByText(key, read.heldBy) } : each,
  );
  const notes = [...ageNotes(read.standing, now), ...judgement.notes];
  return { ...read, ...judgement, reasons, notes };
}
