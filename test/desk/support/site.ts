import type { Browser, Page } from "playwright-core";
import { BatchproofError } from "../../../src/errors.ts";
import type { PageServer } from "../../../src/desk/serve.ts";
import type { SiteConfig } from "../../../src/site/api.ts";
import { startSite, type Answerer, type SitePath } from "../../../src/site/server.ts";

/** The page of a site for tests of one place: served as it is for people, and answered by the test. */

const CONFIG: SiteConfig = {
  ...{ format: "batchproof-site/1", registry: `0x${"1A".repeat(20)}`, node: "https://node.example" },
  folders: [{ id: 0, lot: "BX10", stages: ["apheresis", "transport", "infusion"], identity: true }],
};

/** Serves the page on a free port. */
export function serveSite(
  answers: Readonly<Partial<Record<SitePath, Answerer>>>,
  config: Partial<SiteConfig> = {},
): Promise<PageServer> {
  return startSite({ config: { ...CONFIG, ...config }, answers, secrets: [], port: 0 });
}

/** An opened place of it, and what went wrong there: errors of scripts, and what the page's policy refused. */
export interface OpenSite {
  readonly page: Page;
  readonly wrong: readonly string[];
}

/** Opens a place of the page, in the language of `locale`. */
export async function openSite(
  browser: Browser,
  { url }: PageServer,
  place: string,
  { width = 1280, locale = "en-GB" } = {},
): Promise<OpenSite> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale, timezoneId: "Europe/Berlin" });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("pageerror", ({ message }) => wrong.push(message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/40[0-9]|422|503/.test(message.text())) wrong.push(message.text());
  });
  await page.goto(`${url}#/${place}`);
  await page.locator("main h1").waitFor();
  return { page, wrong };
}

/** An answer that nobody can give: the node is gone. */
export function nodeGone(): Promise<never> {
  const message = "The node does not answer.";
  return Promise.reject(
    new BatchproofError("environment", message, { code: "unreachable", remedy: "Ask another one." }),
  );
}
