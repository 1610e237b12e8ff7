import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { inputError } from "../errors.ts";
import type { Limits, Policy } from "./document.ts";
import schema from "./schema.json" with { type: "json" };
import { nearestWord } from "./spelling.ts";
import { normalFault, textFault, type TextFault } from "./texts.ts";

/** A kind's part of the policy's schema. */
export interface KindSchema {
  /** The schema of its limits. Its first example is of a first stage, its second of the one after it. */
  readonly limits: Described & { readonly examples: readonly Limits[] };
  /** What that refers to, by name; kinds that share a definition give the same object. */
  readonly definitions: Readonly<Record<string, Described>>;
}

/** A definition of a schema. `$comment` says in words what a user should give. */
export interface Described {
  readonly $comment?: string;
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly items?: Described;
  readonly enum?: readonly unknown[];
  readonly allOf?: readonly Described[];
  readonly [keyword: string]: unknown;
}

/** What matters most is said first: under an unknown kind of claim, for example, every limit looks wrong. */
const PRIORITY = ["claim-kind", "unit", "policy-text", "policy-schema"] as const;

/** The definitions that texts of people have, and whether it is the one of names and words. */
const TEXTS: ReadonlyMap<string, boolean> = new Map([
  ["name", true],
  ["word", true],
  ["text", false],
]);

/**
 * What does not match: `claim-kind` (no such kind), `unit` (not the channel's), `policy-text` (characters that mislead who
 * reads the text), `policy-schema` (everything else).
 */
export type SchemaCode = (typeof PRIORITY)[number];

/** One mismatch with the schema, for people. */
export interface Mismatch {
  readonly code: SchemaCode;
  /** JSON pointer into the policy. */
  readonly pointer: string;
  readonly message: string;
  readonly remedy: string;
}

/** The mismatches of a document: how many there are, and those that were put into words. */
export interface Mismatches {
  readonly count: number;
  readonly explained: readonly Mismatch[];
}

/** The schema of a policy: its definitions, and everything else that the validator takes. */
interface PolicySchema {
  readonly $defs: Readonly<Record<string, Described>>;
  readonly [keyword: string]: unknown;
}

/**
 * JSON Schema (2020-12) of a policy whose claims are of these kinds. An error without a code, because it is a bug: a kind
 * gives a name that is taken to another definition.
 */
export function policySchema(kinds: Readonly<Record<string, KindSchema>>): PolicySchema {
  const { claim } = schema.$defs;
  const names = Object.keys(kinds);
  const parts: Record<string, Described> = { ...schema.$defs };
  for (const [kind, { limits, definitions }] of Object.entries(kinds)) {
    for (const [name, part] of [...Object.entries(definitions), [limitsName(kind), limits] as const]) {
      // Else the limits of an earlier kind would mean what a later one says.
      if (name in parts && parts[name] !== part) throw new Error(`Two definitions of "${name}" differ.`);
      parts[name] = part;
    }
  }
  const properties = { ...claim.properties, kind: { ...claim.properties.kind, enum: names } };
  const allOf = names.map((name) => ({
    if: { properties: { kind: { const: name } }, required: ["kind"] },
    then: { properties: { rule: { $ref: `#/$defs/${limitsName(name)}` } } },
  }));
  return { ...schema, $defs: { ...parts, claim: { ...claim, properties, allOf } } };
}

function limitsName(kind: string): string {
  return `${kind}Limits`;
}

/** What checks parsed JSON against the schema of a policy, in Node and in a browser. */
export interface PolicyValidatorOf {
  policy(value: unknown, place: string): Policy;
  mismatches(value: unknown, most: number): Mismatches;
}

/** Checks parsed JSON against the schema of a policy whose claims are of certain kinds. */
export class PolicyValidator implements PolicyValidatorOf {
  readonly #definitions: Readonly<Record<string, Described>>;
  readonly #isPolicy: ValidateFunction<Policy>;

  constructor(kinds: Readonly<Record<string, KindSchema>>) {
    const whole = policySchema(kinds);
    this.#definitions = whole.$defs;
    // The schema is ours and a test judges it, which takes as long as to compile it.
    const options = { strict: true, strictTypes: false, allErrors: true, verbose: true, validateSchema: false };
    this.#isPolicy = new Ajv2020(options).compile(whole);
  }

  /**
   * Refuses what does not match, with its pointer in plain words: the first of its mismatches, by its code.
   * @param place a file; goes into errors as place#/json/pointer
   */
  policy(value: unknown, place: string): Policy {
    const { count, explained } = this.mismatches(value, 1);
    const [first] = explained;
    if (first === undefined) return value as Policy;
    const { code, pointer, message, remedy } = first;
    const more = count === 1 ? "" : ` (One of ${count} problems in this file.)`;
    throw inputError(`${message}${more}`, { place: `${place}#${pointer}`, remedy, code });
  }

  /** What does not match. A hostile file can have 200,000 mismatches: all are counted, at most `most` get words. */
  mismatches(value: unknown, most: number): Mismatches {
    const isPolicy = this.#isPolicy(value);
    // That a condition applied is no mismatch.
    const errors = (isPolicy ? [] : (this.#isPolicy.errors ?? [])).filter(({ keyword }) => keyword !== "if");
    const byCode = Map.groupBy(errors, codeOfError);
    const inOrder = PRIORITY.flatMap((code) => (byCode.get(code) ?? []).map((error) => ({ code, error })));
    const notNormal = textsNotNormal(value, "");
    const explained = inOrder.slice(0, most).map(({ code, error }) => {
      return { code, pointer: error.instancePath, ...EXPLAIN[code](error, this.#definitions) };
    });
    return {
      count: errors.length + notNormal.length,
      explained: [...explained, ...notNormal.slice(0, most - explained.length)],
    };
  }
}

/** What no pattern can say: every text is in normal form. `pointer` is that of the value. */
export function textsNotNormal(value: unknown, pointer: string): Mismatch[] {
  if (typeof value === "string") {
    const fault = normalFault(value);
    return fault === undefined ? [] : [{ code: "policy-text", pointer, ...fault }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => textsNotNormal(each, `${pointer}/${escapedKey(key)}`));
}

function escapedKey(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function codeOfError(error: ErrorObject): SchemaCode {
  const { keyword, instancePath } = error;
  if (keyword === "enum" && instancePath.endsWith("/kind")) return "claim-kind";
  if (keyword === "const" && instancePath.endsWith("/unit")) return "unit";
  return faultOf(error) === undefined ? "policy-schema" : "policy-text";
}

/** What a text holds that would mislead its readers, where that is why its pattern does not match. */
function faultOf({ keyword, schemaPath, data }: ErrorObject): TextFault | undefined {
  const isName = TEXTS.get(definitionOf(schemaPath));
  return keyword === "pattern" && isName !== undefined ? textFault(data as string, isName) : undefined;
}

/** Name of the definition that a place in the schema belongs to. */
function definitionOf(schemaPath: string): string {
  return schemaPath.split("/")[2] ?? "";
}

/** A mismatch in words; its pointer only where it differs from the place that the validator names. */
type Words = Pick<Mismatch, "message" | "remedy"> & Partial<Pick<Mismatch, "pointer">>;

type Definitions = Readonly<Record<string, Described>>;

const EXPLAIN: Readonly<Record<SchemaCode, (error: ErrorObject, definitions: Definitions) => Words>> = {
  "claim-kind": ({ data, params }) => ({
    message: `There is no kind of claim ${shorten(data)}.`,
    remedy: `Use one of ${list(paramsOf(params)["allowedValues"])}.`,
  }),
  unit: ({ data, params }) => ({
    message: `This channel is measured in ${JSON.stringify(paramsOf(params)["allowedValue"])} only, not in ${shorten(data)}.`,
    remedy: "Have those who approve the limits restate them, and the resolution, in that unit.",
  }),
  "policy-text": (error, definitions) => faultOf(error) ?? explainSchema(error, definitions),
  "policy-schema": explainSchema,
};

function explainSchema(error: ErrorObject, definitions: Definitions): Words {
  const { keyword, message = "is not permitted" } = error;
  const data = shorten(error.data);
  const params = paramsOf(error.params);
  switch (keyword) {
    case "const":
      return { message: `${data} is not permitted here.`, remedy: `Write ${JSON.stringify(params["allowedValue"])}.` };
    case "enum":
      return { message: `${data} is not permitted here.`, remedy: `Use one of ${list(params["allowedValues"])}.` };
    case "required": {
      const key = String(params["missingProperty"]);
      return {
        message: `"${key}" is missing.`,
        remedy: `Add "${key}"${describe(propertiesOf(error)[key], definitions)}.`,
      };
    }
    case "additionalProperties":
      return explainUnknown(error.instancePath, String(params["additionalProperty"]), propertiesOf(error));
    case "pattern":
      return { message: `${data} has the wrong form.`, remedy: expected(error, definitions) };
    default:
      return { message: `${data} ${message.replace("must NOT", "must not")}.`, remedy: expected(error, definitions) };
  }
}

function paramsOf(params: unknown): Readonly<Record<string, unknown>> {
  return params as Readonly<Record<string, unknown>>;
}

function explainUnknown(parent: string, key: string, properties: Readonly<Record<string, Described>>): Words {
  const known = Object.keys(properties);
  const meant = nearestWord(key, known);
  return {
    pointer: `${parent}/${escapedKey(key)}`,
    message: `${shorten(key)} is not known here.`,
    remedy: meant === undefined ? `Remove it; known here: ${known.join(", ")}.` : `Did you mean "${meant}"?`,
  };
}

/** The definition's words, else the field's own description. */
function expected(error: ErrorObject, definitions: Definitions): string {
  const words = definitions[definitionOf(error.schemaPath)]?.$comment;
  if (words !== undefined) return `Give ${words}.`;
  return `What belongs here${describe(error.parentSchema, definitions)}.`;
}

function propertiesOf(error: ErrorObject): Readonly<Record<string, Described>> {
  return (error.parentSchema as { properties: Record<string, Described> }).properties;
}

/** What the schema says about a property, itself or in the definition that it refers to. */
function describe(property: Described | undefined, definitions: Definitions): string {
  const definition = definitions[property?.$ref?.replace("#/$defs/", "") ?? ""];
  const words = property?.description ?? definition?.description;
  return words === undefined ? "" : `: ${lowerFirst(words).replace(/\.$/, "")}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function list(values: unknown): string {
  return (values as readonly unknown[]).map((value) => JSON.stringify(value)).join(", ");
}

/** Foreign data for a message: short, control characters escaped. */
function shorten(value: unknown): string {
  const text = JSON.stringify(value).replace(/\p{C}/gu, "?");
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
