import { REASON, type ReasonName } from "./codes.ts";

/** Why something was decided, as it stands on chain. */
export interface Reason {
  readonly reason: ReasonName;
  /** Salted hash of the words, 0x hex; `NO_WORDS`: none. */
  readonly words: string;
}

/** What stands on chain where nothing is said in words. */
export const NO_WORDS = `0x${"0".repeat(64)}`;

/** A reason as the last arguments of a call. */
export function reasonArgs({ reason, words }: Reason): [reason: number, words: string] {
  return [REASON[reason], words];
}
