import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataSlice, decodeRlp, encodeRlp, id, keccak256, ZeroHash } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { audit, type AuditOptions, type AuditReport } from "../../src/audit/audit.ts";
import { firstJournal } from "../../src/audit/journal.ts";
import { codeReports } from "../../src/audit/editions.ts";
import { proveContracts, type Claimed } from "../../src/audit/provenStorage.ts";
import type { SecondNode } from "../../src/audit/secondNode.ts";
import { auditText } from "../../src/audit/table.ts";
import { blockAt } from "../../src/audit/node.ts";
import { connectRpc, embeddedChain, type Chain } from "../../src/chain/connect.ts";
import { compiled, CONTRACTS, immutablesOf } from "../../src/chain/contracts.ts";
import { CONTRACT_OF, registerAt, type Addresses } from "../../src/chain/handles.ts";
import { mined } from "../../src/chain/deploy.ts";
import { batchproof, refusedWith } from "../cli/support.ts";
import { describeOnChains } from "../contracts/support/chains.ts";
import { World } from "../contracts/support/world.ts";
import { lyingNode, type Json, type LyingNode } from "../support/lyingNode.ts";
import { audited, behindLyingNode, undone, withImmutable, withWord, worldWithRelease } from "./scenes.ts";

/** What a node says of contracts, and who says so besides it: their code, proofs of their state, a second node. */

const PARTS = Object.keys(CONTRACT_OF) as (keyof Addresses)[];

let world: World;
let node: LyingNode;
let chain: Chain;

beforeAll(async () => {
  world = await worldWithRelease();
});
afterAll(() => world.chain.close());
beforeEach(async () => {
  ({ node, chain } = await behindLyingNode(world));
});
afterEach(async () => {
  await chain.close();
  await node.close();
});

function look(options: AuditOptions = {}): Promise<AuditReport> {
  return audited(world, chain, options);
}

/** The chain from now on has another code of a contract. */
async function recode(address: string, change: (code: string) => string): Promise<void> {
  const { provider } = world.chain;
  await provider.send("hardhat_setCode", [address, change(await provider.getCode(address))]);
  await provider.send("hardhat_mine", ["0x1"]);
}

// Verifies R-audit-code.
describe("the code of the contracts", () => {
  it("is the one that was built, whatever its immutables are", async () => {
    const { codes, colours } = await look();
    expect(codes.map(({ contract, known, problem }) => ({ contract, known, problem }))).toEqual(
      Object.values(CONTRACT_OF).map((contract) => ({ contract, known: true, problem: null })),
    );
    expect(colours).toMatchObject({ proven: 1 });
    // Every contract has one, and none of them is compared with nothing.
    for (const contract of CONTRACTS) expect(immutablesOf(contract)["since"]).toHaveLength(1);
    expect(Object.keys(immutablesOf("PartyRegistry")).sort()).toEqual(["gracePeriod", "roles", "since"]);
  });

  it.each(["gate", "registry", "roles"] as const)("V100: of %s is another one: a row, and nothing is green", (part) =>
    undone(world, async () => {
      // The last byte but two of the hash of its sources: it runs as before.
      await recode(world.addresses[part], (code) => `${code.slice(0, -40)}${"00".repeat(20)}`);
      const { codes, colours, findings } = await look();
      expect(codes.filter(({ known }) => !known)).toMatchObject([
        { contract: CONTRACT_OF[part], problem: "its code is none that this version of batchproof knows" },
      ]);
      expect(colours).toEqual({ proven: 0, settled: 0, declared: 0, unknown: 1 });
      const row = findings.find(({ kind }) => kind === "code");
      expect(row).toMatchObject({ severity: 3, standing: true, key: null });
      expect(row?.text).toContain(`${CONTRACT_OF[part]} at ${world.addresses[part]} is not known`);
    }),
  );

  it("V101: names the circuits of another register: a row, and nothing is green", () =>
    undone(world, async () => {
      const foreign = `0x${"0".repeat(24)}${"12".repeat(20)}`;
      await recode(world.addresses.policies, (code) => withImmutable("PolicyRegistry", "circuits", code, foreign));
      const { codes, colours } = await look();
      expect(codes.filter(({ known }) => !known)).toMatchObject([
        {
          contract: "PolicyRegistry",
          problem: `its circuits is 0x${"12".repeat(20)}, and not the one of this register`,
        },
      ]);
      expect(colours).toMatchObject({ proven: 0, unknown: 1 });
    }));

  it("V101: has two values of one immutable, as no compiler writes it", () =>
    undone(world, async () => {
      const [first = 0] = immutablesOf("ReleaseGate")["requests"] ?? [];
      await recode(world.addresses.gate, (code) => withWord(code, first, ZeroHash));
      const reports = await codeReports(chain.provider, world.addresses, await chain.provider.getBlockNumber());
      expect(reports.filter(({ known }) => !known)).toMatchObject([
        { contract: "ReleaseGate", problem: "its code has several values of requests" },
      ]);
    }));

  it("V102: says another thing than the contract itself: exit 3", async () => {
    node.lies.result = (method, [address], result) =>
      method === "eth_getCode" && String(address).toLowerCase() === world.addresses.parties.toLowerCase()
        ? withImmutable("PartyRegistry", "gracePeriod", String(result), ZeroHash)
        : result;
    await expect(look()).rejects.toMatchObject({
      kind: "environment",
      code: "log",
      message: expect.stringContaining("differ in gracePeriod") as string,
    });
  });
});

// Verifies R-audit-nodes.
describe("a second node", () => {
  let other: LyingNode;
  let second: SecondNode;
  let connection: Chain;
  const beside = async (of: Chain): Promise<void> => {
    other = await lyingNode(of);
    connection = await connectRpc(other.url, { timeout: 3_000 });
    second = { provider: connection.provider, name: other.url };
  };
  beforeEach(() => beside(world.chain));
  afterEach(async () => {
    await connection.close();
    await other.close();
  });

  it("says the same: the report says who was asked", async () => {
    const report = await look({ secondNode: second });
    expect(report.secondNode).toBe(other.url);
    expect(auditText(report)).toContain(`compared with ${other.url}`);
    expect(auditText(await look())).toContain("compared with no other node");
  });

  it("V103: is on another chain of the same number, as a node is that invents one: exit 3", async () => {
    const invented = await embeddedChain();
    try {
      await invented.provider.send("hardhat_mine", ["0x400"]);
      await connection.close();
      await other.close();
      await beside(invented);
      await expect(look({ secondNode: second })).rejects.toMatchObject({
        kind: "environment",
        code: "nodes",
        message: expect.stringMatching(
          /^Two nodes differ in the hash of block \d+: 0x[0-9a-f]{64}, and by http/,
        ) as string,
      });
    } finally {
      await invented.close();
    }
  });

  it("V103: has another journal, or another code, of one contract: exit 3", async () => {
    const { circuits } = world.addresses;
    other.lies.result = (method, [call], result) =>
      method === "eth_call" && (call as { to?: string }).to?.toLowerCase() === circuits.toLowerCase()
        ? id("x")
        : result;
    await expect(look({ secondNode: second })).rejects.toMatchObject({
      code: "nodes",
      message: expect.stringContaining(`the journal of the contract at ${circuits}`) as string,
    });
    other.lies.result = (method, _, result) => (method === "eth_getCode" ? "0x00" : result);
    await expect(look({ secondNode: second })).rejects.toMatchObject({
      code: "nodes",
      message: expect.stringContaining("the code hash of the contract at") as string,
    });
  });

  it("V104: is behind, is on another chain, or fails: its words, and that it is the second one", async () => {
    other.lies.block = (block) => ({ ...block, number: "0x2" });
    await expect(look({ secondNode: second })).rejects.toMatchObject({
      code: "head",
      place: "--second-rpc",
      message: expect.stringContaining(`Of the second node, ${other.url}: Its latest block is 2`) as string,
    });
    delete other.lies.block;
    other.lies.chainId = 7;
    await expect(look({ secondNode: second })).rejects.toMatchObject({ code: "chainId", place: "--second-rpc" });
    delete other.lies.chainId;
    other.lies.refuses = (method) => (method === "eth_call" ? { code: -32000, message: "state is pruned" } : undefined);
    await expect(look({ secondNode: second })).rejects.toMatchObject({
      code: "chain",
      place: "--second-rpc",
      message: expect.stringContaining("state is pruned") as string,
    });
  });

  it("V104: is behind: what was kept of an earlier audit is not to blame, and not read anew", async () => {
    const statePath = join(mkdtempSync(join(tmpdir(), "audit-")), "state.json");
    await look({ statePath });
    const logs = (): number => node.asked.filter(({ method }) => method === "eth_getLogs").length;
    const before = logs();
    other.lies.block = (block) => ({ ...block, number: "0x2" });
    await expect(look({ statePath, secondNode: second })).rejects.toMatchObject({ code: "head" });
    expect(logs()).toBe(before);
  });

  it("V104: is asked for by the command line, and must be another one", async () => {
    const at = ["audit", "--rpc", node.url, "--registry", world.addresses.registry];
    const { code, stdout } = await batchproof([...at, "--second-rpc", `${other.url}/secret`]);
    expect(code).toBe(0);
    expect(stdout).toContain(`compared with ${other.url}`);
    expect(stdout).not.toContain("secret");
    for (const same of [`${node.url}/other`, node.url.replace("127.0.0.1", "localhost")]) {
      expect(await refusedWith([...at, "--second-rpc", same])).toMatchObject({ exit: 2, code: "rpc" });
    }
    expect(await refusedWith([...at, "--second-rpc", "http://127.0.0.1:1"])).toMatchObject({
      exit: 3,
      code: "unreachable",
    });
    other.lies.block = (block) => ({ ...block, hash: id("another") });
    expect(await refusedWith([...at, "--second-rpc", other.url])).toMatchObject({ exit: 3, code: "nodes" });
  });
});

/** What the contracts of a world say at a block. */
async function claims({ chain: { provider }, addresses }: World, blockTag: number): Promise<Map<string, Claimed>> {
  const register = registerAt(addresses, provider);
  const entries = PARTS.map(async (part): Promise<[string, Claimed]> => {
    const codeHash = keccak256(await provider.getCode(addresses[part], blockTag));
    return [
      addresses[part],
      part === "gate" ? { codeHash } : { codeHash, journal: await register[part].journal({ blockTag }) },
    ];
  });
  return new Map(await Promise.all(entries));
}

describeOnChains("code and journals", (start) => {
  let here: World;
  let all: Map<string, Claimed>;
  let block: { number: number; hash: string };
  beforeAll(async () => {
    here = await World.build(await start());
    block = await blockAt(here.chain.provider, "latest");
    all = await claims(here, block.number);
  });
  afterAll(() => here.chain.close());

  // Verifies R-audit-proved.
  it("are proved from the block's hash alone", async () => {
    expect([...all.values()].filter(({ journal }) => journal !== undefined)).toHaveLength(all.size - 1);
    expect(await proveContracts(here.chain.provider, all, block)).toBe("proved");
  });

  it("V105: are not as somebody says: exit 3", async () => {
    for (const [address, claimed] of all) {
      const other = [{ ...claimed, codeHash: id("other") }];
      if (claimed.journal !== undefined) other.push({ ...claimed, journal: id("other") });
      for (const each of other) {
        await expect(proveContracts(here.chain.provider, new Map([[address, each]]), block)).rejects.toMatchObject({
          kind: "environment",
          code: "log",
          message: expect.stringContaining(`of the contract at ${address} is not proved`) as string,
        });
      }
    }
    const nobody = new Map([[`0x${"7".repeat(40)}`, { codeHash: id("other") }]]);
    await expect(proveContracts(here.chain.provider, nobody, block)).rejects.toMatchObject({ code: "log" });
  });
});

// Verifies R-audit-proved.
describe("a proof", () => {
  const isProof = (method: string): boolean => method === "eth_getProof";

  it("of every contract stands behind the report", async () => {
    const report = await look();
    expect(report.provenState).toBe("proved");
    expect(auditText(report)).toContain(`Node: block hash ${report.hash}; `);
    expect(auditText(report)).toContain("code and journals proved from it");
  });

  const CHANGES: Readonly<Record<string, (proof: Json) => unknown>> = {
    "is none": () => null,
    "has no nodes": (proof) => ({ ...proof, accountProof: [] }),
    "has a changed node": ({ accountProof, ...rest }) => ({
      ...rest,
      accountProof: (accountProof as string[]).map((each) => each.replace(/.$/, (last) => (last === "0" ? "1" : "0"))),
    }),
    "breaks off": ({ accountProof, ...rest }) => ({ ...rest, accountProof: (accountProof as string[]).slice(0, -1) }),
    "has its nodes in another order": ({ accountProof, ...rest }) => ({
      ...rest,
      accountProof: [...(accountProof as string[])].reverse(),
    }),
    "is no hex": (proof) => ({ ...proof, accountProof: ["zz"] }),
    "has no storage": (proof) => ({ ...proof, storageProof: [] }),
    "is of another account": (proof) => proof,
  };

  it.each(Object.keys(CHANGES))("V105: that %s, proves nothing: exit 3", async (how) => {
    const { circuits, registry } = world.addresses;
    const change = CHANGES[how] ?? ((proof: Json) => proof);
    const others: unknown = await world.chain.provider.send("eth_getProof", [registry, [ZeroHash], "latest"]);
    node.lies.result = (method, [address], result) => {
      if (!isProof(method) || String(address).toLowerCase() !== circuits.toLowerCase()) return result;
      return change((how === "is of another account" ? others : result) as Json);
    };
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "log" });
  });

  it("V105: whose last node holds what is asked for, but is not the one that the hash above it names: exit 3", async () => {
    const { circuits } = world.addresses;
    const block = await blockAt(world.chain.provider, "latest");
    node.lies.result = (method, _, result) => {
      if (!isProof(method)) return result;
      const { accountProof, ...rest } = result as { accountProof: string[] };
      const [path, account] = decodeRlp(accountProof.at(-1) ?? "") as [string, string];
      const forged = encodeRlp([...(decodeRlp(account) as string[]).slice(0, 3), id("other")]);
      return { ...rest, accountProof: [...accountProof.slice(0, -1), encodeRlp([path, forged])] };
    };
    const told = new Map([[circuits, { codeHash: id("other") }]]);
    await expect(proveContracts(chain.provider, told, block)).rejects.toMatchObject({ code: "log" });
  });

  it("V105: of a neighbour in the tree, whose path begins alike: exit 3", async () => {
    const { circuits } = world.addresses;
    const block = await blockAt(world.chain.provider, "latest");
    const proof: unknown = await world.chain.provider.send("eth_getProof", [circuits, [ZeroHash], "latest"]);
    const { length } = (proof as { accountProof: string[] }).accountProof;
    const isAlike = (address: string): boolean =>
      keccak256(address).slice(0, 1 + length) === keccak256(circuits).slice(0, 1 + length);
    let neighbour = dataSlice(ZeroHash, 0, 20);
    while (!isAlike(neighbour)) neighbour = dataSlice(id(neighbour), 0, 20);
    node.lies.result = (method, _, result) => (isProof(method) ? proof : result);
    const codeHash = keccak256(await world.chain.provider.getCode(circuits));
    expect(await proveContracts(chain.provider, new Map([[circuits, { codeHash }]]), block)).toBe("proved");
    await expect(proveContracts(chain.provider, new Map([[neighbour, { codeHash }]]), block)).rejects.toMatchObject({
      code: "log",
    });
  });

  it("V105: of a journal that another node changed in its answers alone: exit 3", async () => {
    const { circuits } = world.addresses;
    const block = await blockAt(world.chain.provider, "latest");
    const told = await claims(world, block.number);
    expect(await proveContracts(chain.provider, told, block)).toBe("proved");
    told.set(circuits, { codeHash: told.get(circuits)?.codeHash ?? "", journal: id("another") });
    await expect(proveContracts(chain.provider, told, block)).rejects.toMatchObject({
      message: expect.stringContaining("the journal of the contract at") as string,
    });
  });

  it("V105: tells of an event that a node hides in log and journal alike: exit 3; the report without proofs names the gap", () =>
    undone(world, async () => {
      await world.consent();
      const { consents } = world.addresses;
      const isThere = (address: unknown): boolean => String(address).toLowerCase() === consents.toLowerCase();
      const data = compiled("ConsentRegistry").interface.encodeFunctionData("journal");
      node.lies.logs = (logs) => logs.filter(({ address }) => !isThere(address));
      node.lies.result = (method, [call], result) => {
        const { to, data: asked } = (call ?? {}) as { to?: unknown; data?: unknown };
        return method === "eth_call" && isThere(to) && asked === data ? firstJournal(31_337n, consents) : result;
      };
      await expect(look()).rejects.toMatchObject({
        code: "log",
        message: expect.stringContaining(`the journal of the contract at ${consents} is not proved`) as string,
      });
      node.lies.refuses = (method) => (isProof(method) ? { code: -32601, message: "no such method" } : undefined);
      expect((await look()).provenState).toEqual({ reason: "the node gives no proofs" });
      const honest = { provider: world.chain.provider, name: "honest" };
      await expect(look({ secondNode: honest })).rejects.toMatchObject({ code: "nodes" });
    }));

  it.each([
    ["does not know the method", { code: -32601, message: "the method eth_getProof does not exist/is not available" }],
    ["keeps it from the public", { code: -32000, message: "not offered on this plan" }],
    ["keeps no state so old", { code: -32000, message: "distance to target block exceeds maximum proof window" }],
  ])("is not given by a node that %s: the report says so", async (_, error) => {
    node.lies.refuses = (method) => (isProof(method) ? error : undefined);
    const report = await look();
    expect(report.provenState).toEqual({ reason: "the node gives no proofs" });
    expect(auditText(report)).toContain("code and journals not proved: the node gives no proofs");
  });

  it.each([
    ["another state root", { stateRoot: id("invented") }],
    ["a member less", { parentHash: undefined }],
    ["a member more", { requestsHash: undefined, newest: "0x1" }],
    ["a number that is none", { gasUsed: "many" }],
  ])("V106: from a header with %s proves nothing, and the report says so", async (_, change) => {
    node.lies.block = (block) => ({ ...block, ...change });
    const block = await blockAt(world.chain.provider, "latest");
    expect(await proveContracts(chain.provider, new Map(), block)).toEqual({
      reason: "its block's header is of a form that this version does not know",
    });
  });

  it("V106: from another block than the one that is read: exit 3", async () => {
    const block = await blockAt(world.chain.provider, "latest");
    const other = { number: block.number, hash: id("other") };
    await expect(proveContracts(chain.provider, new Map(), other)).rejects.toMatchObject({ code: "reorg" });
  });
});

// Verifies R-audit-circuits.
describe("circuits that the reader knows", () => {
  const written = (list: unknown): string => {
    const path = join(mkdtempSync(join(tmpdir(), "circuits-")), "circuits.json");
    writeFileSync(path, JSON.stringify(list));
    return path;
  };
  const format = "batchproof-circuits/1";

  it("V107: without a list are those of the lock file only: what another one verified is not green", async () => {
    const report = await audit(chain.provider, world.addresses.registry, { workers: 1 });
    expect(report.colours).toMatchObject({ proven: 0, unknown: 1 });
    expect(report.circuits.map(({ known }) => known)).toEqual([null, null]);
    const id = world.temperature.circuitId;
    expect(report.batches[0]?.reasons).toEqual([`circuit not known (2 claims: 0, 1): ${id}`]);
  });

  it("V107: by a list are those on it, and no development key is hidden by one", async () => {
    const { temperature } = world;
    const one = await look({ circuits: { [temperature.circuitId]: { name: "ours" } } });
    expect(one.colours).toMatchObject({ proven: 1 });
    expect(one.circuits.map(({ known }) => known)).toEqual(["ours", null]);
    expect(one.findings.map(({ kind }) => kind)).toContain("development");
    expect((await look({ circuits: {} })).colours).toMatchObject({ proven: 0, unknown: 1 });
  });

  it("V107: of another ceremony than the list says prove nothing", async () => {
    const { circuitId } = world.temperature;
    const { colours, batches } = await look({ circuits: { [circuitId]: { name: "ours", transcript: id("t") } } });
    expect(colours).toMatchObject({ proven: 0, unknown: 1 });
    expect(batches[0]?.reasons[0]).toBe(`circuit proves nothing (2 claims: 0, 1): ${circuitId}`);
  });

  it("are named in a file that the command line takes, and nothing else is", async () => {
    const at = ["audit", "--rpc", node.url, "--registry", world.addresses.registry];
    const { circuitId } = world.temperature;
    const good = { format, circuits: { [circuitId]: { name: "ours", note: "of 2026" } } };
    const { stdout } = await batchproof([...at, "--circuits", written(good)]);
    expect(stdout).toContain("1 proven");
    for (const bad of [
      { format },
      { format: "batchproof-circuits/2", circuits: {} },
      { format, circuits: { [circuitId.toUpperCase()]: { name: "ours" } } },
      { format, circuits: { [circuitId]: { name: "ours", transcript: "0x12" } } },
      { format, circuits: { [circuitId]: { name: "" } } },
      { format, circuits: { [circuitId]: { name: "ours", sound: true } } },
      { format, circuits: [circuitId] },
    ]) {
      expect(await refusedWith([...at, "--circuits", written(bad)])).toMatchObject({ exit: 2, code: "circuit-list" });
    }
  });

  it("V108: but were declared unsound, do not make a batch green", () =>
    undone(world, async () => {
      await mined(() => world.as("admin").circuits.freeze(world.temperature.circuitId, 0n, true));
      const { colours, batches } = await look();
      expect(colours).toMatchObject({ proven: 0, unknown: 1 });
      expect(batches[0]?.reasons[0]).toContain("challenged");
    }));
});

describe("a node that leads elsewhere", () => {
  // Verifies R-cli-node, V109.
  it("V109: redirects, to a node that nobody named: it is not followed", async () => {
    const server = createServer((_, response) => response.writeHead(307, { location: `${node.url}/x` }).end());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      const before = node.asked.length;
      const at = ["audit", "--rpc", `http://127.0.0.1:${port}`, "--registry", world.addresses.registry];
      expect(await refusedWith(at)).toMatchObject({
        exit: 3,
        code: "unreachable",
        message: expect.stringContaining(`it redirects to ${node.url}`) as string,
      });
      expect(node.asked).toHaveLength(before);
    } finally {
      server.close();
    }
  });

  // Verifies R-audit-head.
  it("V110: has a head that runs away: the audit ends", () =>
    undone(world, async () => {
      let ranges = 0;
      node.lies.logs = (logs) => {
        ranges++;
        void world.chain.provider.send("hardhat_mine", ["0x64"]);
        return logs;
      };
      await expect(look()).rejects.toMatchObject({
        kind: "environment",
        code: "chain",
        message: expect.stringContaining("The chain grows faster than its log is read") as string,
      });
      expect(ranges).toBe(16);
    }));

  // Verifies R-audit-head.
  it("V111: is of a chain whose contracts see other block numbers: exit 3, before anything is read", async () => {
    node.lies.result = (method, [call], result) =>
      method === "eth_call" && !("to" in (call as object)) ? `0x${"7".padStart(64, "0")}` : result;
    await expect(look()).rejects.toMatchObject({ kind: "environment", code: "block-numbers" });
    expect(node.asked.some(({ method }) => method === "eth_getLogs")).toBe(false);
    // A node that does not run it is believed so far.
    delete node.lies.result;
    node.lies.refuses = (method, [call]) =>
      method === "eth_call" && !("to" in (call as object)) ? { code: -32602, message: "to is missing" } : undefined;
    expect((await look()).total).toBe(1);
  });
});
