import childProcess from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { contextOf } from "../../src/formats/context.ts";
import { toHex } from "../../src/formats/field.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";
import { toSnarkjsKey } from "../../src/setup/verifyingKey.ts";
import { tinyCircuit } from "../contracts/support/eightSignals.ts";
import { reportIn } from "./junit.ts";
import { batchproof, batchproofJson, refusedWith, scratch } from "./support.ts";

interface Editable {
  circuit: string;
  tier: number;
  setup: string;
  circuitId: string;
  submitter: string;
  registry: string;
  chainId: string;
  signals: string[];
  proof: { a: string[]; b: string[][]; c: string[] };
}

// Verifies R-prover-envelope, R-cli-hashes.
describe("verify", () => {
  const folder = scratch();
  const vkey = join(folder, "vkey.json");
  let valid: Editable;

  beforeAll(async () => {
    const circuit = tinyCircuit("temperature");
    writeFileSync(vkey, JSON.stringify(toSnarkjsKey(circuit.key)));
    const [registry, submitter] = [`0x${"11".repeat(20)}`, `0x${"22".repeat(20)}`];
    const context = contextOf(31337n, registry, submitter);
    const signals = {
      batch: 1n,
      rule: 2n,
      head: 3n,
      parties: 4n,
      record: 5n,
      deviations: 4n,
      context,
      opened: 1_651_768_200n,
    };
    const described = { format: "batchproof-proof/1", circuit: "temperature-1k", tier: 1470, setup: "ceremony" };
    const destination = { policyId: `0x${"33".repeat(32)}`, submitter, chainId: "31337", registry };
    valid = { ...described, ...destination, ...(await circuit.prove(0, signals)) } as unknown as Editable;
  });

  function written(edit: (proof: Editable) => void = () => undefined): string {
    const path = join(folder, "proof.json");
    const copy = structuredClone(valid);
    edit(copy);
    writeFileSync(path, JSON.stringify(copy));
    return path;
  }

  it("accepts a valid proof, and says that a key of a stranger is not pinned", async () => {
    const file = written();
    const { code, stdout } = await batchproof(["verify", file, "--vkey", vkey]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^The proof is valid, opening time not compared\. It binds:$/m);
    expect(stdout).toContain(
      "1651768200 (2022-05-05T16:30:00Z; opening time not compared: give --rpc URL and --owner ACCOUNT)",
    );
    expect(stdout).toContain("compare batch, rule, head, parties and opened with the register");
    expect(stdout).toContain("NOT pinned in artifacts.lock.json");
    const { json } = await batchproofJson(["verify", file, "--vkey", vkey]);
    // What such a key calls its circuit, and how it was made, nobody knows.
    expect(json).toMatchObject({ setup: "unknown", beside: { circuit: expect.any(String) as string } });
    expect(json).not.toHaveProperty("circuit");
    expect(json).toMatchObject({ valid: true, pinned: false, development: false, openingCompared: false });
    // One form, as init, open and audit print hashes: what is compared can be compared by eye and by a search.
    expect(json).toMatchObject({ signals: { batch: toHex(1n), head: toHex(3n), deviations: "4" } });
  });

  it.each<[code: string, pointer: string, edit: (proof: Editable) => void]>([
    ["proof-invalid", "proof", ({ signals }) => (signals[0] = "7")],
    ["signal-canonical", "signals/1", ({ signals }) => (signals[1] = "02")],
    ["signals-count", "signals", ({ signals }) => signals.pop()],
    ["proof-point", "proof/a", ({ proof }) => (proof.a[0] = "1")],
    ["proof-invalid", "proof", ({ proof }) => (proof.a = proof.c)],
    ["setup", "setup", (proof) => (proof.setup = "development")],
    ["context", "submitter", (proof) => (proof.submitter = `0x${"44".repeat(20)}`)],
    ["context", "submitter", (proof) => (proof.registry = `0x${"44".repeat(20)}`)],
    ["context", "submitter", (proof) => (proof.submitter = `0x${"aA".repeat(20)}`)],
    ["context", "submitter", (proof) => (proof.chainId = "1337")],
    ["circuit", "tier", (proof) => (proof.tier = 1)],
  ])("exits 1 for a tampered proof: %s at %s", async (code, pointer, edit) => {
    const file = written(edit);
    expect(await refusedWith(["verify", file, "--vkey", vkey])).toMatchObject({
      exit: 1,
      kind: "no",
      code,
      place: `${file}#/${pointer}`,
    });
  });

  // Verifies R-prover-pinned.
  it.each<[name: string, edit: (proof: Editable) => void]>([
    ["a circuitId that the lock does not pin", () => undefined],
    ["another circuit's circuitId", (proof) => (proof.circuitId = lockedCircuitId("custody"))],
    ["a circuit that there is not", (proof) => (proof.circuit = "temperature-2k")],
    ["a name that objects have", (proof) => (proof.circuit = "constructor")],
    ["a name that leads elsewhere", (proof) => (proof.circuit = "../custody")],
  ])("exits 1 for %s, and starts nothing because a file says so", async (_, edit) => {
    const file = written(edit);
    const spawned = vi.spyOn(childProcess, "spawn");
    expect(await refusedWith(["verify", file])).toMatchObject({
      exit: 1,
      code: "circuit",
      place: `${file}#/circuitId`,
    });
    expect(spawned).not.toHaveBeenCalled();
  });

  // Verifies R-prover-pinned.
  it("judges a proof by the key that the lock pins", async () => {
    const file = written((proof) => (proof.circuitId = lockedCircuitId("temperature-1k")));
    expect(await refusedWith(["verify", file])).toMatchObject({ exit: 1, code: "proof-invalid" });
  });

  // Verifies R-prover-beside.
  it("says what the proof binds, and what is only written beside it", async () => {
    const file = written();
    const { stdout } = await batchproof(["verify", file, "--vkey", vkey]);
    const [bound = "", beside = ""] = stdout.split("Only written beside it, and bound by nothing:\n");
    for (const name of ["batch", "rule", "context", "chainId", "registry", "submitter"]) {
      expect(bound).toMatch(new RegExp(`^${name} `, "m"));
    }
    expect(bound).toMatch(/^deviations +4 \(attempt\)$/m);
    expect(beside).toMatch(/^policyId +0x33/m);
    expect(beside).toMatch(/^claim +0$/m);
    const { json } = await batchproofJson(["verify", file, "--vkey", vkey]);
    expect(json).toMatchObject({ beside: { policyId: `0x${"33".repeat(32)}`, claim: 0 }, chainId: "31337" });
    // It is so: the proof holds whatever stands there.
    const other = written((proof) => Object.assign(proof, { policyId: `0x${"44".repeat(32)}`, claim: 7 }));
    expect((await batchproof(["verify", other, "--vkey", vkey])).code).toBe(0);
  });

  // Verifies R-cli-several, R-cli-junit.
  it("judges each of several files, whatever is wrong with another one, and reports them", async () => {
    const [good, bad, missing] = [written(), join(folder, "bad.json"), join(folder, "missing.json")];
    const tampered = structuredClone(valid);
    tampered.signals[0] = "7";
    writeFileSync(bad, JSON.stringify(tampered));
    const report = join(folder, "report.xml");
    const all = await batchproofJson(["verify", missing, bad, good, "--vkey", vkey, "--junit", report]);
    expect([all.code, all.stderr]).toEqual([2, ""]);
    const alone = (await batchproofJson(["verify", good, "--vkey", vkey])).json as object;
    const { exit, ...invalid } = await refusedWith(["verify", bad, "--vkey", vkey]);
    expect([exit, invalid.code]).toEqual([1, "proof-invalid"]);
    expect(all.json).toEqual({
      proofs: [
        { file: missing, error: expect.objectContaining({ code: "file-missing" }) as object },
        { file: bad, error: invalid },
        { file: good, ...alone },
      ],
    });
    expect(reportIn(report)).toMatchObject({
      ...{ name: "batchproof verify", tests: "3", failures: "1", errors: "1" },
      suites: [
        { name: missing, cases: [{ name: "proof", error: { type: "file-missing" } }] },
        { name: bad, cases: [{ name: "proof", failure: { type: "proof-invalid", message: invalid.message } }] },
        { name: good, cases: [{ classname: good, name: "proof" }] },
      ],
    });
    const text = await batchproof(["verify", bad, good, "--vkey", vkey]);
    expect([text.code, text.stderr]).toEqual([1, ""]);
    expect(text.stdout).toMatch(
      /bad\.json\n {2}error: .*\n {4}at .*\n {4}.*\n\/.*proof\.json\n {2}The proof is valid, opening time not compared\./,
    );
  });

  // Verifies R-cli-junit.
  it("writes its report over none of the files that it reads", async () => {
    const file = written();
    for (const input of [file, vkey]) {
      expect(await refusedWith(["verify", file, "--vkey", vkey, "--junit", input])).toMatchObject({
        ...{ exit: 2, code: "output-over-input", place: input },
      });
    }
  });

  // Verifies S3.
  it("exits 3 for the key of another circuit", async () => {
    const other = join(folder, "other.json");
    writeFileSync(other, JSON.stringify(toSnarkjsKey(tinyCircuit("custody").key)));
    expect(await refusedWith(["verify", written(), "--vkey", other])).toMatchObject({ exit: 3, code: "key-id" });
  });

  // Verifies S1, S2.
  it("exits 3 for a key without a contribution: anybody forges its proofs", async () => {
    const other = join(folder, "zero.json");
    writeFileSync(other, JSON.stringify(toSnarkjsKey(tinyCircuit("custody").keyWithoutContribution)));
    expect(await refusedWith(["verify", written(), "--vkey", other])).toMatchObject({ exit: 3, code: "key-delta" });
  });

  it("exits 2 for what is no envelope or no key", async () => {
    const missing = join(folder, "missing.json");
    expect(await refusedWith(["verify", missing])).toMatchObject({ exit: 2, code: "file-missing", place: missing });
    expect(await refusedWith(["verify", written(), "--vkey", missing])).toMatchObject({
      exit: 2,
      code: "file-missing",
    });
    expect(await refusedWith(["verify", vkey])).toMatchObject({ exit: 2, code: "envelope" });
    const proof = written();
    expect(await refusedWith(["verify", proof, "--vkey", proof])).toMatchObject({ exit: 2, code: "vkey-format" });
  });
});
