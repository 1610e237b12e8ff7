import { readFiles, type ReadFiles } from "../../src/import/rawFiles.ts";
import type { LoggerSeries } from "../../src/import/loggerSeries.ts";
import type { Entry } from "../../src/import/series.ts";

/** What is read of one raw file. */
export function oneFile<R extends Entry, S extends LoggerSeries<R>>(
  bytes: Uint8Array,
  file: string,
  read: (bytes: Uint8Array, file: string) => S,
): ReadFiles<S> {
  return readFiles<R, S>([{ file, bytes }], read);
}
