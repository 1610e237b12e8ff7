import { credentialBatch } from "../exports/vcVerify.ts";
import { labelFromText } from "../formats/label.ts";
import { visible } from "../formats/visible.ts";
import type { JsonValue } from "../input/json.ts";
import { matching, shaped } from "../input/shapes.ts";
import { formatTime } from "../input/times.ts";
import { because, type AnswerRecord } from "../standing/answer.ts";
import { readSignedStanding, standingProblem, type SignedStanding } from "../standing/signed.ts";
import {
  otherRegister,
  otherThanStanding,
  refusedUnasked,
  verifySigned,
  verifyStanding,
  type Beside,
  type Named,
  type Verification,
} from "../standing/verification.ts";
import type { VerifyAnswer, VerifyQuestion } from "./api.ts";
import { verifyQuestion } from "./questions.ts";
import { knownRegisters, nowOf, onlyRegister, withSource, type KnownRegister, type Site } from "./site.ts";

/** A batch that somebody names, and what is known against it before anybody is asked. */
interface Asked extends Beside {
  readonly named: Named;
  /** The signed standing by which it was named. */
  readonly signed?: SignedStanding;
}

/**
 * What is known of a batch, by whatever names it: the document of `verify-batch`. Only a register that the site knows is asked:
 * anybody prints a label of a register of his own. Errors: `site-question`, `site-register` (the site knows none, or several and a key names none), those of whoever
 * reads what names the batch, and those of the node's answer.
 */
export async function answerVerify(site: Site, question: JsonValue): Promise<VerifyAnswer> {
  const known = await knownRegisters(site);
  const { named, signed: given, ...beside } = askedFor(verifyQuestion(question), site, known);
  const register = known.find((each) => otherRegister(named, each).length === 0) ?? known[0] ?? onlyRegister(known);
  const other = otherRegister(named, register);
  if (other.length > 0) return answered(refusedUnasked([...(beside.problems ?? []), ...other], "node"));
  const { policy } = site;
  return withSource(site, { ...keyed(register), key: named.batch }, async (source) => {
    if (source?.from === "node") {
      // Whoever can ask the register goes by no older word of it, and says what is wrong with that word.
      const problems = [
        ...(beside.problems ?? []),
        ...(given === undefined ? [] : standingProblem(given, readerOf(site))),
      ];
      return answered(verifyStanding(await source.ask(named.batch), nowOf(), { ...beside, policy, problems }));
    }
    const signed = later(given, source?.signed);
    if (signed === undefined) return NOBODY;
    const problems = [...(beside.problems ?? []), ...otherThanStanding(named, signed.standing)];
    return answered(verifySigned(signed, readerOf(site), { ...beside, policy, problems }));
  });
}

/** The later of two words on a batch: what happened since the other one, such as a recall, that other one does not say. */
function later(one: SignedStanding | undefined, other: SignedStanding | undefined): SignedStanding | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.standing.block > one.standing.block ? other : one;
}

/** Silence is no answer. */
const NOBODY: VerifyAnswer = {
  ...{ light: "unknown", notes: [], record: null, verification: null },
  reasons: [because("no-answer", "there is no node to ask, and no standing that a QP signed")],
};

function askedFor({ by, text }: VerifyQuestion, { dids }: Site, known: readonly KnownRegister[]): Asked {
  switch (by) {
    case "label":
      return {
        named: labelFromText(text, by).label,
        notes: [
          because("label-signature", "who signed the label, only a folder of the batch can say: it was not asked"),
        ],
      };
    case "batch":
      return { named: { ...onlyRegister(known), batch: shaped(KEY, text, "key of a batch", "site-question", by) } };
    case "credential": {
      const { problem, ...named } = credentialBatch(text, by, { now: nowOf(), dids });
      // What the site does not have says nothing against the credential.
      if (problem?.kind === "input") throw problem;
      return { named, problems: problem === undefined ? [] : [because("credential", visible(problem.message))] };
    }
    case "standing": {
      const signed = readSignedStanding(text, by);
      const { chainId, registry, batch } = signed.standing;
      return { named: { chainId: BigInt(chainId), registry, batch }, signed };
    }
  }
}

const KEY = matching(/^0x[0-9a-f]{64}$/);

function readerOf({ qps }: Site): { readonly now: number; readonly qps: readonly string[] } {
  return { now: nowOf(), qps };
}

function keyed({ chainId, registry }: KnownRegister): { readonly chainId: string; readonly registry: string } {
  return { chainId: chainId.toString(), registry };
}

function answered(verification: Verification): VerifyAnswer {
  const { light, reasons, notes } = verification;
  return { light, reasons, notes, record: recordOf(verification), verification };
}

function recordOf({ standing, from }: Verification): AnswerRecord | null {
  if (standing === null) return null;
  const { batch, registry, chainId, block, hash, time } = standing;
  return { batch, registry, chainId, block, hash, time, asked: formatTime(nowOf()), from };
}
