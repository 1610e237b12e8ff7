import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { FILED_ID, type FiledPage, type GivenFile } from "../desk/config.ts";
import { pageFolder, SINGLE_FILE } from "../desk/page.ts";
import type { Added, PacketFiles } from "./form.ts";

/**
 * The page of a packet: that of `desk`, as one file, with all that it shows standing within it. The same content gives the same
 * page of the same version. Error `desk-page`.
 * @param report text of `report.json`
 */
export function packetPage(report: string, added: PacketFiles): string {
  const page = readFileSync(join(pageFolder(), SINGLE_FILE), "utf8");
  const filed: FiledPage = {
    report,
    disclosures: filesOf(added, "disclosures"),
    policies: filesOf(added, "policies"),
    reviews: filesOf(added, "reviews"),
  };
  const block = `<script type="application/json" id="${FILED_ID}">${dataText(filed)}</script>`;
  // The last one: the page's own script, before it, may hold this text too.
  const end = page.lastIndexOf("</body>");
  return page.slice(0, end) + block + page.slice(end);
}

/** The files of a folder, in the order of their names. */
function filesOf(added: PacketFiles, folder: Added): GivenFile[] {
  const names = [...added.keys()].filter((name) => name.startsWith(`${folder}/`)).sort();
  return names.map((name) => ({ name: basename(name), text: Buffer.from(added.get(name) ?? []).toString("utf8") }));
}

/** JSON in which nothing ends the element that it stands in, or is read as markup. */
function dataText(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
