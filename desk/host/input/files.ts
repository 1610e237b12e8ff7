import { environmentError } from "../../../src/errors.ts";

export * from "../../../src/input/files.ts";

/** A page opens no files by their path. Error `file-read`. */
export function readBytes(path: string): Promise<Uint8Array> {
  return Promise.reject(environmentError("A page reads no files by their path.", { code: "file-read", place: path }));
}
