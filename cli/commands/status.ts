import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Batch, BatchStage } from "../../src/batch/batch.ts";
import { deviceCountProblem } from "../../src/batch/commitments.ts";
import { readBatch } from "../../src/batch/folder.ts";
import { BATCH_FILE } from "../../src/batch/paths.ts";
import { openingKnownTo, readRegistration, type Registration } from "../../src/batch/registration.ts";
import { folderStatus, isClosedElsewhere, type ClaimStatus } from "../../src/claims/batchStatus.ts";
import type { Seat } from "../../src/chain/seats.ts";
import { challengedText, heldByText, supplyText } from "../../src/chain/stateWords.ts";
import { BatchproofError, EXIT_CODE, inputError } from "../../src/errors.ts";
import type { StatusName } from "../../src/formats/codes.ts";
import { counted } from "../../src/input/quantities.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { text, type Options } from "../command.ts";
import {
  isAttestable,
  isDone,
  nextStep,
  type ClaimOnRegister,
  type Situation,
  type Step,
  type Word,
} from "../nextStep.ts";
import { KEY_VARIABLE } from "../options.ts";
import { errorDocument, errorText, type Answer, type ErrorDocument } from "../output.ts";
import { readSettings, type FoundSettings } from "../settings.ts";
import { answerEach, type PartAnswer } from "../several.ts";
import { STATUS_ROLES } from "../statusRoles.ts";
import type { OnRegister } from "../statusOnRegister.ts";

/** `status`. */
export async function status([dir]: readonly string[], options: Options): Promise<Answer> {
  const settings = (await readSettings())?.settings;
  const several = {
    command: "status",
    noun: "batch folder",
    members: ["batches", "dir"],
    isList: dir === undefined,
    judge: async (each: string) => {
      const registration = await readRegistration(each);
      // What a named folder remembers is among the options already, unless another value was given.
      return statusOf(each, dir === undefined ? { ...options, ...remembered(registration) } : options, {
        registration,
        settings,
      });
    },
    inputs: () => Promise.resolve([]),
  } as const;
  return answerEach(dir === undefined ? await foldersHere() : [dir], several, options);
}

/** What a folder remembers, as options. */
function remembered(registration: Registration | undefined): Options {
  const { chainId, registry, owner } = registration ?? {};
  return { ...(registration === undefined ? {} : { chainId, registry, owner }) };
}

/** Every batch folder directly below the working folder. Error `batch-missing`: there is none. */
async function foldersHere(): Promise<string[]> {
  const dirs = (await readdir(".")).filter((name) => existsSync(join(name, BATCH_FILE))).sort();
  if (dirs.length > 0) return dirs;
  throw inputError("There is no batch folder here.", {
    code: "batch-missing",
    place: process.cwd(),
    remedy: "Name one, or go to the folder in which they lie.",
  });
}

/** States in which a batch ends without release, or whatever came before. */
const OVER: readonly StatusName[] = ["Rejected", "Aborted", "ExceptionalSupply", "Recalled"];

/** Where a command takes from what its words leave out. */
interface Said {
  readonly registration: Registration | undefined;
  readonly settings: FoundSettings["settings"] | undefined;
}

async function statusOf(dir: string, options: Options, said: Said): Promise<PartAnswer> {
  const batch = await readBatch(dir);
  const opening = await openingKnownTo(batch, Math.floor(Date.now() / 1000));
  const { claims: inFolder, mesExceptions } = await folderStatus(batch, opening);
  const asked = await ask(batch, options);
  const known = asked.register?.known;
  const claims = inFolder.map((claim, index) => onRegister(claim, known?.claims[index]));
  const situation: Situation = {
    ...{ batch, claims, mesExceptions },
    isOpen: asked.register === undefined ? said.registration !== undefined : known !== undefined,
    isOver: known !== undefined && OVER.includes(known.status),
    openExceptions: known?.openExceptions,
    unconfirmed: (known?.seats ?? []).flatMap(({ stage, isUnconfirmed }) =>
      isUnconfirmed && stage !== undefined ? [batch.policy.stages[stage] ?? stage.toString()] : [],
    ),
    challenge: known?.challenge?.decided === false ? known.challenge.challenge : undefined,
    isToNotify: known?.supply?.notified === false,
    isCertifiable: known?.status === "Compliant" && known.heldBy.length === 0,
    owner: text(options, "owner"),
    unsaid: unsaidBy(options, said),
  };
  const role = STATUS_ROLES.find((each) => each === text(options, "role"));
  const next = (role === undefined ? STATUS_ROLES : [role]).flatMap((each) => nextStep(each, situation) ?? []);
  const due = (known?.due ?? []).map(({ what, at }) => ({ what, state: dueState(at), ...bothTimes(at) }));
  const stages = batch.stages.map((stage, index) => ({
    ...stageJson(stage),
    ...(isClosedElsewhere(batch, index) ? {} : devicesProblem(deviceCountProblem(batch, index))),
  }));
  const register =
    asked.register === undefined
      ? null
      : { ...asked.register, ...bothTimes(asked.register.time), known: known ?? null };
  const lines: Line[] = [
    ...claimLines(situation),
    ...due.map(({ what, state, local, time }): Line => [state, `${what}, ${bothText({ local, time })}`]),
    ...stages.map((stage): Line => ["stage", stageText(stage)]),
    ...registerLines(asked, batch.policy.stages),
    ...next.map((step): Line => [`next (${step.role})`, step.command]),
    ...(next.length === 0
      ? [["next", `nothing that this folder knows of${role === undefined ? "" : ` for ${role}`}`] as const]
      : []),
    ...fillInLines(next),
  ];
  return {
    text: lineText([["lot", `${batch.lot}; ${batch.policy.product}, version ${batch.policy.version}`], ...lines]),
    json: {
      ...{ lot: batch.lot, stages, claims, mesExceptions, due, register },
      ...{ notAsked: asked.notAsked ?? null, registerError: asked.failure ?? null, next },
    },
    exitCode: asked.failure === undefined ? 0 : EXIT_CODE[asked.failure.kind],
    cases: [],
  };
}

/** Of a claim that is done nobody has to do anything. */
function onRegister({ whose, ...claim }: ClaimStatus, register: ClaimOnRegister["register"]): ClaimOnRegister {
  return isDone(register) || whose === undefined ? { ...claim, register } : { ...claim, whose, register };
}

/** What the register said, or why it said nothing. */
interface Asked {
  readonly register?: OnRegister;
  /** The option without which none can be asked: the folder alone was read. */
  readonly notAsked?: string;
  readonly failure?: ErrorDocument;
}

async function ask(batch: Batch, options: Options): Promise<Asked> {
  const missing = (["registry", "owner", "rpc"] as const).find((name) => text(options, name) === undefined);
  if (missing !== undefined) return { notAsked: `--${missing}` };
  try {
    const { askRegister } = await import("../statusOnRegister.ts");
    return { register: await askRegister(batch, options) };
  } catch (error) {
    if (!(error instanceof BatchproofError) || error.kind === "internal") throw error;
    return { failure: errorDocument(error) };
  }
}

/** What the next command must be told, because neither folder, variables nor settings say the same. */
function unsaidBy(options: Options, { registration, settings }: Said): Situation["unsaid"] {
  const { BATCHPROOF_RPC, BATCHPROOF_REGISTRY, BATCHPROOF_CHAIN_ID, BATCHPROOF_ACCOUNT } = process.env;
  const told = (flag: string, name: string, example: string, ...sources: readonly (string | undefined)[]): Word[] => {
    const [said] = sources.filter((value) => value !== undefined && value !== "");
    const given = text(options, name);
    if (said !== undefined && (given === undefined || given.toLowerCase() === said.toLowerCase())) return [];
    return [flag, given ?? { fillIn: example }];
  };
  return {
    rpc: told("--rpc", "rpc", "URL", BATCHPROOF_RPC, settings?.rpc),
    registry: told(
      "--registry",
      "registry",
      "ADDRESS",
      registration?.registry,
      BATCHPROOF_REGISTRY,
      settings?.registry,
    ),
    chainId: told("--chain-id", "chainId", "CHAIN", registration?.chainId, BATCHPROOF_CHAIN_ID, settings?.chainId),
    account: told("--account", "account", "ACCOUNT", BATCHPROOF_ACCOUNT, process.env[KEY_VARIABLE], settings?.account),
    owner:
      registration !== undefined || text(options, "owner") === undefined
        ? []
        : ["--owner", text(options, "owner") ?? ""],
  };
}

/** A line of the answer: what it is about, and what is said. */
type Line = readonly [label: string, text: string];

/** The claims by what is to be done about them; one that is due in several ways stands in several lines. */
function claimLines({ claims, mesExceptions }: Situation): Line[] {
  const of = (label: string, is: (claim: ClaimOnRegister) => boolean): Line[] =>
    claims.filter(is).map(({ claim, outcome, whose, reason }) => {
      // A claim that deviates is done something about under another label.
      const said = outcome !== "deviation" ? [whose, reason] : label === "deviating" ? [reason] : [whose];
      const about = said.filter((each) => each !== undefined).join("; ");
      return [label, about === "" ? claim : `${claim}: ${about}`];
    });
  const holds = ({ outcome }: ClaimOnRegister): boolean => outcome === "pass" || outcome === "deviation";
  return [
    ...of("not received", (claim) => claim.outcome === "missing" && !isDone(claim.register)),
    ...of("elsewhere", (claim) => claim.outcome === "elsewhere" && !isDone(claim.register)),
    ...of("not judged", ({ outcome }) => outcome === "unjudged"),
    ...of("failed", ({ outcome }) => outcome === "fail"),
    ...of("deviating", ({ outcome }) => outcome === "deviation"),
    ...of("stale proof", ({ proof }) => proof === "stale"),
    ...of("to prove", (claim) => holds(claim) && claim.proof === "none" && isAttestable(claim.register)),
    ...of("to attest", (claim) => claim.proof === "fits" && isAttestable(claim.register)),
    ...refusedLines(claims),
    ...of("attested", ({ register }) => register === "attested"),
    ...settledLines(claims),
    ...(mesExceptions.length === 0
      ? []
      : [["MES exceptions", `open: ${mesExceptions.join(", ")}; QA, in the MES`] as const]),
  ];
}

/** What an exception took back is proven for QA's account, whoever proved it before. */
function refusedLines(claims: readonly ClaimOnRegister[]): Line[] {
  return claims
    .filter(({ register }) => register === "refused")
    .map(({ claim }): Line => [
      "refused",
      `${claim}: its exception was closed as rejected; QA replaces the attestation (prove --submitter QA, amend), or the batch ends`,
    ]);
}

/** What people accepted in place of a proof is counted, and never called attested or proven. */
function settledLines(claims: readonly ClaimOnRegister[]): Line[] {
  const settled = claims.flatMap(({ claim, register }) => (register === "settled" ? [claim] : []));
  if (settled.length === 0) return [];
  return [["settled", `${counted(settled.length, "claim")} without a proof, by people: ${settled.join(", ")}`]];
}

/** Stages that nobody confirmed yet, and what has nobody who could do it any more. */
function seatLines(seats: readonly Seat[], stages: readonly string[]): Line[] {
  return seats.flatMap(({ stage, qps, isVacant, isUnconfirmed }): Line[] => {
    const what = stage === undefined ? "to certify the batch" : `to confirm stage ${stages[stage] ?? stage}`;
    return [
      ...(isUnconfirmed ? [["to confirm", `stage ${stages[stage ?? 0] ?? ""}, by ${qps.join(" or ")}`] as const] : []),
      ...(isVacant
        ? [["vacant", `nobody who was named ${what} is a QP now; the owner names one: qp propose`] as const]
        : []),
    ];
  });
}

function registerLines({ register, notAsked, failure }: Asked, stages: readonly string[]): Line[] {
  if (failure !== undefined) return [["register", errorText(failure).replaceAll("\n", "\n  ")]];
  if (register === undefined)
    return [["register", `not asked, this is the folder alone; to ask one, say ${notAsked ?? ""}`]];
  const { known, registry, chainId, block } = register;
  const at = `${registry} on chain ${chainId}, block ${block} of ${bothText(bothTimes(register.time))}`;
  if (known === undefined) return [["register", `has no such batch of this owner: ${at}`]];
  const { status: state, heldBy, openExceptions, differences } = known;
  const held = heldBy.length === 0 ? "" : `, ${heldByText(register.key, heldBy)}`;
  const besides = { supply: supplyText(known.supply), challenge: challengedText(known.challenge) };
  return [
    ["register", `${state}${held}: ${at}`],
    ...(openExceptions === 0
      ? []
      : [
          [
            "exceptions",
            `${openExceptions} open; audit prints their numbers; QA proposes how each is closed, QP confirms it`,
          ] as const,
        ]),
    ...Object.entries(besides).flatMap(([label, said]): Line[] => (said === undefined ? [] : [[label, said]])),
    ...seatLines(known.seats, stages),
    ...differences.map((difference): Line => ["differs", difference]),
  ];
}

function fillInLines(next: readonly Step[]): Line[] {
  const words = [...new Set(next.flatMap(({ fillIn }) => fillIn))];
  return words.length === 0 ? [] : [["fill in", words.join(", ")]];
}

/** Lines with the texts under each other; a label that repeats is said once. */
function lineText(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines
    .map(([label, said], i) => `${(lines[i - 1]?.[0] === label ? "" : label).padEnd(width)}  ${said}`)
    .join("\n");
}

/** A time for people, in the zone of this machine, and in UTC. */
interface BothTimes {
  readonly local: string;
  readonly time: string;
}

function bothTimes(seconds: number | bigint): BothTimes {
  const minutes = new Date(1000 * Number(seconds)).getTimezoneOffset();
  // The register takes due dates for which no clock has an offset.
  const offset = Number.isNaN(minutes) ? 0 : -60 * minutes;
  return { local: formatTime(seconds, offset), time: formatTime(seconds) };
}

function bothText({ local, time }: BothTimes): string {
  return local === time ? time : `${local} (${time})`;
}

/** Whether a due date is over, or is a time of this machine's today. */
function dueState(at: bigint): "overdue" | "due today" | "due" {
  const now = new Date();
  if (BigInt(Math.floor(now.getTime() / 1000)) > at) return "overdue";
  return now.toDateString() === new Date(1000 * Number(at)).toDateString() ? "due today" : "due";
}

interface StageJson {
  readonly stage: string;
  readonly start: BothTimes | null;
  readonly end: BothTimes | null;
  readonly custodian: string | null;
  /** What is wrong with the number of devices that it names. */
  readonly devices?: string;
}

function devicesProblem(problem: string | undefined): Pick<StageJson, "devices"> {
  return problem === undefined ? {} : { devices: problem };
}

function stageJson({ name, start, end, custodian }: BatchStage): StageJson {
  const both = (time: string | undefined): BothTimes | null =>
    time === undefined ? null : bothTimes(parseTime(time, name));
  return { stage: name, start: both(start), end: both(end), custodian: custodian?.org ?? null };
}

function stageText({ stage, start, end, custodian, devices }: StageJson): string {
  const [from = "", to = ""] = [start, end].map((time) => (time === null ? "not set" : bothText(time)));
  const times = start === null && end === null ? "no times yet" : `${from} to ${to}`;
  return `${stage}: ${times}; ${[custodian ?? "no custodian yet", ...(devices === undefined ? [] : [devices])].join("; ")}`;
}
