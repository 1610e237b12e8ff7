import { tmpdir } from "node:os";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/root.ts";
import type { Route } from "../../src/service/route.ts";
import { ROUTES } from "../../src/service/routes.ts";
import { scratch } from "../cli/support.ts";
import { agreementRuns } from "../support/runs.ts";
import { LOGGER } from "./batches/site.ts";
import { wholeService, type Whole } from "./whole.ts";

/** Every operation of a whole service is asked for what its own schema lets pass, and for what is nearly that. */

/** A schema of JSON, as far as routes use it. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What the site knows: calls that name nothing of it would end before anything is done. */
const KNOWN: Readonly<Record<string, readonly unknown[]>> = {
  site: ["north"],
  batch: ["b1", "b2"],
  stage: ["storage", "transport", "use"],
  claim: ["storage/temperature", "use/release-tests"],
  policy: ["process"],
  time: ["2022-05-05T16:26:00Z", "2030-01-01T00:00:00Z"],
  device: [LOGGER],
};

function valueOf(schema: Schema, name = ""): fc.Arbitrary<unknown> {
  const { const: only, enum: some, anyOf, type } = schema;
  if (only !== undefined) return fc.constant(only);
  if (some !== undefined) return fc.constantFrom(...some);
  if (anyOf !== undefined) return fc.oneof(...anyOf.map((each) => valueOf(each, name)));
  const known = KNOWN[name.replace(/s$/, "")] ?? [];
  const any = plainOf(schema, type, name);
  const isList = type === "array";
  return known.length === 0 || isList ? any : fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 4 }, any);
}

function plainOf(schema: Schema, type: string | undefined, name: string): fc.Arbitrary<unknown> {
  const { minimum: min = -(2 ** 40), maximum: max = 2 ** 40 } = schema;
  switch (type) {
    case "object":
      return recordOf(schema);
    case "array":
      return fc.array(valueOf(schema.items ?? {}, name), { minLength: schema.minItems ?? 0, maxLength: 4 });
    case "string":
      return textOf(schema);
    case "integer":
      return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max));
    case "number":
      return fc.double({ min, max, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function textOf({ pattern, maxLength = 60 }: Schema): fc.Arbitrary<string> {
  const unit = fc.constantFrom<"grapheme" | "binary">("grapheme", "binary");
  const any = unit.chain((each) => fc.string({ unit: each, maxLength: Math.min(maxLength, 60) }));
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.oneof(any, fc.constantFrom("", "..", "../../etc/passwd", "\0", "__proto__", "2022-02-30T00:00:00Z"));
}

function recordOf({ properties = {}, patternProperties = {}, required = [] }: Schema): fc.Arbitrary<object> {
  const named = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, valueOf(each, name)]));
  const own = fc.record(named, { requiredKeys: required as string[] });
  const others = Object.entries(patternProperties).map(([pattern, each]) =>
    fc.dictionary(fc.stringMatching(new RegExp(pattern)), valueOf(each), { maxKeys: 3 }),
  );
  return fc.tuple(own, ...others).map((parts) => Object.assign({}, ...(parts as object[])) as object);
}

/** Nearly what the schema says: one member is something else. */
function nearly(body: fc.Arbitrary<object>): fc.Arbitrary<object> {
  const other = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom("9".repeat(400), -1, 1e308, [], {}));
  return fc.tuple(body, fc.nat(), other).map(([whole, at, value]) => {
    const names = Object.keys(whole);
    return { ...whole, [names[at % Math.max(names.length, 1)] ?? "more"]: value };
  });
}

function requestOf({ path, method, schemas, takesBytes }: Route) {
  const { params = {}, query = {}, body } = schemas as { readonly [part in "params" | "query" | "body"]?: Schema };
  const json = body === undefined ? undefined : (valueOf(body) as fc.Arbitrary<object>);
  const bytes = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each));
  return fc.record({
    url: fc.tuple(recordOf(params), recordOf(query)).map(([named, asked]) => addressOf(path, named, asked)),
    method: fc.constant(method),
    payload:
      takesBytes !== undefined ? bytes : json === undefined ? fc.constant(undefined) : fc.oneof(json, nearly(json)),
    headers: fc.constant({
      "content-type": takesBytes === undefined ? "application/json" : "application/octet-stream",
    }),
  });
}

function addressOf(path: string, named: object, asked: object): string {
  const texts = Object.entries(named).map(([name, value]): [string, string] => [name, String(value)]);
  const filled = texts.reduce((left, [name, value]) => left.replace(`:${name}`, encodeURIComponent(value)), path);
  return `${filled}?${new URLSearchParams(Object.entries(asked).map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
}

// Verifies R-service-strict, R-service-answers, V365, V366.
describe("a whole service", () => {
  const folder = scratch();
  let whole: Whole;

  beforeAll(async () => {
    whole = await wholeService(folder);
  });
  afterAll(() => whole.close());

  // A stream has no end.
  const ended = ROUTES.filter(({ path }) => !path.endsWith("/stream"));
  it.each(ended.map((each) => [each.operation, each] as const))(
    "%s never breaks, and names no place",
    async (_, each) => {
      await fc.assert(
        fc.asyncProperty(requestOf(each), async ({ payload, headers, ...request }) => {
          const answer = await whole.app.inject({ ...request, ...(payload === undefined ? {} : { payload, headers }) });
          expect({ status: answer.statusCode, said: whole.said.splice(0) }).not.toMatchObject({ status: 500 });
          for (const place of [folder, tmpdir() + "/", packageRoot()]) expect(answer.body).not.toContain(place);
        }),
        { numRuns: agreementRuns(10) },
      );
    },
  );
});
