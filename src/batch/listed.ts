import { inputError } from "../errors.ts";
import { keyHash, textHash } from "../formats/identity.ts";
import type { PartyList } from "../parties/partyList.ts";
import type { Custodian } from "./batch.ts";

/** Custodians that a hand-off names, by the place where it does. */
export type NamedCustodians = Readonly<Record<string, Custodian | undefined>>;

/**
 * A head commits to the next custodian's key alone, so its organisation is only as good as the party list says. Error
 * `handoff-party`; without a list there is nothing to compare.
 */
export function refuseUnlisted(parties: PartyList | undefined, named: NamedCustodians, remedy: string): void {
  for (const [place, custodian] of Object.entries(named)) {
    if (custodian === undefined) continue;
    const listed = parties?.some(
      (party) =>
        party.role === "custodian" &&
        keyHash(party.key) === keyHash(custodian.key) &&
        textHash(party.org) === textHash(custodian.org),
    );
    if (listed !== false) continue;
    throw inputError("The party list has no custodian with this key at this organisation.", {
      code: "handoff-party",
      place,
      remedy,
    });
  }
}
