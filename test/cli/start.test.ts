import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { batchproof, MAIN, PASSPHRASE, policyCopy, scratch, VALID } from "./support.ts";

/** What a command loads: every package costs the time of its start, and is one more that has to be trusted. */

const folder = scratch();
const path = (name: string): string => join(folder, name);
const env = { BATCHPROOF_PASSPHRASE: PASSPHRASE };

interface Loaded {
  /** Names of the packages, sorted. */
  readonly packages: readonly string[];
  /** Modules of ours below src/ and cli/. */
  readonly own: readonly string[];
  /** Where code of ours or of a package compiled WebAssembly. Node's own, such as the one that strips types, is not counted. */
  readonly compiledBy: readonly string[];
}

/** Runs Node with these words in a process of its own and says what that process loaded. */
function loadedBy(...args: readonly string[]): Loaded {
  const report = path("loaded.json");
  const hooks = join(import.meta.dirname, "loaded.ts");
  spawnSync(process.execPath, ["--import", hooks, ...args], { env: { ...process.env, LOADED: report } });
  const { loaded, compiledBy } = JSON.parse(readFileSync(report, "utf8")) as { loaded: string[]; compiledBy: string[] };
  rmSync(report);
  const packages = loaded.flatMap((url) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
  return {
    packages: [...new Set(packages)].sort(),
    own: loaded.flatMap((url) => /\/((?:src|cli)\/.*)$/.exec(url)?.[1] ?? []),
    compiledBy: compiledBy.filter((line) => line.includes("file:") || line.includes("node_modules")),
  };
}

/** What reading a policy or a folder takes: JSON with positions, schemas, and pure JavaScript for hashes. */
const READING = [
  ...["@humanwhocodes/momoa", "@noble/curves", "@noble/hashes", "@zk-kit/imt", "@zk-kit/utils", "ajv", "canonicalize"],
  ...["commander", "fast-deep-equal", "fast-uri", "json-schema-traverse"],
];

beforeAll(async () => {
  policyCopy(folder);
  await batchproof(["policy", "salt", path("policy.json")]);
  const key = ["--role", "custodian", "--name", "QA", "--org", "Site A", "--out", path("key.json")];
  await batchproof(["key", "new", ...key], env);
  await batchproof(["party", "add", path("parties.json"), "--key", path("key.json"), ...VALID]);
  const identity = ["--policy", path("policy.json"), "--lot", "L1", "--coi", "C1", "--order", "O1"];
  const fixed = ["--custodian", path("key.json"), "--device", "Vaisala|RFL100|S1", "--parties", path("parties.json")];
  const init = ["init", path("batch"), ...identity, ...fixed];
  const { code, stderr } = await batchproof(init, env);
  if (code !== 0) throw new Error(stderr);
});

// Verifies R-cli-start.
describe("a command loads what it uses", () => {
  it.each(["--help", "--version", "policy --help", "import csv --help"])("%s", (words) => {
    const { packages, own, compiledBy } = loadedBy(MAIN, ...words.split(" "));
    expect(packages).toEqual(["commander"]);
    expect(own.filter((module) => module.startsWith("cli/commands/"))).toEqual([]);
    expect(compiledBy).toEqual([]);
  });

  it("completion, which knows the definitions alone", () => {
    const { packages, compiledBy } = loadedBy(MAIN, "completion", "bash");
    expect(packages).toEqual(["commander"]);
    expect(compiledBy).toEqual([]);
  });

  it("policy lint", () => {
    const { packages, compiledBy } = loadedBy(MAIN, "policy", "lint", path("policy.json"));
    expect(packages).toEqual(READING);
    expect(compiledBy).toEqual([]);
  });

  it("handoff show, which reads a batch folder", () => {
    const { packages, compiledBy } = loadedBy(MAIN, "handoff", "show", path("batch"));
    expect(packages).toEqual(READING);
    expect(compiledBy).toEqual([]);
  });

  it("status, where no register is asked", () => {
    const { packages, compiledBy } = loadedBy(MAIN, "status", path("batch"));
    expect(packages).toEqual(READING);
    expect(compiledBy).toEqual([]);
  });

  it.each([
    ["fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt", ["@noble/curves"]],
    // By a profile, which has a schema and a hash.
    ["fixtures/csv/historian-1min.csv", ["@noble/curves", "ajv"]],
    ["fixtures/b2mml/BatchML-v0401_ProductionBatchRecord_Example_v06.xml", ["fast-xml-parser"]],
  ] as const)("inspect %s, only what reads this form", (file, more) => {
    const { packages, compiledBy } = loadedBy(MAIN, "inspect", file);
    expect(packages.filter((name) => ["@noble/curves", "ajv", "fast-xml-parser"].includes(name))).toEqual(more);
    expect(compiledBy).toEqual([]);
  });

  it("impact, which reads batch folders and a journal", () => {
    const words = ["--device", "Vaisala|RFL100|S1", "--from", "2024-03-01T00:00:00Z", "--to", "2024-03-02T00:00:00Z"];
    const { packages, compiledBy } = loadedBy(MAIN, "impact", path("batch"), ...words);
    expect(packages).toEqual(READING);
    expect(compiledBy).toEqual([]);
  });

  it("check, without a record of an MES", () => {
    const { packages, compiledBy } = loadedBy(MAIN, "check", path("batch"));
    expect(packages).toEqual(READING);
    expect(compiledBy).toEqual([]);
  });

  it("and the watch sees a package that compiles WebAssembly", () => {
    const { packages, compiledBy } = loadedBy(
      "--input-type=module",
      "--eval",
      'await (await import("snarkjs")).curves.getCurveFromName("bn128", { singleThread: true })',
    );
    expect(packages).toContain("snarkjs");
    expect(compiledBy).not.toEqual([]);
  });
});
