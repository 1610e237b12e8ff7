import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CHANNEL_WORDS, channelNamed, PHYSICAL_RANGE } from "../../src/formats/channels.ts";
import { CELSIUS_OFFSET, CHANNEL, type ChannelName } from "../../src/formats/constants.ts";
import { csvReader } from "../../src/import/csv.ts";
import { parseMicro } from "../../src/input/quantities.ts";
import schema from "../../src/kinds/parameters/schema.json" with { type: "json" };
import { refused } from "../input/refused.ts";
import { csvFile } from "../import/historian.ts";

const NAMES = Object.keys(CHANNEL) as ChannelName[];

// Verifies R-format-channels.
describe("the channels", () => {
  it("have the codes and units that they have for ever", () => {
    expect(NAMES.map((name) => `${CHANNEL[name].code} ${name} ${CHANNEL[name].unit}`)).toEqual([
      "1 temperature Cel",
      "2 carbonDioxide %",
      "3 acidity [pH]",
      "4 dissolvedOxygen %",
      "5 agitation {rpm}",
      "6 tilt deg",
      "7 pressure kPa",
      "8 relativeHumidity %",
      "9 illuminance lx",
      "10 shock [g]",
      "11 carbonDioxidePpm [ppm]",
      "12 oxygen %",
      "13 differentialPressure Pa",
      "14 latitude deg",
      "15 longitude deg",
    ]);
    expect(NAMES.map((name) => channelNamed(CHANNEL[name].code))).toEqual(NAMES);
    expect(Math.max(...Object.values(CHANNEL).map(({ code }) => code))).toBeLessThan(256);
  });

  it("have words of their own, and no negative origin", () => {
    expect(new Set(Object.values(CHANNEL_WORDS)).size).toBe(NAMES.length);
    for (const name of NAMES) expect(parseMicro(PHYSICAL_RANGE[name][0], name) + CELSIUS_OFFSET >= 0n).toBe(true);
  });

  it("stand in the specification with unit and range", () => {
    const rows = readFileSync("docs/spec/formats.md", "utf8").split("\n");
    for (const name of NAMES) {
      const row = rows.find((line) => line.startsWith(`| ${name} | ${CHANNEL[name].code} | \`${CHANNEL[name].unit}\``));
      expect(row, name).toContain(`| ${PHYSICAL_RANGE[name].join(" to ")} |`);
    }
  });

  it("are those of the policy's schema, each with its unit", () => {
    const { channelCode, unitOfChannel } = schema.definitions;
    expect(channelCode.enum).toEqual(NAMES.map((name) => CHANNEL[name].code));
    for (const name of NAMES) {
      const { code, unit } = CHANNEL[name];
      const ofCode = unitOfChannel.allOf.filter(({ if: { properties } }) => {
        const { channel } = properties as { channel: { const?: number; enum?: number[] } };
        return (channel.enum ?? [channel.const]).includes(code);
      });
      expect(ofCode.map(({ then }) => then.properties.unit.const)).toEqual([unit]);
    }
  });

  it.each([
    ["relativeHumidity", "45.2", "%RH", "100.1"],
    ["illuminance", "1200", "lux", "-1"],
    ["shock", "2.5", "g", "-0.1"],
    ["carbonDioxidePpm", "412", "ppm", "-9"],
    ["oxygen", "20.9", "vol%", "101"],
    ["differentialPressure", "-12.5", "Pa", "-301"],
    ["latitude", "-33.856784", "°", "-90.000001"],
    ["longitude", "151.215297", "deg", "180.000001"],
  ] as const)("are read from a file: %s", (channel, value, unit, impossible) => {
    const read = csvReader("T", { vendor: "V", model: "M", serial: "S" }, channel);
    const file = (text: string, spelled: string): Buffer => csvFile([`2024-03-01T00:00:00Z,T,${text},Good,${spelled}`]);
    expect(read(file(value, unit), "f").entries).toMatchObject([{ value: parseMicro(value, "test") }]);
    expect(refused(() => read(file(value, "K"), "f"))).toMatchObject({ code: "unit", place: "f:2" });
    expect(read(file(impossible, unit), "f").entries).toMatchObject([{ line: 2, code: "physical-range" }]);
  });
});
