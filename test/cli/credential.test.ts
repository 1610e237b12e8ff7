import { existsSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { JsonObject } from "../../src/exports/dataIntegrity.ts";
import { listUrl } from "../../src/exports/vcIssued.ts";
import { batchIn, PURPOSES } from "../../src/exports/vcTerms.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { theirRefusal, theirStatus } from "../exports/credentials.ts";
import { beginFridge, fillFridge } from "./fridge.ts";
import { cli, cliJson, inThisProcess, Scene } from "./scene.ts";
import { refusedWith } from "./support.ts";

/** A batch from its release to its recall, as a partner hears of it who has credentials and no node. */

const STATUS_URL = "https://site.example/status";

let scene: Scene;
let dir: string;
let key: string;
const path = (name: string): string => scene.path(name);
const json = (name: string): JsonObject => JSON.parse(readFileSync(path(name), "utf8")) as JsonObject;

beforeAll(async () => {
  scene = await Scene.set(["temperature-1k"]);
  dir = await beginFridge(scene, readFileSync("fixtures/policies/fridge-2-8.json", "utf8"));
  const owner = [...scene.on, ...scene.by("manufacturer")];
  ({ key } = await cliJson<{ key: string }>(["open", dir, "--qp", scene.account("qp"), ...owner]));
  await fillFridge(scene, dir);
  await cliJson(["prove", dir, "--key", path("custodian.json"), ...scene.destination]);
  await cliJson(["attest", dir, ...owner]);
  await writeFile(path("certificate.txt"), "certificate of analysis");
});

afterAll(() => scene.close());

const asQp = (...words: readonly string[]): Promise<unknown> =>
  cliJson([...words, "--batch", key, ...scene.on, ...scene.by("qp")]);
const exportVc = (out: string, ...more: readonly string[]): string[] => {
  return ["export", "vc", "--batch", key, "--key", path("source.json"), "--out", path(out), ...scene.on, ...more];
};
const inList = (): string[] => ["--list", path("issued.json"), "--status-url", STATUS_URL];
const exportLists = (file = "source.json", list = "issued.json"): string[] => {
  const files = ["--list", path(list), "--key", path(file), "--out", path("lists")];
  return ["export", "status-list", ...files, ...scene.on];
};
const verify = (file: string, ...more: readonly string[]): string[] => ["verify-credential", path(file), ...more];
const withLists = (): string[] => PURPOSES.flatMap((purpose) => ["--status-list", path(`lists/${purpose}.json`)]);

/** The lists as the site would serve them. */
const served = (): Record<string, JsonObject> =>
  Object.fromEntries(PURPOSES.map((purpose) => [listUrl(STATUS_URL, purpose), json(`lists/${purpose}.json`)]));

async function refusal(args: readonly string[]): Promise<[exit: number, code: string]> {
  const { exit, code } = await refusedWith(args, { BATCHPROOF_PASSPHRASE: "a passphrase for tests" });
  return [exit, code];
}

// Verifies R-vc-subject, R-vc-status, R-vc-issued, R-vc-issuer, V331, V333.
describe("a credential on the command line", () => {
  it("V333: is not made before the batch is certified, and leaves no trace", async () => {
    expect(await refusal(exportVc("early.json", ...inList()))).toEqual([1, "not-released"]);
    expect(["early.json", "issued.json"].map((name) => existsSync(path(name)))).toEqual([false, false]);
  });

  it("is made of the batch that was certified, and names no person, site or lot", async () => {
    const certificate = ["--certificate", path("certificate.txt"), "--owner", scene.account("manufacturer")];
    await cliJson(["certify", dir, ...certificate, ...scene.on, ...scene.by("qp")]);
    const made = await cli(exportVc("vc.json", ...inList()));
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toMatch(/did:key:z6Mk\w+ says until .* what the register said at block \d+\./);
    expect(made.stdout).toContain("DEVELOPMENT KEY");
    const document = json("vc.json");
    const subject = document["credentialSubject"] as { id: string; claims: object[]; developmentKeys: boolean };
    expect(batchIn(subject.id)).toEqual({ chainId: 31_337n, registry: scene.registry, batch: key });
    expect(subject).toMatchObject({ status: "Released", developmentKeys: true, claims: [{ state: "proven" }] });
    const written = await readFile(path("vc.json"), "utf8");
    for (const secret of ["COI", "ORDER", "LOT 7", "site A", scene.account("qp"), scene.account("manufacturer")]) {
      expect(written.toLowerCase()).not.toContain(secret.toLowerCase());
    }
  });

  it("is neither good nor bad until its lists are given", async () => {
    const unknown = await cli(verify("vc.json"));
    expect(unknown.code, unknown.stderr).toBe(3);
    expect(unknown.stdout).toContain(`revocation: unknown: give the list, from ${STATUS_URL}/revocation.json`);
    const lists = await cli(exportLists());
    expect(lists.code, lists.stderr).toBe(0);
    expect(lists.stdout).toMatch(/^1 batch asked about at block \d+; the lists end /);
    const good = await cli(verify("vc.json", ...withLists()));
    expect(good.code, good.stderr).toBe(0);
    expect(good.stdout).toContain("DEVELOPMENT KEY");
    expect(good.stdout).toMatch(/revocation: not set\nsuspension: not set/);
    expect(await theirRefusal(json("vc.json"), served(), Date.now() / 1000)).toBeUndefined();
    expect(await theirStatus(json("vc.json"), served())).toEqual({ revocation: false, suspension: false });
    const told = await inThisProcess([...verify("vc.json", ...withLists()), "--json"]);
    expect(JSON.parse(told.stdout)).toMatchObject({ valid: true, batch: { batch: key, chainId: "31337" } });
  });

  it("is suspended while the batch is held, by the lists that are made then", async () => {
    await asQp("hold", "--reason", "complaint");
    expect((await inThisProcess(verify("vc.json", ...withLists()))).code).toBe(0);
    await cliJson(exportLists());
    expect(await refusal(verify("vc.json", ...withLists()))).toEqual([1, "credential-suspended"]);
    await asQp("unhold", "--reason", "investigation-closed");
    await cliJson(exportLists());
    expect((await inThisProcess(verify("vc.json", ...withLists()))).code).toBe(0);
  });

  it("V331: has lists of its own issuer only, and none where a batch cannot be read", async () => {
    expect(await refusal(exportLists("custodian.json"))).toEqual([2, "did"]);
    const before = json("lists/revocation.json");
    const issued = json("issued.json") as { entries: JsonObject };
    const more = { ...issued, entries: { ...issued.entries, [`0x${"1".repeat(64)}`]: 5 } };
    await writeFile(path("more.json"), JSON.stringify(more));
    expect(await refusal(exportLists("source.json", "more.json"))).toEqual([1, "BatchUnknown"]);
    expect(json("lists/revocation.json")).toEqual(before);
    await writeFile(path("other.json"), JSON.stringify({ ...issued, registry: `0x${"1".repeat(40)}` }));
    expect(await refusal(exportLists("source.json", "other.json"))).toEqual([2, "issued-list"]);
    expect(await refusal(exportVc("second.json", ...inList(), "--issuer", "did:web:site.example"))).toEqual([
      2,
      "issued-list",
    ]);
  });

  // Verifies V358.
  it("V358: and its lists are not made of a block that is older than they last, as a node that is behind has it", async () => {
    const before = json("lists/revocation.json");
    const { asOf } = before["credentialSubject"] as { readonly asOf: { readonly time: string } };
    expect(before["validUntil"]).toBe(formatTime(parseTime(asOf.time, "test") + 86_400));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31 * 86_400_000 });
    try {
      expect(await refusal(exportLists())).toEqual([3, "block-old"]);
      expect(await refusal(exportVc("behind.json", ...inList()))).toEqual([3, "block-old"]);
    } finally {
      vi.useRealTimers();
    }
    expect([json("lists/revocation.json"), existsSync(path("behind.json"))]).toEqual([before, false]);
  });

  it("is issued under the name of a web site, whose document the reader gives", async () => {
    const did = await cli(["export", "did", "--key", path("source.json"), "--web", "site.example"]);
    expect(did.stderr).toContain("Serve this as https://site.example/.well-known/did.json");
    await writeFile(path("did.json"), did.stdout);
    await cliJson(exportVc("web.json", "--issuer", "did:web:site.example", "--valid-for", "366"));
    expect(await refusal(verify("web.json"))).toEqual([2, "did-missing"]);
    const good = await cli(verify("web.json", "--did", path("did.json")));
    expect(good.code, good.stderr).toBe(0);
    expect(good.stdout).toContain("It names no status list: nobody says whether it was revoked since.");
    expect((await cli(["export", "did", "--key", path("source.json")])).stdout).toMatch(/^did:key:z6Mk\w+\n$/);
    expect(await refusal(exportVc("x.json", "--valid-for", "367"))).toEqual([2, "usage"]);
    expect(await refusal(exportVc("x.json", "--status-url", STATUS_URL))).toEqual([2, "usage"]);
    expect(await refusal(exportVc("x.json", "--issuer", "did:pkh:eip155:1:0x0"))).toEqual([2, "did"]);
    expect(await refusal(exportVc("source.json"))).toEqual([2, "output-twice"]);
  });

  it("is revoked by the lists that are made after a recall, and not made any more", async () => {
    await asQp("recall", "--reason", "quality-defect");
    const lists = await cli([...exportLists(), "--json"]);
    expect(JSON.parse(lists.stdout)).toMatchObject({
      ...{
        batches: 1,
        lists: [
          { purpose: "revocation", set: 1 },
          { purpose: "suspension", set: 1 },
        ],
      },
    });
    const revoked = await cli(verify("vc.json", ...withLists()));
    expect([revoked.code, revoked.stderr]).toEqual([1, expect.stringContaining("The credential was revoked.")]);
    expect(await theirStatus(json("vc.json"), served())).toEqual({ revocation: true, suspension: true });
    expect(await refusal(exportVc("late.json", ...inList()))).toEqual([1, "not-released"]);
  });
});
