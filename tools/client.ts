import { writeFileSync } from "node:fs";
import { join } from "node:path";
import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";
import { format, resolveConfig } from "prettier";
import { packageRoot } from "../src/root.ts";
import { buildApp } from "../src/service/app.ts";
import { ROUTES } from "../src/service/routes.ts";
import type { Service } from "../src/service/service.ts";

/** Writes the types of the client from the service's own OpenAPI document: `npm run docs`. */

/** The types, from the root of the package. */
export const SCHEMA_FILE = "src/client/schema.ts";

const HEAD = `/** Generated from the OpenAPI document of the service: \`npm run docs\`. Not edited by hand. */

`;

/** The OpenAPI document of all operations, as a running service gives it. */
export async function openApiDocument(): Promise<OpenAPI3> {
  // A service that nobody asks: the document is made of schemas alone.
  const service = { settings: { format: "batchproof-service/1", data: "", sites: [] } } as Partial<Service> as Service;
  const app = await buildApp(service, ROUTES, () => Promise.reject(new Error("nobody calls")));
  try {
    // Its types and those of the generator say the same in other words.
    return structuredClone(app.swagger()) as unknown as OpenAPI3;
  } finally {
    await app.close();
  }
}

/** The whole file. */
export async function clientSchema(): Promise<string> {
  // What has a default may be left out of a request.
  const types = await openapiTS(await openApiDocument(), { defaultNonNullable: false });
  const file = join(packageRoot(), SCHEMA_FILE);
  return await format(HEAD + astToString(types), { ...(await resolveConfig(file)), filepath: file });
}

if (import.meta.main) writeFileSync(join(packageRoot(), SCHEMA_FILE), await clientSchema());
