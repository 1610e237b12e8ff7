import { inputError } from "../errors.ts";
import { DEFAULT_CIRCUITS, KIND, type KindName } from "../formats/constants.ts";
import { KINDS } from "./index.ts";
import type { Tier } from "./kind.ts";

/** One circuit that claims can name and that is registered on chain. */
export interface Circuit extends Tier {
  readonly kind: KindName;
  /** Main file, relative to the package root. */
  readonly main: string;
}

/**
 * Every circuit there is, of each kind the smallest tier first. Artifacts, lock file, policies and the chain all start from
 * this list.
 */
export const CIRCUITS: readonly Circuit[] = Object.values(KINDS).flatMap((kind) =>
  kind.tiers.map(({ name, tier }) => ({ name, kind: kind.name, tier, main: `circuits/main/${name}.circom` })),
);

/** What serves everybody who asks for no other; the rest is made on demand. */
export const SMALLEST: readonly Circuit[] = CIRCUITS.filter(({ name }) => DEFAULT_CIRCUITS.includes(name));

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

/**
 * What is wrong where two persons of the register say of which kind a circuit is, and its name says another one; undefined:
 * nothing, or nobody here knows the circuit.
 */
export function mistakenKind(name: string | undefined, kind: string): string | undefined {
  const circuit = CIRCUITS.find((each) => each.name === name);
  if (circuit === undefined || circuit.kind === kind) return undefined;
  return `The register takes ${circuit.name} for a circuit of kind ${kind}.`;
}
