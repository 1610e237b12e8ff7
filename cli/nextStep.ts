import type { Batch } from "../src/batch/batch.ts";
import { deviceCountProblem } from "../src/batch/commitments.ts";
import { handoffStatus } from "../src/batch/handoffs.ts";
import { shellWord } from "../src/commandLine.ts";
import { isClosedElsewhere, type ClaimStatus } from "../src/claims/batchStatus.ts";
import type { EXCEPTION_CATEGORY } from "../src/formats/codes.ts";
import { ANY_DEVICE, type KindName } from "../src/formats/constants.ts";
import type { HandoffSide } from "../src/formats/handoff.ts";
import { deviceText } from "../src/formats/identity.ts";
import { channelNamed } from "../src/formats/channels.ts";
import { LONG_FORM, shippedByHash } from "../src/formats/shippedProfiles.ts";
import { claimsOf } from "../src/kinds/kind.ts";
import type { ParametersLimits } from "../src/kinds/parameters/limits.ts";
import type { SeriesLimits } from "../src/kinds/series/limits.ts";
import { slotOf } from "../src/kinds/series/rule.ts";
import { devicesOfStage } from "../src/kinds/series/stageDevices.ts";
import { claimNamed, type Limits } from "../src/policy/document.ts";
import { WORD_OF } from "../src/formats/handoffSides.ts";
import type { StatusRole } from "./statusRoles.ts";

/** A command to paste, and the words in it that only its reader knows: capitals, such as KEYFILE. */
export interface Step {
  readonly role: StatusRole;
  readonly command: string;
  readonly fillIn: readonly string[];
}

/** A claim with what the register says of it; undefined where none was asked, or it does not have the batch. */
export interface ClaimOnRegister extends ClaimStatus {
  /** `refused`: attested, and an exception about it was closed as rejected since: only QA's amendment replaces it. */
  readonly register: "attested" | "refused" | "settled" | "open" | undefined;
}

/** What decides what comes next. */
export interface Situation {
  readonly batch: Batch;
  readonly claims: readonly ClaimOnRegister[];
  /** Open exceptions of the MES's record. */
  readonly mesExceptions: readonly string[];
  /** Whether the batch is open on a register, as far as folder and register tell. */
  readonly isOpen: boolean;
  /** Rejected, aborted, supplied exceptionally or recalled: nothing comes next. */
  readonly isOver: boolean;
  /** Of the register; undefined where none was asked. */
  readonly openExceptions: number | undefined;
  /** Stages that a QP has still to confirm. */
  readonly unconfirmed: readonly string[];
  /** Hash of what challenges the batch, undecided. */
  readonly challenge: string | undefined;
  /** The authority has still to be notified of an exceptional supply. */
  readonly isToNotify: boolean;
  /** Proven, and nobody holds it. */
  readonly isCertifiable: boolean;
  /** Address of the batch's owner, if it is known. */
  readonly owner: string | undefined;
  /** Words that the commands need and that neither folder, variables nor settings say. */
  readonly unsaid: Readonly<Record<"rpc" | "registry" | "chainId" | "owner" | "account", readonly Word[]>>;
}

/** A word of a command: as it is, or for the reader to fill in. */
export type Word = string | { readonly fillIn: string };

const fill = (name: string): Word => ({ fillIn: name });

/** Whether the register asks for no proof of a claim any more. */
export function isDone(register: ClaimOnRegister["register"]): boolean {
  return register === "attested" || register === "settled";
}

/** Whether the owner may attest a claim. */
export function isAttestable(register: ClaimOnRegister["register"]): boolean {
  return !isDone(register) && register !== "refused";
}

/** What a role does next; undefined: nothing that this folder knows of. */
export function nextStep(role: StatusRole, situation: Situation): Step | undefined {
  const words = { custodian: custodianWords, owner: ownerWords, qp: qpWords }[role](situation);
  const isOver = situation.isOver && !(role === "qp" && situation.isToNotify);
  if (words === undefined || isOver) return undefined;
  const { dir } = situation.batch;
  const fillIn = words.flatMap((word) => (typeof word === "string" ? [] : [word.fillIn]));
  const spoken = words.map((word) =>
    typeof word === "string" ? (word === dir ? asArgument(dir) : word) : word.fillIn,
  );
  return { role, command: ["batchproof", ...spoken.map(shellWord)].join(" "), fillIn };
}

/** A folder whose name looks like an option. */
function asArgument(dir: string): string {
  return dir.startsWith("-") ? `./${dir}` : dir;
}

function custodianWords(situation: Situation): Word[] | undefined {
  const { batch, claims } = situation;
  for (const [index, name] of batch.policy.stages.entries()) {
    const open = claims.filter(({ stage, register }) => stage === name && !isDone(register));
    if (open.length === 0) continue;
    // Who closed a stage waits for the receiver, who signs in a folder of its own.
    const words = isClosedElsewhere(batch, index)
      ? signatureOn(batch, name, "received")
      : (timesOf(batch, index) ??
        devicesOf(batch, index) ??
        evidenceFor(batch, open) ??
        signatureOn(batch, name, "released"));
    const unjudged = open.find(({ outcome }) => outcome === "unjudged");
    const asked = words ?? (unjudged === undefined ? undefined : ["check", batch.dir, "--claim", unjudged.claim]);
    // What is ready is proven first: the stage that asks for something may be somebody else's.
    if (asked !== undefined) return provable(situation, batch.policy.stages.slice(0, index)) ?? asked;
  }
  return provable(situation, batch.policy.stages);
}

function timesOf({ dir, stages }: Batch, index: number): Word[] | undefined {
  const { name = "", start, end } = stages[index] ?? {};
  if (start !== undefined && end !== undefined) return undefined;
  return [
    ...["stage", dir, name],
    ...(start === undefined ? ["--start", fill("START")] : []),
    ...(end === undefined ? ["--end", fill("END")] : []),
  ];
}

/** Of a later stage: the opening fixed those of the first one. */
function devicesOf(batch: Batch, index: number): Word[] | undefined {
  if (index === 0 || deviceCountProblem(batch, index) === undefined) return undefined;
  const { name = "", devices = [] } = batch.stages[index] ?? {};
  const wanted = devicesOfStage(batch.policy, index) ?? 0;
  // Of too many only the reader knows which stay.
  const kept = devices.length > wanted ? [] : devices;
  const named = Array.from({ length: wanted }, (_, i): Word => {
    const device = kept[i];
    return device === undefined ? fill(wanted === 1 ? "DEVICE" : `DEVICE_${i + 1}`) : deviceText(device);
  });
  return ["stage", batch.dir, name, ...named.flatMap((device): Word[] => ["--device", device])];
}

function evidenceFor(batch: Batch, claims: readonly ClaimStatus[]): Word[] | undefined {
  const missing = claims.find(
    ({ outcome, kind, isOfOtherTimes }) => (outcome === "missing" && kind !== "custody") || isOfOtherTimes === true,
  );
  if (missing === undefined) return undefined;
  const again = missing.outcome === "missing" ? [] : ["--reason", fill("REASON")];
  const into = ["--into", batch.dir, "--claim", missing.claim, ...again];
  if (missing.kind === "quality") {
    return ["import", "results", fill("FILE"), ...into, "--lab", fill("KEYFILE"), "--reported", fill("TIME")];
  }
  const slot = slotOf(limitsOf(batch, missing.claim) as SeriesLimits);
  const ofStage = batch.stages.find(({ name }) => name === missing.stage)?.devices ?? [];
  const devices = slot === ANY_DEVICE ? ofStage : ofStage.slice(slot - 1, slot);
  const source = [...into, "--source", fill("KEYFILE")];
  if (missing.kind !== "parameters" && devices.some(({ model }) => /[FQ].*-tag/.test(model))) {
    return ["import", "fridgetag", fill("FILE"), ...source, "--offset", fill("OFFSET")];
  }
  const [device] = devices;
  const named = device === undefined ? fill("DEVICE") : deviceText(device);
  return ["import", ...tableOf(batch), ...source, "--device", named, ...tagsOf(batch, missing)];
}

/** The long form where the policy accepts it, else a table by a profile that it names. */
function tableOf({ policy: { profiles } }: Batch): Word[] {
  const accepted = profiles?.map(({ hash }) => shippedByHash(hash));
  if (accepted?.includes(LONG_FORM) ?? true) return ["csv", fill("FILE")];
  const [only, another] = accepted ?? [];
  return ["table", fill("FILE"), "--profile", only !== undefined && another === undefined ? only : fill("PROFILE")];
}

/** A record of parameters names the tag of each channel. */
function tagsOf({ policy }: Batch, { claim }: ClaimStatus): Word[] {
  const { index } = claimNamed(policy, claim);
  const limits = claimsOf<"parameters", ParametersLimits>(policy, "parameters").find((each) => each.index === index);
  return (limits?.claim.rule.channels ?? []).flatMap(({ channel }) => ["--tag", fill(`${channelNamed(channel)}=TAG`)]);
}

function limitsOf({ policy }: Batch, claim: string): Limits {
  return claimNamed(policy, claim).claim.rule;
}

function signatureOn(batch: Batch, stage: string, side: HandoffSide): Word[] | undefined {
  const handoff = handoffStatus(batch).find((each) => each.stage === stage);
  if (handoff?.missing[0] !== side) return undefined;
  return ["handoff", "sign", batch.dir, "--stage", stage, "--as", WORD_OF[side], "--key", fill("KEYFILE")];
}

function provable({ batch, claims, isOpen, owner, unsaid }: Situation, stages: readonly string[]): Word[] | undefined {
  const toProve = claims.filter(
    ({ outcome, proof, stage, register }) =>
      (outcome === "pass" || outcome === "deviation") &&
      proof !== "fits" &&
      stages.includes(stage) &&
      isAttestable(register),
  );
  if (toProve.length === 0) return undefined;
  // A bound is running: the batch is opened first, by its owner.
  const isBounded = toProve.some(({ claim }) => limitsOf(batch, claim).openedWithin !== undefined);
  if (!isOpen && isBounded && "coi" in batch.origin) return undefined;
  const isFirst = ({ kind, stage }: ClaimStatus): boolean => kind === "custody" && stage === batch.policy.stages[0];
  return [
    ...["prove", batch.dir, ...toProve.flatMap(({ claim }) => ["--claim", claim])],
    ...(toProve.some(isFirst) ? ["--key", fill("KEYFILE")] : []),
    ...(unsaid.account.length === 0 ? [] : ["--submitter", owner ?? fill("ACCOUNT")]),
    ...[...unsaid.registry, ...unsaid.chainId],
  ];
}

function ownerWords({ batch, claims, isOpen, openExceptions, unsaid }: Situation): Word[] | undefined {
  const chain = [...unsaid.rpc, ...unsaid.registry, ...unsaid.account];
  const stageQps = (batch.policy.confirmedByQp ?? []).flatMap((stage) => ["--stage-qp", fill(`${stage}=QP`)]);
  if (!isOpen) return ["open", batch.dir, "--qp", fill("QP"), ...stageQps, ...chain];
  if (claims.some(({ proof, register }) => proof === "fits" && isAttestable(register))) {
    return ["attest", batch.dir, ...chain, ...unsaid.owner];
  }
  // Where a proof held before, the stage had other times, or names a wrong number of devices, the folder is to be put
  // right rather than the claim declared.
  const failed = claims.find(
    ({ outcome, proof, isOfOtherTimes, isMiscounted, register }) =>
      outcome === "fail" && proof !== "stale" && !(isOfOtherTimes ?? isMiscounted ?? false) && !isDone(register),
  );
  if (failed === undefined || (openExceptions ?? 0) > 0) return undefined;
  const { severity } = claimNamed(batch.policy, failed.claim).claim;
  return [
    ...["exception", "raise", batch.dir, "--claim", failed.claim, "--category", CATEGORY[failed.kind]],
    ...["--severity", severity.toString(), "--reference", fill("REFERENCE"), ...chain, ...unsaid.owner],
  ];
}

/** What an exception on a claim of a kind is about. */
const CATEGORY: Readonly<Record<KindName, keyof typeof EXCEPTION_CATEGORY>> = {
  temperature: "parameter",
  parameters: "parameter",
  channel: "parameter",
  custody: "custody",
  quality: "quality",
};

function qpWords({ batch, isCertifiable, mesExceptions, unsaid, ...situation }: Situation): Word[] | undefined {
  const { unconfirmed, challenge, isToNotify } = situation;
  const as = ["--account", fill("QP"), ...unsaid.rpc, ...unsaid.registry, ...unsaid.owner];
  const [stage] = unconfirmed;
  if (isToNotify) return ["notify", batch.dir, "--notified", fill("TIME"), ...as];
  if (challenge !== undefined) {
    return ["challenge", "decide", batch.dir, "--challenge", challenge, "--reason", fill("REASON"), ...as];
  }
  if (!isCertifiable || mesExceptions.length > 0) return undefined;
  if (stage !== undefined) return ["confirm-stage", batch.dir, "--stage", stage, "--document", fill("FILE"), ...as];
  return ["certify", batch.dir, "--certificate", fill("FILE"), ...as];
}
