import { readFile } from "node:fs/promises";
import { WitnessCalculatorBuilder, type WitnessCalculator } from "circom_runtime";
import { compiledInstance } from "./compiled.ts";
import { evaluate, modulo, readR1csFile, type Constraint, type R1cs } from "./r1cs.ts";
import type { CircuitInput } from "../../src/kinds/circuitInput.ts";

/** A constraint that a witness breaks, by the names of the signals in it. */
export interface Violation {
  readonly constraint: number;
  readonly signals: readonly string[];
}

/**
 * A compiled circuit under test. A malicious prover does not run our witness calculator, so the calculator's own
 * assertions are taken out and every witness, good or bad, is judged by the constraints alone, as the proof is.
 */
export class CircuitUnderTest {
  readonly r1cs: R1cs;
  readonly #calculator: WitnessCalculator;
  readonly #wireOf: ReadonlyMap<string, number>;
  readonly #nameOf: ReadonlyMap<number, string>;
  readonly #touching: ReadonlyMap<number, readonly number[]>;

  private constructor(r1cs: R1cs, calculator: WitnessCalculator, symbols: readonly (readonly [string, number])[]) {
    this.r1cs = r1cs;
    this.#calculator = calculator;
    this.#wireOf = new Map(symbols);
    this.#nameOf = new Map([...symbols].reverse().map(([name, wire]) => [wire, name]));
    this.#touching = constraintsByWire(r1cs.constraints);
  }

  /**
   * @param main path of a main file, relative to the package root
   * @param optimisation O2 is what is proven; O1 is the same system with every signal still in its own template,
   *        so that a broken constraint tells its rule
   */
  static async load(main: string, optimisation: "O1" | "O2" = "O2"): Promise<CircuitUnderTest> {
    const files = await compiledInstance(main, optimisation);
    const symbols = (await readFile(files.sym, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","))
      .filter(([, wire]) => wire !== "-1")
      .map(([, wire, , signal]) => [(signal ?? "").replace(/^main\./, ""), Number(wire)] as const);
    return new CircuitUnderTest(
      await readR1csFile(files.r1cs),
      await WitnessCalculatorBuilder(withoutAssertions(await readFile(files.wasm))),
      symbols,
    );
  }

  /** The witness that the calculator finds for an input, lawful or not. */
  async witness(input: CircuitInput): Promise<bigint[]> {
    return this.#calculator.calculateWitness(input, false);
  }

  /** The wire of a signal; refuses one that the optimiser removed, so that no edit is silently lost. */
  wire(signal: string): number {
    const wire = this.#wireOf.get(signal);
    if (wire === undefined) throw new Error(`${signal} is not a wire of this circuit`);
    return wire;
  }

  has(signal: string): boolean {
    return this.#wireOf.has(signal);
  }

  name(wire: number): string {
    return this.#nameOf.get(wire) ?? `wire ${wire}`;
  }

  /** Names of all wires that match. */
  signals(pattern: RegExp): string[] {
    return [...this.#wireOf.keys()].filter((name) => pattern.test(name));
  }

  /** All constraints that a witness breaks. */
  violations(witness: readonly bigint[]): Violation[] {
    return this.#judge(this.r1cs.constraints.keys(), (wire) => witness[wire] ?? 0n);
  }

  /** What breaks when an otherwise good witness is edited: only constraints that the edited signals touch. */
  violationsOf(good: readonly bigint[], edits: Readonly<Record<string, bigint>>): Violation[] {
    const edited = new Map(Object.entries(edits).map(([signal, value]) => [this.wire(signal), modulo(value)]));
    const touched = new Set([...edited.keys()].flatMap((wire) => this.#touching.get(wire) ?? []));
    return this.#judge(touched, (wire) => edited.get(wire) ?? good[wire] ?? 0n);
  }

  /** Whether an otherwise good witness breaks any constraint when one wire has another value. */
  notices(good: readonly bigint[], edited: number, value: bigint): boolean {
    const wire = (index: number): bigint => (index === edited ? value : (good[index] ?? 0n));
    return (this.#touching.get(edited) ?? []).some((index) => {
      const constraint = this.r1cs.constraints[index];
      return constraint !== undefined && !holds(constraint, wire);
    });
  }

  #judge(indexes: Iterable<number>, wire: (index: number) => bigint): Violation[] {
    const broken: Violation[] = [];
    for (const index of indexes) {
      const constraint = this.r1cs.constraints[index];
      if (constraint === undefined || holds(constraint, wire)) continue;
      broken.push({ constraint: index, signals: wiresOf(constraint).map((w) => this.name(w)) });
    }
    return broken;
  }
}

function holds({ a, b, c }: Constraint, wire: (index: number) => bigint): boolean {
  return modulo(evaluate(a, wire) * evaluate(b, wire) - evaluate(c, wire)) === 0n;
}

export function wiresOf({ a, b, c }: Constraint): number[] {
  return [...new Set([...a, ...b, ...c].map(([wire]) => wire))];
}

function constraintsByWire(constraints: readonly Constraint[]): Map<number, number[]> {
  const touching = new Map<number, number[]>();
  constraints.forEach((constraint, index) => {
    for (const wire of wiresOf(constraint)) {
      const list = touching.get(wire);
      if (list === undefined) touching.set(wire, [index]);
      else list.push(index);
    }
  });
  return touching;
}

/**
 * circom compiles a failing `===` to: two calls that print, then `i32.const 4; return`. The last two become no-ops.
 */
function withoutAssertions(wasm: Buffer): Buffer {
  const patched = Buffer.from(wasm);
  let assertions = 0;
  for (let at = 4; at < patched.length - 2; at++) {
    const calls = patched[at - 4] === 0x10 && patched[at - 2] === 0x10;
    if (!calls || patched[at] !== 0x41 || patched[at + 1] !== 0x04 || patched[at + 2] !== 0x0f) continue;
    patched.fill(0x01, at, at + 3);
    assertions++;
  }
  if (assertions === 0) throw new Error("found no assertion to take out: the compiler's output has changed");
  return patched;
}
