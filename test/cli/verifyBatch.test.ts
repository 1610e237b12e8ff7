import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { toBeHex } from "ethers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { signLabel, type Label } from "../../src/formats/label.ts";
import { sign } from "../../src/formats/source.ts";
import { readStanding } from "../../src/standing/read.ts";
import type { SignedStanding } from "../../src/standing/signed.ts";
import type { Verification } from "../../src/standing/verification.ts";
import { didKeyOf, proofKeyOf } from "../../src/exports/did.ts";
import { batchCredential } from "../../src/exports/vc.ts";
import { withProof } from "../../src/exports/dataIntegrity.ts";
import { startAnvil } from "../contracts/support/chains.ts";
import { World, type OpenBatch } from "../contracts/support/world.ts";
import { standingScenes, type SceneName } from "../standing/scenes.ts";
import { batchproof, batchproofJson, batchproofProcess, refusedWith, scratch, type Run } from "./support.ts";

/** May this batch be used: asked by people who have a bag in the hand, of a node or of a file. */

let world: World;
let batches: Record<SceneName, OpenBatch>;
let url: string;
const folder = scratch();
const path = (name: string): string => join(folder, name);
const CIRCUITS = path("circuits.json");
const KEY = { sign: (message: bigint) => sign(Buffer.alloc(32, 3), message) };

beforeAll(async () => {
  const started = await startAnvil();
  ({ url } = started);
  world = await World.build(started.chain);
  batches = await standingScenes(world);
  writeFileSync(CIRCUITS, JSON.stringify({ format: "batchproof-circuits/1", circuits: world.circuitList }));
}, 120_000);
afterAll(() => world.chain.close());

function online(): string[] {
  return ["--rpc", url, "--registry", world.addresses.registry, "--circuits", CIRCUITS];
}

function asking(name: SceneName): string[] {
  return ["verify-batch", "--batch", batches[name].key, ...online()];
}

/** In this process, as a document for machines. */
async function verified(words: readonly string[]): Promise<Verification & { readonly code: number }> {
  const { code, json } = await batchproofJson(words);
  return { ...(json as Verification), code };
}

async function codesOf(words: readonly string[]): Promise<readonly (string | number)[]> {
  const { code, light, reasons } = await verified(words);
  return [code, light, ...reasons.map((each) => each.code)];
}

function label(name: SceneName, changes: Partial<Label> = {}): string {
  const { registry } = world.addresses;
  return signLabel({ chainId: 31337n, registry, batch: batches[name].key, ...changes }, KEY);
}

/** A standing of a batch in a file of this name, signed by its QP. */
async function signed(name: SceneName, file: string, ...more: readonly string[]): Promise<string> {
  const words = ["standing", "sign", "--batch", batches[name].key, ...online(), "--account", world.address.qp];
  const { code, stderr } = await batchproof([...words, "--valid-for", "48", "--out", path(file), ...more]);
  if (code !== 0) throw new Error(stderr);
  return path(file);
}

// Verifies R-standing-verify.
describe("verify-batch, of a node", () => {
  it.each([
    ["released", 0, "green"],
    ["held", 1, "red", "held"],
    ["recalled", 1, "red", "recalled"],
    ["excepted", 1, "red", "exceptions"],
    ["waiting", 1, "red", "not-released"],
    ["supplied", 5, "exceptional", "exceptions"],
  ] as const)("says of a batch that is %s: exit %i, %s", async (name, ...expected) => {
    expect(await codesOf(asking(name))).toEqual(expected);
  });

  it("says it to people too, with what is proven since when and what is not said", async () => {
    const { code, stdout }: Run = await batchproofProcess(asking("released"));
    expect(code).toBe(0);
    expect(stdout).toContain("By the register this batch may be used.");
    expect(stdout).toMatch(/Claim 0 \(stage 0; temperature, process, for release\): proven since \S+Z by temperature/);
    expect(stdout).toContain("Claim 2 (stage 1; temperature, process, for completion): missing");
    expect(stdout).toContain("development keys");
    expect(stdout).toContain("What this does not say:");
    expect(stdout).toMatch(/block {2,}\d+\n/);
    const supplied = await batchproofProcess(asking("supplied"));
    expect([supplied.code, supplied.stdout.split("\n")[0]]).toEqual([
      5,
      "EXCEPTIONAL SUPPLY. Go by what the physician was told and asked for.",
    ]);
    const recalled = await batchproofProcess(asking("recalled"));
    expect([recalled.code, recalled.stdout.split("\n")[0]]).toEqual([1, "By the register this batch may NOT be used."]);
    for (const account of Object.values(world.address)) expect(stdout).not.toContain(account);
  });

  it("is one document for machines", async () => {
    const { code, ...document } = await verified(asking("released"));
    expect(code).toBe(0);
    expect(document).toMatchObject({
      ...{ format: "batchproof-verification/1", light: "green", reasons: [], policy: null, from: "node" },
      standing: { format: "batchproof-standing/1", batch: batches.released.key, status: "Released" },
    });
    expect(document.notes.map((each) => each.code)).toEqual(["development-keys"]);
  });

  it("concludes nothing without a node, of an unknown circuit, or of a batch that the register does not have", async () => {
    const dead = ["verify-batch", "--batch", batches.released.key, "--rpc", "http://127.0.0.1:9", ...online().slice(2)];
    expect(await refusedWith(dead)).toMatchObject({ exit: 3, code: "unreachable" });
    expect(await codesOf(asking("released").slice(0, -2))).toEqual([3, "unknown", "unknown-circuits"]);
    const unknown = ["verify-batch", "--batch", toBeHex(4n, 32), ...online()];
    expect(await refusedWith(unknown)).toMatchObject({ exit: 1, code: "BatchUnknown" });
  });

  it("is red with a policy that is not the batch's", async () => {
    const words = [...asking("released"), "--policy", "fixtures/policies/fridge-2-8.json"];
    const { code, light, policy, reasons } = await verified(words);
    expect([code, light, policy, reasons.map((each) => each.code)]).toEqual([1, "red", null, ["standing-policy"]]);
  });

  it("takes a label, says that nobody checked who signed it, and compares the bag's own identifier", async () => {
    const { code, light, notes } = await verified(["verify-batch", "--label", label("released"), ...online()]);
    expect([code, light]).toEqual([0, "green"]);
    expect(notes.map((each) => each.code)).toContain("label-signature");
    const gs1 = { scheme: "gs1", text: "(01)09501101530003(21)BAG1" } as const;
    const words = ["verify-batch", "--label", label("released", { carrier: gs1 }), ...online()];
    expect(await codesOf([...words, "--carrier", gs1.text])).toEqual([0, "green"]);
    expect(await codesOf([...words, "--carrier", "(01)09501101530003(21)BAG2"])).toEqual([1, "red", "label-id"]);
    const bare = ["verify-batch", "--label", label("released"), ...online(), "--carrier", gs1.text];
    expect(await codesOf(bare)).toEqual([1, "red", "label-id"]);
  });

  it("V304: refuses a label of another register or chain, and asks nobody about it", async () => {
    const chain = await verified(["verify-batch", "--label", label("released", { chainId: 1n }), ...online()]);
    expect(chain).toMatchObject({ code: 1, light: "red", standing: null, reasons: [{ code: "label-chain" }] });
    const registry = world.address.stranger;
    const register = await verified(["verify-batch", "--label", label("released", { registry }), ...online()]);
    expect(register).toMatchObject({ code: 1, light: "red", standing: null, reasons: [{ code: "label-register" }] });
  });

  it("takes of a credential only which batch it is about, and asks the register what became of it", async () => {
    const seed = Buffer.alloc(32, 9);
    const issuer = didKeyOf(seed);
    const from = Math.floor(Date.now() / 1000) - 60;
    const { key } = batches.released;
    const { standing } = await readStanding(world.deployment, world.chain, key, { circuits: world.circuitList });
    const credential = batchCredential(
      // Issued while it was released.
      { ...standing, batch: batches.recalled.key },
      { issuer, from, until: from + 3600, entries: [] },
    );
    const proven = withProof(credential, proofKeyOf(seed, issuer, "test"), from);
    writeFileSync(path("credential.json"), JSON.stringify(proven));
    const words = ["verify-batch", "--credential", path("credential.json"), ...online()];
    expect(await codesOf(words)).toEqual([1, "red", "recalled"]);
    writeFileSync(path("credential.json"), JSON.stringify({ ...proven, validUntil: "2090-01-01T00:00:00Z" }));
    expect(await codesOf(words)).toEqual([1, "red", "credential", "recalled"]);
  });

  it.each([
    ["no batch", []],
    ["two batches", ["--batch", toBeHex(1n, 32), "--credential", "x.json"]],
    ["an identifier without a label", ["--batch", toBeHex(1n, 32), "--carrier", "(01)09501101530003(21)BAG1"]],
  ])("is exit 2 with %s", async (_, words) => {
    expect(await refusedWith(["verify-batch", ...words, ...online()])).toMatchObject({ exit: 2, code: "usage" });
  });
});

// Verifies R-standing-signed.
describe("a signed standing", () => {
  it("answers without a node as the node did, for whoever knows the QP", async () => {
    for (const [name, code] of [
      ["released", 0],
      ["held", 1],
      ["recalled", 1],
      ["supplied", 5],
    ] as const) {
      const file = await signed(name, `${name}.json`);
      const offline = ["verify-batch", "--standing", file, "--qp", world.address.qp];
      const { notes, from, ...said } = await verified(offline);
      expect([said.code, from, notes[0]?.code]).toEqual([code, "standing", "from-standing"]);
      const { light, reasons } = await verified(asking(name));
      expect(said).toMatchObject({ light, reasons });
      expect((await batchproof(["standing", "show", file, "--qp", world.address.qp])).code).toBe(code);
    }
    const ofLabel = ["verify-batch", "--standing", path("released.json"), "--qp", world.address.qp];
    expect(await codesOf([...ofLabel, "--label", label("released")])).toEqual([0, "green"]);
    const shown = await batchproofProcess(["standing", "show", path("released.json"), "--qp", world.address.qp]);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("no node was asked: 0x")]);
  });

  it("V303: is red from somebody whom the reader does not know, and a stranger is not let sign", async () => {
    const file = await signed("released", "unknown.json");
    expect(await codesOf(["verify-batch", "--standing", file])).toEqual([1, "red", "standing-signer"]);
    const rival = ["verify-batch", "--standing", file, "--qp", world.address.rivalQp];
    expect(await codesOf(rival)).toEqual([1, "red", "standing-signer"]);
    for (const account of [world.address.stranger, world.address.rivalQp]) {
      const words = ["standing", "sign", "--batch", batches.released.key, ...online(), "--account", account];
      const refused = await refusedWith([...words, "--valid-for", "1", "--out", path("stranger.json")]);
      expect(refused).toMatchObject({ exit: 1, code: "standing-signer" });
      await expect(readFile(path("stranger.json"))).rejects.toThrow("ENOENT");
    }
  });

  it("V304: is red for a label of another batch, register or chain", async () => {
    const file = await signed("released", "other.json");
    const words = ["verify-batch", "--standing", file, "--qp", world.address.qp, "--label"];
    expect(await codesOf([...words, label("waiting")])).toEqual([1, "red", "standing-batch"]);
    expect(await codesOf([...words, label("released", { chainId: 5n })])).toEqual([1, "red", "label-chain"]);
    const registry = world.address.stranger;
    expect(await codesOf([...words, label("released", { registry })])).toEqual([1, "red", "label-register"]);
  });

  it("V347: is red for a reader who goes by another register or chain, also where the label agrees", async () => {
    const file = await signed("released", "training.json");
    const words = ["verify-batch", "--standing", file, "--qp", world.address.qp];
    const registry = ["--registry", world.address.stranger];
    for (const named of [[], ["--label", label("released")], ["--batch", batches.released.key]]) {
      expect(await codesOf([...words, ...named, "--registry", world.addresses.registry])).toEqual([0, "green"]);
      expect(await codesOf([...words, ...named, ...registry])).toEqual([1, "red", "label-register"]);
      expect(await codesOf([...words, ...named, "--chain-id", "1"])).toEqual([1, "red", "label-chain"]);
      vi.stubEnv("BATCHPROOF_REGISTRY", world.address.stranger);
      expect(await codesOf([...words, ...named])).toEqual([1, "red", "label-register"]);
      vi.unstubAllEnvs();
    }
  });

  it("V304: is red where the reader's own register is another, on which the same QP signed", async () => {
    const words = ["verify-batch", "--standing", await signed("released", "trial.json"), "--qp", world.address.qp];
    const own = ["--registry", world.addresses.registry, "--chain-id", "31337"];
    expect(await codesOf([...words, "--batch", batches.released.key, ...own])).toEqual([0, "green"]);
    expect(await codesOf([...words, "--registry", world.address.stranger])).toEqual([1, "red", "label-register"]);
    expect(await codesOf([...words, ...own.with(-1, "1")])).toEqual([1, "red", "label-chain"]);
    // As the settings of a site have it.
    const site = { BATCHPROOF_REGISTRY: world.address.stranger };
    expect((await batchproof(words, site)).code).toBe(1);
    expect((await batchproof(["standing", "show", ...words.slice(2)], site)).code).toBe(1);
  });

  it("V300: is red once a word of it was changed", async () => {
    const file = await signed("held", "changed.json");
    const honest = JSON.parse(await readFile(file, "utf8")) as SignedStanding;
    const standing = { ...honest.standing, holds: [], release: "Released" };
    writeFileSync(path("changed.json"), JSON.stringify({ ...honest, standing }));
    const words = ["verify-batch", "--standing", file, "--qp", world.address.qp];
    expect(await codesOf(words)).toEqual([1, "red", "standing-signer"]);
  });

  it("is signed for an hour to seven days, and over no other file", async () => {
    const words = ["standing", "sign", "--batch", batches.released.key, ...online(), "--account", world.address.qp];
    const long = await refusedWith([...words, "--valid-for", "169", "--out", path("long.json")]);
    expect(long).toMatchObject({ exit: 2, code: "standing-time" });
    const taken = await refusedWith([...words, "--valid-for", "1", "--out", await signed("released", "taken.json")]);
    expect(taken).toMatchObject({ exit: 2, code: "file-exists" });
  });

  it("V302: is red once its block is older than the reader takes, or yet to come", async () => {
    const file = await signed("released", "aged.json");
    const aged = JSON.parse(await readFile(file, "utf8")) as SignedStanding;
    const words = ["verify-batch", "--standing", file, "--qp", world.address.qp];
    expect((await verified(words)).light).toBe("green");
    const days = (count: number): Date => new Date(Date.parse(aged.standing.time) + count * 86_400_000);
    vi.useFakeTimers({ toFake: ["Date"], now: days(1.1) });
    try {
      expect(await codesOf(words)).toEqual([1, "red", "standing-old"]);
      expect(await codesOf([...words, "--max-age", "48"])).toEqual([0, "green"]);
      vi.setSystemTime(days(3));
      expect(await codesOf([...words, "--max-age", "200"])).toEqual([1, "red", "standing-old"]);
      vi.setSystemTime(days(-1));
      expect(await codesOf(words)).toEqual([1, "red", "standing-old"]);
    } finally {
      vi.useRealTimers();
    }
  });
});
