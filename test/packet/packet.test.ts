import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditReport } from "../../src/audit/audit.ts";
import { reportFromJson } from "../../src/audit/reportJson.ts";
import { reviewDocument, signReview } from "../../src/audit/reviewRecord.ts";
import { embeddedChain } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { documentText } from "../../src/formats/document.ts";
import { publicKey, sign } from "../../src/formats/source.ts";
import { readPacket, writePacket } from "../../src/packet/files.ts";
import { sha256, sumsOf } from "../../src/packet/make.ts";
import type { Packet } from "../../src/packet/form.ts";
import { batchproof, batchproofProcess, refusedWith } from "../cli/support.ts";
import { World } from "../contracts/support/world.ts";
import { lyingNode, type LyingNode } from "../support/lyingNode.ts";

/** What an inspector files, and whoever opens the file later. */

const home = mkdtempSync(join(tmpdir(), "packet-"));
const at = (name: string): string => join(home, name);
const DIR = at("filed");
const ZIP = at("filed.zip");

let world: World;
let node: LyingNode;
let report: AuditReport;
let on: string[];

beforeAll(async () => {
  world = await World.build(await embeddedChain());
  const released = await world.open();
  await world.makeCompliant(released);
  const [certificate, signature] = await world.sign(released);
  await mined(() => world.as("qp").registry.certify(released.key, certificate, signature));
  node = await lyingNode(world.chain);
  on = ["--rpc", node.url, "--registry", world.addresses.registry];
  const { stdout } = await batchproof(["audit", ...on, "--json"]);
  ({ report } = reportFromJson(stdout));
  writeFileSync(at("review-1.json"), reviewOf(report));
  const made = await batchproof([
    "audit",
    ...on,
    "--packet",
    DIR,
    "--review",
    at("review-1.json"),
    "--archive",
    at("a.gz"),
  ]);
  expect(made).toMatchObject({ code: 0, stderr: "" });
});
afterAll(async () => {
  await node.close();
  await world.chain.close();
});

/** The record of a review, signed. */
function reviewOf(read: AuditReport): string {
  const secret = new Uint8Array(32).fill(7);
  const [comments, accounts] = [new Map<string, string>(), []];
  const reviewed = { name: "A. Reader", public: publicKey(secret), accounts, comments, signedAt: read.at };
  return documentText(signReview(reviewDocument(read, reviewed), { sign: (message) => sign(secret, message) }));
}

const NAMES = ["SHA256SUMS", "archive.gz", "packet.json", "report.html", "report.json", "reviews", "rows.csv"];

/** A copy of the packet, changed; `sums`: with the sums made again, as whoever changes it on purpose would. */
function changed(change: (dir: string) => void, sums = false): string {
  const dir = join(mkdtempSync(at("changed-")), "packet");
  cpSync(DIR, dir, { recursive: true });
  change(dir);
  if (sums) resum(dir);
  return dir;
}

function resum(dir: string): void {
  const names = [...readdirSync(dir).filter((name) => name !== "reviews"), "reviews/review-1.json"];
  const files = new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(dir, name)))]));
  const packet = JSON.parse(readFileSync(join(dir, "packet.json"), "utf8")) as Packet;
  const listed = packet.files.map((file) => ({ ...file, sha256: sha256(files.get(file.name) ?? new Uint8Array()) }));
  files.set("packet.json", Buffer.from(`${JSON.stringify({ ...packet, files: listed }, null, 2)}\n`));
  writeFileSync(join(dir, "packet.json"), files.get("packet.json") ?? "");
  writeFileSync(join(dir, "SHA256SUMS"), sumsOf(files));
}

function edit(dir: string, name: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(dir, name), "utf8");
  expect(text).toMatch(from);
  writeFileSync(join(dir, name), text.replace(from, to));
}

// Verifies R-packet-whole, R-packet-reader.
describe("a packet", () => {
  it("holds page, rows, report and archive, what was added, and sums that sha256sum checks", async () => {
    expect(readdirSync(DIR).sort()).toEqual(NAMES);
    expect(execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: DIR, encoding: "utf8" })).toContain(
      "report.html: OK",
    );
    const said = await batchproof(["audit", "--from-archive", at("a.gz"), "--json"]);
    expect(readFileSync(join(DIR, "report.json"), "utf8")).toBe(said.stdout);
    expect(readFileSync(join(DIR, "archive.gz"))).toEqual(readFileSync(at("a.gz")));
  });

  it("is the same, byte by byte, as a ZIP archive of the same archive, in any zone", async () => {
    const make = (path: string, zone: string): ReturnType<typeof batchproofProcess> =>
      batchproofProcess(["audit", "--from-archive", at("a.gz"), "--packet", path, "--review", at("review-1.json")], {
        TZ: zone,
      });
    expect(await make(ZIP, "Asia/Tokyo")).toMatchObject({ code: 0 });
    expect(await make(at("other.zip"), "America/Lima")).toMatchObject({ code: 0 });
    expect(readFileSync(ZIP)).toEqual(readFileSync(at("other.zip")));
    const sorted = async (path: string): Promise<unknown> =>
      [...(await readPacket(path))].map(([name, bytes]) => [name, sha256(bytes)]).sort();
    expect(await sorted(ZIP)).toEqual(await sorted(DIR));
  });

  it("fits, as a folder and as a ZIP archive, with a node and without one", async () => {
    const shown = await batchproof(["verify-packet", DIR]);
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toContain("made again from the archive, they are the same");
    const asked = await batchproof(["verify-packet", ZIP, "--rpc", node.url]);
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    expect(asked.stdout).toContain("the node has it, with this hash");
  });

  it("V256: is refused for another register than the reader means, and judged by the reader's own circuits", async () => {
    expect((await batchproof(["verify-packet", DIR, "--registry", world.addresses.registry])).code).toBe(0);
    const other = await refusedWith(["verify-packet", DIR, "--registry", `0x${"9".repeat(40)}`]);
    expect(other).toMatchObject({ exit: 1, code: "packet" });
    writeFileSync(at("none.json"), JSON.stringify({ format: "batchproof-circuits/1", circuits: {} }));
    writeFileSync(at("mine.json"), JSON.stringify({ format: "batchproof-circuits/1", circuits: world.circuitList }));
    const filed = report.colours.proven + report.colours.settled;
    const own = async (name: string): Promise<string> =>
      (await batchproof(["verify-packet", DIR, "--circuits", at(name)])).stdout;
    expect(await own("none.json")).toContain(`under it 0 of 1 batches are proven or settled, as filed ${filed}`);
    expect(await own("mine.json")).toContain(`under it 1 of 1 batches are proven or settled, as filed ${filed}`);
  });

  it("is made where nothing is, and with nothing else under its name", async () => {
    mkdirSync(at("full"));
    writeFileSync(at("full/notes"), "mine");
    for (const path of [at("full"), DIR, ZIP]) {
      const refused = await refusedWith(["audit", "--from-archive", at("a.gz"), "--packet", path]);
      expect(refused).toMatchObject({ exit: 2, code: "packet-exists" });
    }
    expect(readdirSync(at("full"))).toEqual(["notes"]);
    const state = ["audit", ...on, "--packet", at("new"), "--state", at("state")];
    expect(await refusedWith(state)).toMatchObject({ exit: 2, code: "usage" });
    const since = ["audit", "--from-archive", at("a.gz"), "--packet", at("new"), "--from", "3"];
    expect(await refusedWith(since)).toMatchObject({ exit: 2, code: "usage" });
    expect(await refusedWith(["audit", ...on, "--policy", at("p")])).toMatchObject({ exit: 2, code: "usage" });
    expect(existsSync(at("new"))).toBe(false);
  });

  it("takes only files of their form, under names that are safe everywhere", async () => {
    writeFileSync(at("-rf.json"), "{}");
    mkdirSync(at("more"));
    writeFileSync(at("more/REVIEW-1.json"), "{}");
    writeFileSync(at("empty.json"), "{}");
    writeFileSync(at("policy.json"), "{}");
    const make = (...options: string[]): ReturnType<typeof refusedWith> =>
      refusedWith(["audit", ...on, "--packet", at("new"), ...options]);
    expect(await make("--review", at("-rf.json"))).toMatchObject({ exit: 2, code: "packet-form" });
    const twice = ["--review", at("review-1.json"), "--review", at("more/REVIEW-1.json")];
    expect(await make(...twice)).toMatchObject({ exit: 2, code: "packet-form" });
    expect(await make("--policy", at("policy.json"))).toMatchObject({ exit: 2, code: "policy-schema" });
    expect(await make("--review", at("empty.json"))).toMatchObject({ exit: 2, code: "review-file" });
    expect(await make("--disclosure", at("empty.json"))).toMatchObject({ exit: 2, code: "disclosure-file" });
    expect(existsSync(at("new"))).toBe(false);
  });
});

// Verifies R-packet-fits, V254.
describe("V254: a packet of which something was changed", () => {
  it.each<readonly [what: string, change: (dir: string) => void, sums: boolean, message: RegExp]>([
    ["a file is missing", (dir) => rmSync(join(dir, "report.html")), false, /report\.html is missing/],
    ["the archive is missing", (dir) => rmSync(join(dir, "archive.gz")), false, /archive\.gz is missing/],
    ["the sums are missing", (dir) => rmSync(join(dir, "SHA256SUMS")), false, /SHA256SUMS is missing/],
    ["a file more", (dir) => writeFileSync(join(dir, "reviews", "more.json"), "{}"), false, /more\.json is not listed/],
    [
      "a file changed",
      (dir) => edit(dir, "report.json", '"total": 1', '"total": 2'),
      false,
      /report\.json was changed/,
    ],
    ["the sums changed", (dir) => edit(dir, "SHA256SUMS", /^./, "x"), false, /SHA256SUMS does not list/],
    ["the report", (dir) => edit(dir, "report.json", '"total": 1', '"total": 2'), true, /report\.json is not what/],
    ["the page", (dir) => edit(dir, "report.html", 'opened\\": 1', 'opened\\": 2'), true, /report\.html is not what/],
    ["the rows", (dir) => edit(dir, "rows.csv", "minor", "major"), true, /rows\.csv is not what/],
    [
      "the register's name",
      (dir) => edit(dir, "packet.json", /"registry": "0x../, '"registry": "0x00'),
      true,
      /packet\.json is not/,
    ],
    ["a meaning", (dir) => edit(dir, "packet.json", "for a browser", "for nobody"), true, /packet\.json is not what/],
  ])("is refused with the first thing that does not fit: %s", async (_what, change, sums, message) => {
    const refused = await refusedWith(["verify-packet", changed(change, sums)]);
    expect(refused).toMatchObject({ exit: 1, code: "packet" });
    expect(refused.message).toMatch(message);
  });

  // Verifies R-packet-page.
  it("says which version made it, if that is another one", async () => {
    const dir = changed((each) => {
      edit(each, "report.html", "<body>", "<body><!-- of another version -->");
      writeFileSync(join(each, "archive.gz"), ofVersion("0.0.1", readFileSync(join(each, "archive.gz"))));
    }, true);
    const refused = await refusedWith(["verify-packet", dir]);
    expect(refused).toMatchObject({ exit: 1, code: "packet" });
    expect(refused.message).toContain("report.html is not what the archive gives; it was made by version 0.0.1");
  });

  it("is refused by a node of another chain, and by one with another block", async () => {
    node.lies.block = (block) => ({ ...block, hash: `0x${"1".repeat(64)}` });
    expect(await refusedWith(["verify-packet", DIR, "--rpc", node.url])).toMatchObject({ exit: 1, code: "packet" });
    delete node.lies.block;
    node.lies.chainId = 5;
    expect(await refusedWith(["verify-packet", DIR, "--rpc", node.url])).toMatchObject({ exit: 1, code: "packet" });
    delete node.lies.chainId;
  });
});

// Verifies R-packet-fits, R-packet-word, V236, V237.
describe("what a packet's maker chose", () => {
  it("V236: is told as his word: which circuits are known, what is left out, when he read", async () => {
    writeFileSync(at("circuits.json"), JSON.stringify({ format: "batchproof-circuits/1", circuits: {} }));
    const names = { [world.addresses.registry]: "Dr. Ada Example, QP" };
    writeFileSync(at("names.json"), JSON.stringify({ format: "batchproof-names/1", names }));
    const chosen = at("chosen");
    const options = ["--circuits", at("circuits.json"), "--names", at("names.json"), "--from", "2"];
    const made = ["audit", ...on, "--packet", chosen, ...options];
    expect(await batchproof(made)).toMatchObject({ code: 0 });
    const said = async (...words: string[]): Promise<string> => (await batchproof(["verify-packet", ...words])).stdout;
    const [plain, told] = [await said(DIR, "--rpc", node.url), await said(chosen)];
    const [, word = ""] = told.split("By its maker's word alone:");
    const lists = ["which circuits are known", "who is behind which account"];
    for (const each of ["it was read at", ...lists, "before block 2", "(--rpc)"]) expect(word).toContain(each);
    expect(plain).toContain("it was read at");
    expect(plain).not.toMatch(/which circuits are known|who is behind|before block|\(--rpc\)/);
  });

  it("V237: is no other register under the hash of a real block, where its node proved nothing", async () => {
    const other = await World.build(await embeddedChain());
    await other.open();
    const made = await lyingNode(other.chain);
    const number = (await other.chain.provider.send("eth_blockNumber", [])) as string;
    const { hash } = (await world.chain.provider.send("eth_getBlockByNumber", [number, false])) as { hash: string };
    made.lies.refuses = (method) => (method === "eth_getProof" ? { code: -32601, message: "no proofs" } : undefined);
    made.lies.block = (block) => (block["number"] === number ? { ...block, hash } : block);
    made.lies.logs = (logs) => logs.map((log) => (log["blockNumber"] === number ? { ...log, blockHash: hash } : log));
    const filed = ["audit", "--rpc", made.url, "--registry", other.addresses.registry, "--packet", at("other")];
    expect(await batchproof(filed)).toMatchObject({ code: 0 });
    await made.close();
    await other.chain.close();
    expect((await batchproof(["verify-packet", at("other")])).stdout).toMatch(/alone:[^]*code and journals/);
    const refused = await refusedWith(["verify-packet", at("other"), "--rpc", node.url]);
    expect(refused).toMatchObject({ exit: 1, code: "packet" });
    expect(refused.message).toMatch(/differ/);
  });

  it("V237: is asked of a node where the archive's proved nothing", async () => {
    node.lies.refuses = (method) => (method === "eth_getProof" ? { code: -32601, message: "no proofs" } : undefined);
    expect(await batchproof(["audit", ...on, "--packet", at("unproved")])).toMatchObject({ code: 0 });
    const same = await batchproof(["verify-packet", at("unproved"), "--rpc", node.url]);
    expect(same.stdout).toContain("contracts: the node says the same");
    node.lies.refuses = (method) => (method === "eth_getCode" ? { code: -32000, message: "state is gone" } : undefined);
    const gone = await batchproof(["verify-packet", at("unproved"), "--rpc", node.url]);
    expect(gone).toMatchObject({ code: 0 });
    expect(gone.stdout).toMatch(/alone:[^]*contracts: .*state is gone/);
    delete node.lies.refuses;
  });
});

// Verifies R-packet-added, V290.
describe("V290: a packet with what belongs to another register", () => {
  const other = (): string => reviewOf({ ...report, registry: world.addresses.parties });
  const policy = "fixtures/policies/fridge-2-8.json";

  it("is not made, and leaves nothing behind", async () => {
    writeFileSync(at("other.json"), other());
    const make = (...options: string[]): ReturnType<typeof refusedWith> =>
      refusedWith(["audit", ...on, "--packet", at("new"), ...options]);
    const review = await make("--review", at("other.json"));
    expect(review).toMatchObject({ exit: 1, code: "review-register" });
    expect(await make("--policy", policy)).toMatchObject({ exit: 1, code: "packet-policy" });
    expect(existsSync(at("new"))).toBe(false);
  });

  it("does not fit, whoever made its sums", async () => {
    const dir = changed((each) => writeFileSync(join(each, "reviews/review-1.json"), other()), true);
    expect(await refusedWith(["verify-packet", dir])).toMatchObject({ exit: 1, code: "review-register" });
  });
});

// Verifies R-packet-form, V255.
describe("V255: a packet that is hostile", () => {
  it.each<readonly [what: string, make: (dir: string) => void]>([
    ["a link to a file", (dir) => symlinkSync("/etc/hostname", join(dir, "reviews", "x.json"))],
    ["a link to a folder", (dir) => symlinkSync("/etc", join(dir, "policies"))],
    ["a folder of another name", (dir) => mkdirSync(join(dir, "secrets"))],
    ["a folder in a folder", (dir) => mkdirSync(join(dir, "reviews", "deep"))],
    ["a name that is not plain", (dir) => writeFileSync(join(dir, "a b"), "x")],
    ["no packet.json", (dir) => rmSync(join(dir, "packet.json"))],
    ["another format", (dir) => edit(dir, "packet.json", "batchproof-packet/1", "batchproof-packet/2")],
  ])("is refused as a folder: %s", async (_what, make) => {
    expect(await refusedWith(["verify-packet", changed(make)])).toMatchObject({ exit: 2, code: "packet-form" });
  });

  it.each<readonly [what: string, make: () => Uint8Array, code: string]>([
    ["a way out", () => zip({ "../report.json": "x" }), "packet-form"],
    ["a way to a root", () => zip({ "/report.json": "x" }), "packet-form"],
    ["a way of Windows", () => zip({ "reviews\\x.json": "x" }), "packet-form"],
    ["a folder in a folder", () => zip({ "reviews/x/y.json": "x" }), "packet-form"],
    ["a name twice", () => patched(zip({ a: "x", A: "y" }), "A", "a"), "zip"],
    ["a link", () => zipSync({ "x.json": [Buffer.from("/etc/hostname"), { os: 3, attrs: 0o120777 << 16 }] }), "zip"],
    ["a bomb", () => bomb(), "zip"],
    [
      "too many files",
      () => zip(Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`f${i}`, "x"]))),
      "packet-form",
    ],
    ["text", () => Buffer.from("hello"), "zip"],
  ])("is refused as a ZIP archive: %s", async (_what, make, code) => {
    const path = join(mkdtempSync(at("zip-")), "packet.zip");
    writeFileSync(path, make());
    expect(await refusedWith(["verify-packet", path])).toMatchObject({ exit: 2, code });
  });

  it("is refused if its archive is another audit's, or damaged", async () => {
    const dir = changed((each) => writeFileSync(join(each, "archive.gz"), "no archive"), true);
    expect(await refusedWith(["verify-packet", dir])).toMatchObject({ exit: 2, code: "archive" });
  });

  it("is nothing that a packet is written over", async () => {
    await expect(writePacket(DIR, new Map())).rejects.toMatchObject({ code: "packet-exists" });
  });
});

/** An archive whose header says that another version made it. */
function ofVersion(version: string, archive: Uint8Array): Uint8Array {
  const [header = "", ...rest] = gunzipSync(archive).toString("utf8").split("\n");
  const told = JSON.stringify({ ...(JSON.parse(header) as object), version });
  return Buffer.concat([gzipSync(`${told}\n`), gzipSync(rest.join("\n"))]);
}

function zip(files: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));
}

/** A name of one letter put in place of another one. */
function patched(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const copy = Buffer.from(bytes);
  for (const [i, byte] of copy.entries()) if (byte === from.charCodeAt(0)) copy[i] = to.charCodeAt(0);
  return copy;
}

/** A file that says to be small and is not. */
function bomb(): Uint8Array {
  const copy = Buffer.from(zipSync({ "report.json": Buffer.alloc(2 ** 20) }));
  const directory = copy.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  copy.writeUInt32LE(10, directory + 24);
  copy.writeUInt32LE(10, 22);
  return copy;
}
