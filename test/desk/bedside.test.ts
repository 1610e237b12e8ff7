import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { administrationFromJson, type AdministrationRecord } from "../../src/bedside/record.ts";
import type { PageServer } from "../../src/desk/serve.ts";
import type { JsonValue } from "../../src/input/json.ts";
import { createKey } from "../../src/parties/keys.ts";
import type { MatchQuestion, RecordAnswer, RecordQuestion, SiteAnswer } from "../../src/site/api.ts";
import type { ReasonCode } from "../../src/standing/answer.ts";
import { VECTORS } from "../formats/labels.ts";
import { faultsOf, openBrowser, WITHOUT_BROWSER } from "./support/browser.ts";
import { nodeGone, openSite, serveSite, type OpenSite } from "./support/site.ts";

if (WITHOUT_BROWSER !== undefined) console.warn(WITHOUT_BROWSER);

const PASSPHRASE = "a passphrase for tests";
const WRISTBAND = "PATIENT-4711 ORDER-12";
const [PLAIN = "", NAMED = ""] = VECTORS.labels.map(({ text }) => text);
const CARRIER = "(01)09506000134352(21)12345";

describe.skipIf(WITHOUT_BROWSER !== undefined)("the bedside in a browser", () => {
  const home = mkdtempSync(join(tmpdir(), "batchproof-bedside-"));
  let browser: Browser;
  let site: PageServer;
  /** What the program answers to the next questions, and what it was asked. */
  let answer: () => Promise<SiteAnswer>;
  let recording: () => Promise<RecordAnswer>;
  let asked: MatchQuestion[];
  let recorded: RecordQuestion[];

  beforeAll(async () => {
    browser = await openBrowser();
    site = await serveSite({
      "bedside/match": (question: JsonValue) => {
        asked.push(question as unknown as MatchQuestion);
        return answer();
      },
      "bedside/record": (question: JsonValue) => {
        recorded.push(question as unknown as RecordQuestion);
        return recording();
      },
    });
    for (const name of ["A. Nurse", "B. Physician"]) {
      const request = { role: "source", name, org: "Ward 3", passphrase: PASSPHRASE, scryptN: 1024 } as const;
      writeFileSync(keyFile(name), JSON.stringify(await createKey(request)));
    }
  });

  beforeEach(() => {
    [asked, recorded] = [[], []];
    answer = () => Promise.resolve(answered("green"));
    recording = () => Promise.resolve({ ...answered("green"), recorded: true });
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });

  afterAll(async () => {
    await browser.close();
    await site.close();
    rmSync(home, { recursive: true });
  });

  function keyFile(name: string): string {
    return join(home, `${name}.json`);
  }

  /** Wristband and label are scanned, and the program was asked. */
  async function matched(options: Parameters<typeof openSite>[3] = {}): Promise<OpenSite> {
    const opened = await openSite(browser, site, "bedside", options);
    await scan(opened.page, WRISTBAND);
    await scan(opened.page, PLAIN);
    await opened.page.locator("button.ask").first().click();
    await opened.page.locator("site-answer h2").waitFor();
    return opened;
  }

  async function timed(page: Page): Promise<void> {
    const times = ["2026-05-01T10:00:00", "2026-05-01T10:30:00", "2026-05-01T11:00:00"];
    for (const [i, time] of times.entries()) await page.locator("input[type=datetime-local]").nth(i).fill(time);
  }

  async function sign(page: Page, who: "performed" | "verified", name: string, passphrase = PASSPHRASE): Promise<void> {
    const form = page.locator("form", { hasText: who === "performed" ? "Who performed it" : "Who verified it" });
    await form.locator("input[type=file]").setInputFiles(keyFile(name));
    await form.locator("input[type=password]").fill(passphrase);
    await form.getByRole("button", { name: "Sign" }).click();
  }

  async function signedByTwo(page: Page): Promise<void> {
    await timed(page);
    for (const [who, name] of [
      ["performed", "A. Nurse"],
      ["verified", "B. Physician"],
    ] as const) {
      await sign(page, who, name);
      await page.getByText(`Signed by ${name}`).waitFor();
    }
  }

  // Verifies R-bedside-page-record.
  test("takes wristband, bag and times to a record that two people signed, and prints it", async () => {
    const { page, wrong } = await matched();
    expect(asked).toEqual([{ folder: 0, wristband: WRISTBAND, label: PLAIN, carrier: "" }]);
    expect(await light(page)).toBe("YES");
    await signedByTwo(page);
    await page.getByRole("button", { name: "Record it" }).click();
    await page.locator(".answer.recorded").waitFor();
    const [question] = recorded;
    expect(question).toMatchObject({ folder: 0, wristband: WRISTBAND });
    const record: AdministrationRecord = administrationFromJson(JSON.stringify(question?.record), "sent");
    expect(record).toMatchObject({
      ...{ stage: 2, label: PLAIN, carrier: null, exceptional: false, thawed: "2026-05-01T08:00:00Z" },
      people: [
        { name: "A. Nurse", meaning: "performed" },
        { name: "B. Physician", meaning: "verified" },
      ],
    });
    await page.emulateMedia({ media: "print" });
    const paper = await page.locator("main").innerText();
    for (const part of ["RECORDED", "A. Nurse", "B. Physician", "2026-05-01T09:00:00Z", "BX10"]) {
      expect(paper).toContain(part);
    }
    expect(paper).not.toContain(WRISTBAND);
    expect(wrong).toEqual([]);
  });

  // Verifies R-bedside-page-wristband, V326.
  test("V326: what a wristband says is in no field, address or store, and is gone with the record", async () => {
    const { page } = await matched();
    const everywhere = async (): Promise<string> =>
      page.evaluate(() => {
        const fields = [...document.querySelectorAll("input")].map(({ value }) => value);
        const stores = JSON.stringify([localStorage, sessionStorage, history.state]);
        return [document.documentElement.outerHTML, ...fields, location.href, document.cookie, stores].join("\n");
      });
    expect(await everywhere()).not.toContain("4711");
    await signedByTwo(page);
    await page.getByRole("button", { name: "Record it" }).click();
    await page.locator(".answer.recorded").waitFor();
    expect(await everywhere()).not.toContain("4711");
    const scanned = await page.evaluate(
      () => (document.querySelector("site-bedside") as unknown as { scanned: Record<string, string> }).scanned,
    );
    expect(scanned).toEqual({ wristband: "", label: "", carrier: "" });
  });

  // Verifies R-bedside-page-match.
  test.each<[string, ReasonCode, string]>([
    ["another patient's wristband", "wristband", "not of this batch’s patient"],
    ["a swapped bag", "label-id", "own code is not the one"],
    ["a recalled batch", "recalled", "is recalled"],
    ["an old signed standing", "standing-old", "is too old"],
  ])("of %s says NO and why, and takes no administration", async (_what, code, words) => {
    answer = () => Promise.resolve(answered("red", [code]));
    const { page } = await matched();
    expect(await light(page)).toBe("NO");
    expect(await page.locator("site-answer").innerText()).toContain(words);
    expect(await takesAdministration(page)).toBe(false);
  });

  // Verifies R-bedside-page-match.
  test("of a node that is gone says UNKNOWN, and takes no administration", async () => {
    answer = nodeGone;
    const { page } = await matched();
    expect(await light(page)).toBe("UNKNOWN");
    expect(await page.locator("site-answer").innerText()).toContain("The node does not answer.");
    expect(await takesAdministration(page)).toBe(false);
  });

  // Verifies R-bedside-page-exceptional.
  test("of an exceptional supply takes an administration once both people say that they know it", async () => {
    answer = () => Promise.resolve(answered("exceptional", ["supplied"]));
    const { page } = await matched();
    expect(await light(page)).toBe("EXCEPTIONAL SUPPLY");
    expect(await takesAdministration(page)).toBe(false);
    await page.getByLabel("We both know").check();
    await signedByTwo(page);
    // Who takes it back signs anew.
    await page.getByLabel("We both know").uncheck();
    expect(await takesAdministration(page)).toBe(false);
    await page.getByLabel("We both know").check();
    expect(await page.getByText("Signed by").count()).toBe(0);
    await signedByTwo(page);
    await page.getByRole("button", { name: "Record it" }).click();
    await page.locator(".answer.recorded").waitFor();
    expect(recorded[0]?.record.exceptional).toBe(true);
  });

  // Verifies R-bedside-page-standing.
  test("says of a signed standing that nobody was asked, its block and its age", async () => {
    answer = () => Promise.resolve(answered("green", [], { from: "standing", time: hoursAgo(3), block: 77 }));
    const { page } = await matched();
    const text = await page.locator("site-answer").innerText();
    for (const part of ["no node was asked", "77", "Age of what the Qualified Person signed", "3 h"]) {
      expect(text).toContain(part);
    }
  });

  // Verifies R-bedside-page-steps, V325.
  test("V325: an answer that was left open, or of which anything was changed since, permits nothing", async () => {
    const { page } = await matched();
    await signedByTwo(page);
    await page.locator("input[type=datetime-local]").first().fill("2026-05-01T09:59:00");
    expect(await page.getByText("Signed by").count()).toBe(0);
    // A bag that is put down and taken again is scanned again.
    await page.getByRole("button", { name: "Scan again" }).nth(1).click();
    expect(await page.locator("site-answer").count()).toBe(0);
    expect(await takesAdministration(page)).toBe(false);
    await scan(page, PLAIN);
    await page.locator("button.ask").first().click();
    await page.locator("site-answer h2").waitFor();
    expect(await takesAdministration(page)).toBe(true);
    // An answer of which a quarter of an hour is over in a few seconds.
    answer = () => Promise.resolve(answered("green", [], { asked: hoursAgo((15 * 60 - 4) / 3600) }));
    await page.locator("button.ask").first().click();
    await expect.poll(() => asked.length).toBe(3);
    await expect.poll(() => light(page)).toBe("YES");
    await expect.poll(() => light(page), { timeout: 10_000 }).toBe("UNKNOWN");
    await expect.poll(() => takesAdministration(page)).toBe(false);
  });

  // Verifies R-bedside-page-steps.
  test("asks for the bag's own code where the label names one, and takes no label that is none", async () => {
    const { page } = await openSite(browser, site, "bedside");
    await scan(page, WRISTBAND);
    await scan(page, "batchproof:1?chain=1");
    expect(await page.locator(".refused").innerText()).toContain("not the label of a batch");
    expect(await page.locator("button.ask").count()).toBe(0);
    await page.getByRole("button", { name: "Scan again" }).nth(1).click();
    await scan(page, NAMED);
    expect(await page.locator("button.ask").count()).toBe(0);
    await scan(page, CARRIER);
    await page.locator("button.ask").click();
    await page.locator("site-answer h2").waitFor();
    expect(asked[0]).toMatchObject({ label: NAMED, carrier: CARRIER });
  });

  // Verifies R-bedside-page-record.
  test.each<[string, string, string, string]>([
    ["one person twice", "A. Nurse", PASSPHRASE, "two people"],
    ["a wrong passphrase", "B. Physician", "another passphrase", "passphrase"],
  ])("does not record what was signed by %s, and clears the fields", async (_what, second, passphrase, words) => {
    const { page } = await matched();
    await timed(page);
    await sign(page, "performed", "A. Nurse");
    await page.getByText("Signed by A. Nurse").waitFor();
    await sign(page, "verified", second, passphrase);
    const isSigned = passphrase === PASSPHRASE;
    if (isSigned) {
      await page.getByText("Signed by A. Nurse").nth(1).waitFor();
      await page.getByRole("button", { name: "Record it" }).click();
    }
    await page.locator(".refused").waitFor();
    expect((await page.locator(".refused").innerText()).toLowerCase()).toContain(words);
    const fields = page.locator("input[type=password], input[type=file]");
    expect(await fields.evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value))).toEqual([
      ...["", "", "", ""],
    ]);
    if (!isSigned) expect(await page.getByRole("button", { name: "Record it" }).isDisabled()).toBe(true);
    expect(recorded).toEqual([]);
  });

  // Verifies R-bedside-page-record.
  test("says that nothing was recorded where the batch was recalled meanwhile", async () => {
    recording = () => Promise.resolve({ ...answered("red", ["recalled"]), recorded: false });
    const { page } = await matched();
    await signedByTwo(page);
    await page.getByRole("button", { name: "Record it" }).click();
    await page.getByText("NOT recorded").waitFor();
    expect(await page.locator("[role=alert]").innerText()).toContain("is recalled");
    expect(await page.locator(".answer.recorded").count()).toBe(0);
  });

  // Verifies R-bedside-page-access.
  test.each([
    ["en-GB", "May this bag be given?"],
    ["de-DE", "Darf dieser Beutel gegeben werden?"],
  ])("is used by keyboard on 400 pixels, without a fault that axe finds: %s", async (locale, title) => {
    const { page, wrong } = await openSite(browser, site, "bedside", { width: 400, locale });
    expect(await page.locator("main h1").innerText()).toBe(title);
    expect(await faultsOf(page)).toEqual([]);
    // A scanner types, and ends with Enter: nobody touches anything between two scans.
    await page.locator("desk-scan input[type=text]").focus();
    for (const text of [WRISTBAND, PLAIN]) {
      const before = await page.locator(".scanned").count();
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
      await expect.poll(() => page.locator(".scanned").count()).toBe(before + 1);
    }
    await page.locator("button.ask:focus").waitFor();
    await page.keyboard.press("Enter");
    await page.locator("site-answer h2").waitFor();
    await timed(page);
    expect(await faultsOf(page)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(wrong).toEqual([]);
  });
});

function hoursAgo(hours: number): string {
  return `${new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 19)}Z`;
}

function answered(
  light: SiteAnswer["light"],
  reasons: readonly ReasonCode[] = [],
  record: Partial<NonNullable<SiteAnswer["record"]>> = {},
): SiteAnswer {
  return {
    ...{ light, notes: [], reasons: reasons.map((code) => ({ code, text: `the program says ${code}` })) },
    record: {
      ...{ batch: `0x${"ab".repeat(32)}`, registry: `0x${"1A".repeat(20)}`, chainId: "31337", block: 12 },
      ...{ hash: `0x${"cd".repeat(32)}`, time: hoursAgo(0), asked: hoursAgo(0), from: "node" },
      ...record,
    },
  };
}

/** Scans into the field that is open. */
async function scan(page: Page, text: string): Promise<void> {
  const before = await page.locator(".scanned").count();
  await page.locator("desk-scan").evaluate((field, detail) => {
    field.dispatchEvent(new CustomEvent("scanned", { detail }));
  }, text);
  await expect.poll(() => page.locator(".scanned").count()).toBeGreaterThan(before);
}

async function light(page: Page): Promise<string> {
  return page.locator("site-answer h2 span:not(.symbol)").innerText();
}

/** Whether the page lets anybody say when something was given, or sign it. */
async function takesAdministration(page: Page): Promise<boolean> {
  return (await page.locator("input[type=datetime-local], input[type=password]").count()) > 0;
}
