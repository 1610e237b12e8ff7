import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inputError } from "../../errors.ts";
import { SHIPPED_PROFILES } from "../../formats/shippedProfiles.ts";
import { parseJson } from "../../input/json.ts";
import { packageRoot } from "../../root.ts";
import { parseProfile, readProfile, type ParsedProfile } from "./profile.ts";

/** Folder of the profiles that the package holds. */
const FOLDER = "fixtures/profiles";
const SUFFIX = ".json";

export { LONG_FORM } from "../../formats/shippedProfiles.ts";

/** Names of the profiles that the package holds. */
export function shippedNames(): string[] {
  const files = readdirSync(join(packageRoot(), FOLDER)).filter((file) => file.endsWith(SUFFIX));
  return files.map((file) => file.slice(0, -SUFFIX.length)).sort();
}

/** A profile that the package holds. */
export function shippedProfile(name: string): ParsedProfile {
  const path = join(packageRoot(), FOLDER, `${name}${SUFFIX}`);
  return parseProfile(parseJson(readFileSync(path), path), path);
}

/** The profile of a shipped name, or of a file. Errors: `profile-missing`, those of `readProfile`. */
export async function profileNamed(given: string): Promise<ParsedProfile> {
  if (!/^[a-z0-9-]+$/.test(given)) return await readProfile(given);
  const names = shippedNames();
  if (names.includes(given)) return shippedProfile(given);
  const isOther = Object.hasOwn(SHIPPED_PROFILES, given);
  throw inputError(isOther ? "This profile reads a laboratory's results." : "There is no profile of this name.", {
    code: "profile-missing",
    place: given,
    remedy: `Name a file, or one of: ${names.join(", ")}.`,
  });
}
