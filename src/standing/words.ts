import { visible } from "../formats/visible.ts";
import { kindOf } from "../kinds/index.ts";
import { chainPolicyHead } from "../kinds/policyId.ts";
import type { Policy } from "../policy/document.ts";
import { quoted } from "../policy/words.ts";
import { nameText } from "../formats/names.ts";
import type { ClaimState, Standing, StandingClaim, StandingStage } from "./standing.ts";

/** A claim by its policy's document. */
export interface ClaimWords {
  /** Index of the claim. */
  readonly claim: number;
  readonly id: string;
  /** What it limits, one a line; what the policy's author wrote is quoted. */
  readonly words: readonly string[];
}

/** What a policy's document says of a batch's claims. */
export interface PolicyWords {
  /** Names of the stages. */
  readonly stages: readonly string[];
  readonly claims: readonly ClaimWords[];
}

/**
 * A policy in words, if its document is that of the standing, and the register has the same claims; undefined: it is another one.
 * The rules themselves are compared by whoever has the policy's salts (`discrepancies`).
 */
export function policyWords({ policy: registered, stages, claims }: Standing, policy: Policy): PolicyWords | undefined {
  const { documentHash, product, version, stages: count } = chainPolicyHead(policy);
  const isSame =
    documentHash === registered.document &&
    nameText(product) === registered.product &&
    version === registered.version &&
    count === stages.length &&
    policy.claims.length === claims.length &&
    policy.claims.every((claim, index) => isClaim(claim, claims[index]));
  if (!isSame) return undefined;
  return {
    stages: policy.stages,
    claims: policy.claims.map((claim, index) => ({
      ...{ claim: index, id: claim.id, words: kindOf(claim).show(policy, claim) },
    })),
  };
}

function isClaim(claim: Policy["claims"][number], registered: StandingClaim | undefined): boolean {
  return (
    registered !== undefined &&
    claim.stage === registered.stage &&
    claim.class === registered.class &&
    claim.neededFor === registered.neededFor &&
    claim.kind === registered.kind
  );
}

/** What a standing says, one a line, and what it does not. */
export interface StandingWords {
  readonly says: readonly string[];
  readonly unsaid: readonly string[];
}

/** A standing in words for anybody. `policy`: its own, if the reader has it. */
export function standingWords(standing: Standing, policy: PolicyWords | undefined): StandingWords {
  const { stages, claims } = standing;
  return {
    says: [
      ...headWords(standing),
      ...stages.map((stage, index) => stageWords(stage, stageName(index, policy))),
      ...claims.flatMap((claim) => claimWords(claim, policy)),
    ],
    unsaid: unsaidOf(standing, policy),
  };
}

function headWords({ policy, status, certified, opened, due }: Standing): string[] {
  const { product, version, document } = policy;
  return [
    `Product ${quoted(visible(product))}, policy version ${version}, document ${document}`,
    `Status ${status}; ${certified === null ? "never certified" : `certified last ${certified}`}`,
    `Opened on the register ${opened}; due for release ${due.release}, for completion ${due.completion}`,
  ];
}

function stageName(index: number, policy: PolicyWords | undefined): string {
  const name = policy?.stages[index];
  return name === undefined ? `stage ${index}` : `stage ${index}, ${visible(name)}`;
}

function stageWords({ head, asserted, confirmed }: StandingStage, name: string): string {
  const end = head === null ? "not on the register" : asserted ? "set by its owner's word alone" : "on the register";
  const confirmation = confirmed === null ? "" : confirmed ? "; confirmed by a QP" : "; not confirmed by a QP yet";
  return `End of ${name}: ${end}${confirmation}`;
}

const STATE: Readonly<Record<ClaimState, string>> = {
  refused: "refused by an exception; whatever was proven before does not count",
  proven: "proven",
  settled: "not proven: people accepted a documented exception in its place",
  missing: "missing: neither proven nor settled",
};

function claimWords(claim: StandingClaim, policy: PolicyWords | undefined): string[] {
  const { index, stage, kind, class: name, neededFor, state } = claim;
  const { id, words = [] } = policy?.claims[index] ?? {};
  const what = [kind ?? "unknown kind", name ?? "unknown class", `for ${neededFor ?? "something unknown"}`].join(", ");
  const where = id === undefined ? stageName(stage, policy) : visible(id);
  return [
    `Claim ${index} (${where}; ${what}): ${STATE[state]}${proofWords(claim)}`,
    ...words.map((line) => `    ${visible(line)}`),
  ];
}

function proofWords({ proof }: StandingClaim): string {
  if (proof === null) return "";
  const { circuit, circuitId, attested, setup, deviations } = proof;
  const by = circuit === null ? `circuit ${circuitId}, which nobody here knows` : visible(circuit);
  const forgeable = setup === "development" ? ", with a development key" : "";
  const declared = deviations.length === 0 ? "" : `; it declares ${deviations.join(", ")}`;
  return ` since ${attested} by ${by}${forgeable}; its proof was verified when this was read${declared}`;
}

function unsaidOf({ block, time, claims }: Standing, policy: PolicyWords | undefined): string[] {
  const isSettled = claims.some(({ state }) => state === "settled");
  return [
    `What happened after block ${block} of ${time}, such as a recall.`,
    "Who made it, where, for whom, and what was measured: a reading is shown by a disclosure alone.",
    "That what a source signed was measured as it says: a proof shows that signed data keep to the limits.",
    "That the bag in the hand is this batch: who labelled it says that.",
    "That it may be handed out here: physical release follows under the local system.",
    ...(isSettled ? ["That what people settled keeps to its limits."] : []),
    policy === undefined
      ? "Which limits were proven: the register has only the hash of the policy's document."
      : "That the register's rules are those of the policy's document: whoever has its salts compares them.",
  ];
}
