import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { parametersRecordHash, PARAMETERS_HEADER_FIELDS } from "../../src/formats/parametersRecord.ts";
import {
  CHANNEL_FIELDS,
  channelElements,
  channelsOf,
  PARAMETERS_RULE_FIELDS,
  parametersRuleHash,
  type Channel,
} from "../../src/formats/parametersRule.ts";
import { SAMPLES, type Sample } from "../../src/formats/samples.ts";
import { parametersMessage } from "../../src/kinds/parameters/evidence.ts";
import { fieldsOf } from "../formats/vectors.ts";
import { BIOREACTOR, steadySamples } from "../support/parameters.ts";
import { codeGenerated, generatedSamples } from "../support/parametersData.ts";
import { recordSalts } from "../../src/formats/recordSalts.ts";

type Texts = Readonly<Record<string, string>>;
type Fields = Texts & { readonly channels: readonly Texts[] };

/** fixtures/vectors/parameters.json: one example of every hash of a parameters claim. Numbers are decimal strings. */
const VECTORS = JSON.parse(readFileSync("fixtures/vectors/parameters.json", "utf8")) as Readonly<{
  rule: { fields: Fields; out: string };
  channelRule: { fields: Fields; out: string };
  record: {
    secret: string;
    n: number;
    rows: [dt: number, codes: number[]][];
    firstElement: string;
    root: string;
    header: Fields;
    out: string;
  };
  source: { batch: string; stage: string; rule: string; record: string; message: string };
  generated: { seed: number; tick: number; rows: [dt: number, codes: number[]][] };
}>;

/** Numbers and channels of a vector: exactly these fields, in this order. */
function withChannels<K extends string>(
  names: readonly (K | "channels")[],
  fields: Fields,
): Record<Exclude<K, "channels">, bigint> & { channels: Channel[] } {
  expect(Object.keys(fields)).toEqual(names);
  const { channels, ...numbers } = fields;
  const rest = fieldsOf(Object.keys(numbers), numbers as Texts) as Record<Exclude<K, "channels">, bigint>;
  return { ...rest, channels: channels.map((channel) => fieldsOf(CHANNEL_FIELDS, channel)) };
}

function samplesOf(rows: readonly [number, number[]][]): Sample[] {
  return rows.map(([dt, codes]) => ({ dt, codes }));
}

/** The code with which an action fails. */
function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return error instanceof BatchproofError ? error.code : String(error);
  }
  return undefined;
}

describe("shared vectors (fixtures/vectors/parameters.json)", () => {
  // Verifies R-format-parameters-rule.
  it("rule", () => {
    const { fields, out } = VECTORS.rule;
    expect(parametersRuleHash(withChannels(PARAMETERS_RULE_FIELDS, fields)).toString()).toBe(out);
  });
  // Verifies R-format-channel-rule.
  it("rule of kind channel: one place for channels, and another hash than any rule of several", () => {
    const { fields, out } = VECTORS.channelRule;
    expect(parametersRuleHash(withChannels(PARAMETERS_RULE_FIELDS, fields)).toString()).toBe(out);
    const several = { ...fields, channels: VECTORS.rule.fields.channels } as Fields;
    expect(parametersRuleHash(withChannels(PARAMETERS_RULE_FIELDS, several)).toString()).not.toBe(out);
  });
  // Verifies R-format-record.
  it("record: packing, series root, commitment", () => {
    const { secret, n, rows, firstElement, root, header, out } = VECTORS.record;
    const { salt, chunkSalts } = recordSalts(Buffer.from(secret, "hex"), n / 70);
    const padded = SAMPLES.pad(samplesOf(rows), n);
    expect(SAMPLES.pack(padded.slice(0, 70))[0]?.toString()).toBe(firstElement);
    const found = SAMPLES.saltedRoot(padded, chunkSalts);
    expect(found.toString()).toBe(root);
    expect(parametersRecordHash(found, withChannels(PARAMETERS_HEADER_FIELDS, header), salt).toString()).toBe(out);
  });
  // Verifies R-format-messages.
  it("source message: channel 0", () => {
    const { record, message, ...owner } = VECTORS.source;
    const signed = fieldsOf(["batch", "stage", "rule"], owner);
    expect(parametersMessage(signed, BigInt(record)).toString()).toBe(message);
  });
  it("generated data are the same everywhere", () => {
    const { seed, tick, rows } = VECTORS.generated;
    expect(codeGenerated(generatedSamples(rows.length, seed), tick)).toEqual(samplesOf(rows));
  });
});

describe("samples", () => {
  const rows = steadySamples(70);

  it("are packed row by row, dt lowest, then the channels", () => {
    const first = { dt: 0, codes: [1, 2, 3, 4, 5] };
    const second = { dt: 6, codes: [7, 8, 9, 10, 11] };
    const [element] = SAMPLES.pack([first, second, ...rows.slice(2)]);
    expect(((element ?? 0n) & (2n ** 96n - 1n)).toString(16)).toBe("b0a09080706050403020100");
    expect([SAMPLES.rowsPerElement, SAMPLES.rowsPerChunk]).toEqual([5, 70]);
  });
  it("pad with their last codes and no time", () => {
    expect(SAMPLES.pad(rows.slice(0, 2), 70).slice(2)).toEqual(
      new Array(68).fill({ dt: 0, codes: [90, 100, 100, 100, 100] }),
    );
    expect(codeOf(() => SAMPLES.pad(rows, 71))).toBe("series-length");
  });
  it("are bytes, one for each channel", () => {
    for (const bad of [
      { dt: 256, codes: [0, 0, 0, 0, 0] },
      { dt: 0, codes: [0, 0, 0, 0, -1] },
      { dt: 0, codes: [0, 0, 0, 0] },
      { dt: 0, codes: [0, 0, 0, 0, 0, 0] },
    ]) {
      expect(codeOf(() => SAMPLES.pack([bad, ...rows.slice(1)]))).toBe("series-packing");
    }
    expect(codeOf(() => SAMPLES.saltedRoot(rows, [1n, 2n]))).toBe("series-salts");
  });
});

describe("channels of a rule", () => {
  it("are ordered and filled up", () => {
    const [first, second] = BIOREACTOR;
    if (first === undefined || second === undefined) throw new Error("no channels");
    expect(channelsOf([second, first]).map(({ channelId, width }) => [channelId, width])).toEqual([
      [1n, 180n],
      [2n, 200n],
      [0n, 127n],
      [0n, 127n],
      [0n, 127n],
    ]);
    for (const bad of [
      [],
      [first, first],
      [{ ...first, channelId: 0n }],
      [...BIOREACTOR, { ...first, channelId: 9n }],
    ]) {
      expect(codeOf(() => channelsOf(bad))).toBe("channels");
    }
    expect(channelElements([first])).toHaveLength(CHANNEL_FIELDS.length);
    for (const bad of [[], [first, second]]) expect(codeOf(() => channelElements(bad))).toBe("channels");
  });
});

describe("generated bioreactor data", () => {
  it("stay within their limits for the 12 days of an expansion, and move in every channel", () => {
    const rows = codeGenerated(generatedSamples(3_456, 1), 6);
    for (const [place, { width }] of BIOREACTOR.entries()) {
      const codes = rows.map((row) => row.codes[place] ?? NaN);
      expect(Math.min(...codes)).toBeGreaterThan(0);
      expect(Math.max(...codes)).toBeLessThan(Number(width));
      expect(new Set(codes).size).toBeGreaterThan(2); // agitation is displayed in whole rpm
    }
    expect(rows.every(({ dt }, i) => (i === 0 ? dt === 0 : dt > 45 && dt < 55))).toBe(true);
  });
});
