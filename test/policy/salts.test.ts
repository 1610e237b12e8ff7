import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSalts, isSalt, readSalts, saltOf, saltsPath } from "../../src/policy/salts.ts";
import { errorOf, fixture, onlyClaim, withClaims } from "./support.ts";
import { documentHash } from "../../src/policy/document.ts";

const claim = onlyClaim();
const policy = withClaims(claim, { ...claim, id: "cold-storage/second" });
const SECRET = `0x00${"5ec2e7".padStart(62, "a")}`;
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "salts-"));
  path = join(folder, "policy.json");
});
afterEach(() => rm(folder, { recursive: true }));

/** A salts file as it should be, changed. */
async function writeSalts(change: object): Promise<void> {
  const good = {
    format: "batchproof-policy-salts/1",
    policy: documentHash(policy),
    salts: { "cold-storage/temperature": SECRET, "cold-storage/second": SECRET },
  };
  await writeFile(saltsPath(path), JSON.stringify({ ...good, ...change }), { mode: 0o600 });
}

// Verifies R-policy-salts.
describe("createSalts", () => {
  // Verifies P6.
  it("writes one fresh salt for each claim, for the owner only, and reads them back", async () => {
    const salts = await createSalts(path, policy);
    expect([...salts.keys()]).toEqual(["cold-storage/temperature", "cold-storage/second"]);
    expect(new Set(salts.values()).size).toBe(2);
    expect([...salts.values()].every(isSalt)).toBe(true);
    expect((await stat(saltsPath(path))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["policy.salts.json"]);
    expect(await readSalts(path, policy)).toEqual(salts);
  });

  it("writes the format of the design", async () => {
    await createSalts(path, policy);
    const file = JSON.parse(await readFile(saltsPath(path), "utf8")) as Record<string, unknown>;
    expect(Object.keys(file)).toEqual(["format", "policy", "salts"]);
    expect(file).toMatchObject({ format: "batchproof-policy-salts/1", policy: documentHash(policy) });
  });

  it("never overwrites, and leaves nothing behind when it refuses", async () => {
    await createSalts(path, policy);
    const before = await readFile(saltsPath(path), "utf8");
    const error = await errorOf(() => createSalts(path, policy));
    expect(error).toMatchObject({ code: "salts-exist", kind: "input", place: saltsPath(path) });
    expect(await readFile(saltsPath(path), "utf8")).toBe(before);
    expect(await readdir(folder)).toEqual(["policy.salts.json"]);
  });

  // Verifies F6.
  it("lets exactly one of several writers win", async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => createSalts(path, policy)));
    const won = results.filter((result) => result.status === "fulfilled");
    expect(won).toHaveLength(1);
    expect(await readSalts(path, policy)).toEqual(won[0]?.value);
  });
});

// Verifies R-policy-salts.
describe("readSalts", () => {
  // Verifies R-batch-private-files, F14.
  it.each([0o640, 0o604, 0o602])("refuses salts that others may read or change: mode %o", async (mode) => {
    await createSalts(path, policy);
    await chmod(saltsPath(path), mode);
    const error = await errorOf(() => readSalts(path, policy));
    expect(error).toMatchObject({ code: "secrets-mode", kind: "environment", place: saltsPath(path) });
  });

  it("accepts what it should", async () => {
    await writeSalts({});
    expect(saltOf(await readSalts(path, policy), "cold-storage/second")).toBe(BigInt(SECRET));
  });

  it("says what to do when the file is missing", async () => {
    const error = await errorOf(() => readSalts(path, policy));
    expect(error).toMatchObject({ code: "salts-missing", kind: "input", place: saltsPath(path) });
    expect(error.remedy).toContain("party");
  });

  it("refuses the salts of another policy, also of another wording of this one", async () => {
    await createSalts(path, policy);
    expect(await errorOf(() => readSalts(path, fixture()))).toMatchObject({ code: "salts-policy", kind: "input" });
    const reworded = { ...policy, document: "reworded" };
    expect(await errorOf(() => readSalts(path, reworded))).toMatchObject({ code: "salts-policy" });
  });

  const first = "cold-storage/temperature";
  const second = "cold-storage/second";
  it.each([
    ["another format", { format: "batchproof-policy-salts/2" }],
    ["an unknown property", { comment: SECRET }],
    ["no object of salts", { salts: [SECRET, SECRET] }],
    ["a missing salt", { salts: { [first]: SECRET } }],
    ["a salt too many", { salts: { [first]: SECRET, [second]: SECRET, "x/y": SECRET } }],
    ["a salt of an unknown claim", { salts: { [first]: SECRET, "x/y": SECRET } }],
    ["a salt that is a number", { salts: { [first]: 5, [second]: SECRET } }],
    ["a salt of 249 bits", { salts: { [first]: SECRET.replace("0x00", "0x01"), [second]: SECRET } }],
    ["a zero salt", { salts: { [first]: `0x${"0".repeat(64)}`, [second]: SECRET } }],
    ["a salt in capitals", { salts: { [first]: SECRET.toUpperCase(), [second]: SECRET } }],
    ["a short salt", { salts: { [first]: SECRET.slice(0, -1), [second]: SECRET } }],
  ])("refuses %s, and no error names a salt", async (_, change) => {
    await writeSalts(change);
    const error = await errorOf(() => readSalts(path, policy));
    expect(error).toMatchObject({ code: "salts-schema", kind: "input" });
    expect(JSON.stringify([error.message, error.place, error.remedy, error.stack])).not.toMatch(/5ec2e7/i);
  });

  // Verifies F7.
  it("names no salt either when the JSON is broken", async () => {
    await writeFile(saltsPath(path), `{"salts": {"a": "${SECRET}", "b": ${SECRET}`);
    const error = await errorOf(() => readSalts(path, policy));
    expect(error).toMatchObject({ code: "json-syntax" });
    expect(JSON.stringify([error.message, error.place, error.remedy, error.stack])).not.toMatch(/5ec2e7/i);
  });
});
