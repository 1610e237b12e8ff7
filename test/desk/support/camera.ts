import { chromium, type Browser } from "playwright-core";
import { CHROMIUM } from "./browser.ts";

/** A browser whose camera shows a film (`writeFilm` of test/support/labelImage.ts), and that lets every page look through it. */
export function openCamera(film: string): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...["--no-sandbox", "--disable-background-networking", "--use-fake-ui-for-media-stream"],
      ...["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`],
    ],
  });
}
