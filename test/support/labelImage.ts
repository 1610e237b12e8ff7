import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import encodeQR from "qr";

/** What a camera sees of a label: turned, from one side, unevenly lit, out of focus and noisy; the same for the same label. */

/** Brightness of each pixel, row by row, 0 to 255. */
export interface CameraImage {
  readonly width: number;
  readonly height: number;
  readonly luma: Uint8Array;
}

export interface View {
  readonly width?: number;
  readonly height?: number;
  /** Part of the image's height that the code with its margin takes. */
  readonly part?: number;
  /** By how many degrees the label is turned. */
  readonly turned?: number;
  /** How much smaller its far side is than the near one. */
  readonly tilted?: number;
  /** Pixels on each side of one that run into it. */
  readonly blur?: number;
  /** Most by which a pixel is off. */
  readonly noise?: number;
}

/** The label as a camera sees it that somebody holds before it. */
export function cameraImage(text: string, view: View = {}): CameraImage {
  const { width = 640, height = 480, part = 0.8, turned = 7, tilted = 0.03, blur = 1, noise = 10 } = view;
  const modules = encodeQR(text, "raw", { ecc: "medium", border: 4 });
  const size = part * height;
  const [cos, sin] = [Math.cos((turned * Math.PI) / 180), Math.sin((turned * Math.PI) / 180)];
  const sharp = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [(x + 0.5 - width / 2) / size, (y + 0.5 - height / 2) / size];
      const far = 1 / (1 - tilted * dy);
      const [u, v] = [0.5 + (cos * dx + sin * dy) * far, 0.5 + (cos * dy - sin * dx) * far];
      sharp[y * width + x] = brightness(modules, u, v) - 40 * (x / width);
    }
  }
  const random = noiseSource();
  const luma = blurred({ width, height, luma: sharp }, blur).map((value) =>
    Math.max(0, Math.min(255, value + (random() - 0.5) * 2 * noise)),
  );
  return { width, height, luma };
}

/** What lies at a place of the label, 0 to 1 from its left and its top: black or white of the code, or the table beside it. */
function brightness(modules: readonly (readonly boolean[])[], u: number, v: number): number {
  const isDark = modules[Math.floor(v * modules.length)]?.[Math.floor(u * modules.length)];
  if (isDark === undefined) return 150;
  return isDark ? 60 : 225;
}

function blurred({ width, height, luma }: CameraImage, radius: number): Uint8Array {
  const mean = (x: number, y: number): number => {
    let [sum, count] = [0, 0];
    for (let row = Math.max(0, y - radius); row <= Math.min(height - 1, y + radius); row++) {
      for (let column = Math.max(0, x - radius); column <= Math.min(width - 1, x + radius); column++) {
        sum += luma[row * width + column] ?? 0;
        count++;
      }
    }
    return sum / count;
  };
  return luma.map((_, i) => mean(i % width, Math.floor(i / width)));
}

/** Numbers from 0 to 1, the same ones each time. */
function noiseSource(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** As readers of images take it: red, green, blue and opacity of each pixel. */
export function rgbaOf({ luma }: CameraImage): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 4 * luma.length }, (_, i) => (i % 4 === 3 ? 255 : (luma[i >> 2] ?? 0)));
}

/** The image as a PNG file. */
export function pngOf({ width, height, luma }: CameraImage): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(8, 8); // bits of a pixel; the rest is 0: grey, usual packing and filters, no interlacing
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) rows.set(luma.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, "ascii"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** The image as a film in which nothing moves: what a browser takes for a camera (`openCamera`). */
export function filmOf({ width, height, luma }: CameraImage, frames = 5): Buffer {
  const colourless = Buffer.alloc((width * height) / 2, 128);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, colourless]);
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420mpeg2\n`);
  return Buffer.concat([header, ...Array.from({ length: frames }, () => frame)]);
}

/** Writes the film of a label into a folder; where it is. */
export async function writeFilm(folder: string, text: string, view?: View): Promise<string> {
  const path = join(folder, "label.y4m");
  await writeFile(path, filmOf(cameraImage(text, view)));
  return path;
}
