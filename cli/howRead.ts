import type { HowRead } from "../src/formats/howRead.ts";
import { shown } from "./output.ts";

/** What was told at import, and nobody but the source vouches for: another tag or offset reads a file as well. */
export function shownHow({ tags = [], offset, zone }: HowRead): string {
  const told = [
    ...tags.map((tag) => `tag ${shown(tag)}`),
    ...(offset === undefined ? [] : [`offset ${offset}`]),
    ...(zone === undefined ? [] : [`zone ${zone}`]),
  ];
  return told.length === 0 ? "nothing was told at import" : `told at import: ${told.join(", ")}`;
}
