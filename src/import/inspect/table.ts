import { commandOf, fileWord } from "../../commandLine.ts";
import { CHANNEL, CHANNELS, type ChannelName } from "../../formats/constants.ts";
import { toHex } from "../../formats/field.ts";
import { formatLocalTime, formatOffset, formatTime } from "../../input/times.ts";
import { shown } from "../csvTable.ts";
import { UNITS } from "../exact.ts";
import type { ParsedProfile } from "../table/profile.ts";
import { tagError } from "../table/readings.ts";
import { LONG_FORM, shippedNames, shippedProfile } from "../table/shipped.ts";
import type { ToldClock } from "../table/table.ts";
import { quantityOf } from "../values.ts";
import {
  beginningOf,
  beginsAs,
  MOST_MONTH,
  tellsDayFromMonth,
  tryTable,
  type Attempt,
  type TagFacts,
} from "./attempt.ts";
import {
  inspectEntries,
  registering,
  type InspectedSeries,
  type Inspection,
  type InspectRequest,
  type NamedProfile,
  type Refusal,
} from "./inspection.ts";
import { inspectUnknown, localLongSkeleton } from "./unknown.ts";

/** What is told of the clock of a table that is only looked at. */
interface Clock {
  readonly told: ToldClock;
  /** The file's times are local, and nothing says their offset from UTC: they are shown as they stand. */
  readonly isOpen: boolean;
}

/** A profile that was tried on a file. */
interface Tried extends NamedProfile {
  readonly clock: Clock;
  readonly attempt: Attempt;
  /** Why the profile does not fit, though it is of such a file; absent: it fits, or its header is another one. */
  readonly refusal?: Refusal;
}

/**
 * A table, read by the first of the given and the shipped profiles that fits: each is tried on the beginning of the file, and
 * who reads that, reads the whole. Errors: `csv-tag` (not in the file), those of `inspectUnknown` where no profile fits.
 */
export function inspectTable(bytes: Uint8Array, file: string, request: InspectRequest): Inspection {
  const [fitting, others]: [Tried[], Tried[]] = [[], []];
  for (const candidate of candidates(bytes, request.profiles ?? [])) {
    const beginning = beginningOf(bytes, candidate.profile);
    const begun = tryProfile(beginning, file, candidate, request);
    // One whole reading is enough: of a further profile that fits, its beginning is.
    const isEnough = beginning.length === bytes.length || !reads(begun.attempt) || fitting.length > 0;
    const tried = isEnough ? begun : tryProfile(bytes, file, candidate, request);
    (reads(tried.attempt) ? fitting : others).push(tried);
  }
  const near = others.filter((each) => each.refusal !== undefined);
  // A table whose every tag is refused is shown with its refusals, if its header says that it is of this profile.
  const found = fitting[0] ?? near.find(({ attempt }) => attempt.table !== undefined);
  if (found === undefined) return inspectUnknown(bytes, file, near.map(unfit));
  const isGiven = ({ profile }: Tried): boolean => request.profiles?.some((each) => each.profile === profile) ?? false;
  const inspection = inspectionOf(
    found,
    { also: fitting.slice(1), near: near.filter((each) => each !== found && isGiven(each)) },
    bytes,
    file,
    request,
  );
  const skeleton = found.refusal?.code === "time-zone" ? localLongSkeleton(bytes) : undefined;
  return { ...inspection, ...(skeleton && { skeleton }) };
}

/** Whether at least one tag was read. */
function reads({ table, refusals }: Attempt): boolean {
  return table !== undefined && [...table.tags.keys()].some((tag) => !refusals.has(tag));
}

/** The given profiles, then the shipped ones that may be meant; each once. */
function candidates(bytes: Uint8Array, given: readonly NamedProfile[]): NamedProfile[] {
  const shipped = shippedNames()
    .map((name) => ({ given: name, profile: shippedProfile(name) }))
    .filter(({ profile }) => beginsAs(bytes, profile));
  const all = [...given, ...shipped];
  return all.filter(({ profile }, i) => all.findIndex((each) => each.profile.hash === profile.hash) === i);
}

function tryProfile(
  bytes: Uint8Array,
  file: string,
  { given, profile }: NamedProfile,
  { offset, zone, tag, profiles = [] }: InspectRequest,
): Tried {
  const isTold = offset !== undefined || zone !== undefined;
  const isOpen = profile.profile.zone === "given" && !isTold;
  const told = isOpen
    ? { offset: 0 }
    : { ...(offset === undefined ? {} : { offset }), ...(zone === undefined ? {} : { zone }) };
  const attempt = tryTable(bytes, file, profile, told, (name, { unit }) =>
    tag === undefined || name === tag ? widestOf(unit === undefined ? [] : UNITS[unit].channels) : undefined,
  );
  const [first] = attempt.refusals.values();
  const isGiven = profiles.some((each) => each.profile === profile);
  const refusal = attempt.isOfIts || isGiven ? (attempt.refusal ?? first) : undefined;
  return { given, profile, clock: { told, isOpen }, attempt, ...(refusal && { refusal }) };
}

function unfit({ given, refusal }: Tried): { readonly profile: string; readonly refused: Refusal } {
  if (refusal === undefined) throw new Error("a profile that nearly fits has a refusal");
  return { profile: given, refused: refusal };
}

const MOST_HEADER = 80;

/** Profiles besides the one by which a file is shown. */
interface Others {
  readonly also: readonly Tried[];
  readonly near: readonly Tried[];
}

function inspectionOf(
  { given, profile, clock, attempt }: Tried,
  { also, near }: Others,
  bytes: Uint8Array,
  file: string,
  { tag }: InspectRequest,
): Inspection {
  const { table, refusals, tags } = attempt;
  if (table === undefined) throw new Error("a table was read");
  if (tag !== undefined && !table.tags.has(tag)) {
    throw tagError("The file has no entry of this tag", table.tags, file);
  }
  const wanted = [...table.tags.keys()].filter((name) => tag === undefined || name === tag);
  let end = 0;
  for (const { entries } of table.series.values()) end = Math.max(end, entries.at(-1)?.time ?? 0);
  const series = wanted.map((name) =>
    inspectTag(name, tags.get(name), attempt, refusals.get(name), { end, show: showOf(clock) }, file),
  );
  const serials = [...new Set(wanted.flatMap((name) => table.series.get(name)?.serial ?? []))];
  const { name, about, columns } = profile.profile;
  const isLong = columns.some(({ is }) => is === "tag");
  const noun = isLong ? "tags" : "columns of values";
  return {
    form: `table, read by the profile ${name}: ${about}`,
    profile: { name, hash: toHex(profile.hash) },
    facts: [
      "signed: NOT by the device; nothing in this file is, and the source alone vouches for it",
      `profile: ${name}, ${toHex(profile.hash)}; ` +
        (name === LONG_FORM && profile.hash === shippedProfile(LONG_FORM).hash
          ? "a policy that names no profiles accepts it"
          : "import needs a policy that names this hash"),
      ...also.map(
        (each) => `profile ${each.given} reads the beginning of the file, too: compare, and choose by the export`,
      ),
      `clock: ${clock.isOpen ? "local times of the file, shown as they stand; no offset is guessed: add --offset, or --zone, and look again" : table.clock}`,
      ...(serials.length === 0
        ? ["device: the file names none; write it as it stands on the device, and everywhere alike"]
        : [
            `device: the file says serial number ${serials.map((each) => `"${each}"`).join(" and ")}, to be registered letter for ` +
              "letter; vendor and model it does not say: write them as they stand on the device",
          ]),
      ...(table.isReversed ? ["order: newest first, read backwards"] : []),
      ...(table.taken.length === 0 ? [] : [`the file says: ${table.taken.join(", ")}`]),
      ...(table.events === 0 ? [] : [`events of the device, without a value, left out: ${table.events}`]),
      ...[...table.marks].map(
        ([header, count]) => `marked by the device in column "${header.slice(0, MOST_HEADER)}": ${count}`,
      ),
      ...orderFacts(bytes, file, profile),
      `${noun}: ${table.tags.size}${table.tags.size === 1 ? "" : "; --tag names the one to import"}`,
    ],
    series,
    unfit: near.map(unfit),
    commands: commandsOf(file, series, table.tags.size, serials, given, clockWords(clock)),
  };
}

/** Says so where nothing in a file tells day and month apart: then only the profile does. */
function orderFacts(bytes: Uint8Array, file: string, profile: ParsedProfile): string[] {
  const form = profile.columns.find(({ is }) => is === "time" || is === "date")?.form ?? "";
  if (!/^(dd?|MM?)[ ./_-](dd?|MM?)(?!M)/.test(form) || tellsDayFromMonth(bytes, file, profile)) return [];
  return [
    `dates: read as ${form}, as the profile says; the file itself does not tell day and month apart, for no day in it is over ` +
      `${MOST_MONTH}: compare first and last time with what is known`,
  ];
}

function showOf({ isOpen }: Clock): (time: number) => string {
  return isOpen ? formatLocalTime : formatTime;
}

/** `end`: the last time of all tags. */
function inspectTag(
  name: string,
  found: TagFacts | undefined,
  { table }: Attempt,
  refused: Refusal | undefined,
  { end, show }: { readonly end: number; readonly show: (time: number) => string },
  file: string,
): InspectedSeries {
  const { unit, qualities } = found ?? { unit: undefined, qualities: new Map<string, number>() };
  const channels = unit?.unit === undefined ? [] : UNITS[unit.unit].channels;
  const channel = widestOf(channels);
  const facts = {
    ...{ name, channels, show, end },
    unit: shown(unit?.spelled ?? unit?.unit ?? ""),
    symbol: channel === undefined ? "" : CHANNEL[channel].symbol,
    qualities: [...qualities].map(([word, entries]) => ({ word: shown(word), entries })),
  };
  const series = inspectEntries(table?.series.get(name)?.entries ?? [], facts, file);
  const reason = refused ?? series.refused;
  const entries = refused === undefined ? series.entries : (table?.tags.get(name) ?? 0);
  return { ...series, entries, ...(reason && { refused: reason }) };
}

/** What an import must be told of the clock. */
function clockWords({ told: { offset, zone }, isOpen }: Clock): string[] {
  if (isOpen) return ["--offset", "OFFSET"];
  return [
    ...(offset === undefined ? [] : ["--offset", formatOffset(offset)]),
    ...(zone === undefined ? [] : ["--zone", zone]),
  ];
}

/**
 * One for each tag, and for several also one that reads them together, as a claim of process parameters wants it: unless two
 * are of one channel, of which such a claim has one tag.
 */
function commandsOf(
  file: string,
  series: readonly InspectedSeries[],
  tags: number,
  serials: readonly string[],
  profile: string,
  clock: readonly string[],
): string[] {
  const [serial, another] = serials;
  const device = `VENDOR|MODEL|${serial === undefined || another !== undefined ? "SERIAL" : serial}`;
  const readable = series.filter(({ refused }) => refused === undefined);
  const importing = (words: readonly string[]): string =>
    profile === LONG_FORM
      ? commandOf(
          ...["import", "csv", fileWord(file), ...words, "--device", device],
          ...["--into", "DIR", "--claim", "STAGE/CLAIM", "--source", "KEYFILE"],
        )
      : commandOf(
          ...["import", "table", fileWord(file), "--profile", profile, ...words, "--device", device],
          ...["--into", "DIR", "--claim", "STAGE/CLAIM", "--source", "KEYFILE", ...clock],
        );
  const channels = readable.flatMap(({ channels: [channel, second] }) => (second === undefined ? (channel ?? []) : []));
  const isTogether = readable.length > 1 && readable.length <= CHANNELS && new Set(channels).size === channels.length;
  const together = readable.flatMap(({ name, channels: [channel, second] }) => [
    "--tag",
    `${channel === undefined || second !== undefined ? "CHANNEL" : channel}=${name}`,
  ]);
  return [
    registering(device),
    ...readable.map(({ name }) => importing(tags === 1 ? [] : ["--tag", name])),
    ...(isTogether ? [importing(together)] : []),
  ];
}

/** Read as the one with the widest range, a series shows every reading that it has as any of them. */
function widestOf(channels: readonly ChannelName[]): ChannelName | undefined {
  const width = (name: ChannelName): bigint => quantityOf(name).high - quantityOf(name).low;
  return channels.toSorted((a, b) => Number(width(b) - width(a)))[0];
}
