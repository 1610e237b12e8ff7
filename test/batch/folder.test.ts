import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { initBatch, readBatch, setParties, setStage, type StageChanges } from "../../src/batch/folder.ts";
import { claimFile, evidenceFile } from "../../src/batch/paths.ts";
import { toHex } from "../../src/formats/field.ts";
import { openingHead } from "../../src/formats/head.ts";
import { batchCommitment, batchSalt, deviceHash, deviceSet, keyHash, textHash } from "../../src/formats/identity.ts";
import { canonicalJson } from "../../src/input/json.ts";
import { acquireLock } from "../../src/input/lock.ts";
import { partyOfKey, writeParties } from "../../src/parties/partyList.ts";
import { readSalts } from "../../src/policy/salts.ts";
import { refused, refusedAsync } from "../input/refused.ts";
import { killAfter } from "../parties/kill.ts";
import { flipBits, PASSPHRASE, shown, temporaryFolder } from "../parties/support.ts";
import { COI, LOGGER, LOT, newBatch, newSite, ORDER, POLICY, SPARE } from "./support.ts";
import { missingEvidence } from "../../src/batch/evidence.ts";
import { claimNamed } from "../../src/policy/document.ts";

const folder = temporaryFolder();
const site = await newSite(join(folder, "site"));
const otherSite = await newSite(join(folder, "other-site"));

const VALIDITY = { notBefore: "2022-01-01T00:00:00Z", notAfter: "2023-01-01T00:00:00Z" };

let count = 0;
function newDir(): string {
  return join(folder, `batch-${count++}`);
}

async function made(): Promise<string> {
  const dir = newDir();
  await initBatch(newBatch(site, dir));
  return dir;
}

type Json = Record<string, unknown> & { stages: Record<string, unknown>[] };

function edit(dir: string, name: string, change: (file: Json) => object): void {
  const path = join(dir, name);
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")) as Json)), { mode: 0o600 });
}

function editStage(dir: string, index: number, members: object): void {
  edit(dir, "batch.json", (file) => ({
    ...file,
    stages: file.stages.map((stage, i) => (i === index ? { ...stage, ...members } : stage)),
  }));
}

describe("a new batch folder", () => {
  // Verifies R-batch-commitments.
  it("has the commitments that docs/spec/formats.md gives", async () => {
    const dir = newDir();
    const { commitments } = await initBatch(newBatch(site, dir));
    const salt = batchSalt(site.custodian.siteSecret, textHash(COI), textHash(ORDER));
    expect(commitments.batch).toBe(batchCommitment(textHash(COI), textHash(ORDER), salt));
    const batch = await readBatch(dir);
    expect(batch.secrets.batchSalt).toBe(salt);
    expect(commitments.opening).toBe(
      openingHead({
        batch: commitments.batch,
        key: keyHash(site.custodian.description.public),
        deviceSet: deviceSet([deviceHash(LOGGER)]),
        salt: batch.secrets.openingSalt,
      }),
    );
    expect(batch.commitments).toEqual(commitments);
  });

  it("comes back as it was made", async () => {
    const batch = await readBatch(await made());
    expect(batch).toMatchObject({ lot: LOT, origin: { coi: COI, order: ORDER }, policy: POLICY, parties: undefined });
    expect(batch.stages).toEqual([
      { name: "collection", custodian: { key: site.custodian.description.public, org: "Site A" }, devices: [LOGGER] },
      { name: "cold-transport", devices: [] },
      { name: "storage", devices: [] },
    ]);
  });

  // Verifies R-batch-files.
  it("holds everything that docs/spec/batch-folder.md names, for its owner only", async () => {
    const dir = await made();
    expect(readdirSync(dir).sort()).toEqual([
      ".gitignore",
      "batch.json",
      "evidence",
      "policy.json",
      "proofs",
      "records",
      "secrets.json",
    ]);
    expect(readFileSync(join(dir, "policy.json"))).toEqual(readFileSync(site.policyPath));
    for (const name of ["batch.json", "secrets.json", "policy.json"]) {
      expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(dir, ".gitignore"), "utf8")).toBe("*\n");
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  // Verifies R-batch-files, R-batch-private-files, F14.
  it("is its owner's only, with its subfolders, party list and lock, also under a umask that hides nothing", async () => {
    const before = process.umask(0);
    try {
      const custodian = partyOfKey(site.custodian.description, VALIDITY);
      const partiesPath = join(folder, "umask.json");
      await writeParties(partiesPath, [custodian]);
      const dir = newDir();
      await initBatch({ ...newBatch(site, dir), partiesPath });
      await setStage(dir, "cold-transport", { start: "2022-05-09T11:00:00Z" });
      const modes = readdirSync(dir).map((name) => [name, statSync(join(dir, name)).mode & 0o777]);
      const folders = ["evidence", "proofs", "records"];
      expect(modes).toHaveLength(9);
      expect(modes).toEqual(modes.map(([name]) => [name, folders.includes(String(name)) ? 0o700 : 0o600]));
      expect(statSync(partiesPath).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  // Verifies R-format-batch.
  it("opens the same order under the same batch commitment again, and another one under another", async () => {
    const first = await initBatch(newBatch(site, newDir()));
    const again = await initBatch(newBatch(site, newDir()));
    expect(again.commitments.batch).toBe(first.commitments.batch);
    expect(again.commitments.opening).not.toBe(first.commitments.opening);
    const others = [
      await initBatch({ ...newBatch(site, newDir()), order: "ORDER-4712" }),
      await initBatch({ ...newBatch(site, newDir()), coi: "COI-2" }),
      await initBatch(newBatch(otherSite, newDir())),
    ].map(({ commitments }) => commitments.batch);
    expect(new Set([first.commitments.batch, ...others]).size).toBe(4);
  });

  // Verifies R-batch-salts, R-batch-secrets, P6.
  it("draws every salt anew", async () => {
    const [first, second] = [await readBatch(await made()), await readBatch(await made())].map(({ secrets }) => [
      secrets.openingSalt,
      ...[0, 1, 2].map((stage) => secrets.stageSalt(stage)),
      ...POLICY.claims.flatMap(({ id }) =>
        [0, 1].map((attempt) => Buffer.from(secrets.recordSecret(id, attempt)).toString("hex")),
      ),
    ]);
    expect(new Set([...(first ?? []), ...(second ?? [])]).size).toBe(16);
  });

  it("takes the rule salts from the policy", async () => {
    const { secrets } = await readBatch(await made());
    for (const [id, salt] of await readSalts(site.policyPath, POLICY)) expect(secrets.ruleSalt(id)).toBe(salt);
  });

  it("lists the evidence that is missing", async () => {
    const dir = newDir();
    const { missing } = await initBatch(newBatch(site, dir));
    expect(missing).toEqual([
      { claim: "cold-transport/temp-primary", kind: "temperature", stage: "cold-transport" },
      { claim: "storage/temperature", kind: "temperature", stage: "storage" },
    ]);
    writeFileSync(join(dir, "records", "storage--temperature.json"), "{}");
    expect(await missingEvidence(await readBatch(dir))).toEqual(missing.slice(0, 1));
  });

  // Verifies R-cli-already.
  it("that was made from the same before stays as it is; from anything else it is refused", async () => {
    const dir = newDir();
    const first = await initBatch(newBatch(site, dir));
    await setStage(dir, "collection", { start: "2022-05-05T16:00:00Z" });
    const before = ["batch.json", "secrets.json"].map((name) => readFileSync(join(dir, name), "utf8"));
    const again = await initBatch(newBatch(site, dir));
    expect([first.already, again.already, again.commitments]).toEqual([false, true, first.commitments]);
    const other = { vendor: "Berlinger", model: "Q-tag", serial: "2" };
    const partiesPath = join(folder, "already.json");
    await writeParties(partiesPath, [partyOfKey(site.custodian.description, VALIDITY)]);
    for (const change of [
      { lot: "LOT-2" },
      { coi: "COI-2" },
      { order: "ORDER-2" },
      { custodianKey: otherSite.custodian },
      { devices: [other] },
      { policyPath: otherSite.policyPath },
      { partiesPath },
    ]) {
      expect((await refusedAsync(initBatch({ ...newBatch(site, dir), ...change }))).code).toBe("batch-exists");
    }
    expect(["batch.json", "secrets.json"].map((name) => readFileSync(join(dir, name), "utf8"))).toEqual(before);
  });

  it("may take an empty folder's place, never that of a full one or of a file", async () => {
    const dir = newDir();
    mkdirSync(dir);
    await initBatch(newBatch(site, dir));
    const secrets = readFileSync(join(dir, "secrets.json"));
    const error = await refusedAsync(initBatch({ ...newBatch(site, dir), order: "ORDER-4712" }));
    expect([error.code, error.place]).toEqual(["batch-exists", dir]);
    expect(readFileSync(join(dir, "secrets.json"))).toEqual(secrets);
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    expect((await refusedAsync(initBatch(newBatch(site, file)))).code).toBe("batch-exists");
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it.each<[string, string, object]>([
    ["a source's key", "key-role", { custodianKey: site.source }],
    ["a COI with a line feed", "batch-file", { coi: "COI\n1" }],
    ["no lot", "batch-file", { lot: "" }],
    ["nine devices", "device-set", { devices: Array.from({ length: 9 }, (_, i) => ({ ...LOGGER, serial: `${i}` })) }],
    ["one device twice", "device-set", { devices: [LOGGER, LOGGER] }],
    ["a policy without salts", "salts-missing", { policyPath: "fixtures/policies/fridge-2-8.json" }],
    ["no policy", "file-missing", { policyPath: join(folder, "none.json") }],
  ])("is not made from %s, and nothing is left behind", async (_, code, change) => {
    const dir = newDir();
    const error = await refusedAsync(initBatch({ ...newBatch(site, dir), ...change }));
    expect(error.code).toBe(code);
    expect(readdirSync(folder).filter((name) => name.includes(`batch-${count - 1}`))).toEqual([]);
  });

  it("keeps a party list", async () => {
    const partiesPath = join(folder, "parties.json");
    const custodian = partyOfKey(site.custodian.description, VALIDITY);
    const source = partyOfKey(site.source.description, VALIDITY);
    await writeParties(partiesPath, [custodian]);
    const dir = newDir();
    await initBatch({ ...newBatch(site, dir), partiesPath });
    expect((await readBatch(dir)).parties).toEqual([custodian]);
    await writeParties(partiesPath, [custodian, source]);
    await setParties(dir, partiesPath);
    expect((await readBatch(dir)).parties).toEqual([custodian, source]);
  });
});

// Verifies R-files-drafts, F15.
it("the drafts that killed commands left in a folder are removed when it is read, those of running ones are not", async () => {
  const dir = await made();
  const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
  const draft = (name: string, owner: number): string => join(dir, `${name}.${machine}-${owner}-00ff00ff00ff.draft`);
  const ended = spawnSync(process.execPath, ["--version"]).pid;
  const left = [".batch.json", "evidence/.logger.txt", "records/.a.json", "proofs/.a.json"].map((name) =>
    draft(name, ended),
  );
  const running = draft("records/.b.json", process.ppid);
  for (const path of [...left, running]) writeFileSync(path, "salts");
  await readBatch(dir);
  expect(left.filter((path) => existsSync(path))).toEqual([]);
  expect(existsSync(running)).toBe(true);
});

describe("a stage", () => {
  const custodian = { key: site.source.description.public, org: "Courier B" };

  it("is filled in bit by bit and comes back", async () => {
    const dir = await made();
    await setStage(dir, "collection", { start: "2022-05-05T16:00:00+02:00", end: "2022-05-05T16:26:00+02:00" });
    await setStage(dir, "cold-transport", { start: "2022-05-05T14:26:00Z", custodian });
    await setStage(dir, "cold-transport", { end: "2022-05-09T11:01:00Z", devices: [SPARE], seal: "A 17" });
    expect((await readBatch(dir)).stages).toEqual([
      {
        name: "collection",
        start: "2022-05-05T16:00:00+02:00",
        end: "2022-05-05T16:26:00+02:00",
        custodian: { key: site.custodian.description.public, org: "Site A" },
        devices: [LOGGER],
      },
      {
        name: "cold-transport",
        start: "2022-05-05T14:26:00Z",
        end: "2022-05-09T11:01:00Z",
        custodian,
        devices: [SPARE],
        seal: "A 17",
      },
      { name: "storage", devices: [] },
    ]);
    expect(statSync(join(dir, "batch.json")).mode & 0o777).toBe(0o600);
  });

  const filled: [string, StageChanges][] = [
    ["cold-transport", { start: "2022-05-05T16:00:00Z", end: "2022-05-06T16:00:00Z" }],
  ];
  // Verifies R-batch-opening.
  it.each<[string, string, StageChanges, string, string]>([
    [
      "that ends when it starts",
      "storage",
      { start: "2022-05-07T00:00:00Z", end: "2022-05-07T00:00:00Z" },
      "batch-time",
      "2/end",
    ],
    ["at the start of 1970", "collection", { start: "1970-01-01T00:00:00Z" }, "batch-time", "0/start"],
    ["before the one before has ended", "storage", { start: "2022-05-06T15:59:59Z" }, "batch-time", "2/start"],
    ["that ends before the one before has", "storage", { end: "2022-05-06T15:59:59Z" }, "batch-time", "2/end"],
    ["that ends after the next one starts", "collection", { end: "2022-05-05T16:00:01Z" }, "batch-time", "1/start"],
    ["without a time zone", "storage", { start: "2022-05-07T00:00:00" }, "time-zone", "2/start"],
    [
      "with a custodian off the curve",
      "storage",
      { custodian: { key: { x: 1n, y: 1n }, org: "C" } },
      "party-key",
      "2/custodian",
    ],
    ["with another first custodian", "collection", { custodian }, "batch-opening", "0"],
    ["with other first devices", "collection", { devices: [LOGGER, SPARE] }, "batch-opening", "0"],
  ])("is refused %s", async (_, name, changes, code, pointer) => {
    const dir = await made();
    for (const [stage, set] of filled) await setStage(dir, stage, set);
    const before = readFileSync(join(dir, "batch.json"));
    const error = await refusedAsync(setStage(dir, name, changes));
    expect([error.code, error.place]).toEqual([code, `${join(dir, "batch.json")}#/stages/${pointer}`]);
    expect(readFileSync(join(dir, "batch.json"))).toEqual(before);
  });

  it("may start when the one before ends, and begin in the first second after 1970", async () => {
    const dir = await made();
    for (const [stage, set] of filled) await setStage(dir, stage, set);
    await setStage(dir, "storage", { start: "2022-05-06T16:00:00Z" });
    await setStage(dir, "collection", { start: "1970-01-01T00:00:01Z", end: "2022-05-05T16:00:00Z" });
  });

  it("keeps the first custodian and devices if they are the same", async () => {
    const dir = await made();
    const { public: key, org } = site.custodian.description;
    await setStage(dir, "collection", { custodian: { key, org }, devices: [LOGGER] });
  });

  it("that the policy does not have is refused with those that it has", async () => {
    const error = await refusedAsync(setStage(await made(), "transport", {}));
    expect([error.code, error.remedy]).toEqual(["batch-stage", "Name one of: collection, cold-transport, storage."]);
  });

  // Verifies R-batch-lock.
  it("is not lost when several are set at a time", async () => {
    const dir = await made();
    const names = ["cold-transport", "storage"];
    await Promise.all(names.map((name) => setStage(dir, name, { seal: `seal of ${name}` })));
    expect((await readBatch(dir)).stages.slice(1).map(({ seal }) => seal)).toEqual(
      names.map((name) => `seal of ${name}`),
    );
    const lock = await acquireLock(join(dir, "batch.lock"));
    expect((await refusedAsync(setStage(dir, "storage", {}))).code).toBe("locked");
    lock.release();
  });
});

describe("a batch folder is refused", () => {
  it("without batch.json", async () => {
    const dir = await made();
    rmSync(join(dir, "batch.json"));
    expect(await refusedAsync(readBatch(dir))).toMatchObject({ code: "batch-missing", place: dir });
    expect(await refusedAsync(setStage(dir, "storage", {}))).toMatchObject({ code: "batch-missing", place: dir });
    expect((await refusedAsync(readBatch(join(folder, "nowhere")))).code).toBe("batch-missing");
  });

  // Verifies R-cli-place.
  it.each(["batch.json", "secrets.json", "policy.json"])("with an empty %s, which no device exports", async (name) => {
    const dir = await made();
    writeFileSync(join(dir, name), "");
    const error = await refusedAsync(readBatch(dir));
    expect([error.code, error.place]).toEqual(["file-empty", join(dir, name)]);
    expect(error.remedy).toBe("Restore it from a backup.");
  });

  it("without its secrets, and says what to do", async () => {
    const dir = await made();
    rmSync(join(dir, "secrets.json"));
    const error = await refusedAsync(readBatch(dir));
    expect([error.code, error.place]).toEqual(["secrets-missing", join(dir, "secrets.json")]);
    expect(error.remedy).toContain("backup");
  });

  // Verifies R-batch-secrets.
  it.each([0o640, 0o604, 0o666])("if others may read its secrets: mode %o", async (mode) => {
    const dir = await made();
    chmodSync(join(dir, "secrets.json"), mode);
    expect((await refusedAsync(readBatch(dir))).code).toBe("secrets-mode");
  });

  // Verifies R-batch-secrets.
  it("with the secrets of another batch", async () => {
    const dir = await made();
    const other = newDir();
    await initBatch({ ...newBatch(site, other), order: "ORDER-4712" });
    cpSync(join(other, "secrets.json"), join(dir, "secrets.json"));
    expect((await refusedAsync(readBatch(dir))).code).toBe("secrets-batch");
  });

  // Verifies R-batch-commitments.
  it("with the secrets of another folder of the same order", async () => {
    const dir = await made();
    cpSync(join(await made(), "secrets.json"), join(dir, "secrets.json"));
    expect((await refusedAsync(readBatch(dir))).code).toBe("batch-commitments");
  });

  // Verifies R-batch-commitments.
  it("with a batch commitment that is not that of its identity", async () => {
    const dir = await made();
    const { opening } = (await readBatch(dir)).commitments;
    const commitments = { batch: toHex(1n), opening: toHex(opening) };
    edit(dir, "batch.json", (file) => ({ ...file, commitments }));
    edit(dir, "secrets.json", (file) => {
      const changed = { ...file, batch: toHex(1n), checksum: undefined };
      const text = canonicalJson(JSON.parse(JSON.stringify(changed)));
      return { ...changed, checksum: createHash("sha256").update(text).digest("hex") };
    });
    expect((await refusedAsync(readBatch(dir))).code).toBe("batch-commitments");
  });

  it("with another policy", async () => {
    const dir = await made();
    writeFileSync(join(dir, "policy.json"), JSON.stringify({ ...POLICY, version: 2 }));
    expect((await refusedAsync(readBatch(dir))).code).toBe("batch-policy");
    // The same policy in other words is the same policy.
    writeFileSync(join(dir, "policy.json"), JSON.stringify(POLICY, null, 4));
    await readBatch(dir);
  });

  it.each<[string, string, object]>([
    ["COI", "batch-commitments", { coi: "COI-2" }],
    ["order", "batch-commitments", { order: "ORDER-4712" }],
    ["policy hash", "batch-policy", { policyHash: toHex(1n) }],
    ["commitment of the batch", "secrets-batch", { commitments: { batch: toHex(1n), opening: toHex(1n) } }],
    ["further member", "batch-file", { note: "" }],
    ["stages", "batch-stages", { stages: [] }],
  ])("with another %s", async (_, code, change) => {
    const dir = await made();
    edit(dir, "batch.json", (file) => ({ ...file, ...change }));
    expect((await refusedAsync(readBatch(dir))).code).toBe(code);
  });

  it.each<[string, string, string, number, object]>([
    [
      "another first custodian",
      "batch-commitments",
      "/commitments",
      0,
      { custodian: point(site.source.description.public, "A") },
    ],
    ["no first custodian", "batch-stages", "/stages/0", 0, { custodian: undefined }],
    ["other first devices", "batch-commitments", "/commitments", 0, { devices: [SPARE] }],
    ["a stage of another name", "batch-stages", "/stages", 1, { name: "transport" }],
    ["a start in words", "time-syntax", "/stages/1/start", 1, { start: "noon" }],
    [
      "a device without a serial number",
      "batch-file",
      "/stages/2/devices/0",
      2,
      { devices: [{ vendor: "A", model: "B" }] },
    ],
    ["a device with a bar", "batch-file", "/stages/2/devices/0/model", 2, { devices: [{ ...LOGGER, model: "a|b" }] }],
    ["a custodian off the curve", "party-key", "/stages/1/custodian", 1, { custodian: point({ x: 1n, y: 1n }, "A") }],
  ])("with a pointer, for %s", async (_, code, pointer, index, members) => {
    const dir = await made();
    editStage(dir, index, members);
    const error = await refusedAsync(readBatch(dir));
    expect([error.code, error.place]).toEqual([code, `${join(dir, "batch.json")}#${pointer}`]);
  });

  // Verifies R-batch-secrets.
  it("for every flipped bit of its secrets (F1)", async () => {
    const dir = await made();
    const outcomes = await flipBits(join(dir, "secrets.json"), 3, () => readBatch(dir));
    expect(outcomes).not.toContain("accepted");
    expect(outcomes).toEqual(expect.arrayContaining(["secrets-damaged", "secrets-file"]));
    await readBatch(dir);
  });

  // Verifies R-batch-escape.
  it.each(["batch.json", "secrets.json", "policy.json", "parties.json"])(
    "if %s is a symbolic link that leads out of it (F4)",
    async (name) => {
      const dir = await made();
      const outside = join(folder, `outside-${name}`);
      const original = name === "parties.json" ? site.policyPath : join(dir, name);
      cpSync(original, outside);
      rmSync(join(dir, name), { force: true });
      symlinkSync(outside, join(dir, name));
      expect((await refusedAsync(readBatch(dir))).code).toBe("path-escape");
    },
  );
});

// Verifies R-batch-escape.
describe("names in a batch folder", () => {
  it("are flat, and different for different claims", () => {
    expect(claimFile("records", "transport/temp-primary")).toBe("records/transport--temp-primary.json");
    expect(claimFile("proofs", "a-b/c")).toBe("proofs/a-b--c.json");
    expect(claimFile("proofs", "a/b-c")).toBe("proofs/a--b-c.json");
    expect(evidenceFile("fridgetag2L_130500109088_202206081014.txt")).toBe(
      "evidence/fridgetag2L_130500109088_202206081014.txt",
    );
  });

  it.each([
    "../x/y",
    "a/../b",
    "/etc/passwd",
    "a",
    "a/b/c",
    "a--b/c",
    "a/b--c",
    "A/b",
    "a/b.json",
    "a/",
    "a\\b/c",
    "a/b\n",
    "a/-b",
    "",
  ])("do not take the claim id %j (F4)", (id) => {
    expect(refused(() => claimFile("records", id)).code).toBe("claim-id");
  });

  it.each(["../secrets.json", "a/b", "/etc/passwd", "..", ".", ".hidden", "", "a\\b", "a\nb", "a:b", "x".repeat(201)])(
    "do not take the raw file %j (F4)",
    (name) => {
      expect(refused(() => evidenceFile(name)).code).toBe("evidence-name");
    },
  );

  it("of claims are those of the policy", async () => {
    const batch = await readBatch(await made());
    expect(claimNamed(batch.policy, "storage/temperature")).toMatchObject({ index: 1, claim: { stage: 2 } });
    expect(refused(() => claimNamed(batch.policy, "storage/other")).code).toBe("claim");
  });
});

// Verifies R-batch-private.
describe("private values", () => {
  // Verifies F7.
  it("are in no error and no inspection of the secrets", async () => {
    const dir = await made();
    const batch = await readBatch(dir);
    const secrets = JSON.parse(readFileSync(join(dir, "secrets.json"), "utf8")) as Record<string, unknown>;
    const hidden = [
      LOT,
      COI,
      ORDER,
      ...stringsOf([
        secrets["batchSalt"],
        secrets["openingSalt"],
        secrets["stageSalts"],
        secrets["recordSecrets"],
        secrets["ruleSalts"],
      ]),
    ];
    expect(hidden.length).toBe(3 + 2 + 3 + 2 + 2);
    const broken: ((target: string) => void)[] = [
      (target) => edit(target, "batch.json", (file) => ({ ...file, coi: `${COI}!` })),
      (target) => edit(target, "batch.json", (file) => ({ ...file, lot: `${LOT}\u0007` })),
      (target) => edit(target, "batch.json", (file) => ({ ...file, [COI]: 1 })),
      (target) => edit(target, "secrets.json", (file) => ({ ...file, checksum: "0".repeat(64) })),
      (target) => edit(target, "secrets.json", (file) => ({ ...file, openingSalt: `${String(file["openingSalt"])}0` })),
      (target) => edit(target, "secrets.json", (file) => ({ ...file, [String(file["openingSalt"])]: 1 })),
      (target) =>
        writeFileSync(join(target, "batch.json"), readFileSync(join(target, "batch.json"), "utf8").slice(0, -9)),
    ];
    for (const damage of broken) {
      const target = newDir();
      cpSync(dir, target, { recursive: true });
      damage(target);
      const output = shown(await refusedAsync(readBatch(target)));
      for (const value of hidden) expect(output).not.toContain(value);
    }
    const inspected = inspect(batch.secrets, { depth: 9, showHidden: true }) + JSON.stringify(batch.secrets);
    for (const value of hidden) expect(inspected).not.toContain(value);
  });
});

// Verifies R-batch-files.
// Verifies R-files-drafts, F15.
describe("an interrupted init (F6)", () => {
  it("leaves no half-made batch; another one completes", async () => {
    const script = new URL("./initProcess.ts", import.meta.url);
    let total = 0;
    for (let round = 0; round < 4; round++) {
      const target = join(folder, `killed-${round}`);
      mkdirSync(target);
      const keyPath = join(site.folder, "custodian.key.json");
      const done = await killAfter(script, [target, site.policyPath, keyPath, PASSPHRASE], Math.random() * 150);
      const found = readdirSync(target).filter((name) => !name.startsWith("."));
      expect(found).toEqual(expect.arrayContaining(done));
      expect(found.length - done.length).toBeLessThanOrEqual(1);
      for (const name of found) await readBatch(join(target, name));
      await initBatch(newBatch(site, join(target, `${found.length}`)));
      expect(readdirSync(target).filter((name) => name.startsWith("."))).toEqual([]);
      await readBatch(join(target, `${found.length}`));
      total += found.length;
    }
    expect(total).toBeGreaterThan(0);
  });
});

function point({ x, y }: { x: bigint; y: bigint }, org: string): object {
  return { x: toHex(x), y: toHex(y), org };
}

function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}
