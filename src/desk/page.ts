import { existsSync } from "node:fs";
import { join } from "node:path";
import { environmentError } from "../errors.ts";
import { packageRoot } from "../root.ts";

/** Where the build puts the page. */
const PAGE = "dist/desk";
/** Form of the page that is opened from disk: it is not served, and a packet's page is made of it. */
export const SINGLE_FILE = "desk.html";

/** Folder of the page as it was built. Error `desk-page`: it was not. */
export function pageFolder(): string {
  const folder = join(packageRoot(), PAGE);
  if (["index.html", SINGLE_FILE].every((name) => existsSync(join(folder, name)))) return folder;
  throw environmentError("The page was not built.", { code: "desk-page", place: PAGE });
}
