import { inputError } from "../src/errors.ts";
import { flag, type Options } from "./command.ts";

/** Refuses --readings. Error `export-private`. */
export function refuseReadings(options: Options): void {
  if (!flag(options, "readings")) return;
  throw inputError("No export shows readings: they are not public.", { code: "export-private", place: "--readings" });
}
