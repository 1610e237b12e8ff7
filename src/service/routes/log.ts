import { Type, type Static } from "typebox";
import type { CallLog } from "../access/callLog.ts";
import type { LogEntry } from "../access/callEntry.ts";
import { environmentError } from "../../errors.ts";
import { may, type Caller } from "../caller.ts";
import { route, type Reply, type Route } from "../route.ts";
import type { Service } from "../service.ts";
import { pageOf, SITE_PARAMS, SITE_PATH } from "../shapes.ts";

const TEXT = Type.Union([Type.String(), Type.Null()]);

/** A line of the log, its members that are of no call empty. */
const LINE = Type.Object(
  {
    ...{ seq: Type.Integer(), time: Type.Integer({ description: "Milliseconds since 1970." }) },
    ...{ clockBack: Type.Boolean(), previous: Type.String(), kind: Type.String() },
    ...{ caller: TEXT, address: TEXT, request: TEXT, operation: TEXT, site: TEXT, batch: TEXT, body: TEXT },
    ...{ status: Type.Union([Type.Integer(), Type.Null()]), code: TEXT },
  },
  { additionalProperties: false },
);

const QUERY = Type.Object(
  {
    after: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0, description: "`seq` of a line." }),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  },
  { additionalProperties: false },
);

const PAGE = pageOf(LINE);
type Page = Reply<Static<typeof PAGE>>;

/** The log of calls: the whole of it for who may read it everywhere, and a site's part. */
export const LOG_ROUTES: readonly Route[] = [
  route({
    operation: "readLog",
    method: "GET",
    path: "/v1/log",
    permission: "log:read",
    tag: "log",
    summary: "Lines of the log of calls, oldest first.",
    description: "A page may hold less than `limit`, or nothing, and yet be followed by another one: `next` says.",
    schemas: { query: QUERY, reply: PAGE },
    run: ({ query, caller, service }) => pageFor(service, caller, query),
  }),
  route({
    operation: "readSiteLog",
    method: "GET",
    path: `${SITE_PATH}/log`,
    permission: "log:read",
    tag: "log",
    summary: "Lines of the log of calls that are about one site, oldest first.",
    schemas: { params: SITE_PARAMS, query: QUERY, reply: PAGE },
    run: ({ params, query, caller, service }) => pageFor(service, caller, query, params.site),
  }),
];

async function pageFor(service: Service, caller: Caller, query: Static<typeof QUERY>, site?: string): Promise<Page> {
  const { items, next } = await logOf(service).page(query.after, query.limit, (entry) => isSeen(caller, entry, site));
  return { body: { items: items.map(lineOf), next: next === null ? null : String(next) } };
}

function logOf({ callLog }: Service): CallLog {
  if (callLog === undefined) throw environmentError("No log of calls is kept here.", { code: "log-write" });
  return callLog;
}

/** A line is seen by whoever may read the log of what it is about; one that is about no site, by who may read all. */
function isSeen(caller: Caller, entry: LogEntry, site: string | undefined): boolean {
  const about = entry.kind === "call" ? entry : { site: null, batch: null };
  if (site !== undefined && about.site !== site) return false;
  return may(caller, "log:read", {
    ...(about.site === null ? {} : { site: about.site }),
    ...(about.batch === null ? {} : { batch: about.batch }),
  });
}

const NO_CALL = {
  ...{ caller: null, address: null, request: null, operation: null, site: null, batch: null },
  ...{ body: null, status: null, code: null },
} as const;

function lineOf(entry: LogEntry): Static<typeof LINE> {
  const { seq, time, clockBack, previous, kind } = entry;
  return entry.kind === "call" ? entry : { seq, time, clockBack, previous, kind, ...NO_CALL };
}
