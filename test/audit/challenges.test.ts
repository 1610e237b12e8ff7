import { id, ZeroHash } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit, type AuditReport, type BatchReport } from "../../src/audit/audit.ts";
import type { ReportedFinding } from "../../src/audit/report.ts";
import { embeddedChain, mineAt } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { policyIdOf } from "../../src/formats/chainPolicy.ts";
import { CHALLENGE } from "../../src/formats/codes.ts";
import { nameWord } from "../../src/formats/names.ts";
import { OTHER } from "../contracts/support/reasons.ts";
import { LEG, ROOT, World, type OpenBatch } from "../contracts/support/world.ts";

/** What puts a batch into doubt from outside: never green until a QP decides, by the events alone as the gate says it. */

const SECOND_ROOT = ROOT + 1n;

let world: World;
let report: AuditReport;
const batches: Record<string, OpenBatch> = {};

async function released(name: string, batch: OpenBatch): Promise<void> {
  batches[name] = batch;
  await world.makeCompliant(batch);
  await world.certify(batch);
}

async function decide(name: string): Promise<void> {
  const key = batches[name]?.key ?? "";
  const [, challenge] = await world.deployment.gate.challengeOf(key);
  await mined(() => world.as("qp").registry.decideChallenge(key, challenge, ...OTHER));
}

beforeAll(async () => {
  world = await World.build(await embeddedChain());
  const second = world.plainPolicy(2);
  await world.approve(second);
  await released("old proof", await world.open(second));
  await mineAt(world.chain, (await world.now()) + 100n);
  const since = await world.now();
  await released("new proof", await world.open(second));
  await released("decided", await world.open(second));
  await mined(() => world.as("proposer").parties.propose(SECOND_ROOT, id("second list")));
  await mined(() => world.as("approver").parties.approve(SECOND_ROOT, id("second list"), nameWord("QA-2")));
  // Whose proof with the first list was replaced by one with the second.
  batches["replaced"] = await world.open(second);
  await world.makeCompliant(batches["replaced"]);
  const other = await world.item(batches["replaced"], LEG, 100n, "qa", { parties: SECOND_ROOT });
  await mined(() => world.as("qa").registry.amend(batches["replaced"]?.key ?? "", other, ...OTHER));
  await mined(() => world.as("approver").parties.revoke(ROOT, since, ...OTHER));
  await withSecondRoot();
  await decide("decided");
  report = await audit(world.chain.provider, world.addresses.registry, { workers: 1, circuits: world.circuitList });
});
afterAll(() => world.chain.close());

/** What comes later, under the second list: a recalled predecessor, an unsound circuit, a retired policy. */
async function withSecondRoot(): Promise<void> {
  batches["recalled"] = await world.open();
  batches["successor"] = await world.open(world.plainPolicy(), { supersedes: batches["recalled"].key });
  batches["grandchild"] = await world.open(world.plainPolicy(), { supersedes: batches["successor"].key });
  await mined(() => world.as("authority").registry.recall(batches["recalled"]?.key ?? "", ...OTHER));
  batches["rejected"] = await world.open(world.custodyPolicy());
  await mined(() => world.as("qp").registry.reject(batches["rejected"]?.key ?? "", ...OTHER));
}

const again = (): Promise<AuditReport> =>
  audit(world.chain.provider, world.addresses.registry, { workers: 1, circuits: world.circuitList });

const found = (name: string): BatchReport | undefined => report.batches.find(({ key }) => key === batches[name]?.key);
const rowsOf = (name: string, all = report): ReportedFinding[] =>
  all.findings.filter(({ key, kind }) => kind === "challenge" && key === batches[name]?.key);

// Verifies R-audit-challenges, V99.
describe("V99: a batch that is challenged", () => {
  it("is challenged where the gate says so, and by exactly that", async () => {
    for (const [name, { key }] of Object.entries(batches)) {
      const [kinds, challenge] = await world.deployment.gate.challengeOf(key);
      const { challengeDecided } = await world.deployment.registry.batchOf(key);
      const isUndecided = kinds !== 0n && challenge !== challengeDecided;
      expect(found(name)?.challenged, name).toBe(isUndecided);
      expect(challenge === ZeroHash, name).toBe(kinds === 0n);
    }
  });

  it("stays released, and is not green: what was attested before a root's revocation stands", () => {
    expect(found("old proof")).toMatchObject({ status: "Released", colour: "proven", challenged: false, reasons: [] });
    expect(found("new proof")).toMatchObject({ status: "Released", colour: "unknown", challenged: true });
    const [row] = rowsOf("new proof");
    expect(row).toMatchObject({ severity: 2, standing: true });
    expect(row?.text).toMatch(/^challenged: its party list was revoked as of 20\S+Z \(2 claims: 0, 1\): other$/);
  });

  it("also by a root of a proof that was replaced since", () => {
    // One claim still rests on the first list.
    expect(rowsOf("replaced").map(({ text }) => text)).toEqual([expect.stringMatching(/\(1 claim: 1\): other$/)]);
  });

  it("is green again when a QP decided on it, with a row that stands", () => {
    expect(found("decided")).toMatchObject({ status: "Released", colour: "proven", challenged: false });
    const [row] = rowsOf("decided");
    expect(row).toMatchObject({ severity: 2, standing: true, by: world.address.qp });
    expect(row?.text).toMatch(/^its party list was revoked .*; a QP decided to go on: other$/);
  });

  it("by a recalled one that it supersedes, however far before", () => {
    for (const name of ["successor", "grandchild"]) {
      expect(rowsOf(name).map(({ text }) => text)).toEqual([
        `challenged: a batch that it supersedes was recalled: other; ${batches["recalled"]?.key}`,
      ]);
    }
  });

  it("by its policy's retirement only while it is not certified", async () => {
    batches["open"] = await world.open(world.plainPolicy(2));
    await mined(() => world.as("approver").policies.retire(policyIdOf(world.plainPolicy(2)), ...OTHER));
    const later = await again();
    expect(rowsOf("open", later).map(({ text }) => text)).toEqual(["challenged: its policy was retired: other"]);
    expect(later.batches.find(({ key }) => key === batches["decided"]?.key)).toMatchObject({ challenged: false });
    const kinds = async (name: string): Promise<bigint> =>
      (await world.deployment.gate.challengeOf(batches[name]?.key ?? ""))[0];
    expect([await kinds("open"), await kinds("decided")]).toEqual([BigInt(CHALLENGE.policy), BigInt(CHALLENGE.root)]);
    await decide("open");
    expect(rowsOf("open", await again()).map(({ text }) => text)).toEqual([
      "its policy was retired: other; a QP decided to go on: other",
    ]);
  });

  it("by an unsound circuit that its policy accepts; nobody asks that of one that was rejected", async () => {
    await mined(() => world.as("admin").circuits.freeze(world.custody.circuitId, 0n, true));
    const later = await audit(world.chain.provider, world.addresses.registry, {
      workers: 1,
      circuits: world.circuitList,
    });
    expect(rowsOf("rejected", later)).toEqual([]);
    const open = await world.open(world.custodyPolicy());
    const last = await audit(world.chain.provider, world.addresses.registry, {
      workers: 1,
      circuits: world.circuitList,
    });
    const rows = last.findings.filter(({ key, kind }) => kind === "challenge" && key === open.key);
    expect(rows.map(({ severity, text }) => [severity, text])).toEqual([
      [2, `challenged: a circuit that its policy accepts was declared unsound: ${world.custody.circuitId}`],
    ]);
    for (const { key, challenged } of last.batches) {
      const [kinds, challenge] = await world.deployment.gate.challengeOf(key);
      const { challengeDecided } = await world.deployment.registry.batchOf(key);
      expect(challenged).toBe(kinds !== 0n && challenge !== challengeDecided);
    }
  });

  it("anew by whatever comes after the decision", async () => {
    await mined(() => world.as("admin").circuits.freeze(world.temperature.circuitId, 0n, true));
    const later = await again();
    for (const name of ["open", "decided"]) {
      expect(later.batches.find(({ key }) => key === batches[name]?.key)).toMatchObject({ challenged: true });
      expect(rowsOf(name, later).map(({ text }) => text)).toContainEqual(
        expect.stringMatching(/^challenged: a circuit/),
      );
    }
    await decide("decided");
    expect((await again()).batches.find(({ key }) => key === batches["decided"]?.key)).toMatchObject({
      challenged: false,
    });
  });
});
