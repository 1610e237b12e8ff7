import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { auditAgain, auditArchive, auditKept } from "../../src/audit/archive.ts";
import type { AuditOptions } from "../../src/audit/audit.ts";
import type { Lineage } from "../../src/audit/lineage.ts";
import { connectRpc, embeddedChain, type Chain } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { BatchproofError } from "../../src/errors.ts";
import { World } from "../contracts/support/world.ts";
import { lyingNode, type LyingNode } from "../support/lyingNode.ts";
import { batchproof, batchproofProcess, refusedWith } from "../cli/support.ts";

/** What nodes answered is kept in a file, and the whole audit done again from it. */

const home = mkdtempSync(join(tmpdir(), "archive-"));

let world: World;
let node: LyingNode;
let chain: Chain;
/** An honest archive, and what was said of it. */
let bytes: Buffer;
let said: Lineage;

beforeAll(async () => {
  world = await World.build(await embeddedChain());
  const released = await world.open();
  await world.makeCompliant(released);
  const [certificate, signature] = await world.sign(released);
  await mined(() => world.as("qp").registry.certify(released.key, certificate, signature));
  await world.open();
  node = await lyingNode(world.chain);
  chain = await connectRpc(node.url, { timeout: 3_000 });
  const kept = await keep();
  [bytes, said] = [kept.bytes, kept.lineage];
  await chain.close();
  await node.close();
});
afterAll(() => world.chain.close());
beforeEach(async () => {
  node = await lyingNode(world.chain);
  chain = await connectRpc(node.url, { timeout: 3_000 });
});
afterEach(async () => {
  await chain.close();
  await node.close();
});

async function keep(options: AuditOptions = {}): Promise<{ lineage: Lineage; bytes: Buffer }> {
  const how = { workers: 1, circuits: world.circuitList, node: "http://node", ...options };
  const { lineage, archive } = await auditKept(chain.provider, world.addresses.registry, how, false);
  return { lineage, bytes: Buffer.concat(archive) };
}

function again(from: Buffer): Promise<Lineage> {
  return auditAgain(auditArchive(from, "a.gz"), { workers: 1 });
}

/** Lines of an archive. */
function linesOf(from: Buffer): string[] {
  return gunzipSync(from).toString("utf8").split("\n").slice(0, -1);
}

/** An archive of other lines, whose header says the hash of what follows it. */
function forged(lines: readonly string[], header: object = {}): Buffer {
  const [first = "", ...others] = lines;
  const rest = others.map((line) => `${line}\n`).join("");
  const sha256 = createHash("sha256").update(rest).digest("hex");
  const told = { ...(JSON.parse(first) as object), entries: others.length, sha256, ...header };
  return Buffer.concat([gzipSync(`${JSON.stringify(told)}\n`), ...(rest === "" ? [] : [gzipSync(rest)])]);
}

/** How an archive is refused. */
async function refusal(from: Buffer): Promise<{ kind: string; code: string | undefined; message: string }> {
  try {
    await again(from);
  } catch (error) {
    if (error instanceof BatchproofError) return { kind: error.kind, code: error.code, message: error.message };
    throw error;
  }
  throw new Error("it was read");
}

// Verifies R-audit-archive.
describe("an audit of an archive", () => {
  it("says what the audit of the node said, to the second, and asks no node", async () => {
    const asked = node.asked.length;
    expect(await again(bytes)).toEqual(said);
    expect(node.asked.length).toBe(asked);
    expect(said.report).toMatchObject({ total: 2, provenState: expect.anything() as unknown });
  });

  it.each([
    ["halves ranges that a node refuses", { range: 3 }],
    ["goes on after answers that were cut", { cuts: cutsOnce() }],
    ["asks for the times of blocks that no log says", { logs: withoutTimes }],
    ["passes over proofs that a node does not give", { refuses: refusesProofs }],
  ])("takes the same way: %s", async (_what, lies) => {
    Object.assign(node.lies, lies);
    const kept = await keep();
    expect(kept.lineage.report.reconciliation).toEqual(said.report.reconciliation);
    expect(await again(kept.bytes)).toEqual(kept.lineage);
  });

  it("compares with the second node again", async () => {
    const second = await lyingNode(world.chain);
    const other = await connectRpc(second.url);
    const kept = await keep({ secondNode: { provider: other.provider, name: "http://other" } });
    await other.close();
    await second.close();
    expect(kept.lineage.report.secondNode).toBe("http://other");
    expect(await again(kept.bytes)).toEqual(kept.lineage);
    const lines = linesOf(kept.bytes).map((line) =>
      line.includes('"second"') ? line.replace(/"result":"0x6[0-9a-f]+"/, '"result":"0x60"') : line,
    );
    expect(await refusal(forged(lines))).toMatchObject({ kind: "environment", code: "nodes" });
  });

  it("keeps an answer that was given twice once", () => {
    const lines = linesOf(bytes);
    expect(lines.some((line) => /^\{"again":\d+\}$/.test(line))).toBe(true);
    expect(new Set(lines.filter((line) => !line.startsWith('{"again"'))).size).toBe(
      lines.filter((line) => !line.startsWith('{"again"')).length,
    );
  });
});

// Verifies R-audit-archive, V250.
describe("V250: an archive from which an answer was taken out", () => {
  it.each(["eth_getLogs", "eth_getProof", "eth_getCode", "eth_chainId", '"0x43600052'])(
    "concludes nothing, and names the question: %s",
    async (what) => {
      const lines = linesOf(bytes).filter((line) => !line.startsWith('{"again"'));
      const found = lines.findIndex((line) => line.includes(what));
      expect(found).toBeGreaterThan(0);
      const refused = await refusal(forged(lines.filter((_, i) => i !== found)));
      expect(refused).toMatchObject({ kind: "environment", code: "archive-missing" });
      expect(refused.message).toContain("The archive has no answer of the first node to eth_");
    },
  );
});

// Verifies R-audit-archive, V251.
describe("V251: an archive whose answers were changed", () => {
  it("is no better than a node that lies: the events are held against the journals", async () => {
    const lines = linesOf(bytes).map((line) =>
      line.includes("eth_getLogs") ? line.replace(/"data":"0x[0-9a-f]/, '"data":"0x9') : line,
    );
    expect(await refusal(forged(lines))).toMatchObject({ kind: "environment", code: "log" });
  });
});

// Verifies R-audit-archive, V252.
describe("V252: an archive that is none, damaged or hostile", () => {
  it.each<readonly [what: string, make: (lines: string[]) => Buffer, message: RegExp]>([
    ["text", () => Buffer.from("{}\n"), /no archive/],
    ["gzip of something else", () => gzipSync("hello\n"), /no JSON/],
    ["another document", () => gzipSync('{"format":"batchproof-audit-state/4"}\n'), /no archive/],
    ["another format", (lines) => forged(lines, { format: "batchproof-archive/2" }), /Not a valid archive/],
    ["a member too many", (lines) => forged(lines, { more: 1 }), /Not a valid archive/],
    ["cut off between members", () => bytes.subarray(0, memberEnd()), /cut off/],
    ["cut off within one", () => bytes.subarray(0, bytes.length - 30), /cut off/],
    ["cut off in the sum of one", () => bytes.subarray(0, bytes.length - 2), /cut off/],
    ["doubled", () => Buffer.concat([bytes, bytes]), /follows its end/],
    ["a byte changed", () => changedAt(bytes.length - 6), /damaged/],
    ["a line changed", (lines) => forged(lines, { sha256: "0".repeat(64) }), /another sha256/],
    ["a line more", (lines) => forged(lines, { entries: lines.length - 2 }), /follows its end/],
    ["a line less", (lines) => forged(lines, { entries: lines.length }), /cut off/],
    [
      "an answer twice",
      ([first = "", second = "", ...rest]) => forged([first, second, second, ...rest]),
      /there twice/,
    ],
    ["repeating what comes later", ([first = "", ...rest]) => forged([first, '{"again":1}', ...rest]), /repeats what/],
    ["repeating itself", ([first = "", ...rest]) => forged([first, '{"again":0}', ...rest]), /repeats what/],
    ["repeating number -1", ([first = "", ...rest]) => forged([first, '{"again":-1}', ...rest]), /repeats what/],
    [
      "an answer to nobody",
      ([first = ""]) => forged([first, '{"node":"third","method":"x","params":[],"result":1}']),
      /no answer/,
    ],
    [
      "two outcomes",
      ([first = ""]) => forged([first, '{"node":"first","method":"x","params":[],"result":1,"error":1}']),
      /no answer/,
    ],
    [
      "a failure of no kind",
      ([first = ""]) =>
        forged([first, '{"node":"first","method":"x","params":[],"failure":{"what":"x","message":""}}']),
      /no answer/,
    ],
    ["not UTF-8", () => Buffer.concat([gzipSync(Buffer.from([0x22, 0xff, 0x22, 10]))]), /no JSON/],
    ["deep", ([first = ""]) => forged([first, `${"[".repeat(40)}${"]".repeat(40)}`]), /nested too deeply/],
    ["of many parts", ([first = ""]) => forged([first, `[${"[],".repeat(1_000_001)}[]]`]), /too many parts/],
    ["a bomb", () => gzipSync(Buffer.alloc(2 ** 26 + 1, 32)), /bytes unpacked/],
    ["a long line", () => gzipSync(`${" ".repeat(2 ** 25 + 1)}\n`), /lines has more than/],
    ["a line without an end", () => gzipSync("{}"), /no end/],
    ["an empty part", () => Buffer.concat([bytes, gzipSync("")]), /is empty/],
    ["nobody's clock", (lines) => forged(lines, { readAt: [] }), /Not a valid archive/],
  ])("is refused: %s", async (_what, make, message) => {
    const refused = await refusal(make(linesOf(bytes)));
    expect(refused).toMatchObject({ kind: "input", code: "archive" });
    expect(refused.message).toMatch(message);
  });
});

// Verifies R-audit-archive, V245.
it.each([
  ["too many parts", "[],".repeat(1_000_001).slice(0, -1)],
  ["too many levels", `${"[".repeat(31)}${"]".repeat(31)}`],
])("V245: a node makes no archive that nobody reads later: %s", async (_what, more) => {
  node.lies.block = (block) => ({ ...block, uncles: JSON.parse(`[${more}]`) as unknown });
  const outcome = await keep().then(
    ({ bytes: kept }) => again(kept),
    (error: unknown) => error,
  );
  expect(outcome).not.toMatchObject({ code: "archive" });
});

// Verifies R-audit-archive, V246.
it("V246: an archive of long questions takes no more memory than one of them", () => {
  const [first = ""] = linesOf(bytes);
  const lines = Array.from(
    { length: 14 },
    (_, i) => `{"node":"first","method":"${i}","params":["${"x".repeat(2 ** 24)}"],"result":0}\n`,
  );
  const hash = createHash("sha256");
  for (const line of lines) hash.update(line);
  const header = { ...(JSON.parse(first) as object), entries: lines.length, sha256: hash.digest("hex") };
  const path = join(home, "long.gz");
  writeFileSync(path, Buffer.concat([`${JSON.stringify(header)}\n`, ...lines].map((each) => gzipSync(each))));
  const script = `
    import { readAuditArchive } from ${JSON.stringify(new URL("../../src/audit/archive.ts", import.meta.url).href)};
    console.log((await readAuditArchive(${JSON.stringify(path)})).header.entries);`;
  const read = execFileSync(process.execPath, ["--max-old-space-size=150", "--input-type=module", "-e", script]);
  expect(read.toString()).toBe("14\n");
});

/** Where the header's member ends. */
function memberEnd(): number {
  return bytes.indexOf(Buffer.from([0x1f, 0x8b, 8]), 1);
}

function changedAt(at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function cutsOnce(): (method: string, params: readonly unknown[]) => boolean {
  let left = 1;
  return (method) => method === "eth_getLogs" && left-- > 0;
}

function withoutTimes(
  logs: readonly Readonly<Record<string, unknown>>[],
): readonly Readonly<Record<string, unknown>>[] {
  return logs.map((log) => Object.fromEntries(Object.entries(log).filter(([name]) => name !== "blockTimestamp")));
}

function refusesProofs(method: string): unknown {
  return method === "eth_getProof" ? { code: -32601, message: "the method does not exist" } : undefined;
}

// Verifies R-audit-archive, V253.
describe("audit --archive and --from-archive", () => {
  const file = join(home, "register.gz");

  it("give one answer, with and without a node", async () => {
    const on = ["--rpc", node.url, "--registry", world.addresses.registry];
    const first = await batchproof(["audit", ...on, "--archive", file, "--json"]);
    await node.close();
    const second = await batchproofProcess(["audit", "--from-archive", file, "--json"]);
    expect(second).toMatchObject({ code: 0, stderr: "" });
    expect(second.stdout).toBe(first.stdout);
    const text = await batchproof(["audit", "--from-archive", file, "--all", "--registry", world.addresses.registry]);
    expect(text.stdout).toContain("2 opened = 1 certified");
    node = await lyingNode(world.chain);
  });

  it.each([
    ["another register", ["--registry", `0x${"1".repeat(40)}`], 2, "archive"],
    ["another chain", ["--chain-id", "1"], 2, "archive"],
    ["a node", ["--rpc", "http://127.0.0.1:1"], 2, "usage"],
    ["a state", ["--state", join(home, "state")], 2, "usage"],
    ["another finality", ["--finality", "0"], 2, "usage"],
    ["another archive", ["--archive", join(home, "other")], 2, "usage"],
  ])("V253: refuse %s", async (_what, options, exit, code) => {
    expect(await refusedWith(["audit", "--from-archive", file, ...options])).toMatchObject({ exit, code });
  });

  it("refuse to keep a part, and to overwrite", async () => {
    const on = ["--rpc", node.url, "--registry", world.addresses.registry, "--archive", file];
    expect(await refusedWith(["audit", ...on, "--state", join(home, "s")])).toMatchObject({ exit: 2, code: "usage" });
    expect(await refusedWith(["audit", ...on, "--csv", file])).toMatchObject({ exit: 2, code: "output-twice" });
  });

  it("keep nothing where nothing is concluded", async () => {
    const path = join(home, "none.gz");
    node.lies.logs = (logs) => logs.slice(1);
    const on = ["--rpc", node.url, "--registry", world.addresses.registry];
    expect(await refusedWith(["audit", ...on, "--archive", path])).toMatchObject({ exit: 3, code: "log" });
    expect(() => readFileSync(path)).toThrow("ENOENT");
  });

  it("name what is missing", async () => {
    const path = join(home, "cut.gz");
    writeFileSync(path, forged(linesOf(bytes).slice(0, 1)));
    const refused = await refusedWith(["audit", "--from-archive", path]);
    expect(refused).toMatchObject({ exit: 3, code: "archive-missing" });
  });
});
