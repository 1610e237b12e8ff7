import { describe, expect, it } from "vitest";
import { CIRCUITS } from "../../src/kinds/circuits.ts";
import { CELSIUS_OFFSET, CLOCK_ERROR_OFFSET } from "../../src/formats/constants.ts";
import { deviceSlots } from "../../src/formats/identity.ts";
import type { TemperatureRule } from "../../src/formats/temperatureRule.ts";
import type { Row } from "../../src/formats/series.ts";
import { codeSeries } from "../../src/import/coding.ts";
import {
  deviceLimits,
  readFridgetag,
  type Alarm,
  type Episode,
  type FridgetagExport,
} from "../../src/import/fridgetag.ts";
import { fridgetagReader } from "../../src/import/fridgetagSeries.ts";
import { temperatureRecord } from "../../src/import/temperatureRecord.ts";
import { formatMicro, parseMicro } from "../../src/input/quantities.ts";
import { formatLocalTime, parseLocalTime } from "../../src/input/times.ts";
import type { TemperatureEvidence } from "../../src/kinds/temperature/evidence.ts";
import { excursionsOf, sideOf, timeOutside, type Excursion } from "../../src/kinds/temperature/excursions.ts";
import { explainTemperature } from "../../src/kinds/temperature/explain.ts";
import { meanKineticTemperature } from "../../src/kinds/temperature/meanKineticTemperature.ts";
import { checkTemperature, temperatureDeviationBits } from "../../src/kinds/temperature/check.ts";
import { FRIDGETAG_2, FRIDGETAG_2L, Q_TAG, fixture } from "../import/logger.ts";
import { LOGGER, makeEvidence } from "../support/evidence.ts";
import { ruleOf } from "./support.ts";
import { oneFile } from "../support/rawFile.ts";

/*
 * What real loggers concluded from their own readings (fixtures/berlinger/SOURCE.md), and what the rules conclude from
 * the same readings. The devices sample each minute and log each fifth or tenth one: where they judge lengths of time,
 * the two can differ by what happened between two logged readings, and each such difference is written down here.
 */

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const read = (name: string): FridgetagExport => readFridgetag(fixture(name), name);
const local = (text: string): number => parseLocalTime(text, "test");

/** The rows of readings under a rule, without regard to gaps or to the length of a record. */
function coded(rule: TemperatureRule, { readings }: FridgetagExport): Row[] {
  const coding = { ...rule, origin: rule.origin - CELSIUS_OFFSET };
  const series = readings.map(({ localTime, value }) => ({ time: localTime, value }));
  return codeSeries(series, coding, Number(rule.tick)).rows;
}

/** Evidence for the stage from `start` to `end` as `import` makes it of a file, without fault but for what was measured. */
function evidenceOf(file: string, rule: TemperatureRule, start: number, end: number): TemperatureEvidence {
  const { header, rows } = temperatureRecord(
    oneFile(fixture(file), file, fridgetagReader(0)),
    { rule, period: { start, end }, lot: "LOT-1", circuits: CIRCUITS.filter(({ kind }) => kind === "temperature") },
    { clockError: 0, bucket: 0 },
  );
  const { t0, n } = header;
  return makeEvidence({
    n: Number(n),
    rows,
    rule,
    slots: deviceSlots([LOGGER]),
    head: { stage: rule.stage, start: BigInt(start), end: BigInt(end) },
    header: { t0, clockError: BigInt(CLOCK_ERROR_OFFSET) },
  });
}

function refusedBy(evidence: TemperatureEvidence): string[] {
  return [...new Set(checkTemperature(evidence).map(({ rule }) => rule))];
}

function minutesOf({ tick }: TemperatureRule, halfTicks: bigint): number {
  return Number(halfTicks * tick) / 2 / MINUTE;
}

describe("the mark of each reading", () => {
  it.each([
    [FRIDGETAG_2L, 10_653, 5_994, ["-10.0", "40.0"]],
    [FRIDGETAG_2L, 10_653, 5_994, ["2.0", "8.0"]],
    [FRIDGETAG_2L, 10_653, 5_994, ["-40.0", "60.0"]],
    [Q_TAG, 124, 79, ["0.0", "25.0"]],
    [Q_TAG, 124, 79, ["1.5", "15.0"]],
  ] as const)(
    "is set exactly outside the normal band: %s, %d readings, %d marked, range %j",
    (name, count, marked, range) => {
      const file = read(name);
      const { low = 0n, high = 0n } = deviceLimits(file.configuration.alarms);
      const rule = ruleOf({ range, normal: [formatMicro(low), formatMicro(high)], cumulative: { above: 0, below: 0 } });
      const differing = coded(rule, file).flatMap(({ code }, i) => {
        const reading = file.readings[i];
        return (sideOf(rule, code) !== undefined) === reading?.flagged ? [] : [reading?.line];
      });
      expect(differing).toEqual([]);
      expect(file.readings).toHaveLength(count);
      expect(file.readings.filter(({ flagged }) => flagged)).toHaveLength(marked);
    },
  );
});

type Active = Exclude<Alarm, { kind: "off" }>;

/** Range that holds all readings of all files. */
const RANGE = ["-10.0", "40.0"] as const;

/**
 * A rule that limits what one alarm watches: everything within its limit is the normal band.
 * @param seconds longest permitted time outside
 */
function ruleOfAlarm({ kind, side, limit }: Active, seconds: number): TemperatureRule {
  const normal = side === "high" ? [RANGE[0], formatMicro(limit)] : [formatMicro(limit), RANGE[1]];
  return ruleOf({
    range: RANGE,
    normal: normal as [string, string],
    ...(kind === "cumulative"
      ? { cumulative: { [side === "high" ? "above" : "below"]: seconds } }
      : { single: seconds }),
  });
}

function activeAlarms({ configuration }: FridgetagExport): Active[] {
  return configuration.alarms.filter((alarm) => alarm.kind !== "off");
}

function alarmOf(file: FridgetagExport, slot: number): Active {
  const alarm = activeAlarms(file).find((each) => each.slot === slot);
  if (alarm === undefined) throw new Error("The slot is in use.");
  return alarm;
}

describe("the daily history of the Fridge-tag 2 L", () => {
  const file = read(FRIDGETAG_2L);
  const { readings } = file;
  const days = file.history?.days ?? [];
  const isFull = ({ date }: { date: number }): boolean =>
    readings.filter(({ localTime }) => localTime >= date && localTime < date + DAY).length === DAY / 300;

  it("agrees on the minutes outside to one interval, but for what happened between readings on two of 36 days", () => {
    const rule = ruleOf({ range: RANGE, normal: ["2.0", "8.0"], cumulative: { above: 0, below: 0 } });
    const rows = coded(rule, file);
    const time = timeOutside(rule, rows);
    const further: unknown[] = [];
    for (const { number, date, alarms } of days.filter(isFull)) {
      const first = readings.findIndex(({ localTime }) => localTime >= date);
      const last = readings.findLastIndex(({ localTime }) => localTime < date + DAY);
      for (const [slot, side] of (["below", "above"] as const).entries()) {
        const spent = (time[last]?.[side] ?? 0n) - (time[first - 1]?.[side] ?? 0n);
        const difference = (alarms[slot]?.outside ?? NaN) / MINUTE - minutesOf(rule, spent);
        const flags = rows.slice(first, last + 1).map(({ code }) => sideOf(rule, code) === side);
        const runs = flags.filter((flag, i) => flag && flags[i - 1] !== true).length;
        // Both ends of an excursion lie somewhere between two readings, 5 minutes apart; half of that is counted.
        expect(Math.abs(difference), `day ${number} ${side}`).toBeLessThanOrEqual(5 * runs);
        if (Math.abs(difference) > 5) further.push({ number, side, runs, difference });
      }
    }
    expect(days.filter(isFull)).toHaveLength(36);
    expect(further).toEqual([
      { number: 13, side: "below", runs: 3, difference: 6 },
      { number: 28, side: "above", runs: 5, difference: 7 },
    ]);
  });

  /** Seconds since the last reading that was inside, at each reading outside. */
  function running(rule: TemperatureRule): { time: number; seconds: number }[] {
    const rows = coded(rule, file);
    const timeAt = (i: number): number => readings[i]?.localTime ?? NaN;
    return excursionsOf(rule, rows).flatMap(({ first, last, ticks }) => {
      const start = timeAt(last) - ticks * Number(rule.tick);
      return readings.slice(first, last + 1).map(({ localTime }) => ({ time: localTime, seconds: localTime - start }));
    });
  }

  it.each(activeAlarms(file).map((alarm) => [alarm.slot, alarm] as const))(
    "raised alarm %d on exactly the days on which one excursion passed the limit, and when it did",
    (slot, alarm) => {
      const outside = running(ruleOfAlarm(alarm, alarm.after));
      let [raisedDays, quietDays, quietMinutes] = [0, 0, 0];
      // Of the first day, 352 minutes were not logged.
      for (const { number, date, alarms } of days.slice(0, -1)) {
        const today = outside.filter(({ time }) => time >= date && time < date + DAY);
        const passed = today.find(({ seconds }) => seconds > alarm.after);
        const day = alarms[slot];
        expect(passed !== undefined, `day ${number}`).toBe(day?.raised !== undefined);
        if (passed === undefined || day?.raised === undefined) {
          quietDays++;
          quietMinutes = Math.max(quietMinutes, (day?.outside ?? NaN) / MINUTE);
          continue;
        }
        raisedDays++;
        // On the first minute of a day that begins in an excursion, else up to an interval before the reading that shows it.
        expect(passed.time - day.raised.time, `day ${number}`).toBeGreaterThanOrEqual(0);
        expect(passed.time - day.raised.time, `day ${number}`).toBeLessThanOrEqual(300);
      }
      expect([raisedDays, quietDays, quietMinutes]).toEqual(slot === 0 ? [11, 26, 0] : [19, 18, 147]);
    },
  );

  it("judges one uninterrupted excursion at a time, as rule single does and rule cumulative does not", () => {
    const high = alarmOf(file, 1);
    const verdicts = (day: string): readonly string[][] =>
      (["single", "cumulative"] as const).map((kind) =>
        refusedBy(
          evidenceOf(
            FRIDGETAG_2L,
            ruleOfAlarm({ ...high, kind }, high.after),
            local(`${day} 00:01`),
            local(`${day} 23:56`),
          ),
        ),
      );
    // 147 minutes in five excursions: no alarm. 84 minutes, of them 65 in one: an alarm.
    expect(verdicts("2022-05-10")).toEqual([[], ["cumulative"]]);
    expect(verdicts("2022-05-03")).toEqual([["single"], ["cumulative"]]);
    expect(days.flatMap(({ number, alarms }) => ([30, 37].includes(number) ? [alarms[1]?.raised] : []))).toEqual([
      undefined,
      { time: local("2022-05-03 10:32"), ambient: undefined, checked: 0 },
    ]);
  });
});

describe("the Fridge-tag 2", () => {
  it("logged no readings, so that its verdicts cannot be repeated", () => {
    expect(read(FRIDGETAG_2).readings).toEqual([]);
  });
});

describe("the alarms of the Q-tag", () => {
  const file = read(Q_TAG);
  const { readings } = file;
  const alarms = activeAlarms(file);
  const timeAt = (i: number): number => readings[i]?.localTime ?? NaN;
  const INTERVAL = file.configuration.loggingInterval ?? NaN;
  const [BEGIN, LAST] = [timeAt(0), timeAt(readings.length - 1)];
  /** How long the device ran on after its last reading. */
  const AFTERMATH = (file.run?.stopped ?? NaN) - LAST;
  const reportOf = (slot: number): readonly Episode[] =>
    file.run?.alarms.find((report) => report.slot === slot)?.episodes ?? [];

  /** Longest excursion or total time outside, as the alarm's rule measures it, of the first `count` readings. */
  function measured(alarm: Active, count = readings.length): number {
    const rule = ruleOfAlarm(alarm, alarm.after);
    const rows = coded(rule, { ...file, readings: readings.slice(0, count) });
    if (alarm.kind === "cumulative") {
      const { above = 0n, below = 0n } = timeOutside(rule, rows).at(-1) ?? {};
      return minutesOf(rule, above + below) * MINUTE;
    }
    return Math.max(0, ...excursionsOf(rule, rows).map(({ ticks }) => ticks * Number(rule.tick)));
  }

  it("are two of single excursions and two of total time, and all four were raised", () => {
    expect(alarms.map(({ slot, kind, side }) => [slot, kind, side, reportOf(slot).length])).toEqual([
      [1, "single", "high", 1],
      [2, "cumulative", "high", 1],
      [4, "cumulative", "low", 1],
      [5, "single", "low", 3],
    ]);
    expect(AFTERMATH).toBe(9 * MINUTE);
  });

  // Minutes: limit; what the rule measures; what the device counted; excursions on that side.
  it.each([
    [1, 30, 210, 219, 1],
    [2, 60, 205, 219, 1],
    [4, 60, 580, 598, 17],
    [5, 30, 150, 145, 17],
  ])(
    "slot %d, limit %d min: the rule measures %d min, the device %d min, in %d excursions",
    (slot, limit, ours, theirs, runs) => {
      const alarm = alarmOf(file, slot);
      const rule = ruleOfAlarm(alarm, alarm.after);
      expect(alarm.after).toBe(limit * MINUTE);
      expect(measured(alarm)).toBe(ours * MINUTE);
      expect(Math.max(...reportOf(slot).map(({ outside }) => outside))).toBe(theirs * MINUTE);
      expect(excursionsOf(rule, coded(rule, file))).toHaveLength(runs);
      // To one interval for each excursion, once the device's last 9 minutes are left out where it was still outside.
      const open = alarm.side === "high" ? AFTERMATH : 0;
      const counted = alarm.kind === "single" ? 1 : runs;
      expect(Math.abs(theirs * MINUTE - open - ours * MINUTE)).toBeLessThanOrEqual(counted * INTERVAL);
    },
  );

  it.each(alarms.map((alarm) => [alarm.slot, alarm] as const))(
    "slot %d: the rule of that limit refuses, naming it",
    (_, alarm) => {
      expect(refusedBy(evidenceOf(Q_TAG, ruleOfAlarm(alarm, alarm.after), BEGIN, LAST))).toEqual([alarm.kind]);
    },
  );

  it.each(alarms.map((alarm) => [alarm.slot, alarm] as const))(
    "slot %d: a limit of the device's own figure and one interval is kept, with a deviation",
    (slot, alarm) => {
      const counted = Math.max(...reportOf(slot).map(({ outside }) => outside));
      const evidence = evidenceOf(Q_TAG, ruleOfAlarm(alarm, counted + INTERVAL), BEGIN, LAST);
      expect(checkTemperature(evidence)).toEqual([]);
      expect(temperatureDeviationBits(evidence)).toBe(alarm.side === "high" ? 1n : 2n);
    },
  );

  // Minutes from the device's alarm, which comes as soon as the limit is reached, to the first reading that shows more.
  it.each([
    [1, 9],
    [2, 9],
    [4, 5],
    [5, 3],
  ])("slot %d: the rule refuses from the reading on that comes %d minutes after the device's alarm", (slot, delay) => {
    const alarm = alarmOf(file, slot);
    const raised = reportOf(slot)[0]?.raised ?? NaN;
    const passing = readings.findIndex((_, i) => measured(alarm, i + 1) > alarm.after);
    expect(timeAt(passing) - raised).toBe(delay * MINUTE);
    const refused = (end: number): string[] =>
      refusedBy(evidenceOf(Q_TAG, ruleOfAlarm(alarm, alarm.after), BEGIN, end));
    expect(refused(timeAt(passing - 1))).toEqual([]);
    expect(refused(timeAt(passing))).toEqual([alarm.kind]);
  });

  /** The device's times lie where the readings say: after the last one inside, by the first one outside, and so back. */
  function isWithin({ first, last }: Excursion, start: number, end: number | undefined): boolean {
    const begins = timeAt(first - 1) < start && start <= timeAt(first);
    return begins && (end === undefined || (timeAt(last) <= end && end < timeAt(last + 1)));
  }

  it.each(alarms.map((alarm) => [alarm.slot, alarm] as const))(
    "slot %d: each episode began and ended between two neighbouring readings inside and outside",
    (slot, alarm) => {
      const rule = ruleOfAlarm(alarm, alarm.after);
      const excursions = excursionsOf(rule, coded(rule, file));
      for (const { start, end } of reportOf(slot)) {
        expect(excursions.filter((excursion) => isWithin(excursion, start, end))).toHaveLength(1);
      }
    },
  );

  it("of slot 5 are the excursions over the limit, but for two that lie within an interval of it", () => {
    const alarm = alarmOf(file, 5);
    const rule = ruleOfAlarm(alarm, alarm.after);
    const minutes = ({ ticks }: Excursion): number => (ticks * Number(rule.tick)) / MINUTE;
    const excursions = excursionsOf(rule, coded(rule, file)).map((excursion) => {
      const episode = reportOf(5).find(({ start, end }) => isWithin(excursion, start, end));
      const start = formatLocalTime(timeAt(excursion.first)).slice(11);
      return { start, ours: minutes(excursion), device: episode && episode.outside / MINUTE };
    });
    expect(excursions.filter(({ ours, device }) => ours > 30 || device !== undefined)).toEqual([
      { start: "12:19", ours: 150, device: 145 },
      // 14:52 to 15:24 by the device; the readings of 14:49 and 15:29 are inside and that of 15:19 is the last outside.
      { start: "14:59", ours: 30, device: 32 },
      { start: "15:39", ours: 40, device: 31 },
      // No alarm of the device, which lists three: it came back in between two readings, or was listed no more.
      { start: "19:19", ours: 40, device: undefined },
    ]);
    // All others are at most 30 minutes for the rule, and raised no alarm.
    expect(excursions).toHaveLength(17);
  });
});

describe("the mean kinetic temperature of the Q-tag", () => {
  const file = read(Q_TAG);
  const heat = formatMicro(file.configuration.qTag?.mktEnergy ?? 0n);
  const ruleWith = (limit: string): TemperatureRule =>
    ruleOf({
      range: ["0.0", "25.0"],
      normal: ["2.0", "8.0"],
      cumulative: { above: DAY, below: DAY },
      mkt: { limit, dH: heat, span: DAY },
    });
  const rule = ruleWith("10.5");
  const rows = coded(rule, file);
  const tenths = (celsius: number): bigint => BigInt(Math.floor(celsius * 10)) * 100_000n;

  it("is the one the device shows, to which each reading weighs the same", () => {
    expect([heat, file.run?.mkt]).toEqual(["83.0", 10_500_000n]);
    const { logged = NaN } = meanKineticTemperature({ rule, heat: parseMicro(heat, "dH"), n: 210 }, rows) ?? {};
    expect(logged).toBeCloseTo(10.584, 3);
    expect(tenths(logged)).toBe(file.run?.mkt);
  });

  it("is proven a little lower, because the last and hottest reading stands for half an interval", () => {
    const { proven = NaN, limit } = meanKineticTemperature({ rule, heat: parseMicro(heat, "dH"), n: 210 }, rows) ?? {};
    expect(proven).toBeCloseTo(10.492, 3);
    expect(limit).toBeCloseTo(10.5, 6);
  });

  it("passes and fails at the limit by what is proven", () => {
    const [start, end] = [file.readings.at(0)?.localTime ?? NaN, file.readings.at(-1)?.localTime ?? NaN];
    const refused = (limit: string): string[] => refusedBy(evidenceOf(Q_TAG, ruleWith(limit), start, end));
    expect([refused("10.4"), refused("10.5")]).toEqual([["mkt"], []]);
  });
});

describe("known windows of the Fridge-tag 2 L", () => {
  /** USP controlled cold temperature; without a limit of the mean where a stage is too long for one. */
  const controlledCold = (above: number, span?: bigint): TemperatureRule => ({
    ...ruleOf({
      range: ["2.0", "15.0"],
      normal: ["2.0", "8.0"],
      cumulative: { above },
      mkt: { limit: "8.0", span: DAY },
    }),
    ...(span === undefined ? {} : { mktSpan: span }),
  });
  const stage = (start: string, hours: number, rule: TemperatureRule): TemperatureEvidence =>
    evidenceOf(FRIDGETAG_2L, rule, local(start), local(start) + hours * HOUR);
  const mktOf = ({ rule, rows }: TemperatureEvidence): number =>
    meanKineticTemperature({ rule, heat: HEAT, n: 3780 }, rows)?.logged ?? NaN;
  const LONG = BigInt(30 * DAY);
  /** The usual heat of activation, 1e-6 kJ/mol. */
  const HEAT = 83_144_000n;

  it("2022-05-05 16:26 to 05-09 11:01: all within 2 to 8 °C", () => {
    const hours = (local("2022-05-09 11:01") - local("2022-05-05 16:26")) / HOUR;
    const evidence = stage("2022-05-05 16:26", hours, controlledCold(0, LONG));
    expect(evidence.rows).toHaveLength(1088);
    expect(checkTemperature(evidence)).toEqual([]);
    expect(temperatureDeviationBits(evidence)).toBe(0n);
    expect(excursionsOf(evidence.rule, evidence.rows)).toEqual([]);
    expect(mktOf(evidence)).toBeCloseTo(5.57, 2);
    const strict = stage("2022-05-05 16:26", hours, ruleOf({ range: ["2.0", "8.0"] }));
    expect(checkTemperature(strict)).toEqual([]);
  });

  it("24 h from 2022-05-16 21:31: a near miss, 590 min above 8 °C and a mean of 8.04 °C", () => {
    const evidence = stage("2022-05-16 21:31", 24, controlledCold(10 * HOUR));
    const { above = 0n } = timeOutside(evidence.rule, evidence.rows).at(-1) ?? {};
    // With half of the reading that ends the window; 118 readings before it are above.
    expect(minutesOf(evidence.rule, above)).toBe(592.5);
    expect(mktOf(evidence)).toBeCloseTo(8.046, 3);
    expect(refusedBy(evidence)).toEqual(["mkt"]);
    expect(temperatureDeviationBits(evidence)).toBe(1n);
    expect(refusedBy(stage("2022-05-16 21:31", 24, controlledCold(590 * MINUTE)))).toEqual(["cumulative", "mkt"]);
    expect(
      explainTemperature({ ...evidence, heat: HEAT }, checkTemperature(evidence)).map(({ limit }) => limit),
    ).toEqual(["8.00 °C"]);
  });

  it("72 h from 2022-05-15 08:31: a mean of 7.43 °C hides a day of 9.55 °C, which its own stage shows", () => {
    const diluted = stage("2022-05-15 08:31", 72, controlledCold(DAY, LONG));
    expect(mktOf(diluted)).toBeCloseTo(7.43, 2);
    expect(refusedBy(diluted)).toEqual([]);
    expect(refusedBy(stage("2022-05-15 08:31", 72, controlledCold(DAY)))).toEqual(["mkt"]);
    const days = ["2022-05-15 08:31", "2022-05-16 08:31", "2022-05-17 08:31"].map((start) =>
      stage(start, 24, controlledCold(DAY)),
    );
    expect(days.map((day) => mktOf(day).toFixed(2))).toEqual(["5.74", "6.49", "9.55"]);
    expect(days.map(refusedBy)).toEqual([[], [], ["mkt"]]);
  });
});
