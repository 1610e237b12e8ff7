import type { BatchStage } from "../batch/batch.ts";
import { readRecord } from "../batch/recordStore.ts";
import { missingHandoff } from "../batch/handoffFile.ts";
import type { Disclosed, Window } from "../disclosure/disclosed.ts";
import { verifyDisclosure } from "../disclosure/verify.ts";
import type { Attested } from "../disclosure/attested.ts";
import type { Content, DisclosureFile } from "../disclosure/document.ts";
import { discloseHandoff, type HandoffJson } from "../disclosure/handoff.ts";
import { discloseLines, MOST_LINES, type LinesJson } from "../disclosure/lines.ts";
import { discloseResults, type ResultsJson } from "../disclosure/results.ts";
import { ruleToJson } from "../disclosure/rule.ts";
import { WINDOWS, type SeriesJson } from "../disclosure/series.ts";
import { inputError, type BatchproofError } from "../errors.ts";
import { fromHex } from "../formats/field.ts";
import { stageHead } from "../formats/head.ts";
import type { HowRead } from "../formats/howRead.ts";
import { deviceHash, type DeviceId } from "../formats/identity.ts";
import { claimRuleHash } from "../kinds/index.ts";
import { CHANNEL_RECORD, SAMPLES_RECORD } from "../kinds/parameters/record.ts";
import { RESULTS_RECORD } from "../kinds/quality/record.ts";
import { claimedAnalytes } from "../kinds/quality/rule.ts";
import { READINGS_RECORD } from "../kinds/temperature/record.ts";
import { evidenceHash, evidenceLines } from "./exceptionEvidence.ts";
import type { Target } from "./unsigned.ts";

/** What somebody is to see of a claim's evidence: a window of a series, the results of analytes (none is named: all), and so on. */
export type Asked =
  | { readonly form: "series"; readonly window: Window }
  | { readonly form: "results"; readonly analytes: readonly string[] }
  | { readonly form: "handoff" }
  | { readonly form: "lines"; readonly exception: number; readonly first: number; readonly last: number };

/** The batch on its register. */
export type OnRegister = Pick<Attested, "chainId" | "registry" | "key">;

/** A disclosure, and what it shows to whoever verifies it. */
export interface Made {
  readonly file: DisclosureFile;
  readonly shown: Disclosed;
}

/**
 * The disclosure of a part of a claim's evidence, from the batch folder. What is given away is verified before, against what the
 * folder says; whether the register has attested that very record, a verifier sees.
 * @param withRule whether it shows the rule too: every limit of the claim
 * Errors: `disclosure-options` (the claim's evidence has no such parts), `disclosure-outside`, `disclosure-analyte`, `record-missing`, `handoff-missing`,
 * those of `readRecord`.
 */
export async function disclose(target: Target, asked: Asked, on: OnRegister, withRule: boolean): Promise<Made> {
  const { batch, claim } = target;
  const { content, proven, exceptions } = await contentOf(target, asked);
  const salt = batch.secrets.ruleSalt(claim.claim.id);
  const { kind, stage } = claim.claim;
  const file: DisclosureFile = {
    format: "batchproof-disclosure/1",
    ...{ chainId: on.chainId.toString(), registry: on.registry, key: on.key, claim: claim.index, kind },
    ...(withRule ? { rule: ruleToJson(batch.policy, claim.index, salt) } : {}),
    content,
  };
  const rule = claimRuleHash(batch.policy, claim.index, salt);
  const facts = { ...on, batch: batch.commitments.batch, claim: claim.index, stage, kind, rule, proven, exceptions };
  return { file, shown: verifyDisclosure(file, facts, "the disclosure") };
}

/** What is shown, and what the register says of it if it stands there as in the folder. */
type Opened = Pick<Attested, "proven" | "exceptions"> & { readonly content: Content };

async function contentOf(target: Target, asked: Asked): Promise<Opened> {
  switch (asked.form) {
    case "series":
      return recorded(await windowOf(target, asked.window));
    case "results":
      return recorded(await resultsOf(target, asked.analytes));
    case "handoff":
      return handoffOf(target);
    case "lines":
      return await linesOf(target, asked);
  }
}

function recorded(content: SeriesJson | ResultsJson): Opened {
  return { content, proven: { head: 0n, record: fromHex(content.record), doubts: [] }, exceptions: new Map() };
}

async function resultsOf({ batch, claim }: Target, names: readonly string[]): Promise<ResultsJson> {
  if (claim.claim.kind !== "quality") throw unfit("Only a laboratory's results are shown by their analytes.");
  const analytes = claimedAnalytes(batch.policy, claim.index);
  const known = analytes.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw inputError(`The claim has no analyte "${unknown}".`, {
      code: "disclosure-analyte",
      remedy: `Name one of: ${known.join(", ")}.`,
    });
  }
  const slots = known.flatMap((name, slot) => (names.length === 0 || names.includes(name) ? [slot] : []));
  const { set } = await readRecord(RESULTS_RECORD, batch, claim.claim);
  return { ...discloseResults(set, analytes, slots), lot: batch.lot };
}

async function windowOf(target: Target, window: Window): Promise<SeriesJson> {
  const { batch, claim } = target;
  switch (claim.claim.kind) {
    case "temperature": {
      const record = await readRecord(READINGS_RECORD, batch, claim.claim);
      return { ...WINDOWS.temperature.disclose(record, window), ...toldOf(target, record) };
    }
    case "parameters": {
      const record = await readRecord(SAMPLES_RECORD, batch, claim.claim);
      return { ...WINDOWS.parameters.disclose(record, window), ...toldOf(target, record) };
    }
    case "channel": {
      const record = await readRecord(CHANNEL_RECORD, batch, claim.claim);
      return { ...WINDOWS.channel.disclose(record, window), ...toldOf(target, record) };
    }
    case "custody":
    case "quality":
      throw unfit("Only a series of readings has a window.");
  }
}

/** Texts whose hashes the header holds, and how the raw file was read. */
function toldOf(
  { batch, claim }: Target,
  { header, how }: { readonly header: { readonly deviceHash: bigint }; readonly how?: HowRead },
): Pick<SeriesJson, "lot" | "device" | "how"> {
  const named = batch.stages[claim.claim.stage]?.devices ?? [];
  const device = named.find((each) => deviceHash(each) === header.deviceHash);
  return { lot: batch.lot, ...(device === undefined ? {} : { device }), ...(how === undefined ? {} : { how }) };
}

function handoffOf({ batch, claim: { claim } }: Target): Opened {
  if (claim.kind !== "custody") throw unfit("Only a custody claim shows a hand-off.");
  const stage = batch.stages[claim.stage];
  if (stage?.handoff === undefined) throw missingHandoff(batch.dir, batch.policy.stages[claim.stage] ?? "");
  const { head } = stage.handoff;
  const content = discloseHandoff(head, namesOf(stage, batch.stages[claim.stage + 1]));
  return { content, proven: { head: stageHead(head), record: head.previous, doubts: [] }, exceptions: new Map() };
}

function namesOf(stage: BatchStage, next: BatchStage | undefined): Omit<HandoffJson, "form" | "head"> {
  const named = (devices: readonly DeviceId[]): DeviceId[] =>
    devices.map(({ vendor, model, serial }) => ({ vendor, model, serial }));
  return {
    ...(stage.custodian === undefined ? {} : { org: stage.custodian.org }),
    ...(stage.seal === undefined ? {} : { seal: stage.seal }),
    devices: named(stage.devices),
    ...(next === undefined || next.devices.length === 0 ? {} : { nextDevices: named(next.devices) }),
  };
}

async function linesOf(
  { batch, claim: { claim } }: Target,
  { exception, first, last }: Extract<Asked, { form: "lines" }>,
): Promise<Opened> {
  const lines = (await evidenceLines(batch, claim)) ?? [];
  if (first < 1 || first > last || last > lines.length || last - first >= MOST_LINES) {
    throw unfit(`The evidence has ${lines.length} lines, signatures included; ${MOST_LINES} are shown at most.`);
  }
  const content: LinesJson = discloseLines(lines, exception, first, last);
  return { content, proven: undefined, exceptions: new Map([[exception, evidenceHash(lines)]]) };
}

function unfit(message: string): BatchproofError {
  return inputError(message, { code: "disclosure-options" });
}
