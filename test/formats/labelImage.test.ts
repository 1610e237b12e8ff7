import { inflateSync } from "node:zlib";
import jsqr from "jsqr";
import { decodeQR } from "qr/decode.js";
import { describe, expect, it } from "vitest";
import { cameraImage, filmOf, pngOf, rgbaOf } from "../support/labelImage.ts";
import { VECTORS } from "./labels.ts";

const TEXTS = VECTORS.labels.map(({ text }) => text);

// Verifies R-label-text.
describe("a label before a camera", () => {
  it.each(TEXTS)("is read by our reader and by one that others wrote: %s", (text) => {
    const image = cameraImage(text);
    const pixels = rgbaOf(image);
    expect(decodeQR({ ...image, data: pixels })).toBe(text);
    expect(jsqr.default(pixels, image.width, image.height)?.data).toBe(text);
  });
});

describe("what tests show a browser", () => {
  const image = cameraImage("test", { width: 64, height: 48 });

  it("is a PNG of these pixels", () => {
    const png = pngOf(image);
    const packed = png.subarray(png.indexOf("IDAT") + 4, png.indexOf("IEND") - 8);
    const rows = inflateSync(packed);
    expect(rows.length).toBe(48 * 65);
    expect([...rows.subarray(66, 130)]).toEqual([...image.luma.subarray(64, 128)]);
  });

  it("is a film of whole frames", () => {
    const film = filmOf(image, 2);
    const header = film.indexOf("\n") + 1;
    expect(film.length).toBe(header + 2 * (6 + (64 * 48 * 3) / 2));
  });
});
