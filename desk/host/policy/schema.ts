import { inputError } from "../../../src/errors.ts";
import { misfitFinder, type FindMisfit } from "../../../src/formats/schema.ts";
import type { Policy } from "../../../src/policy/document.ts";
import type * as node from "../../../src/policy/schema.ts";
import { policySchema, textsNotNormal } from "../../../src/policy/schema.ts";

export * from "../../../src/policy/schema.ts";

/** As in src/policy/schema.ts, with one mismatch at a time, in the schema's own words: the page's policy forbids compiled schemas. */
export class PolicyValidator implements node.PolicyValidatorOf {
  readonly #find: FindMisfit;

  constructor(kinds: Parameters<typeof policySchema>[0]) {
    this.#find = misfitFinder(policySchema(kinds));
  }

  policy(value: unknown, place: string): Policy {
    const [first] = this.mismatches(value, 1).explained;
    if (first === undefined) return value as Policy;
    const { code, pointer, message, remedy } = first;
    throw inputError(message, { place: `${place}#${pointer}`, remedy, code });
  }

  mismatches(value: unknown, most: number): node.Mismatches {
    const explained = [...this.#misfits(value), ...textsNotNormal(value, "")];
    return { count: explained.length, explained: explained.slice(0, most) };
  }

  #misfits(value: unknown): node.Mismatch[] {
    const found = this.#find(value);
    if (found === undefined) return [];
    const { pointer, message, remedy = "Have `batchproof policy lint` explain it." } = found;
    return [{ code: "policy-schema", pointer, message: `This is no policy: what stands here ${message}.`, remedy }];
  }
}
