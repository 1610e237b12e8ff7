import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUDIT_ROUTES } from "../../src/service/routes/audits.ts";
import { DISCLOSURE_ROUTES } from "../../src/service/routes/disclosures.ts";
import { POLICY_ROUTES } from "../../src/service/routes/policies.ts";
import { cliJson } from "../cli/scene.ts";
import { CLAIM, ServiceScene } from "./registerScene.ts";

/** What the service reads for those who approve, disclose and audit. */

let on: ServiceScene;
const POLICIES = "/v1/sites/north/policies";

beforeAll(async () => {
  on = await ServiceScene.set([...POLICY_ROUTES, ...DISCLOSURE_ROUTES, ...AUDIT_ROUTES]);
  const path = on.scene.path("north/policies/fridge.json");
  const policy = JSON.parse(readFileSync(path, "utf8")) as { maxDue: readonly number[] };
  const looser = { ...policy, maxDue: policy.maxDue.map((days) => 2 * days) };
  writeFileSync(on.scene.path("north/policies/looser.json"), JSON.stringify(looser));
  writeFileSync(on.scene.path("north/policies/broken.json"), "{}");
});
afterAll(() => on.close());

// Verifies R-service-policies.
describe("the policies of a site", () => {
  it("are listed, shown, linted and compared as the commands do", async () => {
    on.as("auditor");
    expect((await on.call("GET", POLICIES)).body).toEqual({ policies: ["broken", "fridge", "looser"] });
    const path = on.scene.path("north/policies/fridge.json");
    const { policyId } = await cliJson<{ policyId: string }>(["policy", "hash", path]);
    expect((await on.call("GET", `${POLICIES}/fridge`)).body).toMatchObject({ policyId, unknown: null });
    expect((await on.call("GET", `${POLICIES}/looser`)).body).toMatchObject({ policyId: null });
    const lint = await on.call("GET", `${POLICIES}/broken/lint`);
    expect(lint.body).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ severity: "error" })]) as object,
    });
    const diff = await on.call("GET", `${POLICIES}/looser/diff?before=fridge`);
    expect(diff.body["loosened"]).toHaveLength(2);
  });

  it("are no other files, no other site's, and nobody's who may not read them", async () => {
    on.as("auditor");
    for (const name of ["none", "fridge.salts", "..%2F..%2Fcustodian"]) {
      const [status] = await on.refused("GET", `${POLICIES}/${name}`);
      expect([400, 404], name).toContain(status);
    }
    expect(await on.refused("GET", `${POLICIES}/broken`)).toMatchObject([400, expect.any(String) as string]);
    expect(await on.refused("GET", `${POLICIES}/fridge/diff?before=none`)).toEqual([404, "not-found"]);
    expect(await on.refused("GET", "/v1/sites/south/policies")).toEqual([403, "not-allowed"]);
    expect(await on.as("operator").refused("GET", POLICIES)).toEqual([403, "not-allowed"]);
  });
});

// Verifies R-service-disclosure.
describe("a disclosure", () => {
  const url = "/v1/sites/north/batches/b1/disclosures";
  const asked = { form: "series", from: "2022-05-06T00:00:00Z", to: "2022-05-06T06:00:00Z" };
  const body = (more: object = {}): object => {
    return { claim: CLAIM, asked, owner: on.scene.account("manufacturer"), ...more };
  };

  it("is made as the command makes it", async () => {
    const made = await on.as("decider").call<{ document: string; sha256: string }>("POST", url, body());
    const out = on.scene.path("disclosure.json");
    const owner = ["--owner", on.scene.account("manufacturer"), "--registry", on.scene.registry, "--chain-id", "31337"];
    const window = ["--from", asked.from, "--to", asked.to, "--out", out];
    const dir = on.scene.path("north/batches/b1");
    const { hash } = await cliJson<{ hash: string }>(["disclose", dir, "--claim", CLAIM, ...window, ...owner]);
    expect(made.body).toMatchObject({ document: readFileSync(out, "utf8"), sha256: hash, rule: false });
    // The register has no such batch yet, so that nothing vouches for it.
    const verify = { document: made.body.document };
    const anywhere = on.as("decider", {});
    expect(await anywhere.refused("POST", "/v1/disclosures/verify", verify)).toEqual([422, "BatchUnknown"]);
    expect(await anywhere.refused("POST", "/v1/disclosures/verify", { document: "{}" })).toEqual([
      400,
      "disclosure-file",
    ]);
  });

  it("shows what the claim has, to nobody else's eyes", async () => {
    on.as("decider");
    const none = { form: "results", analytes: [] };
    expect(await on.refused("POST", url, body({ asked: none }))).toEqual([400, "disclosure-options"]);
    expect(await on.refused("POST", url, body({ asked: { ...asked, to: asked.from } }))).toEqual([
      ...[400, "disclosure-options"],
    ]);
    expect(await on.refused("POST", url, body({ owner: undefined }))).toEqual([400, "service-owner"]);
    expect(await on.as("auditor").refused("POST", url, body())).toEqual([403, "not-allowed"]);
    expect(await on.as("decider").refused("POST", "/v1/disclosures/verify", { document: "{}" })).toEqual([
      ...[403, "not-allowed"],
    ]);
  });
});

// Verifies R-service-audit, V449, V460.
describe("an audit", () => {
  /** Asks until it has ended. */
  async function ended(url: string): Promise<Record<string, unknown>> {
    for (;;) {
      const { status, body, headers } = await on.call("GET", url);
      if (status === 200) return body;
      expect([status, headers["location"], headers["retry-after"]]).toEqual([202, url, "5"]);
      await setTimeout(200);
    }
  }

  /** An audit whose service was stopped half-way has an order and no result. */
  function cutOff(byte: string): { id: string; url: string; result: string } {
    const id = byte.repeat(32 / byte.length);
    const folder = join(on.settings.data, "audits", id);
    mkdirSync(folder);
    writeFileSync(join(folder, "order.json"), JSON.stringify({ alone: true }));
    return { id, url: `/v1/audits/${id}`, result: join(folder, "result.json") };
  }

  const processes = (): number => process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap").length;

  it("runs beside the service, and is found again after a stop of it", async () => {
    on.as("auditor", {});
    const begun = await on.call("POST", "/v1/audits", { alone: true });
    expect(begun.status).toBe(202);
    expect(await on.refused("POST", "/v1/audits", {})).toEqual([429, "audit-running"]);
    const url = String(begun.headers["location"]);
    expect(await on.refused("GET", `${url}/report`)).toEqual([404, "not-found"]);
    const done = await ended(url);
    expect(done).toMatchObject({ state: "done", problem: null });
    const report = await on.call<{ text: string }>("GET", `${url}/report`);
    expect(JSON.parse(report.body.text)).toMatchObject({ registry: on.scene.registry, block: done["block"] });
    expect((await on.call<{ text: string }>("GET", `${url}/report?form=html`)).body.text).toContain("<!doctype html>");

    const { id, url: again } = cutOff("ab");
    expect(await ended(again)).toMatchObject({ id, state: "done" });
  });

  it("V460: is one at a time, also where many that were cut off are asked for", async () => {
    on.as("auditor", {});
    const both = [cutOff("c1"), cutOff("c2")];
    const before = processes();
    const asked = [...both, ...both].map(({ url }) => on.call("GET", url));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(processes() - before).toBe(1);
    expect(await on.refused("POST", "/v1/audits", {})).toEqual([429, "audit-running"]);
    for (const { id, url } of both) expect(await ended(url)).toMatchObject({ id, state: "done" });
  });

  it("V460: whose process is killed has failed, and does not begin again by being asked for", async () => {
    const begun = await on.as("auditor", {}).call("POST", "/v1/audits", { alone: true });
    const own = execFileSync("pgrep", ["-P", String(process.pid), "-f", "auditProcess"], { encoding: "utf8" });
    process.kill(Number(own), "SIGKILL");
    const url = String(begun.headers["location"]);
    expect(await ended(url)).toMatchObject({ state: "failed", block: null, problem: { code: "audit-ended" } });
    const before = processes();
    expect(await ended(url)).toMatchObject({ state: "failed" });
    expect(processes()).toBe(before);
  });

  it("that can conclude nothing says why, and names no node", async () => {
    const { register } = on.settings;
    const rpc = "http://127.0.0.1:9/secret-access-key";
    Object.assign(on.settings, { register: { ...register, rpc } });
    try {
      const begun = await on.as("auditor", {}).call("POST", "/v1/audits", {});
      const failed = await ended(String(begun.headers["location"]));
      expect(failed).toMatchObject({ state: "failed", problem: { code: "unreachable", status: 503 } });
      expect(JSON.stringify(failed)).not.toContain("secret-access-key");
    } finally {
      Object.assign(on.settings, { register });
    }
  });

  it("V449: has room where a thousand failed, and none where a thousand were made", async () => {
    on.as("auditor", {});
    const folder = join(on.settings.data, "audits");
    const keep = (state: "failed" | "done"): void => {
      for (let i = 0; readdirSync(folder).length < 1_000; i++) cutOff(`d${String(i).padStart(31, "0")}`);
      const result = JSON.stringify({ state, block: null, findings: null, problem: null });
      for (const id of readdirSync(folder)) writeFileSync(join(folder, id, "result.json"), result);
    };
    keep("failed");
    const begun = await on.call("POST", "/v1/audits", { alone: true });
    expect(await ended(String(begun.headers["location"]))).toMatchObject({ state: "done" });
    expect(readdirSync(folder)).toHaveLength(1_000);
    keep("done");
    expect(await on.refused("POST", "/v1/audits", {})).toEqual([429, "audit-running"]);
  });

  it("is of all sites, and for who may see all of them", async () => {
    expect(await on.as("auditor").refused("POST", "/v1/audits", {})).toEqual([403, "not-allowed"]);
    expect(await on.as("auditor", {}).refused("GET", `/v1/audits/${"00".repeat(16)}`)).toEqual([404, "not-found"]);
    expect(await on.refused("GET", "/v1/audits/..")).toEqual([404, "not-found"]);
  });
});
