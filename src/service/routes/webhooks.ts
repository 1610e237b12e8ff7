import { randomUUID } from "node:crypto";
import { Type, type Static } from "typebox";
import { visible } from "../../formats/visible.ts";
import type { Webhook } from "../../notify/webhook.ts";
import { webhookOf } from "../notifications.ts";
import { route, type Route } from "../route.ts";
import { SLUG } from "../shapes.ts";

const NAMED = Type.Object({ name: SLUG }, { additionalProperties: false });
const LETTER = Type.Object(
  { name: SLUG, sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) },
  { additionalProperties: false },
);
const DONE = Type.Object({ taken: Type.Boolean() }, { additionalProperties: false });

const STATUS = Type.Object(
  {
    name: SLUG,
    delivered: Type.Integer({ description: "All up to this number was taken, given up, or is not for it." }),
    behind: Type.Integer({ description: "How many were told since." }),
    attempts: Type.Integer({ description: "How often the next one was tried." }),
    next: Type.Integer({ description: "When it is tried again, Unix seconds." }),
    problem: Type.Union([Type.String(), Type.Null()], { description: "Why the last one was not taken." }),
    dead: Type.Array(
      Type.Object(
        { sequence: Type.Integer(), at: Type.Integer(), failure: Type.String() },
        { additionalProperties: false },
      ),
      { description: "Given up, until a person has them sent again." },
    ),
  },
  { additionalProperties: false },
);

export const WEBHOOK_ROUTES: readonly Route[] = [
  route({
    ...{
      operation: "listWebhooks",
      method: "GET",
      path: "/v1/webhooks",
      permission: "webhook:manage",
      tag: "webhooks",
    },
    summary: "How every webhook stands, with what was given up.",
    schemas: { reply: Type.Array(STATUS) },
    run: ({ service }) => Promise.resolve({ body: (service.notifications?.webhooks ?? []).map(shown) }),
  }),
  route({
    ...{ operation: "testWebhook", method: "POST", path: "/v1/webhooks/:name/test" },
    ...{ permission: "webhook:manage", tag: "webhooks" },
    summary: "Sends a signed message of no batch.",
    schemas: { params: NAMED, reply: DONE },
    run: async ({ service, params }) => {
      await webhookOf(service, params.name).test(`test-${randomUUID()}`);
      return { body: { taken: true } };
    },
  }),
  route({
    ...{ operation: "resendWebhook", method: "POST", path: "/v1/webhooks/:name/dead/:sequence/resend" },
    ...{ permission: "webhook:manage", tag: "webhooks" },
    summary: "Sends one again that was given up.",
    schemas: { params: LETTER, reply: DONE },
    run: async ({ service, params }) => {
      await webhookOf(service, params.name).resend(params.sequence);
      return { body: { taken: true } };
    },
  }),
];

function shown({ status }: Webhook): Static<typeof STATUS> {
  const dead = status.dead.map((each) => ({ ...each, failure: visible(each.failure) }));
  return { ...status, problem: status.problem === null ? null : visible(status.problem), dead };
}
