import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/root.ts";
import { ROUTES } from "../../src/service/routes.ts";
import { clientSchema, openApiDocument, SCHEMA_FILE } from "../../tools/client.ts";

describe("the OpenAPI document of all operations", () => {
  it("is valid, and names each operation once", async () => {
    const document = await openApiDocument();
    expect(await new Validator().validate({ ...document })).toEqual({ valid: true });
    const named = Object.values(document.paths ?? {}).flatMap((path) =>
      Object.values(path as Readonly<Record<string, { readonly operationId?: string }>>).map(
        (each) => each.operationId,
      ),
    );
    expect(named.sort()).toEqual(ROUTES.map(({ operation }) => operation).sort());
    expect(new Set(named).size).toBe(named.length);
  });

  it("is what the types of the client are made from: npm run docs", async () => {
    expect(readFileSync(join(packageRoot(), SCHEMA_FILE), "utf8")).toBe(await clientSchema());
  });
});
