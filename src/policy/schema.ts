import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { inputError } from "../errors.ts";
import type { Policy } from "./policy.ts";
import schema from "./schema.json" with { type: "json" };
import { nearestWord } from "./spelling.ts";

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true, verbose: true });
const isPolicy = ajv.compile<Policy>(schema);

type Code = "claim-kind" | "unit" | "policy-schema";

/** What matters most is said first: under an unknown kind of claim, for example, every limit looks wrong. */
const PRIORITY: readonly Code[] = ["claim-kind", "unit", "policy-schema"];

/** Refuses what does not match schema.json, with its pointer in plain words; the codes are those of `parsePolicy`. */
export function validatePolicy(value: unknown, place: string): Policy {
  if (isPolicy(value)) return value;
  // A hostile file can have 200,000 mismatches: all get a code, one gets words. That a condition applied is none.
  const errors = (isPolicy.errors ?? []).filter(({ keyword }) => keyword !== "if");
  const codes = errors.map(codeOfError);
  const code = PRIORITY.find((each) => codes.includes(each));
  const error = errors.find((_, index) => codes[index] === code);
  if (code === undefined || error === undefined) throw new Error("A refused policy has an error.");
  const { pointer = error.instancePath, message, remedy } = EXPLAIN[code](error);
  const more = errors.length === 1 ? "" : ` (One of ${errors.length} problems in this file.)`;
  throw inputError(`${message}${more}`, { place: `${place}#${pointer}`, remedy, code });
}

function codeOfError({ keyword, instancePath }: ErrorObject): Code {
  if (keyword === "enum" && instancePath.endsWith("/kind")) return "claim-kind";
  if (keyword === "const" && instancePath.endsWith("/unit")) return "unit";
  return "policy-schema";
}

/** One mismatch with schema.json, for people. */
interface Explanation {
  /** Where it differs from the place that the validator names. */
  readonly pointer?: string;
  readonly message: string;
  readonly remedy: string;
}

const EXPLAIN: Readonly<Record<Code, (error: ErrorObject) => Explanation>> = {
  "claim-kind": ({ data, params }) => ({
    message: `There is no kind of claim ${shorten(data)}.`,
    remedy: `Use one of ${list(paramsOf(params)["allowedValues"])}.`,
  }),
  unit: ({ data, params }) => ({
    message: `This channel is measured in ${JSON.stringify(paramsOf(params)["allowedValue"])} only, not in ${shorten(data)}.`,
    remedy: "Have those who approve the limits restate them, and the resolution, in that unit.",
  }),
  "policy-schema": explainSchema,
};

function explainSchema(error: ErrorObject): Explanation {
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
      return { message: `"${key}" is missing.`, remedy: `Add "${key}"${describe(propertiesOf(error)[key])}.` };
    }
    case "additionalProperties":
      return explainUnknown(error.instancePath, String(params["additionalProperty"]), propertiesOf(error));
    case "pattern":
      return { message: `${data} has the wrong form.`, remedy: expected(error) };
    default:
      return { message: `${data} ${message.replace("must NOT", "must not")}.`, remedy: expected(error) };
  }
}

function paramsOf(params: unknown): Readonly<Record<string, unknown>> {
  return params as Readonly<Record<string, unknown>>;
}

function explainUnknown(parent: string, key: string, properties: Readonly<Record<string, Described>>): Explanation {
  const known = Object.keys(properties);
  const meant = nearestWord(key, known);
  return {
    pointer: `${parent}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
    message: `${shorten(key)} is not known here.`,
    remedy: meant === undefined ? `Remove it; known here: ${known.join(", ")}.` : `Did you mean "${meant}"?`,
  };
}

/** What each definition of the schema asks for, in words. */
const EXPECTED: Readonly<Record<string, string>> = {
  uint32: "a whole number up to 4,294,967,295",
  name: "a short text without control characters or spaces at its ends",
  text: "a text of up to 2,000 characters, without control characters or spaces at its ends",
  slug: "lower-case letters and digits in words joined by single hyphens",
  claimId: "the stage's name, a slash and the claim's own name, such as \"transport/temperature\"",
  budget: "a whole number of seconds up to 2,147,483,647",
  seconds: "a whole number of seconds up to 4,294,967,294",
  word: "a short text without '|', control characters or spaces at its ends",
  limit: 'a decimal number in quotes, such as "0.5", with up to 9 digits before the point and 6 after it',
  quantity: 'a decimal number in quotes, such as "2.0", with up to 6 digits before and after the point',
};

/** The definition's words, else the field's own description. */
function expected(error: ErrorObject): string {
  const [, , definition = ""] = error.schemaPath.split("/");
  const words = EXPECTED[definition];
  if (words !== undefined) return `Give ${words}.`;
  return `What belongs here${describe(error.parentSchema as Described | undefined)}.`;
}

interface Described {
  readonly description?: string;
  readonly $ref?: string;
}

function propertiesOf(error: ErrorObject): Readonly<Record<string, Described>> {
  return (error.parentSchema as { properties: Record<string, Described> }).properties;
}

/** What the schema says about a property, itself or in the definition that it refers to. */
function describe(property: Described | undefined): string {
  const definitions = schema.$defs as Readonly<Record<string, Described>>;
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
