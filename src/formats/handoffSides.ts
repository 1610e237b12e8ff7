import type { HandoffSide } from "./handoff.ts";

/** The sides of a hand-off in words, and the words of the sides. */
export const SIDES = { releaser: "released", receiver: "received" } as const satisfies Record<string, HandoffSide>;
export const WORD_OF = { released: "releaser", received: "receiver" } as const satisfies Record<HandoffSide, string>;
