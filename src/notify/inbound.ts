import { join } from "node:path";
import { Type, type Static } from "typebox";
import { environmentError, inputError } from "../errors.ts";
import { defineCheck } from "../formats/document.ts";
import { SLUG_PATTERN } from "../formats/slug.ts";
import { canonicalJson } from "../input/json.ts";
import { parseTime } from "../input/times.ts";
import { Lines } from "./lines.ts";

export const INBOUND_TYPES = ["deviation.opened", "deviation.closed", "results.ready", "order.placed"] as const;

/** Printable, and without blanks at its ends. */
const WORD = { maxLength: 100, pattern: "^[^\\p{C}\\s]([^\\p{C}]*[^\\p{C}\\s])?$" };

/** What a system of the site tells. */
export const INBOUND = Type.Object(
  {
    source: Type.String({ pattern: SLUG_PATTERN, description: "The system, such as `eqms`." }),
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
        pattern: SLUG_PATTERN,
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

/** How many are kept. */
export interface InboundLimits {
  /** Of one caller in a day, by UTC: a system that tells without end keeps no other one from it. */
  readonly perDay: number;
  /** Of a site: all are read at each start. */
  readonly all: number;
}
const LIMITS: InboundLimits = { perDay: 10_000, all: 500_000 };
const DAY_SECONDS = 86_400;

const checkHeard = defineCheck<Heard>(HEARD, "event that was heard", "feed-damaged");

/**
 * What the systems of one site told, in order: `SITE.jsonl`, which only grows. An event is known by who told it, its source and the
 * source's id; so no system can take an id from another one.
 */
export class InboundEvents {
  readonly #lines: Lines;
  readonly #limits: InboundLimits;
  readonly #heard: Heard[] = [];
  readonly #known = new Map<string, Heard>();
  /** How many each caller told on the day of its last one. */
  readonly #days = new Map<string, { readonly day: number; readonly count: number }>();
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(lines: Lines, heard: readonly Heard[], limits: InboundLimits) {
    this.#lines = lines;
    this.#limits = limits;
    for (const each of heard) this.#keep(each);
  }

  /** Errors: `feed-damaged`, those of `Lines.open`. */
  static async open(folder: string, site: string, limits = LIMITS): Promise<InboundEvents> {
    const heard: Heard[] = [];
    const lines = await Lines.open(join(folder, `${site}.jsonl`), (value, place) => {
      const each = checkHeard(value, place);
      if (each.sequence !== heard.length + 1) {
        throw inputError("This line is out of order.", { code: "feed-damaged", place });
      }
      heard.push(each);
      return false;
    });
    return new InboundEvents(lines, heard, limits);
  }

  /** Oldest first. */
  get all(): readonly Heard[] {
    return this.#heard;
  }

  /** Those after a sequence number, at most `limit`. Error `feed-ahead`: as many were never heard. */
  after(sequence: number, limit: number): readonly Heard[] {
    if (sequence <= this.#heard.length) return this.#heard.slice(sequence, sequence + limit);
    throw inputError(`Nothing of number ${sequence} was heard; the last one is ${this.#heard.length}.`, {
      code: "feed-ahead",
    });
  }

  /**
   * Keeps an event, unless it was told before: then `already`. Errors: `event-differs` (told before with another content),
   * `event-quota`, `events-full`, those of `parseTime`. What is refused was not kept.
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
    this.#requireRoom(heard);
    await this.#lines.append(heard);
    this.#keep(heard);
    return { heard, already: false };
  }

  #requireRoom({ by, received }: Heard): void {
    const { perDay, all } = this.#limits;
    if (this.#heard.length >= all) {
      throw environmentError(`${all} events are kept of this site already.`, { code: "events-full" });
    }
    const last = this.#days.get(by);
    if (last?.day !== dayOf(received) || last.count < perDay) return;
    throw inputError(`This caller told ${perDay} events today.`, { code: "event-quota" });
  }

  #keep(heard: Heard): void {
    const [last, day] = [this.#days.get(heard.by), dayOf(heard.received)];
    this.#days.set(heard.by, { day, count: last?.day === day ? last.count + 1 : 1 });
    this.#heard.push(heard);
    this.#known.set(keyOf(heard), heard);
  }
}

function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS);
}

function keyOf({ by, event: { source, id } }: Pick<Heard, "by" | "event">): string {
  return JSON.stringify([by, source, id]);
}
