import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { DeskApp } from "../../desk/app.ts";
import type { DeskState } from "../../desk/data/data.ts";
import { LANGUAGES, type Language } from "../../desk/messages/index.ts";
import type { Failure } from "../../src/desk/failure.ts";
import type { Lineage } from "../../src/audit/lineage.ts";
import { printedLineage } from "../../src/audit/reportJson.ts";
import type { AuditReport } from "../../src/audit/report.ts";
import { packageRoot } from "../../src/root.ts";
import { faultsOf, openBrowser, openPage, servePage, WITHOUT_BROWSER } from "./support/browser.ts";
import { FIRST, keyOf, largeReport, reportOfBatches, smallReport } from "./support/deskReport.ts";

if (WITHOUT_BROWSER !== undefined) console.warn(WITHOUT_BROWSER);
const PDFTOTEXT = "/usr/bin/pdftotext";

describe.skipIf(WITHOUT_BROWSER !== undefined)("the page in a browser", () => {
  let browser: Browser;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    browser = await openBrowser();
    ({ url, server } = await servePage());
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });

  afterAll(async () => {
    await browser.close();
    server.close();
  });

  /** A page that shows a report, at a view. */
  async function showing(report: AuditReport, view = "#/", width?: number): Promise<{ page: Page; wrong: string[] }> {
    const opened = await openPage(browser, `${url}${view}`, width);
    await show(opened.page, ready(report));
    return opened;
  }

  // Verifies R-desk-order.
  test("shows verdict, counts in words, warnings, block and rows, in this order", async () => {
    const { page, wrong } = await showing(smallReport());
    const text = await page.locator("main").innerText();
    const places = [
      ...["3 of 5 batches need a person’s eyes.", "need eyes", "proven", "settled by people", "declared not compliant"],
      ...[
        "nothing known",
        "Development keys",
        "0x3Aa5ebB10DC797CAC828524e59A333d0A371443c",
        "none was asked",
        "What needs eyes",
      ],
    ].map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(await page.locator(".counts dd strong").allInnerTexts()).toEqual(["3", "2", "1", "1", "1"]);
    expect(await page.locator("tbody tr").count()).toBe(6);
    expect(wrong).toEqual([]);
  });

  // Verifies R-desk-signature.
  test("shows of a batch its timeline, cards, what was changed, and signatures with name, role, times and meaning", async () => {
    const { page, wrong } = await showing(smallReport(), `#/batch/${keyOf(1)}`);
    expect(await page.locator(".events li").count()).toBe(13);
    // What replaced nothing was not changed: how an exception was closed, say.
    expect(await page.locator(".events .changed").count()).toBe(2);
    const signature = page.locator(".signatures tbody tr", { hasText: "Certified by a QP" });
    const text = await signature.innerText();
    for (const part of [
      "Dr. Maria Weiß",
      "QP",
      "2022-05-20T08:00:00Z",
      "2022-05-20T10:00:00+02:00",
      "I certify that this batch",
    ]) {
      expect(text).toContain(part);
    }
    const card = await page.locator(".card").first().innerText();
    for (const part of [
      "quality result",
      "major",
      "critical",
      "LOWER",
      "OOS-2022-001",
      "accepted",
      "in place of",
      "4 days",
    ]) {
      expect(card).toContain(part);
    }
    const change = await page.locator(".amendments li").first().innerText();
    for (const part of ["changed after entry", "record 0x11aa", "record 0x22bb", "wrong file"])
      expect(change).toContain(part);
    expect(wrong).toEqual([]);
  });

  test("shows the registers that this one follows, one at a time, and says which", async () => {
    const { page } = await openPage(browser, url);
    const before = { ...largeReport(3), registry: "0x5FbDB2315678afecb367f032d93F642f64180aa3" };
    const { data } = ready(smallReport());
    await show(page, { step: "ready", data: { ...data, lineage: { ...data.lineage, predecessors: [before] } } });
    expect(await page.locator("main h1").innerText()).toBe("3 of 5 batches need a person’s eyes.");
    await page.getByLabel("Which register is read").selectOption(`Before it: ${before.registry}`);
    await expect.poll(() => page.locator("main h1").innerText()).toBe("None of 3 batches needs reading.");
    expect(await page.locator(".facts").first().innerText()).toContain(before.registry);
  });

  describe("without a report", () => {
    // Verifies R-desk-unconcluded.
    test("shows no row, no count and nothing green while it is read", async () => {
      const { page } = await openPage(browser, url);
      await show(page, { step: "reading", progress: { block: 12, last: 89 } });
      const text = await page.locator("main").innerText();
      expect(text).toContain("Block 12 of 89 is read");
      expect(text).toContain("nothing is known of any batch");
      expect(await nothingIsGreen(page)).toBe(true);
    });

    // Verifies R-desk-unconcluded, V260.
    test("of a node that lies says that nothing can be concluded and why, also after something was shown", async () => {
      const { page } = await showing(smallReport());
      const problem = {
        kind: "environment",
        code: "nodes",
        message: "Two nodes differ in the hash of block 89.",
        place: "--second-rpc",
        remedy: "Ask a third node which of the two is wrong.",
      } satisfies Failure;
      await show(page, { step: "failed", problem });
      const alert = await page.locator("[role=alert]").innerText();
      for (const part of ["Nothing can be concluded", problem.message, "nodes", problem.place, problem.remedy]) {
        expect(alert).toContain(part);
      }
      expect(await nothingIsGreen(page)).toBe(true);
      expect(await page.locator("nav").count()).toBe(0);
    });

    test("says so by itself where whoever served it is gone", async () => {
      const { page } = await openPage(browser, url);
      expect(await page.locator("main").innerText()).toContain("Nothing can be concluded");
    });

    // Verifies R-desk-unconcluded, V261.
    test("shows a part that fails as a failure, and not as it stood before", async () => {
      const { page } = await showing(smallReport());
      const [finding] = smallReport().findings;
      const broken = { ...smallReport(), findings: [{ ...finding, severity: 9 }] } as unknown as AuditReport;
      await show(page, ready(broken));
      expect(await page.locator("desk-rows").innerText()).toContain("cannot be shown");
      expect(await page.locator("tbody tr").count()).toBe(0);
    });
  });

  // Verifies R-desk-unconcluded, V266.
  test("opens from a file the report that a reader gives, and of anything else says why it concludes nothing", async () => {
    for (const [text, told] of [
      [JSON.stringify(printedLineage(lineageOf(smallReport())), decimal), "3 of 5 batches need"],
      [JSON.stringify({ ...printedLineage(lineageOf(smallReport())), total: "5" }, decimal), "report-file"],
    ] as const) {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(join(packageRoot(), "dist/desk/desk.html")).href);
      await page.getByLabel("Report (JSON)").setInputFiles({
        ...{ name: "report.json", mimeType: "application/json", buffer: Buffer.from(text) },
      });
      await expect.poll(() => page.locator("main").innerText()).toContain(told);
      expect(await page.locator("tbody tr").count()).toBe(told === "report-file" ? 0 : 6);
    }
  });

  test("says of a report from a file that this page verified nothing", async () => {
    const { page } = await openPage(browser, url);
    const state = ready(smallReport());
    await show(page, { step: "ready", data: { ...state.data, origin: "file" } });
    expect(await page.locator("main > :first-child").innerText()).toContain("verified no proof");
  });

  describe("hostile texts", () => {
    const markup = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    const turned = "safe\u202Eevas\u2066\u200B\u0007";
    const huge = "x".repeat(50_000);

    // Verifies R-desk-texts, V262.
    test("act neither as markup nor on the direction of writing, wherever they stand", async () => {
      for (const view of ["#/", "#/batches", `#/batch/${keyOf(1)}`]) {
        const { page, wrong } = await showing(hostileReport(markup + turned), view);
        expect(await page.locator("main img, main script").count(), view).toBe(0);
        const text = await page.locator("main").innerText();
        expect(text, view).toContain("<img src=x");
        expect(text, view).toContain("\\u202eevas\\u2066\\u200b\\u0007");
        expect(text, view).not.toMatch(/[\u202E\u2066\u200B\u0007]/u);
        expect(wrong, view).toEqual([]);
      }
    });

    // Verifies V262.
    test("of any length neither widen the page nor cover another row", async () => {
      for (const width of [400, 1280]) {
        const { page } = await showing(hostileReport(huge), "#/", width);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      }
    });

    // Verifies R-desk-texts, V263.
    test("end no string of the style sheet that heads printed pages", async () => {
      const report = { ...smallReport(), registry: '0x" } } * { display: none } @page { @top-left { content: "' };
      const { page } = await showing(report);
      expect(await page.locator("main h1").isVisible()).toBe(true);
      const rules = await page.evaluate(() =>
        document.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules].map(({ cssText }) => cssText)),
      );
      expect(rules).toHaveLength(1);
    });
  });

  describe("the rows", () => {
    test("are sorted by a column, searched, and shown a hundred at a time", async () => {
      const { page } = await showing(largeReport(250, 1));
      expect(await page.locator("tbody tr").count()).toBe(100);
      await page.getByRole("button", { name: "Since", exact: true }).click();
      expect(await page.locator("th[aria-sort=ascending]").innerText()).toContain("Since");
      expect(await page.locator("tbody tr").first().innerText()).toContain("row 0 of batch 1");
      await page.getByRole("button", { name: "Next" }).click();
      expect(await page.locator("tbody tr").first().innerText()).toContain("row 0 of batch 101");
      await page.getByRole("searchbox").fill("#250");
      await expect.poll(() => page.locator("tbody tr").count()).toBe(1);
      expect(await page.locator(".status").innerText()).toContain("1 of 250 rows");
    });

    // Verifies R-desk-rows, V264.
    test("say that a search found nothing, and of how many rows", async () => {
      const { page } = await showing(smallReport());
      await page.getByRole("searchbox").fill("nowhere");
      await expect
        .poll(() => page.locator(".status").innerText())
        .toBe("No row fits this search. 6 rows are in this view.");
    });

    test("of signatures and amendments are views of their own, and a view can be kept and forgotten", async () => {
      const { page } = await showing(smallReport());
      await page.getByRole("button", { name: "Only amendments" }).click();
      expect(await page.locator("tbody tr").count()).toBe(2);
      await page.locator(".save summary").click();
      await page.getByLabel("Name of the view").fill("mine");
      await page.locator(".save button").click();
      await page.reload();
      await page.locator("[role=alert]").waitFor();
      await show(page, ready(smallReport()));
      await page.getByRole("button", { name: "mine", exact: true }).click();
      expect(await page.locator("tbody tr").count()).toBe(2);
      await page.getByRole("button", { name: "Forget “mine”" }).click();
      expect(await page.getByRole("button", { name: "mine", exact: true }).count()).toBe(0);
    });

    // Verifies R-desk-rows, V265.
    test("that are new since the last review are those that were not there", async () => {
      const { page } = await showing(smallReport());
      await page.getByRole("button", { name: "Only new" }).click();
      expect(await page.locator("desk-rows").innerText()).toContain("No earlier review is known here");
      await page.getByRole("button", { name: "Mark all as seen" }).click();
      expect(await page.locator(".status").innerText()).toBe("This view has no rows.");
      const { findings, batches } = smallReport();
      const changed = findings.map((each) => (each.kind === "recall" ? { ...each, text: "recalled: other" } : each));
      await show(page, ready(reportOfBatches(batches, changed)));
      expect(await page.locator("tbody tr td.what").allInnerTexts()).toEqual(["recalled: other"]);
    });

    test("work where a browser keeps nothing", async () => {
      const { page, wrong } = await openPage(browser, url);
      await page.evaluate(() => {
        Object.defineProperty(globalThis, "localStorage", {
          get: () => {
            throw new Error("denied");
          },
        });
      });
      await show(page, ready(smallReport()));
      await page.getByRole("button", { name: "Only new" }).click();
      await page.getByRole("button", { name: "Mark all as seen" }).click();
      expect(await page.locator("desk-rows").innerText()).toContain("No earlier review is known here");
      expect(wrong).toEqual([]);
    });
  });

  describe("by keyboard", () => {
    // Verifies R-desk-access.
    test("leads past the frame to the content, through the views, and to a batch's page", async () => {
      const { page } = await showing(smallReport());
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content");
      await page.keyboard.press("Enter");
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("MAIN");
      await page.getByRole("link", { name: "Batches" }).focus();
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
      await page.keyboard.press("Enter");
      await page.locator("desk-batches").waitFor();
      expect(outline).toBe("solid");
      await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
      await page.locator("tbody a").first().focus();
      await page.keyboard.press("Enter");
      await page.locator("desk-batch").waitFor();
    });
  });

  describe.each(Object.keys(LANGUAGES) as Language[])("in %s", (language) => {
    // Verifies R-desk-access.
    test("has no fault that axe finds, light or dark", async () => {
      const { page } = await openPage(browser, url);
      await page.locator(".tools select").selectOption(language);
      expect(await page.locator("html").getAttribute("lang")).toBe(language);
      for (const view of ["failed", "reading", "#/", "#/batches", `#/batch/${keyOf(1)}`]) {
        await page.evaluate((fragment) => (location.hash = fragment), view.startsWith("#") ? view : "#/");
        await show(page, stateOf(view));
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          expect(await faultsOf(page), `${view}, ${colorScheme}`).toEqual([]);
        }
      }
    });
  });

  // Verifies R-desk-access.
  test("fits into 400 pixels, each row a card whose cells say what they are", async () => {
    for (const view of ["#/", "#/batches", `#/batch/${keyOf(1)}`]) {
      const { page } = await showing(smallReport(), view, 400);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBe(400);
      const label = await page
        .locator("tbody td")
        .first()
        .evaluate((cell) => getComputedStyle(cell, "::before").content);
      expect(label, view).toMatch(/Severity|Batch|Meaning/);
      expect(await page.getByRole("row").count(), view).toBeGreaterThan(2);
    }
  });

  describe("on paper", () => {
    // Verifies R-desk-paper.
    test.skipIf(!existsSync(PDFTOTEXT))(
      "says on every page which register, block and page it is, and shows every row",
      async () => {
        const { page } = await showing(largeReport(250, 1));
        const pages = await printed(page);
        expect(pages.length).toBeGreaterThan(5);
        for (const [i, text] of pages.entries()) {
          expect(text).toContain("Register 0x3Aa5ebB10DC797CAC828524e59A333d0A371443c");
          expect(text).toContain("block 89 · 2022-07-20T08:00:00Z");
          expect(text).toContain(smallReport().hash);
          expect(text).toContain(`page ${i + 1} of ${pages.length}`);
        }
        for (let number = 1; number <= 250; number++) expect(pages.join(" ")).toContain(`row 0 of batch ${number}`);
        expect(await page.locator("tbody tr").count()).toBe(100);
      },
    );

    // Verifies R-desk-paper.
    test.skipIf(!existsSync(PDFTOTEXT))(
      "marks what was changed after entry, and cuts no column of the signatures",
      async () => {
        const { page } = await showing(smallReport(), `#/batch/${keyOf(1)}`);
        const text = (await printed(page)).join("\n");
        expect(text).toContain("changed after entry");
        expect(text.replace(/\s/g, "")).toContain(smallReport().batches[0]?.history.at(-1)?.transaction);
        expect(text).not.toContain("Save this view");
      },
    );
  });

  test("shows a large register at once and stays quick: 2,000 batches, 10,000 rows", async () => {
    const { page } = await showing(largeReport(2_000, 5));
    expect(await page.locator("tbody tr").count()).toBe(100);
    await page.getByRole("searchbox").fill("#1999");
    await expect.poll(() => page.locator("tbody tr").count()).toBe(5);
  });
});

function lineageOf(report: AuditReport): Lineage {
  return { report, predecessors: [], unread: null };
}

/** Numbers that JSON has not, as `audit --json` writes them. */
function decimal(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function ready(report: AuditReport): Extract<DeskState, { step: "ready" }> {
  const lineage = lineageOf(report);
  const files = { policies: [], disclosures: [], reviews: [] };
  return { step: "ready", data: { lineage, origin: "node", ...files, laterBlock: null } };
}

function stateOf(view: string): DeskState {
  if (view === "reading") return { step: "reading", progress: null };
  if (view !== "failed") return ready(smallReport());
  return { step: "failed", problem: { kind: "environment", code: "log", message: "x", place: null, remedy: null } };
}

/** Has the page show a state. As text: a browser's own way of handing over thousands of rows takes many seconds. */
async function show(page: Page, state: DeskState): Promise<void> {
  const text = JSON.stringify(state, (_, value: unknown) =>
    typeof value === "bigint" ? { bigint: String(value) } : value,
  );
  await page.evaluate(async (given) => {
    const parts = (_: string, value: { readonly bigint?: string } | null): unknown =>
      value?.bigint === undefined ? value : BigInt(value.bigint);
    const app = document.querySelector<DeskApp>("desk-app");
    if (app === null) throw new Error("no page");
    app.state = JSON.parse(given, parts) as DeskState;
    await app.updateComplete;
    // The parts render after the whole.
    await new Promise((resolve) => setTimeout(resolve));
  }, text);
}

/** Whether nothing on the page says that anything is proven. */
async function nothingIsGreen(page: Page): Promise<boolean> {
  const marks = await page.locator(".proven, .settled, tbody tr, .counts").count();
  return marks === 0 && !(await page.locator("main").innerText()).includes("✓");
}

/** The text of each page as it is printed. */
async function printed(page: Page): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "desk-"));
  try {
    const path = join(folder, "page.pdf");
    await page.pdf({ path, preferCSSPageSize: true });
    return execFileSync(PDFTOTEXT, ["-layout", path, "-"], { encoding: "utf8" }).split("\f").slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A report in which every text that people choose is this one. */
function hostileReport(text: string): AuditReport {
  const { batches, findings } = smallReport();
  const hostile = batches.map((batch) => ({
    ...batch,
    product: text,
    notes: [text],
    reasons: batch.reasons.map(() => text),
    history: batch.history.map((entry) => ({ ...entry, text, reason: text, before: text, after: text })),
    exceptions: batch.exceptions.map((card) => ({ ...card, reference: text })),
  }));
  const report = reportOfBatches(
    hostile,
    findings.map((finding) => ({ ...finding, text, at: FIRST })),
  );
  return { ...report, node: text, secondNode: text, provenState: { reason: text } };
}
