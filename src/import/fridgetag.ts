import { inputError } from "../errors.ts";
import { MICRO, formatMicro, missingCode, parseMicro } from "../input/quantities.ts";
import { parseLocalDate, parseLocalTime, parseTimeOfDay } from "../input/times.ts";
import { BERLINGER_ISSUER, verifyFridgetag, type P256Point } from "./fridgetag-signature.ts";
import { readOutline, type Field, type Section, type TableRow } from "./outline.ts";
import { refuseBackward, type LocalReading, type LocalUnusable } from "./series.ts";
import { quantityOf, readValue } from "./values.ts";

/*
 * The text export of Berlinger Fridge-tag and Q-tag loggers, as far as real files show it. Temperatures are in
 * micro-degrees Celsius; times are local seconds (`parseLocalTime`) of the device's own clock; lengths of time are in
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
  readonly movingAverage: number;
  readonly detailedReport: number;
  readonly alarms: readonly Alarm[];
  /** Seconds between readings; undefined where the device keeps only its daily history. */
  readonly loggingInterval: number | undefined;
  readonly test: { readonly result: number; readonly time: number };
  readonly fridgeTag: FridgeTagConfiguration | undefined;
  readonly qTag: QTagConfiguration | undefined;
}

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
 * (degrees Fahrenheit), and those of `parseMicro` and `parseLocalTime`. What the device had no value for (`--.-`) is no error
 * but `missing` or undefined.
 */
export function parseFridgetag(bytes: Uint8Array, file: string): FridgetagExport {
  return readOutline(bytes, file, SYNTAX, (root) => {
    const model = text(root.take("Device"));
    const version = text(root.take("Vers"));
    const firmware = text(root.take("Fw Vers"));
    const id = optional(root.maybe("Device ID"), count);
    const sensor = count(root.take("Sensor"));
    const externalSensor = optional(root.maybe("Ext Sensor"), count);
    const { serial, configuration } = root.inside("Conf", (conf) => ({
      serial: text(conf.take("Serial")),
      configuration: readConfiguration(conf, root.has("Res")),
    }));
    const errors = root.maybeInside("Errors", (section) => section.numbered(readDeviceError)) ?? [];
    const history = root.maybeInside("Hist", readHistory);
    const run = root.maybeInside("Res", readRun);
    const markers = root.maybeInside("Marker", readMarkers) ?? [];
    const lines = root.maybeInside("Data", readReadings) ?? [];
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

/** The device's own limits in micro-degrees, the tightest of its alarms on each side: what it flags readings by. */
export function deviceLimits(alarms: readonly Alarm[]): { low: bigint | undefined; high: bigint | undefined } {
  const limits = (side: "low" | "high"): bigint[] =>
    alarms
      .flatMap((alarm) => (alarm.kind !== "off" && alarm.side === side ? [alarm.limit] : []))
      .sort((a, b) => (a < b ? -1 : 1));
  return { low: limits("low").at(-1), high: limits("high").at(0) };
}

function readConfiguration(conf: Section, isQTag: boolean): Configuration {
  return {
    pcb: text(conf.take("PCB")),
    cid: text(conf.take("CID")),
    lot: text(conf.take("Lot")),
    zone: zone(conf.take("Zone")),
    movingAverage: count(conf.take("Moving Avrg")),
    detailedReport: count(conf.take("Det Report")),
    alarms: conf.inside("Alarm", (section) => section.numbered(isQTag ? readQTagAlarm : readFridgeTagAlarm)),
    loggingInterval: optional(conf.maybe("Logging Interval"), minutes),
    test: conf.group("Test Res", (group) => ({
      result: count(group.take("Test Res")),
      time: localTime(group.take("Test TS")),
    })),
    fridgeTag: isQTag ? undefined : readFridgeTagConfiguration(conf),
    qTag: isQTag ? readQTagConfiguration(conf) : undefined,
  };
}

function readFridgeTagConfiguration(conf: Section): FridgeTagConfiguration {
  refuseFahrenheit(conf.take("Temp unit"));
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

/** Fridge-tags can be set to °F; a Q-tag's export has no line for a unit. */
function refuseFahrenheit(unit: Field): void {
  if (unit.text === "C") return;
  throw inputError(`The device wrote its temperatures in another unit than °C ("${unit.text.slice(0, 8)}").`, {
    place: unit.place,
    remedy: "Set the device to °C; a file in another unit is never converted.",
    code: "unit",
  });
}

function readSensor(section: Section): SensorConfiguration {
  return section.group("Timeout", (group) => ({
    timeout: count(group.take("Timeout")),
    offset: micro(group.take("Offset")),
  }));
}

function readQTagConfiguration(conf: Section): QTagConfiguration {
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
    expires: optionalTime(conf.take("TS Expected Exp")),
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

function readDeviceError(number: number, section: Section): DeviceError {
  return section.group("Err Count", (group) => ({
    number,
    count: count(group.take("Err Count")),
    time: localTime(group.take("Err TS")),
  }));
}

function readHistory(section: Section): History {
  return {
    activated: localTime(section.take("TS Actv")),
    created: localTime(section.take("TS Report Creation")),
    days: section.numbered(readDay),
  };
}

function readDay(number: number, section: Section): Day {
  const dateField = section.take("Date");
  const date = parseLocalDate(dateField.text, dateField.place);
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

function readRun(section: Section): Run {
  return {
    activated: localTime(section.take("TS Actv")),
    triggered: optionalTime(section.take("TS Start Trig")),
    startReason: count(section.take("Start Reason")),
    started: localTime(section.take("TS Start")),
    stopped: optionalTime(section.take("TS Stop")),
    transport: count(section.take("Transport")),
    batteryLowTemperature: optionalTime(section.take("TS Batt Temp")),
    batteryCritical: optionalTime(section.take("TS Batt Crit")),
    min: readExtreme(section, "Min T", "TS Min T", localTime),
    max: readExtreme(section, "Max T", "TS Max T", localTime),
    mkt: maybeMicro(section.take("MKT")),
    average: maybeMicro(section.take("Avrg T")),
    number: count(section.take("Run Number")),
    alarms: section.inside("Alarm", (alarms) =>
      alarms.numbered((slot, alarm) => ({ slot, episodes: alarm.groups("TS S", readEpisode) })),
    ),
  };
}

function readEpisode(group: Section): Episode {
  return {
    start: localTime(group.take("TS S")),
    outside: minutes(group.take("t A")),
    raised: optionalTime(group.take("TS A")),
    end: optional(group.maybe("TS E"), optionalTime),
    extreme: optional(group.maybe("T M"), (value) => ({ value: micro(value), time: localTime(group.take("TS M")) })),
  };
}

function readMarkers(section: Section): Marker[] {
  return readTable(section, ["Number", "T", "yyyy-MM-dd hh:mm"], (row, [number, value, time, spare]) => {
    if (spare.text !== "") throw malformed(row.place, "three columns");
    return { line: row.line, number: count(number), value: maybeMicro(value), time: localTime(time) };
  });
}

const TEMPERATURE = quantityOf("temperature");

function readReadings(section: Section): (LocalReading | LocalUnusable)[] {
  return readTable(section, ["yyyy-MM-dd hh:mm", "T", "Out of limits"], (row, [time, value, flag, spare]) => {
    if (!["", "x"].includes(flag.text) || spare.text !== "") throw malformed(row.place, "a flag x or nothing");
    const entry = { line: row.line, localTime: localTime(time) };
    const read = readValue(value.text, TEMPERATURE, value.place);
    return "value" in read ? { ...entry, ...read, flagged: flag.text === "x" } : { ...entry, ...read };
  });
}

/** Rows of up to three columns under their header; devices leave out a blank last column, or add one. */
function readTable<T>(
  section: Section,
  header: readonly [string, string, string],
  read: (row: TableRow, cells: readonly [Field, Field, Field, Field]) => T,
): T[] {
  const [head, ...rows] = section.rows();
  if (head?.cells.join("\t").replace(/\t$/, "") !== header.join("\t")) {
    throw malformed(head?.place ?? section.place, `the columns ${header.join(", ")}`);
  }
  return rows.map((row) => {
    if (row.cells.length > 4) throw malformed(row.place, "up to four columns");
    const cell = (index: number): Field => ({ text: row.cells[index] ?? "", place: row.place });
    return read(row, [cell(0), cell(1), cell(2), cell(3)]);
  });
}

function readCertificate(section: Section): DeviceCertificate {
  return {
    version: text(section.take("Vers")),
    lot: text(section.take("Lot")),
    issuer: text(section.take("Issuer")),
    validFrom: localTime(section.take("Valid from")),
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

function localTime(field: Field): number {
  return parseLocalTime(field.text, field.place);
}

function optionalTime(field: Field): number | undefined {
  return field.text === "" ? undefined : localTime(field);
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
