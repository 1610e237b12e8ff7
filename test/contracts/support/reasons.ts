import { NO_WORDS, reasonArgs } from "../../../src/formats/reasons.ts";

/** The reason that every call takes, without words: its last arguments. */
export const OTHER = reasonArgs({ reason: "other", words: NO_WORDS });
