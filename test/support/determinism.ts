import type { SignalName } from "../../src/formats/constants.ts";
import type { CircuitInput } from "../../src/kinds/circuitInput.ts";
import type { CircuitUnderTest } from "./circuit.ts";
import { evaluate, modulo, type Constraint } from "./r1cs.ts";

/**
 * The wires that the constraints leave free at this witness when the private inputs stand still. Linearised
 * (Jacobian) propagation: a constraint in which only one wire may still move fixes that wire. A wire that is never
 * fixed could be chosen by the prover.
 */
function freeWires(circuit: CircuitUnderTest, witness: readonly bigint[], fixed: readonly string[]): string[] {
  const constraints = circuit.r1cs.constraints.map((constraint) => new Set(movingWires(constraint, witness)));
  const touching = new Map<number, Set<number>[]>();
  for (const moving of constraints) {
    for (const wire of moving) touching.set(wire, [...(touching.get(wire) ?? []), moving]);
  }
  const alone = constraints.filter((moving) => moving.size === 1).flatMap((moving) => [...moving]);
  const fixing = [0, ...fixed.map((name) => circuit.wire(name)), ...alone];
  const determined = new Set<number>();
  for (let wire = fixing.pop(); wire !== undefined; wire = fixing.pop()) {
    if (determined.has(wire)) continue;
    determined.add(wire);
    for (const moving of touching.get(wire) ?? []) {
      moving.delete(wire);
      if (moving.size === 1) fixing.push(...moving);
    }
  }
  const free: string[] = [];
  for (let wire = 0; wire < circuit.r1cs.wires; wire++) if (!determined.has(wire)) free.push(circuit.name(wire));
  return free;
}

/** The signals that follow from a claim's private inputs; `context` and `opened` do not. */
const FOLLOWING: readonly string[] = ["rule", "head", "parties", "record", "deviations"] satisfies SignalName[];

/** The wires that are left free by the witness of an input when all of it stands still that does not follow. */
export async function undetermined(circuit: CircuitUnderTest, input: CircuitInput): Promise<string[]> {
  const given = new Set(Object.keys(input).filter((name) => !FOLLOWING.includes(name)));
  const fixed = circuit.signals(/./).filter((name) => given.has(name) || given.has(name.replace(/(\[\d+\])+$/, "")));
  return freeWires(circuit, await circuit.witness(input), fixed).sort();
}

/** Wires with a non-zero coefficient in the constraint's differential at the witness. */
function movingWires({ a, b, c }: Constraint, witness: readonly bigint[]): number[] {
  const value = (wire: number): bigint => witness[wire] ?? 0n;
  const [left, right] = [evaluate(a, value), evaluate(b, value)];
  const slope = new Map<number, bigint>();
  const add = (wire: number, amount: bigint): void => void slope.set(wire, (slope.get(wire) ?? 0n) + amount);
  for (const [wire, coefficient] of a) add(wire, coefficient * right);
  for (const [wire, coefficient] of b) add(wire, coefficient * left);
  for (const [wire, coefficient] of c) add(wire, -coefficient);
  return [...slope].filter(([, amount]) => modulo(amount) !== 0n).map(([wire]) => wire);
}

/** The wires of a good witness to which `change` can be added without breaking a constraint. */
export function unnoticedChanges(circuit: CircuitUnderTest, witness: readonly bigint[], change: bigint): string[] {
  const unnoticed: string[] = [];
  for (let wire = 1; wire < circuit.r1cs.wires; wire++) {
    if (!circuit.notices(witness, wire, modulo((witness[wire] ?? 0n) + change))) unnoticed.push(circuit.name(wire));
  }
  return unnoticed.sort();
}

/**
 * What is left free of a steady series whose device is the first of two: the inverse hint of a comparison with zero, where
 * the compared value is zero.
 */
export const MEANINGLESS_IN_SERIES: readonly string[] = [
  "clock.exact.inv",
  "device.at[0].isz.inv",
  ...[2, 3, 4, 5, 6, 7].map((slot) => `device.unused[${slot}].inv`),
  "firstAttempt.inv",
  "openingTime.boundless.isz.inv",
  "source.sameOrg.isz.inv",
  "source.signed.verifier.eqCheckX.isz.inv",
  "source.signed.verifier.eqCheckY.isz.inv",
];
