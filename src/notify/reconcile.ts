import { Type, type Static } from "typebox";
import { formatTime, parseTime } from "../input/times.ts";
import type { Heard, Inbound } from "./inbound.ts";
import type { Notification } from "./notification.ts";

export const DIFFERENCES = [
  "deviation-without-exception",
  "exception-without-deviation",
  "deviation-open-exception-closed",
  "deviation-closed-exception-open",
  "results-without-record",
  "order-without-batch",
  "batch-without-order",
] as const;

/** What only one side holds of one site. */
export const RECONCILIATION = Type.Object(
  {
    format: Type.Literal("batchproof-reconciliation/1"),
    site: Type.String({ maxLength: 63 }),
    time: Type.String({ maxLength: 40, description: "When it was made, RFC 3339." }),
    block: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
      description: "Up to which the register was read; null: not lately, and nothing is said of exceptions.",
    }),
    previous: Type.Union([Type.String({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }), Type.Null()], {
      description:
        "The last day before this one (UTC) of which a copy is kept; null: there is none. Days between have none.",
    }),
    unheard: Type.Array(Type.Enum(["deviations", "results", "orders"]), {
      description: "Of what no system ever told anything: nothing is said of it.",
    }),
    unread: Type.Array(Type.String({ maxLength: 63 }), {
      description: "Folders that cannot be read: of their exceptions and records nothing is known.",
    }),
    differences: Type.Array(
      Type.Object(
        {
          what: Type.Enum([...DIFFERENCES]),
          reference: Type.String({ maxLength: 400 }),
          batch: Type.Union([Type.String({ maxLength: 63 }), Type.Null()]),
          since: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type Reconciliation = Static<typeof RECONCILIATION>;
type Difference = Reconciliation["differences"][number];

/** A batch of the site, as its folder holds it. */
export interface FolderBatch {
  /** The folder's name. */
  readonly id: string;
  /** In the register; undefined: it was not opened. */
  readonly key: string | undefined;
  /** Claims of which it holds a record; undefined: it cannot be read. */
  readonly recorded: readonly string[] | undefined;
}

export interface Reconciled {
  readonly site: string;
  readonly batches: readonly FolderBatch[];
  readonly heard: readonly Heard[];
  /** All that was told of exceptions, up to a block of about now; undefined: the register is not followed, or not to be relied on. */
  readonly told: { readonly block: number; readonly exceptions: readonly Notification[] } | undefined;
  /** The last day before this one of which a copy is kept; null: there is none. */
  readonly previous: string | null;
  /** Unix seconds. */
  readonly now: number;
}

/**
 * Holds what the systems of a site told against the register and the folders. It changes nothing: a deviation becomes an exception
 * by a person. Where one side said nothing, that is said, and nothing is called the same.
 */
export function reconcile({ site, batches, heard, told, previous, now }: Reconciled): Reconciliation {
  const deviations = heard.filter(({ event: { type } }) => type === "deviation.opened" || type === "deviation.closed");
  const of = (wanted: Inbound["type"]): Inbound[] =>
    heard.flatMap(({ event }) => (event.type === wanted ? [event] : []));
  const [results, orders] = [of("results.ready"), of("order.placed")];
  return {
    ...{ format: "batchproof-reconciliation/1", site, time: formatTime(now), block: told?.block ?? null, previous },
    unheard: [
      ...(deviations.length === 0 ? (["deviations"] as const) : []),
      ...(results.length === 0 ? (["results"] as const) : []),
      ...(orders.length === 0 ? (["orders"] as const) : []),
    ],
    unread: batches.flatMap(({ id, recorded }) => (recorded === undefined ? [id] : [])),
    differences: [
      ...(told === undefined || deviations.length === 0 ? [] : ofDeviations(deviations, batches, told.exceptions)),
      ...ofResults(results, batches),
      ...(orders.length === 0 ? [] : ofOrders(orders, batches)),
    ],
  };
}

/** A deviation, or the exceptions of its number, of one batch. */
interface Side {
  readonly reference: string;
  readonly batch: string | null;
  readonly since: string | null;
  readonly open: boolean;
}

function ofDeviations(
  heard: readonly Heard[],
  batches: readonly FolderBatch[],
  exceptions: readonly Notification[],
): Difference[] {
  const theirs = deviationsOf(heard);
  const ours = exceptionsOf(batches, exceptions);
  const [byDeviation, byException] = [theirs, ours].map((sides) => Map.groupBy(sides, ({ reference }) => reference));
  return [
    ...theirs.flatMap((each) => {
      const found = byException?.get(each.reference)?.filter((exception) => isOf(exception, each)) ?? [];
      if (found.length === 0) return [difference("deviation-without-exception", each)];
      if (found.some(({ open }) => open) === each.open) return [];
      return [difference(each.open ? "deviation-open-exception-closed" : "deviation-closed-exception-open", each)];
    }),
    ...ours
      .filter((each) => byDeviation?.get(each.reference)?.some((deviation) => isOf(each, deviation)) !== true)
      .map((each) => difference("exception-without-deviation", each)),
  ];
}

/** Of a deviation of which nobody told the batch, an exception of any batch. */
function isOf(exception: Side, deviation: Side): boolean {
  return deviation.batch === null || deviation.batch === exception.batch;
}

/** Deviations as those who told them left them: nobody closes one for another system. An event may come after a later one. */
function deviationsOf(heard: readonly Heard[]): Side[] {
  const timed = heard.map(({ by, event }) => ({ by, event, at: parseTime(event.time, "event#/time") }));
  const told = Map.groupBy(
    timed.sort((a, b) => a.at - b.at),
    ({ by, event: { source, reference } }) => JSON.stringify([by, source, reference]),
  );
  return merged([...told.values()].flatMap((each) => batchesOf(each.map(({ event }) => event))));
}

/** One deviation as one system told it, for each of its batches: an event without a batch is about all that it named before. */
function batchesOf(events: readonly Inbound[]): Side[] {
  const sides = new Map<string | null, Side>();
  for (const { type, reference, batch = null, time } of events) {
    const unnamed = sides.get(null);
    if (batch !== null) sides.delete(null);
    for (const each of batch === null && sides.size > 0 ? sides.keys() : [batch]) {
      const { since } = sides.get(each) ?? unnamed ?? { since: time };
      sides.set(each, { reference, batch: each, since, open: type === "deviation.opened" });
    }
  }
  return [...sides.values()];
}

/** Exceptions of the site's batches. */
function exceptionsOf(batches: readonly FolderBatch[], exceptions: readonly Notification[]): Side[] {
  const ids = new Map(batches.flatMap(({ id, key }) => (key === undefined ? [] : [[key, id] as const])));
  const closed = new Set(
    exceptions.filter(({ type }) => type === "exception.closed").map(({ details }) => details["exception"]),
  );
  return merged(
    exceptions.flatMap(({ type, batch: key, time: since, details: { reference = "", exception } }) => {
      const batch = ids.get(key);
      if (type !== "exception.raised" || batch === undefined) return [];
      return [{ reference, batch, since, open: !closed.has(exception) }];
    }),
  );
}

/** One number of one batch of several is open while one of them is. */
function merged(sides: readonly Side[]): Side[] {
  const all = new Map<string, Side>();
  for (const side of sides) {
    const key = JSON.stringify([side.reference, side.batch]);
    const before = all.get(key);
    all.set(key, before === undefined ? side : { ...before, open: before.open || side.open });
  }
  return [...all.values()];
}

function ofResults(results: readonly Inbound[], batches: readonly FolderBatch[]): Difference[] {
  const recorded = new Map(batches.map(({ id, recorded: claims }) => [id, claims]));
  return results
    .filter(({ batch = "", claim }) => claim === undefined || recorded.get(batch)?.includes(claim) !== true)
    .map((each) => difference("results-without-record", sideOf(each)));
}

function ofOrders(orders: readonly Inbound[], batches: readonly FolderBatch[]): Difference[] {
  const ids = new Set(batches.map(({ id }) => id));
  const ordered = new Set(orders.map(({ batch }) => batch));
  return [
    ...orders
      .filter(({ batch }) => batch === undefined || !ids.has(batch))
      .map((each) => difference("order-without-batch", sideOf(each))),
    ...batches
      .filter(({ id }) => !ordered.has(id))
      .map(({ id }) => ({ what: "batch-without-order" as const, reference: id, batch: id, since: null })),
  ];
}

function sideOf({ reference, batch, time }: Inbound): Omit<Side, "open"> {
  return { reference, batch: batch ?? null, since: time };
}

function difference(what: Difference["what"], { reference, batch, since }: Omit<Side, "open">): Difference {
  return { what, reference, batch, since };
}
