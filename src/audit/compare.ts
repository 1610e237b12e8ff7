import type { Provider } from "ethers";
import { CONTRACT_OF, registerAt, type Addresses } from "../chain/handles.ts";
import { incomplete } from "./incomplete.ts";
import { JOURNALED, journalIn } from "./journal.ts";
import { askedForEach } from "./node.ts";
import type { RegisterState } from "./state.ts";

/** The block at which everything is read. `now`: its time, Unix seconds. */
export interface ReadBlock {
  readonly number: number;
  readonly hash: string;
  readonly now: number;
}

/** What the journal of each contract must be, as the events say: by its address. */
export function expectedJournals(addresses: Addresses, state: RegisterState): ReadonlyMap<string, string> {
  return new Map(JOURNALED.map((part) => [addresses[part], journalIn(state, part, addresses[part])]));
}

/**
 * Compares the journals that the events come to with those of the contracts at the same block: a difference means that the
 * node withheld, changed or added events (`log`). The other way round nothing is taken from an answer: it can only refuse.
 */
export async function requireAgreement(
  provider: Provider,
  addresses: Addresses,
  state: RegisterState,
  block: ReadBlock,
): Promise<void> {
  const register = registerAt(addresses, provider);
  await askedForEach("its journal", JOURNALED, async (part) => {
    const told = await register[part].journal({ blockTag: block.number });
    if (told === journalIn(state, part, addresses[part])) return;
    throw incomplete(`the events of ${CONTRACT_OF[part]} are not those that its journal was made of`);
  });
}
