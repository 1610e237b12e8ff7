import { join } from "node:path";
import type { Batch } from "../batch/batch.ts";
import type { KeptFile } from "../batch/evidenceFiles.ts";
import { evidenceFile, PROFILE_SUFFIX } from "../batch/paths.ts";
import { inputError } from "../errors.ts";
import { toHex } from "../formats/field.ts";
import { canonicalJson } from "../input/json.ts";
import { readProfile, type ParsedProfile } from "../import/table/profile.ts";

/** Name of a profile beside the raw files: its hash, which the record's header holds. */
function profileFile(hash: bigint): string {
  return `${toHex(hash)}${PROFILE_SUFFIX}`;
}

/** A profile as a folder keeps it beside the raw files that were read by it: the very bytes of its hash. */
export function profileToKeep({ profile, hash }: ParsedProfile): KeptFile {
  return { name: profileFile(hash), bytes: Buffer.from(canonicalJson(profile), "utf8") };
}

/**
 * The profile that a record's header names. Errors: `evidence-tampered` (another one has its name), `file-missing`, those of
 * `readProfile`.
 */
export async function keptProfile({ dir }: Pick<Batch, "dir">, hash: bigint): Promise<ParsedProfile> {
  const path = join(dir, evidenceFile(profileFile(hash)));
  const profile = await readProfile(path, dir);
  if (profile.hash === hash) return profile;
  throw inputError("The profile is not the one by which the file was read.", {
    code: "evidence-tampered",
    place: path,
    remedy: "Restore it from a backup.",
  });
}
