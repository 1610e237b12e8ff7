import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv, type Format } from "ajv";
import { setup, validateEpcisDocument } from "epcis2.js";
import type { Batch } from "../../src/batch/batch.ts";
import { batchKey } from "../../src/formats/context.ts";
import { toHex } from "../../src/formats/field.ts";
import { stageHead } from "../../src/formats/head.ts";
import type { Standing, StandingClaim } from "../../src/standing/standing.ts";

const REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const OWNER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const hash = (digits: string): string => `0x${digits.repeat(32)}`;

/** A claim that is proven. */
export function provenClaim(index: number, stage: number): StandingClaim {
  return {
    ...{ index, stage, kind: "custody", class: "custody", neededFor: "release", state: "proven", rule: hash("0a") },
    proof: {
      ...{ circuitId: hash("0b"), circuit: "custody", setup: "ceremony", unsound: false },
      ...{ attested: "2022-05-06T00:00:00Z", deviations: [] },
    },
  };
}

/** What a register says of a folder's batch whose signed stages are all attested, and which is released. */
export function standingOf({ commitments, stages }: Batch, changes: Partial<Standing> = {}): Standing {
  return {
    ...{ format: "batchproof-standing/1", chainId: "31337", registry: REGISTRY },
    ...{ batch: batchKey(OWNER, commitments.batch), commitment: toHex(commitments.batch) },
    ...{ block: 17, hash: hash("bb"), time: "2022-06-01T12:00:00Z" },
    policy: { policyId: hash("0c"), product: "product", version: 1, document: hash("0d") },
    opened: "2022-05-05T09:00:00Z",
    due: { release: "2022-07-01T00:00:00Z", completion: "2022-08-01T00:00:00Z" },
    ...{ status: "Released", release: "Released", certified: "2022-05-30T12:00:00Z", recalled: false },
    ...{ holds: [], openExceptions: { own: 0, inherited: 0 }, challenge: null, supply: null, developmentKeys: false },
    stages: stages.map(({ handoff }) => ({
      head: handoff === undefined ? null : toHex(stageHead(handoff.head)),
      ...{ ready: true, asserted: false, confirmed: null },
    })),
    claims: stages.flatMap(({ handoff }, stage) => (handoff === undefined ? [] : [provenClaim(stage, stage)])),
    ...changes,
  };
}

setup({ checkExtensions: true });

const PACKAGE = createRequire(import.meta.url).resolve("epcis2.js");
const { fullFormats } = createRequire(PACKAGE)("ajv-formats/dist/formats.js") as {
  readonly fullFormats: Record<string, Format>;
};
/** GS1's JSON Schema of EPCIS 2.0, as far as epcis2.js carries it. */
const SCHEMA = JSON.parse(readFileSync(join(dirname(PACKAGE), "../src/schema/EPCISDocument.schema.json"), "utf8")) as {
  readonly definitions: Readonly<Record<string, object>>;
};
const ajv = new Ajv({ strict: false, formats: fullFormats });
const byGs1 = ajv.compile(SCHEMA);
/** The pattern of a unit; the schema's sensor reports do not refer to it. */
const byUom = ajv.compile(SCHEMA.definitions["uom"] ?? {});

/** Which of the validators that others wrote take a document. */
export function takenBy(document: object): { readonly gs1: boolean; readonly epcis2: boolean } {
  // epcis2.js fills in defaults.
  const copy = structuredClone(document);
  return { gs1: byGs1(document), epcis2: validateEpcisDocument(copy, false).success };
}

/** Whether GS1 takes this for a code of a unit. */
export function isUom(code: string): boolean {
  return byUom(code);
}
