import type { JsonRpcApiProvider } from "ethers";
import { Archive, refusedArchive } from "../chain/archiveReader.ts";
import { Recording } from "../chain/archiveWriter.ts";
import { MOST_PACKED, type ArchiveSum } from "../chain/archiveForm.ts";
import { BatchproofError } from "../errors.ts";
import { ADDRESS, COUNT, defineCheck, hexBytes, object, TEXT } from "../formats/document.ts";
import { readBytes } from "../input/files.ts";
import { packageVersion } from "../root.ts";
import type { AuditOptions } from "./audit.ts";
import { CIRCUITS_BY_ID, type CircuitList } from "./circuits.ts";
import { NAMES_BY_ADDRESS, namesOf } from "./names.ts";
import { machineClock } from "./report.ts";
import { auditAlone, auditLineage, type Lineage } from "./lineage.ts";

/** What an audit is asked that decides what it asks and says; the rest is the reader's own machine. */
type Kept = Pick<AuditOptions, "from" | "finality" | "maxAge">;

/** The first line of an archive: what was read, and how. */
export interface ArchiveHeader extends ArchiveSum, Kept {
  readonly format: typeof FORMAT;
  /** Of batchproof, which made it. */
  readonly version: string;
  readonly chainId: string;
  readonly registry: string;
  /** What the nodes are called; null: not named, or none. */
  readonly node: string | null;
  readonly secondNode: string | null;
  /** When each register was read to its end, by the reader's clock, Unix seconds: it, then those that it follows. */
  readonly readAt: readonly number[];
  /** Whether those that it follows were left out. */
  readonly alone: boolean;
  /** What the reader knew besides: circuits, names by account, and the words of reasons that are shown, by their hash. */
  readonly circuits?: CircuitList;
  readonly names?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
}

const FORMAT = "batchproof-archive/1";
/** Unix seconds, blocks or minutes. */
const NUMBER = { ...COUNT, maximum: Number.MAX_SAFE_INTEGER } as const;
const NAME = { anyOf: [TEXT, { type: "null" }] } as const;

const checkHeader = defineCheck<ArchiveHeader>(
  object(
    {
      ...{ format: { const: FORMAT }, version: TEXT, chainId: { type: "string", pattern: "^[1-9][0-9]{0,77}$" } },
      ...{ registry: ADDRESS, node: NAME, secondNode: NAME, alone: { type: "boolean" } },
      readAt: { type: "array", minItems: 1, maxItems: 17, items: NUMBER },
      ...{ from: NUMBER, finality: NUMBER, maxAge: NUMBER, circuits: CIRCUITS_BY_ID, names: NAMES_BY_ADDRESS },
      texts: {
        type: "object",
        propertyNames: { pattern: "^0x[0-9a-f]{64}$" },
        additionalProperties: { type: "string", maxLength: 2000 },
      },
      ...{ entries: NUMBER, sha256: hexBytes(32) },
    },
    ["from", "finality", "maxAge", "circuits", "names", "texts"],
  ),
  "archive",
  "archive",
);

/** What an audit says, and the archive from which it says the same again, in parts. */
export interface KeptAudit {
  readonly lineage: Lineage;
  readonly archive: readonly Uint8Array[];
}

/**
 * Audits a register and keeps all that its node, and the second one, answered. Not with a state file: what an earlier audit
 * read would be missing. Errors: those of `auditLineage`, `archive-size` (more than anybody could read); then nothing is kept.
 * @param alone without those that it follows
 */
export async function auditKept(
  provider: JsonRpcApiProvider,
  registry: string,
  { secondNode, texts, ...options }: Omit<AuditOptions, "statePath">,
  alone: boolean,
): Promise<KeptAudit> {
  const recording = new Recording();
  const { chainId } = await provider.getNetwork();
  const shown = new Shown(texts);
  const readAt: number[] = [];
  const lineage = await (alone ? auditAlone : auditLineage)(recording.of(provider, chainId, "first"), registry, {
    ...options,
    ...(texts === undefined ? {} : { texts: shown }),
    ...(secondNode === undefined
      ? {}
      : { secondNode: { ...secondNode, provider: recording.of(secondNode.provider, chainId, "second") } }),
    clock: () => {
      const now = machineClock();
      readAt.push(now);
      return now;
    },
  });
  const { from, finality, maxAge, node, circuits, names } = options;
  const header: Omit<ArchiveHeader, keyof ArchiveSum> = {
    ...{ format: FORMAT, version: packageVersion(), chainId: chainId.toString(), registry },
    ...{ node: node ?? null, secondNode: secondNode?.name ?? null, readAt, alone },
    ...(from === undefined ? {} : { from }),
    ...(finality === undefined ? {} : { finality }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(circuits === undefined ? {} : { circuits }),
    ...(names === undefined ? {} : { names: Object.fromEntries(names) }),
    ...(shown.used.size === 0 ? {} : { texts: Object.fromEntries(shown.used) }),
  };
  return { lineage, archive: recording.finish(header) };
}

/** Words of reasons, and those of them that are shown: a folder may hold what is nobody's business here. */
class Shown extends Map<string, string> {
  readonly used = new Map<string, string>();

  override get(hash: string): string | undefined {
    const text = super.get(hash);
    if (text !== undefined) this.used.set(hash, text);
    return text;
  }
}

/** An archive of an audit. */
export interface AuditArchive {
  readonly header: ArchiveHeader;
  readonly answers: Archive;
  /** As it lies in the file. */
  readonly bytes: Uint8Array;
}

/** Reads an archive from a file. Errors: those of `readBytes` and of `auditArchive`. */
export async function readAuditArchive(path: string): Promise<AuditArchive> {
  return auditArchive(await readBytes(path, { limit: MOST_PACKED }), path);
}

/**
 * An archive, checked as far as it says itself what it holds. Errors: `archive` (exit 2).
 * @param file its path, for errors
 */
export function auditArchive(bytes: Uint8Array, file: string): AuditArchive {
  const answers = new Archive(bytes, file);
  try {
    return { header: checkHeader(answers.header, `${file}:1`), answers, bytes };
  } catch (error) {
    if (!(error instanceof BatchproofError)) throw error;
    throw refusedArchive(error.place ?? file, error.message);
  }
}

/**
 * Audits a register from an archive, by the same way as from a node: the block's age is the one when it was read. What the
 * reader knows now takes the place of what was known then, and a node that he asks now that of the second one. Errors: those of `auditLineage`, `archive-missing`.
 */
export function auditAgain(
  { header, answers }: AuditArchive,
  options: Pick<
    AuditOptions,
    "from" | "maxAge" | "circuits" | "names" | "texts" | "secondNode" | "workers" | "onProgress"
  >,
  alone = false,
): Promise<Lineage> {
  const { from, finality, maxAge, circuits, names, texts } = header;
  const chainId = BigInt(header.chainId);
  const times = [...header.readAt];
  const again: AuditOptions = {
    ...(from === undefined ? {} : { from }),
    ...(finality === undefined ? {} : { finality }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(circuits === undefined ? {} : { circuits }),
    ...(names === undefined ? {} : { names: namesOf(names) }),
    ...(texts === undefined ? {} : { texts: new Map(Object.entries(texts)) }),
    ...(header.node === null ? {} : { node: header.node }),
    ...(header.secondNode === null
      ? {}
      : { secondNode: { name: header.secondNode, provider: answers.of("second", chainId) } }),
    clock: () => times.shift() ?? header.readAt.at(-1) ?? 0,
    ...options,
  };
  const follow = alone || header.alone ? auditAlone : auditLineage;
  return follow(answers.of("first", chainId), header.registry, again);
}
