import { id, keccak256, concat } from "ethers";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveRegister } from "../../bench/registerNode.ts";
import { CIRCUIT_LIST, simulateRegister } from "../../bench/simulatedRegister.ts";
import { printAnswer } from "../../cli/output.ts";
import { audit, type AuditReport } from "../../src/audit/audit.ts";
import { auditCsv } from "../../src/audit/csv.ts";
import { printedLineage, reportFromJson } from "../../src/audit/reportJson.ts";
import {
  conflictsOf,
  newSince,
  reviewDocument,
  reviewFromJson,
  sampleHolds,
  signReview,
  type Review,
} from "../../src/audit/reviewRecord.ts";
import { findingIds } from "../../src/audit/rows.ts";
import { drawSample, verifySample } from "../../src/audit/sample.ts";
import { accessReview, qualityReview } from "../../src/audit/trends.ts";
import { connectRpc, type Chain } from "../../src/chain/connect.ts";
import { BatchproofError } from "../../src/errors.ts";
import { publicKey, sign } from "../../src/formats/source.ts";
import { createKey, saveKey } from "../../src/parties/keys.ts";
import { captured } from "../cli/captured.ts";
import { seedHolds } from "../../src/audit/seed.ts";
import { AnsweredProvider } from "../../src/chain/archiveForm.ts";
import { refusedAsync } from "../input/refused.ts";
import { batchproof, PASSPHRASE, type Run } from "../cli/support.ts";

/** What is made of an audit's report: its JSON read back, samples, reviews of a period, and the record of a review. */

const BATCHES = 50;
const SECRET = new Uint8Array(32).fill(7);
const KEY = { sign: (message: bigint) => sign(SECRET, message) };
const SEED = { block: 1_000_000, hash: id("a later block") };

let chain: Chain;
let server: Server;
let url: string;
let report: AuditReport;
let folder: string;

beforeAll(async () => {
  const register = await simulateRegister({ batches: BATCHES });
  ({ url, server } = await serveRegister(register));
  chain = await connectRpc(url);
  report = await audit(chain.provider, register.addresses.registry, { circuits: CIRCUIT_LIST });
  folder = mkdtempSync(join(tmpdir(), "review-"));
});
afterAll(async () => {
  await chain.close();
  server.close();
});

const alone = (own: AuditReport): ReturnType<typeof reportFromJson> => ({
  report: own,
  predecessors: [],
  unread: null,
});
const printed = (own: AuditReport): string =>
  captured(() => printAnswer({ text: "", json: printedLineage(alone(own)) }, true)).stdout;

/** Code and place of the refusal. */
function refusal(act: () => unknown): readonly [code: string | undefined, place: string | undefined] {
  try {
    act();
  } catch (error) {
    if (error instanceof BatchproofError && error.kind !== "internal") return [error.code, error.place];
    throw error;
  }
  return [undefined, undefined];
}

describe("the report as JSON", () => {
  // Verifies R-audit-json.
  it("comes back as it was", () => {
    const text = printed(report);
    expect(reportFromJson(text)).toEqual(alone(report));
  });

  // Verifies R-audit-json, V240.
  it.each<[what: string, change: (own: Record<string, never>) => unknown, place: string]>([
    ["a member that nobody knows", (own) => ({ ...own, verdict: "fine" }), "#"],
    ["a member less", ({ ...own }) => (Reflect.deleteProperty(own, "findings"), own), "#"],
    ["a status that is none", (own) => changed(own, ["batches", 0, "status"], "Fine"), "#/batches/0/status"],
    ["a number as a text", (own) => changed(own, ["block"], "7"), "#/block"],
    ["a number beyond 2^53", (own) => changed(own, ["block"], 2 ** 53), "#/block"],
    ["a time that is no whole number", (own) => changed(own, ["findings", 0, "at"], 1.5), "#/findings/0/at"],
    ["a hash in capital letters", (own) => changed(own, ["hash"], `0x${"A".repeat(64)}`), "#/hash"],
    ["a text without end", (own) => changed(own, ["findings", 0, "text"], "x".repeat(100_001)), "#/findings/0/text"],
    ["half a character", (own) => changed(own, ["findings", 0, "text"], "\ud800"), "#/findings/0/text"],
    ["17 registers that it follows", (own) => changed(own, ["predecessors"], Array(17).fill({})), "#/predecessors"],
    ["a list in place of an object", () => [], "#"],
    ["a due date less", (own) => changed(own, ["batches", 0, "due"], ["1"]), "#/batches/0/due"],
  ])("V240: with %s is refused with its place", (_what, change, place) => {
    const own = JSON.parse(printed(report)) as Record<string, never>;
    expect(refusal(() => reportFromJson(JSON.stringify(change(own)), "r.json"))).toEqual([
      "report-file",
      `r.json${place}`,
    ]);
  });

  // Verifies R-audit-json, V247.
  it("V247: with claims without end, of each of which trends make a line, is refused", () => {
    const own = JSON.parse(printed(report)) as unknown;
    const most = JSON.stringify(changed(own, ["batches", 0, "claims"], 256));
    expect(
      qualityReview(reportFromJson(most).report, { from: 0, to: 2 ** 40, owner: null }).rows.length,
    ).toBeGreaterThan(255);
    const more = JSON.stringify(changed(own, ["batches", 0, "claims"], 257));
    expect(refusal(() => reportFromJson(more, "r"))).toEqual(["report-file", "r#/batches/0/claims"]);
  });

  // Verifies R-audit-json, V240.
  it("V240: is refused where a key comes twice, or it is nested without end", () => {
    const text = printed(report);
    const twice = text.replace('"block":', '"block": 1, "block":');
    expect(refusal(() => reportFromJson(twice))[0]).toBe("json-duplicate-key");
    expect(refusal(() => reportFromJson("[".repeat(100_000)))[0]).toBe("json-depth");
    expect(refusal(() => reportFromJson(text.slice(0, -10)))[0]).toBe("json-syntax");
    expect(refusal(() => reportFromJson(text.replace('"names": {}', '"names": {"__proto__": "x"}')))[0]).toBe(
      "report-file",
    );
  });
});

/** A copy with another value in a place. */
function changed(value: unknown, [first, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (first === undefined) return by;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[first] = changed(copy[first], rest, by);
  return copy;
}

describe("a sample of the batches that need no reading", () => {
  // Verifies R-audit-sample, V241.
  it("is drawn anew by whoever knows report and seed", () => {
    const sample = drawSample(report, 5, SEED);
    const green = report.batches.filter(({ reasons }) => reasons.length === 0).map(({ key }) => key);
    expect(sample).toMatchObject({ population: green.length, populationHash: keccak256(concat(green.sort())) });
    expect(new Set(sample.keys).size).toBe(5);
    for (const key of sample.keys) expect(green).toContain(key);
    expect(() => verifySample(sample, report)).not.toThrow();
    expect(drawSample(report, 5, { ...SEED, hash: id("another") }).keys).not.toEqual(sample.keys);
    expect([...drawSample(report, green.length, SEED).keys].sort()).toEqual(green);
  });

  // Verifies R-audit-sample, V241.
  it("V241: is refused with another batch, population or seed, and with a seed that was known", () => {
    const sample = drawSample(report, 5, SEED);
    const [first = "", ...rest] = sample.keys;
    const refused = (change: object): unknown => refusal(() => verifySample({ ...sample, ...change }, report));
    expect(refused({ keys: [...rest, first] })).toEqual(["sample", "keys"]);
    expect(refused({ population: 7 })).toEqual(["sample", "population"]);
    expect(refused({ populationHash: id("other") })).toEqual(["sample", "populationHash"]);
    expect(refused({ seedHash: id("steered") })).toEqual(["sample", "keys"]);
    expect(refused({ hash: id("other block") })).toEqual(["sample", "hash"]);
    expect(refused({ seedBlock: report.block })).toEqual(["sample-seed", undefined]);
    expect(refusal(() => drawSample(report, 5, { ...SEED, block: report.block }))[0]).toBe("sample-seed");
    expect(refusal(() => drawSample(report, 0, SEED))[0]).toBe("sample-count");
    expect(refusal(() => drawSample(report, sample.population + 1, SEED))[0]).toBe("sample-count");
  });

  it("has each batch about as often as any other", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 400; i++) {
      const { keys } = drawSample(report, 5, { ...SEED, hash: id(`seed ${i}`) });
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const { population } = drawSample(report, 1, SEED);
    expect(counts.size).toBe(population);
    // 400 draws of 5: the mean is some 43, and five standard deviations are 31.
    for (const count of counts.values()) expect(Math.abs(count - 2000 / population)).toBeLessThan(32);
  });
});

describe("reviews of a period", () => {
  const always = { from: 0, to: 2 ** 40, owner: null };

  // Verifies R-audit-trends.
  it("count batches and exceptions by claim, owner and month", () => {
    const review = qualityReview(report, always);
    expect(review).toMatchObject({ batches: BATCHES, exceptions: 2, settled: 0 });
    expect(review.rows.reduce((sum, { exceptions }) => sum + exceptions, 0)).toBe(2);
    const [row] = review.rows.filter(({ exceptions }) => exceptions > 0);
    expect(row).toMatchObject({ month: "2023-11", batches: BATCHES, repeats: 1, daysToClose: null, perHundred: "4.0" });
    expect(row?.product).toBe('"BENCH" v1; claim 0, stage 0, custody');
  });

  // Verifies R-audit-trends.
  it("have only the batches that were opened in it, from its first second until before its last", () => {
    const opened = report.batches[10]?.history[0]?.at ?? 0;
    expect(qualityReview(report, { ...always, to: opened }).batches).toBe(10);
    expect(qualityReview(report, { ...always, from: opened }).batches).toBe(BATCHES - 10);
    expect(qualityReview(report, { ...always, owner: `0x${"1".repeat(40)}` })).toMatchObject({ batches: 0, rows: [] });
  });

  // Verifies R-audit-trends.
  it("tell who held roles, and count what accounts did", () => {
    const { roles, activity } = accessReview(report, always);
    expect(roles.map(({ role }) => role).sort()).toEqual([
      ...["ADMIN", "ADMIN", "APPROVER", "MANUFACTURER", "PROPOSER", "QP"],
    ]);
    const owner = report.batches[0]?.owner;
    expect(activity.find(({ account, kind }) => account === owner && kind === "opened")).toMatchObject({
      count: BATCHES,
    });
    expect(activity.find(({ kind }) => kind === "certified")).toMatchObject({ count: BATCHES });
    expect(accessReview(report, { ...always, to: 1 }).roles).toEqual([]);
  });
});

const READER = { name: "Inspector", public: publicKey(SECRET), accounts: [], signedAt: 1_700_000_000 };

describe("the record of a review", () => {
  const made = (comments = new Map<string, string>(), accounts: readonly string[] = []): Review => {
    return signReview(
      reviewDocument(report, { ...READER, accounts, comments, sample: drawSample(report, 3, SEED) }),
      KEY,
    );
  };

  // Verifies R-review-record.
  it("holds every row with its comment, and a signature that is its reviewer's", () => {
    const [first = ""] = findingIds(report);
    const review = made(new Map([[first, "seen"]]));
    expect(reviewFromJson(JSON.stringify(review, null, 2), "review")).toEqual(review);
    expect(review.rows).toHaveLength(report.findings.length);
    expect(review.rows[0]).toEqual({ id: first, comment: "seen" });
    expect(refusal(() => made(new Map([[id("no row"), "x"]])))).toEqual(["review-comments", id("no row")]);
  });

  // Verifies R-review-record, V242.
  it.each<[what: string, path: readonly (string | number)[], by: unknown]>([
    ["comment", ["rows", 0, "comment"], "never mind"],
    ["row", ["rows", 0, "id"], id("another row")],
    ["block", ["block"], 1],
    ["register", ["register"], `0x${"1".repeat(40)}`],
    ["name", ["reviewer", "name"], "Somebody Else"],
    ["own account", ["reviewer", "accounts"], [`0x${"1".repeat(40)}`]],
    ["time", ["signedAt"], "2020-01-01T00:00:00Z"],
    ["sample", ["sample", "keys", 0], id("a batch")],
    ["s of the signature", ["signature", "s"], `0x${"0".repeat(63)}1`],
  ])("V242: with another %s is refused", (_what, path, by) => {
    const text = JSON.stringify(changed(made(), path, by));
    expect(refusal(() => reviewFromJson(text, "review"))).toEqual(["review-signature", "review#/signature"]);
  });

  // Verifies R-review-record, V242.
  it("V242: under another key than it names is refused, and with another form", () => {
    const other = pointOf(new Uint8Array(32).fill(8));
    expect(refusal(() => reviewFromJson(JSON.stringify(changed(made(), ["reviewer", "public"], other)), "r"))[0]).toBe(
      "review-signature",
    );
    for (const [path, by] of [
      [["meaning"], "approval"],
      [["format"], "batchproof-review/2"],
      [["extra"], 1],
      [["reviewer", "name"], "a\u202eb"],
    ] as const) {
      expect(refusal(() => reviewFromJson(JSON.stringify(changed(made(), path, by)), "r"))[0]).toBe("review-file");
    }
  });

  // Verifies R-review-record, V243.
  it("V243: warns of a reviewer whose own account acted on what he reviews, however it is spelt", () => {
    const owner = report.batches[0]?.owner ?? "";
    expect(conflictsOf(made(), report)).toEqual([]);
    const found = conflictsOf(made(new Map(), [owner.toLowerCase()]), report);
    expect(new Set(found.map(({ key }) => key)).size).toBe(report.reviewed + 3);
    expect(found.every(({ entry }) => entry.by === owner)).toBe(true);
  });

  // Verifies R-review-rows, V244.
  it("V244: knows a row again in a later audit, and a changed or a second one as new", () => {
    const review = made();
    const later = { ...report, block: report.block + 100, findings: [...report.findings].reverse() };
    expect(newSince(review, later)).toEqual([]);
    const [first] = report.findings;
    if (first === undefined) throw new Error("no row");
    const more = { ...report, findings: [...report.findings, first, { ...first, text: `${first.text} ` }] };
    expect(newSince(review, more)).toEqual(more.findings.slice(-2));
    expect(new Set(findingIds(more)).size).toBe(more.findings.length);
    expect(refusal(() => newSince(review, { ...report, registry: `0x${"1".repeat(40)}` }))[0]).toBe("review-register");
    expect(refusal(() => conflictsOf(review, { ...report, chainId: 5n }))[0]).toBe("review-register");
  });

  // Verifies R-review-sample, V235.
  it("V235: has a sample that its seed draws, or is refused where the report is there to draw it again", () => {
    const chosen = { ...drawSample(report, 3, SEED), keys: report.batches.slice(0, 3).map(({ key }) => key) };
    const document = reviewDocument(report, { ...READER, comments: new Map(), sample: chosen });
    const steered = signReview(document, KEY);
    expect(refusal(() => sampleHolds(steered, report))).toEqual(["sample", "keys"]);
    expect(sampleHolds(made(), report)).toBe(true);
    expect(sampleHolds(made(), { ...report, block: report.block + 1, hash: id("later") })).toBeUndefined();
  });

  // Verifies R-review-record, V238.
  it("V238: is about no other chain that has this register and this number of a block", () => {
    const fork = { ...report, hash: id("a fork") };
    expect(refusal(() => newSince(made(), fork))[0]).toBe("review-register");
    expect(refusal(() => conflictsOf(made(), fork))[0]).toBe("review-register");
  });

  it("has the ids of rows that the CSV has", () => {
    const lines = auditCsv(report).split("\r\n").slice(1, -1);
    expect(lines.map((line) => line.slice(-67, -1))).toEqual(findingIds(report));
  });
});

function pointOf(secret: Uint8Array): { x: string; y: string } {
  const { x, y } = publicKey(secret);
  const hex = (value: bigint): string => `0x${value.toString(16).padStart(64, "0")}`;
  return { x: hex(x), y: hex(y) };
}

function blockOf(number: number, hash: string): object {
  const zero = { gasLimit: "0x0", gasUsed: "0x0", difficulty: "0x0", extraData: "0x", nonce: "0x0000000000000000" };
  const about = { number: `0x${number.toString(16)}`, timestamp: "0x1", miner: `0x${"0".repeat(40)}` };
  return { ...zero, ...about, hash, parentHash: id("parent"), transactions: [] };
}

describe("the commands", () => {
  const command = (...words: string[]): Promise<Run> => batchproof(words, { BATCHPROOF_PASSPHRASE: PASSPHRASE });

  // Verifies R-audit-trends.
  it("report pqr and report access print, and write page and table", async () => {
    const where = ["--rpc", url, "--registry", report.registry];
    const [csv, html] = [join(folder, "pqr.csv"), join(folder, "pqr.html")];
    const pqr = await command("report", "pqr", ...where, "--csv", csv, "--html", html);
    expect(pqr).toMatchObject({ code: 0, stderr: "" });
    expect(pqr.stdout).toContain(report.hash);
    expect(readFileSync(csv, "utf8").split("\r\n")).toHaveLength(1 + 6 + 1 + 1);
    expect(readFileSync(html, "utf8")).toContain(`<p>Read at block ${report.block}, ${report.hash}`);
    const access = await command("report", "access", ...where, "--json");
    expect(JSON.parse(access.stdout)).toMatchObject({ registry: report.registry, roles: { length: 6 } });
    const backwards = await command(
      "report",
      "pqr",
      ...where,
      "--from",
      "2022-01-02T00:00:00Z",
      "--to",
      "2022-01-01T00:00:00Z",
    );
    expect(backwards.code).toBe(2);
    expect(backwards.stderr).toContain("ends before it begins");
  });

  // Verifies R-review-record, R-review-sample, V257.
  it("V257: review sign and review verify keep a record, and name what is new and who acted himself", async () => {
    const [key, file, out, comments] = ["key", "report", "review", "comments"].map((name) =>
      join(folder, `${name}.json`),
    ) as [...[string, string, string, string]];
    await saveKey(
      key,
      await createKey({ name: "Inspector", role: "lab", org: "EMA", passphrase: PASSPHRASE, scryptN: 1024 }),
    );
    writeFileSync(file, printed(report));
    writeFileSync(comments, JSON.stringify({ [findingIds(report)[0] ?? ""]: "seen" }));
    const owner = report.batches[0]?.owner ?? "";
    const words = [file, "--key", key, "--out", out, "--comments", comments, "--own-account", owner];
    const signed = await command("review", "sign", ...words);
    expect(signed).toMatchObject({ code: 0, stderr: "" });
    expect(signed.stdout).toContain("1 with a comment");
    expect((await command("review", "sign", ...words)).stderr).toContain("There is a file of this name already");
    const findings = report.findings.map((each, i) => (i === 0 ? { ...each, text: "something new" } : each));
    writeFileSync(file, printed({ ...report, findings }));
    const verified = await command("review", "verify", out, "--report", file);
    expect(verified.code).toBe(0);
    expect(verified.stdout).toContain("something new");
    expect(verified.stdout).toContain(`Warning: the reviewer's own account ${owner} acted on batch`);
    const sample = { ...drawSample(report, 1, SEED), keys: [report.batches[0]?.key ?? ""] };
    const chosen = signReview(reviewDocument(report, { ...READER, comments: new Map(), sample }), KEY);
    const steered = join(folder, "steered.json");
    writeFileSync(steered, JSON.stringify(chosen));
    expect((await command("review", "verify", steered)).stdout).toContain("not compared: give the report of block");
    expect(await command("review", "verify", steered, "--report", file)).toMatchObject({ code: 1 });
    expect((await command("review", "verify", steered)).stdout).toContain("Nobody compared the hash with the chain");
    // V257: a seed that is no block's hash.
    const asked = await command("review", "verify", steered, "--rpc", url);
    expect(asked.code).not.toBe(0);
    const provider = (hash: string): AnsweredProvider =>
      new AnsweredProvider(report.chainId, ({ id: number, method }) =>
        Promise.resolve({
          id: number,
          result: method === "eth_chainId" ? `0x${report.chainId.toString(16)}` : blockOf(SEED.block, hash),
        }),
      );
    expect(await seedHolds(provider(SEED.hash), chosen)).toBe(true);
    expect((await refusedAsync(seedHolds(provider(id("another")), chosen))).code).toBe("sample");
    const elsewhere = { ...chosen, chainId: "77" };
    expect((await refusedAsync(seedHolds(provider(SEED.hash), elsewhere))).code).toBe("review-register");
    writeFileSync(out, readFileSync(out, "utf8").replace('"seen"', '"fine"'));
    expect(await command("review", "verify", out)).toMatchObject({ code: 1 });
  });
});
