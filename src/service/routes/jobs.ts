import { Type, type Static } from "typebox";
import { readBatch } from "../../batch/folder.ts";
import { inputError } from "../../errors.ts";
import type { CircuitInput } from "../../kinds/circuitInput.ts";
import { queueFigures } from "../../queue/figures.ts";
import { JOB_STATES, type JobStatus } from "../../queue/job.ts";
import type { NewJob } from "../../queue/queue.ts";
import { aboutBatch, newJob } from "../../queue/task.ts";
import { proofPatience } from "../patience.ts";
import { addressIn, openedBatch } from "../register.ts";
import { route, type Route } from "../route.ts";
import { BATCH_PARAMS, BATCH_PATH, PAGE_QUERY, pageOf } from "../shapes.ts";

const TAG = "jobs";
const CLOSED = { additionalProperties: false } as const;

const HEX = Type.String({ pattern: "^0x[0-9a-f]{64}$" });
const ID = Type.String({ pattern: "^[0-9a-f]{32}$" });
const STATE = Type.Enum([...JOB_STATES]);
const ACCOUNT = Type.String({ pattern: "^0x[0-9a-fA-F]{40}$" });

const JOB = Type.Object(
  {
    id: ID,
    site: Type.String(),
    batch: Type.String(),
    claim: Type.String(),
    record: HEX,
    artifact: HEX,
    submitter: ACCOUNT,
    priority: Type.Integer(),
    created: Type.String(),
    state: STATE,
    attempts: Type.Integer(),
    begun: Type.Optional(Type.String()),
    worker: Type.Optional(Type.String()),
    updated: Type.String(),
    failure: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() }, CLOSED)),
  },
  { $id: "Job", ...CLOSED },
);

const JOB_PARAMS = Type.Object({ id: ID }, CLOSED);
const DONE = Type.Object({ state: STATE }, CLOSED);

const proveBatch = route({
  operation: "proveBatch",
  method: "POST",
  path: `${BATCH_PATH}/prove`,
  permission: "claim:prove",
  tag: TAG,
  summary: "Has claims of a batch proven.",
  description:
    "All claims unless some are named, none if one of them does not keep its rules. A claim that is being proven as it stands " +
    "is not proven twice. `submitter` is the account that will send the proofs; unless it is named, the one that opened the batch. " +
    "Of a folder that joined its batch `owner` names that one, once: the folder remembers what the register says of it.",
  schemas: {
    params: BATCH_PARAMS,
    body: Type.Object(
      {
        claims: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 256 })),
        submitter: Type.Optional(ACCOUNT),
        owner: Type.Optional(ACCOUNT),
      },
      CLOSED,
    ),
    reply: Type.Object({ jobs: Type.Array(JOB) }, CLOSED),
  },
  run: async ({ params, body, service }) => {
    const { queue, workbench } = service;
    const { dir, siteKey } = await workbench.placeOf(params);
    const asked = await aboutBatch(params, dir, async () => {
      const batch = await readBatch(dir);
      const { owner } = await openedBatch(service, batch, body.owner);
      // In one spelling: the same account is the same job.
      const submitter = addressIn(body.submitter ?? owner, "body#/submitter");
      const claims = new Set(body.claims ?? batch.policy.claims.map(({ id }) => id));
      const made: NewJob[] = [];
      for (const claim of claims) made.push(await newJob(batch, { ...params, claim, submitter }, siteKey));
      return made;
    });
    const jobs: JobStatus[] = [];
    for (const each of asked) jobs.push(await queue.add(each));
    const location = `/v1/sites/${params.site}/batches/${params.batch}/jobs`;
    return { status: 202, location, retryAfter: proofPatience(service), body: { jobs } };
  },
});

const listBatchJobs = route({
  operation: "listBatchJobs",
  method: "GET",
  path: `${BATCH_PATH}/jobs`,
  permission: "job:read",
  tag: TAG,
  summary: "Jobs of a batch, oldest first.",
  schemas: { params: BATCH_PARAMS, query: PAGE_QUERY, reply: pageOf(JOB) },
  run: ({ params, query, service: { queue } }) => Promise.resolve({ body: pageFrom(queue.list(params), query) }),
});

const listJobs = route({
  operation: "listJobs",
  method: "GET",
  path: "/v1/jobs",
  permission: "job:read",
  tag: TAG,
  summary: "Jobs of all sites, oldest first; those of state `dead` wait for a person.",
  schemas: {
    query: Type.Object({ ...PAGE_QUERY.properties, state: Type.Optional(STATE) }, CLOSED),
    reply: pageOf(JOB),
  },
  run: ({ query, service: { queue } }) => {
    const { state } = query;
    return Promise.resolve({ body: pageFrom(queue.list(state === undefined ? {} : { state }), query) });
  },
});

const getJob = route({
  operation: "getJob",
  method: "GET",
  path: "/v1/jobs/:id",
  permission: "job:read",
  tag: TAG,
  summary: "How a job stands.",
  schemas: { params: JOB_PARAMS, reply: JOB },
  run: ({ params: { id }, service: { queue } }) => {
    const job = queue.get(id);
    if (job === undefined) throw inputError("There is no such job.", { code: "job-unknown" });
    return Promise.resolve({ body: job });
  },
});

const retryJob = route({
  operation: "retryJob",
  method: "POST",
  path: "/v1/jobs/:id/retry",
  permission: "job:manage",
  tag: TAG,
  summary: "Has a dead job tried again.",
  schemas: { params: JOB_PARAMS, reply: JOB },
  run: async ({ params: { id }, service: { queue } }) => ({ body: await queue.retry(id) }),
});

const getQueue = route({
  operation: "getQueue",
  method: "GET",
  path: "/v1/queue",
  permission: "job:read",
  tag: TAG,
  summary: "How many jobs there are, how old the oldest is, and how long proofs take.",
  schemas: {
    reply: Type.Object(
      {
        jobs: Type.Object(
          { waiting: Type.Integer(), working: Type.Integer(), done: Type.Integer(), dead: Type.Integer() },
          CLOSED,
        ),
        oldestSeconds: Type.Union([Type.Number(), Type.Null()]),
        lastHour: Type.Integer(),
        circuits: Type.Array(
          Type.Object(
            {
              circuit: Type.String(),
              proofs: Type.Integer(),
              meanSeconds: Type.Number(),
              longestSeconds: Type.Number(),
            },
            CLOSED,
          ),
        ),
      },
      CLOSED,
    ),
  },
  run: ({ service: { queue, now } }) => {
    const { circuits, ...figures } = queueFigures(queue.list(), now() * 1000);
    return Promise.resolve({ body: { ...figures, circuits: [...circuits] } });
  },
});

const INPUT = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));

const takeJob = route({
  operation: "takeJob",
  method: "POST",
  path: "/v1/jobs/:id/input",
  permission: "job:work",
  tag: TAG,
  summary: "Gives a worker a job, and what its proof is made from.",
  description: "The input is private: a worker keeps it in memory only. Numbers are decimal.",
  isPrivate: true,
  schemas: {
    params: JOB_PARAMS,
    reply: Type.Object({ claim: Type.String(), circuit: Type.String(), artifact: HEX, input: INPUT }, CLOSED),
  },
  run: async ({ params: { id }, caller, service: { workbench } }) => {
    const { job, circuit, input } = await workbench.take(id, caller.id);
    return { body: { claim: job.claim, circuit, artifact: job.artifact, input: decimal(input) } };
  },
});

const renewJob = route({
  operation: "renewJob",
  method: "POST",
  path: "/v1/jobs/:id/lease",
  permission: "job:work",
  tag: TAG,
  summary: "A worker says that it is still at a job.",
  schemas: { params: JOB_PARAMS, reply: Type.Object({}, CLOSED) },
  run: async ({ params: { id }, caller, service: { workbench } }) => {
    await workbench.renew(id, caller.id);
    return { body: {} };
  },
});

const NUMBER = Type.String({ pattern: "^[0-9]{1,78}$" });
const PAIR = Type.Array(NUMBER, { minItems: 2, maxItems: 2 });
const POINT = Type.Array(NUMBER, { minItems: 3, maxItems: 3 });

const giveProof = route({
  operation: "giveProof",
  method: "PUT",
  path: "/v1/jobs/:id/proof",
  permission: "job:work",
  tag: TAG,
  summary: "Takes a worker's proof, as snarkjs writes it, and verifies it against what the folder says now.",
  description: "Of a job that is done, another proof changes nothing.",
  schemas: {
    params: JOB_PARAMS,
    body: Type.Object(
      {
        protocol: Type.Literal("groth16"),
        curve: Type.Literal("bn128"),
        pi_a: POINT,
        pi_b: Type.Array(PAIR, { minItems: 3, maxItems: 3 }),
        pi_c: POINT,
      },
      CLOSED,
    ),
    reply: DONE,
  },
  run: async ({ params: { id }, body, caller, service: { workbench } }) => {
    const { state } = await workbench.give(id, caller.id, body);
    return { body: { state } };
  },
});

const failJob = route({
  operation: "failJob",
  method: "POST",
  path: "/v1/jobs/:id/failure",
  permission: "job:work",
  tag: TAG,
  summary: "A worker could not make a proof: the job waits again, as often as is tried.",
  schemas: {
    params: JOB_PARAMS,
    body: Type.Object(
      {
        code: Type.String({ pattern: "^[A-Za-z][A-Za-z0-9-]{0,62}$" }),
        message: Type.String({ maxLength: 500 }),
      },
      CLOSED,
    ),
    reply: DONE,
  },
  run: async ({ params: { id }, body, caller, service: { workbench } }) => {
    const { state } = await workbench.fail(id, caller.id, { ...body, retry: true });
    return { body: { state } };
  },
});

export const JOB_ROUTES: readonly Route[] = [
  ...[proveBatch, listBatchJobs, listJobs, getJob, retryJob, getQueue],
  ...[takeJob, renewJob, giveProof, failJob],
];

function pageFrom(
  jobs: readonly JobStatus[],
  { after, limit = 50 }: Static<typeof PAGE_QUERY>,
): { items: JobStatus[]; next: string | null } {
  const start = after === undefined ? 0 : jobs.findIndex(({ id }) => id === after) + 1;
  const items = jobs.slice(start, start + limit);
  return { items, next: start + limit < jobs.length ? (items.at(-1)?.id ?? null) : null };
}

/** Numbers of a circuit's input as text: JSON holds no large ones. */
function decimal(input: CircuitInput): Record<string, string | string[]> {
  const text = (value: bigint): string => value.toString();
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, typeof value === "bigint" ? text(value) : value.map(text)]),
  );
}
