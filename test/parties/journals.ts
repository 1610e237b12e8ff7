import type { JournalEntry } from "../../src/parties/journal.ts";
import { remembered, type Measured } from "../../src/parties/measured.ts";

/** Entries of journals. */

export const SOURCE = { x: 3n, y: 4n };
export const SECRET = Uint8Array.of(1, 2, 3);
export const DEVICE = 22n;
export const AT = "2022-05-09T11:30:00+02:00";

/** A temperature a minute from a time on. */
export function measuredFrom(start: number, values: readonly number[], device = DEVICE): Measured {
  const measurements = values.map((value, i) => ({ time: start + 60 * i, values: [BigInt(value)] }));
  return remembered(SECRET, device, [1], measurements);
}

/** The entry of an attempt for one key; each attempt has readings of a day of its own. */
export function entryOf(attempt: number, changed: Partial<JournalEntry> = {}): JournalEntry {
  return {
    ...{ batch: 11n, stage: 0, channel: 1, slot: 0, place: 1, device: DEVICE },
    settings: "5e".repeat(32),
    measured: measuredFrom(86_400 * (attempt + 1), [5, 6]),
    record: BigInt(attempt),
    attempt,
    reason: "logger read twice",
    at: AT,
    ...changed,
  };
}
