import { FIELD } from "../../src/formats/field.ts";
import type { TemperatureRule } from "../../src/formats/temperatureRule.ts";
import type { Row } from "../../src/formats/series.ts";
import { dwellOf, excursionTable, outsideFlags } from "../../src/kinds/temperature/excursions.ts";
import type { Violation } from "../support/circuit.ts";
import { makeEvidence, START, TICK, ticksOf } from "../support/evidence.ts";
import { modulo } from "../support/r1cs.ts";
import { bus, type CircuitInput } from "../../src/kinds/circuitInput.ts";

/** What attacks on the excursions share: 30 readings with a normal band, and the sums that a lookup compares. */

const READINGS = 30;
const TABLE = 4;
/** Codes below, in and above the normal band. */
export const COLD = 30;
export const NORMAL = 90;
export const HOT = 150;

/** A rule with the normal band 60 to 120 and no limits but those given. */
export function ruleWith(limits: Partial<TemperatureRule> = {}): TemperatureRule {
  return { ...makeEvidence().rule, normalLow: 60n, normalHigh: 120n, ...limits };
}

/** A steady series, a reading every 10 ticks, with some rows changed. */
export function rowsWith(changes: Readonly<Record<number, Partial<Row>>>, count = READINGS): Row[] {
  return Array.from({ length: count }, (_, i) => ({ dt: i === 0 ? 0 : 10, code: NORMAL, ...changes[i] }));
}

/** The same change for the rows from `first` to `last`. */
export function stretch(first: number, last: number, change: Partial<Row>): Record<number, Partial<Row>> {
  return Object.fromEntries(Array.from({ length: last - first + 1 }, (_, i) => [first + i, change]));
}

/** What the honest prover hands to the instances excursions-30 and excursions-record-30, lawful or not. */
export function excursionsInput(rule: TemperatureRule, rows: readonly Row[], flags?: readonly bigint[]): CircuitInput {
  const { lengths, counts } = excursionTable(rule, rows);
  return {
    rule: 1n,
    record: 2n,
    ...bus("fields", rule),
    dt: rows.map(({ dt }) => BigInt(dt)),
    code: rows.map(({ code }) => BigInt(code)),
    ticks: ticksOf(rows),
    start: START,
    end: START + TICK * ticksOf(rows),
    outside: flags ?? outsideFlags(rule, rows).map((flag) => (flag ? 1n : 0n)),
    dwell: dwellOf(rows),
    excursionLengths: lengths.slice(0, TABLE),
    excursionCounts: counts.slice(0, TABLE + 1),
  };
}

/** A list of a circuit's input. */
export function list(input: CircuitInput, name: string): readonly bigint[] {
  return input[name] as readonly bigint[];
}

/** The same input with some entries of one list replaced. */
export function withEntries(
  input: CircuitInput,
  name: string,
  entries: Readonly<Record<number, bigint>>,
): CircuitInput {
  const changed = list(input, name).map((value, i) => modulo(entries[i] ?? value));
  return { ...input, [name]: changed };
}

/** One lookup as template Lookup states it. */
export interface LookupData {
  readonly values: readonly bigint[];
  readonly numerators: readonly bigint[];
  readonly keys: readonly bigint[];
  readonly multiplicities: readonly bigint[];
}

/** Running sums of numerator / (challenge - value). */
export function runningSums(numerators: readonly bigint[], values: readonly bigint[], challenge: bigint): bigint[] {
  let sum = 0n;
  return values.map((value, i) => (sum = modulo(sum + (numerators[i] ?? 0n) * inverse(challenge - value))));
}

/** By how much the sum over the values exceeds the sum over the keys: what a forged multiplicity must make up for. */
export function missingSum({ values, numerators, keys, multiplicities }: LookupData, challenge: bigint): bigint {
  const looked = runningSums(numerators, values, challenge).at(-1) ?? 0n;
  const held = runningSums(multiplicities, keys, challenge).at(-1) ?? 0n;
  return modulo(looked - held);
}

/** What template Single looks up for these inputs. */
export function singleLookup(input: CircuitInput): LookupData {
  const dt = list(input, "dt");
  const outside = list(input, "outside");
  let running = 0n;
  return {
    values: dt.map((ticks, i) => (running = modulo((outside[i] ?? 0n) * (running + ticks)))),
    numerators: dt.map((_, i) => modulo(1n - (outside[i + 1] ?? 0n))),
    keys: [0n, ...list(input, "excursionLengths")],
    multiplicities: list(input, "excursionCounts"),
  };
}

/** Numerators of template Dwell. */
export function dwellNumerators(dt: readonly bigint[], one = 1n): bigint[] {
  return dt.map((ticks, i) => modulo(65_536n * (ticks + (dt[i + 1] ?? 0n)) + one));
}

/** The table of lengths for any flags: at most `size` lengths, and how often 0 and each of them is looked up. */
export function tableFor(input: CircuitInput, size: number): CircuitInput {
  const looked = singleLookup({ ...input, excursionLengths: [], excursionCounts: [0n] });
  const ends = looked.values.filter((_, i) => looked.numerators[i] === 1n);
  const lengths = [...new Set(ends)].filter((length) => length > 0n).slice(0, size);
  const keys = [0n, ...lengths, ...new Array<bigint>(size - lengths.length).fill(0n)];
  const count = (key: bigint): bigint => BigInt(ends.filter((end) => end === key).length);
  return {
    ...input,
    excursionLengths: keys.slice(1),
    excursionCounts: keys.map((key, i) => (keys.indexOf(key) === i ? count(key) : 0n)),
  };
}

/** Where a witness breaks: "single lookup" where its two sums differ, else the component or the input that it is in. */
export function places(violations: readonly Violation[]): string[] {
  return [...new Set(violations.map(({ signals }) => placeOf(signals)))].sort();
}

function placeOf(signals: readonly string[]): string {
  const local = signals.filter((signal) => signal !== "wire 0").map((signal) => signal.replace(/^excursions\./, ""));
  const [, lookup] = /^(.*lookup)\.held/.exec(local.find((signal) => /lookup\.held/.test(signal)) ?? "") ?? [];
  if (lookup !== undefined && local.some((signal) => signal.startsWith(`${lookup}.looked`))) {
    return lookup.replace(".", " ");
  }
  // The flags of template NormalBand are named after the template that uses them first; only it knows the band's ends.
  if (local.some((signal) => /^(normalBand|fields\.normal)/.test(signal))) return "normalBand";
  const components = local.filter((signal) => /^\w+\./.test(signal) && !signal.startsWith("fields."));
  const [first = ""] = [...components, ...local];
  return first.split(/[.[]/)[0] ?? first;
}

export function inverse(value: bigint): bigint {
  let [result, base, exponent] = [1n, modulo(value), FIELD - 2n];
  for (; exponent > 0n; exponent >>= 1n, base = modulo(base * base)) if (exponent & 1n) result = modulo(result * base);
  return result;
}

/** A byte of the packed series: which input, its index, and its place among the bytes. */
export type Limb = readonly [name: "dt" | "code", index: number, byte: number];

/** One limb changed and another one that absorbs the difference, so that the words stay as they are. */
export function shifted(input: CircuitInput, first: Limb, second: Limb, delta: bigint): CircuitInput {
  const absorbed = modulo(delta * inverse(256n ** BigInt(second[2] - first[2])));
  const value = (input: CircuitInput, [name, index]: Limb): bigint => list(input, name)[index] ?? 0n;
  const moved = withEntries(input, first[0], { [first[1]]: modulo(value(input, first) + delta) });
  return withEntries(moved, second[0], { [second[1]]: modulo(value(moved, second) - absorbed) });
}
