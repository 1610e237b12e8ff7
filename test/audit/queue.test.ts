import { id, ZeroHash } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit, type AuditOptions } from "../../src/audit/audit.ts";
import { queueOf, type Queue, type QueueRow } from "../../src/audit/queue.ts";
import { queueText } from "../../src/audit/queueText.ts";
import { printedLineage, reportFromJson } from "../../src/audit/reportJson.ts";
import { embeddedChain } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { releaseCertificate } from "../../src/chain/eip712.ts";
import { policyIdOf } from "../../src/formats/chainPolicy.ts";
import { nameWord } from "../../src/formats/names.ts";
import { qaRole } from "../../src/formats/roleIds.ts";
import { jsonText } from "../../src/formats/jsonText.ts";
import { DAY, LEG, World, type Actor, type OpenBatch } from "../contracts/support/world.ts";
import { undone } from "./scenes.ts";

let world: World;
beforeAll(async () => {
  world = await World.build(await embeddedChain());
});
afterAll(() => world.chain.close());

async function queue(actor: Actor = "qp", options: AuditOptions = {}): Promise<Queue> {
  const how = { workers: 1, circuits: world.circuitList, ...options };
  return queueOf(await audit(world.chain.provider, world.addresses.registry, how), world.address[actor]);
}

function rowOf({ rows }: Queue, { key }: OpenBatch): QueueRow | undefined {
  return rows.find((row) => row.key === key);
}

/** What waits about a batch, each with whose it is: "claims", or "certify own". */
function waiting(from: Queue, batch: OpenBatch): string[] | undefined {
  return rowOf(from, batch)?.items.map(({ kind, own }) => (own ? `${kind} own` : kind));
}

async function later(seconds: bigint): Promise<void> {
  await world.chain.provider.send("evm_increaseTime", [Number(seconds)]);
  await world.chain.provider.send("evm_mine", []);
}

async function compliant(): Promise<OpenBatch> {
  const batch = await world.open();
  await world.makeCompliant(batch);
  return batch;
}

// Verifies R-queue-rows, R-queue-ready.
describe("the queue of a QP", () => {
  it("says of each batch what is missing, and of one that is ready that he certifies it", async () => {
    await undone(world, async () => {
      const [missing, ready] = [await world.open(), await compliant()];
      const found = await queue();
      expect(waiting(found, missing)).toEqual(["claims"]);
      expect(rowOf(found, missing)?.items[0]?.text).toBe("claims 0, 1 missing for release");
      expect(waiting(found, ready)).toEqual(["certify own"]);
      // What waits for him comes before what waits for others.
      expect(found.rows.map(({ key }) => key)).toEqual([ready.key, missing.key]);
      expect(found).toMatchObject({ hasRole: true, quiet: 0 });
      await world.certify(ready);
      expect(waiting(await queue(), ready)).toEqual(["claims"]);
      expect(rowOf(await queue(), ready)?.items[0]?.text).toBe("claim 2 missing for completion");
    });
  });

  it("has the batches of that account alone", async () => {
    await undone(world, async () => {
      await compliant();
      expect(await queue("rivalQp")).toMatchObject({ hasRole: true, rows: [], quiet: 0 });
    });
  });

  // Verifies R-queue-certificate.
  it("says every field of the certificate that the register asks for, and what it is over", async () => {
    await undone(world, async () => {
      const batch = await compliant();
      const { registry } = world.deployment;
      const stored = await registry.batchOf(batch.key);
      const draft = releaseCertificate(batch.key, stored, id("certificate"), 1n, 2n);
      const lines = rowOf(await queue(), batch)?.certificate ?? [];
      const values = Object.fromEntries(lines.map(({ field, value }) => [field, value]));
      const texts = Object.fromEntries(Object.entries(draft).map(([field, value]) => [field, String(value)]));
      // What the QP adds is not known yet.
      const added = { certificate: "", signedAt: "", deadline: "" };
      expect(values).toEqual({ ...texts, ...added, domain: world.addresses.registry });
      const words = lines.map((line) => line.words).join("\n");
      for (const said of [
        "2 claims proven, 0 settled",
        "no exception was ever raised",
        '"PLAIN" v1',
        "0 times before",
      ]) {
        expect(words).toContain(said);
      }
    });
  });

  it("asks QA to propose a closing first, then him, and never who proposed it", async () => {
    await undone(world, async () => {
      const batch = await world.open();
      const { registry, persons } = world.as("qa");
      await mined(() => registry.raiseException([batch.key], [LEG], 1, 3, nameWord("DEV-1"), ZeroHash));
      expect(waiting(await queue(), batch)).toEqual(["exception", "claims"]);
      await mined(() => persons.proposeClosing(1n, 1, id("investigation")));
      expect(waiting(await queue(), batch)).toEqual(["exception own", "claims"]);
      expect(rowOf(await queue(), batch)?.items[0]).toMatchObject({ severity: 3 });
      await world.giveRole(qaRole(world.address.manufacturer), "qp");
      await mined(() => world.as("qp").persons.proposeClosing(1n, 1, id("another investigation")));
      expect(waiting(await queue(), batch)).toEqual(["exception", "claims"]);
    });
  });

  it("names stages to be confirmed, who confirmed, and that it was taken back", async () => {
    await undone(world, async () => {
      const policy = { ...world.plainPolicy(2), confirmedStages: 1n };
      await world.approve(policy);
      const batch = await world.open(policy);
      const { persons } = world.as("qp");
      // Nothing of the stage is proven yet: nobody can confirm it.
      expect(waiting(await queue(), batch)).toEqual(["claims", "stage"]);
      await world.makeCompliant(batch);
      expect(waiting(await queue(), batch)).toEqual(["stage own"]);
      await mined(() => persons.confirmStage(batch.key, 0, id("confirmation")));
      const [confirmed] = rowOf(await queue(), batch)?.stages ?? [];
      expect(confirmed).toMatchObject({ stage: 0, confirmed: { by: world.address.qp, holds: true }, withdrawn: null });
      expect(waiting(await queue(), batch)).toEqual(["certify own"]);
      await mined(() => persons.confirmStage(batch.key, 0, ZeroHash));
      const [withdrawn] = rowOf(await queue(), batch)?.stages ?? [];
      expect(withdrawn).toMatchObject({ confirmed: null, withdrawn: { by: world.address.qp } });
      expect(waiting(await queue(), batch)).toEqual(["stage own"]);
    });
  });

  it("puts what is overdue first, and calls a late batch ready all the same", async () => {
    await undone(world, async () => {
      const early = await compliant();
      await later(11n * DAY);
      const late = await compliant();
      const found = await queue();
      expect(found.rows.map(({ key, overdue }) => [key, overdue])).toEqual([
        [early.key, true],
        [late.key, false],
      ]);
      expect(waiting(found, early)).toEqual(["overdue", "certify own"]);
    });
  });

  it("asks him to decide on a challenge and a revoked consent, and to tell the authority of a supply", async () => {
    await undone(world, async () => {
      const consent = await world.consent();
      const revoked = await world.open(world.plainPolicy(), { consent });
      const supplied = await compliant();
      const challenged = await compliant();
      await mined(() => world.as("stranger").consents.revoke(consent));
      const administration = (await world.now()) - 3n * DAY;
      await mined(() =>
        world.as("qp").registry.exceptionalSupply(supplied.key, id("risk"), id("physician"), administration),
      );
      await mined(() => world.as("approver").policies.retire(policyIdOf(challenged.policy), 1, ZeroHash));
      const found = await queue();
      expect(waiting(found, revoked)).toEqual(["challenge own", "consent own", "claims"]);
      expect(waiting(found, supplied)).toEqual(["notification own"]);
      expect(rowOf(found, supplied)).toMatchObject({ overdue: true });
      expect(waiting(found, challenged)).toEqual(["challenge own"]);
    });
  });
});

/** Whether anything of a queue says that a batch can be certified. */
function isReady(found: Queue, batch: OpenBatch): boolean {
  const row = rowOf(found, batch);
  return row?.ready === true || row?.certificate !== null || row.items.some(({ kind }) => kind === "certify");
}

describe("a queue that calls a batch ready which is not", () => {
  // Verifies R-queue-ready, V323.
  it("V323: does not, where the register would take the certificate and the audit does not know what is proven", async () => {
    await undone(world, async () => {
      const batch = await compliant();
      expect(isReady(await queue(), batch)).toBe(true);
      const found = await queue("qp", { circuits: {} });
      expect(isReady(found, batch)).toBe(false);
      expect(waiting(found, batch)).toContain("doubt");
      await mined(() => world.as("admin").registry.pause());
      const paused = await queue();
      expect(isReady(paused, batch)).toBe(false);
      expect(rowOf(paused, batch)?.items[0]?.text).toBe("attest and certify are paused");
    });
  });

  // Verifies R-queue-role, V324.
  it("V324: does not, for an account whose role was taken, and says that it has none", async () => {
    await undone(world, async () => {
      const batch = await compliant();
      await mined(() => world.as("admin").roles.revokeRole(id("QP"), world.address.qp));
      const found = await queue();
      expect(found.hasRole).toBe(false);
      expect(waiting(found, batch)).toEqual(["certify"]);
      expect(rowOf(found, batch)).toMatchObject({ ready: false, certificate: null });
      expect(queueText(found, () => "")).toContain("does not have the role QP now");
    });
  });
});

describe("the queue as text", () => {
  it("says register, block, what waits for whom, and the certificate with its command", async () => {
    await undone(world, async () => {
      await compliant();
      const text = queueText(await queue(), (owner) => `certify --owner ${owner}`);
      for (const part of [
        ...[`QP ${world.address.qp}`, `Register ${world.addresses.registry}`, "-> minor: ready: you certify it"],
        ...["trail", "(yours): sha256", `certify --owner ${world.address.manufacturer}`],
      ]) {
        expect(text).toContain(part);
      }
    });
  });

  it("is the same of a report that was kept as JSON", async () => {
    await undone(world, async () => {
      await compliant();
      const how = { workers: 1, circuits: world.circuitList };
      const report = await audit(world.chain.provider, world.addresses.registry, how);
      const kept = reportFromJson(jsonText(printedLineage({ report, predecessors: [], unread: null }))).report;
      expect(queueOf(kept, world.address.qp.toLowerCase()).rows).toEqual(queueOf(report, world.address.qp).rows);
    });
  });
});
