import type { CircuitInput } from "../../src/kinds/circuitInput.ts";
import { ELEMENT_BYTES, modulo, readElement, writeElement } from "./r1cs.ts";

/** What circom exports of a compiled circuit, as far as it is used here. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  init(sanityCheck: number): void;
  getSharedRWMemoryStart(): number;
  getInputSize(): number;
  getInputSignalSize(high: number, low: number): number;
  setInputSignal(high: number, low: number, index: number): void;
  getWitnessSize(): number;
  /** Copies a wire to the shared memory. */
  getWitness(wire: number): void;
}

/**
 * circom's witness calculator without its assertions: a malicious prover does not run ours, so that it finds a witness
 * for every input, lawful or not.
 */
export class WitnessCalculator {
  readonly #circuit: Exports;

  private constructor(circuit: Exports) {
    this.#circuit = circuit;
  }

  /** @param wasm what circom compiled */
  static of(wasm: Uint8Array): WitnessCalculator {
    const silent = (): void => undefined;
    const fail = (code: number): void => {
      throw new Error(`the witness calculator failed with code ${code}`);
    };
    const messages = { printErrorMessage: silent, writeBufferMessage: silent, showSharedRWMemory: silent };
    const module = new WebAssembly.Module(withoutAssertions(wasm));
    const { exports } = new WebAssembly.Instance(module, {
      runtime: { exceptionHandler: fail, ...messages },
    });
    return new WitnessCalculator(exports as unknown as Exports);
  }

  /** All wires of the circuit; refuses an input that has other names or sizes than the circuit. */
  witness(input: CircuitInput): bigint[] {
    const circuit = this.#circuit;
    circuit.init(0);
    let set = 0;
    for (const [name, value] of Object.entries(input))
      set += this.#setInput(name, typeof value === "bigint" ? [value] : value);
    if (set !== circuit.getInputSize()) throw new Error(`${set} of ${circuit.getInputSize()} inputs were set`);
    const shared = this.#shared();
    return Array.from({ length: circuit.getWitnessSize() }, (_, wire) => {
      circuit.getWitness(wire);
      return readElement(shared, 0);
    });
  }

  #setInput(name: string, values: readonly bigint[]): number {
    const circuit = this.#circuit;
    const hash = fnv1a(name);
    const [high, low] = [Number(hash >> 32n), Number(hash & 0xffff_ffffn)] as const;
    const size = circuit.getInputSignalSize(high, low);
    if (size !== values.length) throw new Error(`${values.length} values for ${name}, which has ${size}`);
    const shared = this.#shared();
    values.forEach((value, index) => {
      writeElement(shared, 0, modulo(value));
      circuit.setInputSignal(high, low, index);
    });
    return values.length;
  }

  /** Where one field element is handed over. */
  #shared(): DataView {
    return new DataView(this.#circuit.memory.buffer, this.#circuit.getSharedRWMemoryStart(), ELEMENT_BYTES);
  }
}

/** How circom names an input: 64-bit FNV-1a. */
function fnv1a(name: string): bigint {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of Buffer.from(name, "utf8")) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
  return hash;
}

/**
 * circom compiles a failing `===` to: two calls that print, then `i32.const 4; return`. The last two become no-ops.
 */
function withoutAssertions(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const patched = Uint8Array.from(wasm);
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
