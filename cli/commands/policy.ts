import { readSoundPolicy } from "../soundPolicy.ts";
import { diffPolicies, showDiff } from "../../src/review/diff.ts";
import { lintPolicy } from "../../src/review/lint.ts";
import { documentHash } from "../../src/policy/document.ts";
import { createSalts, saltsPath } from "../../src/policy/salts.ts";
import { showPolicy } from "../../src/review/show.ts";
import { flag, type Options } from "../command.ts";
import { type Answer } from "../output.ts";
import { readPolicy } from "../../src/kinds/policy.ts";

/** `policy lint`. */
export async function lint([file = ""]: readonly string[]): Promise<Answer> {
  const findings = lintPolicy(await readPolicy(file));
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  const lines = findings.map(
    ({ severity, code, pointer, message, remedy }) =>
      `${severity} ${code}: ${message}\n  at ${file}#${pointer}\n  ${remedy}`,
  );
  return {
    text: [...lines, `${errors} errors, ${warnings} warnings`].join("\n"),
    json: { file, errors, warnings, findings },
    exitCode: errors > 0 ? 1 : 0,
  };
}

/** `policy show`. */
export async function show([file = ""]: readonly string[]): Promise<Answer> {
  const policy = await readSoundPolicy(file);
  const words = showPolicy(policy);
  return { text: words, json: { documentHash: documentHash(policy), policy, words: words.trimEnd().split("\n") } };
}

/** `policy diff`. */
export async function diff([before = "", after = ""]: readonly string[], options: Options): Promise<Answer> {
  const found = diffPolicies(await readSoundPolicy(before), await readSoundPolicy(after));
  return {
    text: showDiff(found),
    json: found,
    exitCode: flag(options, "failOnLoosened") && found.loosened.length > 0 ? 1 : 0,
  };
}

/** `policy salt`. */
export async function salt([file = ""]: readonly string[]): Promise<Answer> {
  const salts = await createSalts(file, await readSoundPolicy(file));
  const path = saltsPath(file);
  return {
    text: `${path}: salts of ${salts.size} rules. Give it to the parties of the policy only, and keep it.`,
    json: { file: path, rules: salts.size },
  };
}
