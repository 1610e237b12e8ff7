import type { CodeIn } from "../errorCodes.ts";
import { BatchproofError } from "../errors.ts";
import { readBytes } from "../input/files.ts";
import { MAX_JSON_BYTES, parseJson, type JsonValue } from "../input/json.ts";
import { policyMismatches } from "../kinds/policy.ts";
import type { Policy } from "../policy/document.ts";
import type { LintCode, LintFinding } from "../policy/lintFinding.ts";
import type { Mismatch, SchemaCode } from "../policy/schema.ts";
import { lintPolicy } from "./lint.ts";

/** Mismatches with the schema that are put into words; a file with more of them is no policy that somebody wrote. */
const MOST_MISMATCHES = 1000;

/** Something wrong with a policy file: its JSON, its shape, or its sense. */
export interface FileFinding extends Omit<LintFinding, "code"> {
  readonly code: LintCode | SchemaCode | CodeIn<"json">;
  /** file#/json/pointer; where the file is no JSON, file:line:column. */
  readonly place: string;
}

/** What is wrong with a policy file. */
export interface LintedFile {
  readonly file: string;
  /** Errors, also those beyond the ones that are put into words. */
  readonly errors: number;
  readonly warnings: number;
  readonly findings: readonly FileFinding[];
}

/**
 * Everything that is wrong with a policy file, at once: the first fault of its JSON, which hides all else; or every
 * mismatch with the schema, then what lint finds in the parts that have the right shape.
 * Errors: those of `readBytes`.
 */
export async function lintFile(file: string): Promise<LintedFile> {
  const bytes = await readBytes(file, { limit: MAX_JSON_BYTES });
  const at = (finding: Omit<FileFinding, "place">): FileFinding => ({
    ...finding,
    place: `${file}#${finding.pointer}`,
  });
  const value = jsonOf(bytes, file);
  if ("fault" in value) return { file, errors: 1, warnings: 0, findings: [value.fault] };
  const { count, explained } = policyMismatches(value.json, MOST_MISMATCHES);
  // With some left out nobody knows which parts are sound.
  const lint = count > explained.length ? [] : lintSoundParts(value.json, explained);
  const lintErrors = lint.filter(({ severity }) => severity === "error").length;
  const mismatches = explained.map((mismatch) => ({ severity: "error" as const, ...mismatch }));
  return {
    file,
    errors: count + lintErrors,
    warnings: lint.length - lintErrors,
    findings: [...mismatches, ...lint].map(at),
  };
}

/** The value of a file, or the finding that it is no JSON. */
function jsonOf(bytes: Uint8Array, file: string): { readonly json: JsonValue } | { readonly fault: FileFinding } {
  try {
    return { json: parseJson(bytes, file) };
  } catch (error) {
    if (!(error instanceof BatchproofError)) throw error;
    const { message, place = file, remedy = "Correct it at the place that is named." } = error;
    // parseJson throws no other codes.
    const code = error.code as CodeIn<"json">;
    return { fault: { severity: "error", code, pointer: "", place, message, remedy } };
  }
}

type Part = "stages" | "confirmedByQp" | "maxDue" | "claims";

/** What a finding rests on besides the field that it points to: it is not said where one of these is out of shape. */
const RESTS_ON: { readonly [Code in LintCode]?: readonly Part[] } = {
  "max-due": ["maxDue"],
  stage: ["stages"],
  "stage-name": ["stages"],
  "stage-empty": ["stages", "claims"],
  "stage-confirmed": ["stages", "confirmedByQp", "claims"],
  "claim-id": ["stages"],
  boundary: ["stages"],
  "needed-for": ["claims"],
  custody: ["claims"],
  "custody-missing": ["stages", "claims"],
  "custody-order": ["claims"],
};

/** What lint finds in the parts that have the right shape, and that holds whatever is meant by the others. */
function lintSoundParts(json: JsonValue, mismatches: readonly Mismatch[]): LintFinding[] {
  if (!isObject(json)) return [];
  const broken = new Set(mismatches.map(({ pointer }) => pointer.split("/").slice(1, 3).join("/")));
  // A part that is not there has no pointer of its own among the mismatches.
  const isThere = (part: Part): boolean => part in json || part === "confirmedByQp";
  const isSound = (part: Part): boolean =>
    isThere(part) && ![...broken].some((place) => place === part || place.startsWith(`${part}/`));
  const written = Array.isArray(json["claims"]) && !broken.has("claims") ? json["claims"] : [];
  const indices = written.flatMap((_, index) => (broken.has(`claims/${index}`) ? [] : [index]));
  // The schema has seen to every part that is taken; the others are replaced by ones that nothing rests on.
  const policy = {
    ...json,
    stages: isSound("stages") ? json["stages"] : [],
    ...("confirmedByQp" in json && !isSound("confirmedByQp") ? { confirmedByQp: [] } : {}),
    maxDue: isSound("maxDue") ? json["maxDue"] : [1, 1],
    claims: indices.map((index) => written[index]),
  } as unknown as Policy;
  return lintPolicy(policy)
    .filter(({ code }) => (RESTS_ON[code] ?? []).every((part) => isSound(part)))
    .map((finding) => ({ ...finding, pointer: inDocument(finding.pointer, indices) }));
}

/** The pointer into the document for a pointer into the claims that were left. */
function inDocument(pointer: string, indices: readonly number[]): string {
  return pointer.replace(/^\/claims\/([0-9]+)/, (_, index: string) => `/claims/${indices[Number(index)] ?? index}`);
}

function isObject(json: JsonValue): json is Record<string, JsonValue> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
