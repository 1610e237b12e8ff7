import { readFile } from "node:fs/promises";
import { WitnessCalculator } from "./calculator.ts";
import { compiledInstance, type Optimisation } from "./compiled.ts";
import { FIELD } from "../../src/formats/field.ts";
import { releaseAfterFile } from "./release.ts";
import { evaluate, modulo, readR1csFile, type Constraint, type R1cs } from "./r1cs.ts";
import type { CircuitInput } from "../../src/kinds/circuitInput.ts";

/** A constraint that a witness breaks, by the names of the signals in it. */
export interface Violation {
  readonly constraint: number;
  readonly signals: readonly string[];
}

/** What a circuit holds in memory: hundreds of megabytes. */
interface Parts {
  readonly r1cs: R1cs;
  readonly names: readonly string[];
  readonly wireOf: ReadonlyMap<string, number>;
  /** Constraints by wire. */
  readonly touching: ReadonlyMap<number, readonly number[]>;
  readonly witness: (input: CircuitInput) => bigint[];
}

/**
 * A compiled circuit under test. A malicious prover does not run our witness calculator, so its own assertions are taken
 * out and every witness, good or bad, is judged by the constraints alone, as the proof is.
 */
export class CircuitUnderTest {
  #parts: Parts | undefined;
  #last: { readonly input: CircuitInput; readonly witness: readonly bigint[] } | undefined;

  private constructor(r1cs: R1cs, names: readonly string[], witness: Parts["witness"]) {
    const wireOf = new Map(names.map((name, wire) => [name, wire] as const).slice(1));
    this.#parts = { r1cs, names, wireOf, touching: constraintsByWire(r1cs.constraints), witness };
    releaseAfterFile(() => {
      this.#parts = this.#last = undefined;
    });
  }

  get #circuit(): Parts {
    if (this.#parts === undefined) throw new Error("this circuit was released with its test file");
    return this.#parts;
  }

  get r1cs(): R1cs {
    return this.#circuit.r1cs;
  }

  /**
   * @param main path of a main file, relative to the package root
   * @param optimisation O2 is what is proven; O1 is the same system with every signal still in its own template,
   *        so that a broken constraint tells its rule
   */
  static async load(main: string, optimisation: Optimisation = "O2"): Promise<CircuitUnderTest> {
    const files = await compiledInstance(main, optimisation);
    const calculator = WitnessCalculator.of(await readFile(files.wasm));
    return new CircuitUnderTest(await readR1csFile(files.r1cs), await readNames(files.sym), (input) =>
      calculator.witness(input),
    );
  }

  /**
   * A circuit as it is proven (O2), and named (O1). One calculation serves both: full simplification only takes
   * signals away, so a witness of the first is a part of the other's.
   */
  static async both(main: string): Promise<[proven: CircuitUnderTest, named: CircuitUnderTest]> {
    const named = await CircuitUnderTest.load(main, "O1");
    const { r1cs, sym } = await compiledInstance(main, "O2");
    const names = await readNames(sym);
    const kept = names.map((name, wire) => (wire === 0 ? 0 : named.wire(name)));
    const proven = new CircuitUnderTest(await readR1csFile(r1cs), names, (input) => {
      const witness = named.#calculated(input);
      return kept.map((wire) => witness[wire] ?? 0n);
    });
    return [proven, named];
  }

  /** The witness that the calculator finds for an input, lawful or not. */
  witness(input: CircuitInput): Promise<bigint[]> {
    return Promise.resolve([...this.#calculated(input)]);
  }

  /** The same once more for the input of the call before: mostly both of a pair are asked about it. */
  #calculated(input: CircuitInput): readonly bigint[] {
    if (this.#last?.input !== input) this.#last = { input, witness: this.#circuit.witness(input) };
    return this.#last.witness;
  }

  /** The wire of a signal; refuses one that the optimiser removed, so that no edit is silently lost. */
  wire(signal: string): number {
    const wire = this.#circuit.wireOf.get(signal);
    if (wire === undefined) throw new Error(`${signal} is not a wire of this circuit`);
    return wire;
  }

  has(signal: string): boolean {
    return this.#circuit.wireOf.has(signal);
  }

  name(wire: number): string {
    return this.#circuit.names[wire] ?? "";
  }

  /** Names of all wires that match. */
  signals(pattern: RegExp): string[] {
    return [...this.#circuit.wireOf.keys()].filter((name) => pattern.test(name));
  }

  /** All constraints that a witness breaks. */
  violations(witness: readonly bigint[]): Violation[] {
    return this.#judge(this.r1cs.constraints.keys(), (wire) => witness[wire] ?? 0n);
  }

  /** What breaks when an otherwise good witness is edited: only constraints that the edited signals touch. */
  violationsOf(good: readonly bigint[], edits: Readonly<Record<string, bigint>>): Violation[] {
    const edited = new Map(Object.entries(edits).map(([signal, value]) => [this.wire(signal), modulo(value)]));
    const touched = new Set([...edited.keys()].flatMap((wire) => this.#circuit.touching.get(wire) ?? []));
    return this.#judge(touched, (wire) => edited.get(wire) ?? good[wire] ?? 0n);
  }

  /** Whether an otherwise good witness breaks any constraint when one wire has another value. */
  notices(good: readonly bigint[], edited: number, value: bigint): boolean {
    const wire = (index: number): bigint => (index === edited ? value : (good[index] ?? 0n));
    return (this.#circuit.touching.get(edited) ?? []).some((index) => {
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

/** Signals by wire, without the prefix that all have in common. Wire 0 is always 1 and no signal. */
async function readNames(sym: string): Promise<string[]> {
  const names = ["wire 0"];
  for (const line of (await readFile(sym, "utf8")).trimEnd().split("\n")) {
    const [, wire, , signal = ""] = line.split(",");
    if (wire !== "-1") names[Number(wire)] ??= signal.replace(/^main\./, "");
  }
  return names;
}

function holds({ a, b, c }: Constraint, wire: (index: number) => bigint): boolean {
  return (evaluate(a, wire) * evaluate(b, wire) - evaluate(c, wire)) % FIELD === 0n;
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
