import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PageServer } from "../../src/desk/serve.ts";
import type { SiteAnswer, VerifyAnswer } from "../../src/site/api.ts";
import type { Light } from "../../src/standing/answer.ts";
import { VECTORS } from "../formats/labels.ts";
import { openBrowser, WITHOUT_BROWSER } from "./support/browser.ts";
import { openSite, serveSite } from "./support/site.ts";

/** What is left on the page of a site of an answer that is no longer one. */

const [LABEL = ""] = VECTORS.labels.map(({ text }) => text);

function answered(light: Light): SiteAnswer {
  const time = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return {
    ...{ light, reasons: [], notes: [] },
    record: {
      ...{ batch: `0x${"ab".repeat(32)}`, registry: `0x${"1A".repeat(20)}`, chainId: "31337", block: 12 },
      ...{ hash: `0x${"cd".repeat(32)}`, time, asked: time, from: "node" },
    },
  };
}

describe.skipIf(WITHOUT_BROWSER !== undefined)(`an answer that is over ${WITHOUT_BROWSER ?? ""}`, () => {
  let browser: Browser;
  let server: PageServer;
  let dock: () => Promise<SiteAnswer>;

  beforeAll(async () => {
    browser = await openBrowser();
    const verify = (): Promise<VerifyAnswer> => Promise.resolve({ ...answered("green"), verification: null });
    server = await serveSite({ dock: () => dock(), verify });
  });
  beforeEach(() => {
    dock = () => Promise.resolve(answered("green"));
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  async function scanned(place: string): Promise<Page> {
    const { page } = await openSite(browser, server, place);
    if (place === "dock") await page.locator("site-dock select").nth(1).selectOption("transport");
    await page.locator("desk-scan input").first().fill(LABEL);
    await page.locator("desk-scan input").first().press("Enter");
    return page;
  }

  const margins = (page: Page): Promise<string> =>
    page.evaluate(() =>
      document.adoptedStyleSheets.flatMap((sheet) => Array.from(sheet.cssRules, (rule) => rule.cssText)).join("\n"),
    );

  // Verifies R-site-unknown, V352.
  it.each(["dock", "verify"])(
    "V352: is none once another label is begun without the Enter key, at %s",
    async (place) => {
      const page = await scanned(place);
      if (place === "dock") await page.locator("button.ask").click();
      await page.locator("site-answer article.green").waitFor();
      await page.locator("desk-scan input").first().pressSequentially("b");
      expect(await page.locator("site-answer").count()).toBe(0);
      if (place === "dock") expect(await page.locator("button.ask").isDisabled()).toBe(true);
    },
  );

  // Verifies R-site-unknown, V353.
  it("V353: takes no place of a later one to the same question", async () => {
    const page = await scanned("dock");
    let slow: (answer: SiteAnswer) => void = () => undefined;
    dock = () => new Promise((resolve) => (slow = resolve));
    const sent = page.waitForRequest(/dock$/);
    await page.locator("button.ask").click();
    await sent;
    dock = () => Promise.resolve(answered("red"));
    await page.locator("button.ask").click();
    await page.locator("site-answer article.red").waitFor();
    const late = page.waitForResponse(/dock$/);
    slow(answered("green"));
    await (await late).finished();
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
    expect(await page.locator("site-answer article").getAttribute("class")).toBe("answer red");
  });

  // Verifies R-site-paper, V354.
  it("V354: is not printed in the margins of a page that has none", async () => {
    const page = await scanned("dock");
    await page.locator("button.ask").click();
    await page.locator("site-answer article.green").waitFor();
    expect(await margins(page)).toContain("YES");
    await page.locator("site-dock select").nth(1).selectOption("infusion");
    await page.locator("site-answer").waitFor({ state: "detached" });
    expect(await margins(page)).not.toMatch(/YES|abab/);
  });
});
