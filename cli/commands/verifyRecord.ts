import { EVIDENCE } from "../../src/batch/evidence.ts";
import { readBatch } from "../../src/batch/folder.ts";
import { rereadRecord, READ_KINDS, type Reread } from "../../src/claims/rereadRecord.ts";
import type { Target } from "../../src/claims/unsigned.ts";
import { inputError } from "../../src/errors.ts";
import { toHex } from "../../src/formats/field.ts";
import { allClaims, claimNamed } from "../../src/policy/document.ts";
import { list, type Options } from "../command.ts";
import { shownHow } from "../howRead.ts";
import { shown, type Answer } from "../output.ts";

/** `verify-record`. */
export async function verifyRecord([dir = ""]: readonly string[], options: Options): Promise<Answer> {
  const targets = await targetsOf(dir, list(options, "claim"));
  const records: { readonly claim: string; readonly found: Reread }[] = [];
  for (const target of targets) records.push({ claim: target.claim.claim.id, found: await rereadRecord(target) });
  return {
    text: [...records.map(recordText), "Each raw file, read again, gives the record that was signed."].join("\n"),
    json: { records: records.map(({ claim, found }) => ({ claim, ...recordJson(found) })) },
  };
}

/** The claims that are named, or all that have the record of a raw file. */
async function targetsOf(dir: string, claims: readonly string[]): Promise<Target[]> {
  const batch = await readBatch(dir);
  if (claims.length > 0) return claims.map((id) => ({ batch, claim: claimNamed(batch.policy, id) }));
  const targets: Target[] = [];
  for (const claim of allClaims(batch.policy)) {
    const { kind } = claim.claim;
    if (READ_KINDS.has(kind) && (await EVIDENCE[kind].isThere(batch, claim.claim))) targets.push({ batch, claim });
  }
  if (targets.length > 0) return targets;
  throw inputError("The batch folder has no record of a raw file.", {
    code: "record-missing",
    place: dir,
    remedy: "Import a raw file first.",
  });
}

function recordText({
  claim,
  found: { rawFiles, readings, noun, profile, how },
}: {
  claim: string;
  found: Reread;
}): string {
  const by =
    profile === undefined
      ? `the ${noun === "readings" ? "device" : "project"}'s own form`
      : `profile ${profile.profile.name}, ${toHex(profile.hash)}`;
  return `${claim}: ${readings} ${noun} of ${rawFiles.map(shown).join(", ")}, by ${by}; ${shownHow(how)}`;
}

function recordJson({ rawFiles, readings, profile, how }: Reread): object {
  const named = profile === undefined ? null : { name: profile.profile.name, hash: toHex(profile.hash) };
  return { rawFiles, readings, profile: named, how };
}
