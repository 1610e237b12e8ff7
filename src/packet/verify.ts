import type { JsonRpcApiProvider } from "ethers";
import { auditAgain, auditArchive, type ArchiveHeader, type AuditArchive } from "../audit/archive.ts";
import type { CircuitList } from "../audit/circuits.ts";
import type { Lineage } from "../audit/lineage.ts";
import { blockAt } from "../audit/node.ts";
import { requireChain } from "../audit/head.ts";
import { BatchproofError, refusal } from "../errors.ts";
import { visible } from "../formats/visible.ts";
import { parseJson } from "../input/json.ts";
import { formatTime } from "../input/times.ts";
import { packageVersion } from "../root.ts";
import { checkAdded } from "./added.ts";
import { checkPacket, FILES, packetForm, type Packet, type PacketFiles } from "./form.ts";
import { packetFiles, sha256, sumsOf } from "./make.ts";

/** What was checked of a packet, and what is so by the word of whoever made it alone; a sentence each. */
export interface VerifiedPacket {
  readonly packet: Packet;
  readonly checked: readonly string[];
  readonly unchecked: readonly string[];
}

/** What the reader has of his own. */
export interface PacketReader {
  readonly provider?: JsonRpcApiProvider;
  /** Address of the register that the packet must be of. */
  readonly registry?: string;
  /** In place of what its maker took for known. */
  readonly circuits?: CircuitList;
}

/**
 * Checks a packet: each file by its sum, then all of them by making the packet again from its archive. With a node, the block
 * too, and the contracts at it where they are not proved from its hash. With a list of circuits it says how many batches are proven
 * or settled under that one. Errors: `packet` (exit 1: the first thing that does not fit, or another register than was named), `packet-form` and those of `auditArchive` (exit 2), of `checkAdded`, of `auditAgain`, `desk-page`, and of the node (exit 3).
 * @param place the packet's path, for errors
 */
export async function verifyPacket(
  files: PacketFiles,
  place: string,
  { provider, registry, circuits }: PacketReader = {},
): Promise<VerifiedPacket> {
  const packet = packetOf(files, place);
  if (registry !== undefined && registry.toLowerCase() !== packet.registry.toLowerCase()) {
    throw unfit(`it is of the register ${packet.registry}, and another one was named`, place);
  }
  requireListed(files, packet, place);
  checkAdded(files);
  const read = (): AuditArchive =>
    auditArchive(files.get(FILES.archive) ?? new Uint8Array(), `${place}: ${FILES.archive}`);
  const archive = read();
  const { bytes, header } = archive;
  const added = new Map([...files].filter(([name]) => name.includes("/")));
  const lineage = await auditAgain(archive, {});
  checkAdded(added, lineage);
  requireSame(files, packetFiles({ lineage, archive: bytes, version: header.version, added }), header.version, place);
  const checked = [
    `${files.size} files by their sha256, none missing and none more`,
    `the report, the rows and the page: made again from the archive, they are the same`,
    ...(added.size === 0 ? [] : [`${added.size} added: each belongs to the register`]),
  ];
  if (circuits !== undefined) checked.push(await underOwn(read(), circuits, lineage));
  if (provider !== undefined) {
    await requireBlock(provider, packet, place);
    checked.push("the block: the node has it, with this hash");
  }
  const doubt = doubtOf(lineage);
  if (doubt === undefined) checked.push("code and journals of the contracts: proved from the hash of the block");
  // A hash that is right says nothing of contracts that are not proved from it.
  const told = doubt === undefined || provider === undefined ? doubt : await compared(read(), provider, place);
  if (doubt !== undefined && told === undefined)
    checked.push("code and journals of the contracts: the node says the same");
  return {
    packet,
    checked,
    unchecked: uncheckedOf(
      { ...header, circuits: circuits === undefined ? header.circuits : undefined },
      lineage,
      provider !== undefined,
      told,
    ),
  };
}

/** Why the contracts of a register, or of one that it follows, are what they are by a node's word alone. */
function doubtOf({ report, predecessors }: Lineage): string | undefined {
  for (const { provenState } of [report, ...predecessors]) if (provenState !== "proved") return provenState.reason;
  return undefined;
}

/** Asks a node for what the archive's nodes did not prove. Why it cannot tell; undefined: it says the same. Error `packet`. */
async function compared(
  archive: AuditArchive,
  provider: JsonRpcApiProvider,
  place: string,
): Promise<string | undefined> {
  try {
    await auditAgain(archive, { secondNode: { provider, name: "the node of --rpc" } });
    return undefined;
  } catch (error) {
    if (!(error instanceof BatchproofError)) throw error;
    if (error.code === "nodes") throw unfit(`the archive's node and this one differ. ${error.message}`, place);
    if (error.code === "chain") return error.message;
    throw error;
  }
}

/** How many batches are green under the reader's own list of circuits, beside the packet's own number. */
async function underOwn(archive: AuditArchive, circuits: CircuitList, filed: Lineage): Promise<string> {
  const own = await auditAgain(archive, { circuits });
  const green = ({ report: { colours } }: Lineage): number => colours.proven + colours.settled;
  return `your list of circuits: under it ${green(own)} of ${own.report.total} batches are proven or settled, as filed ${green(filed)}`;
}

/** `doubt`: why code and journals are nobody's but the archive's word. */
function uncheckedOf(
  { readAt, from, circuits }: Pick<ArchiveHeader, "readAt" | "from"> & { readonly circuits: CircuitList | undefined },
  { report, unread }: Lineage,
  isAsked: boolean,
  doubt: string | undefined,
): string[] {
  return [
    `that it was read at ${formatTime(readAt[0] ?? 0)}, when the block was ${report.age} s old, and what the nodes are called`,
    ...(isAsked ? [] : ["that the chain has this block: name a node of yours (--rpc)"]),
    ...(doubt === undefined ? [] : [`code and journals of the contracts: ${visible(doubt)}`]),
    ...(circuits === undefined
      ? []
      : ["which circuits are known, and by what names: its own list, not this version's"]),
    ...(Object.keys(report.names).length === 0
      ? []
      : ["who is behind which account: the names are its own list, and the register has none"]),
    ...(from === undefined ? [] : [`that nothing before block ${from} is of interest: news of it are left out`]),
    ...(unread === null ? [] : [`that the register ${unread}, which it follows, is of no interest: it was left out`]),
  ];
}

function packetOf(files: PacketFiles, place: string): Packet {
  const bytes = files.get(FILES.packet);
  if (bytes === undefined) throw packetForm(`This is no packet: it has no ${FILES.packet}.`, place);
  const where = `${place}: ${FILES.packet}`;
  return checkPacket(parseJson(bytes, where), where);
}

/** Every file is listed, and every listed file is there, as it was. Error `packet`. */
function requireListed(files: PacketFiles, packet: Packet, place: string): void {
  const listed = new Map(packet.files.map(({ name, sha256: sum }) => [name, sum]));
  if (listed.size < packet.files.length) throw unfit(`${FILES.packet} lists a file twice`, place);
  const needed = [FILES.report, FILES.page, FILES.rows, FILES.archive].filter((name) => !listed.has(name));
  const missing = [...needed, ...listed.keys(), FILES.sums].find((name) => !files.has(name));
  if (missing !== undefined) throw unfit(`${visible(missing)} is missing`, place);
  for (const [name, bytes] of files) {
    if (name === FILES.packet || name === FILES.sums) continue;
    const sum = listed.get(name);
    if (sum === undefined) throw unfit(`${visible(name)} is not listed in ${FILES.packet}`, place);
    if (sum !== sha256(bytes)) throw unfit(`${visible(name)} was changed: it has another sha256`, place);
  }
  if (!Buffer.from(sumsOf(files)).equals(files.get(FILES.sums) ?? new Uint8Array())) {
    throw unfit(`${FILES.sums} does not list these files`, place);
  }
}

/** What is filed is what its archive gives. Error `packet`. */
function requireSame(files: PacketFiles, made: PacketFiles, version: string, place: string): void {
  const other = packageVersion() === version ? "" : `; it was made by version ${visible(version)}`;
  for (const [name, bytes] of made) {
    if (Buffer.from(bytes).equals(files.get(name) ?? new Uint8Array())) continue;
    throw unfit(`${name} is not what the archive gives${other}`, place);
  }
}

async function requireBlock(provider: JsonRpcApiProvider, packet: Packet, place: string): Promise<void> {
  const chainId = await requireChain(provider);
  if (chainId.toString() !== packet.chainId)
    throw unfit(`it is of chain ${packet.chainId}, the node on ${chainId}`, place);
  const { hash } = await blockAt(provider, packet.block);
  if (hash !== packet.hash)
    throw unfit(`block ${packet.block} has the hash ${packet.hash}, and by the node ${hash}`, place);
}

function unfit(problem: string, place: string): BatchproofError {
  return refusal(`The packet does not fit: ${problem}.`, { place, code: "packet" });
}
