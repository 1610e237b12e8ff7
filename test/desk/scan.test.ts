import type { Server } from "node:http";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { VECTORS } from "../formats/labels.ts";
import { temporaryFolder } from "../parties/support.ts";
import { cameraImage, pngOf, writeFilm } from "../support/labelImage.ts";
import { CHROMIUM, faultsOf, openBrowser, WITHOUT_BROWSER } from "./support/browser.ts";
import { openCamera } from "./support/camera.ts";
import { serveScan } from "./support/scanPage.ts";

const [, LABEL, OTHER] = VECTORS.labels.map(({ text }) => text) as [string, string, string];
const photo = (buffer: Buffer): { name: string; mimeType: string; buffer: Buffer } => {
  return { name: "photo.png", mimeType: "image/png", buffer };
};

// Verifies R-label-scan, V309.
describe.skipIf(WITHOUT_BROWSER !== undefined)(`a code on the page ${WITHOUT_BROWSER ?? ""}`, () => {
  const home = temporaryFolder();
  let server: Server;
  let url: string;
  /** With a camera that shows the label; without any. */
  let [seeing, blind]: Browser[] = [];

  beforeAll(async () => {
    ({ url, server } = await serveScan());
    seeing = await openCamera(await writeFilm(home, LABEL));
    blind = await openBrowser();
  }, 60_000);
  afterEach(async () => {
    for (const browser of [seeing, blind]) {
      await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
    }
  });
  afterAll(async () => {
    await seeing?.close();
    await blind?.close();
    server.close();
  });

  async function opened(browser: Browser | undefined, locale = "en-GB"): Promise<{ page: Page; wrong: string[] }> {
    const context = await (browser as Browser).newContext({ locale, viewport: { width: 400, height: 800 } });
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on("pageerror", ({ message }) => wrong.push(message));
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    await page.goto(url);
    await page.getByLabel("Label").waitFor();
    return { page, wrong };
  }

  /** What the element told so far; waits for so many. */
  async function told(page: Page, count: number): Promise<unknown> {
    await page.waitForFunction((least) => (globalThis as unknown as Told).told.length >= least, count);
    return page.evaluate(() => (globalThis as unknown as Told).told);
  }
  interface Told {
    readonly told: readonly string[];
    readonly asked: number;
  }
  const isFilming = (page: Page): Promise<boolean> =>
    page.evaluate(() => {
      const stream = document.querySelector("video")?.srcObject;
      return stream instanceof MediaStream && stream.active;
    });

  it("is read from a camera, which is off again when it was read", async () => {
    const { page, wrong } = await opened(seeing);
    await page.getByRole("button", { name: "Use the camera" }).click();
    expect(await told(page, 1)).toEqual([LABEL]);
    expect(await page.getByLabel("Label").inputValue()).toBe(LABEL);
    expect(await page.getByRole("status").innerText()).toBe("Read.");
    expect(await isFilming(page)).toBe(false);
    expect(await page.locator("video").isVisible()).toBe(false);
    expect(wrong).toEqual([]);
  });

  it("is read from a photo, small or large", async () => {
    const { page, wrong } = await opened(blind);
    const larger = { width: 2000, height: 1500, part: 0.6, turned: 12 };
    for (const image of [cameraImage(LABEL), cameraImage(OTHER, larger)]) {
      await page.getByLabel("From a photo").setInputFiles(photo(pngOf(image)));
      await page.getByRole("status").getByText("Read.").waitFor();
    }
    expect(await told(page, 2)).toEqual([LABEL, OTHER]);
    expect(wrong).toEqual([]);
  });

  it.each([
    ["no code in it", pngOf(cameraImage(LABEL, { part: 0.1 })), "No QR code was found"],
    ["no picture", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), "no picture"],
    ["half a picture", pngOf(cameraImage(LABEL)).subarray(0, 200), "no picture"],
  ])("is not read from a file with %s, and that is said", async (_, file, why) => {
    const { page } = await opened(blind);
    await page.getByLabel("From a photo").setInputFiles(photo(file));
    await page.getByRole("status").getByText(why).waitFor();
    expect(await told(page, 0)).toEqual([]);
  });

  it("is taken from a scanner that types, and asks for nothing else by its Enter key", async () => {
    const { page } = await opened(blind);
    await page.getByLabel("Label").focus();
    for (const text of [LABEL, OTHER]) {
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
    }
    expect(await told(page, 2)).toEqual([LABEL, OTHER]);
    await page.keyboard.press("Tab");
    expect(await told(page, 2)).toEqual([LABEL, OTHER]);
    expect(await page.evaluate(() => (globalThis as unknown as Told).asked)).toBe(0);
  });

  it("is taken from the clipboard when the field is left, without the spaces around it", async () => {
    const { page } = await opened(blind);
    await page.getByLabel("Label").fill(`  ${LABEL} `);
    await page.getByLabel("Label").blur();
    expect(await told(page, 1)).toEqual([LABEL]);
  });

  it("has everything to be reached by key and to be heard", async () => {
    const { page } = await opened(seeing);
    await page.getByLabel("Label").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await told(page, 1)).toEqual([LABEL]);
    expect(await faultsOf(page)).toEqual([]);
  });

  it("V309: is no longer looked for once the reader stops, or the field is gone", async () => {
    const film = await writeFilm(home, LABEL, { part: 0.1 });
    const nothing = await openCamera(film);
    try {
      const { page } = await opened(nothing);
      await page.getByRole("button", { name: "Use the camera" }).click();
      await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
      await page.getByRole("button", { name: "Stop the camera" }).click();
      expect(await isFilming(page)).toBe(false);
      await page.getByRole("button", { name: "Use the camera" }).click();
      await expect.poll(() => isFilming(page)).toBe(true);
      const stopped = await page.evaluate(() => {
        const stream = document.querySelector("video")?.srcObject as MediaStream;
        document.querySelector("desk-scan")?.remove();
        return !stream.active;
      });
      expect(stopped).toBe(true);
      expect(await told(page, 0)).toEqual([]);
    } finally {
      await nothing.close();
    }
  });

  it("V309: is not looked for by a camera that the browser gives too late", async () => {
    const { page } = await opened(seeing);
    await page.evaluate(() => {
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      const late = globalThis as unknown as { give: () => void; given: MediaStream };
      const asked = new Promise<void>((give) => (late.give = give));
      mediaDevices.getUserMedia = async (what) => {
        await asked;
        return (late.given = await ask(what));
      };
    });
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.getByRole("button", { name: "Stop the camera" }).click();
    await page.evaluate(() => (globalThis as unknown as { give: () => void }).give());
    await page.waitForFunction(() => (globalThis as { given?: MediaStream }).given?.active === false);
    expect(await told(page, 0)).toEqual([]);
  });

  it("is asked for in words where there is no camera, or it is not allowed", async () => {
    const { page } = await opened(blind);
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page
      .getByRole("status")
      .getByText(/There is no camera|not allowed/)
      .waitFor();
    const refusing = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--deny-permission-prompts"],
    });
    try {
      const { page: refused } = await opened(refusing, "de-DE");
      await refused.getByRole("button", { name: "Kamera benutzen" }).click();
      await refused.getByRole("status").getByText("durfte die Kamera nicht benutzen").waitFor();
    } finally {
      await refusing.close();
    }
  });
});
