import { inputError } from "./errors.ts";
import { KIND, ROWS_PER_CHUNK, type KindName } from "./formats/constants.ts";

/** One circuit that claims can name and that is registered on chain. */
export interface Circuit {
  readonly name: string;
  readonly kind: KindName;
  /** Capacity: readings of a series circuit. */
  readonly tier: number;
  /** Main file, relative to the package root. */
  readonly main: string;
}

function temperature(name: string, chunks: number): Circuit {
  return { name, kind: "temperature", tier: chunks * ROWS_PER_CHUNK, main: `circuits/main/${name}.circom` };
}

/** Every circuit there is, smallest tier first. Artifacts, lock file, policies and the chain all start from this list. */
export const CIRCUITS: readonly Circuit[] = [
  temperature("temperature-1k", 5),
  temperature("temperature-4k", 18),
  temperature("temperature-9k", 44),
];

/** What serves everybody who asks for no other: big tiers cost minutes and gigabytes, so they are made on demand. */
export const SMALLEST: readonly Circuit[] = CIRCUITS.slice(0, 1);

/** The code of a circuit's kind in rules, headers and on chain. */
export function kindCode(circuit: Circuit): number {
  return KIND[circuit.kind];
}

/** The circuit of a name; `place` is the option or file that names it. Error `circuit` if there is none. */
export function circuitNamed(name: string, place?: string): Circuit {
  const circuit = CIRCUITS.find((candidate) => candidate.name === name);
  if (circuit !== undefined) return circuit;
  throw inputError(`There is no circuit "${name}".`, {
    code: "circuit",
    remedy: `Circuits: ${CIRCUITS.map((candidate) => candidate.name).join(", ")}.`,
    ...(place === undefined ? {} : { place }),
  });
}
