import { inputError } from "../../src/errors.ts";
import { MAX_JSON_BYTES } from "../../src/input/json.ts";
import type { GivenFile } from "./data.ts";

/** What the page takes files from: a browser's `File` is one. */
export interface PickedFile {
  readonly name: string;
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * A file that the reader picked, whole, as the text that it is in UTF-8. It stays in this browser's memory.
 * Errors: `file-size` over 4 MiB, before it is read; `json-encoding` if it is no UTF-8.
 */
export async function givenFile(file: PickedFile): Promise<GivenFile> {
  if (file.size > MAX_JSON_BYTES) {
    throw inputError("The file is larger than 4 MiB.", { place: file.name, code: "file-size" });
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
    return { name: file.name, text };
  } catch (cause) {
    throw inputError("The file is not text in UTF-8.", { place: file.name, code: "json-encoding", cause });
  }
}

/** Gives the reader a file to keep; the browser asks where, or puts it with other downloads. */
export function download(name: string, type: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
