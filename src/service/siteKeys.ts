import { environmentError, inputError } from "../errors.ts";
import { unlockKey, type UnlockedKey } from "../parties/keys.ts";
import type { ServiceSettings, SiteSettings } from "../settings/service.ts";

type KeyUse = keyof NonNullable<SiteSettings["keys"]>;
const USES = ["custodian", "source", "lab"] as const satisfies readonly KeyUse[];

/** The keys of one site, unlocked. */
export type SiteKeys = Readonly<Partial<Record<KeyUse, UnlockedKey>>>;

/**
 * Unlocks the keys of all sites, once: the service asks for no passphrase later. Errors: `key-role` (a key of another use), those
 * of `unlockKey` and `passphraseOf`.
 * @param passphraseOf of a key file
 */
export async function unlockSiteKeys(
  { sites }: Pick<ServiceSettings, "sites">,
  passphraseOf: (path: string) => Promise<string>,
): Promise<ReadonlyMap<string, SiteKeys>> {
  const unlocked = new Map<string, SiteKeys>();
  for (const { name, keys = {} } of sites) {
    const ofSite: Partial<Record<KeyUse, UnlockedKey>> = {};
    for (const use of USES) {
      const path = keys[use];
      if (path !== undefined) ofSite[use] = await unlockFor(use, path, await passphraseOf(path));
    }
    unlocked.set(name, ofSite);
  }
  return unlocked;
}

async function unlockFor(use: KeyUse, path: string, passphrase: string): Promise<UnlockedKey> {
  const key = await unlockKey(path, passphrase);
  if (key.description.role === use) return key;
  throw inputError(`This is the key of a ${key.description.role}, not of a ${use}.`, { code: "key-role", place: path });
}

/** A key of a site, and where its file lies. */
export interface KeyOfSite {
  readonly key: UnlockedKey;
  readonly path: string;
}

/** The key of a site for one use. Error `site-key`: the service was given none. */
export function keyOfSite(
  keys: ReadonlyMap<string, SiteKeys>,
  { name, keys: paths = {} }: SiteSettings,
  use: KeyUse,
): KeyOfSite {
  const [key, path] = [keys.get(name)?.[use], paths[use]];
  if (key !== undefined && path !== undefined) return { key, path };
  throw environmentError(`The service has no ${use} key of site ${name}.`, { code: "site-key" });
}
