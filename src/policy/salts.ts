import { bytesToHex, randomBytes } from "@noble/hashes/utils.js";
import { BatchproofError, inputError } from "../errors.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { refuseOpenSecrets, writeNewFile } from "../input/files.ts";
import { readJson, type JsonValue } from "../input/json.ts";
import { type Policy, documentHash } from "./document.ts";

/**
 * The salts of a policy's rules hide the limits behind the public rule hashes. The parties keep them beside the policy
 * and never publish them; no error names one.
 */

const FORMAT = "batchproof-policy-salts/1";
const SALT_BYTES = 31;
const SALT_BITS = BigInt(8 * SALT_BYTES);

/** Salt of each claim's rule, by claim id. */
export type PolicySalts = ReadonlyMap<string, bigint>;

/** 248 bits, so that every salt is a field element; 0 would be no salt. */
export function isSalt(value: bigint): boolean {
  return value > 0n && value < 1n << SALT_BITS;
}

/** The salt of a claim; error `salts-missing`. */
export function saltOf(salts: PolicySalts, claimId: string): bigint {
  const salt = salts.get(claimId);
  if (salt === undefined) throw inputError(`There is no salt for claim ${claimId}.`, { code: "salts-missing" });
  return salt;
}

/** `policy.json` to `policy.salts.json`. */
export function saltsPath(policyPath: string): string {
  return `${policyPath.replace(/\.json$/, "")}.salts.json`;
}

/**
 * Draws the salts of a new policy and writes them beside it, readable by the owner only (mode 0600). A file that is
 * there already is never overwritten, because rules that are published could then not be opened any more.
 * Errors: `salts-exist`, those of `writeNewFile`.
 */
export async function createSalts(policyPath: string, policy: Policy): Promise<PolicySalts> {
  const path = saltsPath(policyPath);
  const salts = new Map(policy.claims.map(({ id }) => [id, drawSalt()]));
  const file = {
    format: FORMAT,
    policy: documentHash(policy),
    salts: Object.fromEntries([...salts].map(([id, salt]) => [id, toHex(salt)])),
  };
  const taken = inputError("This policy has salts already; they are never overwritten.", {
    place: path,
    remedy: "Keep them: published rules open with no other salts. A new version of a policy is a new file.",
    code: "salts-exist",
  });
  await writeNewFile(path, `${JSON.stringify(file, null, 2)}\n`, taken);
  return salts;
}

function drawSalt(): bigint {
  const salt = BigInt(`0x${bytesToHex(randomBytes(SALT_BYTES))}`);
  return isSalt(salt) ? salt : drawSalt();
}

/**
 * Reads the salts beside a policy.
 * Errors: `salts-missing` (no such file), `secrets-mode` (others may read them), those of `parseSalts` and of `readJson`.
 */
export async function readSalts(policyPath: string, policy: Policy): Promise<PolicySalts> {
  const path = saltsPath(policyPath);
  const value = await readSaltsFile(path);
  await refuseOpenSecrets(path);
  return parseSalts(value, policy, path);
}

/** Hash of the policy's document whose salts parsed JSON says that it is; undefined: it is another file. */
export function saltsOwner(value: JsonValue): string | undefined {
  const isSalts = typeof value === "object" && value !== null && !Array.isArray(value) && value["format"] === FORMAT;
  if (!isSalts) return undefined;
  const { policy } = value;
  return typeof policy === "string" ? policy : "";
}

/**
 * The salts of a policy from parsed JSON; `place` (a file) goes into errors.
 * Errors: `salts-policy` (of another policy, or of an earlier wording of this one), `salts-schema` (not exactly one salt for each claim).
 */
export function parseSalts(value: JsonValue, policy: Policy, place: string): PolicySalts {
  const { format, policy: owner, salts, ...rest } = asObject(value, place);
  if (format !== FORMAT || Object.keys(rest).length !== 0) throw schemaError(place, `This is no ${FORMAT} file.`);
  if (owner !== documentHash(policy)) {
    throw inputError("These salts belong to another policy, or to an earlier wording of this one.", {
      place: `${place}#/policy`,
      remedy: "Restore the policy they were drawn for, or give the new wording a new file name and draw new salts.",
      code: "salts-policy",
    });
  }
  const entries = new Map(Object.entries(asObject(salts, `${place}#/salts`)));
  if (entries.size !== policy.claims.length)
    throw schemaError(`${place}#/salts`, "There is not one salt for each claim.");
  return new Map(
    policy.claims.map(({ id }) => [id, asSalt(entries.get(id), `${place}#/salts/${id.replace("/", "~1")}`)]),
  );
}

async function readSaltsFile(path: string): Promise<JsonValue> {
  try {
    return await readJson(path);
  } catch (error) {
    if (!(error instanceof BatchproofError && error.code === "file-missing")) throw error;
    throw inputError("The salts of this policy are missing.", {
      place: path,
      remedy: "Copy the file from a party of the policy, or draw the salts if the policy was never published.",
      code: "salts-missing",
    });
  }
}

function asObject(value: JsonValue | undefined, place: string): Readonly<Record<string, JsonValue>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw schemaError(place, "An object is expected.");
}

function asSalt(value: JsonValue | undefined, place: string): bigint {
  const salt = typeof value === "string" && /^0x00[0-9a-f]{62}$/.test(value) ? fromHex(value, place) : 0n;
  if (isSalt(salt)) return salt;
  throw schemaError(place, "A salt is expected: 0x00 and 62 lower-case hex digits, not all 0.");
}

function schemaError(place: string, message: string): BatchproofError {
  return inputError(message, {
    place,
    remedy: "Restore the file from a backup or from a party.",
    code: "salts-schema",
  });
}
