import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "typebox";
import { describe, expect, it } from "vitest";
import { refusal } from "../../src/errors.ts";
import { buildApp } from "../../src/service/app.ts";
import type { Caller } from "../../src/service/caller.ts";
import { keepAnswers } from "../../src/service/idempotency.ts";
import type { Problem } from "../../src/service/problem.ts";
import { route, type Reply, type Route } from "../../src/service/route.ts";
import { ROUTES } from "../../src/service/routes.ts";
import { SITE_PARAMS, SITE_PATH } from "../../src/service/shapes.ts";
import { auditor, bareService } from "./support.ts";

/** A route that counts how often it ran, and can be made to wait or to refuse. */
function counting(): { route: Route; runs: () => number; meanwhile: (next: () => Promise<void>) => void } {
  let runs = 0;
  let next = (): Promise<void> => Promise.resolve();
  const counter = route({
    ...{ operation: "count", method: "POST", path: `${SITE_PATH}/count`, permission: "batch:read", tag: "test" },
    summary: "Counts.",
    schemas: {
      params: SITE_PARAMS,
      body: Type.Object({ word: Type.String() }, { additionalProperties: false }),
      reply: Type.Object({ runs: Type.Integer() }, { additionalProperties: false }),
    },
    run: async () => {
      runs += 1;
      await next();
      return { status: 201, location: `/v1/${runs}`, body: { runs } };
    },
  });
  return { route: counter, runs: () => runs, meanwhile: (given) => (next = given) };
}

async function scene(now = { value: Math.floor(Date.now() / 1000) }) {
  const service = bareService({}, () => now.value);
  const { route: counter, runs, meanwhile } = counting();
  const app = await buildApp(service, [counter], (request) => Promise.resolve(callerOf(request.headers.authorization)));
  const ask = (word: string, key?: string, authorization = "a", through = app) =>
    through.inject({
      ...{ method: "POST", url: "/v1/sites/north/count", payload: { word } },
      headers: { authorization, ...(key === undefined ? {} : { "idempotency-key": key }) },
    });
  const restarted = () => buildApp(service, [counter], () => Promise.resolve(callerOf("a")));
  return { service, runs, meanwhile, ask, restarted, now, answers: join(service.settings.data, "answers") };
}

/** Files of kept answers, a folder a caller. */
function kept(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(folder, name));
}

function callerOf(name = ""): Caller {
  return { ...auditor, id: `token:${name}` };
}

// Verifies R-service-idempotent, V368.
describe("a request with an Idempotency-Key", () => {
  it("is done once, also when the service was started again", async () => {
    const { runs, ask, restarted, answers } = await scene();
    const first = await ask("x", "k");
    const second = await ask("x", "k", "a", await restarted());
    for (const answer of [first, second]) {
      expect([answer.statusCode, answer.headers.location, answer.json()]).toEqual([201, "/v1/1", { runs: 1 }]);
    }
    expect([first.headers["idempotency-replayed"], second.headers["idempotency-replayed"]]).toEqual([
      undefined,
      "true",
    ]);
    expect(runs()).toBe(1);
    const [file = ""] = kept(answers);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("is refused with another body, and gives nobody the answer of another caller", async () => {
    const { runs, ask } = await scene();
    await ask("x", "k");
    const other = await ask("y", "k");
    expect([other.statusCode, other.json<Problem>().code]).toEqual([422, "idempotency-differs"]);
    expect((await ask("x", "k", "b")).json()).toEqual({ runs: 2 });
    expect(runs()).toBe(2);
  });

  it("is not begun twice at a time", async () => {
    const { meanwhile, ask, runs } = await scene();
    let release = (): void => undefined;
    const begun = new Promise<void>((begins) => {
      meanwhile(() => {
        begins();
        return new Promise<void>((resolve) => (release = resolve));
      });
    });
    const first = ask("x", "k");
    // Requests of `inject` begin when they are awaited.
    const done = first.then((answer) => answer.statusCode);
    await begun;
    const codes = [(await ask("x", "k")).json<Problem>().code, (await ask("y", "k")).json<Problem>().code];
    expect(codes).toEqual(["idempotency-running", "idempotency-differs"]);
    release();
    expect([await done, runs()]).toEqual([201, 1]);
  });

  it("may be sent again when it was refused", async () => {
    const { meanwhile, ask, runs } = await scene();
    meanwhile(() => Promise.reject(refusal("No.", { code: "locked" })));
    expect((await ask("x", "k")).statusCode).toBe(409);
    meanwhile(() => Promise.resolve());
    expect((await ask("x", "k")).statusCode).toBe(201);
    expect(runs()).toBe(2);
  });

  it("is another one after a day, and old answers go", async () => {
    const { ask, now, runs, answers } = await scene();
    await ask("x", "old");
    for (const file of kept(answers)) utimesSync(file, now.value, now.value);
    now.value += 24 * 3600 + 1;
    await ask("x", "new");
    expect(kept(answers)).toHaveLength(1);
    await ask("x", "old");
    expect(runs()).toBe(3);
  });

  it("needs a key that can be kept, and an answer that was", async () => {
    const { ask, answers } = await scene();
    expect((await ask("x", "k".repeat(256))).json<Problem>()).toMatchObject({ code: "request" });
    await ask("x", "k");
    for (const file of kept(answers)) writeFileSync(file, "{}");
    expect((await ask("x", "k")).json<Problem>()).toMatchObject({ code: "service-data", status: 503 });
  });

  it("is as good without one", async () => {
    const { ask, runs } = await scene();
    await ask("x");
    await ask("x");
    expect(runs()).toBe(2);
  });

  // Verifies R-service-unkept.
  it("keeps no answer that is private: what a proof is made from, and what shows readings", async () => {
    const { route: counter } = counting();
    const service = bareService();
    const app = await buildApp(service, [{ ...counter, isPrivate: true }], () => Promise.resolve(auditor));
    const asked = { method: "POST", url: "/v1/sites/north/count", payload: { word: "x" } } as const;
    await app.inject({ ...asked, headers: { "idempotency-key": "k" } });
    expect((await app.inject({ ...asked, headers: { "idempotency-key": "k" } })).json()).toEqual({ runs: 2 });
    expect(readdirSync(service.settings.data)).toEqual([]);
    const unkept = ROUTES.filter(({ isPrivate }) => isPrivate === true).map(({ operation }) => operation);
    expect(unkept).toEqual(["inspectFile", "takeJob", "makeDisclosure"]);
  });
});

// Verifies R-service-idempotent, V461.
describe("what is kept for one caller", () => {
  const folder = (): string => join(bareService().settings.data, "answers");
  const asked = (caller: string) => ({ caller, method: "POST", url: "/", body: "" });
  const answer = (body: string) => () => Promise.resolve({ body });

  it("V461: is bounded, is refused before anything is done, and takes no room of others", async () => {
    let now = Math.floor(Date.now() / 1000);
    const [at, most] = [folder(), { answers: 2, bytes: 1_000 }];
    const once = keepAnswers(at, () => now, most);
    for (const key of ["1", "2"]) await once(key, asked("a"), answer(key));
    let runs = 0;
    const counted = (): Promise<Reply<unknown>> => Promise.resolve({ body: (runs += 1) });
    await expect(once("3", asked("a"), counted)).rejects.toMatchObject({ code: "idempotency-quota" });
    expect(runs).toBe(0);
    // What was promised is still there, others have room, and a process that starts counts what it finds.
    expect(await once("1", asked("a"), counted)).toMatchObject({ again: true, reply: { body: "1" } });
    expect(await once("1", asked("b"), counted)).toMatchObject({ again: false });
    const started = keepAnswers(at, () => now, most);
    await expect(started("3", asked("a"), counted)).rejects.toMatchObject({ code: "idempotency-quota" });
    now += 24 * 3600 + 1;
    for (const run of [once, started])
      expect(await run("3", asked("a"), counted)).toMatchObject({ again: run !== once });
    expect(kept(at)).toHaveLength(1);
  });

  it("V461: counts bytes, what runs, and nothing that was refused", async () => {
    const now = Math.floor(Date.now() / 1000);
    const once = keepAnswers(folder(), () => now, { answers: 2, bytes: 1_000 });
    const fails = (): Promise<never> => Promise.reject(refusal("No.", { code: "locked" }));
    for (const key of ["1", "2", "3"])
      await expect(once(key, asked("a"), fails)).rejects.toMatchObject({ code: "locked" });
    const all = ["1", "2", "3"].map((key) => once(key, asked("a"), answer(key)));
    expect((await Promise.allSettled(all)).filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    await once("1", asked("b"), answer("x".repeat(1_000)));
    await expect(once("2", asked("b"), answer("y"))).rejects.toMatchObject({ code: "idempotency-quota" });
  });
});

// Verifies R-service-idempotent, V422.
describe("an answer that is kept nowhere", () => {
  const secretRoute = route({
    ...{ operation: "secret", method: "POST", path: `${SITE_PATH}/secret`, permission: "batch:read", tag: "test" },
    summary: "Says what is private.",
    isPrivate: true,
    schemas: { params: SITE_PARAMS, reply: Type.Object({ secret: Type.String() }) },
    run: () => Promise.resolve({ body: { secret: "a private value" } }),
  });

  it("V422: is not kept for a key either", async () => {
    const service = bareService();
    const app = await buildApp(service, [secretRoute], () => Promise.resolve(auditor));
    const request = {
      ...{ method: "POST", url: "/v1/sites/north/secret", headers: { "idempotency-key": "k" } },
    } as const;
    for (const answer of [await app.inject(request), await app.inject(request)]) {
      expect([answer.statusCode, answer.headers["idempotency-replayed"]]).toEqual([200, undefined]);
    }
    expect(existsSync(join(service.settings.data, "answers"))).toBe(false);
  });

  it("V422: is that of each operation that gives what a circuit or a disclosure is made of", () => {
    const kept = ROUTES.filter(({ isPrivate }) => isPrivate === true).map(({ operation }) => operation);
    expect(kept.sort()).toEqual(["inspectFile", "makeDisclosure", "takeJob"]);
  });
});
