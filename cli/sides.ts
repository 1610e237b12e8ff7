import type { HandoffSide } from "../src/formats/handoff.ts";

/** Who signs, in the words of the command line. */
export const SIDES = { releaser: "released", receiver: "received" } as const satisfies Record<string, HandoffSide>;
export const WORD_OF = { released: "releaser", received: "receiver" } as const satisfies Record<HandoffSide, string>;
