import { hkdfSync } from "node:crypto";
import { TAG } from "./constants.ts";
import { sponge } from "./poseidon.ts";
import { READINGS, type Row } from "./series.ts";

/** The header of a one-channel record. Times are Unix seconds; hashes are cut to 248 bits. */
export interface RecordHeader {
  readonly kind: bigint;
  /** N of the circuit: rows after padding. */
  readonly n: bigint;
  readonly t0: bigint;
  readonly tick: bigint;
  readonly origin: bigint;
  readonly stepNum: bigint;
  readonly stepDen: bigint;
  readonly width: bigint;
  readonly channelId: bigint;
  /** Readings before padding. */
  readonly rowCount: bigint;
  /** Seconds of the buckets to which the source thinned the series (first, min, max and last of each); 0: not thinned. */
  readonly bucket: bigint;
  readonly deviceHash: bigint;
  readonly rawFileHash: bigint;
  /** 0 for the first record a source signs for this batch, stage, channel and device. */
  readonly attempt: bigint;
  /** 1: the offset given at import differs from the zone the device signed. */
  readonly zoneChanged: bigint;
  /** Seconds, reference minus device, plus CLOCK_ERROR_OFFSET. */
  readonly clockError: bigint;
  readonly lotHash: bigint;
}

/** The order in which a record absorbs its header. */
export const RECORD_HEADER_FIELDS = [
  "kind",
  "n",
  "t0",
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
  "attempt",
  "zoneChanged",
  "clockError",
  "lotHash",
] as const satisfies readonly (keyof RecordHeader)[];

/** A salt of a record: HKDF-SHA256 of its secret, 248 bits. Opening one reveals no other. */
function recordSalt(secret: Uint8Array, info: string): bigint {
  const bytes = Buffer.from(hkdfSync("sha256", secret, new Uint8Array(), `batchproof/${info}`, 31));
  return BigInt(`0x${bytes.toString("hex")}`);
}

export interface RecordSalts {
  readonly salt: bigint;
  readonly chunkSalts: readonly bigint[];
}

/** All salts of a record with `chunks` chunks, from its 32-byte secret. */
export function recordSalts(secret: Uint8Array, chunks: number): RecordSalts {
  return {
    salt: recordSalt(secret, "record"),
    chunkSalts: Array.from({ length: chunks }, (_, k) => recordSalt(secret, `chunk/${k}`)),
  };
}

/** The padded rows' series root under the record's salts. Errors `series-salts`, `series-packing`. */
export function saltedSeriesRoot(rows: readonly Row[], chunkSalts: readonly bigint[]): bigint {
  return READINGS.saltedRoot(rows, chunkSalts);
}

/** Public signal `record`. */
export function recordHash(root: bigint, header: RecordHeader, salt: bigint): bigint {
  return sponge(TAG.RECORD, [root, ...RECORD_HEADER_FIELDS.map((field) => header[field]), salt]);
}
