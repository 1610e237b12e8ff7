import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { groth16 } from "snarkjs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { verifyProof } from "../../src/prover/verify.ts";
import { CIRCUITS } from "../../src/kinds/circuits.ts";
import { packageRoot } from "../../src/root.ts";
import { checkLock, lockedCircuitId, lockedKey, writeLock } from "../../src/setup/artifactLock.ts";
import { type Artifacts, compileOnly, ensureArtifacts } from "../../src/setup/artifacts.ts";
import { sha256File } from "../../src/setup/files.ts";
import { withSnarkjs } from "../../src/setup/snarkjsThreads.ts";
import { circuitId, readVerifyingKey } from "../../src/setup/verifyingKey.ts";
import { outputOf, prove, startModule, temporaryFolder, TINY_INPUT } from "./support.ts";

const TINY = { name: "tiny", main: "test/setup/circuits/tiny.circom" };
const folder = temporaryFolder();
const made = join(folder, "made");
const store = join(folder, "store");
let artifacts: Artifacts;

beforeAll(async () => {
  await ensureArtifacts(TINY, { store: made });
});

// Every test gets a fresh copy of the same store.
beforeEach(async () => {
  rmSync(store, { recursive: true, force: true });
  cpSync(made, store, { recursive: true });
  artifacts = await ensureArtifacts(TINY, { store });
});

function flipBit(path: string, position: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8((bytes.at(position) ?? 0) ^ 1, (position + bytes.length) % bytes.length);
  writeFileSync(path, bytes);
}

describe("ensureArtifacts", () => {
  it("gives everything that proving and verifying needs", async () => {
    const { proof, signals } = await prove(artifacts.wasm, artifacts.zkey, TINY_INPUT);
    const key = await readVerifyingKey(artifacts.vkey);
    verifyProof(key, signals, proof);
    expect(artifacts.circuitId).toBe(circuitId(key));
    expect(artifacts.r1csHash).toBe(await sha256File(artifacts.r1cs));
    expect(artifacts).toMatchObject({ name: "tiny", constraints: 7, setup: "development" });
    expect(artifacts.compiler).toMatch(/^circom2 [0-9.]+ --O2$/);
    const json = JSON.parse(readFileSync(artifacts.vkey, "utf8")) as Parameters<typeof groth16.verify>[0];
    expect(await withSnarkjs(() => groth16.verify(json, signals, proof))).toBe(true);
  });

  it("makes nothing anew when everything is there", async () => {
    const before = statSync(artifacts.zkey).mtimeMs;
    const steps: string[] = [];
    const again = await ensureArtifacts(TINY, { store, onProgress: (step) => steps.push(step) });
    expect(again).toEqual(artifacts);
    expect(statSync(artifacts.zkey).mtimeMs).toBe(before);
    expect(steps).toEqual([]);
  });

  it("makes only the key where the circuit is compiled", async () => {
    rmSync(dirname(artifacts.zkey), { recursive: true });
    const steps = new Set<string>();
    const again = await ensureArtifacts(TINY, { store, onProgress: (step) => steps.add(step) });
    expect([...steps]).toEqual(["constraints", "points"]);
    expect(again).toEqual(artifacts);
  });

  it("of known sources must be there: nothing is made, nothing is compiled (artifact-missing)", async () => {
    const { sourceHash: made } = artifacts;
    const elsewhere = join(folder, "carried");
    cpSync(store, elsewhere, { recursive: true });
    // No sources here: only what was carried over counts.
    const root = join(folder, "no-sources");
    expect(await ensureArtifacts(TINY, { store: elsewhere, root, made })).toMatchObject({
      circuitId: artifacts.circuitId,
      zkey: artifacts.zkey.replace(store, elsewhere),
    });
    for (const options of [
      { store: elsewhere, made: "00" },
      { store: join(folder, "empty"), made },
    ]) {
      await expect(ensureArtifacts(TINY, { ...options, root })).rejects.toMatchObject({
        code: "artifact-missing",
        kind: "environment",
      });
    }
  });

  it("compileOnly makes no key", async () => {
    const compiled = await compileOnly(TINY, { store: join(folder, "compiled") });
    expect(existsSync(compiled.wasm)).toBe(true);
    expect(readdirSync(dirname(compiled.r1cs)).sort()).toEqual(["manifest.json", "tiny.r1cs", "tiny.sym", "tiny.wasm"]);
    expect(compiled.r1csHash).toBe(artifacts.r1csHash);
  });

  it("refuses a circuit without eight public signals", async () => {
    const six = { name: "six", main: "test/setup/circuits/six.circom" };
    await expect(ensureArtifacts(six, { store })).rejects.toMatchObject({ code: "key-signals" });
  });
});

// Verifies R-setup-artifacts.
describe("F1, S3: a file that is not the one that was written is never used (artifact-stale)", () => {
  const files = ["r1cs", "wasm", "sym", "zkey", "vkey"] as const;

  it.each(files)("one flipped bit in the %s", async (name) => {
    const path = artifacts[name];
    for (const position of [0, Math.floor(statSync(path).size / 2), -1]) {
      flipBit(path, position);
      await expect(ensureArtifacts(TINY, { store })).rejects.toMatchObject({
        code: "artifact-stale",
        kind: "environment",
        place: path,
      });
      flipBit(path, position);
    }
    await expect(ensureArtifacts(TINY, { store })).resolves.toEqual(artifacts);
  });

  it.each(files)("a cut or missing %s", async (name) => {
    const path = artifacts[name];
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    await expect(ensureArtifacts(TINY, { store })).rejects.toMatchObject({ code: "artifact-stale", place: path });
    rmSync(path);
    await expect(ensureArtifacts(TINY, { store })).rejects.toMatchObject({ code: "artifact-stale", place: path });
  });

  it("a missing, cut or rewritten manifest", async () => {
    const manifest = join(dirname(artifacts.zkey), "manifest.json");
    for (const text of ["", "{}", "[]", "null"]) {
      writeFileSync(manifest, text);
      await expect(ensureArtifacts(TINY, { store })).rejects.toMatchObject({ code: "artifact-stale", place: manifest });
    }
    rmSync(manifest);
    await expect(ensureArtifacts(TINY, { store })).rejects.toMatchObject({ code: "artifact-stale", place: manifest });
  });

  it("a manifest that leaves files out", async () => {
    const manifest = join(dirname(artifacts.zkey), "manifest.json");
    writeFileSync(manifest, '{"files": {}}');
    await expect(ensureArtifacts(TINY, { store })).rejects.toMatchObject({ code: "artifact-stale" });
  });

  it("S3: the key of another circuit under a manifest that fits it (key-circuit)", async () => {
    const twin = await ensureArtifacts({ name: "twin", main: "test/setup/circuits/twin.circom" }, { store });
    cpSync(twin.zkey, artifacts.zkey);
    cpSync(twin.vkey, artifacts.vkey);
    const manifest = readFileSync(join(dirname(twin.zkey), "manifest.json"), "utf8");
    writeFileSync(join(dirname(artifacts.zkey), "manifest.json"), manifest.replace("twin.zkey", "tiny.zkey"));
    await expect(ensureArtifacts(TINY, { store })).rejects.toMatchObject({ code: "key-circuit" });
  });

  it("S3: the verifying key of another circuit beside the right proving key (key-id)", async () => {
    const twin = await ensureArtifacts({ name: "twin", main: "test/setup/circuits/twin.circom" }, { store });
    cpSync(twin.vkey, artifacts.vkey);
    const files = {
      "tiny.zkey": await sha256File(artifacts.zkey),
      [basename(artifacts.vkey)]: await sha256File(twin.vkey),
    };
    writeFileSync(join(dirname(artifacts.zkey), "manifest.json"), JSON.stringify({ files }));
    await expect(ensureArtifacts(TINY, { store })).rejects.toMatchObject({ code: "key-id" });
  });

  // Verifies R-setup-artifacts.
  it("S3: an edited source gets artifacts of its own", async () => {
    const root = join(folder, "edited");
    mkdirSync(join(root, "node_modules"), { recursive: true });
    cpSync(join(packageRoot(), "test/setup/circuits"), join(root, "circuits"), { recursive: true });
    const circuit = { name: "tiny", main: "circuits/tiny.circom" };
    const before = await ensureArtifacts(circuit, { root });
    const path = join(root, circuit.main);
    writeFileSync(path, readFileSync(path, "utf8").replace("xy * (x + 3)", "xy * (x + 5)"));
    const after = await ensureArtifacts(circuit, { root });
    expect(before.r1cs.startsWith(join(root, "build/circuits/tiny/"))).toBe(true);
    for (const field of ["sourceHash", "r1csHash", "circuitId", "zkey"] as const) {
      expect(after[field]).not.toBe(before[field]);
    }
  });
});

describe("several processes", () => {
  const command = (target: string): string => `
    import { ensureArtifacts } from "batchproof/setup/artifacts.ts";
    const artifacts = await ensureArtifacts(${JSON.stringify(TINY)}, { store: ${JSON.stringify(target)} });
    console.log(artifacts.circuitId);
  `;
  /** Names of all temporary folders in a store. */
  function leftovers(target: string): string[] {
    return readdirSync(target, { recursive: true, encoding: "utf8" }).filter((name) => name.includes(".tmp"));
  }

  it("may make the same artifacts at once: both get whole ones and nothing is left over", async () => {
    const target = join(folder, "shared");
    const ids = [1, 2, 3].map(() => outputOf(startModule(folder, command(target))));
    expect(new Set(await Promise.all(ids))).toEqual(new Set([artifacts.circuitId]));
    expect(leftovers(target)).toEqual([]);
  });

  // Verifies R-setup-artifacts.
  it("F6: what a killed process left half-written is never used, and removed", async () => {
    const target = join(folder, "killed");
    const child = startModule(folder, command(target));
    const parent = join(target, "tiny");
    while (!existsSync(parent) || leftovers(target).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGKILL");
    await once(child, "close");
    expect(leftovers(target).length).toBeGreaterThan(0);
    expect(await ensureArtifacts(TINY, { store: target })).toMatchObject({ circuitId: artifacts.circuitId });
    expect(leftovers(target)).toEqual([]);
  });

  it("does not remove what a running process is writing", async () => {
    const target = join(folder, "running");
    const foreign = join(target, "tiny", `.tmp-${process.ppid}-x`);
    const gone = spawnSync(process.execPath, ["--version"]).pid;
    const dead = join(target, "tiny", `.tmp-${gone}-x`);
    for (const path of [foreign, dead]) mkdirSync(path, { recursive: true });
    await ensureArtifacts(TINY, { store: target });
    expect(existsSync(foreign)).toBe(true);
    expect(existsSync(dead)).toBe(false);
  });

  it("two calls in one process get the same artifacts", async () => {
    const target = join(folder, "parallel");
    const both = await Promise.all([
      ensureArtifacts(TINY, { store: target }),
      ensureArtifacts(TINY, { store: target }),
    ]);
    expect(both[0]).toEqual(both[1]);
    expect(leftovers(target)).toEqual([]);
  });
});

// Verifies R-setup-reproducible.
describe("artifacts.lock.json", () => {
  let root: string;
  beforeEach(() => {
    root = join(folder, "lock");
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root);
  });
  const lockFile = (): string => join(root, "artifacts.lock.json");

  it("pins what was built, sorted by name, and keeps other circuits", async () => {
    const twin = { ...artifacts, name: "a-twin", constraints: 9 };
    await writeLock([artifacts], root);
    await writeLock([twin], root);
    const { sourceHash, r1csHash, compiler } = artifacts;
    const entry = {
      constraints: 7,
      sourceHash,
      r1csHash,
      vkeyHash: artifacts.circuitId,
      setup: "development",
      compiler,
    };
    const text = readFileSync(lockFile(), "utf8");
    expect(JSON.parse(text)).toEqual({ circuits: { "a-twin": { ...entry, constraints: 9 }, tiny: entry } });
    expect(text.indexOf("a-twin")).toBeLessThan(text.indexOf("tiny"));
    expect(text.endsWith("}\n")).toBe(true);
    await checkLock(artifacts, root);
    expect(lockedCircuitId("tiny", root)).toBe(artifacts.circuitId);
    expect(readdirSync(root).sort()).toEqual(["artifacts.lock.json", "verifying-keys"]);
    expect(readdirSync(join(root, "verifying-keys")).sort()).toEqual(["a-twin.json", "tiny.json"]);
    const { circuitId: id, verifyingKey, setup } = await lockedKey("tiny", root);
    expect([id, verifyingKey, setup]).toEqual([id, await readVerifyingKey(artifacts.vkey), "development"]);
    expect(id).toBe(artifacts.circuitId);
  });

  // Verifies S3.
  it("lies beside the keys that it pins: another one is refused (key-id)", async () => {
    await writeLock([artifacts], root);
    cpSync(join(packageRoot(), "verifying-keys/custody.json"), join(root, "verifying-keys/tiny.json"));
    await expect(lockedKey("tiny", root)).rejects.toMatchObject({ code: "key-id", kind: "environment" });
  });

  it("of this version has the key of every circuit", async () => {
    for (const { name } of CIRCUITS) expect((await lockedKey(name)).circuitId).toBe(lockedCircuitId(name));
    const names = CIRCUITS.map(({ name }) => `${name}.json`).sort();
    expect(readdirSync(join(packageRoot(), "verifying-keys")).sort()).toEqual(names);
  });

  it.each([
    ["constraints", { constraints: 8 }, "7", "8"],
    ["sourceHash", { sourceHash: "00" }, undefined, "00"],
    ["r1csHash", { r1csHash: "00" }, undefined, "00"],
    ["vkeyHash", { vkeyHash: "0x00" }, undefined, "0x00"],
    ["setup", { setup: "ceremony" }, "development", "ceremony"],
    ["compiler", { compiler: "circom2 0.2.22 --O2" }, undefined, "circom2 0.2.22 --O2"],
  ])(
    "refuses another %s and says which was received and expected (artifact-lock)",
    async (field, change, received, expected) => {
      await writeLock([artifacts], root);
      const lock = JSON.parse(readFileSync(lockFile(), "utf8")) as { circuits: { tiny: object } };
      writeFileSync(lockFile(), JSON.stringify({ circuits: { tiny: { ...lock.circuits.tiny, ...change } } }));
      await expect(checkLock(artifacts, root)).rejects.toMatchObject({
        code: "artifact-lock",
        kind: "environment",
        place: `artifacts.lock.json#/circuits/tiny/${field}`,
      });
      await expect(checkLock(artifacts, root)).rejects.toThrow(`${received ?? ""}, expected ${expected}.`);
    },
  );

  it("refuses a circuit that is not in it, and a file that is not a lock (artifact-lock)", async () => {
    await expect(checkLock(artifacts, root)).rejects.toMatchObject({ code: "artifact-lock" });
    expect(() => lockedCircuitId("tiny", root)).toThrow(expect.objectContaining({ code: "artifact-lock" }));
    for (const text of ["", "{", "[]", "{}", "null", '{"circuits": 1}', '{"circuits": {"tiny": null}}']) {
      writeFileSync(lockFile(), text);
      await expect(checkLock(artifacts, root), text).rejects.toMatchObject({ code: "artifact-lock" });
      expect(() => lockedCircuitId("tiny", root), text).toThrow(expect.objectContaining({ code: "artifact-lock" }));
    }
  });
});
