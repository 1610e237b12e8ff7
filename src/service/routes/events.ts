import type { Readable } from "node:stream";
import { Type } from "typebox";
import { inputError } from "../../errors.ts";
import { HEARD, INBOUND } from "../../notify/inbound.ts";
import type { NotificationJournal } from "../../notify/journal.ts";
import { NOTIFICATION, type Notification } from "../../notify/notification.ts";
import { RECONCILIATION } from "../../notify/reconcile.ts";
import { eventStream } from "../../notify/stream.ts";
import { followerOf, inboundOf } from "../notifications.ts";
import { reconcileSite } from "../reconciliation.ts";
import { route, type Route } from "../route.ts";
import type { Service } from "../service.ts";
import { pageOf, SITE_PARAMS, SITE_PATH } from "../shapes.ts";

const SEQUENCE = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const AFTER_QUERY = Type.Object(
  {
    after: Type.Optional(SEQUENCE),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  { additionalProperties: false },
);
/** Where a browser's `Last-Event-ID` cannot be sent, `after` says the same. */
const STREAM_QUERY = Type.Object({ after: Type.Optional(SEQUENCE) }, { additionalProperties: false });

const PAGE = 200;

/** Whether a notification is for a site; undefined: for the whole register. */
function isFor(journal: NotificationJournal, site: string | undefined): (notification: Notification) => boolean {
  return (notification) => journal.isFor(notification, site === undefined ? undefined : [site]);
}

/** A page and where to go on, which moves over what is another site's. */
function pageAfter(
  service: Service,
  { after = 0, limit = 50 }: { readonly after?: number | undefined; readonly limit?: number | undefined },
  site?: string,
): { items: Notification[]; next: string | null } {
  const { journal } = followerOf(service);
  const found = journal.after(after, PAGE);
  const items = found.filter(isFor(journal, site)).slice(0, limit);
  const full = items.length === limit ? items.at(-1) : found.at(-1);
  const next = full === undefined || full.sequence === journal.sequence ? null : String(full.sequence);
  return { items, next };
}

function streamOf(service: Service, after: number, site?: string): Readable {
  const { journal } = followerOf(service);
  return eventStream(journal, { after, isTold: isFor(journal, site) });
}

/** Where a stream goes on: as the header says, which a browser sends when it comes again. Error `request`. */
function lastId(header: string | undefined, after: number | undefined): number {
  if (header === undefined) return after ?? 0;
  if (/^[0-9]{1,15}$/.test(header)) return Number(header);
  throw inputError("This is no number of an event.", { code: "request", place: "header#/last-event-id" });
}

export const EVENT_ROUTES: readonly Route[] = [
  route({
    ...{ operation: "listEvents", method: "GET", path: "/v1/events", permission: "event:read", tag: "events" },
    summary: "What happened to batches in the register, in order.",
    schemas: { query: AFTER_QUERY, reply: pageOf(NOTIFICATION) },
    run: ({ service, query }) => Promise.resolve({ body: pageAfter(service, query) }),
  }),
  route({
    ...{ operation: "streamEvents", method: "GET", path: "/v1/events/stream", permission: "event:read", tag: "events" },
    summary: "The same as server-sent events, resumed by `Last-Event-ID` or `after`.",
    schemas: { query: STREAM_QUERY, reply: Type.Null() },
    run: ({ service, query, header }) =>
      Promise.resolve({ stream: streamOf(service, lastId(header("last-event-id"), query.after)), body: null }),
  }),
  route({
    ...{ operation: "listSiteEvents", method: "GET", path: `${SITE_PATH}/notifications` },
    ...{ permission: "event:read", tag: "events" },
    summary: "What happened in the register to batches of this site.",
    schemas: { params: SITE_PARAMS, query: AFTER_QUERY, reply: pageOf(NOTIFICATION) },
    run: ({ service, query, params }) => Promise.resolve({ body: pageAfter(service, query, params.site) }),
  }),
  route({
    ...{ operation: "streamSiteEvents", method: "GET", path: `${SITE_PATH}/notifications/stream` },
    ...{ permission: "event:read", tag: "events" },
    summary: "The same as server-sent events.",
    schemas: { params: SITE_PARAMS, query: STREAM_QUERY, reply: Type.Null() },
    run: ({ service, query, params, header }) => {
      const after = lastId(header("last-event-id"), query.after);
      return Promise.resolve({ stream: streamOf(service, after, params.site), body: null });
    },
  }),
  route({
    ...{
      operation: "tellEvent",
      method: "POST",
      path: `${SITE_PATH}/events`,
      permission: "event:write",
      tag: "events",
    },
    summary: "Tells what happened in an eQMS, LIMS, MES or ERP; told again it changes nothing.",
    schemas: { params: SITE_PARAMS, body: INBOUND, reply: HEARD },
    run: async ({ service, params, body, caller }) => {
      const { heard, already } = await inboundOf(service, params.site).hear(body, caller.id, service.now());
      if (already) return { body: heard };
      return { status: 201, location: `/v1/sites/${params.site}/events?after=${heard.sequence - 1}`, body: heard };
    },
  }),
  route({
    ...{ operation: "listTold", method: "GET", path: `${SITE_PATH}/events`, permission: "event:read", tag: "events" },
    summary: "What the systems of this site told, in order.",
    schemas: { params: SITE_PARAMS, query: AFTER_QUERY, reply: pageOf(HEARD) },
    run: ({ service, params, query: { after = 0, limit = 50 } }) => {
      const inbound = inboundOf(service, params.site);
      const items = [...inbound.after(after, limit)];
      const next = after + limit < inbound.all.length ? String(after + limit) : null;
      return Promise.resolve({ body: { items, next } });
    },
  }),
  route({
    ...{ operation: "getReconciliation", method: "GET", path: `${SITE_PATH}/reconciliation` },
    ...{ permission: "event:read", tag: "events" },
    summary: "What only the register, the folders or the other systems hold.",
    schemas: { params: SITE_PARAMS, reply: RECONCILIATION },
    run: async ({ service, params: { site } }) => ({ body: await reconcileSite(service, site) }),
  }),
];
