import { existsSync } from "node:fs";
import type { Batch, BatchStage } from "../batch/batch.ts";
import { inputError } from "../errors.ts";
import { deviceHash, type DeviceId } from "../formats/identity.ts";
import { parseTime } from "../input/times.ts";
import { readJournal, type JournalEntry } from "../parties/journal.ts";
import type { Period } from "../parties/partyList.ts";

/** A failure: this device, from one time to another. */
export interface Failure {
  readonly device: DeviceId;
  /** Unix seconds. */
  readonly period: Period;
}

/** A stage of a batch that relied on the device in a part of the period. */
export interface Exposure {
  /** The batch's commitment. */
  readonly batch: bigint;
  /** Index of the stage in the policy. */
  readonly stage: number;
  /** The part of the period, Unix seconds. */
  readonly part: Period;
  /** What folders say of the batch; none where the journal alone knows it. */
  readonly folders: readonly FolderExposure[];
  /** What the source signed for the stage by this device, where the readings reach into the period. */
  readonly records: readonly RecordExposure[];
}

/** A folder whose stage names the device. */
export interface FolderExposure {
  readonly dir: string;
  readonly lot: string;
  readonly name: string;
  /** Times of the stage that are not set yet: it may have held, or hold, less of the period. */
  readonly unset: readonly ("start" | "end")[];
}

export interface RecordExposure {
  /** Public signal `record`. */
  readonly record: bigint;
  readonly attempt: number;
  /** How many of its readings, before thinning, lie in the period. */
  readonly readings: number;
}

export interface Impact {
  /** By the first time that they hold, then by the last one. */
  readonly exposed: readonly Exposure[];
  /** Records of the journal, and how many of them are of the device; undefined where none was named. */
  readonly journal: { readonly records: number; readonly ofDevice: number } | undefined;
  /** Stages of the folders, and how many of them name the device. */
  readonly stages: { readonly known: number; readonly ofDevice: number };
}

/**
 * Every stage of a batch that relied on a device in a period, from a source's journal and from batch folders: a stage that names
 * the device and lies in the period, whether or not its file was imported, and a record of the device with readings from the
 * period. Nothing is locked or written.
 * Errors: `file-missing` (no such journal), `device-unknown` (neither journal nor folders know the device), those of `readJournal`.
 */
export async function impactOf(
  { device, period }: Failure,
  journalPath: string | undefined,
  batches: readonly Batch[],
): Promise<Impact> {
  const hash = deviceHash(device);
  const entries = journalPath === undefined ? undefined : await entriesOf(journalPath);
  const ofDevice = entries?.filter((entry) => entry.device === hash);
  const stages = batches.flatMap((batch) => batch.stages.map((stage, index) => ({ batch, stage, index })));
  const naming = stages.filter(({ stage }) => stage.devices.some((each) => deviceHash(each) === hash));
  if (naming.length + (ofDevice?.length ?? 0) === 0) throw unknownDevice();
  const found = [
    ...naming.flatMap(({ batch, stage, index }) => stageExposure(batch, stage, index, period)),
    ...(ofDevice ?? []).flatMap((entry) => recordExposure(entry, period)),
  ];
  return {
    exposed: merged(found),
    journal: entries && { records: entries.length, ofDevice: ofDevice?.length ?? 0 },
    stages: { known: stages.length, ofDevice: naming.length },
  };
}

/** A journal that is not there is no empty one: a slip of the pen must not look like "nothing was exposed". */
async function entriesOf(path: string): Promise<readonly JournalEntry[]> {
  if (!existsSync(path)) throw inputError("There is no such file.", { code: "file-missing", place: path });
  return (await readJournal(path)).entries;
}

function unknownDevice(): Error {
  return inputError("Neither the journal nor a stage of the folders knows this device.", {
    code: "device-unknown",
    place: "--device",
    remedy:
      "Check vendor, model and serial, letter for letter as they are registered; name the journal and all folders.",
  });
}

function stageExposure(
  { dir, lot, commitments }: Batch,
  { name, start, end }: BatchStage,
  stage: number,
  period: Period,
): Exposure[] {
  const unset = (["start", "end"] as const).filter((each) => ({ start, end })[each] === undefined);
  const held = {
    start: start === undefined ? period.start : parseTime(start, dir),
    end: end === undefined ? period.end : parseTime(end, dir),
  };
  const part = common(held, period);
  const folders = [{ dir, lot, name, unset }];
  return part === undefined ? [] : [{ batch: commitments.batch, stage, part, folders, records: [] }];
}

function recordExposure({ batch, stage, measured, record, attempt }: JournalEntry, period: Period): Exposure[] {
  const { times } = measured;
  const part = common({ start: times[0] ?? 0, end: times.at(-1) ?? 0 }, period);
  if (part === undefined) return [];
  const readings = times.filter((time) => time >= period.start && time <= period.end).length;
  return [{ batch, stage, part, folders: [], records: [{ record, attempt, readings }] }];
}

/** What two periods have in common, be it a moment. */
function common(a: Period, b: Period): Period | undefined {
  const [start, end] = [Math.max(a.start, b.start), Math.min(a.end, b.end)];
  return start <= end ? { start, end } : undefined;
}

/** All that is known of one stage of one batch in one. */
function merged(found: readonly Exposure[]): Exposure[] {
  const stages = Map.groupBy(found, ({ batch, stage }) => `${batch} ${stage}`);
  return [...stages.values()]
    .flatMap(([first, ...others]) => (first === undefined ? [] : [others.reduce(joined, first)]))
    .sort((a, b) => a.part.start - b.part.start || a.part.end - b.part.end);
}

function joined(a: Exposure, b: Exposure): Exposure {
  return {
    ...a,
    part: { start: Math.min(a.part.start, b.part.start), end: Math.max(a.part.end, b.part.end) },
    folders: [...a.folders, ...b.folders],
    records: [...a.records, ...b.records],
  };
}
