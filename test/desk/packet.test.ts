import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lineage } from "../../src/audit/lineage.ts";
import { reviewDocument, signReview } from "../../src/audit/reviewRecord.ts";
import { documentText } from "../../src/formats/document.ts";
import { publicKey, sign } from "../../src/formats/source.ts";
import { checkAdded } from "../../src/packet/added.ts";
import type { PacketFiles } from "../../src/packet/form.ts";
import { packetFiles } from "../../src/packet/make.ts";
import { faultsOf, openBrowser, WITHOUT_BROWSER } from "./support/browser.ts";
import { keyOf } from "./support/deskReport.ts";
import { disclosedReport, POLICY } from "./support/deskViews.ts";

/** What is filed beside a report, and the page of a packet, which shows both. */

const { report, disclosures } = disclosedReport();
const LINEAGE: Lineage = { report, predecessors: [], unread: null };
const DISCLOSURE = disclosures[0]?.text ?? "";
/** Of a batch that this register does not have, either. */
const FOREIGN = DISCLOSURE.replace(report.registry, `0x${"9".repeat(40)}`).replace(keyOf(2), keyOf(77));
const REVIEW = reviewOf("Seen; CAPA 17 opened.");

/** The record of a review with a comment on the first row. */
function reviewOf(comment: string): string {
  const secret = new Uint8Array(32).fill(7);
  const blank = { name: "A. Reader", public: publicKey(secret), accounts: [], signedAt: report.at };
  const [first] = reviewDocument(report, { ...blank, comments: new Map() }).rows;
  const document = reviewDocument(report, { ...blank, comments: new Map([[first?.id ?? "", comment]]) });
  return documentText(signReview(document, { sign: (message) => sign(secret, message) }));
}

function filed(files: Readonly<Record<string, string>>): PacketFiles {
  return new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
}

const ADDED = filed({
  "disclosures/logger-4711.json": DISCLOSURE,
  "policies/policy.json": JSON.stringify(POLICY),
  "reviews/review.json": REVIEW,
});

// Verifies R-packet-added.
describe("what is added to a packet", () => {
  it("is taken where it belongs to the register, or to one that it follows", () => {
    expect(() => checkAdded(ADDED, LINEAGE)).not.toThrow();
    const newer = { ...report, registry: `0x${"9".repeat(40)}`, batches: [], policies: [] };
    expect(() => checkAdded(ADDED, { ...LINEAGE, report: newer, predecessors: [report] })).not.toThrow();
  });

  const salt = /"salt":"0x00../;
  it.each<readonly [what: string, name: string, text: string, code: string]>([
    ["another register", "disclosures/a.json", FOREIGN, "register"],
    ["another batch", "disclosures/a.json", DISCLOSURE.replace(keyOf(2), keyOf(3)), "claim"],
    ["no batch at all", "disclosures/a.json", DISCLOSURE.replace(keyOf(2), keyOf(77)), "batch"],
    ["another salt of the rule", "disclosures/a.json", DISCLOSURE.replace(salt, '"salt":"0x0077'), "rule"],
    ["another record", "disclosures/a.json", DISCLOSURE.replace(/"record":"0x../, '"record":"0x00'), "record"],
  ])("V290: is refused if a disclosure is of %s", (_what, name, text, code) => {
    expect(text).not.toBe(DISCLOSURE);
    expect(thrownBy(filed({ [name]: text }))).toMatchObject({
      code: `disclosure-${code}`,
      place: expect.stringContaining(name) as string,
    });
  });

  it.each<readonly [what: string, name: string, text: string, code: string]>([
    ["a policy of no register", "policies/a.json", JSON.stringify({ ...POLICY, version: 99 }), "packet-policy"],
    ["a review that was changed", "reviews/a.json", REVIEW.replace("CAPA 17", "CAPA 18"), "review-signature"],
    ["a review that is no text", "reviews/a.json", "\u0000", "json-nul"],
  ])("V290: is refused if it is %s", (_what, name, text, code) => {
    const place = expect.stringContaining(name) as string;
    expect(thrownBy(filed({ [name]: text }))).toMatchObject({ code, place });
  });

  function thrownBy(files: PacketFiles): unknown {
    try {
      checkAdded(files, LINEAGE);
      return undefined;
    } catch (error) {
      return error;
    }
  }
});

// Verifies R-packet-page.
describe.skipIf(WITHOUT_BROWSER !== undefined)(`the page of a packet ${WITHOUT_BROWSER ?? ""}`, () => {
  const home = mkdtempSync(join(tmpdir(), "packet-page-"));
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    rmSync(home, { recursive: true });
  });

  /** A packet's page opened from disk; what it asked for, and what went wrong on it. */
  async function opened(lineage: Lineage, added: PacketFiles): Promise<{ page: Page; wrong: string[] }> {
    const files = packetFiles({ lineage, archive: new Uint8Array(), version: "0.0.0", added });
    const path = join(home, "report.html");
    writeFileSync(path, files.get("report.html") ?? "");
    const page = await browser.newPage({ locale: "en-GB" });
    const wrong: string[] = [];
    const own = pathToFileURL(path).href;
    page.on("request", (request) => {
      if (request.url() !== own && !request.url().startsWith("data:")) wrong.push(request.url());
    });
    page.on("pageerror", ({ message }) => wrong.push(message));
    page.on("console", (message) => wrong.push(message.text()));
    await page.goto(own);
    await page.locator("main h1").first().waitFor();
    return { page, wrong };
  }

  /** Goes to a view, as a link of the page does. */
  async function view(page: Page, name: string, element: string): Promise<string> {
    await page.evaluate((fragment) => (location.hash = fragment), `#/${name}`);
    await page.locator(element).waitFor();
    return await page.locator("main").innerText();
  }

  it("shows from disk, and asking for nothing, rows, batches, curves, policies and reviews", async () => {
    const { page, wrong } = await opened(LINEAGE, ADDED);
    expect(await page.locator("main > .notice").first().innerText()).toContain("This page has verified nothing itself");
    expect(await page.locator("desk-rows tbody tr").count()).toBe(report.findings.length);
    expect(await view(page, `batch/${keyOf(2)}`, "desk-batch")).toContain("batchproof verify-packet");
    const disclosed = await view(page, "disclosure", "svg.plot");
    expect(disclosed).toContain("This belongs to what was attested.");
    expect(await page.locator("svg.plot .plot-line").count()).toBeGreaterThan(0);
    await view(page, "policy", ".policy summary");
    await page.locator(".policy summary").click();
    expect(await page.locator(".policy-words").innerText()).toContain(POLICY.product);
    expect(await view(page, "record", "desk-review")).toContain("by A. Reader.");
    expect(wrong).toEqual([]);
    expect(await faultsOf(page)).toEqual([]);
  });

  it("V291: runs nothing that stands in the report or in a file", async () => {
    const markup = "</script><script>document.title='run'</script><!--<script>\u2028<img src=x onerror=alert(1)>";
    const [finding, ...others] = report.findings;
    if (finding === undefined) throw new Error("The report has no row.");
    const findings = [{ ...finding, text: markup }, ...others];
    const { page, wrong } = await opened(
      { ...LINEAGE, report: { ...report, findings } },
      filed({
        "reviews/review.json": reviewOf(markup),
      }),
    );
    expect(await page.locator("desk-rows").innerText()).toContain("</script><script>document.title='run'");
    expect(await view(page, "record", "desk-review")).toContain("by A. Reader.");
    expect(await page.title()).not.toBe("run");
    expect(await page.locator("img").count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  it("V292: shows nothing of a report that is none, and says why", async () => {
    const broken = { ...report, total: "5" } as unknown as Lineage["report"];
    const { page } = await opened({ ...LINEAGE, report: broken }, filed({}));
    expect(await page.locator("main").innerText()).toContain("report-file");
    expect(await page.locator("tbody tr").count()).toBe(0);
  });
});
