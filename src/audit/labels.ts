import { getAddress } from "ethers";
import type { AuditReport } from "./report.ts";
import { quoted } from "./words.ts";

/** Digits of a hash that are always shown: to find another hash that begins with them takes 2^64 trials. */
const FEWEST_DIGITS = 16;
const ADDRESS_LENGTH = 42;
const HASHES = /0x[0-9a-f]{64}(?![0-9a-f])/g;
/** What people wrote, which stays as it is, and what is called by a label. */
const CALLED = /"(?:[^"\\]|\\.)*"|0x(?:[0-9a-f]{64}|[0-9a-fA-F]{40})(?![0-9a-fA-F])/g;

/** How a page for people calls what only a hash or an address names, so that no two things on it look alike. */
export interface Labels {
  /** An account by its number on this page, "A1". */
  readonly account: (address: string) => string;
  /** A batch by its owner and the owner's serial number, "A1 #17", and the beginning of its key. */
  readonly batch: (key: string) => string;
  /** A text with its hashes in short, and batches and accounts called as elsewhere on the page. */
  readonly text: (text: string) => string;
  /** Which account each number stands for, whole: of those that were called by it until now. */
  readonly legend: () => readonly string[];
}

/**
 * The labels of one report. A register numbers each owner's batches, so owner and number are one batch; an address has a
 * number instead of a beginning, because a beginning of a few digits is made anew in seconds. `names`: those by which the
 * reader knows batches, by key; one that two batches have tells them not apart, and their labels follow it.
 */
export function labelsIn(
  { batches, findings, names: people }: Pick<AuditReport, "batches" | "findings" | "names">,
  names: ReadonlyMap<string, string> = new Map(),
): Labels {
  const batchOf = new Map(batches.map((batch) => [batch.key, batch]));
  const short = shortForms([
    ...batchOf.keys(),
    ...findings.flatMap(({ text }) => text.match(HASHES) ?? []),
    ...batches.flatMap(({ reasons }) => reasons.flatMap((text) => text.match(HASHES) ?? [])),
  ]);
  const numbers = new Map<string, number>();
  const called = new Map<string, string>();
  const account = (given: string): string => {
    // To spell an address costs a hash, and a page names few accounts thousands of times.
    const before = called.get(given);
    if (before !== undefined) return before;
    // Two spellings of one address are one account.
    const address = getAddress(given.toLowerCase());
    const number = numbers.get(address) ?? numbers.size + 1;
    numbers.set(address, number);
    called.set(given, `A${number}`);
    return `A${number}`;
  };
  const numbered = (key: string): string => {
    const found = batchOf.get(key);
    return found === undefined ? short(key) : `${account(found.owner)} #${found.serial} ${short(key)}`;
  };
  const bearers = new Map<string, number>();
  for (const name of names.values()) bearers.set(name, (bearers.get(name) ?? 0) + 1);
  const batch = (key: string): string => {
    const name = names.get(key);
    if (name === undefined) return numbered(key);
    return bearers.get(name) === 1 ? name : `${name} ${numbered(key)}`;
  };
  return {
    account,
    batch,
    text: (text) =>
      text.replace(CALLED, (found) => {
        if (found.startsWith('"')) return found;
        return found.length === ADDRESS_LENGTH ? account(found) : batch(found);
      }),
    legend: () =>
      [...numbers].map(([address, number]) => {
        const name = Object.hasOwn(people, address) ? people[address] : undefined;
        return `A${number} is the account ${address}${name === undefined ? "" : `, by your list ${quoted(name)}`}`;
      }),
  };
}

/**
 * The beginnings by which hashes are told apart among themselves: 16 digits, and more of those that begin alike. A hash that
 * is none of them stays whole.
 */
export function shortForms(hashes: readonly string[]): (hash: string) => string {
  const sorted = [...new Set(hashes)].sort();
  const lengths = new Map(
    sorted.map((hash, i) => {
      const alike = Math.max(commonDigits(hash, sorted[i - 1]), commonDigits(hash, sorted[i + 1]));
      return [hash, Math.max(FEWEST_DIGITS, alike + 1)];
    }),
  );
  return (hash) => {
    const shown = hash.slice(0, 2 + (lengths.get(hash) ?? hash.length));
    return shown === hash ? hash : `${shown}…`;
  };
}

/** Hex digits after "0x" that two hashes begin with alike. */
function commonDigits(hash: string, other = ""): number {
  let length = 2;
  while (length < hash.length && hash[length] === other[length]) length++;
  return length - 2;
}
