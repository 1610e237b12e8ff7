import type { Browser } from "playwright-core";
import { ZeroHash } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Lineage } from "../../src/audit/lineage.ts";
import type { AuditReport, BatchReport } from "../../src/audit/report.ts";
import type { PageServer } from "../../src/desk/serve.ts";
import { queueAnswers } from "../../src/site/queue.ts";
import { faultsOf, openBrowser, WITHOUT_BROWSER } from "./support/browser.ts";
import { NOW, OWNER, QP, smallReport } from "./support/deskReport.ts";
import { nodeGone, openSite, serveSite, type OpenSite } from "./support/site.ts";

if (WITHOUT_BROWSER !== undefined) console.warn(WITHOUT_BROWSER);

type Reading = Pick<Lineage, "report" | "unread">;

/** The small register, of which batch 4 is overdue, and one more that is ready. */
function register(): AuditReport {
  const { batches, ...report } = smallReport();
  const [first] = batches.slice(1);
  if (first === undefined) throw new Error("The register has no second batch.");
  const due = [BigInt(NOW + 86_400), BigInt(NOW + 900 * 86_400)] as const;
  const certifying = { qps: [QP], trail: ZeroHash, exceptionsHash: ZeroHash, nonce: 0, stands: false, ready: true };
  const stage = { stage: 0, head: null, asserted: null, qps: [QP, OWNER], unconfirmed: false };
  const confirmed = { by: OWNER, at: NOW - 60, block: 80, transaction: ZeroHash, document: ZeroHash };
  const ready: BatchReport = {
    ...{ ...first, key: `0x${"5e".repeat(32)}`, serial: 6, status: "Compliant", due, certifying },
    stages: [{ ...stage, confirmed }],
  };
  const late = batches.map((batch) =>
    batch.serial === 4 ? { ...batch, certifying: { ...batch.certifying, stands: false, nonce: 0 } } : batch,
  );
  return { ...report, batches: [...late, ready] };
}

describe.skipIf(WITHOUT_BROWSER !== undefined)("the queue of a QP in a browser", () => {
  let browser: Browser;
  let site: PageServer;
  /** What the program reads for the next questions. */
  let reading: () => Promise<Reading>;

  beforeAll(async () => {
    browser = await openBrowser();
    site = await serveSite({ queue: queueAnswers(() => reading()) });
  });

  beforeEach(() => {
    reading = () => Promise.resolve({ report: register(), unread: null });
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });

  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  async function asked(account = QP, options: Parameters<typeof openSite>[3] = {}): Promise<OpenSite> {
    const opened = await openSite(browser, site, "queue", options);
    await opened.page.locator("input[name=account]").fill(account);
    await opened.page.locator("button.ask").click();
    return opened;
  }

  // Verifies R-queue-page.
  test("shows what is overdue first, what waits for whom, what others confirmed, and block and time", async () => {
    const { page, wrong } = await asked();
    await page.locator("article.waiting").first().waitFor();
    const rows = await page.locator("article.waiting").allInnerTexts();
    expect(rows[0]).toContain("batch 4");
    expect(rows[0]).toContain("overdue");
    const ready = page.locator("article.waiting", { hasText: "batch 6" });
    const text = await ready.innerText();
    for (const part of ["ready to certify", "waits for you", OWNER, "2022-07-20T07:59:00Z"])
      expect(text).toContain(part);
    expect(rows.filter((row) => row.includes("ready to certify"))).toHaveLength(1);
    const whole = await page.locator("site-queue").innerText();
    for (const part of ["Development keys".toLowerCase(), "89", QP]) expect(whole).toContain(part);
    expect(wrong).toEqual([]);
  });

  // Verifies R-queue-certificate.
  test("says every field of the certificate in words, and the command; it signs nothing", async () => {
    const { page } = await asked();
    const certificate = page.locator("article.waiting", { hasText: "batch 6" }).locator("details");
    const text = await certificate.innerText();
    const fields = ["domain", "batch", "policyId", "neededFor", "trail", "exceptionsHash", "certificate", "meaning"];
    for (const part of [...fields, "signedAt", "nonce", "deadline", "2 claims proven", "it certifies the release"]) {
      expect(text).toContain(part);
    }
    expect(text).toContain(`batchproof certify DIR --owner ${OWNER} --certificate FILE`);
    expect(await certificate.locator("input, button").count()).toBe(0);
  });

  // Verifies R-queue-role.
  test("says of an account without the role that nothing waits for it, and calls nothing ready", async () => {
    const report = register();
    reading = () => Promise.resolve({ report: { ...report, roles: [] }, unread: `0x${"9".repeat(40)}` });
    const { page } = await asked();
    await page.locator("article.waiting").first().waitFor();
    const text = await page.locator("site-queue").innerText();
    expect(text).toContain("does not have the role QP now");
    expect(text).toContain("which was not read");
    for (const part of ["ready to certify", "waits for you:"]) expect(text).not.toContain(part);
    expect(await page.locator("details").count()).toBe(0);
  });

  // Verifies R-queue-unconcluded.
  test("is no empty queue while the register is read, nor where it cannot be", async () => {
    let fail: () => void = () => undefined;
    reading = () =>
      new Promise((_, reject) => {
        fail = () => void nodeGone().catch(reject);
      });
    const { page } = await asked();
    await page.getByText("Reading the register").waitFor();
    expect(await page.locator("article.waiting, .facts").count()).toBe(0);
    fail();
    await page.locator("[role=alert]").waitFor();
    const text = await page.locator("site-queue").innerText();
    for (const part of ["Nothing can be concluded", "no empty queue", "The node does not answer."]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("about which");
  });

  // Verifies R-queue-unconcluded.
  test("of another account is asked anew, and one that is left open stops to call anything ready", async () => {
    const { page } = await asked();
    await page.locator("article.waiting").first().waitFor();
    await page.locator("site-queue").evaluate((element) => {
      const queue = element as unknown as { outcome: { answer: object } };
      const old = new Date(Date.now() - 16 * 60_000).toISOString();
      queue.outcome = { ...queue.outcome, answer: { ...queue.outcome.answer, asked: old } };
    });
    await page.getByText("more than 15 minutes old").waitFor();
    expect(await page.getByText("ready to certify").count()).toBe(0);
    expect(await page.locator("details").count()).toBe(0);
    await page.locator("input[name=account]").fill(OWNER);
    expect(await page.locator("article.waiting").count()).toBe(0);
  });

  // Verifies R-queue-page.
  test("remembers the account in this browser, and prints what it shows with the block", async () => {
    const { page } = await asked();
    await page.locator("article.waiting").first().waitFor();
    await page.reload();
    await page.locator("input[name=account]").waitFor();
    expect(await page.locator("input[name=account]").inputValue()).toBe(QP);
    await page.locator("button.ask").click();
    await page.locator("article.waiting").first().waitFor();
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("form").isVisible()).toBe(false);
    expect(await page.locator("article.waiting").first().isVisible()).toBe(true);
    const margins = await page.evaluate(() =>
      document.adoptedStyleSheets.map((sheet) => [...sheet.cssRules].map(({ cssText }) => cssText)).join(),
    );
    expect(margins).toContain("89");
  });

  // Verifies R-queue-page.
  test.each([
    ["en-GB", "What waits for a Qualified Person?"],
    ["de-DE", "Was wartet auf eine Sachkundige Person?"],
  ])("is used by keyboard on 400 pixels, without a fault that axe finds: %s", async (locale, title) => {
    const { page, wrong } = await openSite(browser, site, "queue", { width: 400, locale });
    expect(await page.locator("main h1").innerText()).toBe(title);
    await page.locator("input[name=account]").focus();
    await page.keyboard.type(QP);
    await page.keyboard.press("Enter");
    await page.locator("article.waiting").first().waitFor();
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(wrong).toEqual([]);
  });
});
