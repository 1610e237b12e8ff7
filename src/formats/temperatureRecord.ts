import { TAG } from "./constants.ts";
import { sponge } from "./poseidon.ts";
import { READINGS, type Row } from "./series.ts";

/** The header of a one-channel record. Times are Unix seconds; hashes are cut to 248 bits. */
export interface TemperatureHeader {
  readonly kind: bigint;
  /** N of the circuit: rows after padding. */
  readonly n: bigint;
  readonly t0: bigint;
  /** Of the stage that the source cut the series to. */
  readonly start: bigint;
  readonly end: bigint;
  readonly tick: bigint;
  readonly origin: bigint;
  readonly stepNum: bigint;
  readonly stepDen: bigint;
  readonly width: bigint;
  readonly channelId: bigint;
  /** Readings before padding. */
  readonly rowCount: bigint;
  /** Seconds of the buckets to which the source thinned the series; 0: not thinned. */
  readonly bucket: bigint;
  readonly deviceHash: bigint;
  /** Of the raw file; of several files of one device their root. */
  readonly rawFileHash: bigint;
  /** Hash of the mapping by which the file was read; NO_PROFILE where its format is the device's own. */
  readonly profile: bigint;
  /** 0 for the first record a source signs for this batch, stage, channel and device. */
  readonly attempt: bigint;
  /** 1: the offset given at import differs from the zone the device signed. */
  readonly zoneChanged: bigint;
  /** Seconds, reference minus device, plus CLOCK_ERROR_OFFSET. */
  readonly clockError: bigint;
  readonly lotHash: bigint;
}

/** The order in which a record absorbs its header. */
export const TEMPERATURE_HEADER_FIELDS = [
  "kind",
  "n",
  "t0",
  "start",
  "end",
  "tick",
  "origin",
  "stepNum",
  "stepDen",
  "width",
  "channelId",
  "rowCount",
  "bucket",
  "deviceHash",
  "rawFileHash",
  "profile",
  "attempt",
  "zoneChanged",
  "clockError",
  "lotHash",
] as const satisfies readonly (keyof TemperatureHeader)[];

/** The padded rows' series root under the record's salts. Errors `series-salts`, `series-packing`. */
export function saltedSeriesRoot(rows: readonly Row[], chunkSalts: readonly bigint[]): bigint {
  return READINGS.saltedRoot(rows, chunkSalts);
}

/** Public signal `record`. */
export function temperatureRecordHash(root: bigint, header: TemperatureHeader, salt: bigint): bigint {
  return sponge(TAG.RECORD, [root, ...TEMPERATURE_HEADER_FIELDS.map((field) => header[field]), salt]);
}
