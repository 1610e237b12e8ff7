import { inputError } from "../../errors.ts";
import { KIND, SERIES_ARITY, SERIES_DEPTH, type KindName } from "../../formats/constants.ts";
import { HEX_FIELD } from "../../formats/document.ts";
import { fromHex, toHex } from "../../formats/field.ts";
import { recordSalts, type RecordSalts } from "../../formats/recordSalts.ts";
import type { RecordOwner } from "../../formats/recordOwner.ts";
import type { SeriesFormat } from "../../formats/series.ts";
import type { Signature } from "../../formats/source.ts";
import type { TemperatureHeader } from "../../formats/temperatureRecord.ts";
import type { RecordForm } from "../recordForm.ts";

/** How the records of series are written down, whatever was measured. */

const MAX_CHUNKS = SERIES_ARITY ** SERIES_DEPTH;

/**
 * The "record" of a series that has none: a reading lies so far outside the limits that its code is no byte. It is kept
 * so that `check` can name the reading; it can be neither signed nor proven.
 */
export const NO_RECORD = 0n;
/** The signature under such a series. */
export const UNSIGNED: Signature = { r8x: 0n, r8y: 0n, s: 0n };

/** What every header of a series has, whatever was measured. */
export type SeriesHeader = Pick<
  TemperatureHeader,
  "kind" | "n" | "rowCount" | "attempt" | "zoneChanged" | "deviceHash" | "rawFileHash" | "lotHash"
>;

/** What the record of a series says. */
export interface SeriesContent<H, R> {
  readonly header: H;
  /** Before padding. */
  readonly rows: readonly R[];
}

interface SeriesJson {
  readonly header: object;
  /** "dt:code" of each row, "dt:code:code..." of several channels, separated by blanks. */
  readonly rows: string;
}

/** How the record of a series lies in the folder. */
export interface SeriesForm<H extends SeriesHeader, R extends { readonly dt: number }> extends RecordForm<
  SeriesContent<H, R>,
  { readonly salts: RecordSalts },
  SeriesJson
> {
  /** What it is made of, for whoever shows parts of a record. */
  readonly parts: SeriesParts<H, R>;
  /** Pattern of one row's text, and the way there and back for several. */
  readonly rowPattern: string;
  readonly rowsToText: (rows: readonly R[]) => string;
  readonly rowsFromText: (text: string) => R[];
}

/** What is each kind of series' own. */
export interface SeriesParts<H extends SeriesHeader, R extends { readonly dt: number }> {
  readonly kind: KindName;
  readonly series: SeriesFormat<R>;
  readonly headerSchema: object;
  readonly headerToJson: (header: H) => object;
  readonly headerFromJson: (json: object, place: string) => H;
  /** Codes of a row, one a channel, and the row that has them. */
  readonly codes: number;
  readonly rowOf: (dt: number, codes: readonly number[]) => R;
  readonly codesOf: (row: R) => readonly number[];
  /** Public signal `record`. The rows must be bytes. */
  readonly recordOf: (content: SeriesContent<H, R> & { readonly salts: RecordSalts }) => bigint;
  /** What the source signs. */
  readonly messageOf: (owner: RecordOwner, header: H, record: bigint) => bigint;
}

/** Longest texts of one row's interval, and of one code with its sign. */
const INTERVAL = "(0|[1-9][0-9]{0,3})";
const CODE = ":(0|-?[1-9][0-9]{0,6})";
const INTERVAL_TEXT = 5;
const CODE_TEXT = 9;

/** The form of one kind of series' records. */
export function seriesForm<H extends SeriesHeader, R extends { readonly dt: number }>(
  parts: SeriesParts<H, R>,
): SeriesForm<H, R> {
  const { kind, series, codes, rowOf, codesOf } = parts;
  const row = `${INTERVAL}(${CODE}){${codes}}`;
  const rowsToText = (rows: readonly R[]): string =>
    rows.map((each) => [each.dt, ...codesOf(each)].join(":")).join(" ");
  const rowsFromText = (text: string): R[] =>
    text.split(" ").map((each) => {
      const [dt = 0, ...values] = each.split(":").map(Number);
      return rowOf(dt, values);
    });
  return {
    parts,
    rowPattern: row,
    rowsToText,
    rowsFromText,
    kind,
    format: "batchproof-record/1",
    code: "record-file",
    noun: "record is",
    signer: "source",
    misfit: "The source's signature does not fit this record, rule, batch, stage and channel.",
    properties: {
      header: parts.headerSchema,
      rows: {
        type: "string",
        maxLength: MAX_CHUNKS * series.rowsPerChunk * (INTERVAL_TEXT + codes * CODE_TEXT),
        pattern: `^${row}( ${row})*$`,
      },
    },
    toJson: ({ header, rows }) => ({ header: parts.headerToJson(header), rows: rowsToText(rows) }),
    fromJson: ({ header, rows }, place) => ({
      header: parts.headerFromJson(header, `${place}#/header`),
      rows: rowsFromText(rows),
    }),
    contentText: ({ header, rows }) => `${JSON.stringify(parts.headerToJson(header))};${rowsToText(rows)}`,
    attempt: ({ header }) => Number(header.attempt),
    hashes: ({ header }) => header,
    check: (content) => checkHeader(parts, content),
    derive: ({ header, rows }, owner, secret) => {
      const salts = recordSalts(secret, Number(header.n) / series.rowsPerChunk);
      const record = series.isEncodable(rows) ? parts.recordOf({ header, rows, salts }) : NO_RECORD;
      return { salts, record, message: parts.messageOf(owner, header, record) };
    },
    isSignable: ({ rows }) => series.isEncodable(rows),
  };
}

/** Error `record-header`: kind, N or the number of rows. */
function checkHeader<H extends SeriesHeader, R extends { readonly dt: number }>(
  { kind, series: { rowsPerChunk } }: SeriesParts<H, R>,
  { header, rows }: SeriesContent<H, R>,
): void {
  const most = BigInt(MAX_CHUNKS * rowsPerChunk);
  const rowsOfCircuit = header.n > 0n && header.n <= most && header.n % BigInt(rowsPerChunk) === 0n;
  if (rowsOfCircuit && header.kind === BigInt(KIND[kind]) && header.rowCount === BigInt(rows.length)) return;
  throw inputError("The record's header does not fit its claim or its rows.", { code: "record-header" });
}

const DECIMAL = { type: "string", pattern: "^(0|[1-9][0-9]{0,19})$" } as const;
/** Header fields that are hashes, written in hex; the others are decimal strings. */
const HASHES: ReadonlySet<string> = new Set(["deviceHash", "rawFileHash", "profile", "lotHash"]);

/** JSON Schema of a header's fields. */
export function fieldsSchema(fields: readonly string[]): Record<string, object> {
  return Object.fromEntries(fields.map((field) => [field, HASHES.has(field) ? HEX_FIELD : DECIMAL]));
}

/** A header's fields as text. */
export function fieldsToJson<K extends string>(
  fields: readonly K[],
  values: Readonly<Record<K, bigint>>,
): Record<K, string> {
  const text = (field: K): string => (HASHES.has(field) ? toHex(values[field]) : values[field].toString());
  return Object.fromEntries(fields.map((field) => [field, text(field)])) as Record<K, string>;
}

/** The fields of that text, to whose form the schema has seen; `place` is the header's. */
export function fieldsFromJson<K extends string>(fields: readonly K[], json: object, place: string): Record<K, bigint> {
  const texts = json as Readonly<Record<K, string>>;
  const value = (field: K): bigint =>
    HASHES.has(field) ? fromHex(texts[field], `${place}/${field}`) : BigInt(texts[field]);
  return Object.fromEntries(fields.map((field) => [field, value(field)])) as Record<K, bigint>;
}
