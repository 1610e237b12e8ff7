import type { ChannelName } from "../../formats/constants.ts";
import { CHANNEL } from "../../formats/constants.ts";
import { BatchproofError, inputError } from "../../errors.ts";
import { formatOffset } from "../../input/times.ts";
import { shown } from "../csvTable.ts";
import { UNITS, ValueReader, type UnitName } from "../exact.ts";
import { microsBetween, type Reading, type Unusable } from "../series.ts";
import { openTable } from "./layout.ts";
import type { ColumnKind, ParsedColumn, ParsedProfile } from "./profile.ts";
import { columnsError, placeOf, type LinesAfter } from "./tableFile.ts";
import { matchTemplate } from "./template.ts";
import { noZoneError, offsetOf, type ToldTime } from "./timeForm.ts";
import { fixedOffset, ianaZone, type ToUnix } from "./zone.ts";

/** What of a clock is told at import: seconds east of UTC, or a zone of the IANA database. */
export interface ToldClock {
  readonly offset?: number;
  readonly zone?: string;
}

/** The unit of a series, and what says it. */
export interface ToldUnit {
  readonly unit: UnitName;
  /** As the file spells it; absent: the profile alone says it. */
  readonly spelled?: string;
  readonly from: "the profile" | "its column" | "the unit column" | "a line before the table";
}

/** A series of one tag, or of one column of values. */
export interface TagSeries {
  readonly entries: readonly (Reading | Unusable)[];
  /** Absent: no entry was read. */
  readonly unit?: ToldUnit;
  /** Serial number that the file says for it. */
  readonly serial?: string;
}

/** The unit of a tag's first value. */
export interface TagUnit {
  /** As the file spells it; undefined: the profile alone says it. */
  readonly spelled: string | undefined;
  /** What the profile says that it means, if it knows it. */
  readonly unit: UnitName | undefined;
  /** file:line of that value. */
  readonly place: string;
}

/** The channel of a tag; undefined: it is not read. */
export type ChannelOfTag = (tag: string, unit: TagUnit) => ChannelName | undefined;

/** A column of the file, and what it is taken for. */
export interface TakenColumn {
  readonly header: string;
  readonly is: ColumnKind;
  /** Template of the profile that it fits. */
  readonly template: string;
}

/** What one value is read from: for those who judge a profile. */
export interface Seen {
  readonly tag: string;
  readonly entry: Reading | Unusable;
  /** The value's cell, and that of its quality where there is one. */
  readonly cell: string;
  readonly word?: string;
}

/** What somebody sees who looks at a table before it is imported. */
export interface Watch {
  /** What is wrong with an entry of a tag refuses the tag, which is read no further, and not the file. */
  readonly refuse?: (tag: string, error: BatchproofError) => void;
  /** The word for the quality of an entry. */
  readonly quality?: (tag: string, word: string) => void;
  /** An entry that was read. */
  readonly see?: (seen: Seen) => void;
}

/** What of a table was asked for. */
export interface Table {
  /** Lines before the table. */
  readonly before: number;
  /** Those after it, which are passed over. */
  readonly after: LinesAfter | undefined;
  readonly columns: readonly TakenColumn[];
  /** The file is newest first, and was read backwards. */
  readonly isReversed: boolean;
  /** Lines of each tag of the file; of a wide table, of each column of values. */
  readonly tags: ReadonlyMap<string, number>;
  readonly series: ReadonlyMap<string, TagSeries>;
  /** Rows of a device's own events, which have no value. */
  readonly events: number;
  /** How many entries each column of events has. */
  readonly marks: ReadonlyMap<string, number>;
  /** Where the times' offset from UTC comes from, for the summary. */
  readonly clock: string;
  /** The offset that is told differs from the one in the header. */
  readonly zoneChanged: boolean;
  /** What else the file says, for the summary. */
  readonly taken: readonly string[];
}

const MOST_TAG = 200;
/** 2100-01-01T00:00:00Z: with two digits of the year, nobody could write it. */
const YEAR_2100 = 4_102_444_800;

/**
 * Reads a table by its profile: every line by its form, those of tags of which `channelOf` knows the channel also by time,
 * unit, quality and value. Entries without a value, or of a bad quality, are unusable; `cutToWindow` refuses them where
 * the stage needs them. Each line is read as it comes, and no more is kept than its entry; `watch` is told of each.
 * Errors, with file:line: those of `openTable`; `csv-header` (a column is missing, unknown or twice), `profile-fit` (a line
 * before the table that the profile names is not there once), `csv-tag` (a tag is no plain text), `unit`, `unit-mixed`,
 * `quality-word`, `time-syntax`, `time-impossible`, `time-zone`, `time-mixed`, `time-ambiguous`, those of `ValueReader`; of
 * what is told `offset-missing`, `offset-stated`, `zone`.
 */
export function readTable(
  bytes: Uint8Array,
  file: string,
  profile: ParsedProfile,
  told: ToldClock,
  channelOf: ChannelOfTag,
  watch?: Watch,
): Table {
  const { before, after, read, is1904 = false, says } = openTable(bytes, file, profile);
  const facts = factsOf(before, profile, file);
  const rowsOf = (header: readonly string[], place: string): Rows =>
    new Rows(layoutOf(header, profile, place), profile, told, is1904, facts, file, channelOf, watch);
  const names = profile.columns.map(({ name }) => name);
  let rows = profile.hasHeader ? undefined : rowsOf(names, file);
  read((cells, row) => {
    if (rows === undefined) rows = rowsOf(cells, placeOf(file, row));
    else rows.take(cells, row);
  });
  if (rows === undefined) throw new Error("a table has a header line");
  return { before: before.length, after: after?.(), ...rows.table(says?.() ?? []) };
}

/** A fact of the header and the place where it stands. */
type Facts = ReadonlyMap<string, string>;

/** What the profile takes from the lines before the header. */
function factsOf(before: readonly string[], { facts }: ParsedProfile, file: string): Facts {
  const taken = new Map<string, string>();
  for (const template of facts) {
    const found = before.flatMap((line) => matchTemplate(template, line) ?? []);
    const [only, another] = found;
    if (only === undefined || another !== undefined) {
      throw inputError(
        `${only === undefined ? "No line" : "More than one line"} before the table reads ` +
          `"${template.texts.join("...")}", from which the profile takes a value.`,
        { place: file, remedy: "Choose the profile of this export.", code: "profile-fit" },
      );
    }
    for (const [name, text] of only) putFact(taken, name, text, file);
  }
  return taken;
}

function putFact(facts: Map<string, string>, name: string, text: string, place: string): void {
  const earlier = facts.get(name);
  if (earlier !== undefined && earlier !== text) {
    throw inputError(`The file says two values for ${name}: "${shown(earlier)}" and "${shown(text)}".`, {
      place,
      remedy: "Export the series of one device by itself.",
      code: "profile-fit",
    });
  }
  facts.set(name, text);
}

/** A column of values in a file. */
interface ValueColumn {
  readonly index: number;
  readonly header: string;
  readonly taken: Facts;
  /** Fixed by the profile. */
  readonly unit: UnitName | undefined;
}

/** Where what stands in a file. */
interface Layout {
  readonly place: string;
  readonly columns: readonly TakenColumn[];
  readonly times: readonly number[];
  readonly values: readonly ValueColumn[];
  readonly events: readonly Pick<ValueColumn, "index" | "header">[];
  readonly tag: number | undefined;
  readonly unit: number | undefined;
  readonly quality: number | undefined;
  /** What headers other than those of values say. */
  readonly taken: Facts;
}

function layoutOf(cells: readonly string[], { columns }: ParsedProfile, place: string): Layout {
  const found = cells.map((header, index) => {
    for (const column of columns) {
      const taken = matchTemplate(column.template, header);
      if (taken !== undefined) return { column, header, index, taken };
    }
    throw headerError(`The profile knows no column "${shown(header)}"`, columns, place);
  });
  for (const column of columns) {
    const fitting = found.filter((each) => each.column === column);
    if (fitting.length === 0 && column.optional !== true) {
      throw headerError(`There is no column "${column.name}"`, columns, place);
    }
    if (fitting.length > 1 && column.many !== true) {
      throw headerError(`More than one column fits "${column.name}"`, columns, place);
    }
  }
  const of = (is: ParsedColumn["is"]): typeof found => found.filter(({ column }) => column.is === is);
  const values = of("value").map(({ index, header, taken, column: { unit } }) => ({ index, header, taken, unit }));
  if (values.length === 0) throw headerError("There is no column of values", columns, place);
  if (new Set(values.map(({ header }) => header)).size < values.length) {
    throw headerError("Two columns of values have one name", columns, place);
  }
  const taken = new Map<string, string>();
  for (const each of found) {
    if (each.column.is !== "value") for (const [name, text] of each.taken) putFact(taken, name, text, place);
  }
  const times = [...of("time"), ...of("date"), ...of("clock")].map(({ index }) => index);
  const one = (is: ParsedColumn["is"]): number | undefined => of(is)[0]?.index;
  const [tag, unit, quality] = [one("tag"), one("unit"), one("quality")];
  return {
    place,
    columns: found.map(({ header, column: { is, name } }) => ({ header, is, template: name })),
    times,
    values,
    events: of("event"),
    tag,
    unit,
    quality,
    taken,
  };
}

function headerError(problem: string, columns: readonly ParsedColumn[], place: string): BatchproofError {
  const names = columns.map(({ name, optional }) => (optional === true ? `${name} (optional)` : name));
  return inputError(`${problem}.`, {
    place,
    remedy: `Choose the profile of this export. This one reads the columns ${names.join("; ")}, and none is left unread.`,
    code: "csv-header",
  });
}

interface Clock {
  readonly toUnix: ToUnix;
  readonly shown: string;
  readonly zoneChanged: boolean;
}

/** Where local times stand. Errors: `offset-missing`, `offset-stated`, `offset-syntax`, `zone`. */
function clockOf({ profile, time }: ParsedProfile, { offset, zone }: ToldClock, facts: Facts, file: string): Clock {
  const isTold = offset !== undefined || zone !== undefined;
  const refuse = (problem: string, more = ""): never => {
    throw inputError(problem, { place: file, remedy: `Leave out --offset and --zone${more}.`, code: "offset-stated" });
  };
  if (time.zone === "stated") {
    if (isTold) {
      refuse(
        `The profile ${profile.name} reads times that say their own offset from UTC, and takes no other.`,
        "; if the file's times say none, choose or write a profile of local times",
      );
    }
    // Every time says its own: nothing else is asked.
    const toUnix: ToUnix = (_, place) => {
      throw noZoneError(place);
    };
    return { toUnix, shown: "each line states its own offset from UTC", zoneChanged: false };
  }
  const given = profile.zone ?? "given";
  if (given === "header") {
    if (zone !== undefined) refuse("The file's header says the offset from UTC.");
    const stated = offsetOf(facts.get("zone") ?? "", file);
    const used = offset ?? stated;
    const differs =
      used === stated ? "" : `; offset ${formatOffset(used)} given: they differ, which is a deviation (clock)`;
    const shownClock = `offset ${formatOffset(stated)}, which the file's header says${differs}`;
    return { toUnix: fixedOffset(used), shown: shownClock, zoneChanged: used !== stated };
  }
  if (given !== "given") {
    if (isTold) refuse(`The profile says the zone, ${given}.`);
    return { toUnix: ianaZone(given, file), shown: `zone ${given}, which the profile says`, zoneChanged: false };
  }
  if (offset !== undefined) {
    return { toUnix: fixedOffset(offset), shown: `offset ${formatOffset(offset)} given`, zoneChanged: false };
  }
  if (zone !== undefined) return { toUnix: ianaZone(zone, "--zone"), shown: `zone ${zone} given`, zoneChanged: false };
  throw inputError("The file's times stand on a local clock; their offset from UTC is missing.", {
    place: file,
    remedy: "Add --offset with the clock's true offset, such as --offset +01:00, or --zone with its zone.",
    code: "offset-missing",
  });
}

/** What is known of one tag while its lines are read. */
interface Growing {
  readonly channel: ChannelName;
  readonly entries: (Reading | Unusable)[];
  readonly serial: string | undefined;
  unit: ToldUnit | undefined;
  reader: ValueReader | undefined;
}

/** Takes the rows of a table one by one. */
class Rows {
  readonly #layout: Layout;
  readonly #profile: ParsedProfile;
  readonly #file: string;
  readonly #is1904: boolean;
  readonly #channelOf: ChannelOfTag;
  readonly #watch: Watch | undefined;
  readonly #facts: Facts;
  readonly #clock: Clock;
  readonly #tags = new Map<string, number>();
  readonly #series = new Map<string, Growing>();
  readonly #good: ReadonlySet<string>;
  readonly #bad: ReadonlySet<string>;
  readonly #missing: ReadonlySet<string>;
  readonly #units: ReadonlyMap<string, UnitName>;
  readonly #refused = new Set<string>();
  readonly #marks = new Map<string, number>();
  #events = 0;
  #isZulu: boolean | undefined;

  constructor(
    layout: Layout,
    profile: ParsedProfile,
    told: ToldClock,
    is1904: boolean,
    facts: Facts,
    file: string,
    channelOf: ChannelOfTag,
    watch: Watch | undefined,
  ) {
    const merged = new Map(facts);
    for (const [name, text] of layout.taken) putFact(merged, name, text, layout.place);
    this.#layout = layout;
    this.#profile = profile;
    this.#is1904 = is1904;
    this.#file = file;
    this.#channelOf = channelOf;
    this.#watch = watch;
    this.#facts = merged;
    const { quality, missing, units } = profile.profile;
    this.#good = new Set(quality?.good);
    this.#bad = new Set(quality?.bad);
    this.#missing = new Set(missing);
    this.#units = new Map(Object.entries(units ?? {}));
    this.#clock = clockOf(profile, told, merged, file);
    if (layout.tag === undefined) for (const { header } of layout.values) this.#tags.set(header, 0);
  }

  take(cells: readonly string[], line: number): void {
    const { values, tag, quality, columns } = this.#layout;
    const place = placeOf(this.#file, line);
    if (cells.length !== columns.length) throw columnsError(place);
    const isEvent = this.#marked(cells);
    let time: Pick<Reading, "time" | "micros"> | undefined;
    for (const column of values) {
      const name = tag === undefined ? column.header : (cells[tag] ?? "");
      const count = this.#tags.get(name) ?? 0;
      if (count === 0) refuseTag(name, place);
      this.#tags.set(name, count + 1);
      if (this.#refused.has(name)) continue;
      try {
        const growing = this.#growing(name, column, cells, place);
        if (growing === undefined) continue;
        const text = cells[column.index] ?? "";
        // A row of the device's own events is a row all the same: what has no time is none.
        time ??= this.#timeOf(cells, place);
        if (isEvent && text.trim() === "") {
          this.#events++;
          continue;
        }
        const word = quality === undefined ? undefined : (cells[quality] ?? "");
        if (word !== undefined) this.#watch?.quality?.(name, word);
        const entry = { line, ...time, ...this.#valueOf(growing, column, cells, text, word, place) };
        growing.entries.push(entry);
        this.#watch?.see?.({ tag: name, entry, cell: text, ...(word === undefined ? {} : { word }) });
      } catch (error) {
        if (this.#watch?.refuse === undefined || !(error instanceof BatchproofError)) throw error;
        this.#refused.add(name);
        this.#series.delete(name);
        this.#watch.refuse(name, error);
      }
    }
  }

  /** Whether the device marked a row as an event. */
  #marked(cells: readonly string[]): boolean {
    const marks = this.#layout.events.filter(({ index }) => cells[index]?.trim() !== "");
    for (const { header } of marks) this.#marks.set(header, (this.#marks.get(header) ?? 0) + 1);
    return marks.length > 0;
  }

  #growing(name: string, column: ValueColumn, cells: readonly string[], place: string): Growing | undefined {
    const known = this.#series.get(name);
    if (known !== undefined) return known;
    const channel = this.#channelOf(name, this.#unitOf(column, cells, place));
    if (channel === undefined) return undefined;
    const merged = new Map(this.#facts);
    for (const [fact, text] of column.taken) if (fact !== "unit") putFact(merged, fact, text, place);
    const growing: Growing = { channel, entries: [], serial: merged.get("serial"), unit: undefined, reader: undefined };
    this.#series.set(name, growing);
    return growing;
  }

  #unitOf({ unit: fixed, taken }: ValueColumn, cells: readonly string[], place: string): TagUnit {
    const { unit: index } = this.#layout;
    const spelled = index === undefined ? (taken.get("unit") ?? this.#facts.get("unit")) : (cells[index] ?? "");
    return { spelled, unit: fixed ?? this.#units.get(spelled ?? ""), place };
  }

  #timeOf(cells: readonly string[], place: string): Pick<Reading, "time" | "micros"> {
    const { times } = this.#layout;
    const told = this.#profile.time.read(
      times.map((index) => cells[index] ?? ""),
      place,
      this.#is1904,
    );
    const { seconds, micros, offset } = told;
    this.#refuseMixed(told, place);
    const time = offset === undefined ? this.#clock.toUnix(seconds, place) : seconds - offset;
    if (time < 0 || time >= YEAR_2100) {
      throw inputError("The time lies outside the years 1970 to 2099.", { place, code: "time-impossible" });
    }
    return micros === 0 ? { time } : { time, micros };
  }

  #refuseMixed({ isZulu }: ToldTime, place: string): void {
    this.#isZulu ??= isZulu;
    if (this.#isZulu === isZulu) return;
    throw mixedError('Times with "Z" and with offsets', "time-mixed", place);
  }

  #valueOf(
    growing: Growing,
    column: ValueColumn,
    cells: readonly string[],
    text: string,
    word: string | undefined,
    place: string,
  ): Pick<Reading, "value" | "finer"> | Pick<Unusable, "quality" | "code"> {
    if (word !== undefined && !this.#good.has(word)) {
      if (this.#bad.has(word)) return { quality: shown(word), code: "quality" };
      throw inputError(`The profile knows no word of quality "${shown(word)}".`, {
        place,
        remedy: `Known as good: ${[...this.#good].join(", ")}. Have a profile approved that says what this word means.`,
        code: "quality-word",
      });
    }
    // What is no reading has no unit that could be wrong.
    if (this.#missing.has(text)) return { quality: shown(text), code: "reading-sentinel" };
    return this.#reader(growing, column, cells, place).read(text, place);
  }

  #reader(growing: Growing, column: ValueColumn, cells: readonly string[], place: string): ValueReader {
    const { unit: index, place: header } = this.#layout;
    const { spelled, unit } = this.#unitOf(column, cells, place);
    if (growing.reader !== undefined && growing.unit?.spelled === spelled) return growing.reader;
    const ofColumn = column.taken.get("unit");
    const { channel } = growing;
    if (unit === undefined || !UNITS[unit].channels.some((each) => each === channel)) {
      const { symbol } = CHANNEL[channel];
      const known = [...this.#units].filter(([, name]) => UNITS[name].channels.some((each) => each === channel));
      throw inputError(`The unit "${shown(spelled ?? unit ?? "")}" is none of ${symbol} that the profile knows.`, {
        place: index === undefined ? header : place,
        remedy: `Export in ${symbol}, spelled ${known.map(([text]) => text).join(", ") || symbol}, or choose another profile.`,
        code: "unit",
      });
    }
    if (growing.reader !== undefined) throw mixedError("Two spellings of the unit", "unit-mixed", place);
    growing.unit =
      spelled === undefined
        ? { unit, from: "the profile" }
        : {
            unit,
            spelled,
            from:
              index !== undefined
                ? "the unit column"
                : ofColumn === undefined
                  ? "a line before the table"
                  : "its column",
          };
    growing.reader = new ValueReader(channel, unit, this.#profile.numbers);
    return growing.reader;
  }

  table(says: readonly string[]): Omit<Table, "before" | "after"> {
    const growing = [...this.#series.values()];
    // All of them, or none: a file has one order.
    const isReversed =
      growing.some(({ entries }) => hasStep(entries, (step) => step < 0)) &&
      !growing.some(({ entries }) => hasStep(entries, (step) => step > 0));
    const series = [...this.#series].map(([name, { entries, serial, unit }]): [string, TagSeries] => {
      if (isReversed) entries.reverse();
      return [name, { entries, ...(serial === undefined ? {} : { serial }), ...(unit === undefined ? {} : { unit }) }];
    });
    return {
      isReversed,
      columns: this.#layout.columns,
      tags: this.#tags,
      series: new Map(series),
      events: this.#events,
      marks: this.#marks,
      clock: this.#clock.shown,
      zoneChanged: this.#clock.zoneChanged,
      taken: [
        ...[...this.#facts].filter(([name]) => name === "interval").map(([name, text]) => `${name} ${shown(text)}`),
        ...says,
      ],
    };
  }
}

/** Whether a step of time from an entry to the next, in millionths of a second, is of a kind. */
function hasStep(entries: readonly (Reading | Unusable)[], fits: (step: number) => boolean): boolean {
  return entries.some((entry, i) => i > 0 && fits(microsBetween(entries[i - 1] ?? entry, entry)));
}

/** A tag is shown to people: no character of it may be invisible or steer a terminal. */
function refuseTag(tag: string, place: string): void {
  if (tag.trim() !== "" && tag.length <= MOST_TAG && !/\p{C}/u.test(tag)) return;
  throw inputError(`A tag is a plain text of up to ${MOST_TAG} characters.`, {
    place,
    remedy: "Rename the measuring point, and export again.",
    code: "csv-tag",
  });
}

function mixedError(what: string, code: "time-mixed" | "unit-mixed", place: string): BatchproofError {
  return inputError(`${what} stand in one series: it was put together from several exports.`, {
    place,
    remedy: "Export the whole series once, in one form.",
    code,
  });
}
