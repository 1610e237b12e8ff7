import { time } from "./words.ts";

/** One thing that a policy says, so that two policies can be compared thing by thing. */
export interface Facet {
  /** What it is, in words; facets of the same name are compared. */
  readonly name: string;
  /** What it says, in words. */
  readonly words: string;
  /** More is looser. Absent: neither looser nor tighter, only different. */
  readonly looseness?: bigint;
  /** What a policy without this facet means: no limit, which is looser, or no permission, which is tighter. */
  readonly absent: "looser" | "tighter";
}

/** A limit, as loose as its value is large. */
export function atMost(name: string, looseness: bigint, words: string): Facet {
  return { name, looseness, words, absent: "looser" };
}

/** A limit, as loose as its value is small. */
export function atLeast(name: string, value: bigint, words: string): Facet {
  return atMost(name, -value, words);
}

/** Something permitted that would be refused without it. */
export function permission(name: string, words: string): Facet {
  return { name, looseness: 0n, words, absent: "tighter" };
}

/** Something demanded, or not. */
export function demand(name: string, demanded: boolean, words: readonly [yes: string, no: string]): Facet {
  return atMost(name, demanded ? 0n : 1n, demanded ? words[0] : words[1]);
}

/** Something that is only different. */
export function fact(name: string, words: string): Facet {
  return { name, words, absent: "looser" };
}

/** A limit in seconds; none where there is no such limit. */
export function secondsFacet(name: string, seconds: number | undefined): Facet[] {
  return seconds === undefined ? [] : [atMost(name, BigInt(seconds), `at most ${time(seconds)}`)];
}
