import { join } from "node:path";
import { Type, type Static } from "typebox";
import { inputError } from "../errors.ts";
import { defineCheck } from "../formats/document.ts";
import { canonicalJson } from "../input/json.ts";
import { parseTime } from "../input/times.ts";
import { Lines } from "./lines.ts";

export const INBOUND_TYPES = ["deviation.opened", "deviation.closed", "results.ready", "order.placed"] as const;

/** Printable, and without blanks at its ends. */
const WORD = { maxLength: 100, pattern: "^[^\\p{C}\\s]([^\\p{C}]*[^\\p{C}\\s])?$" };

/** What a system of the site tells. */
export const INBOUND = Type.Object(
  {
    source: Type.String({ pattern: "^[a-z0-9][a-z0-9-]{0,62}$", description: "The system, such as `eqms`." }),
    id: Type.String({ ...WORD, description: "Its own number of this event: told again, the event is the same." }),
    type: Type.Enum([...INBOUND_TYPES]),
    time: Type.String({ maxLength: 40, description: "When it was, RFC 3339." }),
    reference: Type.String({
      ...WORD,
      description:
        "Number of the deviation, as an exception's reference in the register; of the result set; of the order.",
    }),
    batch: Type.Optional(
      Type.String({
        pattern: "^[a-z0-9][a-z0-9-]{0,62}$",
        description: "Its folder's name. Not of an order before it has one.",
      }),
    ),
    claim: Type.Optional(Type.String({ ...WORD, description: "Of results: the claim that they are for." })),
  },
  { additionalProperties: false },
);
export type Inbound = Static<typeof INBOUND>;

/** The same as it is kept. */
export const HEARD = Type.Object(
  {
    sequence: Type.Integer({ minimum: 1 }),
    received: Type.Integer({ minimum: 0, description: "Unix seconds, by the service's clock." }),
    by: Type.String({ maxLength: 3000, description: "Who told it." }),
    event: INBOUND,
  },
  { additionalProperties: false },
);
export type Heard = Static<typeof HEARD>;

const checkHeard = defineCheck<Heard>(HEARD, "event that was heard", "feed-damaged");

/**
 * What the systems of one site told, in order: `SITE.jsonl`, which only grows. An event is known by who told it, its source and the
 * source's id; so no system can take an id from another one.
 */
export class InboundEvents {
  readonly #lines: Lines;
  readonly #heard: Heard[];
  readonly #known: Map<string, Heard>;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(lines: Lines, heard: Heard[]) {
    this.#lines = lines;
    this.#heard = heard;
    this.#known = new Map(heard.map((each) => [keyOf(each), each]));
  }

  /** Errors: `feed-damaged`, those of `Lines.open`. */
  static async open(folder: string, site: string): Promise<InboundEvents> {
    const heard: Heard[] = [];
    const lines = await Lines.open(join(folder, `${site}.jsonl`), (value, place) => {
      const each = checkHeard(value, place);
      if (each.sequence !== heard.length + 1) {
        throw inputError("This line is out of order.", { code: "feed-damaged", place });
      }
      heard.push(each);
    });
    return new InboundEvents(lines, heard);
  }

  /** Oldest first. */
  get all(): readonly Heard[] {
    return this.#heard;
  }

  /**
   * Keeps an event, unless it was told before: then `already`. Errors: `event-differs` (told before with another content), those of
   * `parseTime`.
   */
  async hear(event: Inbound, by: string, now: number): Promise<{ readonly heard: Heard; readonly already: boolean }> {
    parseTime(event.time, "body#/time");
    // One after the other: of two that are the same only one is kept.
    const hear = this.#writing.then(() => this.#hear(event, by, now));
    this.#writing = hear.catch(() => undefined);
    return await hear;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#lines.close();
  }

  async #hear(event: Inbound, by: string, received: number): Promise<{ heard: Heard; already: boolean }> {
    const heard = { sequence: this.#heard.length + 1, received, by, event };
    const before = this.#known.get(keyOf(heard));
    if (before !== undefined) {
      if (canonicalJson(before.event) === canonicalJson(event)) return { heard: before, already: true };
      throw inputError("This source told something else under this id.", { code: "event-differs", place: "body#/id" });
    }
    await this.#lines.append(heard);
    this.#heard.push(heard);
    this.#known.set(keyOf(heard), heard);
    return { heard, already: false };
  }
}

function keyOf({ by, event: { source, id } }: Pick<Heard, "by" | "event">): string {
  return JSON.stringify([by, source, id]);
}
