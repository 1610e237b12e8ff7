import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { inputError } from "../errors.ts";
import { DEVICE_SET_SIZE, TAG } from "./constants.ts";
import { toHex } from "./field.ts";
import { poseidon } from "./poseidon.ts";

/** SHA-256 of bytes, cut to 248 bits so that it is a field element. */
export function bytesHash(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(sha256(bytes))}`) >> 8n;
}

/**
 * rawFileHash: `bytesHash` of a raw file; of several files that make one series, in their order, that of a text that names each
 * by its own. No raw file reads like that text.
 */
export function rawFilesHash(files: readonly Uint8Array[]): bigint {
  const [only, another] = files;
  if (only !== undefined && another === undefined) return bytesHash(only);
  const text = ["batchproof/raw-files/1", ...files.map((bytes) => toHex(bytesHash(bytes)))].join("\n");
  return bytesHash(utf8ToBytes(text));
}

/**
 * lotHash, coiHash, orderHash, org, productHash: SHA-256 of the NFC-normalised UTF-8 text, cut to 248 bits. Error `text`
 * for half a surrogate pair: two such texts would have one hash.
 */
export function textHash(text: string): bigint {
  if (!text.isWellFormed()) throw inputError("The text is not valid Unicode.", { code: "text" });
  return bytesHash(utf8ToBytes(text.normalize("NFC")));
}

export interface DeviceId {
  readonly vendor: string;
  readonly model: string;
  readonly serial: string;
}

/** A device as options name it: "vendor|model|serial". */
export function deviceText({ vendor, model, serial }: DeviceId): string {
  return [vendor, model, serial].join("|");
}

/** SHA-256 of "vendor|model|serial", cut to 248 bits. A bar inside a part would make two devices one: refused. */
export function deviceHash(device: DeviceId): bigint {
  const parts = [device.vendor, device.model, device.serial];
  if (parts.some((part) => part === "" || part.includes("|"))) {
    throw inputError("Vendor, model and serial of a device must not be empty or contain '|'.", { code: "device-id" });
  }
  return textHash(parts.join("|"));
}

/**
 * The up to 8 device hashes of a stage, in the order in which they were named, zero-filled: the preimage of `deviceSet`.
 * Error `device-set`: more, or one twice.
 */
export function deviceSlots(devices: readonly bigint[]): bigint[] {
  if (new Set(devices).size !== devices.length || devices.length > DEVICE_SET_SIZE || devices.includes(0n)) {
    throw inputError(`A stage names up to ${DEVICE_SET_SIZE} different devices.`, { code: "device-set" });
  }
  return [...devices, ...new Array<bigint>(DEVICE_SET_SIZE - devices.length).fill(0n)];
}

/** Commitment to 8 slots as they stand. */
export function deviceSetOf(slots: readonly bigint[]): bigint {
  return poseidon([BigInt(TAG.DEVICES), ...slots]);
}

/** The `deviceSet` of a stage that names these devices. */
export function deviceSet(devices: readonly bigint[]): bigint {
  return deviceSetOf(deviceSlots(devices));
}

/** A BabyJubJub public key, affine. */
export interface PublicKey {
  readonly x: bigint;
  readonly y: bigint;
}

export function keyHash(key: PublicKey): bigint {
  return poseidon([BigInt(TAG.KEY), key.x, key.y]);
}

/** What a custodian's leaf commits to so that its site opens one order under one salt only. */
export function secretHash(siteSecret: bigint): bigint {
  return poseidon([BigInt(TAG.SECRET), siteSecret]);
}

/** The one salt under which a site can open an order. */
export function batchSalt(siteSecret: bigint, coiHash: bigint, orderHash: bigint): bigint {
  return poseidon([BigInt(TAG.SALT), siteSecret, coiHash, orderHash]);
}

/** Public signal `batch`. */
export function batchCommitment(coiHash: bigint, orderHash: bigint, salt: bigint): bigint {
  return poseidon([BigInt(TAG.BATCH), coiHash, orderHash, salt]);
}
