import type { Attested } from "../disclosure/attested.ts";
import type { DisclosureFile } from "../disclosure/document.ts";
import { openRule, type OpenedRule } from "../disclosure/rule.ts";
import { windowsOf, type OpenedSeries, type SeriesJson } from "../disclosure/series.ts";
import { windowOf } from "../disclosure/verify.ts";
import { inputError, refusal, type BatchproofError } from "../errors.ts";
import { CLOCK_ERROR_OFFSET, NO_PROFILE } from "../formats/constants.ts";
import type { HowRead } from "../formats/howRead.ts";
import { channelRecord } from "../import/channelRecord.ts";
import { parametersRecord } from "../import/parametersRecord.ts";
import { readFiles } from "../import/rawFiles.ts";
import { readProfile, type ParsedProfile } from "../import/table/profile.ts";
import { temperatureRecord } from "../import/temperatureRecord.ts";
import type { RawFile } from "../input/files.ts";
import { circuitNamed } from "../kinds/circuits.ts";
import { channelRuleOf, parametersRuleOf } from "../kinds/parameters/rule.ts";
import { readingTimes } from "../kinds/series/words.ts";
import { temperatureRuleOf } from "../kinds/temperature/rule.ts";
import { differingFields, readingsReader, samplesReader, type Again } from "./rereadRecord.ts";

/** A window that says what its raw files say. */
export interface RereadWindow {
  /** How many readings were compared. */
  readonly readings: number;
  /** Whether the files' format has a signature of the device, which was verified. */
  readonly signed: boolean;
  /** What was told at import, and is told by the disclosure. */
  readonly how: HowRead;
}

/**
 * Reads the raw files of a disclosed window again, as they were read at import, and compares the header and every reading that is
 * shown. The disclosure must be known to be the claim's (`verifyDisclosure`).
 * Errors: `disclosure-options` (it does not hold what tells how the files were read, its rule included, or shows no series),
 * `disclosure-raw` (other files, or they say something else), those of `readProfile` and of the readers.
 * @param profilePath the profile by which they were read, unless their form is the device's own
 */
export async function rereadWindow(
  { path, file }: { readonly path: string; readonly file: DisclosureFile },
  attested: Attested,
  raw: readonly RawFile[],
  profilePath: string | undefined,
): Promise<RereadWindow> {
  const { content, rule: ruleJson } = file;
  if (content.form !== "series") throw incomplete(path, "It shows no series of readings.");
  if (ruleJson === undefined) throw incomplete(path, "Readings are coded by their rule, which it does not show.");
  const series = windowsOf(attested.kind).open(content, windowOf(content));
  const rule = openRule(ruleJson, attested);
  const again = await againOf(path, content, series, raw, profilePath);
  const { header, rows } = recordAgain(rule, content, series, again);
  refuseDifferent(series, header, rows, again.file);
  return { readings: series.readings.length, signed: again.how.format === "fridgetag", how: again.how };
}

async function againOf(
  path: string,
  { how, device }: SeriesJson,
  { header }: OpenedSeries,
  kept: readonly RawFile[],
  profilePath: string | undefined,
): Promise<Again> {
  if (how === undefined || device === undefined) {
    throw incomplete(path, "It does not say from which device the readings are, or how their file was read.");
  }
  const profile = header.profile === NO_PROFILE ? undefined : await profileOf(header.profile, profilePath);
  return {
    ...{ kept, file: kept.map(({ file }) => file).join(", "), how, device },
    ...(profile === undefined ? {} : { profile }),
    settings: { clockError: Number(header.clockError) - CLOCK_ERROR_OFFSET, bucket: Number(header.bucket) },
  };
}

async function profileOf(hash: bigint, path: string | undefined): Promise<ParsedProfile> {
  if (path === undefined) throw incomplete("--profile", "The raw file was read by a profile, which is not given.");
  const profile = await readProfile(path);
  if (profile.hash === hash) return profile;
  throw refusal("The record was read by another profile.", { code: "disclosure-raw", place: path });
}

/** A record as it would be imported now. */
interface Recorded {
  readonly header: object;
  readonly rows: readonly { readonly at: number; readonly codes: readonly number[] }[];
}

function recordAgain(
  { policy, index, salt, claim }: OpenedRule,
  { lot }: SeriesJson,
  { header: { start, end, lotHash } }: OpenedSeries,
  again: Again,
): Recorded {
  const demand = {
    period: { start: Number(start), end: Number(end) },
    // Of a lot that is not told only its hash is compared.
    lot: lot ?? "",
    circuits: claim.circuits.map((name) => circuitNamed(name)),
  };
  const { kept, settings } = again;
  const told = lot === undefined ? { lotHash } : {};
  switch (claim.kind) {
    case "temperature": {
      const raw = readFiles(kept, readingsReader(claim, again));
      const rule = temperatureRuleOf(policy, index, salt);
      const { header, rows } = temperatureRecord(raw, { rule, ...demand }, settings);
      return timed(
        { ...header, ...told },
        rows.map(({ dt, code }) => ({ dt, codes: [code] })),
      );
    }
    case "channel": {
      const raw = readFiles(kept, readingsReader(claim, again));
      const rule = channelRuleOf(policy, index, salt);
      const { header, rows } = channelRecord(raw, { rule, ...demand }, settings);
      return timed({ ...header, ...told }, rows);
    }
    case "parameters": {
      const raw = readFiles(kept, samplesReader(again));
      const rule = parametersRuleOf(policy, index, salt);
      const { header, rows } = parametersRecord(raw, { rule, ...demand }, settings);
      return timed({ ...header, ...told }, rows);
    }
    case "custody":
    case "quality":
      throw new Error("the evidence of such a claim is no series");
  }
}

function timed(
  header: { readonly t0: bigint; readonly tick: bigint },
  rows: readonly { readonly dt: number; readonly codes: readonly number[] }[],
): Recorded {
  const times = readingTimes({ header, rows });
  return { header, rows: rows.map(({ codes }, i) => ({ at: Number(times[i]), codes })) };
}

/** Error `disclosure-raw`. */
function refuseDifferent(
  { header, before, readings }: OpenedSeries,
  again: object,
  rows: Recorded["rows"],
  file: string,
): void {
  // Which attempt it was, only the source knows.
  const fields = differingFields(header, again).filter((field) => field !== "attempt");
  const row = readings.findIndex((reading, i) => {
    const other = rows[before + i];
    return other?.at !== reading.at || other.codes.join() !== reading.codes.join();
  });
  const differs = [...fields, ...(row === -1 ? [] : [`reading ${before + row}`])];
  if (differs.length === 0) return;
  throw refusal(`The raw file, read again, does not say what the disclosure shows: ${differs.join(", ")}.`, {
    code: "disclosure-raw",
    place: file,
  });
}

function incomplete(place: string, message: string): BatchproofError {
  return inputError(`The raw file cannot be compared. ${message}`, {
    code: "disclosure-options",
    place,
    remedy: "Ask for a disclosure with its rule, which was made with this version.",
  });
}
