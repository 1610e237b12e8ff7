import type { ErrorCode } from "../errorCodes.ts";
import { inputError } from "../errors.ts";

/**
 * What a JSON value must be, member by member, where JSON Schema cannot be asked: its compiler makes code, which a page's
 * content security policy forbids. A shape gives the value as it is to be used; whatever does not fit is a `Misfit`.
 */
export type Shape<T> = (value: unknown) => T;

/** Where a value does not fit, and what was expected there. It never says the value: somebody else wrote it. */
class Misfit extends Error {
  /** Names and indexes that lead there. */
  readonly path: string[] = [];
}

/** Reads a value. Errors: `code`, with the place `place#/pointer`. `name`: what it should be, for the message. */
export function shaped<T>(shape: Shape<T>, value: unknown, name: string, code: ErrorCode, place: string): T {
  try {
    return shape(value);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const pointer = error.path.map((each) => `/${each}`).join("");
    throw inputError(`Not a valid ${name}: ${error.message}.`, { code, place: `${place}#${pointer}` });
  }
}

function within<T>(name: string | number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Misfit) error.path.unshift(String(name));
    throw error;
  }
}

/** A whole number from `least` on that JSON holds exactly. */
export function whole(least = 0, most = Number.MAX_SAFE_INTEGER): Shape<number> {
  return (value) => {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new Misfit(`expected a whole number from ${least} to ${most}`);
  };
}

/** A number that was measured, 0 or more. */
export const measured: Shape<number> = (value) => {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new Misfit("expected a number from 0 on");
};

export const flag: Shape<boolean> = (value) => {
  if (typeof value === "boolean") return value;
  throw new Misfit("expected true or false");
};

/** A text of at most so many characters, none of them half. */
export function textOf(most: number): Shape<string> {
  return (value) => {
    if (typeof value === "string" && value.length <= most && value.isWellFormed()) return value;
    throw new Misfit(`expected a text of at most ${most} characters`);
  };
}

/** A text of a form. */
export function matching(pattern: RegExp): Shape<string> {
  return (value) => {
    if (typeof value === "string" && pattern.test(value)) return value;
    throw new Misfit(`expected a text of the form ${pattern.source}`);
  };
}

const decimalText = matching(/^(0|[1-9][0-9]{0,77})$/);
/** A number beyond 2^53, decimal. */
export const decimal: Shape<bigint> = (value) => BigInt(decimalText(value));

/** A quantity as a decimal text, of at most 9 digits before the point and 6 after it, as the nearest number. */
export function quantity(least: number, most: number): Shape<number> {
  return (value) => {
    const given =
      typeof value === "string" && /^(0|[1-9][0-9]{0,8})([.][0-9]{1,6})?$/.test(value) ? Number(value) : NaN;
    if (given >= least && given <= most) return given;
    throw new Misfit(`expected a decimal number from ${least} to ${most}, as a text`);
  };
}

/** One of these texts or numbers. */
export function oneOf<const T extends string | number>(values: readonly T[]): Shape<T> {
  return (value) => {
    const found = values.find((each) => each === value);
    if (found === undefined) throw new Misfit(`expected one of ${values.join(", ")}`);
    return found;
  };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? null : shape(value));
}

export function listOf<T>(shape: Shape<T>, most: number): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > most) throw new Misfit(`expected a list of at most ${most}`);
    return value.map((each: unknown, i) => within(i, () => shape(each)));
  };
}

export function pairOf<T>(shape: Shape<T>): Shape<readonly [T, T]> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== 2) throw new Misfit("expected a list of two");
    return [within(0, () => shape(value[0])), within(1, () => shape(value[1]))];
  };
}

type Members<T> = { readonly [K in keyof T]-?: Shape<Exclude<T[K], undefined>> };

/** An object with exactly these members; those of `optional` may be absent. */
export function objectOf<T extends object>(
  members: Members<T>,
  optional: readonly (keyof T & string)[] = [],
): Shape<T> {
  const shape = partOf(members, optional);
  return (value) => {
    const unknown = Object.keys(objectIn(value)).find((name) => !Object.hasOwn(members, name));
    if (unknown !== undefined) throw new Misfit("a member that is not known here");
    return shape(value);
  };
}

/** Of an object these members, whatever else it has; those of `optional` may be absent. */
export function partOf<T extends object>(members: Members<T>, optional: readonly (keyof T & string)[] = []): Shape<T> {
  const shapes = Object.entries<Shape<unknown>>(members);
  return (value) => {
    const given = objectIn(value);
    const read: Record<string, unknown> = {};
    for (const [name, shape] of shapes) {
      if (Object.hasOwn(given, name)) read[name] = within(name, () => shape(given[name]));
      else if (!optional.some((each) => each === name)) throw new Misfit(`the member ${name} is missing`);
    }
    return read as T;
  };
}

/** An object whose names and values are of these shapes, of at most so many members. */
export function recordOf<T>(name: Shape<string>, shape: Shape<T>, most: number): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    const entries = Object.entries(objectIn(value));
    if (entries.length > most) throw new Misfit(`expected at most ${most} members`);
    return Object.fromEntries(entries.map(([key, each]) => [name(key), within(name(key), () => shape(each))]));
  };
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Misfit("expected an object");
}
