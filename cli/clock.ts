import { inputError } from "../src/errors.ts";
import type { ToldClock } from "../src/import/table/table.ts";
import { parseOffset } from "../src/input/times.ts";
import { text, type Options } from "./command.ts";

/** What --offset and --zone tell of a file's clock. Errors: `usage` (both), those of `parseOffset`. */
export function clockOf(options: Options): ToldClock {
  const [offset, zone] = [text(options, "offset"), text(options, "zone")];
  if (offset !== undefined && zone !== undefined) {
    throw inputError("A clock has an offset or a zone.", {
      place: "--zone",
      code: "usage",
      remedy: "Give --offset or --zone, not both.",
    });
  }
  if (offset !== undefined) return { offset: parseOffset(offset, "--offset") };
  return zone === undefined ? {} : { zone };
}
