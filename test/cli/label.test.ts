import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import jsqr from "jsqr";
import { decodeQR } from "qr/decode.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBatch } from "../../src/batch/folder.ts";
import { writeRegistration } from "../../src/batch/registration.ts";
import { batchKey } from "../../src/formats/context.ts";
import { labelFromText } from "../../src/formats/label.ts";
import { rgbaOf, type CameraImage } from "../support/labelImage.ts";
import { cliJson, inThisProcess } from "./scene.ts";
import { filesIn, PASSPHRASE, policyCopy, refusedWith, scratch, VALID } from "./support.ts";

/** `label` and `verify-label`: from a batch's folder to the code on the bag, and from the code to who made it. */

const REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const OWNER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const GTIN = "09501101530003";
const DEVICE = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";
const ENVIRONMENT = { BATCHPROOF_PASSPHRASE: PASSPHRASE };

const home = scratch();
const path = (name: string): string => join(home, name);
/** Opened on the register; other batches, opened there too, one with short identifiers; one that is not opened. */
const [dir, other, short, unopened] = [path("batch"), path("other"), path("short"), path("unopened")];

beforeAll(async () => {
  policyCopy(home);
  await cliJson(["policy", "salt", path("policy.json")]);
  for (const name of ["custodian", "stranger"]) {
    await cliJson(["key", "new", "--role", "custodian", "--name", name, "--org", name, "--out", path(`${name}.json`)]);
  }
  for (const [folder, order, coi] of [
    [dir, "ORDER-4711", "COI-PATIENT-0815"],
    [other, "ORDER-4712", "COI-PATIENT-0815"],
    [short, "O-9", "P-8"],
    [unopened, "ORDER-4713", "COI-PATIENT-0815"],
  ] as const) {
    const identity = ["--lot", "LOT-7Q4Z", "--coi", coi, "--order", order];
    const fixed = ["--custodian", path("custodian.json"), "--device", DEVICE];
    await cliJson(["init", folder, "--policy", path("policy.json"), ...identity, ...fixed]);
    if (folder !== unopened) await writeRegistration(folder, { chainId: "31337", registry: REGISTRY, owner: OWNER });
  }
}, 60_000);
afterAll(() => rmSync(home, { recursive: true }));

interface Made {
  readonly text: string;
  readonly batch: string;
  readonly carrier: object | null;
}

const words = (folder: string, ...more: readonly string[]): string[] => [
  ...["label", folder, "--key", path("custodian.json"), "--out", path("label.svg")],
  ...more,
];
const labelled = (folder: string, ...more: readonly string[]): Promise<Made> => cliJson<Made>(words(folder, ...more));

/** What is dark in an SVG of ours, as a scanner sees it: the code alone, or all of it. */
function scanned(svg: string): CameraImage {
  const [, size = ""] = /viewBox="0 0 \d+ (\d+)"/.exec(svg) ?? [];
  const modules = Number(size);
  const scale = 4;
  const luma = new Uint8Array((modules * scale) ** 2).fill(255);
  for (const [, x, y, width] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row++) {
      const start = row * modules * scale + Number(x) * scale;
      luma.fill(0, start, start + Number(width) * scale);
    }
  }
  return { width: modules * scale, height: modules * scale, luma };
}

// Verifies R-label-make.
describe("a batch's label", () => {
  it("names the batch, is signed by its custodian, and is read from its file by our reader and by another one", async () => {
    const made = await labelled(dir, "--gs1", `01${GTIN}21SN-0001`);
    const { commitments } = await readBatch(dir);
    expect(made.batch).toBe(batchKey(OWNER, commitments.batch));
    expect(labelFromText(made.text, "here").label).toEqual({
      ...{ chainId: 31337n, registry: REGISTRY, batch: made.batch },
      carrier: { scheme: "gs1", text: `(01)${GTIN}(21)SN-0001` },
    });
    const image = scanned(readFileSync(path("label.svg"), "utf8"));
    expect(decodeQR({ ...image, data: rgbaOf(image) })).toBe(made.text);
    expect(jsqr.default(rgbaOf(image), image.width, image.height)?.data).toBe(made.text);
    expect(await inThisProcess(["verify-label", made.text, dir])).toMatchObject({ code: 0, stderr: "" });
  });

  it("shows people the identifier and the batch, and a title", async () => {
    const { batch } = await labelled(dir, "--isbt128", "=G12349865432177=<S1234A0a");
    const svg = readFileSync(path("label.svg"), "utf8");
    for (const text of [">G1234 98 654321 H<", ">S1234A0a<", `>${batch.slice(0, 18)}…<`, `>…${batch.slice(-8)}<`]) {
      expect(svg).toContain(text);
    }
    expect(svg).toContain(`<title>Label of batch ${batch}, G123498654321H/S1234A0a</title>`);
    await labelled(dir, "--gs1", `(01)${GTIN}(10)A<b>"&(21)S1`);
    expect(readFileSync(path("label.svg"), "utf8")).toContain(">(10) A&lt;b&gt;&quot;&amp;<");
  });

  it("is told with what whoever scans it learns", async () => {
    const { stdout } = await inThisProcess(words(dir, "--gs1", `(01)${GTIN}(10)LOT-7Q4Z(21)S1`));
    expect(stdout).toContain("Whoever scans it finds the batch on the register");
    expect(stdout).toContain("ties that to its identifier, and to wherever the bag is");
    expect(stdout).toContain("Its field (10) is the batch's lot.");
    const bare = await inThisProcess(words(dir));
    expect(bare.stdout).toContain("ties that to wherever the bag is");
    expect(bare.stdout).not.toContain("field (10)");
    expect(bare.stdout).toContain("batchproof:1?chain=31337&");
  });

  it.each([
    ["the chain of identity", ["--gs1", `(01)${GTIN}(21)COI-PATIENT-0815`], "private", 1],
    ["the order", ["--gs1", `(01)${GTIN}(21)order_4711`], "private", 1],
    ["the order, with another letter that looks the same", ["--gs1", `(01)${GTIN}(10)0RDER-47II(21)1`], "private", 1],
    ["a wrong check digit", ["--gs1", `(01)${GTIN.slice(0, -1)}4(21)1`], "carrier", 2],
    ["a code of the other scheme", ["--gs1", "G123498654321H"], "carrier", 2],
    ["two codes", ["--gs1", `(01)${GTIN}(21)1`, "--isbt128", "G123498654321H"], "usage", 2],
    ["a short chain of identity as its serial number", ["--gs1", `(01)${GTIN}(21)p_8`], "private", 1, short],
    ["a short order as its lot", ["--gs1", `(01)${GTIN}(10)O9`], "private", 1, short],
  ])("V307: is not made with %s", async (_, options, code, exit, folder = dir) => {
    rmSync(path("label.svg"), { force: true });
    expect(await refusedWith(words(folder, ...options), ENVIRONMENT)).toMatchObject({ code, exit });
    expect(existsSync(path("label.svg"))).toBe(false);
  });

  it("is not made by whom the folder does not know, nor over a file of the folder", async () => {
    rmSync(path("label.svg"), { force: true });
    const stranger = ["label", dir, "--key", path("stranger.json"), "--out", path("label.svg")];
    expect(await refusedWith(stranger, ENVIRONMENT)).toMatchObject({ code: "label-signer", place: "--key", exit: 1 });
    expect(existsSync(path("label.svg"))).toBe(false);
    const files = filesIn(dir);
    const over = ["label", dir, "--key", path("custodian.json"), "--out", join(dir, "batch.json")];
    expect((await refusedWith(over, ENVIRONMENT)).code).toBe("output-over-input");
    expect(filesIn(dir)).toEqual(files);
  });

  it("is told in a folder that does not know the patient's identifiers that nobody compared the bag's with them", async () => {
    const joined = path("joined");
    await cliJson(["handoff", "export", dir, "--out", path("batch-file.json")]);
    await cliJson(["party", "add", path("parties.json"), "--key", path("custodian.json"), ...VALID]);
    const beside = ["--policy", path("policy.json"), "--lot", "LOT-7Q4Z", "--parties", path("parties.json")];
    await cliJson(["init", joined, "--handoff", path("batch-file.json"), ...beside]);
    await cliJson(["stage", joined, "cold-storage", "--custodian", "custodian"]);
    await writeRegistration(joined, { chainId: "31337", registry: REGISTRY, owner: OWNER });
    const { stdout } = await inThisProcess(words(joined, "--isbt128", "G123498654321H"));
    expect(stdout).toContain("This folder does not know the patient's identifiers");
  });

  it("is not made of a batch that is on no register", async () => {
    expect(await refusedWith(words(unopened), ENVIRONMENT)).toMatchObject({ code: "usage", exit: 2 });
  });
});

// Verifies R-label-verify.
describe("who reads a label", () => {
  let text: string;
  beforeAll(async () => {
    ({ text } = await labelled(dir, "--isbt128", "G1234 98 654321 H"));
  });

  /** The answer of `verify-label`, with its exit code. */
  async function verified(...args: readonly string[]): Promise<unknown> {
    const { code, stdout } = await inThisProcess(["verify-label", ...args, "--json"]);
    const { signer, problems } = JSON.parse(stdout) as { signer: unknown; problems: unknown };
    return { code, signer, problems };
  }
  const SIGNER = { org: "custodian", stages: ["cold-storage"] };

  it("is told who signed it, if a folder of the batch knows", async () => {
    expect(await verified(text, dir)).toEqual({ code: 0, signer: SIGNER, problems: [] });
    const { stdout } = await inThisProcess(["verify-label", text, dir]);
    expect(stdout).toContain("signed by  custodian (cold-storage)");
    expect(stdout).toContain("identifier G123498654321H");
  });

  it("is told that nobody can say it without a folder, or with one that was not opened", async () => {
    expect(await verified(text)).toEqual({ code: 3, signer: null, problems: null });
    expect(await verified(text, unopened)).toEqual({ code: 3, signer: SIGNER, problems: null });
  });

  it("V308: is told that it is another batch's, register's or chain's, or that nobody signed it", async () => {
    const signed = (problems: readonly string[]) => ({ code: 1, signer: SIGNER, problems });
    expect(await verified(text, other)).toEqual(signed(["label-batch"]));
    const to = (option: string, value: string) => verified(text, unopened, ...registration(option, value));
    expect(await to("--registry", OWNER)).toEqual(signed(["label-register", "label-batch"]));
    expect(await to("--chain-id", "1")).toEqual(signed(["label-chain", "label-batch"]));
    const forged = text.replace("H&sig", "H/S1234A00&sig");
    expect(await verified(forged, dir)).toEqual({ code: 1, signer: null, problems: ["label-signature"] });
    expect(await verified(forged, unopened)).toEqual({ code: 1, signer: null, problems: null });
  });

  function registration(option: string, value: string): string[] {
    const own = { "--chain-id": "31337", "--registry": REGISTRY, "--owner": OWNER, [option]: value };
    return Object.entries(own).flat();
  }

  it("is told that something else is no label", async () => {
    expect(await refusedWith(["verify-label", `${text} `, dir])).toMatchObject({ code: "label", exit: 2 });
  });
});
