import type { Policy } from "../policy/document.ts";
import { PolicyValidator, type Mismatches } from "../policy/schema.ts";
import { readJson } from "../input/json.ts";
import { KINDS } from "./index.ts";

let validator: PolicyValidator | undefined;

/**
 * A policy from parsed JSON; `place` (a file) goes into errors as place#/json/pointer. Only shape and sizes are judged
 * here: `lintPolicy` judges sense. Errors: those of `PolicyValidator.policy`.
 */
export function parsePolicy(value: unknown, place: string): Policy {
  return validatorOfKinds().policy(value, place);
}

/** Where parsed JSON is no policy, in words for at most `most` places: `PolicyValidator.mismatches`. */
export function policyMismatches(value: unknown, most: number): Mismatches {
  return validatorOfKinds().mismatches(value, most);
}

function validatorOfKinds(): PolicyValidator {
  return (validator ??= new PolicyValidator(schemasOfKinds()));
}

/** Each kind's part of the policy's schema. */
export function schemasOfKinds(): ConstructorParameters<typeof PolicyValidator>[0] {
  return Object.fromEntries(Object.values(KINDS).map(({ name, schema }) => [name, schema]));
}

/** Reads a policy file: the errors of `readJson` and of `parsePolicy`. */
export async function readPolicy(path: string): Promise<Policy> {
  return parsePolicy(await readJson(path), path);
}
