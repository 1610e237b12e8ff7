import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PageServer } from "../../src/desk/serve.ts";
import type { Site } from "../../src/site/site.ts";
import { jsonText } from "../../src/formats/jsonText.ts";
import { formatTime } from "../../src/input/times.ts";
import { writeFilm } from "../support/labelImage.ts";
import { openCamera } from "./support/camera.ts";
import { faultsOf, openBrowser, WITHOUT_BROWSER } from "./support/browser.ts";
import { BATCHES, CARRIER, HOSTILE_LOT, SiteScene, type BatchName } from "./support/siteScene.ts";

/** The page of a site in a browser: its dock and what it says of a batch, on a register that is there. */

const WITHOUT_PDF = existsSync("/usr/bin/pdftotext") ? undefined : "no pdftotext here";
/** A node that nobody runs. */
const GONE = "http://127.0.0.1:1";

interface Asked {
  readonly batch?: BatchName;
  readonly label?: string;
  readonly carrier?: string;
}

describe.skipIf(WITHOUT_BROWSER !== undefined)(`the page of a site ${WITHOUT_BROWSER ?? ""}`, () => {
  let site: SiteScene;
  let browser: Browser;
  /** With the register's node. */
  let server: PageServer;
  const servers: PageServer[] = [];

  beforeAll(async () => {
    site = await SiteScene.set();
    server = await serve();
    browser = await openBrowser();
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await Promise.all(servers.map((each) => each.close()));
    await site.close();
  });

  async function serve(other: Partial<Site> = {}): Promise<PageServer> {
    const started = await site.serve(other);
    servers.push(started);
    return started;
  }

  /** The page, and what went wrong on it. */
  async function opened(
    { url } = server,
    { width = 1280, locale = "en-GB", place = "" } = {},
  ): Promise<{ page: Page; wrong: string[] }> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale });
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on("pageerror", ({ message }) => wrong.push(message));
    page.on("dialog", (dialog) => wrong.push(dialog.message()));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("status of")) wrong.push(message.text());
    });
    await page.goto(url + place);
    await page.locator("main h1").waitFor();
    return { page, wrong };
  }

  /** Asks at the dock, by keyboard and scanner, and gives what the answer's card says. */
  async function dock(
    page: Page,
    { batch = "open", label = site.labels[batch], carrier }: Asked = {},
  ): Promise<string> {
    await page
      .locator("site-dock select")
      .first()
      .selectOption(String(BATCHES.indexOf(batch)));
    await page.locator("site-dock select").nth(1).selectOption("storage");
    await scan(page, 0, label);
    await scan(page, 1, carrier ?? (batch === "open" ? CARRIER : ""));
    await page.locator("button.ask").click();
    return card(page);
  }

  async function scan(page: Page, which: number, text: string): Promise<void> {
    const field = page.locator("desk-scan").nth(which).locator("input").first();
    await field.fill(text);
    await field.press("Tab");
  }

  async function card(page: Page): Promise<string> {
    await page.locator("site-answer article").waitFor();
    return page.locator("site-answer").innerText();
  }

  // Verifies R-site-dock.
  it("says yes at the dock, with block, time, batch and register", async () => {
    const { page, wrong } = await opened();
    const text = await dock(page);
    expect(text).toMatch(/^\W*YES\s+This stage may begin\./);
    for (const part of [site.keys.open, site.scene.registry, "chain 31337", "Development keys"]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/Block\s+\d+, 20\d\d-/);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("YES");
    expect(wrong).toEqual([]);
  });

  // Verifies R-site-dock.
  it.each<[BatchName, string, string]>([
    ["recalled", "NO", "The batch is recalled."],
    ["held", "NO", "The batch is held. held by AUTHORITY (order ORDER-7)"],
    ["supplied", "EXCEPTIONAL SUPPLY", "Out of specification. Go by what the physician was told"],
  ])("says of a batch that is %s: %s", async (batch, word, reason) => {
    const { page } = await opened();
    const text = await dock(page, { batch });
    expect(text).toMatch(new RegExp(`^\\W*${word}\\s`));
    expect(text).toContain(reason);
    expect(text).not.toContain("YES");
  });

  // Verifies R-site-dock.
  it("reads the label through a camera", async () => {
    const filming = await openCamera(await writeFilm(site.scene.home, site.labels.recalled));
    const page = await filming.newPage();
    await page.goto(server.url);
    await page.getByRole("button", { name: "Use the camera" }).first().click();
    await page.locator(".scanned").getByText(site.labels.recalled).waitFor();
    await page
      .locator("site-dock select")
      .first()
      .selectOption(String(BATCHES.indexOf("recalled")));
    await page.locator("site-dock select").nth(1).selectOption("storage");
    await page.locator("button.ask").click();
    expect(await card(page)).toMatch(/^\W*NO\s[^]*The batch is recalled/);
    await filming.close();
  });

  // Verifies R-site-label, V317.
  it("V317: says no to a label of another register, chain, batch or custodian, and to another bag", async () => {
    const { page } = await opened();
    const gs1 = ["--gs1", CARRIER];
    const labels: [Asked, string][] = [
      [{ label: await site.label("open", ...gs1, "--registry", `0x${"1a".repeat(20)}`) }, "another register"],
      [{ label: await site.label("open", ...gs1, "--chain-id", "1") }, "another chain"],
      [{ label: site.labels.held, carrier: "" }, "another batch"],
      [{ label: await site.strangersLabel("open") }, "Nobody here vouches for the signature"],
      [{ carrier: CARRIER.replace("BAG7", "BAG8") }, "own code is not the one"],
      [{ carrier: "" }, "own code is not the one"],
    ];
    for (const [asked, reason] of labels) {
      const text = await dock(page, asked);
      expect(text).toMatch(/^\W*NO\s/);
      expect(text).toContain(reason);
    }
  });

  // Verifies R-site-unknown, V318.
  it("V318: knows nothing without a node, and says so; then goes by a QP's standing alone", async () => {
    const { page } = await opened(await serve({ rpc: GONE }));
    expect(await dock(page)).toMatch(/^\W*UNKNOWN\s+Nobody can say whether this stage may begin\. Do not begin it\./);
    const qps = [site.scene.account("qp")];
    const standings = [await site.signed("open")];
    const offline = await opened(await serve({ rpc: undefined, qps, standings }));
    const text = await dock(offline.page);
    expect(text).toMatch(/^\W*YES\s/);
    expect(text).toContain("a Qualified Person, who signed how the register stood at this block; no node was asked");
    const unsigned = await opened(await serve({ rpc: undefined, standings }));
    expect(await dock(unsigned.page)).toMatch(/^\W*NO\s[^]*not signed by a Qualified Person of the batch whom/);
    const time = formatTime(Math.floor(Date.now() / 1000) - 25 * 3600);
    const old = await opened(await serve({ rpc: undefined, qps, standings: [await site.signed("open", { time })] }));
    expect(await dock(old.page)).toMatch(/^\W*NO\s[^]*The signed standing is too old/);
  });

  // Verifies R-site-unknown, V318.
  it("V318: has no answer any more when the program is gone, after quarter of an hour, or once anything is changed", async () => {
    const dying = await site.serve();
    const { page } = await opened(dying);
    await page.clock.install();
    expect(await dock(page)).toMatch(/^\W*YES\s/);
    await page.clock.fastForward("14:00");
    expect(await card(page)).toMatch(/^\W*YES\s/);
    await page.clock.fastForward("01:01");
    expect(await card(page)).toMatch(/^\W*UNKNOWN\s[^]*more than 15 minutes old/);
    await page.locator("site-dock select").nth(1).selectOption("");
    expect(await page.locator("site-answer").count()).toBe(0);
    await dying.close();
    expect(await dock(page)).toMatch(/^\W*UNKNOWN\s[^]*does not answer/);
  });

  // Verifies R-site-verify.
  it("says of a batch what is proven, by its label, its key or a signed standing", async () => {
    const qps = [site.scene.account("qp")];
    const { page, wrong } = await opened(await serve({ qps }), { place: "#/verify" });
    await scan(page, 0, site.labels.supplied);
    expect(await card(page)).toMatch(/^\W*EXCEPTIONAL SUPPLY\s/);
    await page.locator("site-verify select").selectOption("batch");
    await page.getByLabel("Key of the batch").fill(site.keys.open);
    await page.getByRole("button", { name: "Ask the register" }).click();
    expect(await card(page)).toMatch(/^\W*NO\s[^]*does not release the batch/);
    expect(await page.locator("site-verify table").innerText()).toMatch(/custody[^]*not proven/);
    await page.locator("site-verify select").selectOption("standing");
    const file = site.scene.path("standing.json");
    writeFileSync(file, jsonText(await site.signed("recalled")));
    await page.locator("site-verify input[type=file]").setInputFiles(file);
    expect(await card(page)).toMatch(/^\W*NO\s[^]*The batch is recalled/);
    await page.locator("site-verify input[type=file]").setInputFiles({
      ...{ name: "nothing.json", mimeType: "application/json", buffer: Buffer.from("{}") },
    });
    await page.getByText("standing-file").waitFor();
    expect(await card(page)).toMatch(/^\W*UNKNOWN\s/);
    expect(wrong).toEqual([]);
  });

  // Verifies R-site-verify, V319.
  it("V319: believes no label of a register that the site does not know", async () => {
    const { page } = await opened(server, { place: "#/verify" });
    await scan(page, 0, await site.label("open", "--registry", `0x${"1a".repeat(20)}`));
    expect(await card(page)).toMatch(/^\W*NO\s[^]*The label is of another register/);
  });

  // Verifies R-site-access.
  it.each(["en-GB", "de-DE"])("has no fault that axe finds, in %s, on 400 pixels", async (locale) => {
    const { page, wrong } = await opened(server, { width: 400, locale });
    for (const place of ["dock", "verify"]) {
      await page.goto(`${server.url}#/${place}`);
      expect(await faultsOf(page), place).toEqual([]);
    }
    await page.goto(`${server.url}#/dock`);
    for (const batch of ["open", "recalled", "supplied"] as const) {
      const text = await dock(page, { batch });
      if (locale === "de-DE") expect(text).toMatch(/^\W*(JA|NEIN|AUSNAHMSWEISE ABGABE)\s/);
      expect(await faultsOf(page), batch).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    }
    expect(wrong).toEqual([]);
  });

  // Verifies R-site-texts, V320.
  it("V320: shows texts of others as texts", async () => {
    const { page, wrong } = await opened();
    expect(await dock(page)).toContain(HOSTILE_LOT);
    await scan(page, 0, `<img src=x onerror="alert(2)">\u202e`);
    await page.locator("button.ask").click();
    expect(await card(page)).toMatch(/^\W*UNKNOWN\s[^]*This is not the label of a batch/);
    expect(await page.locator("main img").count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  // Verifies R-site-paper, V321.
  it.skipIf(WITHOUT_PDF !== undefined)(`V321: says its word on every page of paper ${WITHOUT_PDF ?? ""}`, async () => {
    const { page } = await opened();
    for (const [batch, word] of [
      ["open", "YES: This stage may begin."],
      ["recalled", "NO: This stage may NOT begin."],
    ] as const) {
      await dock(page, { batch });
      // So large that there are several.
      const pdf = await page.pdf({ scale: 2 });
      const pages = execFileSync("pdftotext", ["-layout", "-", "-"], { input: pdf })
        .toString()
        .split("\f")
        .slice(0, -1);
      expect(pages.length).toBeGreaterThan(1);
      for (const each of pages) expect(each).toContain(word);
      expect(pages.join("")).not.toContain("Ask the register");
    }
  });
});
