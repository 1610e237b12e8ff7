import { existsSync } from "node:fs";
import { BatchproofError } from "../../src/errors.ts";
import { writeNewFile } from "../../src/input/files.ts";
import { KINDS } from "../../src/kinds/index.ts";
import { withoutComments } from "../../src/policy/commented.ts";
import { commentedExample } from "../../src/review/example.ts";
import { counted } from "../../src/input/quantities.ts";
import { readSoundPolicy } from "../../src/review/soundPolicy.ts";
import { diffPolicies, showDiff } from "../../src/review/diff.ts";
import { lintFile, type LintedFile } from "../../src/review/lintFile.ts";
import { documentHash, type Policy } from "../../src/policy/document.ts";
import { createSalts, saltsPath } from "../../src/policy/salts.ts";
import { showPolicy } from "../../src/review/show.ts";
import { flag, list, type Options } from "../command.ts";
import { fileExists } from "../fileExists.ts";
import { shown, type Answer } from "../output.ts";

/** `policy new`: the words on a field are those of the schema that accepts it. */
export async function create([file]: readonly string[], options: Options): Promise<Answer> {
  const asked = list(options, "kind");
  const kinds = Object.values(KINDS).flatMap(({ name }) => (asked.length === 0 || asked.includes(name) ? [name] : []));
  const commented = commentedExample(kinds);
  const policy = withoutComments(commented);
  const json = { file, policy: JSON.parse(policy) as unknown, commented: commented.trimEnd().split("\n") };
  if (file === undefined) return { text: commented, json };
  await writeNewFile(file, policy, fileExists(file));
  const heading = `// ${file} with comments; the file has none. Replace the numbers, and what says EXAMPLE, then:`;
  return { text: `${heading}\n// batchproof policy lint ${file}\n${commented}`, json };
}

/** `policy lint`: of one file, or of several. */
export async function lint(files: readonly string[]): Promise<Answer> {
  const policies = (await Promise.all(files.map(lintFile))).map(shownFile);
  const errors = policies.reduce((sum, each) => sum + each.errors, 0);
  const warnings = policies.reduce((sum, each) => sum + each.warnings, 0);
  return {
    text: [...policies.flatMap(findingLines), `${counted(errors, "error")}, ${counted(warnings, "warning")}`].join(
      "\n",
    ),
    json: policies.length === 1 ? policies[0] : { errors, warnings, policies },
    exitCode: errors > 0 ? 1 : 0,
  };
}

/** The findings quote the file, whoever wrote it. */
function shownFile({ findings, ...counts }: LintedFile): LintedFile {
  const shownFindings = findings.map(({ severity, code, pointer, message, place, remedy }) => {
    const words = { message: shown(message), place: shown(place), remedy: shown(remedy) };
    return { severity, code, pointer: shown(pointer), ...words };
  });
  return { ...counts, findings: shownFindings };
}

function findingLines({ findings, errors, warnings, file }: LintedFile): string[] {
  const lines = findings.map(
    ({ severity, code, message, place, remedy }) => `${severity} ${code}: ${message}\n  at ${place}\n  ${remedy}`,
  );
  const more = errors + warnings - findings.length;
  return more === 0 ? lines : [...lines, `and ${more} more errors in ${shown(file)}`];
}

/** `policy show`: with the policyId, where everything that it is computed from is there. */
export async function show([file = ""]: readonly string[], options: Options): Promise<Answer> {
  const policy = await readSoundPolicy(file);
  const words = showPolicy(policy);
  const { policyId, unknown } = await policyIdOf(file, policy, options);
  return {
    text: `${words}\npolicyId  ${policyId ?? `not known here: ${shown(unknown ?? "")}`}`,
    json: { documentHash: documentHash(policy), policyId, unknown, policy, words: words.trimEnd().split("\n") },
  };
}

/** The policyId, or why it is not known: salts or a circuit that are not there keep nobody from reading a policy. */
async function policyIdOf(
  file: string,
  policy: Policy,
  options: Options,
): Promise<{ readonly policyId?: string; readonly unknown?: string }> {
  if (!existsSync(saltsPath(file))) return { unknown: `there is no ${saltsPath(file)}` };
  // Its hash takes ethers, which whoever has no salts need not load.
  const { identified } = await import("../policyIdentity.ts");
  try {
    return { policyId: (await identified(file, policy, options)).policyId };
  } catch (cause) {
    if (!(cause instanceof BatchproofError)) throw cause;
    return { unknown: cause.message };
  }
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
    text: `${path}: salts of ${counted(salts.size, "rule")}. Give it to the parties of the policy only, and keep it.`,
    json: { file: path, rules: salts.size },
  };
}
