import type { PartyPath } from "../formats/party.ts";

/** Input of a circuit's witness calculator: names as in the circuit, a bus's field as `bus.field`. */
export type CircuitInput = Readonly<Record<string, bigint | readonly bigint[]>>;

/** The fields of a structure as a bus input: `name.field`. */
export function bus(name: string, fields: object): CircuitInput {
  return Object.fromEntries(
    Object.entries(fields as CircuitInput).map(([field, value]) => [`${name}.${field}`, value]),
  );
}

/** A path of the party tree as the fields of bus PartyPath. */
export function pathInput(path: PartyPath): CircuitInput {
  return { children: path.children.flat() };
}
