import { readDelimited } from "./delimited.ts";
import { readEpcis } from "./epcis.ts";
import { readJsonArray, readJsonLines } from "./jsonRows.ts";
import type { ParsedProfile } from "./profile.ts";
import type { TableFile } from "./tableFile.ts";
import { readXlsx } from "./xlsx.ts";

/** Opens a file by the layout that its profile says. Errors: those of the layout's reader. */
export function openTable(bytes: Uint8Array, file: string, parsed: ParsedProfile): TableFile {
  const { profile } = parsed;
  switch (profile.layout) {
    case "delimited":
      return readDelimited(bytes, file, { ...parsed, profile });
    case "xlsx":
      return readXlsx(bytes, file, { ...parsed, profile });
    case "json":
      return readJsonArray(bytes, file, profile);
    case "ndjson":
      return readJsonLines(bytes, file);
    case "epcis":
      return readEpcis(bytes, file);
  }
}
