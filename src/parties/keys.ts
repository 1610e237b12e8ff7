import { KEY_ROLES, type KeyRole } from "../formats/constants.ts";
import { createCipheriv, randomBytes } from "node:crypto";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { BatchproofError, inputError } from "../errors.ts";
import { fromHex, toHex } from "../formats/field.ts";
import { secretHash, type PublicKey } from "../formats/identity.ts";
import { publicKey, sign, type Signature } from "../formats/source.ts";
import { writeNewFile } from "../input/files.ts";
import { canonicalJson } from "../input/json.ts";
import {
  defineDocument,
  documentText,
  HEX_FIELD,
  hexBytes,
  object,
  POINT,
  pointFromJson,
  pointToJson,
  TEXT,
  type PointJson,
} from "../formats/document.ts";
import { checkKey } from "./point.ts";
import { openSealed, scryptBytes, type ScryptCost } from "./sealing.ts";

export const MIN_PASSPHRASE_LENGTH = 12;

/** scrypt's cost: 128 MB and about half a second for one guess. Tests may go lower. */
const SCRYPT = { n: 2 ** 17, r: 8, p: 1 } as const;
/** What a file may ask for: powers of two, small ones for tests, none that takes more than 1 GB of memory. */
const SCRYPT_N_PERMITTED = Array.from({ length: 11 }, (_, i) => 2 ** (10 + i));
const CIPHER = "aes-256-gcm";
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const SALT_BYTES = 16;
/** Private key, AES key and site secret all take 32 bytes. */
const SECRET_BYTES = 32;

/** What a key file says in the open. */
export interface KeyDescription {
  readonly name: string;
  readonly role: KeyRole;
  /** Legal entity or site id. */
  readonly org: string;
  readonly public: PublicKey;
  /** What a custodian's party leaf carries; 0 for the other roles. */
  readonly secretHash: bigint;
}

/** A key file as JSON. Bytes are hex without 0x. */
export interface KeyFile {
  readonly format: typeof KEY_FORMAT;
  readonly name: string;
  readonly role: KeyRole;
  readonly org: string;
  readonly public: PointJson;
  readonly secretHash: string;
  readonly crypto: {
    readonly kdf: "scrypt";
    readonly n: number;
    readonly r: number;
    readonly p: number;
    readonly salt: string;
    /** Derived beside the AES key, so that a wrong passphrase and an edited file get different answers. */
    readonly check: string;
    readonly cipher: typeof CIPHER;
    readonly nonce: string;
    readonly payload: string;
    readonly tag: string;
  };
}

/** What a key file says it is. */
export const KEY_FORMAT = "batchproof-key/1";

const keyFileDocument = defineDocument<KeyFile>(KEY_FORMAT, "key-file", {
  name: TEXT,
  role: { enum: KEY_ROLES },
  org: TEXT,
  public: POINT,
  secretHash: HEX_FIELD,
  crypto: object({
    kdf: { const: "scrypt" },
    n: { enum: SCRYPT_N_PERMITTED },
    r: { const: SCRYPT.r },
    p: { const: SCRYPT.p },
    salt: hexBytes(SALT_BYTES),
    check: hexBytes(SECRET_BYTES),
    cipher: { const: CIPHER },
    nonce: hexBytes(NONCE_BYTES),
    payload: { anyOf: [hexBytes(SECRET_BYTES), hexBytes(2 * SECRET_BYTES)] },
    tag: hexBytes(TAG_BYTES),
  }),
});

/** A key that can sign. Its private parts are `#` fields: neither JSON nor `inspect` shows them. */
export class UnlockedKey {
  readonly description: KeyDescription;
  readonly #privateKey: Uint8Array;
  readonly #siteSecret: bigint | undefined;

  constructor(description: KeyDescription, privateKey: Uint8Array, siteSecret: bigint | undefined) {
    this.description = description;
    this.#privateKey = privateKey;
    this.#siteSecret = siteSecret;
  }

  /** EdDSA-Poseidon signature of a field element. */
  sign(message: bigint): Signature {
    return sign(this.#privateKey, message);
  }

  /** 32 bytes under which this key's journal remembers readings: who has the key can compare them, nobody else. */
  get journalSecret(): Uint8Array {
    return hkdf(sha256, this.#privateKey, undefined, utf8ToBytes("batchproof/journal"), 32);
  }

  /** 32 bytes, the Ed25519 key under which this key's holder issues credentials. */
  get credentialSeed(): Uint8Array {
    return hkdf(sha256, this.#privateKey, undefined, utf8ToBytes("batchproof/credential"), 32);
  }

  /** The secret from which a site derives its batch salts. Throws `key-role`: only custodians have one. */
  get siteSecret(): bigint {
    if (this.#siteSecret === undefined) {
      throw inputError(`Key "${this.description.name}" is not a custodian's.`, {
        code: "key-role",
        remedy: "Use a key with the role custodian.",
      });
    }
    return this.#siteSecret;
  }
}

/** What `createKey` needs. */
export interface NewKey {
  readonly name: string;
  readonly role: KeyRole;
  readonly org: string;
  readonly passphrase: string;
  /**
   * A custodian key that the org has already: the new one takes over its site secret, so that all custodians of an
   * org, also after rotation, carry one `secretHash`.
   */
  readonly predecessor?: UnlockedKey;
  /** scrypt's N, a power of two; only tests choose another than the default. */
  readonly scryptN?: number;
}

/**
 * Makes a BabyJubJub key pair and, for a custodian, its site secret; sealed under the passphrase. Name and org are
 * Unicode-normalised (NFC), so that what is shown is what is hashed.
 * @throws `passphrase-length`; `passphrase-repeated` (one character only); `key-predecessor` if that key is not a custodian's of the same org; `key-file` for an
 *   empty name or org
 */
export async function createKey(request: NewKey): Promise<KeyFile> {
  if (request.passphrase.length < MIN_PASSPHRASE_LENGTH) {
    throw inputError(`The passphrase is shorter than ${MIN_PASSPHRASE_LENGTH} characters.`, {
      code: "passphrase-length",
    });
  }
  if (new Set(request.passphrase).size === 1) {
    throw inputError("The passphrase is one character, repeated.", {
      code: "passphrase-repeated",
      remedy: "Choose one that nobody can guess, such as five words drawn by dice.",
    });
  }
  const privateKey = randomBytes(SECRET_BYTES);
  const siteSecret = newSiteSecret(request);
  const description = {
    format: KEY_FORMAT,
    name: request.name.normalize("NFC"),
    role: request.role,
    org: request.org.normalize("NFC"),
    public: pointToJson(publicKey(privateKey)),
    secretHash: toHex(siteSecret === undefined ? 0n : secretHash(siteSecret)),
  } as const;
  const secrets = Buffer.concat([privateKey, siteSecret === undefined ? Buffer.alloc(0) : toBytes(siteSecret)]);
  return keyFileDocument.check(
    await seal(description, secrets, request.passphrase, request.scryptN ?? SCRYPT.n),
    "the new key",
  );
}

function newSiteSecret({ role, org, predecessor }: NewKey): bigint | undefined {
  if (predecessor === undefined) return role === "custodian" ? randomElement() : undefined;
  if (role !== "custodian" || predecessor.description.org !== org.normalize("NFC")) {
    throw inputError("A site secret is passed on between custodian keys of one organisation only.", {
      code: "key-predecessor",
    });
  }
  return predecessor.siteSecret;
}

/** 248 random bits: a field element without a biased reduction. */
function randomElement(): bigint {
  return BigInt(`0x${randomBytes(31).toString("hex")}`);
}

function toBytes(element: bigint): Buffer {
  return Buffer.from(toHex(element).slice(2), "hex");
}

/**
 * Writes a new key file, mode 0600. An existing file is never replaced, because the key in it would be lost.
 * Errors: `key-exists`, those of `writeFileAtomically`.
 */
export async function saveKey(path: string, file: KeyFile): Promise<void> {
  const taken = inputError("There is a file of this name already.", {
    code: "key-exists",
    place: path,
    remedy: "Choose another file name; a key file is never overwritten.",
  });
  await writeNewFile(path, documentText(file), taken);
}

/**
 * Whether a key file is what `createKey` was asked for: name, role, org and passphrase, and the predecessor's site secret.
 * Errors: those of `unlockKey` but `key-passphrase`.
 */
export async function isKeyAsAsked(path: string, asked: NewKey): Promise<boolean> {
  const { name, role, org } = await readKeyFile(path);
  if (name !== asked.name.normalize("NFC") || role !== asked.role || org !== asked.org.normalize("NFC")) return false;
  try {
    const key = await unlockKey(path, asked.passphrase);
    return asked.predecessor === undefined || key.siteSecret === asked.predecessor.siteSecret;
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "key-passphrase") return false;
    throw error;
  }
}

/**
 * The open part of a key file. It is only as trustworthy as the file: nothing but `unlockKey` authenticates it.
 * @throws `key-file` if it is not a key file, `party-key` if its public key is not usable
 */
export async function readKeyFile(path: string): Promise<KeyDescription> {
  return describe(await keyFileDocument.read(path), path);
}

function describe(file: KeyFile, path: string): KeyDescription {
  const key = pointFromJson(file.public, `${path}#/public`);
  checkKey(key, `${path}#/public`);
  return {
    name: file.name,
    role: file.role,
    org: file.org,
    public: key,
    secretHash: fromHex(file.secretHash, `${path}#/secretHash`),
  };
}

/**
 * Opens a key file.
 * @throws `key-passphrase` if the passphrase is wrong (or the salt was edited: nobody can tell the two apart);
 *   `key-tampered` if the passphrase is right and any other part of the file is not what was sealed
 */
export async function unlockKey(path: string, passphrase: string): Promise<UnlockedKey> {
  return await unlock(await keyFileDocument.read(path), passphrase, path);
}

/** Opens a key file that is read already: parsed JSON. Errors: those of `unlockKey`; `place` is the file. */
export async function unlockKeyFile(value: unknown, passphrase: string, place: string): Promise<UnlockedKey> {
  return await unlock(keyFileDocument.check(value, place), passphrase, place);
}

async function unlock(file: KeyFile, passphrase: string, place: string): Promise<UnlockedKey> {
  const description = describe(file, place);
  const secrets = await open(file, passphrase, place);
  if (secrets.length !== (file.role === "custodian" ? 2 : 1) * SECRET_BYTES) throw tampered(place);
  const privateKey = secrets.subarray(0, SECRET_BYTES);
  const siteSecret = file.role === "custodian" ? BigInt(`0x${bytesToHex(secrets.subarray(SECRET_BYTES))}`) : undefined;
  const { x, y } = publicKey(privateKey);
  const expectedHash = siteSecret === undefined ? 0n : secretHash(siteSecret);
  if (x !== description.public.x || y !== description.public.y || expectedHash !== description.secretHash) {
    throw tampered(place);
  }
  return new UnlockedKey(description, privateKey, siteSecret);
}

function tampered(path: string): BatchproofError {
  return inputError("The passphrase is right, but the key file was changed after it was made.", {
    code: "key-tampered",
    place: path,
    remedy: "Restore the file from a backup.",
  });
}

type Description = Omit<KeyFile, "crypto">;

async function seal(description: Description, secrets: Buffer, passphrase: string, n: number): Promise<KeyFile> {
  const salt = randomBytes(SALT_BYTES).toString("hex");
  const nonce = randomBytes(NONCE_BYTES);
  const { key, check } = await derive(passphrase, salt, { ...SCRYPT, n });
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(description));
  const payload = Buffer.concat([cipher.update(secrets), cipher.final()]);
  return {
    ...description,
    crypto: {
      kdf: "scrypt",
      ...SCRYPT,
      n,
      salt,
      check: bytesToHex(check),
      cipher: CIPHER,
      nonce: nonce.toString("hex"),
      payload: payload.toString("hex"),
      tag: cipher.getAuthTag().toString("hex"),
    },
  };
}

async function open({ crypto, ...description }: KeyFile, passphrase: string, path: string): Promise<Uint8Array> {
  const { key, check } = await derive(passphrase, crypto.salt, crypto);
  if (bytesToHex(check) !== crypto.check) {
    throw inputError("The passphrase is wrong, or the key file's `crypto` part was changed.", {
      code: "key-passphrase",
      place: path,
      remedy: "Try again; if you are sure of the passphrase, restore the file from a backup.",
    });
  }
  const opened = await openSealed(key, {
    nonce: hexToBytes(crypto.nonce),
    payload: hexToBytes(crypto.payload),
    tag: hexToBytes(crypto.tag),
    data: associatedData(description),
  });
  if (opened === undefined) throw tampered(path);
  return opened;
}

/** AES key and check value are separate blocks of scrypt's output: publishing the one says nothing about the other. */
async function derive(
  passphrase: string,
  salt: string,
  { n, r, p }: ScryptCost,
): Promise<{ key: Uint8Array; check: Uint8Array }> {
  const cost = { n, r, p };
  const derived = await scryptBytes(passphrase.normalize("NFC"), hexToBytes(salt), 2 * SECRET_BYTES, cost);
  return { key: derived.subarray(0, SECRET_BYTES), check: derived.subarray(SECRET_BYTES) };
}

/** The open part, so that name, role, org and public key cannot be edited without notice. */
function associatedData(description: Description): Uint8Array {
  return utf8ToBytes(canonicalJson(description));
}
