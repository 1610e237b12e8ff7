import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";

/** What is wrong with a value: where (a JSON pointer), what a schema says of it, and what belongs there, if it says more. */
export interface Misfit {
  readonly pointer: string;
  readonly message: string;
  readonly remedy: string | undefined;
}

/** The first thing in a value that does not fit a schema; undefined: all fits. */
export type FindMisfit = (value: unknown) => Misfit | undefined;

let ajv: Ajv2020 | undefined;

/** Schemas are ours: they are compiled when first used, strictly, and not judged by JSON Schema's own schema before. */
function compiler(): Ajv2020 {
  return (ajv ??= new Ajv2020({ strict: true, validateSchema: false, verbose: true }));
}

/** Looks for what does not fit a JSON Schema of ours. */
export function misfitFinder(schema: object): FindMisfit {
  let compiled: ValidateFunction | undefined;
  return (value) => {
    const validate = (compiled ??= compiler().compile(schema));
    if (validate(value)) return undefined;
    const [first] = validate.errors ?? [];
    return {
      pointer: first?.instancePath ?? "",
      message: first?.message ?? "unknown reason",
      remedy: first === undefined ? undefined : whatBelongsHere(first),
    };
  };
}

/** What the schema asks for, where its message does not say it: from the schema alone, never from the value. Of errors with `verbose`. */
export function whatBelongsHere({ keyword, params, parentSchema }: ErrorObject): string | undefined {
  const { allowedValue, allowedValues } = params as { allowedValue?: unknown; allowedValues?: readonly unknown[] };
  switch (keyword) {
    case "const":
      return `Write ${JSON.stringify(allowedValue)}.`;
    case "enum":
      return `Use one of ${allowedValues?.map((value) => JSON.stringify(value)).join(", ") ?? ""}.`;
    case "additionalProperties": {
      const { properties } = parentSchema as { readonly properties: object };
      return `Known here: ${Object.keys(properties).join(", ")}.`;
    }
    default:
      return undefined;
  }
}
