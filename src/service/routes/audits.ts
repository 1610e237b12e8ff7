import { Type, type Static } from "typebox";
import { auditNamed, beginAudit, reportOf, type ReportForm } from "../audits.ts";
import { PROBLEM } from "../problem.ts";
import { registerOf } from "../register.ts";
import { route, type Reply, type Route } from "../route.ts";
import { CLOSED } from "../shapes.ts";

const TAG = "audits";
const PATH = "/v1/audits";
const AUDIT_PARAMS = Type.Object({ id: Type.String({ pattern: "^[0-9a-f]{32}$" }) }, CLOSED);
/** Seconds after which it is worth asking again. */
const AGAIN = 5;

const AUDIT = Type.Object(
  {
    id: Type.String(),
    state: Type.Unsafe<"running" | "done" | "failed">(Type.String({ enum: ["running", "done", "failed"] })),
    block: Type.Union([Type.Integer(), Type.Null()]),
    findings: Type.Union([Type.Integer(), Type.Null()]),
    problem: Type.Union([PROBLEM, Type.Null()]),
  },
  CLOSED,
);

/** That an audit runs, and when to ask again. */
function running(id: string): Reply<Static<typeof AUDIT>> {
  return {
    ...{ status: 202, location: `${PATH}/${id}`, retryAfter: AGAIN },
    body: { id, state: "running", block: null, findings: null, problem: null },
  };
}

const begin = route({
  operation: "beginAudit",
  method: "POST",
  path: PATH,
  permission: "register:audit",
  tag: TAG,
  summary: "Begins an audit of the register, in a process of its own.",
  schemas: {
    body: Type.Object({ alone: Type.Optional(Type.Boolean()) }, CLOSED),
    reply: AUDIT,
  },
  run: async ({ body, service }) => {
    registerOf(service);
    return running(await beginAudit(service, body.alone === true));
  },
});

const show = route({
  operation: "getAudit",
  method: "GET",
  path: `${PATH}/:id`,
  permission: "register:audit",
  tag: TAG,
  summary: "How an audit stands. One that failed concludes nothing.",
  schemas: { params: AUDIT_PARAMS, reply: AUDIT },
  run: async ({ params, service }) => {
    const { id, result } = await auditNamed(service, params.id);
    return result === undefined ? running(id) : { body: { id, ...result } };
  },
});

const report = route({
  operation: "getReport",
  method: "GET",
  path: `${PATH}/:id/report`,
  permission: "register:audit",
  tag: TAG,
  summary: "The report of an audit, as the command line writes it.",
  schemas: {
    params: AUDIT_PARAMS,
    query: Type.Object(
      { form: Type.Unsafe<ReportForm>(Type.String({ enum: ["json", "csv", "html"], default: "json" })) },
      CLOSED,
    ),
    reply: Type.Object({ form: Type.String(), text: Type.String() }, CLOSED),
  },
  run: async ({ params, query, service }) => ({
    body: { form: query.form, text: await reportOf(service, params.id, query.form) },
  }),
});

/** Audits of the register. */
export const AUDIT_ROUTES: readonly Route[] = [begin, show, report];
