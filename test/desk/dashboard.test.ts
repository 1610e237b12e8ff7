import type { FastifyInstance } from "fastify";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { inputError } from "../../src/errors.ts";
import type { JobStatus } from "../../src/queue/job.ts";
import { buildApp } from "../../src/service/app.ts";
import { JOB_ROUTES } from "../../src/service/routes/jobs.ts";
import type { Service } from "../../src/service/service.ts";
import { faultsOf, openBrowser, WITHOUT_BROWSER } from "./support/browser.ts";

/** The page of a service's queue, in a browser, over the routes that it asks. */

const TOKEN = "monitor-of-this-test";
const NOW = Date.UTC(2026, 4, 5, 12);

/** A job that stands so; `seconds`: how long ago it was made, and took. */
function job(id: number, state: JobStatus["state"], seconds = 60, more: Partial<JobStatus> = {}): JobStatus {
  const time = (ago: number): string => new Date(NOW - ago * 1000).toISOString();
  return {
    ...{ id: id.toString(16).padStart(32, "0"), site: "north", batch: `b${id}`, claim: "collection/custody" },
    ...{ record: `0x${"1".repeat(64)}`, artifact: `0x${"2".repeat(64)}`, submitter: `0x${"3".repeat(40)}` },
    ...{ priority: 0, created: time(seconds), state, attempts: 1, begun: time(seconds), updated: time(0) },
    ...more,
  };
}

describe.skipIf(WITHOUT_BROWSER !== undefined)(`the page of a service's queue ${WITHOUT_BROWSER ?? ""}`, () => {
  let browser: Browser;
  let app: FastifyInstance;
  let url: string;
  /** What the queue holds, and whether the service answers at all. */
  let jobs: readonly JobStatus[];
  let isSilent: boolean;

  beforeAll(async () => {
    browser = await openBrowser();
    const settings = { format: "batchproof-service/1", data: "/nowhere", sites: [] };
    const service = { settings, queue: { list: held }, now: () => NOW / 1000 } as unknown as Service;
    app = await buildApp(service, JOB_ROUTES, async ({ headers }) => {
      if (isSilent) await new Promise(() => undefined);
      if (headers.authorization !== `Bearer ${TOKEN}`) throw inputError("Who is this?", { code: "not-authenticated" });
      return { id: "token:test", grants: [{ role: "monitor" }] };
    });
    url = `${await app.listen({ port: 0 })}/dashboard/`;
  });

  function held({ state }: { readonly state?: string } = {}): readonly JobStatus[] {
    return jobs.filter((each) => state === undefined || each.state === state);
  }

  beforeEach(() => {
    [jobs, isSilent] = [[job(1, "waiting", 90), job(2, "working", 30), job(3, "done", 12)], false];
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });

  afterAll(async () => {
    await browser.close();
    app.server.closeAllConnections();
    await app.close();
  });

  /** The page, and what went wrong on it: errors of scripts, and what its policy refused. */
  async function opened(width = 1280, locale = "en-GB"): Promise<{ page: Page; wrong: string[] }> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale });
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on("pageerror", ({ message }) => wrong.push(message));
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of|ERR_/.test(message.text())) wrong.push(message.text());
    });
    await page.clock.install({ time: NOW });
    await page.goto(url);
    await page.locator("main h1").waitFor();
    return { page, wrong };
  }

  async function asked(page: Page, token = TOKEN): Promise<void> {
    await page.locator("input[name=token]").fill(token);
    await page.locator("form button").first().click();
    await page.locator("main :is(h2, [role=alert])").first().waitFor();
  }

  const textOf = (page: Page): Promise<string> => page.locator("main").innerText();

  // Verifies R-dashboard-figures.
  it("shows how many jobs there are, the oldest, the last hour, each circuit and what was given up", async () => {
    jobs = [
      ...jobs,
      job(4, "done", 18),
      job(5, "dead", 500, { failure: { code: "range", message: "A reading is out." } }),
    ];
    const { page, wrong } = await opened();
    expect(await textOf(page)).not.toContain("waiting");
    await asked(page);
    const facts = await page.locator("dl.facts > div").allInnerTexts();
    expect(facts.map((text) => text.replace(/\s*\n\s*/g, ": "))).toEqual([
      ...["waiting: 1", "being worked on: 1", "Age of the oldest that is open: 90 s", "done: 2"],
      ...["Proofs in the last hour: 2", "given up, for a person to look at: ✕ 1"],
    ]);
    const [circuits = "", dead = ""] = await page.locator("table tbody").allInnerTexts();
    expect(circuits.split(/\s*\t\s*|\n+/)).toEqual([`0x${"2".repeat(64)}`, "2", "15 s", "18 s"]);
    for (const words of ["north / b5", "collection/custody", "A reading is out. (range)", "0".repeat(31) + "5"]) {
      expect(dead).toContain(words);
    }
    expect(await page.locator("h2 time").first().innerText()).toBe("2026-05-05T12:00:00Z");
    expect(wrong).toEqual([]);
  });

  // Verifies R-dashboard-figures.
  it("asks again, and says how many of those given up it does not show", async () => {
    const { page } = await opened();
    await asked(page);
    jobs = Array.from({ length: 101 }, (_, i) => job(i, "dead"));
    await page.clock.fastForward(10_000);
    await page.getByText("There are more than these 100").waitFor();
    expect(await page.locator("table tbody tr").count()).toBe(100);
  });

  // Verifies R-dashboard-unknown.
  it("shows no figure to who may not ask, and asks no more", async () => {
    const { page } = await opened();
    await asked(page, "somebody else's");
    const text = await textOf(page);
    for (const words of ["Nothing is known of the queue", "has stopped asking", "Who is this?", "not-authenticated"]) {
      expect(text).toContain(words);
    }
    expect(await page.locator("table").count()).toBe(0);
    let requests = 0;
    page.on("request", () => requests++);
    await page.clock.fastForward(60_000);
    expect(requests).toBe(0);
  });

  // Verifies R-dashboard-unknown.
  it("shows no figure once the service is gone, and those of a service that is back", async () => {
    const { page } = await opened();
    await asked(page);
    await page.route("**/v1/**", (route) => route.abort());
    await page.clock.fastForward(10_000);
    await page.getByText("Nothing is known of the queue").waitFor();
    expect(await textOf(page)).toContain("The service does not answer.");
    expect(await page.locator("dl.facts").innerText()).not.toContain("waiting");
    await page.unroute("**/v1/**");
    await page.clock.fastForward(10_000);
    await page.getByText("being worked on").waitFor();
  });

  // Verifies R-dashboard-unknown.
  it.each([
    [
      "another shape",
      { jobs: { waiting: -1, working: 0, done: 0, dead: 0 }, oldestSeconds: null, lastHour: 0, circuits: [] },
    ],
    ["nothing in it", {}],
    ["a list", []],
  ])("takes an answer that is %s for none", async (_, json) => {
    const { page } = await opened();
    await page.route("**/v1/queue", (route) => route.fulfill({ json }));
    await asked(page);
    const text = await textOf(page);
    expect(text).toContain("Nothing is known of the queue");
    expect(text).toContain("Not a valid answer");
  });

  // Verifies R-dashboard-unknown.
  it("shows figures for a minute and no longer, though the service is silent", async () => {
    const { page } = await opened();
    await asked(page);
    isSilent = true;
    await page.clock.fastForward(59_000);
    await page.getByText("being worked on").waitFor();
    await page.clock.fastForward(2_000);
    await page.getByText("more than 60 seconds old").waitFor();
    expect(await page.locator("dl.facts").count()).toBe(0);
  });

  // Verifies R-dashboard-token.
  it("keeps the token in no store and no address, and forgets it when somebody stops", async () => {
    const { page } = await opened();
    await asked(page);
    const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
    expect(kept + page.url()).not.toContain(TOKEN);
    await page.getByRole("button", { name: "Stop" }).click();
    expect(await page.locator("dl.facts").count()).toBe(0);
    let requests = 0;
    page.on("request", () => requests++);
    await page.clock.fastForward(60_000);
    expect(requests).toBe(0);
  });

  // Verifies R-dashboard-texts.
  it("lets no text of a job act", async () => {
    const message = `<img src=x onerror=alert(1)>\u202e\u0007`;
    jobs = [job(1, "dead", 1, { batch: "b\u202e1", failure: { code: "range", message } })];
    const { page, wrong } = await opened();
    await asked(page);
    const text = await textOf(page);
    expect(text).toContain("<img src=x onerror=alert(1)>\\u202e\\u0007");
    expect(text).toContain("b\\u202e1");
    expect([await page.locator("main img").count(), wrong]).toEqual([0, []]);
  });

  // Verifies R-dashboard-access.
  it.each([
    ["en-GB", 1280],
    ["de-DE", 1280],
    ["en-GB", 400],
  ])("has no fault that axe finds, in %s and on %i pixels", async (locale, width) => {
    jobs = [...jobs, job(5, "dead", 500, { failure: { code: "range", message: "A reading is out." } })];
    const { page, wrong } = await opened(width, locale);
    await asked(page);
    await page.clock.resume();
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(locale.slice(0, 2));
    expect(wrong).toEqual([]);
  });

  // Verifies R-dashboard-served.
  it("is served with a policy that takes nothing from elsewhere, and no other file", async () => {
    const page = await fetch(url);
    expect(page.headers.get("content-security-policy")).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'",
    );
    expect(await page.text()).not.toContain("north");
    for (const name of [
      "index.html",
      "desk.js",
      "site.js",
      "dashboard.js/",
      "..%2fpackage.json",
      "%2e%2e/package.json",
      "dashboard.js?x",
    ]) {
      expect([name, (await fetch(url + name)).status]).toEqual([name, 404]);
    }
    expect((await fetch(`${url}dashboard.js`)).status).toBe(200);
  });
});
