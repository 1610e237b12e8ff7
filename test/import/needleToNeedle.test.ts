import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writtenFiles } from "../../fixtures/needle-to-needle/generate.ts";
import { CIRCUITS } from "../../src/kinds/circuits.ts";
import { CELSIUS_OFFSET } from "../../src/formats/constants.ts";
import type { ParametersRule } from "../../src/formats/parametersRule.ts";
import type { TemperatureRule } from "../../src/formats/temperatureRule.ts";
import { csvReader, samplesCsvReader } from "../../src/import/csv.ts";
import { fridgetagReader } from "../../src/import/fridgetagSeries.ts";
import { parametersRecord } from "../../src/import/parametersRecord.ts";
import { resultSet, type UnsignedResultSet } from "../../src/import/resultsCsv.ts";
import type { RecordDemand } from "../../src/import/seriesRecord.ts";
import { temperatureRecord } from "../../src/import/temperatureRecord.ts";
import { NOT_THINNED } from "../../src/import/thin.ts";
import { parseTime } from "../../src/input/times.ts";
import { checkQuality } from "../../src/kinds/quality/check.ts";
import { BIOREACTOR, makeParameters } from "../support/parameters.ts";
import { makeQuality } from "../support/quality.ts";
import { ARI_LINES, at } from "../support/qualitySpecs.ts";
import { FRIDGETAG_2L, fixture } from "./logger.ts";
import { FRIDGE_RULE } from "./rule.ts";
import { oneFile } from "../support/rawFile.ts";

/** What fixtures/needle-to-needle/SOURCE.md says of the files. */

const FOLDER = new URL("../../fixtures/needle-to-needle/", import.meta.url);
const bytesOf = (name: string): Buffer => readFileSync(new URL(name, FOLDER));
const time = (text: string): number => parseTime(text, "test");
const settings = { clockError: 0, bucket: NOT_THINNED };

function demandOf<R extends TemperatureRule | ParametersRule>(rule: R, start: string, end: string): RecordDemand<R> {
  const kind = "channels" in rule ? "parameters" : "temperature";
  const circuits = CIRCUITS.filter((circuit) => circuit.kind === kind);
  return { rule, period: { start: time(start), end: time(end) }, lot: "LOT-1", circuits };
}

it("the generator writes the files as they stand, byte for byte", () => {
  const files = writtenFiles();
  expect([...files.keys()]).toHaveLength(8);
  for (const [name, content] of files) expect(bytesOf(name).equals(Buffer.from(content)), name).toBe(true);
});

describe("the series of a stage", () => {
  const points = ["TT", "CO2", "PH", "DO", "AGI"];
  const tags = new Map(points.map((point, i) => [i + 1, `BR-0001/${point}`]));
  const bioreactor = samplesCsvReader(tags, {
    vendor: "FIXTURE",
    model: "bioreactor controller",
    serial: "BR-0001",
  });

  it.each([
    ["generated/activation-bioreactor.csv", "2022-05-08T18:00:00Z", "2022-05-09T18:00:00Z", 145, 600, 280n],
    ["generated/expansion-bioreactor.csv", "2022-05-09T18:00:00Z", "2022-05-21T18:00:00Z", 577, 1800, 840n],
  ])("%s covers it exactly, within narrow limits", (name, start, end, count, interval, n) => {
    const rule: ParametersRule = {
      ...makeParameters().rule,
      channels: BIOREACTOR,
      tick: 10n,
      gapTicks: BigInt(interval / 10),
      lead: 0n,
      tail: 0n,
    };
    const { rows, header } = parametersRecord(
      oneFile(bytesOf(name), name, bioreactor),
      demandOf(rule, start, end),
      settings,
    );
    expect([rows.length, header.n, header.t0]).toEqual([count, n, BigInt(time(start))]);
    expect(rows.slice(1).every(({ dt }) => dt * 10 === interval)).toBe(true);
    const inside = rows.every(({ codes }) =>
      codes.every((code, place) => code >= 0 && code <= Number(BIOREACTOR[place]?.width)),
    );
    expect(inside).toBe(true);
  });

  const LN2: TemperatureRule = {
    ...FRIDGE_RULE,
    origin: CELSIUS_OFFSET - 200_000_000n,
    stepNum: 200_000n,
    width: 250n,
    normalHigh: 250n,
  };

  it.each([
    ["generated/storage-freezer.csv", "LN-0001", "2022-05-21T20:00:00Z", "2022-05-27T08:00:00Z", 529, 900],
    ["generated/product-transport-shipper.csv", "DS-0001", "2022-05-27T10:00:00Z", "2022-05-29T08:00:00Z", 553, 300],
  ])("%s covers it exactly, within -200 and -150 °C", (name, serial, start, end, count, interval) => {
    const device = { vendor: "FIXTURE", model: "logger", serial };
    const rule = { ...LN2, gapTicks: BigInt(interval / 5) };
    const read = csvReader(`${serial}/TT`, device);
    const { rows, header } = temperatureRecord(
      oneFile(bytesOf(name), name, read),
      demandOf(rule, start, end),
      settings,
    );
    expect([rows.length, header.t0]).toEqual([count, BigInt(time(start))]);
    expect(rows.every(({ code }) => code >= 0 && code <= 250)).toBe(true);
  });

  it("of the first transport is the real logger's, within 2 and 8 °C", () => {
    const demand = demandOf(FRIDGE_RULE, "2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z");
    const { rows, header } = temperatureRecord(
      oneFile(fixture(FRIDGETAG_2L), FRIDGETAG_2L, fridgetagReader(0)),
      demand,
      settings,
    );
    expect(rows.every(({ code }) => code >= 0 && code <= 150)).toBe(true);
    expect([rows.length, header.t0]).toEqual([865, BigInt(demand.period.start)]);
  });
});

describe("the release tests", () => {
  /** The stage and the sample of the rules' tests are other ones: the expansion's times. */
  const base = makeQuality();
  const head = { start: BigInt(time("2022-05-09T18:00:00Z")), end: BigInt(time("2022-05-21T18:00:00Z")) };
  const read = (name: string): UnsignedResultSet => {
    const analytes = ARI_LINES.map(({ analyte }) => analyte);
    return resultSet(bytesOf(name), name, { rule: base.rule, analytes, lot: "LOT-1" }, time("2022-05-26T16:00:00Z"));
  };
  const brokenRules = (name: string): unknown =>
    checkQuality(makeQuality({ head, set: read(name).set })).map(({ rule, slot }) => [rule, slot]);

  it.each([1, 2, 3])("set %i keeps every rule of the published specification", (set) => {
    expect(brokenRules(`release-tests-0${set}.csv`)).toEqual([]);
  });

  it("with CAR+ at 19.9 % break `spec`, there and nowhere else", () => {
    expect(brokenRules("release-tests-car-19.9.csv")).toEqual([["spec", at("car19_pct")]]);
  });

  it.each([1, 2, 3])("set %i has the results of the published table", (set) => {
    const [header = "", ...table] = bytesOf("ari0001_PMC6319086_table2.csv").toString().trim().split("\n");
    const column = header.split(",").indexOf(`ARI0001/0${set}`);
    const published = table.map((row) => [row.split(",")[0], row.split(",")[column]]);
    const lines = bytesOf(`release-tests-0${set}.csv`).toString().trim().split("\n").slice(1);
    const made = lines.map((line) => line.split(",").slice(0, 2));
    expect(published).toHaveLength(13);
    expect(made.slice(0, 13)).toEqual(published);
    expect(made.slice(13)).toEqual([
      ["body_weight", "70.0"],
      ["volume", "50.0"],
    ]);
  });
});
