import { commandOf } from "../commandLine.ts";
import { refusal } from "../errors.ts";
import { readPolicy } from "../kinds/policy.ts";
import type { Policy } from "../policy/document.ts";
import { lintPolicy } from "./lint.ts";

/** A policy without lint errors: one with errors is never shown, salted, hashed or published. Error `policy-lint`. */
export async function readSoundPolicy(file: string): Promise<Policy> {
  const policy = await readPolicy(file);
  const [first] = lintPolicy(policy).filter(({ severity }) => severity === "error");
  if (first === undefined) return policy;
  throw refusal(`The policy has errors, first of all: ${first.message}`, {
    place: `${file}#${first.pointer}`,
    remedy: `See all of them: \`${commandOf("policy", "lint", file)}\`.`,
    code: "policy-lint",
  });
}
