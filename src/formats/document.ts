import type { AnySchema } from "ajv/dist/2020.js";
import type { ErrorCode } from "../errorCodes.ts";
import { inputError } from "../errors.ts";
import { fromHex, toHex } from "./field.ts";
import type { PublicKey } from "./identity.ts";
import { misfitFinder } from "./schema.ts";
import type { Signature } from "./source.ts";
import type { ReadOptions } from "../input/files.ts";
import { readJson } from "../input/json.ts";

/** A field element: 0x and 64 lower-case hex digits. `fromHex` checks that it is below the field order. */
export const HEX_FIELD = { type: "string", pattern: "^0x[0-9a-f]{64}$" } as const;
/** An account or a contract of the chain. */
export const ADDRESS = { type: "string", pattern: "^0x[0-9a-fA-F]{40}$" } as const;
/** A name or an identifier: short, no control characters, no spaces at its ends. */
export const TEXT = { type: "string", maxLength: 200, pattern: "^[^\\p{C}\\s]([^\\p{C}]*[^\\p{C}\\s])?$" } as const;
/** A whole number that counts something. */
export const COUNT = { type: "integer", minimum: 0 } as const;
/** A time; `parseTime` checks it. */
export const TIME = { type: "string", maxLength: 40 } as const;
/** A public key as JSON. */
export const POINT = object({ x: HEX_FIELD, y: HEX_FIELD });
/** A part of a device's id: as TEXT, and without the bar that joins the parts (`deviceHash`). */
const DEVICE_PART = { ...TEXT, pattern: "^[^\\p{C}\\s|]([^\\p{C}|]*[^\\p{C}\\s|])?$" } as const;
/** A logger or sensor. */
export const DEVICE = object({ vendor: DEVICE_PART, model: DEVICE_PART, serial: DEVICE_PART });

/** Schema of an object with exactly these members; `optional` ones may be absent. */
export function object(properties: Readonly<Record<string, AnySchema>>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", additionalProperties: false, required, properties };
}

/** `bytes` bytes as hex without 0x. */
export function hexBytes(bytes: number): object {
  return { type: "string", pattern: `^[0-9a-f]{${2 * bytes}}$` };
}

/** Checks a value; `place` of an error is place#/pointer. */
export type Check<T> = (value: unknown, place: string) => T;

/**
 * A check against a JSON Schema.
 * @param name what the value should be, for the message
 * @param code code of the errors. They say where and what was expected, never the value: it may be private.
 */
export function defineCheck<T>(schema: object, name: string, code: ErrorCode): Check<T> {
  const find = misfitFinder(schema);
  return (value, place) => {
    const misfit = find(value);
    if (misfit === undefined) return value as T;
    const { pointer, message, remedy } = misfit;
    throw inputError(`Not a valid ${name}: ${message}.`, {
      code,
      place: `${place}#${pointer}`,
      ...(remedy === undefined ? {} : { remedy }),
    });
  };
}

/** One kind of JSON file that the project writes and reads. */
export interface DocumentKind<T> {
  readonly check: Check<T>;
  /** Reads and checks a file. Errors: those of `check` and of `readJson`. */
  read(path: string, options?: ReadOptions): Promise<T>;
}

/** A kind of JSON document: an object whose member `format` is `format`, with exactly the given other members. */
export function defineDocument<T>(
  format: string,
  code: ErrorCode,
  properties: Readonly<Record<string, AnySchema>>,
  optional: readonly string[] = [],
): DocumentKind<T> {
  const check = defineCheck<T>(object({ format: { const: format }, ...properties }, optional), `${format} file`, code);
  return { check, read: async (path, options) => check(await readJson(path, options), path) };
}

/** A document as the text of its file. */
export function documentText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A signature as JSON. */
export const SIGNATURE = object({ r8x: HEX_FIELD, r8y: HEX_FIELD, s: HEX_FIELD });

/** A signature as JSON holds it. */
export interface SignatureJson {
  readonly r8x: string;
  readonly r8y: string;
  readonly s: string;
}

export function signatureToJson({ r8x, r8y, s }: Signature): SignatureJson {
  return { r8x: toHex(r8x), r8y: toHex(r8y), s: toHex(s) };
}

/** The inverse of `signatureToJson`; `place` is that of the signature. Throws `field`. */
export function signatureFromJson({ r8x, r8y, s }: SignatureJson, place: string): Signature {
  return { r8x: fromHex(r8x, `${place}/r8x`), r8y: fromHex(r8y, `${place}/r8y`), s: fromHex(s, `${place}/s`) };
}

/** A public key as JSON holds it. */
export interface PointJson {
  readonly x: string;
  readonly y: string;
}

export function pointToJson({ x, y }: PublicKey): PointJson {
  return { x: toHex(x), y: toHex(y) };
}

/** The inverse of `pointToJson`; `place` is that of the point. Throws `field`; `checkKey` judges the point itself. */
export function pointFromJson({ x, y }: PointJson, place: string): PublicKey {
  return { x: fromHex(x, `${place}/x`), y: fromHex(y, `${place}/y`) };
}
