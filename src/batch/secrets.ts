import { createHash, hkdfSync, randomBytes } from "node:crypto";
import { join } from "node:path";
import { BatchproofError, inputError } from "../errors.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { refuseOpenSecrets } from "../input/files.ts";
import { canonicalJson } from "../input/json.ts";
import { defineDocument, HEX_FIELD, hexBytes } from "../formats/document.ts";
import type { Policy } from "../policy/document.ts";
import { saltOf, type PolicySalts } from "../policy/salts.ts";
import { SECRETS_FILE } from "./paths.ts";

const SALT_BYTES = 31;
const RECORD_SECRET_BYTES = 32;

/** secrets.json: all salts of one batch. They are drawn once; the file is never written again. */
export interface SecretsFile {
  readonly format: "batchproof-secrets/1";
  /** Public signal `batch`: which batch these secrets belong to. */
  readonly batch: string;
  /** The two of the batch's first custodian; a party that joins later knows neither. */
  readonly batchSalt?: string;
  readonly openingSalt?: string;
  /** One for each stage of the policy; used for the stages that end under this party. */
  readonly stageSalts: readonly string[];
  /** By claim id: 32 bytes in hex, from which the secret of each attempt is derived. */
  readonly recordSecrets: Readonly<Record<string, string>>;
  /** By claim id, copied from the policy's salts. */
  readonly ruleSalts: Readonly<Record<string, string>>;
  /** SHA-256 of the canonical form of all other members. It finds damage; against intent nothing is needed here. */
  readonly checksum: string;
}

const secretsDocument = defineDocument<SecretsFile>(
  "batchproof-secrets/1",
  "secrets-file",
  {
    batch: HEX_FIELD,
    batchSalt: HEX_FIELD,
    openingSalt: HEX_FIELD,
    stageSalts: { type: "array", items: HEX_FIELD },
    recordSecrets: { type: "object", additionalProperties: hexBytes(RECORD_SECRET_BYTES) },
    ruleSalts: { type: "object", additionalProperties: HEX_FIELD },
    checksum: hexBytes(32),
  },
  ["batchSalt", "openingSalt"],
);

/** The salts of a batch. They are `#` fields: neither JSON nor `inspect` shows them. */
export class BatchSecrets {
  readonly #file: SecretsFile;

  constructor(file: SecretsFile) {
    this.#file = file;
  }

  /** The salt under `batch`. */
  get batchSalt(): bigint {
    return fromHex(this.#file.batchSalt ?? missing("the batch"));
  }

  /** The salt under the opening. */
  get openingSalt(): bigint {
    return fromHex(this.#file.openingSalt ?? missing("the opening"));
  }

  /**
   * The salt under the head of a stage, by the stage's index: the drawn one, and after hand-offs that were discarded one
   * that is derived from it by HKDF-SHA256. Two heads under one salt could be told to be of one stage.
   */
  stageSalt(index: number, discarded = 0): bigint {
    const salt = fromHex(this.#file.stageSalts[index] ?? missing(`stage ${index}`));
    if (discarded === 0) return salt;
    const key = Buffer.from(toHex(salt).slice(2), "hex");
    const derived = hkdfSync("sha256", key, "", `batchproof/head/${discarded}`, SALT_BYTES);
    return BigInt(`0x${Buffer.from(derived).toString("hex")}`);
  }

  /** The salt of a claim's rule. */
  ruleSalt(claimId: string): bigint {
    const salt = this.#file.ruleSalts[claimId];
    return fromHex(salt ?? missing(`claim ${claimId}`));
  }

  /** 32 bytes for one attempt at a claim's record, by HKDF-SHA256; `prepareRecord` derives a record's own from it. */
  recordSecret(claimId: string, attempt: number): Uint8Array {
    const secret = this.#file.recordSecrets[claimId] ?? missing(`claim ${claimId}`);
    const info = `batchproof/attempt/${attempt}`;
    return new Uint8Array(hkdfSync("sha256", Buffer.from(secret, "hex"), "", info, RECORD_SECRET_BYTES));
  }
}

function missing(owner: string): never {
  throw inputError(`This folder has no secret for ${owner}.`, { code: "secrets-file" });
}

/** What `drawSecrets` is told; everything else it draws. */
interface Given {
  readonly batch: bigint;
  /** Of a batch that begins here; absent in a folder that joins one. */
  readonly batchSalt?: bigint;
  readonly policy: Policy;
  readonly ruleSalts: PolicySalts;
}

/** Fresh secrets for a batch under a policy. Error `salts-missing` if a rule has no salt. */
export function drawSecrets({ batch, batchSalt, policy, ruleSalts }: Given): SecretsFile {
  const byClaim = (value: (claimId: string) => string): Record<string, string> =>
    Object.fromEntries(policy.claims.map(({ id }) => [id, value(id)]));
  const file = {
    format: "batchproof-secrets/1",
    batch: toHex(batch),
    ...(batchSalt === undefined ? {} : { batchSalt: toHex(batchSalt), openingSalt: drawSalt() }),
    stageSalts: policy.stages.map(drawSalt),
    recordSecrets: byClaim(() => randomBytes(RECORD_SECRET_BYTES).toString("hex")),
    ruleSalts: byClaim((claimId) => toHex(saltOf(ruleSalts, claimId))),
  } as const;
  return { ...file, checksum: checksumOf(file) };
}

/** 248 random bits, so that every salt is a field element. */
function drawSalt(): string {
  return toHex(BigInt(`0x${randomBytes(SALT_BYTES).toString("hex")}`));
}

function checksumOf(file: Omit<SecretsFile, "checksum">): string {
  return createHash("sha256").update(canonicalJson(file)).digest("hex");
}

/**
 * Reads the secrets of a batch folder.
 * Errors: `secrets-missing`, `secrets-mode` (others may read the file), `secrets-file` (shape; not one secret for each
 * stage and claim), `secrets-damaged` (checksum), `secrets-batch` (of another batch), those of `readJson`.
 * @param batch hex of the commitment that batch.json states
 */
export async function readSecrets(dir: string, batch: string, policy: Policy): Promise<BatchSecrets> {
  const path = join(dir, SECRETS_FILE);
  const { checksum, ...file } = await readSecretsFile(path, dir);
  await refuseOpenSecrets(path);
  if (checksumOf(file) !== checksum) {
    throw inputError("The secrets were changed or damaged after they were drawn.", {
      code: "secrets-damaged",
      place: path,
      remedy: "Restore the file from a backup.",
    });
  }
  if (file.batch !== batch) {
    throw inputError("These secrets belong to another batch.", {
      code: "secrets-batch",
      place: `${path}#/batch`,
      remedy: "Restore this batch's own file from a backup.",
    });
  }
  const claims = policy.claims.map(({ id }) => id);
  for (const member of ["recordSecrets", "ruleSalts"] as const) {
    if (!sameMembers(Object.keys(file[member]), claims)) throw incomplete(`${path}#/${member}`, "claim");
  }
  if (file.stageSalts.length !== policy.stages.length) throw incomplete(`${path}#/stageSalts`, "stage");
  if ((file.batchSalt === undefined) !== (file.openingSalt === undefined)) throw incomplete(path, "opening");
  const own = [file.batchSalt, file.openingSalt].filter((salt) => salt !== undefined);
  for (const salt of [...own, ...file.stageSalts, ...Object.values(file.ruleSalts)]) fromHex(salt, path);
  return new BatchSecrets({ ...file, checksum });
}

async function readSecretsFile(path: string, dir: string): Promise<SecretsFile> {
  try {
    return await secretsDocument.read(path, { within: dir });
  } catch (error) {
    if (!(error instanceof BatchproofError && error.code === "file-missing")) throw error;
    throw inputError("The secrets of this batch are missing.", {
      code: "secrets-missing",
      place: path,
      remedy: "Restore the file from a backup: without its salts the batch cannot be proven.",
    });
  }
}

function sameMembers(found: readonly string[], expected: readonly string[]): boolean {
  return found.length === expected.length && expected.every((name) => found.includes(name));
}

function incomplete(place: string, owner: string): BatchproofError {
  return inputError(`There is not exactly one secret for each ${owner} of the policy.`, {
    code: "secrets-file",
    place,
  });
}
