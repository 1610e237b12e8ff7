import { inputError } from "../errors.ts";
import { keyHash, textHash } from "../formats/identity.ts";
import { findParty, type PartyList } from "../parties/partyList.ts";
import type { Batch, Custodian } from "./batch.ts";
import { copyParties } from "./hints.ts";

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

/** A custodian of the folder's party list; `place` is where it is named. Errors `parties-missing`, `party`, `key-role`. */
export function custodianNamed(
  { dir, policy, parties }: Pick<Batch, "dir" | "policy" | "parties">,
  name: string,
  place: string,
): Custodian {
  if (parties === undefined) {
    throw inputError("The batch folder has no party list.", {
      code: "parties-missing",
      place: dir,
      remedy: `Copy the published list into it first: \`${copyParties({ dir, policy })}\`.`,
    });
  }
  const party = findParty(parties, name);
  if (party.role === "custodian") return { key: party.key, org: party.org };
  throw inputError(`Party "${name}" is a ${party.role}, not a custodian.`, { place, code: "key-role" });
}
