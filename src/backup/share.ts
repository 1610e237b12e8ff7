import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { combine, split } from "shamir-secret-sharing";
import { inputError, type BatchproofError } from "../errors.ts";
import { COUNT, defineDocument, documentText, hexBytes, TEXT, TIME } from "../formats/document.ts";
import { writeNewFile } from "../input/files.ts";
import { canonicalJson } from "../input/json.ts";

/**
 * One share of the key that opens backups. Fewer than `needed` of them tell nothing of it; `recipient` is public, names the set
 * and is what later backups are made for.
 */
export interface Share {
  readonly format: "batchproof-share/1";
  /** age recipient of the key that was split. */
  readonly recipient: string;
  readonly needed: number;
  readonly shares: number;
  /** Which of them, from 1. */
  readonly index: number;
  /** Who keeps it; absent: nobody was named. */
  readonly keeper?: string;
  /** When the key was split, RFC 3339. */
  readonly made: string;
  /** In hex. */
  readonly share: string;
  /** SHA-256 of the canonical form of all other members, in hex. It finds damage. */
  readonly checksum: string;
}

/** Most shares of one set: more people than that keep nothing safe. */
export const MOST_SHARES = 20;

const shareDocument = defineDocument<Share>(
  "batchproof-share/1",
  "backup-share",
  {
    recipient: { type: "string", pattern: "^age1[0-9a-z]{58}$" },
    needed: { ...COUNT, minimum: 2, maximum: MOST_SHARES },
    shares: { ...COUNT, minimum: 2, maximum: MOST_SHARES },
    index: { ...COUNT, minimum: 1, maximum: MOST_SHARES },
    keeper: TEXT,
    made: TIME,
    share: { type: "string", pattern: "^[0-9a-f]{2,400}$" },
    checksum: hexBytes(32),
  },
  ["keeper"],
);

/** What `splitKey` is told. */
export interface NewShares {
  readonly needed: number;
  readonly shares: number;
  /** Who keeps which, in their order; none, or as many as shares. */
  readonly keepers: readonly string[];
  /** RFC 3339. */
  readonly made: string;
}

/** Draws a key for backups and splits it; the key itself is kept nowhere. Error `usage`: numbers or names that do not fit. */
export async function splitKey({ needed, shares, keepers, made }: NewShares): Promise<Share[]> {
  if (!(needed >= 2 && needed <= shares && shares <= MOST_SHARES)) {
    throw inputError(`At least 2 shares open a backup, at most all, and there are at most ${MOST_SHARES}.`, {
      code: "usage",
      place: `--shares ${needed}/${shares}`,
    });
  }
  if (![0, shares].includes(keepers.length) || new Set(keepers).size < keepers.length) {
    throw inputError("Each share has one keeper, and nobody keeps two.", {
      code: "usage",
      place: "--keeper",
      remedy: `Name ${shares} people, or none.`,
    });
  }
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const parts = await split(new TextEncoder().encode(identity), shares, needed);
  return parts.map((part, i) => {
    const keeper = keepers[i];
    const named = keeper === undefined ? {} : { keeper };
    const share = Buffer.from(part).toString("hex");
    const file = {
      format: "batchproof-share/1",
      recipient,
      needed,
      shares,
      index: i + 1,
      ...named,
      made,
      share,
    } as const;
    return shareDocument.check({ ...file, checksum: checksumOf(file) }, "--keeper");
  });
}

/**
 * Writes shares into a new folder, a file each, and gives their paths. Errors: `backup-exists` (the folder is there), those of
 * `writeNewFile`.
 */
export async function writeShares(folder: string, shares: readonly Share[]): Promise<string[]> {
  const taken = inputError("There is something where the shares should be written.", {
    code: "backup-exists",
    place: folder,
  });
  if (existsSync(folder)) throw taken;
  const paths = shares.map(({ index, shares: count }) => join(folder, `share-${index}-of-${count}.json`));
  for (const [i, path] of paths.entries()) await writeNewFile(path, documentText(shares[i] ?? {}), taken);
  return paths;
}

/** Reads a share. Errors: `backup-share` (no share, or damaged), those of `readJson`. */
export async function readShare(path: string): Promise<Share> {
  const { checksum, ...file } = await shareDocument.read(path);
  if (checksumOf(file) === checksum) return { ...file, checksum };
  throw shareError("This share was changed or damaged.", path, "Ask its keeper for another copy.");
}

/**
 * The key that the shares were split from, as age writes it. Error `backup-share`: of two sets, one given twice, too few, or they
 * do not come to the key whose recipient they name.
 */
export async function joinShares(shares: readonly Share[]): Promise<string> {
  const [first] = shares;
  if (first === undefined) throw shareError("There is no share.", "--share");
  for (const [i, share] of shares.entries()) {
    const place = placeOf(share);
    const isOfSet = (["recipient", "needed", "shares", "made"] as const).every((name) => share[name] === first[name]);
    if (!isOfSet) throw shareError(`This share is of another set than ${placeOf(first)}.`, place);
    if (shares.slice(0, i).some(({ index }) => index === share.index))
      throw shareError("This share was given twice.", place);
  }
  if (shares.length < first.needed) {
    const missing = first.needed - shares.length;
    throw shareError(`${first.needed} shares open the backup; ${missing} more are needed.`, "--share");
  }
  const bytes = await combine(shares.map(({ share }) => new Uint8Array(Buffer.from(share, "hex")))).catch(
    () => undefined,
  );
  const identity = Buffer.from(bytes ?? []).toString("latin1");
  // The library cannot tell a right key from a wrong one: a share that somebody made up gives another key.
  const recipient = await identityToRecipient(identity).catch(() => undefined);
  if (recipient === first.recipient) return identity;
  throw shareError("These shares do not come to the key that they name: one of them is false.", "--share");
}

/** How a share is named to people. */
function placeOf({ index, keeper }: Share): string {
  return `share ${index}${keeper === undefined ? "" : ` of ${keeper}`}`;
}

function checksumOf(file: Omit<Share, "checksum">): string {
  return createHash("sha256").update(canonicalJson(file)).digest("hex");
}

function shareError(message: string, place: string, remedy?: string): BatchproofError {
  return inputError(message, { code: "backup-share", place, ...(remedy === undefined ? {} : { remedy }) });
}
