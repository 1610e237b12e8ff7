import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type * as FileSystem from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type * as ChainPolicy from "../../src/formats/chainPolicy.ts";
import type * as Head from "../../src/formats/head.ts";
import { toHex } from "../../src/formats/field.ts";
import { LONG_FORM, shippedProfile } from "../../src/import/table/shipped.ts";
import { csvFile, csvLine } from "../import/historian.ts";
import { inThisProcess, cliJson } from "./scene.ts";
import { POLICY, VALID } from "./support.ts";

/**
 * A command reads and verifies a batch folder once and hands it on: each file once, the commitments and the policy's id
 * derived once.
 */

const counted = vi.hoisted(() => ({ reads: [] as string[], openings: 0, policyIds: 0 }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof FileSystem>();
  const open: typeof real.open = (path, flags, mode) => {
    // 0o3 are the bits of the access mode; 0 reads.
    if (typeof flags === "number" && (flags & 0o3) === 0) counted.reads.push(String(path));
    return real.open(path, flags, mode);
  };
  return { ...real, open };
});
vi.mock("../../src/formats/head.ts", async (original) => {
  const real = await original<typeof Head>();
  const openingHead: typeof real.openingHead = (opening) => (counted.openings++, real.openingHead(opening));
  return { ...real, openingHead };
});
vi.mock("../../src/formats/chainPolicy.ts", async (original) => {
  const real = await original<typeof ChainPolicy>();
  const policyIdOf: typeof real.policyIdOf = (policy) => (counted.policyIds++, real.policyIdOf(policy));
  return { ...real, policyIdOf };
});

const home = mkdtempSync(join(tmpdir(), "batchproof-reads-"));
const path = (name: string): string => join(home, name);
const dir = path("batch");
const DEVICE = "Vaisala|RFL100|S1234567";
const CLAIM = "cold-storage/temperature";
const importing = ["import", "csv", path("raw.csv"), "--device", DEVICE, "--into", dir, "--claim", CLAIM];
const importRaw = [...importing, "--source", path("source.json")];

/** An hour of readings, of which one is too warm: everything up to the first proof is done, and then `prove` refuses. */
function warmHour(): Buffer {
  const start = Date.UTC(2022, 4, 5, 12) / 1000;
  const values = Array.from({ length: 13 }, (_, i) => (i === 6 ? 9_000_000n : 5_000_000n));
  return csvFile(values.map((value, i) => csvLine({ time: start + i * 300, value })));
}

beforeAll(async () => {
  writeFileSync(path("raw.csv"), warmHour());
  copyFileSync(POLICY, path("policy.json"));
  await cliJson(["policy", "salt", path("policy.json")]);
  for (const role of ["custodian", "source"]) {
    await cliJson(["key", "new", "--role", role, "--name", role, "--org", "Site A", "--out", path(`${role}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${role}.json`), ...VALID]);
  }
  await cliJson(["party", "add", path("parties.json"), "--device", DEVICE, "--org", "Site A", "--name", "a", ...VALID]);
  const identity = ["--lot", "L1", "--coi", "C1", "--order", "O1", "--custodian", path("custodian.json")];
  const named = ["--device", DEVICE, "--parties", path("parties.json")];
  await cliJson(["init", dir, "--policy", path("policy.json"), ...identity, ...named]);
  const times = ["--start", "2022-05-05T12:00:00Z", "--end", "2022-05-05T13:00:00Z"];
  await cliJson(["stage", dir, "cold-storage", ...times]);
  await cliJson(importRaw);
}, 120_000);

beforeEach(() => {
  counted.reads.length = 0;
  counted.openings = 0;
  counted.policyIds = 0;
});

afterAll(() => rmSync(home, { recursive: true }));

/** How often each file of the batch folder was read. */
function readsOfFolder(): Record<string, number> {
  const names = counted.reads.filter((file) => file.startsWith(dir)).map((file) => basename(file));
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, names.filter((n) => n === name).length]));
}

const ONCE = { "batch.json": 1, "parties.json": 1, "policy.json": 1, "secrets.json": 1 };

describe("a command that works on a batch folder", () => {
  it("check reads each file once and derives the commitments once", async () => {
    const { code, stdout } = await inThisProcess(["check", dir]);
    expect({ code, stdout: stdout.split("\n")[0] }).toEqual({ code: 1, stdout: `${CLAIM}: fail` });
    expect(readsOfFolder()).toEqual({ ...ONCE, "cold-storage--temperature.json": 1, "raw.csv": 1 });
    expect(counted).toMatchObject({ openings: 1, policyIds: 0 });
  });

  it("prove reads each file once and derives commitments and policyId once", async () => {
    const destination = [
      "--submitter",
      `0x${"1".repeat(40)}`,
      "--registry",
      `0x${"2".repeat(40)}`,
      "--chain-id",
      "1337",
    ];
    const { code, stderr } = await inThisProcess(["prove", dir, ...destination]);
    expect({ code, refused: stderr.includes("does not keep rule `range`") }).toEqual({ code: 1, refused: true });
    expect(readsOfFolder()).toEqual({ ...ONCE, "cold-storage--temperature.json": 1, "raw.csv": 1 });
    expect(counted).toMatchObject({ openings: 1, policyIds: 1 });
  });

  it("import reads each file once, and the raw file it keeps once more before it is relied on", async () => {
    const { code } = await inThisProcess(importRaw);
    expect(code).toBe(0);
    // The kept raw file: compared with the imported one, and read back before the record that names it is written.
    const profile = `${toHex(shippedProfile(LONG_FORM).hash)}.profile.json`;
    expect(readsOfFolder()).toEqual({ ...ONCE, "raw.csv": 2, [profile]: 1 });
    expect(counted).toMatchObject({ openings: 1, policyIds: 0 });
  });
});
