import { readFileSync } from "node:fs";
import { TEMPERATURE_RULE_FIELDS, type TemperatureRule } from "../../src/formats/temperatureRule.ts";

/** fixtures/vectors/formats.json: one example of every hash of the formats. Numbers are decimal strings. */
export const VECTORS = JSON.parse(readFileSync("fixtures/vectors/formats.json", "utf8")) as Readonly<{
  poseidon: { inputs: string[]; out: string };
  sponge: { tag: number; elements: string[]; out: string }[];
  texts: { text: string; out: string }[];
  device: { vendor: string; model: string; serial: string; out: string };
  deviceSet: { devices: string[]; out: string };
  key: { privateKey: string; x: string; y: string; keyHash: string };
  batch: { siteSecret: string; coi: string; order: string; salt: string; out: string };
  opening: { fields: Record<string, string>; out: string };
  head: { fields: Record<string, string>; out: string };
  rule: { fields: Record<string, string> & { mktCoefficients: string[] }; out: string };
  party: { fields: Record<string, string>; leaf: string; rootOfOne: string };
  record: {
    secret: string;
    n: number;
    rows: [dt: number, code: number][];
    chunkSalts: string[];
    salt: string;
    root: string;
    header: Record<string, string>;
    out: string;
  };
  source: { batch: string; stage: string; rule: string; channelId: string; record: string; message: string };
}>;

/** The numbers of a vector's fields as bigints: exactly these fields. */
export function fieldsOf<K extends string>(
  names: readonly K[],
  fields: Readonly<Record<string, string>>,
): Record<K, bigint> {
  refuseOtherFields(names, fields);
  return Object.fromEntries(names.map((name) => [name, BigInt(fields[name] ?? "")])) as Record<K, bigint>;
}

/** The rule of a vector. */
export function ruleOf(fields: typeof VECTORS.rule.fields): TemperatureRule {
  refuseOtherFields(TEMPERATURE_RULE_FIELDS, fields);
  const { mktCoefficients, ...numbers } = fields;
  const rest = fieldsOf(Object.keys(numbers) as Exclude<keyof TemperatureRule, "mktCoefficients">[], numbers);
  return { ...rest, mktCoefficients: mktCoefficients.map(BigInt) };
}

function refuseOtherFields(names: readonly string[], fields: object): void {
  if (Object.keys(fields).join() !== names.join()) throw new Error(`the vector has other fields than ${names.join()}`);
}
