import type { FindMisfit, Misfit } from "../../../src/formats/schema.ts";

/**
 * JSON Schema without code that is made from it, which the page's policy forbids. It knows the keywords that the project's own
 * schemas use, and is stopped by any other one: what it does not understand must not pass.
 */

type Schema = Readonly<Record<string, unknown>>;
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A value with its place, and the schema that has all definitions. */
interface At {
  readonly value: Json;
  readonly pointer: string;
  readonly root: Schema;
}

/** What one keyword says of a value: nothing, if it fits. `schema`: the one that the keyword stands in. */
type Keyword = (told: unknown, at: At, schema: Schema) => Misfit | undefined;

/** Looks for what does not fit a JSON Schema of ours. */
export function misfitFinder(schema: object): FindMisfit {
  const root = schema as Schema;
  return (value) => misfitIn(root, { value: value as Json, pointer: "", root });
}

function misfitIn(schema: unknown, at: At): Misfit | undefined {
  if (typeof schema === "boolean") return schema ? undefined : misfit(at, "must NOT be here");
  for (const [name, told] of Object.entries(schema as Schema)) {
    const keyword = KEYWORDS.get(name);
    if (keyword === undefined) throw new Error(`the page does not know the keyword ${name} of a schema`);
    const found = keyword(told, at, schema as Schema);
    if (found !== undefined) return found;
  }
  return undefined;
}

function misfit({ pointer }: At, message: string, remedy?: string): Misfit {
  return { pointer, message, remedy };
}

/** The first misfit that one of several finds. */
function first<T>(each: Iterable<T>, look: (one: T) => Misfit | undefined): Misfit | undefined {
  for (const one of each) {
    const found = look(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isText = (value: Json): value is string => typeof value === "string";
const isNumber = (value: Json): value is number => typeof value === "number";

const TYPES: Readonly<Record<string, (value: Json) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  string: isText,
  number: isNumber,
  integer: (value) => Number.isInteger(value),
  array: isList,
  object: isObject,
};

/** A member of a value. */
function member({ pointer, root }: At, name: string | number, value: Json): At {
  return { value, root, pointer: `${pointer}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}` };
}

/** A keyword about values of one type only; others fit. `size` is compared with what the schema tells. */
function bound<T extends Json>(
  is: (value: Json) => value is T,
  size: (value: T) => number,
  fits: (size: number, told: number) => boolean,
  words: (told: number) => string,
): Keyword {
  return (told, at) =>
    !is(at.value) || fits(size(at.value), told as number) ? undefined : misfit(at, words(told as number));
}

const least = (size: number, told: number): boolean => size >= told;
const most = (size: number, told: number): boolean => size <= told;
const characters = (text: string): number => Array.from(text).length;
const itself = (value: number): number => value;
const items = (list: readonly Json[]): number => list.length;
const members = (object: object): number => Object.keys(object).length;

/** One text of a value, in whatever order its members stand. */
const form = (value: unknown): string =>
  JSON.stringify(value, (_, each: Json) =>
    isObject(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
const same = (a: unknown, b: unknown): boolean => form(a) === form(b);
/** Keywords that say nothing of a value by themselves. */
const silent: Keyword = () => undefined;

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ...["$schema", "$id", "$comment", "$defs", "title", "description", "examples", "then", "else"].map(
    (name) => [name, silent] as const,
  ),
  ["$ref", (told, at) => misfitIn((at.root["$defs"] as Schema)[String(told).replace("#/$defs/", "")], at)],
  [
    "type",
    (told, at) =>
      [told].flat().some((name) => TYPES[String(name)]?.(at.value) === true)
        ? undefined
        : misfit(at, `must be ${[told].flat().join(",")}`),
  ],
  [
    "const",
    (told, at) =>
      same(told, at.value) ? undefined : misfit(at, "must be equal to constant", `Write ${JSON.stringify(told)}.`),
  ],
  [
    "enum",
    (told, at) => {
      const values = told as readonly unknown[];
      if (values.some((each) => same(each, at.value))) return undefined;
      const words = values.map((each) => JSON.stringify(each)).join(", ");
      return misfit(at, "must be equal to one of the allowed values", `Use one of ${words}.`);
    },
  ],
  [
    "pattern",
    (told, at) =>
      !isText(at.value) || new RegExp(String(told), "u").test(at.value)
        ? undefined
        : misfit(at, `must match pattern "${String(told)}"`),
  ],
  ["minLength", bound(isText, characters, least, (n) => `must NOT have fewer than ${n} characters`)],
  ["maxLength", bound(isText, characters, most, (n) => `must NOT have more than ${n} characters`)],
  ["minimum", bound(isNumber, itself, least, (n) => `must be >= ${n}`)],
  ["maximum", bound(isNumber, itself, most, (n) => `must be <= ${n}`)],
  ["minItems", bound(isList, items, least, (n) => `must NOT have fewer than ${n} items`)],
  ["maxItems", bound(isList, items, most, (n) => `must NOT have more than ${n} items`)],
  ["minProperties", bound(isObject, members, least, (n) => `must NOT have fewer than ${n} properties`)],
  ["maxProperties", bound(isObject, members, most, (n) => `must NOT have more than ${n} properties`)],
  [
    "uniqueItems",
    (told, at) =>
      told !== true || !isList(at.value) || new Set(at.value.map(form)).size === at.value.length
        ? undefined
        : misfit(at, "must NOT have duplicate items"),
  ],
  [
    "required",
    (told, at) => {
      const { value } = at;
      if (!isObject(value)) return undefined;
      return first(told as readonly string[], (name) =>
        Object.hasOwn(value, name) ? undefined : misfit(at, `must have required property '${name}'`),
      );
    },
  ],
  [
    "properties",
    (told, at) => {
      const { value } = at;
      if (!isObject(value)) return undefined;
      return first(Object.entries(told as Schema), ([name, schema]) =>
        Object.hasOwn(value, name) ? misfitIn(schema, member(at, name, value[name] as Json)) : undefined,
      );
    },
  ],
  [
    "additionalProperties",
    (told, at, { properties = {} }) => {
      if (!isObject(at.value)) return undefined;
      const others = Object.entries(at.value).filter(([name]) => !Object.hasOwn(properties as Schema, name));
      const known = `Known here: ${Object.keys(properties as Schema).join(", ")}.`;
      return first(others, ([name, value]) =>
        told === false
          ? misfit(at, "must NOT have additional properties", known)
          : misfitIn(told, member(at, name, value)),
      );
    },
  ],
  [
    "propertyNames",
    (told, at) =>
      isObject(at.value) ? first(Object.keys(at.value), (name) => misfitIn(told, { ...at, value: name })) : undefined,
  ],
  [
    "prefixItems",
    (told, at) => {
      const schemas = told as readonly unknown[];
      if (!isList(at.value)) return undefined;
      return first(at.value.slice(0, schemas.length).entries(), ([i, value]) =>
        misfitIn(schemas[i], member(at, i, value)),
      );
    },
  ],
  [
    "items",
    (told, at, { prefixItems = [] }) => {
      if (!isList(at.value)) return undefined;
      const before = (prefixItems as readonly unknown[]).length;
      return first(at.value.slice(before).entries(), ([i, value]) => misfitIn(told, member(at, before + i, value)));
    },
  ],
  ["allOf", (told, at) => first(told as readonly unknown[], (schema) => misfitIn(schema, at))],
  [
    "anyOf",
    (told, at) =>
      (told as readonly unknown[]).some((schema) => misfitIn(schema, at) === undefined)
        ? undefined
        : misfit(at, "must match a schema in anyOf"),
  ],
  [
    "if",
    (told, at, { then = true, else: otherwise = true }) =>
      misfitIn(misfitIn(told, at) === undefined ? then : otherwise, at),
  ],
]);
