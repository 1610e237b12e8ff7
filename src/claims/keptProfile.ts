import { join } from "node:path";
import type { Batch } from "../batch/batch.ts";
import type { KeptFile } from "../batch/evidenceFiles.ts";
import { evidenceFile, PROFILE_SUFFIX } from "../batch/paths.ts";
import { inputError } from "../errors.ts";
import { toHex } from "../formats/field.ts";
import { readResultsProfile, type ParsedResultsProfile } from "../import/resultsProfile.ts";
import { readProfile, type ParsedProfile } from "../import/table/profile.ts";
import { canonicalJson } from "../input/json.ts";

/** Name of a profile beside the raw files: its hash, which the record's header holds. */
function profileFile(hash: bigint): string {
  return `${toHex(hash)}${PROFILE_SUFFIX}`;
}

/** A profile as a folder keeps it beside the raw files that were read by it: the very bytes of its hash. */
export function profileToKeep({
  profile,
  hash,
}: Pick<ParsedProfile | ParsedResultsProfile, "profile" | "hash">): KeptFile {
  return { name: profileFile(hash), bytes: Buffer.from(canonicalJson(profile), "utf8") };
}

/**
 * The profile that a record's header names. Errors: `evidence-tampered` (another one has its name), `file-missing`, those of
 * `readProfile`.
 */
export async function keptProfile(batch: Pick<Batch, "dir">, hash: bigint): Promise<ParsedProfile> {
  return await kept(batch, hash, readProfile);
}

/** The same of a profile of results. */
export async function keptResultsProfile(batch: Pick<Batch, "dir">, hash: bigint): Promise<ParsedResultsProfile> {
  return await kept(batch, hash, readResultsProfile);
}

async function kept<P extends { readonly hash: bigint }>(
  { dir }: Pick<Batch, "dir">,
  hash: bigint,
  read: (path: string, within: string) => Promise<P>,
): Promise<P> {
  const path = join(dir, evidenceFile(profileFile(hash)));
  const profile = await read(path, dir);
  if (profile.hash === hash) return profile;
  throw inputError("The profile is not the one by which the file was read.", {
    code: "evidence-tampered",
    place: path,
    remedy: "Restore it from a backup.",
  });
}
