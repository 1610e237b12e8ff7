import type { ClaimVerdict } from "../claims/checkBatch.ts";
import { visible } from "../formats/visible.ts";
import type { ClaimLineage, EvidenceName, Lineage, LineageFile, LineageProof } from "./lineage.ts";
import { uuidOf } from "./uuid.ts";

/**
 * The lineage of a batch folder as OpenLineage's run events: import, check and prove of each claim. It holds hashes, names of the
 * policy, and which rules were broken: no reading, no lot, no identity, no salt (docs/spec/exports.md, OpenLineage).
 */

export interface LineageOptions {
  /** Of jobs and datasets. */
  readonly namespace: string;
  /** When all this is written and judged, RFC 3339. */
  readonly now: string;
  /** Names of raw files behind their hashes: they may name anybody. */
  readonly fileNames: boolean;
}

export interface RunEvent {
  readonly eventType: "START" | "COMPLETE";
  readonly eventTime: string;
  readonly run: { readonly runId: string; readonly facets: Readonly<Record<string, object>> };
  readonly job: { readonly namespace: string; readonly name: string };
  readonly inputs: readonly Dataset[];
  readonly outputs: readonly Dataset[];
  readonly producer: string;
  readonly schemaURL: string;
}

export interface Dataset {
  readonly namespace: string;
  readonly name: string;
  readonly inputFacets?: Readonly<Record<string, object>>;
}

/** Names the software, and nothing that answers. */
const PRODUCER = "https://batchproof.invalid/";
const SPEC = "https://openlineage.io/spec";
const CORE = `${SPEC}/2-0-2/OpenLineage.json#/$defs`;
const ASSERTIONS = `${SPEC}/facets/1-1-0/DataQualityAssertionsDatasetFacet.json#/$defs/DataQualityAssertionsDatasetFacet`;

/** What an event's time is the time of. */
const TIMES = {
  journal: "when the source journaled the record",
  judged: "when the evidence was judged, for this export",
  export: "when this export was made: nothing in the folder says when it was done",
} as const;

/** What one run did. */
interface Step {
  readonly job: "import" | "check" | "prove";
  readonly claim: string;
  readonly at: string;
  readonly time: keyof typeof TIMES;
  readonly inputs: readonly Dataset[];
  readonly outputs: readonly Dataset[];
}

/**
 * Two events of each run, its start and its end: both at the one time that is known. The run of a step has the same id
 * whenever the same thing is exported.
 */
export function runEvents({ batch, claims }: Lineage, options: LineageOptions): RunEvent[] {
  return claims.flatMap((claim) => stepsOf(claim, options)).flatMap((step) => eventsOf(batch, step, options.namespace));
}

/** One event a line, as OpenLineage's clients write a file. */
export function eventLines(events: readonly RunEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}

function stepsOf(lineage: ClaimLineage, { namespace, now, fileNames }: LineageOptions): Step[] {
  const { claim, evidence, raw, journaled, verdict, proof } = lineage;
  const named = (name: string): Dataset => ({ namespace, name });
  const recorded = evidence === undefined ? [] : [named(evidenceDataset(evidence))];
  const imported = raw.map((file) => named(fileDataset(file, fileNames)));
  const steps: Step[] = [];
  if (raw.length > 0) {
    const [at, time] = journaled === undefined ? ([now, "export"] as const) : ([journaled, "journal"] as const);
    steps.push({ job: "import", claim, at, time, inputs: imported, outputs: recorded });
  }
  if (verdict !== undefined) {
    steps.push({ job: "check", claim, at: now, time: "judged", inputs: judged(recorded, verdict), outputs: [] });
  }
  if (proof !== undefined) {
    const [from, made] = [named(evidenceDataset(proof.from)), named(proofDataset(proof))];
    steps.push({ job: "prove", claim, at: now, time: "export", inputs: [from], outputs: [made] });
  }
  return steps;
}

function eventsOf(batch: string, { job, claim, at, time, inputs, outputs }: Step, namespace: string): RunEvent[] {
  const names = [...inputs, ...outputs].map(({ name }) => name);
  const facet = { ...facetOf(`${CORE}/RunFacet`), batch, time, timeMeans: TIMES[time] };
  const event = {
    eventTime: at,
    run: { runId: uuidOf("batchproof-openlineage/1", batch, job, claim, ...names), facets: { batchproof_run: facet } },
    job: { namespace, name: `${job}/${claim}` },
    producer: PRODUCER,
    schemaURL: `${CORE}/RunEvent`,
  };
  return [
    { eventType: "START", ...event, inputs, outputs: [] },
    { eventType: "COMPLETE", ...event, inputs, outputs },
  ];
}

/**
 * What was judged, with an assertion for each finding. Words of a finding show readings: its rule alone is named. That no rule is
 * broken is one assertion, so that a claim without findings does not look like one that nobody judged.
 */
function judged(datasets: readonly Dataset[], verdict: NonNullable<ClaimLineage["verdict"]>): Dataset[] {
  const facet = { ...facetOf(ASSERTIONS), assertions: assertionsOf(verdict) };
  return datasets.map((dataset) => ({ ...dataset, inputFacets: { dataQualityAssertions: facet } }));
}

function assertionsOf({ problems, deviations }: Pick<ClaimVerdict, "problems" | "deviations">): object[] {
  const rules = [...new Set(problems.map(({ rule }) => rule))];
  return [
    {
      assertion: "rules",
      success: rules.length === 0,
      severity: "error",
      description: "every rule of the claim that its folder can judge",
    },
    ...rules.map((rule) => ({ assertion: rule, success: false, severity: "error" })),
    ...deviations.map((name) => ({ assertion: name, success: false, severity: "warn" })),
  ];
}

function facetOf(schema: string): { readonly _producer: string; readonly _schemaURL: string } {
  return { _producer: PRODUCER, _schemaURL: schema };
}

function fileDataset({ sha256, name }: LineageFile, withName: boolean): string {
  return `raw/${sha256}${withName ? `/${visible(name)}` : ""}`;
}

function evidenceDataset({ form, hash }: EvidenceName): string {
  return `${form}/${hash}`;
}

function proofDataset({ circuitId, sha256 }: LineageProof): string {
  return `proof/${circuitId}/${sha256}`;
}
