import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "typebox";
import type { Caller } from "../../src/service/caller.ts";
import { FolderMemory } from "../../src/service/folderMemory.ts";
import { route } from "../../src/service/route.ts";
import type { Service } from "../../src/service/service.ts";
import type { ServiceSettings } from "../../src/settings/service.ts";
import { BATCH_PARAMS, BATCH_PATH, SITE_PATH, SITE_PARAMS } from "../../src/service/shapes.ts";

/** A service with a data folder of its own and nothing behind it, for routes of the tests. */
export function bareService(settings: Partial<ServiceSettings> = {}, now = (): number => 1_900_000_000): Service {
  const data = mkdtempSync(join(tmpdir(), "batchproof-data-"));
  return {
    settings: { format: "batchproof-service/1", data, sites: [], ...settings },
    folders: new FolderMemory(),
    now,
  } as Partial<Service> as Service;
}

export const auditor: Caller = { id: "token:test", grants: [{ role: "auditor", sites: ["north"] }] };

/** Says what it was told. */
export const echo = route({
  operation: "echo",
  method: "POST",
  path: `${BATCH_PATH}/echo`,
  permission: "batch:read",
  tag: "test",
  summary: "Says what it was told.",
  schemas: {
    params: BATCH_PARAMS,
    body: Type.Object({ word: Type.String() }, { additionalProperties: false }),
    reply: Type.Object({ word: Type.String(), batch: Type.String() }, { additionalProperties: false }),
  },
  run: ({ params, body }) => Promise.resolve({ body: { word: body.word, batch: params.batch } }),
});

/** Takes bytes, and says how many. */
export const measure = route({
  operation: "measure",
  method: "POST",
  path: `${SITE_PATH}/bytes`,
  permission: "batch:read",
  tag: "test",
  summary: "Says how many bytes came.",
  takesBytes: 100,
  schemas: {
    params: SITE_PARAMS,
    reply: Type.Object({ bytes: Type.Integer() }, { additionalProperties: false }),
  },
  run: ({ bytes }) => Promise.resolve({ body: { bytes: bytes.length } }),
});
