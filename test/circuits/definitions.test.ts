import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as constants from "../../src/formats/constants.ts";
import { STAGE_HEAD_FIELDS } from "../../src/formats/head.ts";
import { PARTY_LEAF_FIELDS } from "../../src/formats/party.ts";
import { TEMPERATURE_HEADER_FIELDS } from "../../src/formats/temperatureRecord.ts";
import { TEMPERATURE_RULE_FIELDS } from "../../src/formats/temperatureRule.ts";
import { CIRCUITS } from "../../src/kinds/circuits.ts";
import { KINDS } from "../../src/kinds/index.ts";
import { TEMPERATURE_RULES } from "../../src/kinds/temperature/check.ts";
import { constraintsOf } from "../support/compiled.ts";

/** What is defined in TypeScript and mirrored in circom must be the same, to the letter. */

/** What is pinned of every tier; whoever builds one compares it (`checkLock`). */
const LOCK = JSON.parse(readFileSync("artifacts.lock.json", "utf8")) as {
  circuits: Record<string, { constraints: number }>;
};

const source = (path: string): string => readFileSync(path, "utf8");

/** The constants of circom files, in their order. */
function constantsIn(files: readonly string[]): [name: string, value: number][] {
  const found = files.flatMap((file) => [...source(file).matchAll(/function (\w+)\(\) \{ return (\d+); \}/g)]);
  return found.map(([, name = "", value]) => [name, Number(value)]);
}

describe("circuits/lib/constants.circom", () => {
  const mirrored = new Map(constantsIn(["circuits/lib/constants.circom"]));
  const defined: Readonly<Record<string, number>> = {
    ...Object.fromEntries(Object.entries(constants.TAG).map(([name, value]) => [`TAG_${name}`, value])),
    ...Object.fromEntries(Object.entries(constants.KIND).map(([name, value]) => [`KIND_${name.toUpperCase()}`, value])),
    ...Object.fromEntries(Object.entries(constants.ROLE).map(([name, value]) => [`ROLE_${name.toUpperCase()}`, value])),
    MEANING_RELEASED: constants.MEANING.released,
    MEANING_RECEIVED: constants.MEANING.received,
    CONDITION_CONFORMING: constants.CONDITION.conforming,
    TEMPERATURE_RULE_VERSION: constants.TEMPERATURE_RULE_VERSION,
    PARAMETERS_RULE_VERSION: constants.PARAMETERS_RULE_VERSION,
    NO_OPENED_WITHIN: constants.NO_OPENED_WITHIN,
    BAND_BASE: constants.BAND_BASE,
    CODES: constants.CODES,
    DWELL_UNIT: Number(constants.DWELL_UNIT),
    MKT_COEFFICIENTS: constants.MKT_COEFFICIENTS,
    FLAGS_PER_ELEMENT: constants.FLAGS_PER_ELEMENT,
    CLOCK_ERROR_OFFSET: constants.CLOCK_ERROR_OFFSET,
    ROWS_PER_ELEMENT: constants.ROWS_PER_ELEMENT,
    ELEMENTS_PER_CHUNK: constants.ELEMENTS_PER_CHUNK,
    ROWS_PER_CHUNK: constants.ROWS_PER_CHUNK,
    BYTES_PER_ELEMENT: constants.BYTES_PER_ELEMENT,
    CHANNELS: constants.CHANNELS,
    NO_CHANNEL: constants.NO_CHANNEL,
    SERIES_ARITY: constants.SERIES_ARITY,
    PARTY_ARITY: constants.PARTY_ARITY,
    PARTY_DEPTH: constants.PARTY_DEPTH,
    DEVICE_SET_SIZE: constants.DEVICE_SET_SIZE,
  };

  // Verifies R-format-constants.
  it("mirrors src/formats/constants.ts", () => {
    expect(mirrored.size).toBeGreaterThan(15);
    for (const [name, value] of mirrored) expect(value, name).toBe(defined[name]);
  });

  // Verifies R-format-constants.
  it("has each kind and tag once, with those that stand in the files of one kind", () => {
    const everywhere = constantsIn(globSync("circuits/lib/**/*.circom")).filter(([name]) => /^(KIND|TAG)_/.test(name));
    const codes = Object.entries(defined).filter(([name]) => /^(KIND|TAG)_/.test(name));
    expect(everywhere.sort()).toEqual(codes.sort());
  });

  // Verifies R-format-hashing.
  it("has one tag for each use", () => {
    const tags: number[] = [...Object.values(constants.TAG), ...Object.values(constants.TAG_OUTSIDE)];
    expect(new Set(tags).size).toBe(tags.length);
    expect(tags).not.toContain(0);
  });
});

describe("circuits/lib", () => {
  // Verifies R-format-constants.
  it.each([
    ["temperature/temperatureRule", "TemperatureRule", TEMPERATURE_RULE_FIELDS],
    ["temperature/temperatureRecord", "TemperatureHeader", TEMPERATURE_HEADER_FIELDS],
    ["shared/buses", "StageHead", STAGE_HEAD_FIELDS],
    ["shared/buses", "PartyLeaf", PARTY_LEAF_FIELDS],
  ] as const)("%s.circom: bus %s has TypeScript's fields in TypeScript's order", (file, bus, fields) => {
    const text = source(`circuits/lib/${file}.circom`);
    const body = new RegExp(`bus ${bus}\\(\\) \\{([^}]*)\\}`).exec(text)?.[1] ?? "";
    expect([...body.matchAll(/signal (\w+)(\[\d+\])?;/g)].map((match) => match[1])).toEqual(fields);
  });
});

describe("circuits/temperature.circom", () => {
  it("has a component for every rule that check knows, and a main file for every tier", () => {
    const text = source("circuits/temperature.circom") + source("circuits/lib/temperature/excursions.circom");
    const components = [...text.matchAll(/component (\w+) = [A-Z]/g)].map((match) =>
      match[1]?.replace("Opening", "").replace("openingTime", "opened"),
    );
    for (const rule of TEMPERATURE_RULES) expect(components).toContain(rule);
  });
});

describe("circuits/main", () => {
  it("is pinned, all of it", () => {
    expect(Object.keys(LOCK.circuits).sort()).toEqual(CIRCUITS.map(({ name }) => name).sort());
  });

  // Verifies R-format-signals.
  it.each(CIRCUITS)("$name has the public signals and the size that its name promises", ({ kind, main, tier }) => {
    expect(source(main)).toContain(`component main {public [${constants.SIGNALS.join(", ")}]}`);
    expect(source(main)).toContain(`= ${KINDS[kind].instance(tier)};`);
  });
});

describe("constraint counts", () => {
  it("of one chunk of temperature are exactly these", async () => {
    expect(await constraintsOf("test/circuits/instances/temperature-210.circom")).toBe(34_754);
  });

  /** snarkjs adds a row for each public signal and one for the constant. */
  const rows = (constraints: number): number => constraints + constants.SIGNALS.length + 1;

  it("of the circuits are these", () => {
    expect(
      Object.fromEntries(Object.entries(LOCK.circuits).map(([name, { constraints }]) => [name, constraints])),
    ).toEqual({
      "temperature-1k": 63_647,
      "temperature-4k": 128_381,
      "temperature-9k": 260_533,
      "parameters-280": 32_178,
      "parameters-840": 63_994,
      "parameters-2k": 128_190,
      "parameters-4k": 260_559,
      "channel-840": 30_791,
      "channel-2k": 62_575,
      "channel-6k": 130_680,
      "channel-12k": 258_944,
      custody: 17_712,
      quality: 31_914,
    });
  });

  it("of custody and quality fit 2^15", () => {
    for (const name of ["custody", "quality"])
      expect(rows(LOCK.circuits[name]?.constraints ?? NaN)).toBeLessThanOrEqual(2 ** 15);
  });

  // Another chunk of rows would not fit: the prover pays for the whole power of two.
  it.each(["temperature", "parameters", "channel"] as const)("of the tiers of %s fill their powers of two", (kind) => {
    const tiers = CIRCUITS.filter((circuit) => circuit.kind === kind);
    const sizes = tiers.map(({ name }) => rows(LOCK.circuits[name]?.constraints ?? NaN));
    const chunk = kind === "parameters" ? constants.SAMPLES_PER_CHUNK : constants.ROWS_PER_CHUNK;
    const perChunk =
      ((sizes[1] ?? NaN) - (sizes[0] ?? NaN)) / (((tiers[1]?.tier ?? NaN) - (tiers[0]?.tier ?? NaN)) / chunk);
    for (const size of sizes) expect(size + perChunk).toBeGreaterThan(2 ** Math.ceil(Math.log2(size)));
  });

  it("of a reading stay below 23.4", () => {
    // Not counted: nodes of the series tree and words of flags, which grow more slowly than a chunk's rows.
    for (const { name, tier } of CIRCUITS.filter(({ kind }) => kind === "temperature")) {
      expect((LOCK.circuits[name]?.constraints ?? NaN) - 23.4 * tier, name).toBeLessThan(42_000);
    }
  });
});
