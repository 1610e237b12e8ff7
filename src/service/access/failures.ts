/** How often an address called and nobody could say who it was. */
export interface Failures {
  count(address: string): void;
  areTooMany(address: string): boolean;
}

/** Seconds in which failures are counted together, how many are too many, and of how many addresses they are kept. */
const WINDOW = 60;
const TOO_MANY = 30;
const MOST_ADDRESSES = 10_000;

/** Counts failures of an address in windows of a minute. `now`: Unix seconds. */
export function failuresByAddress(now: () => number): Failures {
  const counted = new Map<string, number>();
  let window = 0;
  const current = (): Map<string, number> => {
    const present = Math.floor(now() / WINDOW);
    if (present !== window) counted.clear();
    window = present;
    return counted;
  };
  return {
    count: (address) => {
      const counts = current();
      // Whoever has so many addresses is not held up by them; this machine's memory is.
      if (counts.size < MOST_ADDRESSES || counts.has(address)) counts.set(address, (counts.get(address) ?? 0) + 1);
    },
    areTooMany: (address) => (current().get(address) ?? 0) >= TOO_MANY,
  };
}
