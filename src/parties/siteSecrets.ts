import { textHash } from "../formats/identity.ts";
import type { KeyParty, PartyList } from "./partyList.ts";

/** What becomes of the sites' secrets from one party list to the next; organisations by name, each once. */
export interface SecretChanges {
  /** Have another secret than before, so that each order of theirs can be opened once more. */
  readonly renewed: readonly string[];
  /** Are not in the list before, and bring a secret that is not in it. */
  readonly added: readonly string[];
  /** Are not in the list any more, nor is their secret. */
  readonly gone: readonly string[];
}

/**
 * Compares the secrets of two lists. An organisation that was renamed and kept its secret is the same site; a custodian's
 * key that has another secret is a renewal under whatever name.
 */
export function secretChanges(before: PartyList, after: PartyList): SecretChanges {
  const [old, now] = [custodiansOf(before), custodiansOf(after)];
  const renewed = now.filter((party) => old.some((each) => isSameSite(each, party) && !hasSameSecret(each, party)));
  const without = (list: readonly KeyParty[], other: readonly KeyParty[]): readonly KeyParty[] =>
    list.filter((party) => !other.some((each) => isSameSite(each, party) || hasSameSecret(each, party)));
  return { renewed: orgsOf(renewed), added: orgsOf(without(now, old)), gone: orgsOf(without(old, now)) };
}

function custodiansOf(list: PartyList): readonly KeyParty[] {
  return list.flatMap((party) => (party.role === "custodian" ? [party] : []));
}

function isSameSite(a: KeyParty, b: KeyParty): boolean {
  return textHash(a.org) === textHash(b.org) || (a.key.x === b.key.x && a.key.y === b.key.y);
}

function hasSameSecret(a: KeyParty, b: KeyParty): boolean {
  return a.secretHash === b.secretHash;
}

function orgsOf(parties: readonly KeyParty[]): readonly string[] {
  return [...new Map(parties.map(({ org }) => [textHash(org), org])).values()];
}
