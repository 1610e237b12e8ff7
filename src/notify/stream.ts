import { Readable } from "node:stream";
import type { NotificationJournal } from "./journal.ts";
import type { Notification } from "./notification.ts";

export interface EventStreamOptions {
  /** Sequence number of the last one that the reader has; 0: none. */
  readonly after: number;
  /** Whether the reader is told of it. */
  readonly isTold: (notification: Notification) => boolean;
  /** Milliseconds between two signs of life; default: 15 seconds. */
  readonly heartbeat?: number;
  /** Milliseconds after which a reader that takes nothing is let go; default: a minute. */
  readonly slowest?: number;
  /** Milliseconds after which it ends; default: ten minutes. */
  readonly longest?: number;
}

const PAGE = 200;
const HEARTBEAT = 15_000;
const SLOWEST = 60_000;
const LONGEST = 600_000;

/**
 * What is told, as server-sent events under their sequence numbers, until the reader goes or the journal is closed. Nothing is
 * gathered for a reader that takes nothing; it is let go, and resumes later. So does everybody after a while, and shows again who he is:
 * a token may have ended. Errors: those of `NotificationJournal.after`, before it
 * begins.
 */
export function eventStream(journal: NotificationJournal, options: EventStreamOptions): Readable {
  journal.after(options.after, 1);
  return new EventStream(journal, options);
}

class EventStream extends Readable {
  readonly #journal: NotificationJournal;
  readonly #options: EventStreamOptions;
  readonly #end: number;
  #last: number;
  #hasBegun = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(journal: NotificationJournal, options: EventStreamOptions) {
    super({ highWaterMark: 1 });
    this.#journal = journal;
    this.#options = options;
    this.#last = options.after;
    this.#end = performance.now() + (options.longest ?? LONGEST);
  }

  /** Called once the text before was taken. */
  override _read(): void {
    clearTimeout(this.#timer);
    this.#next().catch((error: unknown) => this.destroy(error as Error));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    done(error);
  }

  async #next(): Promise<void> {
    const { isTold, heartbeat = HEARTBEAT, slowest = SLOWEST } = this.#options;
    if (this.#hasBegun) await this.#journal.waitBeyond(this.#last, heartbeat);
    this.#hasBegun = true;
    if (this.destroyed) return;
    if (this.#journal.isClosed || performance.now() > this.#end) {
      this.push(null);
      return;
    }
    const found = this.#journal.after(this.#last, PAGE);
    this.#last = found.at(-1)?.sequence ?? this.#last;
    this.#timer = setTimeout(() => this.destroy(), slowest);
    this.push(textOf(found.filter(isTold), this.#last));
  }
}

/** With nothing to tell, the line's sign of life says how far the reader is, so that it need not begin far back. */
function textOf(notifications: readonly Notification[], last: number): string {
  if (notifications.length === 0) return `: nothing new\nid: ${last}\n\n`;
  const texts = notifications.map((each) => {
    return `id: ${each.sequence}\nevent: ${each.type}\ndata: ${JSON.stringify(each)}\n\n`;
  });
  return texts.join("");
}
