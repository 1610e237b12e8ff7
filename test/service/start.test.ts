import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openService } from "../../src/service/open.ts";
import { startService } from "../../src/service/start.ts";
import { refusedWith, scratch } from "../cli/support.ts";
import { bareService } from "./support.ts";

const TOKEN = `bpt_${"A".repeat(43)}`;
const callers = [
  {
    name: "monitor",
    token: createHash("sha256").update(TOKEN).digest("hex"),
    grants: [{ role: "monitor" as const }],
  },
];

describe("a service that listens", () => {
  it("is ready, knows its callers by their tokens, and ends", async () => {
    const running = await startService(bareService({ callers }), { host: "127.0.0.1", port: 0 });
    expect(await (await fetch(`${running.url}ready`)).json()).toEqual({ status: "ready", checks: { data: true } });
    const metrics = (authorization: string) => fetch(`${running.url}metrics`, { headers: { authorization } });
    expect((await metrics(`Bearer ${TOKEN}`)).status).toBe(200);
    const unknown = await metrics(`Bearer ${TOKEN}x`);
    expect([unknown.status, unknown.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    await running.close();
    await expect(fetch(running.url)).rejects.toThrow("fetch failed");
  });

  // Verifies R-service-settings, V364.
  it.each(["0.0.0.0", "::", "192.0.2.1", "localhost.example"])(
    "is for this machine alone without TLS: %s",
    async (host) => {
      await expect(startService(bareService(), { host, port: 0 })).rejects.toMatchObject({ code: "service-host" });
    },
  );

  it.each(["no certificate at all", ""])("says that its certificate is none: %s", async (pem) => {
    const path = join(mkdtempSync(join(tmpdir(), "batchproof-tls-")), "server.pem");
    writeFileSync(path, pem, { mode: 0o600 });
    const service = bareService({ tls: { certificate: path, key: path } });
    await expect(startService(service, { host: "127.0.0.1", port: 0 })).rejects.toMatchObject({
      ...{ kind: "input", code: "service-file", place: "service.json#/tls" },
    });
  });

  it("says that its port is taken", async () => {
    const first = await startService(bareService(), { host: "127.0.0.1", port: 0 });
    const port = Number(new URL(first.url).port);
    await expect(startService(bareService(), { host: "127.0.0.1", port })).rejects.toMatchObject({
      code: "service-listen",
    });
    await first.close();
  });
});

// Verifies R-service-settings, V442.
describe("what a service keeps", () => {
  it("V442: lies in no folder that others of its machine may enter", async () => {
    const { settings } = bareService();
    const { data } = settings;
    const opening = { passphraseOf: () => Promise.resolve(""), say: () => undefined };
    for (const mode of [0o750, 0o701, 0o777]) {
      chmodSync(data, mode);
      await expect(openService(settings, opening)).rejects.toMatchObject({ code: "secrets-mode", place: data });
    }
  });

  it("V442: is given to nobody whom everybody of its machine can name", async () => {
    const folder = scratch();
    const file = join(folder, "service.json");
    for (const name of ["batches", "policies"]) mkdirSync(join(folder, name));
    const sites = [{ name: "north", batches: "batches", policies: "policies" }];
    const grants = [{ claim: "groups", value: "qa", grants: [{ role: "auditor" }] }];
    const issuer = { issuer: "https://login.example", audience: "batchproof", algorithms: ["ES256"], grants };
    const issuers = [{ ...issuer, jwks: "jwks.json" }];
    writeFileSync(file, JSON.stringify({ format: "batchproof-service/1", data: "data", sites, issuers }));
    expect(await refusedWith(["serve", file])).toMatchObject({ code: "file-missing" });
    writeFileSync(join(folder, "jwks.json"), JSON.stringify({ keys: [] }));
    for (const open of [join(folder, "jwks.json"), file]) {
      chmodSync(open, 0o666);
      expect(await refusedWith(["serve", file])).toMatchObject({ code: "file-mode", place: open, exit: 3 });
    }
  });
});
