import { id } from "ethers";
import type { AuditReport } from "../../../src/audit/report.ts";
import type { PolicyReport } from "../../../src/audit/policies.ts";
import { WINDOWS } from "../../../src/disclosure/series.ts";
import { ruleToJson } from "../../../src/disclosure/rule.ts";
import { toHex } from "../../../src/formats/field.ts";
import type { Row } from "../../../src/formats/series.ts";
import { chainPolicy, policyId } from "../../../src/kinds/policyId.ts";
import { temperatureRuleOf } from "../../../src/kinds/temperature/rule.ts";
import type { Policy } from "../../../src/policy/document.ts";
import type { GivenFile } from "../../../src/desk/config.ts";
import { fixture } from "../../policy/support.ts";
import { FIRST, keyOf, OWNER, QA, smallReport } from "./deskReport.ts";
import { makeEvidence, START } from "../../support/evidence.ts";

/** What the further views of the page show: a register with a policy, and disclosures of one claim proven under it. */

const SALT = 12_345n;
const INTERVAL = 300;
const CHUNK = 210;
/** Batch of `smallReport` whose claim is disclosed. */
const BATCH = 2;

export const POLICY = fixture("usp-controlled-cold");
const salts = new Map(POLICY.claims.map(({ id: claim }) => [claim, SALT]));

/** The page's view of a policy that was approved. */
export function registered(policy: Policy): PolicyReport {
  const { claims } = chainPolicy(policy, salts, id);
  const signed = { by: OWNER, at: FIRST, block: 5, transaction: id("policy") };
  return {
    policyId: policyId(policy, salts, id),
    ...{ product: policy.product, version: policy.version, stages: policy.stages.length, confirmedStages: [] },
    claims: claims.map(({ circuitIds, rule, stage, severity }, i) => ({
      ...{ circuitIds, kinds: [policy.claims[i]?.kind ?? ""], rule: toHex(rule), stage, severity },
      ...{ class: policy.claims[i]?.class ?? "", neededFor: policy.claims[i]?.neededFor ?? "" },
    })),
    proposed: signed,
    approved: { ...signed, by: QA, authorisation: "EU/1/22/1234", effectiveFrom: String(FIRST) },
    endorsed: [],
    retired: null,
  };
}

/** The salts file of `POLICY`, for whoever may open its rules. */
export function saltsFile(documentHash: string): GivenFile {
  const file = {
    format: "batchproof-policy-salts/1",
    policy: documentHash,
    salts: Object.fromEntries([...salts].map(([claim, salt]) => [claim, toHex(salt)])),
  };
  return { name: "policy.salts.json", text: JSON.stringify(file) };
}

/** A logger of three chunks, in whose second one it was too warm for a while, and silent for a while. */
const WARM = { from: 250, to: 290 };
// The longest that a row can say.
const SILENT = { after: 340, intervals: 4 };

function rowsOf(tick: number): Row[] {
  const [step, code] = [
    INTERVAL / tick,
    (i: number) => (i >= WARM.from && i < WARM.to ? 100 : 40 + Math.round(8 * Math.sin(i / 12))),
  ];
  return Array.from({ length: 3 * CHUNK }, (_, i) => ({
    dt: i === 0 ? 0 : step * (i === SILENT.after ? SILENT.intervals : 1),
    code: code(i),
  }));
}

/** A report whose claim 0 of batch 2 is attested, and disclosures of that claim: whole hours in the second chunk. */
export function disclosedReport(): { readonly report: AuditReport; readonly disclosures: readonly GivenFile[] } {
  const rule = temperatureRuleOf(POLICY, 0, SALT);
  const evidence = makeEvidence({ n: 4 * CHUNK, rule, rows: rowsOf(Number(rule.tick)), signed: { record: 0n } });
  const at = (row: number): number => Number(START) + row * INTERVAL;
  const content = WINDOWS.temperature.disclose(evidence, { from: at(230), to: at(400) });
  const report = smallReport();
  const policy = registered(POLICY);
  const batches = report.batches.map((batch) =>
    batch.key === keyOf(BATCH)
      ? { ...batch, policyId: policy.policyId, attestations: [attestation(content.record)] }
      : batch,
  );
  const file = {
    ...{ format: "batchproof-disclosure/1", chainId: report.chainId.toString(), registry: report.registry },
    ...{ key: keyOf(BATCH), claim: 0, kind: "temperature", rule: ruleToJson(POLICY, 0, SALT), content },
  };
  return {
    report: { ...report, batches, policies: [policy], circuits: [CIRCUIT] },
    disclosures: [{ name: "logger-4711.json", text: JSON.stringify(file) }],
  };
}

/** The circuit under which the claim is proven, known to the reader. */
const CIRCUIT: AuditReport["circuits"][number] = {
  ...{ circuitId: id("circuit"), kind: "temperature", tier: 4 * CHUNK, known: "temperature-1k", development: false },
  ...{ transcript: null, unsound: false, frozenFrom: null, problem: null, attestations: 1 },
};

function attestation(record: string): AuditReport["batches"][number]["attestations"][number] {
  return { claim: 0, circuitId: CIRCUIT.circuitId, head: id("head"), parties: id("parties"), record, verified: true };
}
