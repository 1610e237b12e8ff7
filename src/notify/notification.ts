import { Type, type Static } from "typebox";
import { SLUG_PATTERN } from "../formats/slug.ts";

/** What is told of a register: by webhook, by the event stream, and to nobody twice under another id. */
export const NOTIFICATION_TYPES = [
  "batch.opened",
  "claim.attested",
  "claim.amended",
  "batch.released",
  "batch.completed",
  "batch.supplied",
  "batch.ended",
  "exception.raised",
  "exception.closed",
  "batch.held",
  "batch.unheld",
  "batch.recalled",
  "batch.overdue",
  "due.extended",
  "request.asked",
  "request.answered",
  "request.ended",
] as const;

export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

/** What an event of the register says of a batch, before it has a place among what is told. */
export const TIDINGS = Type.Object(
  {
    id: Type.String({
      maxLength: 300,
      description:
        "`CHAIN-REGISTRY-BLOCK-LOG`: where the register says it, LOG counted over the register's events of the block; of what no " +
        "event says (overdue), `CHAIN-REGISTRY-BATCH-WHAT-DUE`.",
    }),
    type: Type.Enum([...NOTIFICATION_TYPES]),
    batch: Type.String({ pattern: "^0x[0-9a-f]{64}$", description: "Key of the batch in the register." }),
    time: Type.String({ maxLength: 40, description: "Of the block, RFC 3339." }),
    block: Type.Integer({ minimum: 0 }),
    details: Type.Record(Type.String({ pattern: "^[a-zA-Z]{1,40}$" }), Type.String({ maxLength: 400 }), {
      additionalProperties: false,
      description: "What the event says, in words; every text of others is made visible.",
    }),
  },
  { additionalProperties: false },
);
export type Tidings = Static<typeof TIDINGS>;

export const NOTIFICATION = Type.Object(
  {
    sequence: Type.Integer({ minimum: 1, description: "Grows by one with each: where a stream is resumed." }),
    ...TIDINGS.properties,
    again: Type.Optional(
      Type.String({
        pattern: SLUG_PATTERN,
        description: "Name of the site to which alone this is told again: it got its folder of the batch later.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type Notification = Static<typeof NOTIFICATION>;
