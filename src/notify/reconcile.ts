import { Type, type Static } from "typebox";
import { formatTime } from "../input/times.ts";
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
    unheard: Type.Array(Type.Enum(["deviations", "results", "orders"]), {
      description: "Of what no system ever told anything: nothing is said of it.",
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
  /** Claims of which it holds a record. */
  readonly recorded: readonly string[];
}

export interface Reconciled {
  readonly site: string;
  readonly batches: readonly FolderBatch[];
  readonly heard: readonly Heard[];
  /** All that was told of exceptions, up to a block of about now; undefined: the register is not followed, or not to be relied on. */
  readonly told: { readonly block: number; readonly exceptions: readonly Notification[] } | undefined;
  /** Unix seconds. */
  readonly now: number;
}

/**
 * Holds what the systems of a site told against the register and the folders. It changes nothing: a deviation becomes an exception
 * by a person. Where one side said nothing, that is said, and nothing is called the same.
 */
export function reconcile({ site, batches, heard, told, now }: Reconciled): Reconciliation {
  const events = heard.map(({ event }) => event);
  const of = (...types: readonly Inbound["type"][]): Inbound[] => events.filter(({ type }) => types.includes(type));
  const [deviations, results, orders] = [
    of("deviation.opened", "deviation.closed"),
    of("results.ready"),
    of("order.placed"),
  ];
  return {
    ...{ format: "batchproof-reconciliation/1", site, time: formatTime(now), block: told?.block ?? null },
    unheard: [
      ...(deviations.length === 0 ? (["deviations"] as const) : []),
      ...(results.length === 0 ? (["results"] as const) : []),
      ...(orders.length === 0 ? (["orders"] as const) : []),
    ],
    differences: [
      ...(told === undefined || deviations.length === 0 ? [] : ofDeviations(deviations, batches, told.exceptions)),
      ...ofResults(results, batches),
      ...(orders.length === 0 ? [] : ofOrders(orders, batches)),
    ],
  };
}

interface Side {
  readonly reference: string;
  readonly batch: string | null;
  readonly since: string | null;
  readonly open: boolean;
}

function ofDeviations(
  deviations: readonly Inbound[],
  batches: readonly FolderBatch[],
  exceptions: readonly Notification[],
): Difference[] {
  const theirs = deviationsOf(deviations);
  const ours = exceptionsOf(batches, exceptions);
  return [
    ...[...theirs.values()].flatMap((each) => {
      const exception = ours.get(each.reference);
      if (exception === undefined) return each.open ? [difference("deviation-without-exception", each)] : [];
      if (exception.open === each.open) return [];
      return [difference(each.open ? "deviation-open-exception-closed" : "deviation-closed-exception-open", each)];
    }),
    ...[...ours.values()]
      .filter(({ reference }) => !theirs.has(reference))
      .map((each) => difference("exception-without-deviation", each)),
  ];
}

function deviationsOf(events: readonly Inbound[]): ReadonlyMap<string, Side> {
  const sides = new Map<string, Side>();
  for (const { type, reference, batch = null, time } of events) {
    const before = sides.get(reference);
    const open = type === "deviation.opened";
    sides.set(reference, { reference, batch: batch ?? before?.batch ?? null, since: before?.since ?? time, open });
  }
  return sides;
}

/** Exceptions of the site's batches by reference; one reference of several is open while one of them is. */
function exceptionsOf(batches: readonly FolderBatch[], exceptions: readonly Notification[]): ReadonlyMap<string, Side> {
  const ids = new Map(batches.flatMap(({ id, key }) => (key === undefined ? [] : [[key, id] as const])));
  const closed = new Set(
    exceptions.filter(({ type }) => type === "exception.closed").map(({ details }) => details["exception"]),
  );
  const sides = new Map<string, Side>();
  for (const { type, batch: key, time, details } of exceptions) {
    const batch = ids.get(key);
    if (type !== "exception.raised" || batch === undefined) continue;
    const { reference = "", exception } = details;
    const before = sides.get(reference);
    const open = !closed.has(exception) || before?.open === true;
    sides.set(reference, { reference, batch, since: before?.since ?? time, open });
  }
  return sides;
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
