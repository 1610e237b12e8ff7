import { createHash } from "node:crypto";
import type { ArchiveHeader } from "../audit/archive.ts";
import { auditCsv } from "../audit/csv.ts";
import type { Lineage } from "../audit/lineage.ts";
import { printedLineage } from "../audit/reportJson.ts";
import { documentText } from "../formats/document.ts";
import { jsonText } from "../formats/jsonText.ts";
import { formatTime } from "../input/times.ts";
import { FILES, PACKET_FORMAT, type Packet, type PacketFile, type PacketFiles } from "./form.ts";
import { packetPage } from "./page.ts";

/** What each file of a packet is, in words; of an added one its folder decides. */
const MEANING: Readonly<Record<string, string>> = {
  [FILES.page]: "all that follows in words and pictures, for a browser",
  [FILES.rows]: "what needs eyes, as a table",
  [FILES.report]: "the whole report, as audit --json prints it",
  [FILES.archive]: "all that the nodes answered: audit --from-archive",
  disclosures: "a disclosed part of a record",
  policies: "a policy: the limits in words",
  reviews: "what a reader signed to have seen",
};

/** Everything that a packet is made of. */
export interface PacketContent {
  readonly lineage: Lineage;
  /** The archive, and the version that it names. */
  readonly archive: Uint8Array;
  readonly version: ArchiveHeader["version"];
  /** Files that were added, by their names with their folder. */
  readonly added: PacketFiles;
}

/** The files of a packet. The same content gives the same bytes. Error `desk-page`. */
export function packetFiles({ lineage, archive, version, added }: PacketContent): PacketFiles {
  const { report } = lineage;
  const text = jsonText(printedLineage(lineage));
  const files = new Map<string, Uint8Array>([
    [FILES.report, Buffer.from(text)],
    [FILES.page, Buffer.from(packetPage(text, added))],
    [FILES.rows, Buffer.from(auditCsv(report))],
    [FILES.archive, archive],
    ...[...added].sort(([one], [other]) => (one < other ? -1 : 1)),
  ]);
  const packet: Packet = {
    ...{ format: PACKET_FORMAT, version, chainId: report.chainId.toString(), registry: report.registry },
    ...{ block: report.block, hash: report.hash, time: formatTime(report.at) },
    files: [...files].map(([name, bytes]) => fileOf(name, bytes)),
  };
  files.set(FILES.packet, Buffer.from(documentText(packet)));
  files.set(FILES.sums, Buffer.from(sumsOf(files)));
  return files;
}

/** Lines for `sha256sum -c`. */
export function sumsOf(files: PacketFiles): string {
  const names = [...files.keys()].filter((name) => name !== FILES.sums).sort();
  return names.map((name) => `${sha256(files.get(name) ?? new Uint8Array())}  ${name}\n`).join("");
}

function fileOf(name: string, bytes: Uint8Array): PacketFile {
  const [folder = ""] = name.split("/");
  return { name, sha256: sha256(bytes), meaning: MEANING[folder] ?? "" };
}

/** Hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
