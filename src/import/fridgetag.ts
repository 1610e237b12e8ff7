import { inputError } from "../errors.ts";
import { MICRO, formatMicro, missingCode, parseMicro } from "../input/quantities.ts";
import { parseLocalTime, parseTimeOfDay } from "../input/times.ts";
import { ValueReader, type UnitName } from "./exact.ts";
import { BERLINGER_ISSUER, verifyFridgetag, type P256Point } from "./fridgetag-signature.ts";
import { readOutline, type Field, type Section, type TableRow } from "./outline.ts";
import { refuseBackward, type LocalReading, type LocalUnusable } from "./series.ts";

/*
 * The text export of Berlinger Fridge-tag and Q-tag loggers, as far as real files show it. Readings are exact, in
 * micro-degrees Celsius; every other temperature is in millionths of the unit that the file is in (`Configuration.unit`),
 * as the device wrote it. Times are local seconds (`parseLocalTime`) of the device's own clock; lengths of time are in
 * seconds where the file's unit is known, and otherwise as the device wrote them.
 */

export interface FridgetagExport {
  readonly device: {
    /** Owner of the device's certificate. */
    readonly vendor: string;
    readonly model: string;
    readonly serial: string;
    readonly firmware: string;
    /** Type number of the device; Q-tag only. */
    readonly id: number | undefined;
    readonly sensor: number;
    readonly externalSensor: number | undefined;
  };
  /** Version of the file format. */
  readonly version: string;
  readonly configuration: Configuration;
  readonly errors: readonly DeviceError[];
  /** Fridge-tag only. */
  readonly history: History | undefined;
  /** Q-tag only. */
  readonly run: Run | undefined;
  readonly markers: readonly Marker[];
  /** Empty where the device keeps only its daily history. */
  readonly readings: readonly LocalReading[];
  /** Lines of the same table at which the device measured nothing. */
  readonly missing: readonly LocalUnusable[];
  readonly certificate: DeviceCertificate;
  /** 64 bytes as hex, each half little-endian. */
  readonly certificateSignature: string;
  readonly signature: string;
}

export interface Configuration {
  readonly pcb: string;
  readonly cid: string;
  readonly lot: string;
  /** Seconds east of UTC the device was set to; users may set the clock, so this is a claim of theirs. */
  readonly zone: number;
  /** What all temperatures of the file are in. */
  readonly unit: FridgetagUnit;
  readonly movingAverage: number;
  readonly detailedReport: number;
  readonly alarms: readonly Alarm[];
  /** Seconds between readings; undefined where the device keeps only its daily history. */
  readonly loggingInterval: number | undefined;
  readonly test: { readonly result: number; readonly time: number };
  readonly fridgeTag: FridgeTagConfiguration | undefined;
  readonly qTag: QTagConfiguration | undefined;
}

/** Units that a Fridge-tag can be set to, as the file names them; a Q-tag's export has no line for it. */
const UNIT = { C: "Cel", F: "[degF]" } as const satisfies Readonly<Record<string, UnitName>>;
type FridgetagUnit = (typeof UNIT)[keyof typeof UNIT];

/** `single`: one uninterrupted excursion (all that a Fridge-tag knows); `cumulative`: all of the run together. */
export type Alarm =
  | { readonly slot: number; readonly kind: "off" }
  | {
      readonly slot: number;
      readonly kind: "single" | "cumulative";
      readonly side: "low" | "high";
      readonly limit: bigint;
      /** Seconds outside the limit that raise the alarm. */
      readonly after: number;
    };

interface SensorConfiguration {
  readonly timeout: number;
  readonly offset: bigint;
}

export interface FridgeTagConfiguration {
  readonly measurementDelay: number;
  readonly userAlarms: number;
  readonly userClock: number;
  readonly alarmIndication: number;
  readonly internalSensor: SensorConfiguration;
  readonly externalSensor: SensorConfiguration | undefined;
  readonly historyDays: number;
  readonly externalDevices: number;
}

export interface QTagConfiguration {
  readonly startDelay: number;
  readonly maxTransport: number;
  /** Millionths of kJ/mol. */
  readonly mktEnergy: bigint;
  readonly displayOptions: number;
  readonly toleranceWithin: bigint;
  readonly toleranceAbove: bigint;
  readonly toleranceBelow: bigint;
  /** Microvolts. */
  readonly batteryWarning: bigint;
  readonly temperatureOffset: bigint;
  readonly userStrings: readonly string[];
  readonly restartable: number;
  readonly maxRunningDays: number;
  readonly expired: number;
  readonly expires: number | undefined;
}

export interface DeviceError {
  readonly number: number;
  readonly count: number;
  readonly time: number;
}

export interface Extreme {
  readonly value: bigint;
  readonly time: number;
}

export interface History {
  readonly activated: number;
  readonly created: number;
  /** The newest day first, as in the file. */
  readonly days: readonly Day[];
}

export interface Day {
  readonly number: number;
  /** Local seconds at its start. */
  readonly date: number;
  /** These three are undefined where the device measured nothing on this day. */
  readonly min: Extreme | undefined;
  readonly max: Extreme | undefined;
  readonly average: bigint | undefined;
  readonly alarms: readonly DayAlarm[];
  readonly internalTimeout: SensorTimeout;
  readonly externalTimeout: SensorTimeout | undefined;
  readonly events: number;
  readonly checkedMorning: number | undefined;
  readonly checkedAfternoon: number | undefined;
}

export interface DayAlarm {
  readonly slot: number;
  /** Seconds outside this limit on this day. */
  readonly outside: number;
  readonly raised:
    { readonly time: number; readonly ambient: bigint | undefined; readonly checked: number } | undefined;
}

export interface SensorTimeout {
  /** Seconds without the sensor. */
  readonly lost: number;
  readonly time: number | undefined;
}

export interface Run {
  readonly activated: number;
  readonly triggered: number | undefined;
  readonly startReason: number;
  readonly started: number;
  readonly stopped: number | undefined;
  readonly transport: number;
  readonly batteryLowTemperature: number | undefined;
  readonly batteryCritical: number | undefined;
  /** These four are undefined where the device measured nothing. */
  readonly min: Extreme | undefined;
  readonly max: Extreme | undefined;
  /** Mean kinetic temperature as the device shows it: cut off, not rounded, to a tenth. */
  readonly mkt: bigint | undefined;
  readonly average: bigint | undefined;
  readonly number: number;
  readonly alarms: readonly { readonly slot: number; readonly episodes: readonly Episode[] }[];
}

export interface Episode {
  readonly start: number;
  readonly outside: number;
  readonly raised: number | undefined;
  /** Undefined for a sum over the run, and for an excursion that had not ended. */
  readonly end: number | undefined;
  readonly extreme: Extreme | undefined;
}

export interface Marker {
  readonly line: number;
  readonly number: number;
  /** Undefined where the device measured nothing. */
  readonly value: bigint | undefined;
  readonly time: number;
}

export interface DeviceCertificate {
  readonly version: string;
  readonly lot: string;
  readonly issuer: string;
  readonly validFrom: number;
  readonly owner: string;
  /** 64 bytes as hex, x and y little-endian. */
  readonly publicKey: string;
}

const SYNTAX = "fridgetag-syntax";

/**
 * Verifies the signatures, then parses. Errors: those of `verifyFridgetag` and of `parseFridgetag`, and `time-backward`.
 */
export function readFridgetag(bytes: Uint8Array, file: string, issuer: P256Point = BERLINGER_ISSUER): FridgetagExport {
  verifyFridgetag(bytes, file, issuer);
  const found = parseFridgetag(bytes, file);
  refuseBackward(linesOf(found), ({ localTime: time }) => ({ time }), file);
  return found;
}

/** Every line of the table of readings, in the file's order. */
export function linesOf({
  readings,
  missing,
}: Pick<FridgetagExport, "readings" | "missing">): (LocalReading | LocalUnusable)[] {
  return [...readings, ...missing].sort((a, b) => a.line - b.line);
}

/**
 * Parses an export without looking at its signatures: only for bytes that `verifyFridgetag` accepted.
 * Errors, with file:line: `fridgetag-syntax` (a line no rule knows, a missing line, a value of another form), `unit`
 * (neither °C nor °F), `date-order` (a date whose order the file does not say), and those of `parseMicro`, `ValueReader` and
 * `parseLocalTime`. What the device had no value for (`--.-`) is no error
 * but `missing` or undefined.
 */
export function parseFridgetag(bytes: Uint8Array, file: string): FridgetagExport {
  return readOutline(bytes, file, SYNTAX, (root) => {
    // The header of this table alone says how the file writes its dates, so it is read first.
    const table = root.maybeInside("Data", (section) => openTable(section, DATA_COLUMNS));
    const clock = new DeviceClock(table?.dates);
    const model = text(root.take("Device"));
    const version = text(root.take("Vers"));
    const firmware = text(root.take("Fw Vers"));
    const id = optional(root.maybe("Device ID"), count);
    const sensor = count(root.take("Sensor"));
    const externalSensor = optional(root.maybe("Ext Sensor"), count);
    const { serial, configuration } = root.inside("Conf", (conf) => ({
      serial: text(conf.take("Serial")),
      configuration: readConfiguration(conf, root.has("Res"), clock),
    }));
    const errors =
      root.maybeInside("Errors", (section) =>
        section.numbered((number, error) => readDeviceError(number, error, clock)),
      ) ?? [];
    const history = root.maybeInside("Hist", (section) => readHistory(section, clock));
    const run = root.maybeInside("Res", (section) => readRun(section, clock));
    const markers = root.maybeInside("Marker", (section) => readMarkers(section, clock)) ?? [];
    const lines = table === undefined ? [] : readReadings(table, configuration.unit);
    const certificate = root.inside("Cert", readCertificate);
    return {
      device: { vendor: certificate.owner, model, serial, firmware, id, sensor, externalSensor },
      version,
      configuration,
      errors,
      history,
      run,
      markers,
      readings: lines.filter((line): line is LocalReading => !("quality" in line)),
      missing: lines.filter((line): line is LocalUnusable => "quality" in line),
      certificate,
      certificateSignature: hex64(root.take("Sig Cert")),
      signature: hex64(root.take("Sig")),
    };
  });
}

/** The device's own limits in the file's unit, the tightest of its alarms on each side: what it flags readings by. */
export function deviceLimits(alarms: readonly Alarm[]): { low: bigint | undefined; high: bigint | undefined } {
  const limits = (side: "low" | "high"): bigint[] =>
    alarms
      .flatMap((alarm) => (alarm.kind !== "off" && alarm.side === side ? [alarm.limit] : []))
      .sort((a, b) => (a < b ? -1 : 1));
  return { low: limits("low").at(-1), high: limits("high").at(0) };
}

function readConfiguration(conf: Section, isQTag: boolean, clock: DeviceClock): Configuration {
  return {
    pcb: text(conf.take("PCB")),
    cid: text(conf.take("CID")),
    lot: text(conf.take("Lot")),
    zone: zone(conf.take("Zone")),
    unit: isQTag ? UNIT.C : unitOf(conf.take("Temp unit")),
    movingAverage: count(conf.take("Moving Avrg")),
    detailedReport: count(conf.take("Det Report")),
    alarms: conf.inside("Alarm", (section) => section.numbered(isQTag ? readQTagAlarm : readFridgeTagAlarm)),
    loggingInterval: optional(conf.maybe("Logging Interval"), minutes),
    test: conf.group("Test Res", (group) => ({
      result: count(group.take("Test Res")),
      time: clock.time(group.take("Test TS")),
    })),
    fridgeTag: isQTag ? undefined : readFridgeTagConfiguration(conf),
    qTag: isQTag ? readQTagConfiguration(conf, clock) : undefined,
  };
}

function readFridgeTagConfiguration(conf: Section): FridgeTagConfiguration {
  return {
    measurementDelay: count(conf.take("Measurement delay")),
    userAlarms: count(conf.take("User Alarm Config")),
    userClock: count(conf.take("User Clock Config")),
    alarmIndication: count(conf.take("Alarm Indication")),
    internalSensor: conf.inside("Int Sensor", readSensor),
    externalSensor: conf.maybeInside("Ext Sensor", readSensor),
    historyDays: count(conf.take("Report history length")),
    externalDevices: count(conf.take("Use ext devices")),
  };
}

function unitOf(unit: Field): FridgetagUnit {
  if (unit.text === "C" || unit.text === "F") return UNIT[unit.text];
  throw inputError(`The device wrote its temperatures in another unit than °C or °F ("${unit.text.slice(0, 8)}").`, {
    place: unit.place,
    remedy: "Set the device to °C or °F, and export again.",
    code: "unit",
  });
}

function readSensor(section: Section): SensorConfiguration {
  return section.group("Timeout", (group) => ({
    timeout: count(group.take("Timeout")),
    offset: micro(group.take("Offset")),
  }));
}

function readQTagConfiguration(conf: Section, clock: DeviceClock): QTagConfiguration {
  return {
    startDelay: count(conf.take("Start Delay")),
    maxTransport: count(conf.take("Max Transport")),
    mktEnergy: micro(conf.take("MKT Energy")),
    displayOptions: count(conf.take("Display and Algorithm Options")),
    toleranceWithin: micro(conf.take("Tol Within Limits")),
    toleranceAbove: micro(conf.take("Tol Above Upper Limit")),
    toleranceBelow: micro(conf.take("Tol Below Lower Limit")),
    batteryWarning: micro(conf.take("Batt Warning Limit")),
    temperatureOffset: micro(conf.take("Temp Offset")),
    userStrings: [1, 2, 3].map((number) => conf.take(`User String ${number}`).text),
    restartable: count(conf.take("Restartable Options")),
    maxRunningDays: count(conf.take("Max Running Time")),
    expired: count(conf.take("Expired")),
    expires: clock.maybeTime(conf.take("TS Expected Exp")),
  };
}

/** Slot 0 is the lower limit, slot 1 the upper one. */
function readFridgeTagAlarm(slot: number, section: Section): Alarm {
  const side = (["low", "high"] as const)[slot];
  if (side === undefined) throw malformed(section.place, "an alarm slot 0 or 1");
  return section.group("T AL", (group) => ({ slot, kind: "single", side, ...readThreshold(group) }));
}

/** Types that real files show; 0 is a slot not in use. */
const Q_TAG_ALARMS = {
  1: { kind: "single", side: "low" },
  2: { kind: "single", side: "high" },
  3: { kind: "cumulative", side: "low" },
  4: { kind: "cumulative", side: "high" },
} as const;

function readQTagAlarm(slot: number, section: Section): Alarm {
  return section.group("Type", (group): Alarm => {
    const type = group.take("Type");
    if (type.text === "0") return { slot, kind: "off" };
    const known = Object.entries(Q_TAG_ALARMS).find(([number]) => number === type.text)?.[1];
    if (known === undefined) throw malformed(type.place, "an alarm type 0 to 4");
    return { slot, ...known, ...readThreshold(group) };
  });
}

function readThreshold(group: Section): { limit: bigint; after: number } {
  return { limit: micro(group.take("T AL")), after: minutes(group.take("t AL")) };
}

function readDeviceError(number: number, section: Section, clock: DeviceClock): DeviceError {
  return section.group("Err Count", (group) => ({
    number,
    count: count(group.take("Err Count")),
    time: clock.time(group.take("Err TS")),
  }));
}

function readHistory(section: Section, clock: DeviceClock): History {
  return {
    activated: clock.time(section.take("TS Actv")),
    created: clock.time(section.take("TS Report Creation")),
    days: section.numbered((number, day) => readDay(number, day, clock)),
  };
}

function readDay(number: number, section: Section, clock: DeviceClock): Day {
  const date = clock.date(section.take("Date"));
  const atTime = (field: Field): number => date + parseTimeOfDay(field.text, field.place);
  const checked = section.maybeInside("Checked", (checks) => ({
    morning: optional(checks.maybe("TS AM"), atTime),
    afternoon: optional(checks.maybe("TS PM"), atTime),
  }));
  return {
    number,
    date,
    min: readExtreme(section, "Min T", "TS Min T", atTime),
    max: readExtreme(section, "Max T", "TS Max T", atTime),
    average: maybeMicro(section.take("Avrg T")),
    alarms: section.inside("Alarm", (alarms) => alarms.numbered((slot, alarm) => readDayAlarm(slot, alarm, atTime))),
    internalTimeout: section.inside("Int Sensor timeout", (timeout) => readTimeout(timeout, atTime)),
    externalTimeout: section.maybeInside("Ext Sensor timeout", (timeout) => readTimeout(timeout, atTime)),
    events: count(section.take("Events")),
    checkedMorning: checked?.morning,
    checkedAfternoon: checked?.afternoon,
  };
}

type ReadTime = (field: Field) => number;

/** Undefined where the device measured nothing; it may then have no time either. */
function readExtreme(section: Section, value: string, time: string, at: ReadTime): Extreme | undefined {
  return section.group(value, (group) => {
    const found = maybeMicro(group.take(value));
    const when = group.take(time);
    if (found !== undefined) return { value: found, time: at(when) };
    if (!/^[-: ]*$/.test(when.text)) at(when);
    return undefined;
  });
}

function readDayAlarm(slot: number, section: Section, at: ReadTime): DayAlarm {
  return section.group("t Acc", (group) => {
    const outside = minutes(group.take("t Acc"));
    const time = optional(group.maybe("TS A"), at);
    if (time === undefined) return { slot, outside, raised: undefined };
    const ambient = optional(group.maybe("T Amb"), maybeMicro);
    return { slot, outside, raised: { time, ambient, checked: count(group.take("C A")) } };
  });
}

function readTimeout(section: Section, at: ReadTime): SensorTimeout {
  return section.group("t AccST", (group) => ({
    lost: minutes(group.take("t AccST")),
    time: optional(group.maybe("TS ST"), at),
  }));
}

function readRun(section: Section, clock: DeviceClock): Run {
  const time = (field: Field): number => clock.time(field);
  return {
    activated: clock.time(section.take("TS Actv")),
    triggered: clock.maybeTime(section.take("TS Start Trig")),
    startReason: count(section.take("Start Reason")),
    started: clock.time(section.take("TS Start")),
    stopped: clock.maybeTime(section.take("TS Stop")),
    transport: count(section.take("Transport")),
    batteryLowTemperature: clock.maybeTime(section.take("TS Batt Temp")),
    batteryCritical: clock.maybeTime(section.take("TS Batt Crit")),
    min: readExtreme(section, "Min T", "TS Min T", time),
    max: readExtreme(section, "Max T", "TS Max T", time),
    mkt: maybeMicro(section.take("MKT")),
    average: maybeMicro(section.take("Avrg T")),
    number: count(section.take("Run Number")),
    alarms: section.inside("Alarm", (alarms) =>
      alarms.numbered((slot, alarm) => ({
        slot,
        episodes: alarm.groups("TS S", (group) => readEpisode(group, clock)),
      })),
    ),
  };
}

function readEpisode(group: Section, clock: DeviceClock): Episode {
  return {
    start: clock.time(group.take("TS S")),
    outside: minutes(group.take("t A")),
    raised: clock.maybeTime(group.take("TS A")),
    end: optional(group.maybe("TS E"), (field) => clock.maybeTime(field)),
    extreme: optional(group.maybe("T M"), (value) => ({ value: micro(value), time: clock.time(group.take("TS M")) })),
  };
}

function readMarkers(section: Section, clock: DeviceClock): Marker[] {
  return openTable(section, ["Number", "T", TIME_COLUMN]).rows.map((row) => {
    const [number, value, time, spare] = cellsOf(row);
    if (spare.text !== "") throw malformed(row.place, "three columns");
    return { line: row.line, number: count(number), value: maybeMicro(value), time: clock.time(time) };
  });
}

/** Readings have their times in the form that the table's own header names, and no other. */
function readReadings({ rows, dates }: Table, unit: FridgetagUnit): (LocalReading | LocalUnusable)[] {
  const values = new ValueReader("temperature", unit, { decimal: ".", loose: false });
  return rows.map((row) => {
    const [time, value, flag, spare] = cellsOf(row);
    if (!["", "x"].includes(flag.text) || spare.text !== "") throw malformed(row.place, "a flag x or nothing");
    const entry = { line: row.line, localTime: timeIn(dates, time) };
    const read = values.read(value.text, value.place);
    return "value" in read ? { ...entry, ...read, flagged: flag.text === "x" } : { ...entry, ...read };
  });
}

/**
 * The orders of dates that a table's header can name, in the device's own letters. Real files have the first; the other is
 * what a device set to US dates is taken to write, of which no file was seen.
 */
const DATES = ["yyyy-MM-dd", "MM/dd/yyyy"] as const;
type Dates = (typeof DATES)[number];

/** Stands for the title of a column of times, "yyyy-MM-dd hh:mm". */
const TIME_COLUMN = Symbol("time");
const DATA_COLUMNS = [TIME_COLUMN, "T", "Out of limits"] as const;

interface Table {
  readonly rows: readonly TableRow[];
  /** As the title of its column of times names them. */
  readonly dates: Dates;
}

/** A table under its header. */
function openTable(section: Section, columns: readonly (string | typeof TIME_COLUMN)[]): Table {
  const [head, ...rows] = section.rows();
  const found = head?.cells.join("\t").replace(/\t$/, "");
  const titles = (dates: Dates): string =>
    columns.map((column) => (column === TIME_COLUMN ? `${dates} hh:mm` : column)).join("\t");
  const dates = DATES.find((each) => titles(each) === found);
  if (dates === undefined) {
    const known = DATES.map((each) => titles(each).replaceAll("\t", ", ")).join("; or ");
    throw malformed(head?.place ?? section.place, `the columns ${known}`);
  }
  return { rows, dates };
}

/** Up to three columns; devices leave out a blank last column, or add one. */
function cellsOf(row: TableRow): readonly [Field, Field, Field, Field] {
  if (row.cells.length > 4) throw malformed(row.place, "up to four columns");
  const cell = (index: number): Field => ({ text: row.cells[index] ?? "", place: row.place });
  return [cell(0), cell(1), cell(2), cell(3)];
}

/** A time whose date is written in this order. */
function timeIn(dates: Dates, { text, place }: Field): number {
  if (dates === "yyyy-MM-dd") return parseLocalTime(text, place);
  const [, month, day, year, rest] = /^(\d{2})\/(\d{2})\/(\d{4})( .*)$/.exec(text) ?? [];
  if (month === undefined || day === undefined || year === undefined || rest === undefined) {
    throw inputError('This is not a time such as "05/31/2022 16:26".', { place, code: "time-syntax" });
  }
  return parseLocalTime(`${year}-${month}-${day}${rest}`, place);
}

/**
 * The times outside the table of readings: with the year first, which leaves no doubt, or in the order that the table's
 * header names. Where there is no such header, no other order can be known. Error `date-order`.
 */
class DeviceClock {
  readonly #dates: Dates;

  constructor(dates: Dates = "yyyy-MM-dd") {
    this.#dates = dates;
  }

  time(field: Field): number {
    const isOther = /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b/.test(field.text);
    if (isOther && this.#dates === "yyyy-MM-dd") {
      throw inputError(`Whether day or month stands first in "${field.text.slice(0, 20)}", the file does not say.`, {
        place: field.place,
        remedy: "Set the device to dates that begin with the year, and export again; a file's dates are never guessed.",
        code: "date-order",
      });
    }
    return timeIn(isOther ? this.#dates : "yyyy-MM-dd", field);
  }

  /** Undefined where there is none. */
  maybeTime(field: Field): number | undefined {
    return field.text === "" ? undefined : this.time(field);
  }

  /** The start of a day. */
  date({ text, place }: Field): number {
    return this.time({ text: `${text} 00:00`, place });
  }
}

function readCertificate(section: Section): DeviceCertificate {
  return {
    version: text(section.take("Vers")),
    lot: text(section.take("Lot")),
    issuer: text(section.take("Issuer")),
    validFrom: timeIn("yyyy-MM-dd", section.take("Valid from")),
    owner: text(section.take("Owner")),
    publicKey: hex64(section.take("Public Key")),
  };
}

function malformed(place: string, expected: string): Error {
  return inputError(`Expected ${expected} here.`, { place, code: SYNTAX });
}

function optional<T>(field: Field | undefined, read: (field: Field) => T): T | undefined {
  return field === undefined ? undefined : read(field);
}

function text(field: Field): string {
  if (field.text.trim() === "") throw malformed(field.place, "a text");
  return field.text;
}

function count(field: Field): number {
  if (!/^\d{1,9}$/.test(field.text)) throw malformed(field.place, "a whole number");
  return Number.parseInt(field.text, 10);
}

/** Minutes in the file, seconds here. */
function minutes(field: Field): number {
  return count(field) * 60;
}

function micro(field: Field): bigint {
  return parseMicro(field.text, field.place);
}

/** Undefined for a mark that the device measured nothing. */
function maybeMicro(field: Field): bigint | undefined {
  return missingCode(field.text) === undefined ? micro(field) : undefined;
}

/** Hours east of UTC with decimals; whole minutes only. */
function zone(field: Field): number {
  const seconds = micro(field) * 3600n;
  if (seconds % (60n * MICRO) !== 0n) {
    throw malformed(field.place, `a zone of whole minutes instead of ${formatMicro(micro(field))} hours`);
  }
  return Number(seconds / MICRO);
}

function hex64(field: Field): string {
  if (!/^[0-9a-f]{128}$/.test(field.text)) throw malformed(field.place, "64 bytes in lower-case hex");
  return field.text;
}
