import { decodeQR } from "qr/decode.js";

/** QR codes read from a camera and from photos, in this browser: no picture leaves it, and none is kept. */

/** Longest side in pixels of what is searched: finer, the grain of a photo is searched for codes too. */
const FINEST = 1600;
/** Further sizes at which a photo is searched: what is unsharp at one may be clear at a smaller one. */
const COARSER = [1100, 800, 550];
/** Bytes of the largest photo that is opened. */
const LARGEST_PHOTO = 40_000_000;
/** Milliseconds that a search may take beyond its first look. */
const PATIENCE = { frame: 80, photo: 400 } as const;

/** Why nothing was read, by the names of its messages. */
export type ScanProblem = "noCamera" | "refused" | "busy" | "noImage" | "large" | "noCode";

/** A camera, the one at the back where there are two; or why there is none. */
export async function openCamera(): Promise<MediaStream | ScanProblem> {
  // Not there where the page came from elsewhere than this machine, and without TLS.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) return "noCamera";
  try {
    return await devices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") return "refused";
    return name === "NotReadableError" ? "busy" : "noCamera";
  }
}

/** Turns a camera off. */
export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** The text of a code in what a film shows now; undefined: none is seen. */
export function codeInFrame(video: HTMLVideoElement): string | undefined {
  return codeIn(video, video.videoWidth, video.videoHeight, FINEST, PATIENCE.frame);
}

/** The text of a code in a photo, or why there is none. */
export async function codeInPhoto(file: File): Promise<{ readonly text: string } | ScanProblem> {
  if (file.size > LARGEST_PHOTO) return "large";
  const image = await createImageBitmap(file).catch(() => undefined);
  if (image === undefined) return "noImage";
  for (const size of [FINEST, ...COARSER]) {
    const text = codeIn(image, image.width, image.height, size, PATIENCE.photo);
    if (text !== undefined) return { text };
  }
  return "noCode";
}

function codeIn(
  source: CanvasImageSource,
  width: number,
  height: number,
  finest: number,
  timeLimit: number,
): string | undefined {
  if (width === 0 || height === 0) return undefined; // a film that has no frame yet
  const scale = Math.min(1, finest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return undefined;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  try {
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    return decodeQR(image, { timeLimit, effort: Infinity });
  } catch {
    return undefined; // the reader throws where it finds no code
  }
}
