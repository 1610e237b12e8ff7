import type { ToldClock } from "../src/import/table/table.ts";
import { toldClock } from "../src/import/table/toldClock.ts";
import { text, type Options } from "./command.ts";

/** What --offset and --zone tell of a file's clock. Errors: those of `toldClock`. */
export function clockOf(options: Options): ToldClock {
  return toldClock({ offset: text(options, "offset"), zone: text(options, "zone") }, (name) => `--${name}`);
}
