import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit, type AuditReport } from "../../src/audit/audit.ts";
import { auditCsv } from "../../src/audit/csv.ts";
import { findingsOf } from "../../src/audit/findings.ts";
import { auditHtml } from "../../src/audit/html.ts";
import { whyIn } from "../../src/audit/reasons.ts";
import type { RegisterState } from "../../src/audit/state.ts";
import { readCheckpoint } from "../../src/audit/stateFile.ts";
import { auditText } from "../../src/audit/table.ts";
import { twinsIn } from "../../src/audit/twins.ts";
import { embeddedChain } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { ROLE_ID } from "../../src/formats/roleIds.ts";
import { CUSTODY_0, LEG_0, World, type Actor, type OpenBatch } from "../contracts/support/world.ts";
import { temporaryFolder } from "../parties/support.ts";
import { nameWord } from "../../src/formats/names.ts";

/** One order under the keys of two owners, each with the first custodian's proof; a third owner copies commitments. */

const EVIDENCE = `0x${"1".repeat(64)}`;
const statePath = `${temporaryFolder()}/state.json`;

let world: World;
const batches: Record<string, OpenBatch> = {};

async function open(name: string, owner: Actor, batch: bigint, isProven: boolean): Promise<void> {
  const opened = await world.open(world.custodyPolicy(), { batch, owner });
  batches[name] = opened;
  if (!isProven) return;
  const item = await world.item(opened, CUSTODY_0, 100n, "courier", { record: opened.opening });
  await mined(() => world.as("courier").registry.attest(opened.key, [item]));
}

const keyOf = (name: string): string => batches[name]?.key ?? "";

function read(path?: string): Promise<AuditReport> {
  const options = { workers: 1, circuits: world.circuitList, ...(path === undefined ? {} : { statePath: path }) };
  return audit(world.chain.provider, world.addresses.registry, options);
}

/** The rows about twins of a batch: severity, and the text without the other's key. */
function rows({ findings }: Pick<AuditReport, "findings">, name: string): (readonly [number, string])[] {
  return findings
    .filter(({ key, kind }) => kind === "twin" && key === keyOf(name))
    .map(({ severity, text }) => [severity, text.replace(/0x[0-9a-f]{64}/, "K")] as const);
}

beforeAll(async () => {
  world = await World.build(await embeddedChain());
  await world.giveRole(ROLE_ID.manufacturer, "stranger");
  await open("failed", "manufacturer", 2_001n, true);
  await open("quiet", "manufacturer", 2_002n, true);
  await open("alone", "manufacturer", 2_003n, true);
  const failed = keyOf("failed");
  await mined(() =>
    world.as("manufacturer").registry.raiseException([failed], [LEG_0], 1, 2, nameWord("DEV-1"), EVIDENCE),
  );
  await read(statePath);
  await open("again", "rival", 2_001n, true);
  await open("copy", "stranger", 2_001n, false);
  await open("quiet again", "rival", 2_002n, true);
});
afterAll(() => world.chain.close());

// Verifies R-audit-twins, V20.
describe("a commitment under more than one key", () => {
  const CRITICAL = [
    3,
    "its commitment is also batch K (Open); custody of stage 0 is proven for both, and something speaks against one",
  ];

  it("is critical where both have the first custodian's proof and one has an exception", async () => {
    const report = await read();
    expect(rows(report, "failed")[0]).toEqual(CRITICAL);
    expect(rows(report, "again")[0]).toEqual([3, CRITICAL[1]?.toString().replace("(Open)", "(Exception)")]);
    expect(rows(report, "quiet")).toEqual([
      [2, "its commitment is also batch K (Open); custody of stage 0 is proven for both"],
    ]);
    expect(rows(report, "alone")).toEqual([]);
  });

  it("is not hidden by a third owner's copy, which makes nothing critical itself", async () => {
    const report = await read();
    expect(rows(report, "failed").map(([severity]) => severity)).toEqual([3, 2]);
    expect(rows(report, "copy")).toEqual([
      [2, "its commitment is also batch K (Exception); custody of stage 0 is proven for that one only"],
      [2, "its commitment is also batch K (Open); custody of stage 0 is proven for that one only"],
    ]);
  });

  it("stands in every form of the page, with the other's key", async () => {
    const report = await read();
    const [failed, again, copy] = [keyOf("failed"), keyOf("again"), keyOf("copy")];
    expect(report.batches.find(({ key }) => key === failed)?.twins).toEqual([again, copy]);
    expect(report.batches.find(({ key }) => key === keyOf("alone"))?.twins).toEqual([]);
    for (const page of [auditCsv(report), auditHtml(report), JSON.stringify(report.findings)]) {
      expect(page).toContain(`its commitment is also batch ${again} (Open); custody of stage 0 is proven for both`);
    }
    expect(auditText(report)).toMatch(new RegExp(`also batch A2 #1\\s[│ A0-9#x…]*${again.slice(0, 18)}…`));
  });

  it("is found by an audit that reads on, and stays however old it is", async () => {
    const all = await read();
    const onward = await read(statePath);
    expect(onward.reading.from).toBeGreaterThan(0);
    expect(onward.findings).toEqual(all.findings);
    const late = { workers: 1, circuits: world.circuitList, from: all.block + 1 };
    const standing = await audit(world.chain.provider, world.addresses.registry, late);
    expect(rows(standing, "failed")).toEqual(rows(all, "failed"));
  });

  it("is judged by proofs that verify, and by exceptions that were closed since", async () => {
    await read(statePath);
    const kept = await readCheckpoint(statePath, world.chain.chainId, world.addresses.registry);
    const state = kept?.state as RegisterState;
    const severities = (change: (state: RegisterState) => void): (number | undefined)[] => {
      const changed = structuredClone(state);
      change(changed);
      const batch = changed.batches[keyOf("again")];
      if (batch === undefined) throw new Error("no batch");
      const twins = twinsIn(changed).get(keyOf("again")) ?? [];
      const circumstances = { now: 0, why: whyIn(changed, new Map()), twins, withdrawn: [], named: () => 1 };
      return findingsOf(changed, batch, circumstances).flatMap(({ kind, severity }) =>
        kind === "twin" ? [severity] : [],
      );
    };
    const moment = { block: 1, time: 1, transaction: EVIDENCE };
    const failed = (changed: RegisterState): RegisterState["batches"][string] | undefined =>
      changed.batches[keyOf("failed")];
    expect(severities(() => undefined)).toEqual([3, 2]);
    const closed = { ...moment, disposition: "rejected", evidence: EVIDENCE, settled: false, proposer: "" } as const;
    expect(severities((each) => failed(each)?.exceptions.forEach((one) => (one.closed = closed)))).toEqual([3, 2]);
    const claim = { claim: CUSTODY_0, code: "proof-invalid" as const, ...moment };
    const { proof = 0 } = failed(state)?.attested[CUSTODY_0] ?? {};
    expect(severities((each) => failed(each)?.unproven.push({ ...claim, proof }))).toEqual([2, 2]);
    expect(severities((each) => failed(each)?.exceptions.splice(0))).toEqual([2, 2]);
    const ended = { ...moment, reason: "out of specification" };
    expect(
      severities((each) => {
        const batch = failed(each);
        batch?.exceptions.splice(0);
        if (batch !== undefined) batch.ended = ended;
      }),
    ).toEqual([3, 2]);
    const documents = { riskEvaluation: EVIDENCE, physicianRequest: EVIDENCE };
    const supplied = { ...moment, ...documents, administration: "1", released: false };
    expect(
      severities((each) => {
        const batch = failed(each);
        batch?.exceptions.splice(0);
        if (batch !== undefined) batch.supplied = supplied;
      }),
    ).toEqual([3, 2]);
  });
});
