import { inputError } from "./errors.ts";
import { KIND, ROWS_PER_CHUNK, SAMPLES_PER_CHUNK, type KindName } from "./formats/constants.ts";
import { QUALITY_SLOTS } from "./formats/qualityRule.ts";

/** One circuit that claims can name and that is registered on chain. */
export interface Circuit {
  readonly name: string;
  readonly kind: KindName;
  /** Capacity: readings or samples of a series, results of a set, one stage of a chain of custody. */
  readonly tier: number;
  /** Main file, relative to the package root. */
  readonly main: string;
}

function circuit(name: string, kind: KindName, tier: number): Circuit {
  return { name, kind, tier, main: `circuits/main/${name}.circom` };
}

/**
 * Every circuit there is, of each kind the smallest tier first. Artifacts, lock file, policies and the chain all start from
 * this list.
 */
export const CIRCUITS: readonly Circuit[] = [
  circuit("temperature-1k", "temperature", 5 * ROWS_PER_CHUNK),
  circuit("temperature-4k", "temperature", 18 * ROWS_PER_CHUNK),
  circuit("temperature-9k", "temperature", 44 * ROWS_PER_CHUNK),
  circuit("parameters-210", "parameters", 3 * SAMPLES_PER_CHUNK),
  circuit("parameters-770", "parameters", 11 * SAMPLES_PER_CHUNK),
  circuit("parameters-2k", "parameters", 28 * SAMPLES_PER_CHUNK),
  circuit("parameters-4k", "parameters", 60 * SAMPLES_PER_CHUNK),
  circuit("custody", "custody", 1),
  circuit("quality", "quality", QUALITY_SLOTS),
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
