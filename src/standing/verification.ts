import type { Label } from "../formats/label.ts";
import type { Policy } from "../policy/document.ts";
import { ageNotes } from "./age.ts";
import { because, type Light, type Reason } from "./answer.ts";
import { judgeUse } from "./judge.ts";
import { standingProblem, type SignedStanding, type StandingReader } from "./signed.ts";
import type { Standing } from "./standing.ts";
import { policyWords, standingWords, type PolicyWords, type StandingWords } from "./words.ts";

/** Whether one batch may be used, for anybody and for machines. */
export interface Verification {
  readonly format: "batchproof-verification/1";
  readonly light: Light;
  readonly reasons: readonly Reason[];
  /** What must be known besides. */
  readonly notes: readonly Reason[];
  /** Null: what was asked about is of another register, and nobody was asked. */
  readonly standing: Standing | null;
  /** Null: no policy was given, or another one. */
  readonly policy: PolicyWords | null;
  readonly words: StandingWords | null;
  /** Asked of a node, or taken from a standing that a QP signed. */
  readonly from: "node" | "standing";
}

/** What is known beside a standing. */
export interface Beside {
  /** What should be the batch's policy. */
  readonly policy?: Policy | undefined;
  /** What speaks against the batch that was asked about, whatever the register says of it. */
  readonly problems?: readonly Reason[];
  /** What must be known besides of how it was asked about. */
  readonly notes?: readonly Reason[];
}

/** What a register says of a batch, read from a node. `now`: this machine's clock, Unix seconds. */
export function verifyStanding(standing: Standing, now: number, beside: Beside = {}): Verification {
  const notes = [...ageNotes(standing, now), ...(beside.notes ?? [])];
  return verification(standing, { ...beside, notes }, "node");
}

/** The same from a signed standing. What a reader must not go by is red, and says so. */
export function verifySigned(signed: SignedStanding, reader: StandingReader, beside: Beside = {}): Verification {
  const { standing, signer, validUntil } = signed;
  const problems = [...standingProblem(signed, reader), ...(beside.problems ?? [])];
  const text = `no node was asked: ${signer} signed how the register stood at block ${standing.block}, for use until ${validUntil}`;
  const notes = [because("from-standing", text), ...(beside.notes ?? [])];
  return verification(standing, { ...beside, problems, notes }, "standing");
}

/** What was asked about is of another register or chain than the reader's: nobody was asked. */
export function refusedUnasked(reasons: readonly Reason[], from: Verification["from"]): Verification {
  return {
    ...{ format: "batchproof-verification/1", light: "red", reasons, notes: [] },
    ...{ standing: null, policy: null, words: null, from },
  };
}

function verification(
  standing: Standing,
  { policy, problems = [], notes = [] }: Beside,
  from: Verification["from"],
): Verification {
  const judgement = judgeUse(standing);
  const words = policy === undefined ? undefined : policyWords(standing, policy);
  const isOther = policy !== undefined && words === undefined;
  const against = [...problems, ...(isOther ? [OTHER_POLICY] : [])];
  return {
    format: "batchproof-verification/1",
    light: against.length > 0 ? "red" : judgement.light,
    reasons: [...against, ...judgement.reasons],
    notes: [...notes, ...judgement.notes],
    ...{ standing, policy: words ?? null, words: standingWords(standing, words), from },
  };
}

const OTHER_POLICY = because("standing-policy", "the policy that was given is not the one of this batch");

/** What names a batch: a label, a credential. */
export type Named = Pick<Label, "chainId" | "registry" | "batch">;

/** Why what was named is none of this register: an owner's batch has the same key on every one. */
export function otherRegister(
  { chainId, registry }: Named,
  reader: { readonly chainId: bigint; readonly registry: string },
): Reason[] {
  return [
    ...(chainId === reader.chainId
      ? []
      : [
          because(
            "label-chain",
            `what is asked about is on chain ${chainId}, and the register on chain ${reader.chainId}`,
          ),
        ]),
    ...(registry.toLowerCase() === reader.registry.toLowerCase()
      ? []
      : [because("label-register", `what is asked about is of register ${registry}, and not of ${reader.registry}`)]),
  ];
}

/** The same of a signed standing, which is moreover of one batch. */
export function otherThanStanding(named: Named, standing: Standing): Reason[] {
  const apart = otherRegister(named, { chainId: BigInt(standing.chainId), registry: standing.registry });
  if (named.batch === standing.batch) return apart;
  return [...apart, because("standing-batch", "the signed standing is of another batch")];
}
