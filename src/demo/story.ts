import type { Batch } from "../batch/batch.ts";
import { claimNamed, type IndexedClaim } from "../policy/document.ts";
import type { Envelope } from "../prover/envelope.ts";
import { requireKind } from "../kinds/kind.ts";
import type { TemperatureClaim } from "../kinds/temperature/limits.ts";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { audit, type AuditReport } from "../audit/audit.ts";
import { auditText } from "../audit/table.ts";
import { setStage } from "../batch/folder.ts";
import { attest } from "../chain/attest.ts";
import { EXCEPTION_CATEGORY } from "../formats/codes.ts";
import { chainTime, embeddedChain, mineAt } from "../chain/connect.ts";
import { mined } from "../chain/deploy.ts";
import { registerAt } from "../chain/handles.ts";
import { nameWord } from "../formats/names.ts";
import { SMALLEST } from "../kinds/circuits.ts";
import { checkBatch, checkText } from "../claims/checkBatch.ts";
import { exceptionEvidence } from "../claims/exceptionEvidence.ts";
import { importReadings } from "../claims/importClaim.ts";
import { proveClaims } from "../claims/proveClaim.ts";
import { BatchproofError } from "../errors.ts";
import { fridgetagReader } from "../import/fridgetagSeries.ts";
import { readFiles } from "../import/rawFiles.ts";
import { temperatureRecord } from "../import/temperatureRecord.ts";
import { NOT_THINNED } from "../import/thin.ts";
import { writeFileAtomically } from "../input/files.ts";
import { formatTime, parseTime } from "../input/times.ts";
import { lintPolicy } from "../review/lint.ts";
import type { Policy } from "../policy/document.ts";
import { packageRoot } from "../root.ts";
import { meanKineticTemperature } from "../kinds/temperature/meanKineticTemperature.ts";
import { endingEvents } from "./endings.ts";
import { DILUTED, FIRST_DAY, LEGS, LOGGER, LOGGER_FILE, type Leg, type Part } from "./legs.ts";
import { needleEvents, NEEDLE_POLICY } from "./needle.ts";
import {
  artifactsOf,
  certify,
  circuitArtifacts,
  indented,
  openLot,
  published,
  setTheStage,
  type Event,
  type Listener,
  type Stage,
} from "./stage.ts";
import { claimedHeat, temperatureRuleOf } from "../kinds/temperature/rule.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** docs/spec/formats.md, Demo report. */
export interface DemoReport {
  readonly batches: readonly {
    readonly lot: string;
    readonly status: string;
    readonly claims: readonly { readonly name: string; readonly circuit: string; readonly attested: boolean }[];
    readonly deviations: readonly string[];
    readonly exceptions: readonly {
      readonly id: number;
      readonly claim: string;
      readonly category: string;
      readonly severity: number;
      readonly state: "open" | "closed";
    }[];
  }[];
  readonly reviewed: number;
  readonly total: number;
}

/**
 * Tells the whole story on an embedded chain, with legs cut from a real signed logger file: batches within hard limits and
 * within excursion budgets are released, others are refused by `check` and declared as exceptions, and one is never heard
 * of. Works in `dir`, which is made anew, and writes `report.json` there.
 */
export async function tellDemo(dir: string, listener: Listener): Promise<{ text: string; report: DemoReport }> {
  const { say } = listener;
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  say("Circuit, keys: made on first need (development keys: insecure by design)");
  const artifacts = await circuitArtifacts(listener);
  const chain = await embeddedChain({ startsAt: new Date(FIRST_DAY) });
  try {
    const policyNames = [...new Set([...LEGS.map(({ policy }) => policy), NEEDLE_POLICY])];
    const stage = await setTheStage(dir, chain, artifacts, policyNames, say);
    await showDilution(stage);
    const keys = await playAll(stage);
    await mineAt(chain, (await chainTime(chain.provider)) + BigInt(60 * DAY));
    say(`${formatTime(Number(await chainTime(chain.provider)))}: the regulator looks`);
    const found = await audit(chain.provider, stage.addresses.registry);
    const report = reportOf(found, keys, stage);
    await writeFileAtomically(join(dir, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
    return { text: `\n${auditText(found, { all: true, names: keys })}`, report };
  } finally {
    await chain.close();
  }
}

/** Why a policy may not take a mean kinetic temperature over three days: lint refuses one, and the readings show why. */
async function showDilution({ policies, say }: Stage): Promise<void> {
  const { policy } = published(policies, "usp-controlled-cold");
  const span = 3 * DAY;
  const longer: Policy = {
    ...policy,
    claims: policy.claims.map((claim) => {
      const { rule }: TemperatureClaim = requireKind(claim, "temperature");
      return rule.mkt === undefined ? claim : { ...claim, rule: { ...rule, mkt: { ...rule.mkt, span } } };
    }),
  };
  const refused = lintPolicy(longer).find(({ severity }) => severity === "error");
  if (refused === undefined) throw new Error("lint accepted a mean kinetic temperature over three days");
  const rule = temperatureRuleOf(policy, 0, 1n);
  const period = { start: parseTime(DILUTED.start, "demo"), end: parseTime(DILUTED.end, "demo") };
  const bytes = await readFile(join(packageRoot(), LOGGER_FILE));
  const raw = readFiles([{ file: LOGGER_FILE, bytes }], fridgetagReader(0));
  const demand = { rule, period, lot: "none", circuits: SMALLEST };
  const settings = { clockError: 0, bucket: NOT_THINNED };
  const { header, rows } = temperatureRecord(raw, demand, settings);
  const weighed = { rule, heat: claimedHeat(policy, 0), n: Number(header.n) };
  const mean = meanKineticTemperature(weighed, rows)?.logged.toFixed(2) ?? "";
  say(`The same policy with a mean over three days is refused by lint (${refused.code}): ${refused.message}`);
  say(`  Over the 72 hours from ${DILUTED.start} the mean is ${mean} °C, below 8; LOT-4 takes them day by day.`);
}

/** Plays all legs in the order of time; returns their lots by key. */
async function playAll(stage: Stage): Promise<Map<string, string>> {
  const keys = new Map<string, string>();
  const needle = await needleEvents(stage, keys);
  const legs = LEGS.flatMap((leg) => eventsOf(leg, stage, keys));
  const events = [...legs, ...needle, ...endingEvents(stage, keys)].sort((a, b) => a.at - b.at);
  for (const { at, happens } of events) {
    const now = await chainTime(stage.chain.provider);
    if (BigInt(at) > now) await mineAt(stage.chain, BigInt(at));
    await happens();
  }
  return keys;
}

/** A batch is opened an hour before its first stage begins; each stage is judged an hour after it ended. */
function eventsOf(leg: Leg, stage: Stage, keys: Map<string, string>): Event[] {
  let key = "";
  const first = leg.parts[0]?.start ?? FIRST_DAY;
  const opening: Event = {
    at: parseTime(first, leg.lot) - HOUR,
    happens: async () => {
      key = await openLot(leg.lot, leg.policy, stage);
      keys.set(key, leg.lot);
    },
  };
  const proven = new Set<Part>();
  const closings = leg.parts.map((part): Event => ({
    at: parseTime(part.end, leg.lot) + HOUR,
    happens: async () => {
      if (await close(leg, part, key, stage)) proven.add(part);
      if (proven.size === leg.parts.length) await certify(leg.lot, key, stage);
    },
  }));
  return [opening, ...closings];
}

/** Brings the evidence of one stage, judges it, and attests the claim or declares an exception. */
async function close(leg: Leg, part: Part, key: string, stage: Stage): Promise<boolean> {
  const folder = join(stage.dir, leg.lot);
  const ended = await setStage(folder, part.stage, { start: part.start, end: part.end });
  const next = leg.parts[leg.parts.indexOf(part) + 1];
  // Who goes on, from when and with which logger, is part of the head that closes this stage.
  const custodian = ended.stages[0]?.custodian;
  const batch =
    next === undefined || custodian === undefined
      ? ended
      : await setStage(folder, next.stage, { start: next.start, custodian, devices: [LOGGER] });
  const claim = claimNamed(batch.policy, part.claim);
  await bringEvidence(batch, claim, stage);
  const { opened } = await registerAt(stage.addresses, stage.accounts.manufacturer).registry.batchOf(key);
  const verdicts = await checkBatch(batch, [claim], { opened });
  stage.say(indented(checkText(verdicts)));
  const holds = verdicts.every(({ outcome }) => outcome === "pass" || outcome === "deviation");
  if (holds) await attestClaim(leg, batch, claim, key, stage);
  else await declareException(leg, batch, claim, key, stage);
  return holds;
}

async function bringEvidence(batch: Batch, claim: IndexedClaim, { chain, dir, keys, say }: Stage): Promise<void> {
  const [imported] = await importReadings([{ batch, claim }], {
    files: [join(packageRoot(), LOGGER_FILE)],
    read: fridgetagReader(0),
    settings: { clockError: 0, bucket: NOT_THINNED },
    sourceKey: keys.site.source,
    journalPath: join(dir, "keys", "site-source.journal"),
    reason: "",
    now: Number(await chainTime(chain.provider)),
  });
  say(indented((imported?.summary ?? []).join("\n")));
}

async function attestClaim(leg: Leg, batch: Batch, claim: IndexedClaim, key: string, stage: Stage): Promise<void> {
  const { accounts, addresses, say } = stage;
  const envelope = await prove(batch, claim, key, stage);
  const { gasUsed } = await attest(accounts.manufacturer, registerAt(addresses, accounts.manufacturer), key, [
    envelope,
  ]);
  say(`${leg.lot}: ${claim.claim.id} proven by ${envelope.circuit}, attested (${gasUsed} gas)`);
}

async function prove(
  batch: Batch,
  claim: IndexedClaim,
  key: string,
  { artifacts, accounts, chain, addresses }: Stage,
): Promise<Envelope> {
  const { opened } = await registerAt(addresses, accounts.manufacturer).registry.batchOf(key);
  const [proven] = await proveClaims(batch, [claim], {
    destination: {
      submitter: await accounts.manufacturer.getAddress(),
      chainId: chain.chainId,
      registry: addresses.registry,
    },
    artifactsOf: (circuit) => Promise.resolve(artifactsOf(artifacts, circuit.name)),
    circuitIdOf: (name) => artifactsOf(artifacts, name).circuitId,
    opened,
  });
  if (proven === undefined) throw new Error(`${claim.claim.id} gave no proof`);
  return proven.envelope;
}

async function declareException(
  leg: Leg,
  batch: Batch,
  indexed: IndexedClaim,
  key: string,
  stage: Stage,
): Promise<void> {
  const { accounts, addresses, say } = stage;
  const { claim, index } = indexed;
  try {
    await prove(batch, indexed, key, stage);
    throw new Error(`${leg.lot} could be proven although check refused it`);
  } catch (refused) {
    if (!(refused instanceof BatchproofError) || refused.kind !== "no") throw refused;
    say(`${leg.lot}: prove refuses ${claim.id} too (rule ${refused.code ?? "unknown"})`);
  }
  const { registry } = registerAt(addresses, accounts.manufacturer);
  const evidence = await exceptionEvidence(batch, claim);
  await mined(() =>
    registry.raiseException([key], [index], EXCEPTION_CATEGORY.parameter, 2, nameWord("DEV-2022-001"), evidence),
  );
  say(`${leg.lot}: exception raised; the batch cannot be released`);
}

/** build/demo/report.json, from what the audit found. */
function reportOf(found: AuditReport, lots: ReadonlyMap<string, string>, { policies }: Stage): DemoReport {
  return {
    batches: found.batches.map((batch) => {
      const lot = lots.get(batch.key) ?? batch.key;
      const claims = [...policies.values()].find(({ policyId }) => policyId === batch.policyId)?.policy.claims ?? [];
      return {
        lot,
        status: batch.status,
        claims: claims.map(({ id: name, circuits }, index) => ({
          name,
          circuit: circuits[0] ?? "",
          attested: batch.proven.includes(index),
        })),
        deviations: batch.deviations,
        exceptions: batch.exceptions.map(({ id: number, claim, category, severity, closed }) => ({
          id: number,
          claim: claims[claim]?.id ?? "",
          category,
          severity,
          state: closed === null ? "open" : "closed",
        })),
      };
    }),
    reviewed: found.reviewed,
    total: found.total,
  };
}
