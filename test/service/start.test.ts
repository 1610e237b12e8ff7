import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { startService } from "../../src/service/start.ts";
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

  it("says that its port is taken", async () => {
    const first = await startService(bareService(), { host: "127.0.0.1", port: 0 });
    const port = Number(new URL(first.url).port);
    await expect(startService(bareService(), { host: "127.0.0.1", port })).rejects.toMatchObject({
      code: "service-listen",
    });
    await first.close();
  });
});
