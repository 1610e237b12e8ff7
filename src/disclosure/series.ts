import { CHANNEL, MAX_WIDTH, NO_CHANNEL, SERIES_ARITY, SERIES_DEPTH, type KindName } from "../formats/constants.ts";
import { COUNT, defineCheck, DEVICE, HEX_FIELD, object, TEXT, TIME, type Check } from "../formats/document.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { HOW_READ, type HowRead } from "../formats/howRead.ts";
import type { DeviceId } from "../formats/identity.ts";
import { parametersRecordHash, type ParametersHeader } from "../formats/parametersRecord.ts";
import type { Channel } from "../formats/parametersRule.ts";
import type { RecordSalts } from "../formats/recordSalts.ts";
import type { Sample } from "../formats/samples.ts";
import { chunkDigest, seriesRoot, type Row } from "../formats/series.ts";
import { temperatureRecordHash, type TemperatureHeader } from "../formats/temperatureRecord.ts";
import { inputError } from "../errors.ts";
import { formatTime } from "../input/times.ts";
import { CHANNEL_RECORD, SAMPLES_RECORD } from "../kinds/parameters/record.ts";
import type { SeriesContent, SeriesForm, SeriesHeader } from "../kinds/series/record.ts";
import { READINGS_RECORD } from "../kinds/temperature/record.ts";
import type { Window } from "./disclosed.ts";
import { misfit } from "./errors.ts";

/**
 * A window of a series: the record's header and whole chunks of its rows, from which anybody computes the record's hash. Of
 * the chunks that are not shown there are only the digests, which their salts hide.
 */
export interface SeriesJson {
  readonly form: "series";
  /** What was asked for, RFC 3339. */
  readonly window: { readonly from: string; readonly to: string };
  /** Texts whose hashes the header holds, where they are told. */
  readonly lot?: string;
  readonly device?: DeviceId;
  /** How the raw file was read; nobody but the source vouches for it. */
  readonly how?: HowRead;
  readonly header: object;
  readonly salt: string;
  readonly root: string;
  readonly record: string;
  /** Of all chunks of the series, in their order. */
  readonly digests: readonly string[];
  /** Index of the first chunk that is shown; the others follow it without a hole. */
  readonly first: number;
  readonly chunks: readonly ChunkJson[];
}

interface ChunkJson {
  /** Running time at the chunk's first row, ticks. */
  readonly start: number;
  readonly salt: string;
  /** As in a record file, padding included. */
  readonly rows: string;
}

/** What the headers of all series have. */
type Header = SeriesHeader &
  Pick<TemperatureHeader, "t0" | "start" | "end" | "tick" | "bucket" | "profile" | "clockError">;

/** What a disclosure shows of a series. */
export interface OpenedSeries {
  readonly header: Header;
  /** Those of the header, unused places included. */
  readonly channels: readonly Channel[];
  /** How many readings come before the first that is shown. */
  readonly before: number;
  /** Those of the chunks that are shown, without padding. */
  readonly readings: readonly OpenedReading[];
  /** Public signal `record`. */
  readonly record: bigint;
}

export interface OpenedReading {
  /** Unix seconds. */
  readonly at: number;
  /** A code for each of the channels. */
  readonly codes: readonly number[];
}

const MAX_CHUNKS = SERIES_ARITY ** SERIES_DEPTH;
/** Times and ticks that a circuit takes lie below. */
const TIME_LIMIT = 1n << 40n;
const TICK_LIMIT = 1n << 16n;

/** What is each kind of series' own. */
interface SeriesKind<H extends Header, R extends { readonly dt: number }> {
  readonly form: SeriesForm<H, R>;
  /** Public signal `record`. */
  readonly recordHash: (root: bigint, header: H, salt: bigint) => bigint;
  readonly channelsOf: (header: H) => readonly Channel[];
}

/** How the windows of one kind of series are disclosed and opened. */
class SeriesWindows<H extends Header, R extends { readonly dt: number }> {
  /** Whether parsed JSON has the shape. Error `disclosure-file`. */
  readonly check: Check<SeriesJson>;
  readonly #kind: SeriesKind<H, R>;

  constructor(kind: SeriesKind<H, R>) {
    this.#kind = kind;
    this.check = defineCheck(schemaOf(kind.form), "series of a disclosure", "disclosure-file");
  }

  /**
   * The chunks that show a window whole, and what makes them the record's. Error `disclosure-outside`: the series has no
   * reading before the window's end, or none after its begin.
   */
  disclose(content: SeriesContent<H, R> & { readonly salts: RecordSalts }, { from, to }: Window): SeriesJson {
    const { form, recordHash } = this.#kind;
    const { header, salts } = content;
    const chunks = this.#chunksOf(content);
    const root = seriesRoot(chunks.map(({ digest }) => digest));
    const { first, last } = shownOf(chunks, { from, to });
    return {
      form: "series",
      window: { from: formatTime(from), to: formatTime(to) },
      header: form.parts.headerToJson(header),
      salt: toHex(salts.salt),
      root: toHex(root),
      record: toHex(recordHash(root, header, salts.salt)),
      digests: chunks.map(({ digest }) => toHex(digest)),
      first,
      chunks: chunks.slice(first, last + 1).map(({ start, salt, rows }) => ({
        start: Number(start),
        salt: toHex(salt),
        rows: form.rowsToText(rows),
      })),
    };
  }

  /**
   * What a document of this shape shows, once every hash in it fits. Errors: `disclosure-header` (header or salt), `disclosure-path`
   * (a digest), `disclosure-chunk` (a row, a salt, a start, or a chunk of another place), `disclosure-window` (chunks that could hold
   * readings of the window are not shown), `disclosure-padding` (readings that the header does not count), `field`.
   */
  open(json: SeriesJson, window: Window): OpenedSeries {
    const { form, recordHash, channelsOf } = this.#kind;
    const header = form.parts.headerFromJson(json.header, "#/content/header");
    this.#refuseHeader(header, json);
    const digests = json.digests.map((digest, i) => fromHex(digest, `#/content/digests/${i}`));
    const chunks = json.chunks.map((chunk, i) => this.#openChunk(header, chunk, digests[json.first + i], i));
    const [root, salt, record] = [json.root, json.salt, json.record].map((text) => fromHex(text, "#/content"));
    if (seriesRoot(digests) !== root) {
      throw misfit("disclosure-path", "The digests of the chunks do not give the root of the series.", "content/root");
    }
    if (recordHash(root, header, salt ?? 0n) !== record) {
      throw misfit("disclosure-header", "Root, header and salt do not give the hash of the record.", "content/header");
    }
    refuseIncomplete(json, chunks, window);
    const before = json.first * form.parts.series.rowsPerChunk;
    const rows = chunks.flat();
    const shown = Math.max(0, Number(header.rowCount) - before);
    refuseHidden(rows, shown);
    const readings = rows.slice(0, shown);
    return { header, channels: channelsOf(header), before, readings, record };
  }

  #chunksOf({ header, rows, salts }: SeriesContent<H, R> & { readonly salts: RecordSalts }): MadeChunk<R>[] {
    const { series } = this.#kind.form.parts;
    const padded = series.pad(rows, Number(header.n));
    const starts = series.chunkStarts(padded);
    return starts.map((start, k) => {
      const own = padded.slice(k * series.rowsPerChunk, (k + 1) * series.rowsPerChunk);
      const salt = salts.chunkSalts[k] ?? 0n;
      const [begin, end] = endsOf(header, Number(start), own);
      return { start, salt, rows: own, digest: chunkDigest(start, salt, series.pack(own)), begin, end };
    });
  }

  /** A header is anything until its hash is known to be the register's: nothing is computed of what no circuit takes. */
  #refuseHeader(header: H, { digests, first, chunks }: SeriesJson): void {
    const { n, rowCount, t0, tick, start, end } = header;
    const { rowsPerChunk } = this.#kind.form.parts.series;
    const isSized = n === BigInt(digests.length * rowsPerChunk) && rowCount >= 1n && rowCount <= n;
    const isTimed = [t0, start, end].every((time) => time < TIME_LIMIT) && tick >= 1n && tick < TICK_LIMIT;
    if (!isSized || !isTimed || !this.#kind.channelsOf(header).every(isReadable)) {
      throw misfit(
        "disclosure-header",
        "No circuit takes a record with this header, or it has more or fewer chunks.",
        "content/header",
      );
    }
    if (first + chunks.length > digests.length) {
      throw misfit("disclosure-chunk", "More chunks are shown than the series has.", "content/chunks");
    }
  }

  #openChunk(
    header: H,
    { start, salt, rows: text }: ChunkJson,
    digest: bigint | undefined,
    i: number,
  ): OpenedReading[] {
    const { series, codesOf } = this.#kind.form.parts;
    const rows = this.#kind.form.rowsFromText(text);
    const isWhole = rows.length === series.rowsPerChunk && series.isEncodable(rows);
    const opening = [BigInt(start), fromHex(salt, `#/content/chunks/${i}/salt`)] as const;
    if (!isWhole || chunkDigest(...opening, series.pack(rows)) !== digest) {
      throw misfit(
        "disclosure-chunk",
        "Start, salt and rows of a chunk do not give its digest.",
        `content/chunks/${i}`,
      );
    }
    let ticks = start;
    return rows.map((row, k) => {
      // The first row's interval lies before the chunk's start.
      ticks += k === 0 ? 0 : row.dt;
      return { at: timeAt(header, ticks), codes: codesOf(row) };
    });
  }
}

/**
 * Whether a row of the window could lie in a chunk that is not shown. Times never fall from one row to the next, and starts are
 * running times: the proof of the record says so. So all rows before the first shown chunk are at its start at the latest, and all
 * after the last one at its last row at the earliest. How many rows are readings only the source says, so it ends nothing here.
 */
function refuseIncomplete(
  { first, digests }: SeriesJson,
  chunks: readonly (readonly OpenedReading[])[],
  { from, to }: Window,
): void {
  const [begin, end] = [chunks.at(0)?.at(0)?.at ?? 0, chunks.at(-1)?.at(-1)?.at ?? 0];
  if (first > 0 && begin >= from) {
    throw misfit(
      "disclosure-window",
      "Readings of the window can lie before the first chunk that is shown.",
      "content/first",
    );
  }
  if (first + chunks.length < digests.length && end <= to) {
    throw misfit(
      "disclosure-window",
      "Readings of the window can lie after the last chunk that is shown.",
      "content/chunks",
    );
  }
}

/** Refuses rows after the last reading that are no padding: the proof judged them, and the header counts them as nothing. */
function refuseHidden(rows: readonly OpenedReading[], readings: number): void {
  const isHidden = rows.some((row, i) => {
    const before = rows[i - 1];
    if (i < readings || before === undefined) return false;
    return row.at !== before.at || row.codes.join() !== before.codes.join();
  });
  if (isHidden) {
    throw misfit(
      "disclosure-padding",
      "Rows after the last reading, by the header's count, are readings of their own.",
      "content/header/rowCount",
    );
  }
}

/** A chunk of a whole series. */
interface MadeChunk<R> {
  readonly start: bigint;
  readonly salt: bigint;
  readonly rows: readonly R[];
  readonly digest: bigint;
  /** Times of its first and last row, Unix seconds. */
  readonly begin: number;
  readonly end: number;
}

/** The fewest chunks that show a window whole, as `open` asks for it. */
function shownOf<R>(chunks: readonly MadeChunk<R>[], { from, to }: Window): { first: number; last: number } {
  const after = chunks.findIndex(({ end }) => end > to);
  const last = after === -1 ? chunks.length - 1 : after;
  const first = Math.max(
    0,
    chunks.slice(0, last + 1).findLastIndex(({ begin }) => begin < from),
  );
  if ((chunks[0]?.begin ?? 0) <= to && (chunks[last]?.end ?? 0) >= from) return { first, last };
  throw inputError("The record has no readings in this window.", {
    code: "disclosure-outside",
    place: "--from, --to",
    remedy: `The readings are from ${formatTime(chunks[0]?.begin ?? 0)} to ${formatTime(chunks.at(-1)?.end ?? 0)}.`,
  });
}

function endsOf(header: Header, start: number, rows: readonly { readonly dt: number }[]): [begin: number, end: number] {
  const ticks = rows.slice(1).reduce((sum, { dt }) => sum + dt, start);
  return [timeAt(header, start), timeAt(header, ticks)];
}

/** Unix seconds after so many ticks. */
function timeAt({ t0, tick }: Header, ticks: number): number {
  return Number(t0) + ticks * Number(tick);
}

const CHANNEL_CODES: ReadonlySet<bigint> = new Set(Object.values(CHANNEL).map(({ code }) => BigInt(code)));

/** Whether codes of a channel stand for something, or its place is unused. */
function isReadable({ channelId, stepNum, stepDen, width }: Channel): boolean {
  if (channelId === BigInt(NO_CHANNEL)) return true;
  return CHANNEL_CODES.has(channelId) && stepNum >= 1n && stepDen >= 1n && width <= BigInt(MAX_WIDTH);
}

function schemaOf<H extends Header, R extends { readonly dt: number }>({
  parts,
  rowPattern,
}: SeriesForm<H, R>): object {
  const { rowsPerChunk } = parts.series;
  const rows = { type: "string", pattern: `^${rowPattern}( ${rowPattern}){${rowsPerChunk - 1}}$` };
  return object(
    {
      form: { const: "series" },
      window: object({ from: TIME, to: TIME }),
      lot: TEXT,
      device: DEVICE,
      how: HOW_READ,
      header: parts.headerSchema,
      salt: HEX_FIELD,
      root: HEX_FIELD,
      record: HEX_FIELD,
      digests: { type: "array", minItems: 1, maxItems: MAX_CHUNKS, items: HEX_FIELD },
      first: { ...COUNT, maximum: MAX_CHUNKS - 1 },
      chunks: {
        type: "array",
        minItems: 1,
        maxItems: MAX_CHUNKS,
        items: object({ start: COUNT, salt: HEX_FIELD, rows }),
      },
    },
    ["lot", "device", "how"],
  );
}

function channelsWindows(form: SeriesForm<ParametersHeader, Sample>): SeriesWindows<ParametersHeader, Sample> {
  return new SeriesWindows({ form, recordHash: parametersRecordHash, channelsOf: ({ channels }) => channels });
}

/** The windows of each kind of series. */
export const WINDOWS = {
  temperature: new SeriesWindows<TemperatureHeader, Row>({
    form: READINGS_RECORD,
    recordHash: temperatureRecordHash,
    channelsOf: ({ channelId, origin, stepNum, stepDen, width }) => [{ channelId, origin, stepNum, stepDen, width }],
  }),
  parameters: channelsWindows(SAMPLES_RECORD),
  channel: channelsWindows(CHANNEL_RECORD),
} as const;

/** How windows of this kind of claim are shown. Error `disclosure-file`: its evidence is no series. */
export function windowsOf(kind: KindName): (typeof WINDOWS)[keyof typeof WINDOWS] {
  if (kind === "temperature" || kind === "parameters" || kind === "channel") return WINDOWS[kind];
  throw misfit("disclosure-file", "The evidence of a claim of this kind is no series.", "kind");
}
