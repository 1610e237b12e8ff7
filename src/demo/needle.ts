import { claimNamed } from "../policy/document.ts";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { initBatch, readBatch, setStage } from "../batch/folder.ts";
import { handoffFile } from "../batch/handoffFile.ts";
import { importHandoff, joinBatch, signHandoff } from "../batch/handoffs.ts";
import { attest } from "../chain/attest.ts";
import { chainTime } from "../chain/connect.ts";
import { askGate } from "../standing/gate.ts";
import { registerAt, type Register } from "../chain/handles.ts";
import { checkBatch, checkText } from "../claims/checkBatch.ts";
import { importReadings, importResults, importSamples, type Imported, type Target } from "../claims/importClaim.ts";
import { proveClaims } from "../claims/proveClaim.ts";
import { CHANNEL } from "../formats/constants.ts";
import { toHex } from "../formats/field.ts";
import { stageHead } from "../formats/head.ts";
import type { DeviceId } from "../formats/identity.ts";
import { csvReader, samplesCsvReader } from "../import/csv.ts";
import { fridgetagReader } from "../import/fridgetagSeries.ts";
import { NOT_THINNED } from "../import/thin.ts";
import { writeFileAtomically } from "../input/files.ts";
import { parseTime } from "../input/times.ts";
import { documentText } from "../formats/document.ts";
import type { UnlockedKey } from "../parties/keys.ts";
import { packageRoot } from "../root.ts";
import type { Envelope } from "../prover/envelope.ts";
import { LOGGER, LOGGER_FILE } from "./legs.ts";
import {
  artifactsOf,
  BIOREACTOR,
  certify,
  indented,
  published,
  SHIPPER,
  TANK,
  type Event,
  type Stage,
} from "./stage.ts";

/**
 * One autologous batch from needle to needle (fixtures/needle-to-needle/SOURCE.md): four parties with a folder each, who
 * send one another small files and no records; each proves its own part on the day it closes.
 */
export const NEEDLE_LOT = "LOT-7-NEEDLE-TO-NEEDLE";
export const NEEDLE_POLICY = "ari-0001";
const FIXTURES = "fixtures/needle-to-needle";

type Who = "hospital" | "courier" | "manufacturer";

/** One stage as it went. */
interface Leg {
  readonly stage: string;
  readonly who: Who;
  readonly start: string;
  readonly end: string;
  /** Named before the data exist. */
  readonly devices: readonly DeviceId[];
  readonly seal?: string;
}

const LEGS: readonly Leg[] = [
  { stage: "collection", who: "hospital", start: "2022-05-05T10:00:00Z", end: "2022-05-05T15:26:00Z", devices: [] },
  {
    stage: "apheresis-transport",
    who: "courier",
    start: "2022-05-05T16:26:00Z",
    end: "2022-05-08T16:26:00Z",
    devices: [LOGGER],
  },
  {
    stage: "activation",
    who: "manufacturer",
    start: "2022-05-08T18:00:00Z",
    end: "2022-05-09T18:00:00Z",
    devices: [BIOREACTOR],
  },
  {
    stage: "expansion",
    who: "manufacturer",
    start: "2022-05-09T18:00:00Z",
    end: "2022-05-21T18:00:00Z",
    devices: [BIOREACTOR],
  },
  {
    stage: "storage",
    who: "manufacturer",
    start: "2022-05-21T20:00:00Z",
    end: "2022-05-27T08:00:00Z",
    devices: [TANK],
    seal: "SEAL-0042",
  },
  {
    stage: "product-transport",
    who: "courier",
    start: "2022-05-27T10:00:00Z",
    end: "2022-05-29T08:00:00Z",
    devices: [SHIPPER],
    seal: "SEAL-0042",
  },
  { stage: "administration", who: "hospital", start: "2022-05-29T09:00:00Z", end: "2022-05-29T11:00:00Z", devices: [] },
];

/** When the laboratory reported. */
const REPORTED = "2022-05-26T15:00:00Z";
const RELEASE_TESTS = "expansion/release-tests";
/** Released once storage is closed, long before the product is used. */
const RELEASED = "2022-05-27T10:30:00Z";

/** The batch while the story goes on. */
interface Play {
  readonly stage: Stage;
  readonly register: Register;
  readonly folders: Readonly<Record<Who | "laboratory", string>>;
  /** Where files lie that one party sends to another; their sizes are told at the end. */
  readonly post: string;
  readonly sent: { readonly what: string; readonly bytes: number }[];
  key: string;
}

/** Everything that happens to the batch, each at its time. `keys`: lots by key, for the reader's page. */
export async function needleEvents(stage: Stage, keys: Map<string, string>): Promise<Event[]> {
  const dir = join(stage.dir, NEEDLE_LOT);
  const post = join(dir, "post");
  await mkdir(post, { recursive: true });
  const play: Play = {
    stage,
    register: registerAt(stage.addresses, stage.accounts.manufacturer),
    folders: {
      hospital: join(dir, "hospital"),
      courier: join(dir, "courier"),
      manufacturer: join(dir, "manufacturer"),
      laboratory: join(dir, "laboratory"),
    },
    post,
    sent: [],
    key: "",
  };
  const at = (time: string, happens: Event["happens"]): Event => ({ at: parseTime(time, NEEDLE_LOT), happens });
  return [
    at("2022-05-05T09:00:00Z", async () => {
      await begin(play);
      keys.set(play.key, NEEDLE_LOT);
    }),
    ...LEGS.map((leg, index) => {
      const closed = LEGS[index + 1]?.start ?? leg.end;
      return at(closed, () => closeStage(play, index));
    }),
    at(REPORTED, () => reportResults(play)),
    at(RELEASED, () => certify(NEEDLE_LOT, play.key, stage)),
  ];
}

/** The hospital knows patient and order; the manufacturer opens the batch from their commitments alone. */
async function begin(play: Play): Promise<void> {
  const { stage, folders } = play;
  const { path, policyId, policy } = published(stage.policies, NEEDLE_POLICY);
  const common = { policyPath: path, lot: NEEDLE_LOT, partiesPath: stage.partiesPath };
  await initBatch({
    ...common,
    dir: folders.hospital,
    coi: `COI of ${NEEDLE_LOT}`,
    order: `order of ${NEEDLE_LOT}`,
    custodianKey: stage.keys.hospital.custodian,
    devices: [],
  });
  const handoffPath = await send(play, "hospital", "the batch's commitments");
  const { batch } = await joinBatch({ ...common, dir: folders.manufacturer, handoffPath });
  await joinBatch({ ...common, dir: folders.courier, handoffPath });
  play.key = await stage.openBatch(batch.commitments, policyId, policy);
  stage.say(`${NEEDLE_LOT}: opened under ${NEEDLE_POLICY} by the manufacturer, who knows neither patient nor order`);
}

/** Writes the file that a party sends, as `handoff export` does, and returns its path. */
async function send(play: Play, from: Who, what: string, index?: number): Promise<string> {
  const path = join(play.post, `${play.sent.length + 1}-from-${from}.json`);
  const text = documentText(handoffFile(await readBatch(play.folders[from]), index));
  await writeFileAtomically(path, text);
  play.sent.push({ what, bytes: Buffer.byteLength(text) });
  return path;
}

/** The day a stage ends: both sides sign, the custodian proves its part, and the next site looks at the gate. */
async function closeStage(play: Play, index: number): Promise<void> {
  const leg = LEGS[index];
  if (leg === undefined) return;
  const next = LEGS[index + 1];
  const { stage, folders } = play;
  const folder = folders[leg.who];
  const { seal } = leg;
  await setStage(folder, leg.stage, {
    end: leg.end,
    ...(index === 0 ? { start: leg.start } : {}),
    ...(seal === undefined ? {} : { seal }),
  });
  if (next !== undefined) {
    const { public: key, org } = stage.keys[next.who].custodian.description;
    await setStage(folder, next.stage, { start: next.start, custodian: { key, org }, devices: next.devices });
  }
  const sign = (dir: string, side: "released" | "received", key: UnlockedKey): Promise<unknown> =>
    signHandoff({ dir, stage: leg.stage, side, key, condition: "conforming" });
  await sign(folder, "released", stage.keys[leg.who].custodian);
  if (next !== undefined && next.who !== leg.who) {
    const to = folders[next.who];
    await importHandoff(to, await send(play, leg.who, `hand-off of ${leg.stage}, to sign`, index));
    await sign(to, "received", stage.keys[next.who].custodian);
    await importHandoff(folder, await send(play, next.who, `hand-off of ${leg.stage}, signed`, index));
  }
  const imported = await bringEvidence(play, leg);
  if (imported !== undefined) stage.say(indented(imported.summary.join("\n")));
  await proveAndAttest(play, folder, claimsOf(play, leg.stage), `${leg.stage}, by the ${leg.who}`);
  if (next === undefined) tellBytes(play);
  else await askNext(play, index + 1, next);
}

function claimsOf({ stage }: Play, name: string): string[] {
  const { policy } = published(stage.policies, NEEDLE_POLICY);
  return policy.claims.filter(({ id }) => id.startsWith(`${name}/`) && id !== RELEASE_TESTS).map(({ id }) => id);
}

async function askNext({ stage, register, key, folders }: Play, index: number, next: Leg): Promise<void> {
  const { policyId } = published(stage.policies, NEEDLE_POLICY);
  const { policy, stages } = await readBatch(folders[next.who]);
  const head = stages[index - 1]?.handoff?.head;
  const asked = { stage: index, stages: policy.stages, head: head && toHex(stageHead(head)), policyId };
  const question = { key, now: Math.floor(Date.now() / 1000), ...asked };
  const { ready, reasons } = await askGate(register, stage.chain, question);
  const against = reasons.map(({ text }) => text).join("; ");
  stage.say(`  gate: ${next.stage} ${ready ? "may begin" : `may NOT begin: ${against}`}`);
  if (!ready) throw new Error(`the gate refuses ${next.stage}`);
}

/** The record of a stage, where it has one. Readings of the first transport are real; the others are generated. */
async function bringEvidence({ stage, folders }: Play, { stage: name, who }: Leg): Promise<Imported | undefined> {
  const { source } = stage.keys[who === "hospital" ? "manufacturer" : who];
  const batch = await readBatch(folders[who]);
  const target = (kind: string): [Target] => [{ batch, claim: claimNamed(batch.policy, `${name}/${kind}`) }];
  const series = {
    settings: { clockError: 0, bucket: NOT_THINNED },
    sourceKey: source,
    journalPath: join(stage.dir, "keys", `${who}-source.journal`),
    reason: "",
    now: Number(await chainTime(stage.chain.provider)),
  };
  const file = (csv: string): string => join(packageRoot(), FIXTURES, "generated", csv);
  const samples = samplesCsvReader(BIOREACTOR_TAGS, BIOREACTOR);
  switch (name) {
    case "apheresis-transport":
      return first(
        await importReadings(target("temperature"), {
          ...series,
          files: [join(packageRoot(), LOGGER_FILE)],
          read: fridgetagReader(0),
        }),
      );
    case "activation":
    case "expansion":
      return first(
        await importSamples(target("parameters"), {
          ...series,
          files: [file(`${name}-bioreactor.csv`)],
          read: samples,
        }),
      );
    case "storage":
    case "product-transport": {
      const [csv, device] =
        name === "storage"
          ? (["storage-freezer.csv", TANK] as const)
          : (["product-transport-shipper.csv", SHIPPER] as const);
      return first(
        await importReadings(target("temperature"), {
          ...series,
          files: [file(csv)],
          read: csvReader(undefined, device),
        }),
      );
    }
    default:
      return undefined;
  }
}

function first([imported]: readonly Imported[]): Imported | undefined {
  return imported;
}

const BIOREACTOR_TAGS: ReadonlyMap<number, string> = new Map([
  [CHANNEL.temperature.code, "BR-0001/TT"],
  [CHANNEL.carbonDioxide.code, "BR-0001/CO2"],
  [CHANNEL.acidity.code, "BR-0001/PH"],
  [CHANNEL.dissolvedOxygen.code, "BR-0001/DO"],
  [CHANNEL.agitation.code, "BR-0001/AGI"],
]);

/** The laboratory has a folder of its own, and proves its results itself; first what a failing one would have met. */
async function reportResults(play: Play): Promise<void> {
  const { stage, folders } = play;
  const { path } = published(stage.policies, NEEDLE_POLICY);
  const handoffPath = await send(play, "manufacturer", "hand-off of expansion, for the laboratory", 3);
  const failing = `${folders.laboratory}-car-19.9`;
  for (const dir of [folders.laboratory, failing]) {
    await joinBatch({ dir, policyPath: path, lot: NEEDLE_LOT, partiesPath: stage.partiesPath, handoffPath });
  }
  const failed = await readBatch(failing);
  const claim = claimNamed(failed.policy, RELEASE_TESTS);
  const report = { claim, labKey: stage.keys.laboratory, reported: parseTime(REPORTED, NEEDLE_LOT) };
  const file = (name: string): string => join(packageRoot(), FIXTURES, name);
  await importResults({ ...report, batch: failed, file: file("release-tests-car-19.9.csv") });
  stage.say("Had CAR+ been 19.9 % instead of 26.0 %:");
  stage.say(indented(checkText(await checkBatch(failed, [claim]))));
  stage.say("  A specification is never waived: without this proof the batch cannot be released.");
  const batch = await readBatch(folders.laboratory);
  const { summary } = await importResults({ ...report, batch, file: file("release-tests-01.csv") });
  stage.say(indented(summary.join("\n")));
  await proveAndAttest(play, folders.laboratory, [RELEASE_TESTS], "release tests, by the laboratory");
}

/** Proves claims in one party's folder; the manufacturer's account sends the proofs, and hides who made them. */
async function proveAndAttest(play: Play, folder: string, ids: readonly string[], what: string): Promise<void> {
  const { stage, register, key } = play;
  const { keys, accounts, chain, addresses, artifacts, say } = stage;
  const siteKey = keys.hospital.custodian;
  const batch = await readBatch(folder);
  const { opened } = await register.registry.batchOf(key);
  const claims = ids.map((id) => claimNamed(batch.policy, id));
  say(indented(checkText(await checkBatch(batch, claims, { siteKey, opened }))));
  const proven = await proveClaims(batch, claims, {
    destination: {
      submitter: await accounts.manufacturer.getAddress(),
      chainId: chain.chainId,
      registry: addresses.registry,
    },
    artifactsOf: (circuit) => Promise.resolve(artifactsOf(artifacts, circuit.name)),
    circuitIdOf: (name) => artifactsOf(artifacts, name).circuitId,
    siteKey,
    opened,
  });
  const envelopes = proven.map(({ envelope }) => envelope);
  for (const envelope of envelopes)
    play.sent.push({ what: `proof of claim ${envelope.claim}`, bytes: sizeOf(envelope) });
  const { gasUsed } = await attest(accounts.manufacturer, register, key, envelopes);
  say(`${NEEDLE_LOT}: ${what}: ${proven.length} claims attested in one transaction (${gasUsed} gas)`);
}

function sizeOf(envelope: Envelope): number {
  return Buffer.byteLength(documentText(envelope));
}

function tellBytes({ sent, stage }: Play): void {
  const handoffs = sent.filter(({ what }) => !what.startsWith("proof"));
  const proofs = sent.filter(({ what }) => what.startsWith("proof"));
  const sum = (of: typeof sent): number => of.reduce((total, { bytes }) => total + bytes, 0);
  stage.say(
    `${NEEDLE_LOT}: what the parties sent one another: ${handoffs.length} hand-off files of ${sum(handoffs)} bytes and ` +
      `${proofs.length} proofs of ${sum(proofs)} bytes; no record`,
  );
}
