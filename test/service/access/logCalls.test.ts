import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "typebox";
import { afterAll, describe, expect, it } from "vitest";
import { inputError } from "../../../src/errors.ts";
import type { CallOutcome, LogEntry } from "../../../src/service/access/callEntry.ts";
import { CallLog } from "../../../src/service/access/callLog.ts";
import { verifyLog } from "../../../src/service/access/verifyLog.ts";
import { buildApp } from "../../../src/service/app.ts";
import type { Caller } from "../../../src/service/caller.ts";
import type { Problem } from "../../../src/service/problem.ts";
import { route } from "../../../src/service/route.ts";
import { LOG_ROUTES } from "../../../src/service/routes/log.ts";
import { SITE_PARAMS, SITE_PATH } from "../../../src/service/shapes.ts";
import { bareService } from "../support.ts";

const folder = mkdtempSync(join(tmpdir(), "batchproof-calls-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let done = 0;
const write = route({
  operation: "write",
  method: "POST",
  path: `${SITE_PATH}/things`,
  permission: "job:read",
  tag: "test",
  summary: "Takes a word.",
  schemas: {
    params: SITE_PARAMS,
    body: Type.Object({ word: Type.String() }, { additionalProperties: false }),
    reply: Type.Object({ done: Type.Integer() }),
  },
  run: () => Promise.resolve({ status: 201 as const, location: "/v1/things/1", body: { done: ++done } }),
});

const CALLERS: Readonly<Record<string, Caller>> = {
  all: { id: "token:all", grants: [{ role: "auditor" }] },
  north: { id: "token:north", grants: [{ role: "auditor", sites: ["north"] }] },
};

async function appWith(callLog: CallLog): ReturnType<typeof buildApp> {
  return await buildApp({ ...bareService(), callLog }, [...LOG_ROUTES, write], (request) => {
    const caller = CALLERS[request.headers.authorization ?? ""];
    if (caller === undefined) throw inputError("Nobody.", { code: "not-authenticated" });
    return Promise.resolve(caller);
  });
}

const open = (name: string): Promise<CallLog> => CallLog.open({ folder: join(folder, name), now: Date.now });
const post = (payload: string, authorization = "all", site = "north") => ({
  method: "POST" as const,
  url: `/v1/sites/${site}/things`,
  headers: { authorization, "content-type": "application/json" },
  payload,
});

// Verifies R-access-log.
describe("every call", () => {
  // Verifies R-access-log, V420.
  it.each(["/v1/sites/%zz/things", "/v1/%c0%af", `/v1/sites/${"a".repeat(5_000)}/things`, "/%", "/v1/sites/a?b=%zz"])(
    "V420: stands in the log, also if its address is %.30s",
    async (url) => {
      const name = `address-${createHash("sha256").update(url).digest("hex")}`;
      const log = await open(name);
      const answer = await (await appWith(log)).inject({ ...post("{}"), url });
      await log.close();
      const lines: LogEntry[] = [];
      await verifyLog(join(folder, name), undefined, (entry) => lines.push(entry));
      const call = lines.find((entry) => entry.kind === "call");
      expect(call).toMatchObject({ status: answer.statusCode, request: answer.headers["x-request-id"] });
      expect(answer.headers["content-type"]).toContain("application/problem+json");
    },
  );

  it("stands in the log: who, what, about what, and what became of it; refused ones too, and no word of a body", async () => {
    const log = await open("all");
    const app = await appWith(log);
    const secret = '{"word":"secret"}';
    await app.inject(post(secret));
    await app.inject(post(secret, "nobody"));
    await app.inject(post(secret, "north", "south"));
    await app.inject(post('{"secret":1}'));
    await app.inject(post("{secret"));
    await app.inject({ ...post(secret), url: "/v1/secret?secret=1" });
    await app.inject({ ...post(secret), url: "/v1/sites/Secret%0a/things" });
    await app.inject(post("x".repeat(2 ** 20 + 1)));
    await log.close();
    const lines: LogEntry[] = [];
    await verifyLog(join(folder, "all"), undefined, (entry) => lines.push(entry));
    const calls = lines.filter((entry): entry is LogEntry & CallOutcome => entry.kind === "call");
    const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
    expect(
      calls.map(({ caller, operation, site, body, status, code }) => [caller, operation, site, body, status, code]),
    ).toEqual([
      ["token:all", "write", "north", sha256(secret), 201, null],
      [null, "write", "north", null, 401, "not-authenticated"],
      ["token:north", "write", "south", null, 403, "not-allowed"],
      ["token:all", "write", "north", sha256('{"secret":1}'), 400, "request"],
      ["token:all", "write", "north", sha256("{secret"), 400, "json-syntax"],
      [null, null, null, sha256(secret), 404, "not-found"],
      ["token:all", "write", null, sha256(secret), 400, "request"],
      ["token:all", "write", "north", null, 413, "request-size"],
    ]);
    expect(JSON.stringify(lines)).not.toContain("ecret");
  });

  it("V373: is not answered where it cannot be logged, and the next one is not begun", async () => {
    const log = await CallLog.open({ folder: join(folder, "broken"), now: Date.now, segmentBytes: 1 });
    const app = await appWith(log);
    done = 0;
    rmSync(join(folder, "broken"), { recursive: true });
    const answer = await app.inject(post('{"word":"a"}'));
    expect([answer.statusCode, answer.json<Problem>().code]).toEqual([503, "log-write"]);
    expect(answer.headers["location"]).toBeUndefined();
    expect(done).toBe(1);
    const next = await app.inject(post('{"word":"a"}'));
    expect([next.statusCode, next.json<Problem>().code]).toEqual([503, "log-write"]);
    expect(done).toBe(1);
    await expect(log.close()).rejects.toMatchObject({ code: "log-write" });
  });

  it("V376: is shown to who may read the log of its site, and to nobody else", async () => {
    const log = await open("shown");
    const app = await appWith(log);
    for (const site of ["north", "south", "north"]) await app.inject(post('{"word":"a"}', "all", site));
    const read = async (url: string, authorization: string): Promise<unknown> => {
      const answer = await app.inject({ url, headers: { authorization } });
      const { items, code } = answer.json<{ items?: { seq: number }[]; code?: string }>();
      return items?.map(({ seq }) => seq) ?? code;
    };
    expect(await read("/v1/log", "all")).toEqual([1, 2, 3, 4]);
    expect(await read("/v1/log?after=1&limit=2", "all")).toEqual([2, 3]);
    expect(await read("/v1/sites/north/log", "north")).toEqual([2, 4]);
    expect(await read("/v1/sites/south/log", "all")).toEqual([3]);
    expect(await read("/v1/log", "north")).toBe("not-allowed");
    expect(await read("/v1/sites/south/log", "north")).toBe("not-allowed");
    expect(await read("/v1/log?after=-1", "all")).toBe("request");
    await log.close();
  });
});
