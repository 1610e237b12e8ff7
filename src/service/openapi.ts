import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance, FastifySchema } from "fastify";
import { packageVersion } from "../root.ts";
import type { Permission } from "../settings/permissions.ts";
import { PROBLEM, PROBLEM_MEDIA_TYPE } from "./problem.ts";
import type { Route } from "./route.ts";

/** Where the OpenAPI document is, and the page that shows it. */
export const OPENAPI_PATH = "/openapi.json";
export const DOCS_PATH = "/docs";

/** Of OpenAPI 3.1: the plugin's types are those of 3.0. */
const CERTIFICATE = { type: "mutualTLS", description: "Of a machine, by an issuer that service.json names." };

/** Readies an app for routes that shall stand in its document. */
export async function addOpenApi(app: FastifyInstance): Promise<void> {
  app.addSchema(PROBLEM);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "batchproof",
        version: packageVersion(),
        description: "Compliance by exception for GMP batches: the service of a site.",
        license: { name: "GPL-3.0-only", identifier: "GPL-3.0-only" },
      },
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "Of a machine, or of an issuer of service.json." },
          certificate: CERTIFICATE as never,
        },
      },
      // Either, or both where the settings bind one to the other.
      security: [{ bearer: [] }, { certificate: [] }, { bearer: [], certificate: [] }],
    },
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, i) => (typeof $id === "string" ? $id : `def-${i}`),
    },
  });
  await app.register(swaggerUi, { routePrefix: DOCS_PATH, uiConfig: { validatorUrl: null, tryItOutEnabled: false } });
  app.get(OPENAPI_PATH, { schema: { hide: true } }, () => app.swagger());
}

/** A member of the document for programs: what its description says to people. */
interface DescribedSchema extends FastifySchema {
  readonly "x-permission": Permission;
}

/** What Fastify and the document are told of a route. A part of a request that no schema describes is empty. */
export function schemaOf({
  operation,
  tag,
  summary,
  description,
  permission,
  takesBytes,
  schemas,
}: Route): DescribedSchema {
  const { params, query, body, reply } = schemas;
  const bytes = { content: { "application/octet-stream": { schema: {} } } };
  return {
    operationId: operation,
    tags: [tag],
    summary,
    description: [...(description === undefined ? [] : [description]), `Takes the permission ${permission}.`].join(" "),
    "x-permission": permission,
    ...(params === undefined ? {} : { params }),
    querystring: query ?? { type: "object", properties: {}, additionalProperties: false },
    ...(takesBytes === undefined ? (body === undefined ? {} : { body }) : { body: bytes }),
    response: {
      "2xx": {
        description: "Done; 202: begun, and `Location` says where it stands.",
        headers: {
          location: { type: "string", description: "Of what was made or begun." },
          "retry-after": { type: "integer", description: "Of 202: after how many seconds to ask again." },
        },
        content: { "application/json": { schema: reply } },
      },
      default: {
        description: "Why not (RFC 9457).",
        content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: "Problem#" } } },
      },
    },
  };
}
