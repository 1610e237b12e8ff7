import { toHex } from "../formats/field.ts";
import { shippedResultsProfile, shippedResultsProfiles } from "./resultsProfile.ts";
import { shippedNames, shippedProfile } from "./table/shipped.ts";

/** What is told of a profile that the package holds. */
export interface ListedProfile {
  readonly name: string;
  /** As policies name it. */
  readonly hash: string;
  readonly about: string;
  readonly format: string;
}

/** All profiles that the package holds: of tables, then of results. */
export function shippedList(): ListedProfile[] {
  const all = [...shippedNames().map(shippedProfile), ...shippedResultsProfiles().map(shippedResultsProfile)];
  return all.map(({ hash, profile: { format, name, about } }) => ({ name, hash: toHex(hash), about, format }));
}
