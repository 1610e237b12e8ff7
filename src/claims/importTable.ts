import { inputError } from "../errors.ts";
import type { ChannelName } from "../formats/constants.ts";
import type { DeviceId } from "../formats/identity.ts";
import { channelTags } from "../import/table/channelTags.ts";
import type { ParsedProfile } from "../import/table/profile.ts";
import { samplesTableReader, tableReader } from "../import/table/readings.ts";
import type { ToldClock } from "../import/table/table.ts";
import { importReadings, importSamples, type Imported, type ReadingsImport, type Target } from "./importClaim.ts";
import { claimedChannel } from "./unsigned.ts";

/** What the import of a table is told. */
export interface TableImport extends Omit<ReadingsImport, "read"> {
  readonly profile: ParsedProfile;
  readonly told: { readonly device: DeviceId } & ToldClock;
  /** The tag of one channel, or CHANNEL=TAG of each of several. */
  readonly tags: readonly string[];
  /** Where the tags are named, for errors. */
  readonly tagsPlace: string;
}

/**
 * Imports a table: the claims say whether it is a series of one channel or of several. Errors: `usage` (several tags for claims
 * about one channel), those of `channelTags`, `importReadings` and `importSamples`.
 */
export async function importTable(
  targets: readonly Target[],
  { profile, told, tags, tagsPlace, ...request }: TableImport,
): Promise<Imported[]> {
  if (targets.every(({ claim }) => claim.claim.kind === "parameters")) {
    const read = samplesTableReader(profile, channelTags(tags, tagsPlace), told);
    return await importSamples(targets, { ...request, read });
  }
  const [tag, second] = tags;
  if (second !== undefined) {
    throw inputError("A claim about one channel has one tag.", {
      place: tagsPlace,
      code: "usage",
      remedy: "Name one tag, and import parameters claims by themselves.",
    });
  }
  return await importReadings(targets, { ...request, read: tableReader(profile, tag, channelOf(targets), told) });
}

/** The channel that the claims are about: a file has one. `importReadings` refuses what is about none. */
function channelOf(targets: readonly Target[]): ChannelName {
  const [channel] = targets.flatMap(({ claim: { claim } }) =>
    claim.kind === "channel" ? [claimedChannel(claim)] : [],
  );
  return channel ?? "temperature";
}
