import { failureOf } from "../../src/desk/failure.ts";
import { environmentError } from "../../src/errors.ts";
import {
  listOf,
  measured,
  nullable,
  objectOf,
  partOf,
  shaped,
  textOf,
  whole,
  type Shape,
} from "../../src/input/shapes.ts";
import type { CircuitFigures, QueueFigures } from "../../src/queue/figures.ts";
import type { JobStatus } from "../../src/queue/job.ts";

/** Asks the service how its queue stands, as whoever the token or the browser's certificate says. */

/** Milliseconds for an answer. */
const ANSWERED_WITHIN = 10_000;
/** Jobs that nobody tries any more are shown up to this number. */
const MOST_DEAD = 100;

/** A job that nobody tries any more. */
export type DeadJob = Pick<JobStatus, "id" | "site" | "batch" | "claim" | "failure">;

/** What the page shows, and when it was asked for: milliseconds since 1970 by this machine's clock. */
export interface Seen {
  readonly figures: QueueFigures;
  readonly dead: readonly DeadJob[];
  readonly hasMore: boolean;
  readonly at: number;
}

/** Why nothing is known. */
export interface Reason {
  readonly message: string;
  readonly code: string | null;
  readonly place: string | null;
  readonly remedy: string | null;
}

/** No answer; `goesOn`: another time there may be one. */
export interface Unknown {
  readonly reason: Reason;
  readonly goesOn: boolean;
}

const word = textOf(1000);
const FIGURES: Shape<QueueFigures> = partOf<QueueFigures>({
  jobs: objectOf({ waiting: whole(), working: whole(), done: whole(), dead: whole() }),
  oldestSeconds: nullable(measured),
  lastHour: whole(),
  circuits: listOf(
    partOf<CircuitFigures>({ circuit: word, proofs: whole(), meanSeconds: measured, longestSeconds: measured }),
    1000,
  ),
});
const DEAD = partOf<{ readonly items: readonly DeadJob[]; readonly next: string | null }>({
  items: listOf(
    partOf<DeadJob>(
      { id: word, site: word, batch: word, claim: word, failure: partOf({ code: word, message: word }) },
      ["failure"],
    ),
    MOST_DEAD,
  ),
  next: nullable(word),
});
const PROBLEM = partOf({ title: word, code: nullable(word), place: nullable(word), remedy: nullable(word) });

/** Asks once. Nothing is thrown: where there is no answer, it says why. */
export async function look(token: string): Promise<Seen | Unknown> {
  try {
    const at = Date.now();
    const figures = await asked(token, "/v1/queue", FIGURES);
    const { items, next } = await asked(token, `/v1/jobs?state=dead&limit=${MOST_DEAD}`, DEAD);
    return { figures, dead: items, hasMore: next !== null, at };
  } catch (error) {
    return error instanceof Refused ? error.unknown : { reason: failureOf(error), goesOn: true };
  }
}

/** What the service says instead of an answer. */
class Refused extends Error {
  readonly unknown: Unknown;

  constructor(unknown: Unknown) {
    super(unknown.reason.message);
    this.unknown = unknown;
  }
}

async function asked<T>(token: string, path: string, shape: Shape<T>): Promise<T> {
  const { ok, status, body } = await sent(token, path);
  if (ok) return shaped(shape, body, "answer", "unreachable", path);
  const { title, ...reason } = shaped(PROBLEM, body, "answer", "unreachable", path);
  // Who may not ask now may not in ten seconds either.
  throw new Refused({ reason: { message: title, ...reason }, goesOn: status !== 401 && status !== 403 });
}

async function sent(
  token: string,
  path: string,
): Promise<{ readonly ok: boolean; readonly status: number; readonly body: unknown }> {
  try {
    const response = await fetch(path, {
      ...(token === "" ? {} : { headers: { authorization: `Bearer ${token}` } }),
      ...{ cache: "no-store", redirect: "error", signal: AbortSignal.timeout(ANSWERED_WITHIN) },
    });
    return { ok: response.ok, status: response.status, body: await response.json() };
  } catch (cause) {
    throw environmentError("The service does not answer.", {
      ...{ code: "unreachable", place: location.origin, remedy: "Start it again, or look at its log.", cause },
    });
  }
}
