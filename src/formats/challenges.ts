import { CHALLENGE, type ChallengeName } from "./codes.ts";

/** What each kind of challenge says of a batch. */
const WORDS: Readonly<Record<ChallengeName, string>> = {
  circuit: "a circuit of its policy was declared unsound",
  policy: "its policy was retired",
  root: "a party list under which it was proven was revoked from before then",
  superseded: "a batch that it supersedes was recalled",
};

/** Names of the bits that are set, lowest first. */
export function challengeNames(kinds: bigint): ChallengeName[] {
  return (Object.keys(CHALLENGE) as ChallengeName[]).filter((name) => (kinds & BigInt(CHALLENGE[name])) !== 0n);
}

/** The kinds of a challenge in words; of none "nothing". */
export function challengeText(kinds: readonly ChallengeName[]): string {
  return kinds.length === 0 ? "nothing" : kinds.map((name) => WORDS[name]).join("; ");
}
