import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import type { AxeResults } from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";
import { packageRoot } from "../../../src/root.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
export const CHROMIUM = "/usr/bin/chromium";

/** Why tests in a browser are skipped; undefined: there is one. */
export const WITHOUT_BROWSER = existsSync(CHROMIUM) ? undefined : `no ${CHROMIUM} here: nothing is tested in a browser`;

/** A browser with a profile of its own, which asks for nothing that a test does not ask for. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-background-networking"] });
}

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
/** What the page may do where it is served. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:";

/** The page as it was built (`npm run build`), served alone: no register stands behind it. */
export async function servePage(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const name = request.url === "/" ? "/index.html" : (request.url ?? "");
    readFile(join(packageRoot(), "dist/desk", name)).then(
      (bytes) => {
        response.setHeader("content-type", TYPES[extname(name)] ?? "text/plain");
        response.setHeader("content-security-policy", POLICY);
        response.end(bytes);
      },
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

/** A new page at an address, and what went wrong on it: errors of scripts, and what its policy refused. */
export async function openPage(browser: Browser, url: string, width = 1280): Promise<{ page: Page; wrong: string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("pageerror", ({ message }) => wrong.push(message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("404")) wrong.push(message.text());
  });
  await page.goto(url);
  // No register answers: until the page has said so, it may say it over what a test shows.
  await page.locator("[role=alert]").waitFor();
  return { page, wrong };
}

/** What axe finds against WCAG 2.2 AA: rule and place. The page forbids foreign scripts, so it comes by the debugger. */
export async function faultsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(readFileSync(AXE, "utf8"));
  const { violations } = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { readonly axe: { run: (options: object) => Promise<AxeResults> } };
    return axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}
