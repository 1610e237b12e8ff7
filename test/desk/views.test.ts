import type { Browser, Page } from "playwright-core";
import type { Server } from "node:http";
import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DeskData, GivenFile } from "../../desk/data/data.ts";
import { reviewFromJson } from "../../src/audit/reviewRecord.ts";
import { drawSample } from "../../src/audit/sample.ts";
import { createKey } from "../../src/parties/keys.ts";
import { documentHash } from "../../src/policy/document.ts";
import { faultsOf, openBrowser, openPage, servePage, WITHOUT_BROWSER } from "./support/browser.ts";
import { OWNER } from "./support/deskReport.ts";
import { disclosedReport, POLICY, saltsFile } from "./support/deskViews.ts";

const PASSPHRASE = "five words drawn by dice";
const POLICY_FILE: GivenFile = { name: "policy.json", text: JSON.stringify(POLICY) };

/** The block that is later than the report's. */
const SEED = { block: 120, hash: `0x${"7".repeat(64)}` };
type Files = Partial<Pick<DeskData, "policies" | "disclosures" | "reviews">>;

/** The further views of the page in a real browser, under the policy that the page is served with. */
describe.skipIf(WITHOUT_BROWSER !== undefined)(`the page's views ${WITHOUT_BROWSER ?? ""}`, () => {
  let browser: Browser;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    ({ url, server } = await servePage());
    browser = await openBrowser();
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });

  afterAll(async () => {
    await browser.close();
    server.close();
  });

  /** A view of a report with these files, as if the audit had just ended. */
  async function view(
    name: string,
    files: Files = {},
    { report } = disclosedReport(),
  ): Promise<{ page: Page; wrong: string[] }> {
    const data: DeskData = {
      ...{ lineage: { report, predecessors: [], unread: null }, origin: "node", laterBlock: null },
      ...{ policies: [], disclosures: [], reviews: [] },
      ...files,
    };
    const opened = await openPage(browser, `${url}#/${name}`);
    await opened.page.evaluate(
      ([given, seed]) => {
        const state = { step: "ready", data: { ...given, laterBlock: () => Promise.resolve(seed) } };
        Object.assign(document.querySelector("desk-app") ?? {}, { state });
      },
      [data, SEED] as const,
    );
    // The audit itself failed: no register stands behind this server.
    opened.wrong.length = 0;
    return opened;
  }

  describe("of disclosures", () => {
    it("shows one that fits, with its curve, in words and as a table", async () => {
      const { page, wrong } = await view("disclosure", { disclosures: disclosedReport().disclosures });
      const text = await page.locator("desk-disclosure").innerText();
      expect(text).toContain("This belongs to what was attested.");
      expect(text).toContain("Above the band from 2022-05-06T13:20:00Z to 2022-05-06T16:35:00Z");
      expect(text).toContain("7.9653 °C (dH 83.144 kJ/mol)");
      expect(await page.locator("svg.plot .plot-line").count()).toBeGreaterThan(0);
      await page.getByRole("button", { name: /as a table/ }).click();
      const rows = page.locator("desk-curve table tbody tr");
      expect(await rows.count()).toBe(100);
      expect(await rows.first().innerText()).toContain("outside the request");
      expect(wrong).toEqual([]);
    });

    // Verifies R-desk-disclosure, V228.
    it("V228: says above all of one under a circuit that nobody here knows that it cannot be relied on", async () => {
      const { report, disclosures } = disclosedReport();
      const circuits = report.circuits.map((circuit) => ({ ...circuit, known: null }));
      const { page } = await view("disclosure", { disclosures }, { report: { ...report, circuits }, disclosures });
      const text = await page.locator("desk-disclosure").innerText();
      expect(text).toContain("which cannot be relied on:");
      expect(text).toMatch(/What circuit 0x[0-9a-f]{64} proves is not known here/);
      expect(text).not.toContain("This belongs to what was attested.");
    });

    // Verifies R-desk-disclosure.
    it("V272: shows nothing of one that was changed, but the name of what refused it", async () => {
      const [{ name, text }] = disclosedReport().disclosures as [GivenFile];
      const changed = text.replace(
        /"salt":"0x00(..)/,
        (_, digits: string) => `"salt":"0x00${digits === "00" ? "01" : "00"}`,
      );
      const { page } = await view("disclosure", { disclosures: [{ name, text: changed }] });
      const refused = page.locator("desk-disclosure .refused");
      await refused.waitFor();
      expect(await refused.innerText()).toMatch(/disclosure-(rule|header|chunk)/);
      expect(await page.locator("svg.plot").count()).toBe(0);
      expect(await page.locator("desk-disclosure").innerText()).not.toContain("This belongs to");
    });
  });

  // Verifies R-desk-sample.
  it("of the sample draws green batches by a later block, and links to their pages", async () => {
    const { page, wrong } = await view("sample");
    await page.getByLabel("Number of batches").fill("2");
    await page.getByRole("button", { name: "Draw" }).click();
    const links = page.locator("desk-sample tbody a");
    await links.first().waitFor();
    const { keys } = drawSample(disclosedReport().report, 2, SEED);
    const drawn = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    expect(drawn).toEqual(keys.map((key) => `#/batch/${key}`));
    expect(wrong).toEqual([]);
  });

  it("of trends shows both reviews, of the owner and the months that are asked for", async () => {
    const { page, wrong } = await view("trends");
    expect(await page.locator("desk-trends").innerText()).toContain("Who could do what, and who did");
    const months = page.locator("desk-trends table", { hasText: "By month" }).locator("tbody tr");
    expect(await months.count()).toBeGreaterThan(0);
    await page.getByLabel("Opened from").fill("2031-01-01");
    await page.getByLabel("Opened from").dispatchEvent("change");
    expect(await page.locator("desk-trends").innerText()).toContain("No batch was opened in this period.");
    expect(wrong).toEqual([]);
  });

  describe("of the review record", () => {
    // Verifies R-desk-review.
    it("signs comments with the reader's key, shows what a record says, and only what is new since it", async () => {
      const { page, wrong } = await view("record");
      await page.locator("desk-review textarea").first().fill("Seen; CAPA 17 opened.");
      await page.locator("desk-review textarea").first().blur();
      const key = await createKey({
        name: "A. Reader",
        role: "lab",
        org: "Agency",
        passphrase: PASSPHRASE,
        scryptN: 1024,
      });
      await page.getByLabel("Your key file").setInputFiles({
        name: "reader.key.json",
        mimeType: "application/json",
        buffer: Buffer.from(JSON.stringify(key)),
      });
      await page.getByLabel("Passphrase").fill(PASSPHRASE);
      await page.getByRole("button", { name: "Sign", exact: true }).click();
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Download the review record" }).click();
      const text = await readFile(await (await download).path(), "utf8");
      const review = reviewFromJson(text, "review.json");
      expect(review.rows.map(({ comment }) => comment).filter((comment) => comment !== "")).toEqual([
        "Seen; CAPA 17 opened.",
      ]);
      expect(review.meaning).toBe("review");
      expect(await page.getByLabel("Passphrase").evaluate((field) => field.matches(":user-invalid"))).toBe(false);
      expect(wrong).toEqual([]);

      const later = await view("record", { reviews: [{ name: "review.json", text }] });
      expect(await later.page.locator("desk-review").innerText()).toContain("Signed at block 89 by A. Reader.");
      // Of the same block all that was reviewed is shown, with what was said of it.
      expect(await later.page.locator("desk-review tbody tr").count()).toBe(review.rows.length);
      expect(await later.page.locator("desk-review tbody tr").first().innerText()).toContain("Seen; CAPA 17 opened.");
      await later.page.getByLabel("Only rows that are new since then").check();
      expect(await later.page.locator("desk-review tbody tr").count()).toBe(0);
    });

    it("V274: says so where the reader's account acted on a batch of the review", async () => {
      const { page } = await view("record");
      expect(await page.locator("desk-review .refused").count()).toBe(0);
      await page.getByLabel("Your own accounts").fill(OWNER.toLowerCase());
      await page.getByLabel("Your own accounts").blur();
      await page.locator("desk-review .refused").waitFor();
      expect(await page.locator("desk-review .refused").innerText()).toContain("You acted on what you review");
    });

    it("V274: shows nothing by an earlier record whose signature does not hold", async () => {
      const text = JSON.stringify({ format: "batchproof-review/1" });
      const { page } = await view("record", { reviews: [{ name: "review.json", text }] });
      expect(await page.locator("desk-review .refused").innerText()).toContain("review-file");
      expect(await page.locator("desk-review").innerText()).not.toContain("Signed at block");
    });
  });

  it.each(["disclosure", "policy", "trends", "sample", "record"])(
    "are accessible, and fit 400 pixels: %s",
    async (name) => {
      const { page } = await view(name, { disclosures: disclosedReport().disclosures, policies: [POLICY_FILE] });
      await page.setViewportSize({ width: 400, height: 800 });
      await page.locator(`main h1`).first().waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
      expect(await faultsOf(page)).toEqual([]);
    },
  );

  it("of the review record calls accounts as the rows do, by numbers that fit", async () => {
    const { report, disclosures } = disclosedReport();
    const findings = report.findings.map((finding) => ({ ...finding, text: `role QP given to ${OWNER}` }));
    const { page } = await view("record", {}, { report: { ...report, findings }, disclosures });
    expect(await page.locator("desk-review tbody").innerText()).toContain("role QP given to A1");
    expect(await page.locator("desk-review tbody").innerText()).not.toContain(OWNER);
  });

  describe("of policies", () => {
    // Verifies R-desk-policy-words.
    it("shows in words one that the register has, and that its salts open its rules", async () => {
      const { page, wrong } = await view("policy", { policies: [POLICY_FILE, saltsFile(documentHash(POLICY))] });
      const text = await page.locator("desk-policy").innerText();
      expect(text).toContain("The register says the same of every claim. Its rule hashes are of these limits");
      await page.getByText("In words", { exact: true }).click();
      expect(await page.locator(".policy-words").innerText()).toContain("Stage 0: ");
      expect(wrong).toEqual([]);
    });

    it("says that a policy with another word is none of the register's", async () => {
      const other = { name: "other.json", text: JSON.stringify({ ...POLICY, document: "another" }) };
      const { page } = await view("policy", { policies: [other] });
      expect(await page.locator("desk-policy .refused").innerText()).toContain("No policy of this register");
    });

    it("names the place of what is no policy", async () => {
      const { page } = await view("policy", { policies: [{ name: "p.json", text: '{"product":"<img src=x>"}' }] });
      expect(await page.locator("desk-policy .refused").innerText()).toContain("policy-schema");
    });
  });
});
