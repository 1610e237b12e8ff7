import { toBeHex, ZeroHash, type JsonRpcApiProvider } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit, type AuditReport, type BatchReport } from "../../src/audit/audit.ts";
import { auditText } from "../../src/audit/table.ts";
import { compiled, type ContractName } from "../../src/chain/contracts.ts";
import { embeddedChain, mineAt } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { DAY, LEG, World, type OpenBatch } from "../contracts/support/world.ts";
import { OTHER } from "../contracts/support/reasons.ts";
import { nameWord } from "../../src/formats/names.ts";
import { ROLE_ID } from "../../src/formats/roleIds.ts";

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
      await mined(() => registry.raiseException([batch.key], [LEG], 1, 2, nameWord("DEV-1"), `0x${"1".repeat(64)}`));
    }
    if (name === "amended") {
      const item = await world.item(batch, LEG, 100n, "qa", { record: 77n });
      await mined(() => world.as("qa").registry.amend(batch.key, item, ...OTHER));
    }
    if (name === "released") {
      await world.certify(batch);
    }
  }
  const { key } = batches["silent"] ?? { key: "" };
  const now = await world.now();
  await mined(() => world.as("authority").requests.request(key, LEG, 1n, 2n, now + 100n * DAY));
  await mined(() => world.as("qp").registry.hold([key], ...OTHER, ZeroHash));
  await mined(() => world.as("qp").registry.unhold(key, world.address.qp, ...OTHER));
  await mined(() => world.as("admin").registry.pause());
  await mined(() => world.as("admin").registry.unpause());
  await world.giveRole(ROLE_ID.qp, "stranger");
  await mined(() => world.as("admin").roles.revokeRole(ROLE_ID.qp, world.address.stranger));
  report = await audit(world.chain.provider, world.addresses.registry, { circuits: world.circuitList });
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
    expect(of("exception").reasons).toEqual([
      'exception 1: parameter, claim 0, severity 2 (1 by the policy); reference "DEV-1"',
    ]);
    const [before, after] = [900n, 77n].map((record) => toBeHex(record, 32));
    expect(of("amended").reasons).toEqual([`claim 0 amended: other; record from ${before} to ${after}`]);
    expect([report.reviewed, report.total]).toEqual([4, 6]);
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
    expect(text).toContain("2 of 6 batches needed no reading; 4 to review");
    expect(text).not.toContain(batches["released"]?.key.slice(0, 10));
    expect(text).toContain("For the reader: 3 proven, 0 settled by people, 1 declared not compliant, 2 nothing known");
    expect(auditText(report, { all: true })).toContain(batches["released"]?.key.slice(0, 10));
  });
});

/** A log as the node's JSON has it. */
interface ToldLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly removed: boolean;
}

/** A node that changes the logs that it was asked for. */
function lying(change: (logs: ToldLog[]) => readonly unknown[]): JsonRpcApiProvider {
  const { provider } = world.chain;
  const send = async (method: string, params: unknown[]): Promise<unknown> => {
    const answer: unknown = await provider.send(method, params);
    return method === "eth_getLogs" ? change(answer as ToldLog[]) : answer;
  };
  return new Proxy(provider, {
    get: (target, name) => {
      if (name === "send") return send;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

function topic(contract: ContractName, event: string): string {
  const found = compiled(contract).interface.getEvent(event);
  if (found === null) throw new Error(`${contract} has no ${event}`);
  return found.topicHash;
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

  it("all of a batch's events: the serials and journals tell", async () => {
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

/** A log with a word of its data, or one of its topics, in place of another. */
function changed(log: ToldLog, { word, topic: at, to }: { word?: number; topic?: number; to: bigint }): ToldLog {
  const value = toBeHex(to, 32);
  if (at !== undefined) return { ...log, topics: log.topics.with(at, value) };
  const place = 2 + 64 * (word ?? 0);
  return { ...log, data: `${log.data.slice(0, place)}${value.slice(2)}${log.data.slice(place + 64)}` };
}

const refusedBy = (contract: ContractName): object => ({
  kind: "environment",
  code: "log",
  message: expect.stringContaining(`the events of ${contract} are not those that its journal was made of`) as string,
});

/** What no running hash, serial or proof holds: it is the journal alone that tells. */
const CHANGES: readonly (readonly [
  title: string,
  contract: ContractName,
  event: string,
  change: Parameters<typeof changed>[1],
])[] = [
  ["V93: why a batch is held", "ComplianceRegistry", "BatchHeld", { word: 1, to: 20n }],
  ["V93: the words of why", "ComplianceRegistry", "BatchUnheld", { word: 2, to: 1n }],
  ["V93: why an attestation is amended", "ComplianceRegistry", "ClaimAmended", { word: 15, to: 23n }],
  ["V94: who lifted a hold", "ComplianceRegistry", "BatchUnheld", { topic: 2, to: 4_711n }],
  ["V94: who raised an exception", "ComplianceRegistry", "ExceptionRaised", { word: 4, to: 4_711n }],
  ["V94: who approved a policy", "PolicyRegistry", "PolicyApproved", { topic: 2, to: 4_711n }],
  ["V96: the claim that an authority asked about", "DisclosureRequests", "DisclosureRequested", { word: 0, to: 1n }],
  ["V96: until when it asked", "DisclosureRequests", "DisclosureRequested", { word: 3, to: 2n ** 33n }],
  ["V98: whose role was revoked", "Roles", "RoleRevoked", { topic: 2, to: 4_711n }],
  ["V98: who gave a role", "Roles", "RoleTermsSet", { word: 2, to: 4_711n }],
];

// Verifies R-audit-complete, R-audit-journals, V13, V93, V94, V96, V98.
describe("a node that changes", () => {
  it.each(CHANGES)("%s: the journal tells", async (_, contract, event, change) => {
    const hash = topic(contract, event);
    const last = (logs: readonly ToldLog[]): number => logs.findLastIndex(({ topics }) => topics[0] === hash);
    const node = lying((logs) => logs.map((log, i) => (i === last(logs) ? changed(log, change) : log)));
    await expect(audit(node, world.addresses.registry)).rejects.toMatchObject(refusedBy(contract));
  });

  it("what a proof is about: its journal, and the trail that the QP signed, tell", async () => {
    const attested = topic("ComplianceRegistry", "ClaimAttested");
    const key = batches["released"]?.key;
    const node = lying((logs) =>
      logs.map((log) =>
        log.topics[0] === attested && log.topics[1] === key ? changed(log, { word: 2, to: 7n }) : log,
      ),
    );
    await expect(audit(node, world.addresses.registry)).rejects.toMatchObject(refusedBy("ComplianceRegistry"));
  });

  // Verifies R-audit-journals, V97.
  it("V97: when something was: the time of its block, whether the log says it or the block", async () => {
    const approved = topic("PolicyRegistry", "PolicyApproved");
    const later = (log: object, hash: unknown): object => {
      const { blockTimestamp } = log as { blockTimestamp?: string };
      return hash === approved && blockTimestamp !== undefined
        ? { ...log, blockTimestamp: toBeHex(BigInt(blockTimestamp) + 1n) }
        : log;
    };
    const told: unknown = await world.chain.provider.send("eth_getLogs", [{ fromBlock: "0x0", toBlock: "latest" }]);
    expect((told as object[])[0]).toHaveProperty("blockTimestamp");
    const node = lying((logs) => logs.map((log) => later(log, log.topics[0])));
    await expect(audit(node, world.addresses.registry)).rejects.toMatchObject(refusedBy("PolicyRegistry"));
    const silent = lying((logs) => logs.map(({ ...log }) => ({ ...log, blockTimestamp: undefined })));
    expect(await audit(silent, world.addresses.registry, { circuits: world.circuitList })).toMatchObject({
      findings: report.findings,
    });
  });
});

// Verifies R-audit-journals, V95.
describe("V95: a node that hides what changes no batch", () => {
  it.each([
    ["ComplianceRegistry", "Paused"],
    ["ComplianceRegistry", "Unpaused"],
    ["Roles", "RoleGranted"],
    ["Roles", "RoleRevoked"],
    ["DisclosureRequests", "DisclosureRequested"],
  ] as const)("%s %s: the journal tells", async (contract, event) => {
    const hidden = topic(contract, event);
    const node = lying((logs) => logs.filter(({ topics }) => topics[0] !== hidden));
    await expect(audit(node, world.addresses.registry)).rejects.toMatchObject(refusedBy(contract));
  });
});

describe("time", () => {
  it("makes what is unfinished overdue, and says since when nothing is known", async () => {
    await mineAt(world.chain, (await world.now()) + 11n * DAY);
    const later = await audit(world.chain.provider, world.addresses.registry, { circuits: world.circuitList });
    const silent = later.batches.find(({ key }) => key === batches["silent"]?.key);
    expect(silent?.status).toBe("Overdue");
    expect(silent?.reasons.join()).toContain("overdue: release was due");
    for (const batch of Object.values(batches)) {
      const found = later.batches.find(({ key }) => key === batch.key);
      expect(found?.status).toBe(await world.status(batch));
    }
  });
});
