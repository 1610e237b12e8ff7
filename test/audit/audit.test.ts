import type { JsonRpcApiProvider, Log } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit, type AuditReport, type BatchReport } from "../../src/audit/audit.ts";
import { auditText } from "../../src/audit/table.ts";
import { compiled } from "../../src/chain/contracts.ts";
import { embeddedChain, mineAt } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { DAY, LEG, World, type OpenBatch } from "../contracts/support/world.ts";
import { OTHER } from "../contracts/support/reasons.ts";
import { nameWord } from "../../src/formats/names.ts";

/** A register with a batch in every state, real proofs in all of them, and nodes that lie about it. */

let world: World;
const batches: Record<string, OpenBatch> = {};
let report: AuditReport;

const of = (name: string): BatchReport => {
  const found = report.batches.find(({ key }) => key === batches[name]?.key);
  if (found === undefined) throw new Error(`no report of ${name}`);
  return found;
};

beforeAll(async () => {
  world = await World.build(await embeddedChain());
  for (const name of ["released", "deviating", "exception", "amended", "compliant", "silent"]) {
    const batch = await world.open();
    batches[name] = batch;
    if (name === "silent") continue;
    if (name === "deviating") {
      const item = await world.item(batch, LEG, 100n, "manufacturer", { deviations: 4n });
      await mined(() => world.as("manufacturer").registry.attest(batch.key, [item]));
      continue;
    }
    await world.makeCompliant(batch);
    if (name === "exception") {
      const { registry } = world.as("manufacturer");
      await mined(() => registry.raiseException(batch.key, LEG, 1, 2, nameWord("DEV-1"), `0x${"1".repeat(64)}`));
    }
    if (name === "amended") {
      const item = await world.item(batch, LEG, 100n, "qa", { record: 77n });
      await mined(() => world.as("qa").registry.amend(batch.key, item, ...OTHER));
    }
    if (name === "released") {
      const [certificate, signature] = await world.sign(batch);
      await mined(() => world.as("qp").registry.certify(batch.key, certificate, signature));
    }
  }
  report = await audit(world.chain.provider, world.addresses.registry);
});
afterAll(() => world.chain.close());

describe("an honest node", () => {
  it("gives every batch the status that the contract's view gives it, without asking the view", async () => {
    for (const [name, batch] of Object.entries(batches)) expect(of(name).status, name).toBe(await world.status(batch));
    expect(report.batches.map(({ status }) => status)).toEqual([
      "Released",
      "Open",
      "Exception",
      "Compliant",
      "Compliant",
      "Open",
    ]);
  });

  // Verifies R-audit-reconcile.
  it("reconciles, verifies amended proofs too, and asks for eyes only where they are needed", () => {
    const nothing = { overdue: 0, rejected: 0, aborted: 0, suppliedExceptionally: 0, recalled: 0 };
    expect(report.reconciliation).toEqual({ opened: 6, certified: 1, exception: 1, open: 4, ...nothing });
    expect(report.proofsVerified).toBe(4 * 2 + 1 + 1);
    expect(of("released").reasons).toEqual([]);
    expect(of("deviating").reasons).toEqual(["deviation: attempt (claim 0)"]);
    expect(of("exception").reasons).toEqual(["exception 1: parameter, severity 2, claim 0, DEV-1"]);
    expect(of("amended").reasons).toEqual(["claim 0 amended: other"]);
    expect([report.reviewed, report.total]).toEqual([3, 6]);
  });

  // Verifies R-audit-colours.
  it("is never green about silence", () => {
    expect(of("silent").colour).toBe("unknown");
    expect(of("exception").colour).toBe("declared");
    expect(of("released").colour).toBe("proven");
  });

  it("says what no proof says", () => {
    const text = auditText(report);
    expect(text).toContain("Note: custody not proven (6 of 6 batches)");
    expect(text).toContain("3 of 6 batches needed no reading; 3 to review");
    expect(text).not.toContain(batches["released"]?.key.slice(0, 10));
    expect(text).toContain("For the reader: 3 proven, 0 settled by people, 1 declared not compliant, 2 nothing known");
    expect(auditText(report, { all: true })).toContain(batches["released"]?.key.slice(0, 10));
  });
});

/** A node that changes what it was asked for. */
function lying(change: (logs: Log[]) => readonly unknown[]): JsonRpcApiProvider {
  const { provider } = world.chain;
  return new Proxy(provider, {
    get: (target, name) => {
      if (name === "getLogs") return async (filter: never) => change(await target.getLogs(filter));
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

function topic(contract: "ComplianceRegistry" | "CircuitRegistry" | "PolicyRegistry", event: string): string {
  return compiled(contract).interface.getEvent(event)?.topicHash ?? "";
}

// Verifies R-audit-complete, V13.
describe("a node that withholds", () => {
  const withheld = [
    ["ComplianceRegistry", "BatchOpened"],
    ["ComplianceRegistry", "ClaimAttested"],
    ["ComplianceRegistry", "ClaimAmended"],
    ["ComplianceRegistry", "ExceptionRaised"],
    ["ComplianceRegistry", "BatchReleased"],
    ["CircuitRegistry", "DevelopmentAllowed"],
    ["CircuitRegistry", "CircuitProposed"],
    ["CircuitRegistry", "CircuitAdded"],
    ["PolicyRegistry", "PolicyProposed"],
  ] as const;
  it.each(withheld)("%s %s: nothing is concluded", async (contract, event) => {
    const hidden = topic(contract, event);
    const node = lying((logs) => logs.filter(({ topics }) => topics[0] !== hidden));
    await expect(audit(node, world.addresses.registry)).rejects.toMatchObject({ kind: "environment", code: "log" });
  });

  it("one batch in the middle, or the last one", async () => {
    const opened = topic("ComplianceRegistry", "BatchOpened");
    for (const name of ["deviating", "silent"]) {
      const key = batches[name]?.key;
      const node = lying((logs) => logs.filter(({ topics }) => topics[1] !== key || topics[0] !== opened));
      await expect(audit(node, world.addresses.registry)).rejects.toMatchObject({ code: "log" });
    }
  });

  it("all of a batch's events: the serials and counters tell", async () => {
    for (const name of ["deviating", "silent"]) {
      const node = lying((logs) => logs.filter(({ topics }) => topics[1] !== batches[name]?.key));
      await expect(audit(node, world.addresses.registry)).rejects.toMatchObject({ code: "log" });
    }
  });

  it("a block that was removed while it was read", async () => {
    const node = lying((logs) => logs.map((log, i) => (i === 3 ? { removed: true } : log)));
    await expect(audit(node, world.addresses.registry)).rejects.toMatchObject({ code: "log" });
  });
});

// Verifies V13.
describe("a node that changes", () => {
  // Verifies R-audit-complete, R-audit-certificates.
  it("what a proof is about: the trail, which the QP signed, tells", async () => {
    const attested = topic("ComplianceRegistry", "ClaimAttested");
    const key = batches["released"]?.key;
    const node = lying((logs) =>
      logs.map((log) => {
        if (log.topics[0] !== attested || log.topics[1] !== key) return log;
        // The record, third word of the event's data, becomes another one.
        const data = `${log.data.slice(0, 2 + 2 * 64)}${"0".repeat(63)}7${log.data.slice(2 + 3 * 64)}`;
        const { address, topics, blockNumber, blockHash, index, removed, transactionHash } = log;
        return { address, topics, data, blockNumber, blockHash, index, removed, transactionHash };
      }),
    );
    await expect(audit(node, world.addresses.registry)).rejects.toMatchObject({
      code: "log",
      message: expect.stringContaining("the trail of batch") as string,
    });
  });
});

describe("time", () => {
  it("makes what is unfinished overdue, and says since when nothing is known", async () => {
    await mineAt(world.chain, (await world.now()) + 11n * DAY);
    const later = await audit(world.chain.provider, world.addresses.registry);
    const silent = later.batches.find(({ key }) => key === batches["silent"]?.key);
    expect(silent?.status).toBe("Overdue");
    expect(silent?.reasons.join()).toContain("overdue: release was due");
    for (const batch of Object.values(batches)) {
      const found = later.batches.find(({ key }) => key === batch.key);
      expect(found?.status).toBe(await world.status(batch));
    }
  });
});
