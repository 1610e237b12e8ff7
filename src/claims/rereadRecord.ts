import { readRecord, type StoredRecord } from "../batch/recordStore.ts";
import { inputError, refusal, type BatchproofError } from "../errors.ts";
import { CLOCK_ERROR_OFFSET, NO_PROFILE, type KindName } from "../formats/constants.ts";
import type { HowRead } from "../formats/howRead.ts";
import { deviceHash, type DeviceId } from "../formats/identity.ts";
import { fridgetagReader } from "../import/fridgetagSeries.ts";
import type { SamplesReader, SeriesReader } from "../import/loggerSeries.ts";
import { readFiles } from "../import/rawFiles.ts";
import { channelTags } from "../import/table/channelTags.ts";
import { samplesTableReader, tableReader, type ToldTable } from "../import/table/readings.ts";
import type { ParsedProfile } from "../import/table/profile.ts";
import type { ToldClock } from "../import/table/table.ts";
import type { RawFile } from "../input/files.ts";
import { parseOffset } from "../input/times.ts";
import { CHANNEL_RECORD, SAMPLES_RECORD } from "../kinds/parameters/record.ts";
import type { SeriesContent, SeriesForm, SeriesHeader } from "../kinds/series/record.ts";
import { RESULTS_RECORD } from "../kinds/quality/record.ts";
import { READINGS_RECORD } from "../kinds/temperature/record.ts";
import { refuseOtherProfile, type NamedProfile } from "./acceptedProfile.ts";
import { keptProfile, keptResultsProfile } from "./keptProfile.ts";
import type { Claim } from "../policy/document.ts";
import {
  channelOf,
  claimedChannel,
  parametersOf,
  resultsOf,
  temperatureOf,
  type Raw,
  type Target,
} from "./unsigned.ts";

/** A record that says what its raw files say. */
export interface Reread {
  readonly rawFiles: readonly string[];
  /** Readings, samples or results. */
  readonly readings: number;
  readonly noun: "readings" | "results";
  /** Name and hash of the profile; none: the device's own form, or the project's own of results. */
  readonly profile?: NamedProfile;
  /** What was told at import: a tag or an offset that is meant for another place reads a file as well. */
  readonly how: HowRead;
}

/** What of a header tells how its file was read. */
type Header = SeriesHeader & { readonly bucket: bigint; readonly profile: bigint; readonly clockError: bigint };

/** The kinds of claims that have a record of a raw file. */
export const READ_KINDS: ReadonlySet<KindName> = new Set(["temperature", "channel", "parameters", "quality"]);

/**
 * Reads the raw file of a claim's record again, by the profile that the record names, and compares what it gives with what
 * was signed: every field of the header but the attempt, and every row.
 * Errors: those of `readRecord`, of `keptProfile` and of the readers; `claim-kind` (no record of a raw file), `record-how` (the record does not
 * say how its file was read), `profile-policy`, `device` (the stage does not name the record's device any more), `record-reread` (the file
 * says something else).
 */
export async function rereadRecord(target: Target): Promise<Reread> {
  switch (target.claim.claim.kind) {
    case "temperature":
      return await rereadAs(READINGS_RECORD, target, (again) => ({
        ...temperatureOf(target, { ...again, raw: readFiles(again.kept, readingsReader(target.claim.claim, again)) })
          .record,
      }));
    case "channel":
      return await rereadAs(CHANNEL_RECORD, target, (again) => ({
        ...channelOf(target, { ...again, raw: readFiles(again.kept, readingsReader(target.claim.claim, again)) })
          .record,
      }));
    case "parameters":
      return await rereadAs(SAMPLES_RECORD, target, (again) => ({
        ...parametersOf(target, { ...again, raw: readFiles(again.kept, samplesReader(again)) }).record,
      }));
    case "quality":
      return await rereadResults(target);
    case "custody":
      throw inputError("Only a record of a raw file is read again.", {
        code: "claim-kind",
        remedy: "Name a claim about a series of readings, or about a laboratory's results.",
      });
  }
}

/** A laboratory's set of results: every field, and every result. */
async function rereadResults(target: Target): Promise<Reread> {
  const { batch, claim } = target;
  const { unsalted, rawFiles, raw, how = { format: "results" } } = await readRecord(RESULTS_RECORD, batch, claim.claim);
  const [only, another] = raw;
  const file = filesOf(raw);
  if (only === undefined || another !== undefined) {
    throw inputError("Results are of one raw file.", {
      code: "record-reread",
      place: file,
      remedy: "Restore the record from a backup.",
    });
  }
  const profile = unsalted.profile === NO_PROFILE ? undefined : await keptResultsProfile(batch, unsalted.profile);
  refuseOtherProfile(batch.policy, profile, file);
  const { set } = resultsOf(target, {
    ...{ bytes: only.bytes, file, reported: Number(unsalted.reported) },
    ...(profile === undefined ? {} : { reading: { profile, ...toldClock(how) } }),
  });
  const { results, ...head } = unsalted;
  const fields = differingFields(head, set);
  const differing = results.findIndex((result, i) => !isSame(result, set.results[i]));
  const differs = [...fields, ...(differing === -1 ? [] : [`result ${differing}`])];
  if (differs.length > 0 || results.length !== set.results.length) {
    throw differsError("", differs, file);
  }
  return { rawFiles, readings: results.length, noun: "results", how, ...(profile === undefined ? {} : { profile }) };
}

/** Raw files, for errors. */
function filesOf(raw: readonly RawFile[]): string {
  return raw.map(({ file }) => file).join(", ");
}

function differsError(which: string, differs: readonly string[], file: string): BatchproofError {
  return refusal(`The raw file, read again, does not say what was signed${which}: ${differs.join(", ")}.`, {
    code: "record-reread",
    place: file,
    remedy: "Find out what was changed since the import; such a record is no evidence.",
  });
}

/** All that is needed to read a file again. */
export interface Again extends Pick<Raw, "settings"> {
  readonly kept: readonly RawFile[];
  /** Their names, for errors. */
  readonly file: string;
  readonly how: HowRead;
  readonly device: DeviceId;
  readonly profile?: ParsedProfile;
}

async function rereadAs<H extends Header, R extends { readonly dt: number }>(
  form: SeriesForm<H, R>,
  target: Target,
  read: (again: Again) => { readonly header: Omit<H, "attempt">; readonly rows: readonly R[] },
): Promise<Reread> {
  const stored = await readRecord(form, target.batch, target.claim.claim);
  const again = await againOf(target, stored);
  const { header, rows } = read(again);
  const { attempt, ...signed } = stored.header;
  const fields = differingFields(signed, header);
  const row = rows.findIndex((each, i) => !isSame(each, stored.rows[i]));
  const differs = [
    ...fields,
    ...(row === -1 && rows.length === stored.rows.length ? [] : [`reading ${row === -1 ? rows.length : row}`]),
  ];
  if (differs.length > 0) {
    throw differsError(` (attempt ${attempt})`, differs, again.file);
  }
  const { profile, how } = again;
  return {
    ...{ rawFiles: stored.rawFiles, readings: rows.length, noun: "readings", how },
    ...(profile === undefined ? {} : { profile }),
  };
}

/** Fields of what was signed that what is read again has otherwise, or has not. */
export function differingFields(signed: object, again: object): string[] {
  const given = new Map<string, unknown>(Object.entries(again));
  return Object.entries(signed).flatMap(([field, value]) => (isSame(value, given.get(field)) ? [] : [field]));
}

function isSame(one: unknown, other: unknown): boolean {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}n` : each));
  return text(one) === text(other);
}

async function againOf<H extends Header>(
  { batch, claim: { claim } }: Target,
  { header, raw, how }: StoredRecord<SeriesContent<H, unknown>> & { readonly raw: readonly RawFile[] },
): Promise<Again> {
  const file = filesOf(raw);
  if (how === undefined) {
    throw inputError("The record does not say how its raw file was read: an earlier version imported it.", {
      code: "record-how",
      place: file,
      remedy: "Import the raw file again: the same readings are no further attempt.",
    });
  }
  const device = batch.stages[claim.stage]?.devices.find((each) => deviceHash(each) === header.deviceHash);
  if (device === undefined) {
    throw inputError("The stage does not name the device of the record.", {
      code: "device",
      place: file,
      remedy: "Compare the stage's devices with the record.",
    });
  }
  const profile = header.profile === NO_PROFILE ? undefined : await keptProfile(batch, header.profile);
  refuseOtherProfile(batch.policy, profile, file);
  return {
    ...{ kept: raw, file, how, device },
    ...(profile === undefined ? {} : { profile }),
    settings: { clockError: Number(header.clockError) - CLOCK_ERROR_OFFSET, bucket: Number(header.bucket) },
  };
}

function toldOf({ how, device }: Pick<Again, "how" | "device">): ToldTable {
  return { device, ...toldClock(how) };
}

function toldClock({ offset, zone }: HowRead): ToldClock {
  return {
    ...(offset === undefined ? {} : { offset: parseOffset(offset, "offset") }),
    ...(zone === undefined ? {} : { zone }),
  };
}

/** The reader of a series of one channel, by what was told at its import. */
export function readingsReader(claim: Claim, again: Omit<Again, "kept" | "settings">): SeriesReader {
  const { profile, how } = again;
  if (profile === undefined) return fridgetagReader(toldOf(again).offset);
  return tableReader(profile, how.tags?.[0], claimedChannel(claim), toldOf(again));
}

/** The same of several channels. Error `record-how`: none is told. */
export function samplesReader(again: Omit<Again, "kept" | "settings">): SamplesReader {
  const { profile, how, file } = again;
  if (profile !== undefined) return samplesTableReader(profile, channelTags(how.tags ?? [], "tag"), toldOf(again));
  throw inputError("No device's own form has several channels.", {
    code: "record-how",
    place: file,
    remedy: "Import the raw file again.",
  });
}
