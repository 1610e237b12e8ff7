import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClaimLineage, Lineage } from "../../src/exports/lineage.ts";
import { eventLines, runEvents, type LineageOptions, type RunEvent } from "../../src/exports/openlineage.ts";
import { agreementRuns } from "../support/runs.ts";
import { hash } from "./fhirSample.ts";
import { pathsOf } from "./lineageGraph.ts";

const OPTIONS: LineageOptions = { namespace: "plant-1", now: "2026-03-02T12:00:00Z", fileNames: false };
const SHA = (digit: string): string => digit.repeat(64);

const RECORDED: ClaimLineage = {
  claim: "transport/temperature",
  evidence: { form: "record", hash: hash("a1") },
  raw: [
    { sha256: SHA("1"), name: "Mrs Smith.txt" },
    { sha256: SHA("2"), name: "Mrs Smith (2).txt" },
  ],
  journaled: "2026-02-22T09:00:00Z",
  verdict: {
    outcome: "fail",
    problems: [
      { rule: "single", message: "reading 7 is 1.4 °C", reading: 7, limit: "2.0 °C" },
      { rule: "single", message: "reading 8 is 1.3 °C", reading: 8 },
      { rule: "gap", message: "a gap of 40 min" },
    ],
    deviations: ["late-window"],
  },
  proof: undefined,
};
const CUSTODY: ClaimLineage = {
  ...{ claim: "transport/custody", evidence: { form: "handoff", hash: hash("a2") }, raw: [], journaled: undefined },
  verdict: { outcome: "pass", problems: [], deviations: [] },
  proof: { circuitId: hash("c1"), sha256: SHA("3"), from: { form: "handoff", hash: hash("a2") } },
};
/** Evidence and hand-off lie with another party; its proof was sent here. */
const SENT: ClaimLineage = {
  ...{ claim: "collection/temperature", evidence: undefined, raw: [], journaled: undefined, verdict: undefined },
  proof: { circuitId: hash("c2"), sha256: SHA("4"), from: { form: "record", hash: hash("a3") } },
};
const EVERYTHING: Lineage = { batch: hash("b1"), claims: [RECORDED, CUSTODY, SENT] };

/** OpenLineage's own schemas. The formats that they name are written here: ajv has none of its own. */
const ajv = new Ajv2020({ strict: false, allErrors: true });
const URI = /^[a-z][a-z0-9+.-]*:[!#-;=?-[\]_a-z~]+$/i;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
ajv.addFormat("date-time", (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) && !Number.isNaN(Date.parse(text)));
ajv.addFormat("uri", URI);
ajv.addFormat("uuid", UUID);
for (const name of ["OpenLineage", "DataQualityAssertionsDatasetFacet"])
  void ajv.addSchema(JSON.parse(readFileSync(`fixtures/vectors/openlineage/${name}.json`, "utf8")) as object);

const CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json";

/** What the schemas that an event and its facets name refuse. */
function refusedOf(event: object): string[] {
  const facets: unknown[] = [];
  JSON.stringify(event, (_, value: unknown) => {
    if (typeof value === "object" && value !== null && "_schemaURL" in value) facets.push(value);
    return value;
  });
  const schemaOf = (value: unknown): string => (value as { readonly _schemaURL: string })._schemaURL;
  return [
    ...errorsOf(CORE, event),
    ...errorsOf((event as RunEvent).schemaURL, event),
    ...facets.flatMap((facet) => errorsOf(schemaOf(facet), facet)),
  ];
}

function errorsOf(schema: string, value: unknown): string[] {
  const validate = ajv.getSchema(schema);
  if (validate === undefined) return [`no schema ${schema}`];
  void validate(value);
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

/** The event that says the check of the recorded claim was done, with one value changed. */
function mutated(path: readonly (string | number)[], value: unknown): object {
  const found = runEvents(EVERYTHING, OPTIONS).findLast(({ job }) => job.name === "check/transport/temperature");
  const event = JSON.parse(JSON.stringify(found)) as Record<string, unknown>;
  let at: Record<string | number, unknown> = event;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  const last = path.at(-1) ?? "";
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return event;
}

const ASSERTIONS = ["inputs", 0, "inputFacets", "dataQualityAssertions"] as const;

// Verifies R-lineage-valid.
describe("the lineage of a folder", () => {
  it("is valid by the schemas of OpenLineage, facets by their own", () => {
    const events = runEvents(EVERYTHING, OPTIONS);
    expect(events).toHaveLength(2 * 5);
    expect(events.flatMap(refusedOf)).toEqual([]);
  });

  it.each([
    ["another type of event", ["eventType"], "DONE", "/eventType enum"],
    ["a time without zone", ["eventTime"], "2026-03-02 12:00", "/eventTime format"],
    ["no time", ["eventTime"], undefined, " required"],
    ["no producer", ["producer"], undefined, " required"],
    ["a run whose id is no UUID", ["run", "runId"], "run 1", "/run/runId format"],
    ["a job without a name", ["job", "name"], undefined, "/job required"],
    ["a dataset without a namespace", ["inputs", 0, "namespace"], undefined, "/inputs/0 required"],
    [
      "a facet without its schema",
      ["run", "facets", "batchproof_run", "_schemaURL"],
      undefined,
      "/run/facets/batchproof_run required",
    ],
    ["no assertions", [...ASSERTIONS, "assertions"], undefined, " required"],
    [
      "an assertion that neither holds nor fails",
      [...ASSERTIONS, "assertions", 0, "success"],
      "no",
      "/assertions/0/success type",
    ],
    ["an assertion of nothing", [...ASSERTIONS, "assertions", 1, "assertion"], undefined, "/assertions/1 required"],
  ] as const)("is refused by them with %s", (_, path, value, error) => {
    expect(refusedOf(mutated(path, value))).toContain(error);
  });

  it("has of each run a start and an end, at a time of which it says what it is the time of", () => {
    const events = runEvents(EVERYTHING, OPTIONS);
    const byRun = Map.groupBy(events, ({ run }) => run.runId);
    expect([...byRun.values()].map((run) => run.map(({ eventType }) => eventType))).toEqual(
      Array.from({ length: 5 }, () => ["START", "COMPLETE"]),
    );
    const times = events.map(({ eventTime, job, run }) => {
      const { time } = run.facets["batchproof_run"] as { readonly time: string };
      return `${job.name.split("/")[0] ?? ""} ${time} ${eventTime}`;
    });
    expect(new Set(times)).toEqual(
      new Set([
        "import journal 2026-02-22T09:00:00Z",
        "check judged 2026-03-02T12:00:00Z",
        "prove export 2026-03-02T12:00:00Z",
      ]),
    );
    const [unknown] = runEvents({ ...EVERYTHING, claims: [{ ...RECORDED, journaled: undefined }] }, OPTIONS);
    expect(unknown?.run.facets["batchproof_run"]).toMatchObject({ time: "export" });
  });

  it("leads a reader who knows nothing of batchproof from raw files to proofs", () => {
    const read = eventLines(runEvents(EVERYTHING, OPTIONS)).trimEnd().split("\n");
    expect(pathsOf(read.map((line) => JSON.parse(line) as RunEvent))).toEqual([
      { raw: `raw/${SHA("1")}`, evidence: `record/${hash("a1")}`, proof: undefined },
      { raw: `raw/${SHA("2")}`, evidence: `record/${hash("a1")}`, proof: undefined },
      { raw: undefined, evidence: `handoff/${hash("a2")}`, proof: `proof/${hash("c1")}/${SHA("3")}` },
      { raw: undefined, evidence: `record/${hash("a3")}`, proof: `proof/${hash("c2")}/${SHA("4")}` },
    ]);
  });

  it("has an assertion of each rule that is broken and each deviation, and one that says whether any is", () => {
    const facets = runEvents(EVERYTHING, OPTIONS).flatMap(({ eventType, inputs }) =>
      eventType === "COMPLETE" ? inputs.flatMap(({ inputFacets }) => inputFacets?.["dataQualityAssertions"] ?? []) : [],
    ) as {
      readonly assertions: { readonly assertion: string; readonly success: boolean; readonly severity: string }[];
    }[];
    const shown = facets.map(({ assertions }) =>
      assertions.map(({ assertion, success, severity }) => `${assertion} ${String(success)} ${severity}`),
    );
    expect(shown).toEqual([
      ["rules false error", "single false error", "gap false error", "late-window false warn"],
      ["rules true error"],
    ]);
  });
});

// Verifies R-lineage-repeatable.
describe("the ids of runs", () => {
  const ids = (lineage: Lineage, options = OPTIONS): string[] =>
    runEvents(lineage, options).map(({ run }) => run.runId);

  it("are the same whenever the same folder is exported", () => {
    expect(ids(EVERYTHING, { ...OPTIONS, now: "2027-01-01T00:00:00Z", fileNames: false })).toEqual(ids(EVERYTHING));
  });

  it("are others for another batch, claim, file or record", () => {
    const here = new Set(ids({ ...EVERYTHING, claims: [RECORDED] }));
    const others: readonly Lineage[] = [
      { batch: hash("b2"), claims: [RECORDED] },
      { ...EVERYTHING, claims: [{ ...RECORDED, claim: "transport/humidity" }] },
      { ...EVERYTHING, claims: [{ ...RECORDED, evidence: { form: "record", hash: hash("a9") } }] },
    ];
    for (const other of others) expect(ids(other).filter((id) => here.has(id))).toEqual([]);
  });
});

// Verifies R-lineage-private, V342.
describe("V342: a lineage", () => {
  const text = (claim: Partial<ClaimLineage>, fileNames = false): string =>
    eventLines(runEvents({ ...EVERYTHING, claims: [{ ...RECORDED, ...claim }] }, { ...OPTIONS, fileNames }));

  it("shows no words of a finding, whatever is in them", () => {
    const words = fc.string({ minLength: 12 }).map((reading) => `${reading} 1.4 °C`);
    fc.assert(
      fc.property(words, words, (message, limit) => {
        const problems = [{ rule: "single", message, limit, time: message }] as const;
        const shown = text({ verdict: { outcome: "fail", problems, deviations: [] } });
        for (const hidden of [message, limit]) expect(shown).not.toContain(JSON.stringify(hidden).slice(1, -1));
      }),
      { numRuns: agreementRuns(50) },
    );
  });

  it("names raw files by their hashes, unless their names are asked for", () => {
    expect(text({})).not.toContain("Smith");
    expect(text({}, true)).toContain(`"raw/${SHA("1")}/Mrs Smith.txt"`);
  });

  it("shows a name that would act where it is read as text on one line", () => {
    const raw = [{ sha256: SHA("1"), name: "\u202e\u2028\u001b[2J.txt" }];
    const lines = text({ raw }, true);
    expect(lines).toContain(String.raw`\\u202e\\u2028\\u001b[2J.txt`);
    expect(lines).not.toMatch(/[\u202e\u2028\u001b]/u);
  });
});
