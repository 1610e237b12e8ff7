import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pageNames, type PageName } from "../../src/desk/page.ts";
import { packageRoot } from "../../src/root.ts";

/** What the build made of the page: `npm run build`. */

const FOLDER = join(packageRoot(), "dist/desk");
/** Bytes with gzip of all that a reader's browser loads. */
const MOST_LOADED = 250_000;

/** The same of the page of a site, on whatever phone is at hand. */
const MOST_OF_SITE = 120_000;
/** And of that of a service's queue. */
const MOST_OF_DASHBOARD = 60_000;

const names = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
const read = (name: string): Buffer => readFileSync(join(FOLDER, name));
const loadedBy = (page: PageName): number =>
  pageNames(page).reduce((sum, name) => sum + gzipSync(read(name)).length, 0);
const scripts = names.filter((name) => name.endsWith(".js"));

describe.skipIf(names.length === 0)("the page as it is built", () => {
  // Verifies R-desk-size.
  it("is at most 250 kB with gzip, the worker included", () => {
    expect(loadedBy("desk")).toBeLessThanOrEqual(MOST_LOADED);
  });

  // Verifies R-site-size.
  it("is at most 120 kB with gzip for a site", () => {
    expect(loadedBy("site")).toBeLessThanOrEqual(MOST_OF_SITE);
  });

  // Verifies R-dashboard-size.
  it("is at most 60 kB with gzip for the queue of a service", () => {
    expect(loadedBy("dashboard")).toBeLessThanOrEqual(MOST_OF_DASHBOARD);
  });

  // Verifies R-desk-policy.
  it.each(scripts)("%s makes no code from text, and needs nothing of Node's", (name) => {
    const code = read(name).toString("utf8");
    expect(code).not.toMatch(/\beval\s*\(|new Function\s*\(|WebAssembly/);
    expect(code).not.toMatch(/["'`]node:/);
  });

  // Verifies R-desk-policy.
  it("opens from disk with a policy that lets in its own script and style, and nothing else", () => {
    const page = read("desk.html").toString("utf8");
    const [, policy = ""] = /<meta http-equiv="content-security-policy" content="([^"]*)"/.exec(page) ?? [];
    for (const kind of ["script", "style"]) {
      const inlined = [...page.matchAll(new RegExp(`<${kind}[^>]*>([^]*?)</${kind}>`, "g"))].map(
        ([, text = ""]) => text,
      );
      const hashes = inlined.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
      expect(policy).toContain(`${kind}-src ${hashes.join(" ") || "'none'"};`);
    }
    expect(policy).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(script|link)[^>]* (src|href)="(?!data:)/);
  });
});
