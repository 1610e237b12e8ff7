import type { PublicKey } from "../formats/identity.ts";
import { visible } from "../formats/visible.ts";
import { formatOf } from "../input/formatOf.ts";
import { KEY_FORMAT, readKeyFile } from "./keys.ts";
import { PARTIES_FORMAT, readParties } from "./partyList.ts";

/** A key belongs to one named person: where two names stand for one key, nobody can say who signed. */

interface NamedKey {
  readonly name: string;
  readonly key: PublicKey;
  readonly file: string;
}

/**
 * What is to be said of keys that stand under two names in these key files and party lists, a line each. Other files, and what cannot
 * be read, are passed over: whoever reads them says so.
 */
export async function sharedKeyWarnings(files: readonly string[]): Promise<string[]> {
  const holders = new Map<string, NamedKey>();
  const warnings = new Set<string>();
  for (const file of new Set(files)) {
    for (const second of await namedKeysIn(file).catch(() => [])) {
      const id = keyId(second.key);
      const first = holders.get(id) ?? second;
      holders.set(id, first);
      if (!isSameName(first.name, second.name)) warnings.add(warningOf(first, second));
    }
  }
  return [...warnings];
}

async function namedKeysIn(file: string): Promise<NamedKey[]> {
  const format = await formatOf(file);
  if (format === KEY_FORMAT) {
    const { name, public: key } = await readKeyFile(file);
    return [{ name, key, file }];
  }
  if (format !== PARTIES_FORMAT) return [];
  return (await readParties(file)).flatMap((party) => (party.role === "device" ? [] : [{ ...party, file }]));
}

function warningOf(first: NamedKey, second: NamedKey): string {
  const [one, other] = [first, second].map(({ name, file }) => `${visible(name)} (${visible(file)})`);
  return `${one} and ${other} have one key: if they are two people, make a key for each (batchproof key new)`;
}

/** A key as one text. */
export function keyId({ x, y }: PublicKey): string {
  return `${x} ${y}`;
}

/** Names are compared as they are hashed. */
export function isSameName(one: string, other: string): boolean {
  return one.normalize("NFC") === other.normalize("NFC");
}
