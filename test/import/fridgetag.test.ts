import { describe, expect, it } from "vitest";
import { FINER_PARTS, shownExact } from "../../src/import/exact.ts";
import {
  deviceLimits,
  linesOf,
  parseFridgetag,
  readFridgetag,
  type FridgetagExport,
} from "../../src/import/fridgetag.ts";
import { fridgetagReader, limitsFact, unitFacts } from "../../src/import/fridgetagSeries.ts";
import { applyOffset, type Reading, type Unusable } from "../../src/import/series.ts";
import { formatMicro, parseMicro } from "../../src/input/quantities.ts";
import { parseLocalTime } from "../../src/input/times.ts";
import { refused } from "../input/refused.ts";
import { FRIDGETAG_2, FRIDGETAG_2L, Q_TAG, TAMPERED, TEST_ISSUER, fixture, resigned } from "./logger.ts";

const read = (name: string): FridgetagExport => readFridgetag(fixture(name), name);
const local = (text: string): number => parseLocalTime(text, "test");
const DAY = 86_400;

/** Reads a real export after a change, signed by the test device. */
function readChanged(name: string, from: string | RegExp, to: string): FridgetagExport {
  const bytes = resigned(name, (content) => {
    const changed = content.replace(from, to);
    if (changed === content) throw new Error("nothing was changed");
    return changed;
  });
  return readFridgetag(bytes, "f.txt", TEST_ISSUER);
}

describe("the Fridge-tag 2 L export", () => {
  const file = read(FRIDGETAG_2L);

  it("is read whole", () => {
    expect(file.device).toEqual({
      vendor: "Berlinger & Co. AG",
      model: "Q-tag Fridge-tag 2 L",
      serial: "130500109088",
      firmware: "4.0p0o",
      id: undefined,
      sensor: 1,
      externalSensor: undefined,
    });
    expect(file.version).toBe("0.5");
    expect(file.configuration).toMatchObject({
      pcb: "V70603211312",
      cid: "11",
      lot: "1794_20_08",
      zone: 0,
      movingAverage: 1,
      detailedReport: 19,
      loggingInterval: 300,
      test: { result: 1, time: local("2022-02-02 07:00") },
      qTag: undefined,
    });
    expect(file.configuration.fridgeTag).toEqual({
      measurementDelay: 10,
      userAlarms: 0,
      userClock: 1,
      alarmIndication: 1,
      internalSensor: { timeout: 1, offset: 0n },
      externalSensor: undefined,
      historyDays: 56,
      externalDevices: 0,
    });
    expect(file.configuration.alarms).toEqual([
      { slot: 0, kind: "single", side: "low", limit: 2_000_000n, after: 3600 },
      { slot: 1, kind: "single", side: "high", limit: 8_000_000n, after: 3600 },
    ]);
    expect(file.certificate).toMatchObject({
      version: "1.0",
      lot: "1794_20_08",
      issuer: "Berlinger & Co. AG",
      validFrom: local("2020-08-21 07:43"),
    });
    expect([file.run, file.errors, file.markers]).toEqual([undefined, [], []]);
  });

  it("has 10,653 readings with their lines", () => {
    expect(file.readings).toHaveLength(10_653);
    expect(file.readings[0]).toEqual({
      line: 532,
      localTime: local("2022-05-02 04:44"),
      value: 26_300_000n,
      flagged: true,
    });
    expect(file.readings.at(-1)).toEqual({
      line: 11_184,
      localTime: local("2022-06-08 10:11"),
      value: 5_700_000n,
      flagged: false,
    });
    expect(file.readings.filter((reading) => reading.flagged)).toHaveLength(5_994);
    const gaps = file.readings.filter((r, i) => r.localTime - (file.readings[i - 1]?.localTime ?? r.localTime) > 300);
    expect(gaps.map((reading) => reading.line)).toEqual([533]);
  });

  it("has 38 days of history, with alarms and checks", () => {
    expect(file.history?.days).toHaveLength(38);
    expect(file.history?.created).toBe(local("2022-06-08 10:14"));
    expect(file.history?.days[9]).toEqual({
      number: 10,
      date: local("2022-05-30 00:00"),
      min: { value: -7_500_000n, time: local("2022-05-30 23:32") },
      max: { value: 28_500_000n, time: local("2022-05-30 16:20") },
      average: -2_700_000n,
      alarms: [
        { slot: 0, outside: 1356 * 60, raised: { time: local("2022-05-30 00:00"), ambient: undefined, checked: 0 } },
        { slot: 1, outside: 75 * 60, raised: { time: local("2022-05-30 16:18"), ambient: undefined, checked: 0 } },
      ],
      internalTimeout: { lost: 0, time: undefined },
      externalTimeout: undefined,
      events: 16,
      checkedMorning: undefined,
      checkedAfternoon: local("2022-05-30 15:45"),
    });
  });

  it("agrees with the device's own daily figures on every full day", () => {
    const { low = 0n, high = 0n } = deviceLimits(file.configuration.alarms);
    const fullDays = (file.history?.days ?? []).flatMap((day) => {
      const readings = file.readings.filter((r) => r.localTime >= day.date && r.localTime < day.date + DAY);
      return readings.length === 288 ? [{ day, values: readings.map((reading) => reading.value) }] : [];
    });
    expect(fullDays).toHaveLength(36);
    const spikes: number[][] = [];
    for (const { day, values } of fullDays) {
      const sorted = [...values].sort((a, b) => Number(a - b));
      const average = values.reduce((sum, value) => sum + value, 0n) / 288n;
      // The device samples each minute and logs each fifth one: its extremes lie at the logged ones or beyond them.
      const beyond = [(sorted[0] ?? 0n) - (day.min?.value ?? 0n), (day.max?.value ?? 0n) - (sorted.at(-1) ?? 0n)].map(
        Number,
      );
      expect(Math.min(...beyond), `day ${day.number}`).toBeGreaterThanOrEqual(0);
      if (Math.max(...beyond) > 100_000) spikes.push([day.number, Math.max(...beyond)]);
      expect(Math.abs(Number((day.average ?? 0n) - average)), `average, day ${day.number}`).toBeLessThanOrEqual(
        100_000,
      );
      [(value: bigint) => value < low, (value: bigint) => value > high].forEach((isOutside, slot) => {
        const outside = values.map(isOutside);
        const runs = outside.filter((here, i) => here && outside[i - 1] !== true).length;
        const seconds = outside.filter(Boolean).length * 300;
        // Each excursion is known to five minutes: its two ends lie anywhere between two readings.
        const difference = Math.abs(seconds - (day.alarms[slot]?.outside ?? NaN));
        expect(difference, `outside, day ${day.number}, slot ${slot}`).toBeLessThanOrEqual(Math.min(300 * runs, 420));
      });
    }
    // Two maxima of 72 extremes fell between two readings of a logger that was being warmed.
    expect(spikes).toEqual([
      [10, 500_000],
      [37, 500_000],
    ]);
  });
});

describe("the Fridge-tag 2 export", () => {
  const file = read(FRIDGETAG_2);

  it("has 60 days, no readings, and one device error", () => {
    expect(file.readings).toEqual([]);
    expect(file.history?.days).toHaveLength(60);
    expect(file.errors).toEqual([{ number: 19, count: 1, time: local("2022-03-24 15:30") }]);
    expect(file.configuration.loggingInterval).toBeUndefined();
    expect(deviceLimits(file.configuration.alarms)).toEqual({ low: -500_000n, high: 8_000_000n });
    expect(file.configuration.alarms[1]).toMatchObject({ after: 36_000 });
  });
});

describe("the Q-tag export", () => {
  const file = read(Q_TAG);

  it("is read whole", () => {
    expect(file.readings).toHaveLength(124);
    expect(file.device).toMatchObject({ vendor: "Qtag AG", model: "Q-tag CLm doc LR", serial: "RCPJ00010", id: 80 });
    expect(file.configuration.alarms).toEqual([
      { slot: 1, kind: "single", side: "high", limit: 8_000_000n, after: 1800 },
      { slot: 2, kind: "cumulative", side: "high", limit: 8_000_000n, after: 3600 },
      { slot: 3, kind: "off" },
      { slot: 4, kind: "cumulative", side: "low", limit: 2_000_000n, after: 3600 },
      { slot: 5, kind: "single", side: "low", limit: 2_000_000n, after: 1800 },
    ]);
    expect(file.configuration.qTag).toEqual({
      startDelay: 30,
      maxTransport: 0,
      mktEnergy: 83_000_000n,
      displayOptions: 4,
      toleranceWithin: 1_000_000n,
      toleranceAbove: 500_000n,
      toleranceBelow: 500_000n,
      batteryWarning: 2_500_000n,
      temperatureOffset: 100_000n,
      userStrings: ["", "", ""],
      restartable: 1,
      maxRunningDays: 365,
      expired: 0,
      expires: local("2023-11-08 02:20"),
    });
    expect(file.configuration).toMatchObject({ loggingInterval: 600, fridgeTag: undefined });
    expect([file.history, file.markers]).toEqual([undefined, []]);
  });

  it("has the results of its run", () => {
    const { alarms, ...run } = file.run ?? { alarms: [] };
    expect(run).toEqual({
      activated: local("2022-11-08 02:20"),
      triggered: local("2022-11-08 04:19"),
      startReason: 2,
      started: local("2022-11-08 04:49"),
      stopped: local("2022-11-09 01:28"),
      transport: 1,
      batteryLowTemperature: undefined,
      batteryCritical: undefined,
      min: { value: 900_000n, time: local("2022-11-08 12:49") },
      max: { value: 24_300_000n, time: local("2022-11-09 00:19") },
      mkt: 10_500_000n,
      average: 5_400_000n,
      number: 2,
    });
    expect(alarms.map(({ slot, episodes }) => [slot, episodes.length])).toEqual([
      [1, 1],
      [2, 1],
      [4, 1],
      [5, 3],
    ]);
    expect(alarms[0]?.episodes[0]).toEqual({
      start: local("2022-11-08 21:50"),
      outside: 219 * 60,
      raised: local("2022-11-08 22:20"),
      end: undefined,
      extreme: { value: 24_500_000n, time: local("2022-11-09 01:28") },
    });
    expect(alarms[3]?.episodes[2]?.end).toBe(local("2022-11-08 16:10"));
  });

  it("agrees with its own extremes, average and mean kinetic temperature", () => {
    const values = file.readings.map((reading) => reading.value);
    const sorted = [...values].sort((a, b) => Number(a - b));
    expect([sorted[0], sorted.at(-1)]).toEqual([file.run?.min?.value, file.run?.max?.value]);
    const average = values.reduce((sum, value) => sum + value, 0n) / 124n;
    expect(Math.abs(Number(average - (file.run?.average ?? 0n)))).toBeLessThanOrEqual(100_000);
    // Haynes: T_K = -dH/R / ln(mean(exp(-dH/(R T)))); the device cuts 10.584 to 10.5.
    const energy = Number(file.configuration.qTag?.mktEnergy ?? 0n) / 1000 / 8.314;
    const mean = values.reduce((sum, value) => sum + Math.exp(-energy / (Number(value) / 1e6 + 273.15)), 0) / 124;
    const mkt = -energy / Math.log(mean) - 273.15;
    expect(mkt).toBeCloseTo(10.584, 2);
    expect(BigInt(Math.floor(mkt * 10)) * 100_000n).toBe(file.run?.mkt);
  });
});

describe("deviceLimits", () => {
  it("are the tightest alarms in use on each side", () => {
    const alarms = readChanged(Q_TAG, /(Type: [34], T AL: )(\d)/g, "$11").configuration.alarms;
    expect(deviceLimits(alarms)).toEqual({ low: 2_000_000n, high: 1_000_000n });
    const wider = readChanged(Q_TAG, /(Type: [12], T AL: )(\d)/g, "$19").configuration.alarms;
    expect(deviceLimits(wider)).toEqual({ low: 9_000_000n, high: 8_000_000n });
    expect(deviceLimits([{ slot: 3, kind: "off" }])).toEqual({ low: undefined, high: undefined });
  });
});

describe("the flag x", () => {
  it.each([FRIDGETAG_2L, Q_TAG])("is set exactly on readings beyond the device's limits in %s", (name) => {
    const { configuration, readings } = read(name);
    const { low = 0n, high = 0n } = deviceLimits(configuration.alarms);
    const wrong = readings.filter(({ value, flagged }) => flagged !== (value < low || value > high));
    expect(wrong).toEqual([]);
  });
});

// Verifies R-import-hostile.
describe("parseFridgetag", () => {
  it("is not reached by a tampered file", () => {
    expect(refused(() => read(TAMPERED)).code).toBe("device-signature");
  });

  it("consumes every line: one line more anywhere is refused there", () => {
    const lines = fixture(Q_TAG).toString("latin1").split("\r\n");
    for (let at = 0; at < lines.length - 1; at++) {
      for (const extra of ["Extra: 1", " Extra: 1", "  Extra: 1", "   Extra: 1", "\textra", ""]) {
        const changed = [...lines.slice(0, at), extra, ...lines.slice(at)].join("\r\n");
        const { code, place } = refused(() => parseFridgetag(Buffer.from(changed, "latin1"), "f"));
        expect([code, place], `"${extra}" before line ${at + 1}`).toEqual([
          expect.stringMatching(/^(fridgetag|time)-syntax$/),
          expect.stringMatching(/^f:\d+$/),
        ]);
      }
    }
  });

  it.each([FRIDGETAG_2L, FRIDGETAG_2, Q_TAG])("needs every line of %s but the optional ones", (name) => {
    const lines = fixture(name).toString("latin1").split("\r\n");
    const missed = lines.slice(0, 80).flatMap((line, at) => {
      const changed = [...lines.slice(0, at), ...lines.slice(at + 1)].join("\r\n");
      try {
        parseFridgetag(Buffer.from(changed, "latin1"), "f");
        return [line];
      } catch (error) {
        expect(error).toMatchObject({ code: "fridgetag-syntax" });
        return [];
      }
    });
    // Readings and alarm episodes come in any number (without its slot's line, an episode counts for the slot before);
    // no logging interval means no series.
    const optional = /^\t\d{4}|^ {3}TS S|^ {2}[245]:|^ Logging Interval|^Device ID/;
    expect(missed.filter((line) => !optional.test(line))).toEqual([]);
  });

  it.each([
    ["an unknown key", " Serial: ", " Colour: red\r\n Serial: ", "fridgetag-syntax", 6],
    ["a key twice", " Serial: ", " Lot: other\r\n Serial: ", "fridgetag-syntax", 10],
    ["a day twice", /\r\n 2:\r\n/, "\r\n 1:\r\n", "fridgetag-syntax", 45],
    ["a field more on a line", "t Acc: 0\r\n", "t Acc: 0, t Extra: 1\r\n", "fridgetag-syntax", 39],
    ["a section twice", "Data:\r\n", "Hist:\r\nData:\r\n", "fridgetag-syntax", 530],
    ["text after a section's name", "Hist:\r\n", "Hist: none\r\n", "fridgetag-syntax", 29],
    ["a value right after its colon", " CID: 11", " CID:11", "fridgetag-syntax", 8],
    ["a flag that is no x", "\t26.3\tx", "\t26.3\ty", "fridgetag-syntax", 532],
    ["a fourth column", "\t26.3\tx", "\t26.3\tx\t1", "fridgetag-syntax", 532],
    ["another header", "Out of limits", "In limits", "fridgetag-syntax", 531],
    ["a control character", " CID: 11", " CID: 1\x1b1", "fridgetag-syntax", 8],
    ["a blank line", "Hist:", "\r\nHist:", "fridgetag-syntax", 29],
    ["a tab in a value", " CID: 11", " CID:\t11", "fridgetag-syntax", 8],
    ["a lost serial", "Serial: 130500109088", "Serial: ", "fridgetag-syntax", 6],
    [
      "a number that is none",
      "CID: 11\r\n Lot: 1794_20_08\r\n Zone: 0.00\r\n Measurement delay: 10",
      "CID: 11\r\n Lot: 1794_20_08\r\n Zone: 0.00\r\n Measurement delay: ten",
      "fridgetag-syntax",
      11,
    ],
    ["an odd zone", "Zone: 0.00", "Zone: 0.01", "fridgetag-syntax", 10],
    ["kelvin", "Temp unit: C", "Temp unit: K", "unit", 16],
    ["US dates that no header names", "Test TS: 2022-02-02", "Test TS: 02/02/2022", "date-order", 28],
    ["a day that no header names", "Date: 2022-06-08", "Date: 08.06.2022", "date-order", 33],
    ["dates of another header", "\tyyyy-MM-dd hh:mm", "\tdd/MM/yyyy hh:mm", "fridgetag-syntax", 531],
    ["readings in another order than the header's", "\tyyyy-MM-dd hh:mm", "\tMM/dd/yyyy hh:mm", "time-syntax", 532],
    ["a decimal comma", "\t26.3\tx", "\t26,3\tx", "quantity-comma", 532],
    ["an exponent", "\t26.3\tx", "\t2.63e1\tx", "quantity-exponent", 532],
    [
      "a time that is none beside a missing extreme",
      "Min T: +4.0, TS Min T: 00:42",
      "Min T: --.-, TS Min T: x",
      "time-syntax",
      34,
    ],
    ["a time backward", "\t2022-05-02 10:41\t", "\t2022-05-02 10:35\t", "time-backward", 534],
    ["an impossible date", "\t2022-05-02 10:41\t", "\t2022-05-32 10:41\t", "time-impossible", 534],
    ["a time with a zone", "\t2022-05-02 10:41\t", "\t2022-05-02T10:41Z\t", "time-syntax", 534],
  ])("refuses %s behind a valid signature", (_, from, to, code, line) => {
    const error = refused(() => readChanged(FRIDGETAG_2L, from, to));
    expect(error).toMatchObject({ code, place: `f.txt:${line}`, kind: "input" });
  });

  // Verifies R-import-fridgetag.
  describe("set to US dates and °F", () => {
    const us = (content: string): string => content.replaceAll(/(\d{4})-(\d{2})-(\d{2})/g, "$2/$3/$1");
    /** "26.3" to "79.34", exactly. */
    const hotter = (celsius: string): string => formatMicro((parseMicro(celsius, "test") * 9n) / 5n + 32_000_000n);
    const inFahrenheit = (content: string): string =>
      content
        .replace("Temp unit: C", "Temp unit: F")
        .replaceAll(/(T AL: |Min T: |Max T: |Avrg T: )([+-][\d.]+)/g, (_, name: string, t: string) => name + hotter(t))
        .replaceAll(/( \d\d:\d\d\t)(-?[\d.]+)/g, (_, before: string, t: string) => `${before}${hotter(t)}`);
    const american = (content: string): string => us(inFahrenheit(content)).replace("yyyy-MM-dd", "MM/dd/yyyy");
    const real = fridgetagReader(3600)(fixture(FRIDGETAG_2L), "f.txt");

    it("gives the very same series as in °C with the year first, and says the unit", () => {
      const file = readFridgetag(resigned(FRIDGETAG_2L, american), "f.txt", TEST_ISSUER);
      const before = readFridgetag(fixture(FRIDGETAG_2L), "f.txt");
      expect(file.history?.days.map(({ date }) => date)).toEqual(before.history?.days.map(({ date }) => date));
      expect(file.configuration).toMatchObject({ unit: "[degF]", test: before.configuration.test });
      expect(limitsFact(file.configuration)).toBe("its own limits: low 35.6 °F, high 46.4 °F");
      expect(unitFacts(file.configuration)).toHaveLength(1);
      const shown = (entries: readonly (Reading | Unusable)[]): string =>
        entries.map((entry) => Object.values(entry).join()).join("\n");
      expect(shown(applyOffset(linesOf(file), 3600, 0, "f.txt").entries)).toBe(shown(real.entries));
    });

    it("keeps what a decimal cannot hold, and codes it outward", () => {
      const ninth = readChanged(FRIDGETAG_2L, /Temp unit: C([\s\S]*?)\t26\.3\tx/, "Temp unit: F$1\t40.9\tx")
        .readings[0];
      expect(ninth).toMatchObject({ value: 4_944_444n, finer: (4n * FINER_PARTS) / 9n });
      expect(shownExact({ value: ninth?.value ?? 0n, finer: ninth?.finer ?? 0n })).toBe("4.9444... (44.5/9)");
    });

    it("takes a US date for no other: the 3rd of May is 05/03, and there is no month 13", () => {
      const day = resigned(FRIDGETAG_2L, (content) =>
        american(content).replace("TS Actv: 05/02/2022", "TS Actv: 05/03/2022"),
      );
      expect(readFridgetag(day, "f.txt", TEST_ISSUER).history?.activated).toBe(local("2022-05-03 04:44"));
      const none = resigned(FRIDGETAG_2L, (content) =>
        american(content).replace("TS Actv: 05/02/2022", "TS Actv: 13/02/2022"),
      );
      expect(refused(() => readFridgetag(none, "f.txt", TEST_ISSUER))).toMatchObject({ code: "time-impossible" });
      const iso = resigned(FRIDGETAG_2L, (content) =>
        american(content).replace("TS Actv: 05/02/2022", "TS Actv: 2022-05-02"),
      );
      expect(readFridgetag(iso, "f.txt", TEST_ISSUER).history?.activated).toBe(local("2022-05-02 04:44"));
    });

    it("is refused where the signature was made over other bytes", () => {
      const signed = resigned(FRIDGETAG_2L, american).toString("latin1");
      const converted = Buffer.from(signed.replace("Temp unit: F", "Temp unit: C"), "latin1");
      expect(refused(() => readFridgetag(converted, "f.txt", TEST_ISSUER))).toMatchObject({ code: "device-signature" });
    });
  });

  // Verifies R-import-outside.
  it.each([
    ["--.-", "reading-missing"],
    ["-9999", "reading-sentinel"],
    ["NaN", "quantity-nan"],
    ["", "quantity-blank"],
    ["-999.9", "physical-range"],
  ])("keeps a line that has '%s' for a reading as one without a value", (quality, code) => {
    const { readings, missing } = readChanged(FRIDGETAG_2L, "\t26.3\tx", `\t${quality}\tx`);
    expect(readings).toHaveLength(10_652);
    expect(missing).toEqual([{ line: 532, localTime: parseLocalTime("2022-05-02 04:44", "test"), quality, code }]);
  });

  // Verifies R-import-outside.
  it("leaves undefined what a day or run has no value for, with a time or without", () => {
    const day = (to: string) => readChanged(FRIDGETAG_2L, "Min T: +4.0, TS Min T: 00:42", to).history?.days[0];
    expect(day("Min T: +4.1, TS Min T: 00:42")?.min).toMatchObject({ value: 4_100_000n });
    for (const to of ["Min T: --.-, TS Min T: 00:42", "Min T: --.-, TS Min T: --:--", "Min T: -9999.0, TS Min T: "]) {
      expect(day(to)).toMatchObject({ min: undefined, max: { value: 6_200_000n } });
    }
    const average = readChanged(FRIDGETAG_2L, "Avrg T: +4.5", "Avrg T: --.-").history?.days[0]?.average;
    expect(average).toBeUndefined();
    expect(readChanged(Q_TAG, "MKT: 10.5", "MKT: --.-").run).toMatchObject({ mkt: undefined, average: 5_400_000n });
  });

  it.each([
    ["an unknown alarm type", "Type: 3,", "Type: 5,", "fridgetag-syntax", 40],
    ["an alarm type by another spelling", "Type: 3,", "Type: 03,", "fridgetag-syntax", 40],
    [
      "a marker with five columns",
      "hh:mm\t\r\nData",
      "hh:mm\t\r\n\t1\t4.4\t2022-11-08 05:00\t\t\r\nData",
      "fridgetag-syntax",
      70,
    ],
    [
      "a marker with four",
      "hh:mm\t\r\nData",
      "hh:mm\t\r\n\t1\t4.4\t2022-11-08 05:00\tx\r\nData",
      "fridgetag-syntax",
      70,
    ],
  ])("refuses %s of a Q-tag", (_, from, to, code, line) => {
    expect(refused(() => readChanged(Q_TAG, from, to))).toMatchObject({ code, place: `f.txt:${line}` });
  });

  it("refuses bytes that are not UTF-8, and a file cut in its last line", () => {
    const text = fixture(Q_TAG).toString("latin1");
    const umlaut = text.replace("User String 1:", "User String 1: \xe4");
    expect(refused(() => parseFridgetag(Buffer.from(umlaut, "latin1"), "f"))).toMatchObject({
      code: "fridgetag-syntax",
      message: "The file is not UTF-8 text.",
    });
    const error = refused(() => parseFridgetag(Buffer.from(text.slice(0, -2), "latin1"), "f"));
    expect(error).toMatchObject({ code: "fridgetag-syntax", place: "f:204", message: "The last line is cut off." });
  });

  it("reads markers, free texts with commas and colons, and equal times", () => {
    const marked = readChanged(Q_TAG, "hh:mm\t\r\nData", "hh:mm\t\r\n\t1\t4.4\t2022-11-08 05:00\t\r\nData");
    expect(marked.markers).toEqual([{ line: 70, number: 1, value: 4_400_000n, time: local("2022-11-08 05:00") }]);
    const labelled = readChanged(Q_TAG, "User String 2:", "User String 2: box 4, Sig: no, Data:");
    expect(labelled.configuration.qTag?.userStrings).toEqual(["", "box 4, Sig: no, Data:", ""]);
    const equal = readChanged(FRIDGETAG_2L, "\t2022-05-02 10:41\t", "\t2022-05-02 10:36\t");
    expect(equal.readings).toHaveLength(10_653);
    const zoned = readChanged(FRIDGETAG_2L, "Zone: 0.00", "Zone: -3.50");
    expect(zoned.configuration.zone).toBe(-12_600);
  });

  it("reads what devices with an external sensor add", () => {
    const bytes = resigned(FRIDGETAG_2, (content) =>
      content
        .replace("Sensor: 1\r\n", "Sensor: 1\r\nExt Sensor: 99\r\n")
        .replace(" Int Sensor:\r\n", " Ext Sensor:\r\n  Timeout: 10, Offset: -0.5\r\n Int Sensor:\r\n")
        .replace("TS A: 00:00, C A: 0", "TS A: 00:00, T Amb: +14.9, C A: 1")
        .replace(
          "  Int Sensor timeout:",
          "  Ext Sensor timeout:\r\n   t AccST: 17, TS ST: 14:04\r\n  Int Sensor timeout:",
        ),
    );
    const file = readFridgetag(bytes, "f.txt", TEST_ISSUER);
    expect(file.device.externalSensor).toBe(99);
    expect(file.configuration.fridgeTag?.externalSensor).toEqual({ timeout: 10, offset: -500_000n });
    expect(file.history?.days[0]?.externalTimeout).toEqual({ lost: 1020, time: local("2023-02-14 14:04") });
    expect(file.history?.days[0]?.alarms[1]?.raised).toMatchObject({ ambient: 14_900_000n, checked: 1 });
  });
});
