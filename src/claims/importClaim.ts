import { join } from "node:path";
import type { Batch } from "../batch/batch.ts";
import { refuseDeviceCount, stagePeriod } from "../batch/commitments.ts";
import { isKept, keepEvidence, rawToKeep, writeEvidence, type KeptFile } from "../batch/evidenceFiles.ts";
import { LOCK_FILE } from "../batch/paths.ts";
import { prepareRecord, writeRecord } from "../batch/recordStore.ts";
import { commandOf } from "../commandLine.ts";
import { about, inputError } from "../errors.ts";
import { ANY_DEVICE, NO_CHANNEL, type KeyRole, type KindName } from "../formats/constants.ts";
import { toHex } from "../formats/field.ts";
import type { HowRead } from "../formats/howRead.ts";
import { deviceHash, deviceText, type DeviceId, type PublicKey } from "../formats/identity.ts";
import type { Signature } from "../formats/source.ts";
import type { TemperatureRule } from "../formats/temperatureRule.ts";
import type { LoggerSeries, Measured, Origin, SamplesReader, SeriesReader } from "../import/loggerSeries.ts";
import { readFiles, type ReadFiles } from "../import/rawFiles.ts";
import type { ResultsReading } from "../import/resultsTable.ts";
import type { Entry } from "../import/series.ts";
import type { ImportSettings, UnsignedSeries } from "../import/seriesRecord.ts";
import { readBytes, type RawFile } from "../input/files.ts";
import { withLock, withLocks } from "../input/lock.ts";
import { formatOffset, formatTime } from "../input/times.ts";
import { CHANNEL_RECORD, SAMPLES_RECORD } from "../kinds/parameters/record.ts";
import { RESULTS_RECORD } from "../kinds/quality/record.ts";
import { NO_RECORD, UNSIGNED, type SeriesForm, type SeriesHeader } from "../kinds/series/record.ts";
import { devicesOfStage } from "../kinds/series/stageDevices.ts";
import { READINGS_RECORD } from "../kinds/temperature/record.ts";
import {
  openJournal,
  readJournal,
  shownContradiction,
  type JournalEntry,
  type JournalKey,
  type ReadJournal,
} from "../parties/journal.ts";
import { isTwin, remembered, settingsDigest, type Measured as Remembered } from "../parties/measured.ts";
import type { UnlockedKey } from "../parties/keys.ts";
import type { IndexedClaim } from "../policy/document.ts";
import { refuseOtherProfile } from "./acceptedProfile.ts";
import { profileToKeep } from "./keptProfile.ts";
import { channelOf, parametersOf, resultsOf, temperatureOf, type Raw, type Target } from "./unsigned.ts";

export type { Target };

/** What every import is told. */
interface Import {
  /** Everything is done but signing, journaling and writing. */
  readonly dryRun?: boolean;
}

/** The import of a series: who signs it, and where its attempts are counted. */
interface SeriesImport extends Import {
  /** The raw file, or several of one device that make one series. */
  readonly files: readonly string[];
  readonly settings: ImportSettings;
  /** The site's source key, which signs the record. */
  readonly sourceKey: UnlockedKey;
  /** The source's append-only journal. */
  readonly journalPath: string;
  /** Why a further record is made; needed from the second attempt on, and where it contradicts another record. */
  readonly reason: string;
  /** Unix seconds, for the journal. */
  readonly now: number;
}

export interface ReadingsImport extends SeriesImport {
  /** Reads the file's format: `fridgetagReader`, `csvReader`. */
  readonly read: SeriesReader;
}

export interface SamplesImport extends SeriesImport {
  /** `samplesCsvReader`. */
  readonly read: SamplesReader;
}

export interface ResultsImport extends Import, Target {
  readonly file: string;
  /** The laboratory's key, which signs the results. */
  readonly labKey: UnlockedKey;
  /** When the laboratory reported, Unix seconds. */
  readonly reported: number;
  /** The profile by which the file is read, and what is told of its clock; absent: it has the project's own form. */
  readonly reading?: ResultsReading;
}

export interface Imported {
  /** 0 for the first record of this stage and device; always 0 of a laboratory's results. */
  readonly attempt: number;
  /** Public signal `record`; NO_RECORD where a reading lies so far outside the limits that no record can hold it. */
  readonly record: bigint;
  readonly summary: readonly string[];
}

/**
 * Imports raw files of readings for temperature or channel claims: reads and verifies them, makes a record for each, journals
 * and signs it, and keeps the untouched files in `evidence/`. Nothing is written before everything is known to be good. A
 * reading outside the limits is imported too, so that `check` can name it. The same evidence, imported again or for another
 * rule, is no new attempt. What is refused for one claim is written for none.
 * Errors: `key-role`, `claim-kind`, `batch-stage` (the stage has no times yet), `device` (not named by the stage, in another
 * slot than the claim judges, or not in the party list), `device-count` (the stage names more or fewer than the rule says),
 * `batch-twice` (two folders of one batch, or one claim twice), those of `readFiles`, of `temperatureRecord` and
 * `channelRecord`, of the journal and of the batch folder.
 */
export async function importReadings(targets: readonly Target[], request: ReadingsImport): Promise<Imported[]> {
  const raw = readFor(targets, await rawFilesFor(targets, request, ["temperature", "channel"]), request.read);
  const unsigned = mapEach(targets, (target) => ofReadings(target, { raw, ...request }));
  return await signSeries(unsigned, request, raw);
}

function ofReadings(target: Target, raw: Raw): Unnumbered {
  if (target.claim.claim.kind === "temperature") {
    const { rule, record } = temperatureOf(target, raw);
    return unnumbered(READINGS_RECORD, target, rule, record, Number(rule.channelId));
  }
  const { rule, record } = channelOf(target, raw);
  return unnumbered(CHANNEL_RECORD, target, rule, record, Number(rule.channels[0]?.channelId));
}

/** As `importReadings`, of samples of several channels for parameters claims. Errors: also those of `parametersRecord`. */
export async function importSamples(targets: readonly Target[], request: SamplesImport): Promise<Imported[]> {
  const raw = readFor(targets, await rawFilesFor(targets, request, ["parameters"]), request.read);
  const unsigned = mapEach(targets, (target) => {
    const { rule, record } = parametersOf(target, { raw, ...request });
    return unnumbered(SAMPLES_RECORD, target, rule, record, NO_CHANNEL);
  });
  return await signSeries(unsigned, request, raw);
}

/** What raw files say, read once for all targets, as the first of them needs it. Errors: those of `readFiles`. */
function readFor<R extends Entry, S extends LoggerSeries<R>>(
  targets: readonly Target[],
  files: readonly RawFile[],
  read: (bytes: Uint8Array, file: string) => S,
): ReadFiles<S> {
  const [first] = targets;
  if (first === undefined) throw new Error("commander has seen to it that there is a claim");
  return aboutOne(targets, first, () => readFiles<R, S>(files, read));
}

/** The raw files of a series for claims of these kinds. */
async function rawFilesFor(
  targets: readonly Target[],
  { sourceKey, files }: SeriesImport,
  kinds: readonly KindName[],
): Promise<RawFile[]> {
  requireRole(sourceKey, "source");
  mapEach(targets, ({ claim }) => refuseOtherKind(claim, files.join(", "), kinds));
  const raw: RawFile[] = [];
  for (const file of files) raw.push({ file, bytes: await readBytes(file) });
  return raw;
}

/**
 * Imports a laboratory's results for a quality claim, signs the complete set and keeps the untouched file. Results out of
 * specification are imported too, so that `check` can name them. Errors: `key-role`, `claim-kind`, those of `resultSet` and
 * of the batch folder.
 */
export async function importResults(request: ResultsImport): Promise<Imported> {
  const { batch, claim, file, labKey, reading } = request;
  requireRole(labKey, "lab");
  refuseOtherKind(claim, file, ["quality"]);
  refuseOtherProfile(batch.policy, reading?.profile, file);
  const bytes = await readBytes(file);
  const { set: unsalted, summary } = resultsOf(request, { ...request, bytes });
  const { record, message } = prepareRecord(RESULTS_RECORD, batch, claim.claim, { unsalted });
  const raw = rawToKeep({ file, bytes });
  const kept = [raw, ...(reading === undefined ? [] : [profileToKeep(reading.profile)])];
  if (request.dryRun === true) {
    for (const each of kept) await isKept(batch, each);
    return { attempt: 0, record, summary };
  }
  // Two imports at once would keep the raw file of one and the record of the other; a series has its journal's lock.
  return await withLock(join(batch.dir, LOCK_FILE), async () => {
    for (const each of kept) await keepEvidence(batch, each);
    await writeRecord(RESULTS_RECORD, batch, claim.claim, {
      claim: claim.claim.id,
      unsalted,
      rawFiles: [raw.name],
      ...(reading === undefined ? {} : { how: howResultsRead(reading) }),
      signer: labKey.description.public,
      signature: labKey.sign(message),
    });
    return { attempt: 0, record, summary };
  });
}

/** What was told, as a record keeps it. */
function howResultsRead({ offset, zone }: ResultsReading): HowRead {
  return {
    format: "results",
    ...(offset === undefined ? {} : { offset: formatOffset(offset) }),
    ...(zone === undefined ? {} : { zone }),
  };
}

/** What `make` makes of each target. Of several targets, a refusal names folder and claim of the one that is refused. */
function mapEach<T extends Target, R>(targets: readonly T[], make: (target: T) => R): R[] {
  return targets.map((target) => aboutOne(targets, target, () => make(target)));
}

/** Runs what is about one target. Of several, a refusal names its folder and claim. */
function aboutOne<R>(targets: readonly Target[], { batch, claim }: Target, run: () => R): R {
  return targets.length === 1 ? run() : about(`${batch.dir} ${claim.claim.id}`, run);
}

function requireRole({ description }: UnlockedKey, role: KeyRole): void {
  if (description.role === role) return;
  throw inputError(`This is signed by a ${role}, and this key is a ${description.role}'s.`, {
    code: "key-role",
    remedy: `Use a key with the role ${role}.`,
  });
}

function refuseOtherKind({ claim }: IndexedClaim, file: string, kinds: readonly KindName[]): void {
  if (kinds.includes(claim.kind)) return;
  throw inputError(`Claim ${claim.id} is about ${claim.kind}; this file is evidence for ${kinds.join(" or ")}.`, {
    code: "claim-kind",
    place: file,
    remedy: "Name the claim that the file is evidence for.",
  });
}

/**
 * A record of a device that its stage does not name in the slot that the claim judges, or that is not registered, could
 * never be proven. Nor could one of a stage that names more or fewer devices than the rule says. Errors `device`,
 * `device-count`; a folder without a party list has nothing to compare.
 */
function refuseOtherDevice(
  { batch: { dir, policy, stages, parties }, claim: { claim }, slot, place, origin: { device }, header }: Unnumbered,
  file: string,
): void {
  const index = claim.stage;
  const { name, devices } = stages[index] ?? { name: "", devices: [] };
  const others = devices.map(deviceText);
  const named = deviceText(device);
  const wanted = devicesOfStage(policy, index) ?? 1;
  const naming = (first: readonly string[]): string => {
    const all = [...new Set([...first, named])].slice(0, wanted);
    const rest = Array.from({ length: wanted - all.length }, () => "DEVICE");
    const words = [...all, ...rest].flatMap((each) => ["--device", each]);
    return index === 0
      ? commandOf("replace-opening", dir, ...words, "--reason", "TEXT")
      : commandOf("stage", dir, name, ...words);
  };
  refuseDeviceCount(
    { policy, stages },
    index,
    `Name each of them, in the order of the slots that the claims judge: \`${naming(others)}\`.`,
  );
  const refuse = (problem: string, remedy: string): never => {
    const { vendor, model, serial } = device;
    throw inputError(`The file is of ${vendor}, ${model}, serial ${serial}: ${problem}.`, {
      code: "device",
      place: file,
      remedy,
    });
  };
  if (place === 0) {
    refuse(
      `stage ${name} names ${others.length === 0 ? "no device" : `${others.map((each) => `"${each}"`).join(", ")} and not this one`}`,
      index === 0
        ? "Import the file of a device that the stage names; the opening fixed them, and the owner alone replaces it: " +
            `\`${naming([])}\`.`
        : `Import the file of a device that the stage names, or name its devices anew: \`${naming([])}\`.`,
    );
  }
  if (slot !== ANY_DEVICE && slot !== place) {
    refuse(
      `stage ${name} names it in slot ${place}, and claim ${claim.id} judges slot ${slot}`,
      `Import the file of the device in that slot, "${others[slot - 1] ?? ""}", or name a claim that judges slot ${place}.`,
    );
  }
  const isListed = parties?.some((party) => party.role === "device" && deviceHash(party.device) === header.deviceHash);
  if (isListed === false) {
    refuse(
      "the party list does not hold it",
      "Have it added to the list and published: " +
        `\`${commandOf("party", "add", "PARTIES", "--device", named, "--org", "ORG", "--name", "NAME", "--from", "TIME", "--to", "TIME")}\`.`,
    );
  }
}

/** A record of one target before its source has numbered and signed it, whatever its kind. */
interface Unnumbered extends Target {
  readonly origin: Origin;
  readonly measured: Measured;
  readonly summary: readonly string[];
  /** Code of its channel; NO_CHANNEL: several. */
  readonly channel: number;
  /** Of the rule. */
  readonly slot: number;
  /** Of the device among those that the stage names, from 1; 0: it names it not. */
  readonly place: number;
  readonly header: Pick<SeriesHeader, "deviceHash" | "zoneChanged">;
  /** The record of this attempt, and how it is written down once it is signed. */
  readonly numbered: (attempt: number) => NumberedRecord;
}

interface NumberedRecord {
  /** Public signal `record`. */
  readonly record: bigint;
  readonly message: bigint;
  readonly write: (rawFiles: readonly string[], signer: PublicKey, signature: Signature) => Promise<void>;
}

function unnumbered<H extends SeriesHeader, R extends { readonly dt: number }>(
  form: SeriesForm<H, R>,
  target: Target,
  { slot }: Pick<TemperatureRule, "slot">,
  { header, rows, ...unsigned }: UnsignedSeries<H, R>,
  channel: number,
): Unnumbered {
  const {
    batch,
    claim: { claim },
  } = target;
  const { devices = [] } = batch.stages[claim.stage] ?? {};
  return {
    ...target,
    ...unsigned,
    channel,
    slot: Number(slot),
    place: devices.findIndex((each) => deviceHash(each) === header.deviceHash) + 1,
    header,
    numbered: (attempt) => {
      const content = { header: { ...header, attempt: BigInt(attempt) } as H, rows };
      const { record, message } = prepareRecord(form, batch, claim, content);
      const write: NumberedRecord["write"] = (rawFiles, signer, signature) =>
        writeRecord(form, batch, claim, {
          claim: claim.id,
          ...content,
          rawFiles,
          how: unsigned.origin.how,
          signer,
          signature,
        });
      return { record, message, write };
    },
  };
}

/** A record that is numbered, and the entry under which it is journaled. */
interface Numbered extends Target, NumberedRecord {
  readonly entry: JournalEntry;
  readonly isKnown: boolean;
  readonly summary: readonly string[];
}

/**
 * Signs one record for each target: all are known to be good, and numbered, before anything is journaled or written. In a dry run
 * that is where it ends.
 */
async function signSeries(
  unsigned: readonly Unnumbered[],
  request: SeriesImport,
  { files, file }: Pick<ReadFiles<unknown>, "files" | "file">,
): Promise<Imported[]> {
  const { journalPath, sourceKey } = request;
  const raw = files.map(rawToKeep);
  const [profile] = unsigned.flatMap(({ origin }) => origin.profile ?? []);
  const evidence = [...raw, ...(profile === undefined ? [] : [profileToKeep(profile)])];
  refuseRepeated(unsigned);
  mapEach(unsigned, (each) => {
    refuseOtherProfile(each.batch.policy, each.origin.profile, file);
    refuseOtherDevice(each, file);
  });
  if (request.dryRun === true) {
    const journal = await readJournal(journalPath, sourceKey.description.public);
    await unkept(unsigned, evidence);
    return numberAll(journal, unsigned, request).map(({ entry: { attempt, record }, summary }) => ({
      attempt,
      record,
      summary,
    }));
  }
  const journal = await openJournal(journalPath, sourceKey.description.public);
  try {
    return await withLocks(
      unsigned.map(({ batch }) => join(batch.dir, LOCK_FILE)),
      async () => {
        const missing = await unkept(unsigned, evidence);
        const numbered = numberAll(journal, unsigned, request);
        for (const { entry, isKnown } of numbered) if (!isKnown) await journal.append(entry);
        const imported: Imported[] = [];
        for (const { batch, entry, message, write, summary } of numbered) {
          const { record, attempt } = entry;
          for (const kept of missing.get(batch) ?? []) await writeEvidence(batch, kept);
          missing.delete(batch);
          const signature = record === NO_RECORD ? UNSIGNED : sourceKey.sign(message);
          await write(
            raw.map(({ name }) => name),
            sourceKey.description.public,
            signature,
          );
          imported.push({ attempt, record, summary });
        }
        return imported;
      },
    );
  } finally {
    journal.close();
  }
}

/** The files, profile included, that the folder of each batch does not keep yet. Errors: those of `isKept`. */
async function unkept(targets: readonly Target[], evidence: readonly KeptFile[]): Promise<Map<Batch, KeptFile[]>> {
  const missing = new Map<Batch, KeptFile[]>();
  for (const { batch } of targets) {
    if (missing.has(batch)) continue;
    const wanted: KeptFile[] = [];
    for (const kept of evidence) if (!(await isKept(batch, kept))) wanted.push(kept);
    missing.set(batch, wanted);
  }
  return missing;
}

/** Numbers every record. Error `journal-reason`. */
function numberAll(journal: ReadJournal, unsigned: readonly Unnumbered[], request: SeriesImport): Numbered[] {
  const numbered = mapEach(unsigned, (each) => number(journal, each, request));
  mapEach(numbered, ({ entry }) => journal.refuse(entry));
  return numbered;
}

/** One folder of a batch, and each of its claims once. */
function refuseRepeated(targets: readonly Target[]): void {
  for (const [i, { batch, claim }] of targets.entries()) {
    const first = targets
      .slice(0, i)
      .find(
        (earlier) =>
          earlier.batch.commitments.batch === batch.commitments.batch &&
          (earlier.batch.dir !== batch.dir || earlier.claim.index === claim.index),
      );
    if (first === undefined) continue;
    const [message, remedy] =
      first.batch === batch
        ? [`Claim ${claim.claim.id} is named twice.`, "Name each claim once."]
        : [
            first.batch.dir === batch.dir
              ? "This folder is named twice."
              : `This folder is of the same batch as ${first.batch.dir}.`,
            "Name one folder of each batch, and that once.",
          ];
    throw inputError(message, { code: "batch-twice", place: batch.dir, remedy });
  }
}

function number(
  journal: ReadJournal,
  { batch, claim, channel, slot, place, header, measured, summary, numbered }: Unnumbered,
  { settings, sourceKey, reason, now }: SeriesImport,
): Numbered {
  const { stage } = claim.claim;
  const { start, end } = stagePeriod(batch, stage);
  const key: JournalKey = { batch: batch.commitments.batch, stage, channel, slot, place };
  const { deviceHash: device, zoneChanged } = header;
  const secret = sourceKey.journalSecret;
  const digested = (readings: Measured["readings"]): Remembered =>
    remembered(secret, device, measured.channels, readings);
  const evidence = {
    device,
    settings: settingsDigest(secret, [settings.clockError, settings.bucket, Number(zoneChanged), start, end]),
    measured: digested(measured.readings),
  };
  const { attempt, contradiction } = journal.attemptOf(key, {
    ...evidence,
    within: ({ from, to }) => digested(measured.within(from, to)),
  });
  const record = numbered(attempt);
  const contradicts = contradiction === undefined ? {} : { contradicts: contradiction.index };
  const isKnown = journal.has({ ...key, record: record.record, attempt });
  const otherwise = isKnown ? undefined : journal.lastOf(key, attempt);
  const twin = twinOf(journal, key, device, measured, secret);
  return {
    batch,
    claim,
    ...record,
    entry: { ...key, ...evidence, record: record.record, attempt, ...contradicts, reason, at: formatTime(now) },
    isKnown,
    summary: [
      ...summary,
      ...(contradiction === undefined ? [] : [shownContradiction(contradiction)]),
      ...(otherwise === undefined ? [] : [shownOtherwise(otherwise)]),
      ...(twin === undefined ? [] : [shownTwin(twin, batch.stages[stage]?.devices ?? [])]),
    ],
  };
}

function shownOtherwise({ record, at }: JournalEntry): string {
  return (
    `gives another record of the evidence of record ${toHex(record)} (journaled at ${at}): for another rule, from another ` +
    "file, or read by another profile"
  );
}

/** The first record of another device for the same stage and channel that reads the very same. */
function twinOf(
  { entries }: ReadJournal,
  { batch, stage, channel }: JournalKey,
  device: bigint,
  { channels, readings }: Measured,
  secret: Uint8Array,
): JournalEntry | undefined {
  return entries.find(
    (entry) =>
      entry.batch === batch &&
      entry.stage === stage &&
      entry.channel === channel &&
      entry.device !== device &&
      isTwin(entry, secret, channels, readings),
  );
}

function shownTwin({ record, device, attempt, at }: JournalEntry, devices: readonly DeviceId[]): string {
  const other = devices.find((each) => deviceHash(each) === device);
  const named = other === undefined ? toHex(device) : `"${deviceText(other)}"`;
  return (
    `reads the very same as record ${toHex(record)} of device ${named} (attempt ${attempt}, journaled at ${at}): ` +
    "make sure that these are two devices"
  );
}
