import { KIND, type KindName } from "../formats/constants.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { PARAMETERS_HEADER_FIELDS, type ParametersHeader } from "../formats/parametersRecord.ts";
import { CHANNEL_FIELDS, type Channel } from "../formats/parametersRule.ts";
import { RECORD_HEADER_FIELDS, type RecordHeader, type RecordSalts } from "../formats/record.ts";
import { SAMPLES, type Sample } from "../formats/samples.ts";
import { READINGS, type Row, type SeriesFormat } from "../formats/series.ts";
import { sourceMessage } from "../formats/source.ts";
import { CHANNELS } from "../formats/constants.ts";
import { HEX_FIELD, object } from "../parties/document.ts";
import { recordOf } from "../rules/evidence.ts";
import { parametersMessage, parametersRecordOf } from "../rules/parametersEvidence.ts";

/** What every header of a series has, whatever was measured. */
export type SeriesHeader = Pick<
  RecordHeader,
  "kind" | "n" | "rowCount" | "attempt" | "deviceHash" | "rawFileHash" | "lotHash"
>;

/** How the record of one kind of series is written down, hashed and signed. */
export interface RecordFormat<H extends SeriesHeader, R extends { readonly dt: number }> {
  readonly kind: KindName & ("temperature" | "parameters");
  readonly series: SeriesFormat<R>;
  /** JSON Schema of the header, and the way there and back; `place` is the header's. */
  readonly headerSchema: object;
  readonly headerToJson: (header: H) => object;
  readonly headerFromJson: (json: object, place: string) => H;
  /** Codes of a row, one a channel, and the row that has them. */
  readonly codes: number;
  readonly rowOf: (dt: number, codes: readonly number[]) => R;
  readonly codesOf: (row: R) => readonly number[];
  /** Public signal `record`. The rows must be bytes. */
  readonly recordOf: (content: {
    readonly header: H;
    readonly rows: readonly R[];
    readonly salts: RecordSalts;
  }) => bigint;
  /** What the source signs. */
  readonly messageOf: (batch: bigint, stage: bigint, header: H, record: bigint) => bigint;
}

const DECIMAL = { type: "string", pattern: "^(0|[1-9][0-9]{0,19})$" } as const;
/** Header fields that are hashes, written in hex; the others are decimal strings. */
const HASHES: ReadonlySet<string> = new Set(["deviceHash", "rawFileHash", "lotHash"]);

function schemaOf(fields: readonly string[]): Record<string, object> {
  return Object.fromEntries(fields.map((field) => [field, HASHES.has(field) ? HEX_FIELD : DECIMAL]));
}

function toJson<K extends string>(fields: readonly K[], values: Readonly<Record<K, bigint>>): Record<K, string> {
  const text = (field: K): string => (HASHES.has(field) ? toHex(values[field]) : values[field].toString());
  return Object.fromEntries(fields.map((field) => [field, text(field)])) as Record<K, string>;
}

/** The schema has seen to the form. */
function fromJson<K extends string>(fields: readonly K[], json: object, place: string): Record<K, bigint> {
  const texts = json as Readonly<Record<K, string>>;
  const value = (field: K): bigint =>
    HASHES.has(field) ? fromHex(texts[field], `${place}/${field}`) : BigInt(texts[field]);
  return Object.fromEntries(fields.map((field) => [field, value(field)])) as Record<K, bigint>;
}

/** Readings of one channel. */
export const READINGS_RECORD: RecordFormat<RecordHeader, Row> = {
  kind: "temperature",
  series: READINGS,
  headerSchema: object(schemaOf(RECORD_HEADER_FIELDS)),
  headerToJson: (header) => toJson(RECORD_HEADER_FIELDS, header),
  headerFromJson: (json, place) => fromJson(RECORD_HEADER_FIELDS, json, place),
  codes: 1,
  rowOf: (dt, [code = 0]) => ({ dt, code }),
  codesOf: ({ code }) => [code],
  recordOf,
  messageOf: (batch, stage, { channelId }, record) => sourceMessage(batch, stage, channelId, record),
};

type PlainField = Exclude<keyof ParametersHeader, "channels">;
const PLAIN_FIELDS = PARAMETERS_HEADER_FIELDS.filter((field): field is PlainField => field !== "channels");

/** Samples of several channels. */
export const SAMPLES_RECORD: RecordFormat<ParametersHeader, Sample> = {
  kind: "parameters",
  series: SAMPLES,
  headerSchema: object({
    ...schemaOf(PLAIN_FIELDS),
    channels: { type: "array", minItems: CHANNELS, maxItems: CHANNELS, items: object(schemaOf(CHANNEL_FIELDS)) },
  }),
  headerToJson: ({ channels, ...plain }) => ({
    ...toJson(PLAIN_FIELDS, plain),
    channels: channels.map((channel) => toJson(CHANNEL_FIELDS, channel)),
  }),
  headerFromJson: (json, place) => ({
    ...fromJson(PLAIN_FIELDS, json, place),
    channels: (json as { readonly channels: readonly object[] }).channels.map((channel, i): Channel =>
      fromJson(CHANNEL_FIELDS, channel, `${place}/channels/${i}`),
    ),
  }),
  codes: CHANNELS,
  rowOf: (dt, codes) => ({ dt, codes }),
  codesOf: ({ codes }) => codes,
  recordOf: parametersRecordOf,
  messageOf: (batch, stage, _, record) => parametersMessage(batch, stage, record),
};

/** Code of the format's kind. */
export function kindOf({ kind }: Pick<RecordFormat<never, never>, "kind">): bigint {
  return BigInt(KIND[kind]);
}
