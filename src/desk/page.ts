import { existsSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { environmentError } from "../errors.ts";
import { packageRoot } from "../root.ts";

/** Where the build puts the pages. */
const PAGE = "dist/desk";
/** Form of the desk's page that is opened from disk: it is not served, and a packet's page is made of it. */
export const SINGLE_FILE = "desk.html";
/** The document of each page that is served. What belongs to a page has a name that begins with the page's; all else is the desk's. */
const DOCUMENTS = { desk: "index.html", site: "site.html", dashboard: "dashboard.html" } as const;

/** A page that is served: of `desk`, of `site`, or of the queue by `serve`. */
export type PageName = keyof typeof DOCUMENTS;

/** Folder of the pages as they were built. Error `desk-page`: this one was not. */
export function pageFolder(page: PageName = "desk"): string {
  const folder = join(packageRoot(), PAGE);
  const needed = page === "desk" ? [DOCUMENTS.desk, SINGLE_FILE] : [DOCUMENTS.site];
  if (needed.every((name) => existsSync(join(folder, name)))) return folder;
  throw environmentError("The page was not built.", { code: "desk-page", place: PAGE });
}

/** Names of the files that a page loads, its document first. Errors: those of `pageFolder`. */
export function pageNames(page: PageName): readonly [document: string, ...others: string[]] {
  const names = readdirSync(pageFolder(page)).filter((name) => [".js", ".css"].includes(extname(name)));
  return [DOCUMENTS[page], ...names.filter((name) => pageOf(name) === page)];
}

function pageOf(name: string): PageName {
  return (["site", "dashboard"] as const).find((page) => name.startsWith(page)) ?? "desk";
}
