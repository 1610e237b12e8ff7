import { inputError, type BatchproofError } from "../errors.ts";
import { ADDRESS, defineCheck, hexBytes, object, TEXT, TIME } from "../formats/document.ts";

/** What somebody files who audited a register: one folder or ZIP archive, in which each file speaks for the others. */
export interface Packet {
  readonly format: typeof PACKET_FORMAT;
  /** Of batchproof, which made it. */
  readonly version: string;
  readonly chainId: string;
  readonly registry: string;
  /** The block at which all was read, its hash and its time (ISO 8601, UTC). */
  readonly block: number;
  readonly hash: string;
  readonly time: string;
  /** All but this one and the list of sums. */
  readonly files: readonly PacketFile[];
}

/** `meaning`: what it is, in words. */
export interface PacketFile {
  readonly name: string;
  /** Hex. */
  readonly sha256: string;
  readonly meaning: string;
}

export const PACKET_FORMAT = "batchproof-packet/1";

/** Files of every packet, by what they are. */
export const FILES = {
  page: "report.html",
  rows: "rows.csv",
  report: "report.json",
  archive: "archive.gz",
  packet: "packet.json",
  sums: "SHA256SUMS",
} as const;

/** What whoever files a packet adds to it; a folder each. */
export const ADDED = ["disclosures", "policies", "reviews"] as const;
export type Added = (typeof ADDED)[number];

/** Files of a packet at most. */
export const MOST_FILES = 500;
/** A name that is one file on every system, and leads nowhere. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,60}(\.[A-Za-z0-9]{1,12}){0,3}$/;

/** The files of a packet by their names, `disclosures/...` and the like with their folder. */
export type PacketFiles = ReadonlyMap<string, Uint8Array>;

/** Refuses names that no packet has. Error `packet-form`. */
export function refuseName(name: string, place: string): void {
  const [folder = "", ...rest] = name.split("/");
  const isAdded = rest.length === 1 && ADDED.some((each) => each === folder);
  if (NAME.test(isAdded ? (rest[0] ?? "") : name)) return;
  throw packetForm(
    "A file of a packet has a plain name: letters, digits, - and _, and an ending.",
    `${place}: ${name}`,
  );
}

/** This is no packet, or nothing that goes into one (`packet-form`, exit 2). */
export function packetForm(message: string, place: string): BatchproofError {
  return inputError(message, { place, code: "packet-form" });
}

/** Checks `packet.json`. Error `packet-form`. */
export const checkPacket = defineCheck<Packet>(
  object({
    ...{ format: { const: PACKET_FORMAT }, version: TEXT, chainId: { type: "string", pattern: "^[1-9][0-9]{0,77}$" } },
    ...{ registry: ADDRESS, block: { type: "integer", minimum: 0 }, time: TIME },
    hash: { type: "string", pattern: "^0x[0-9a-f]{64}$" },
    files: {
      type: "array",
      maxItems: MOST_FILES,
      items: object({ name: { type: "string", maxLength: 200 }, sha256: hexBytes(32), meaning: TEXT }),
    },
  }),
  "packet",
  "packet-form",
);
