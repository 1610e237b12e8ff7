import { base64urlnopad } from "@scure/base";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { getAddress } from "ethers";
import { inputError, type BatchproofError } from "../errors.ts";
import { CURVE, Point } from "./babyJubJub.ts";
import { exactCarrier, type Carrier } from "./carrier.ts";
import { TAG_OUTSIDE } from "./constants.ts";
import { bytesHash, type PublicKey } from "./identity.ts";
import { poseidon } from "./poseidon.ts";
import { verifySignature, type Signature } from "./source.ts";

export type { Carrier };

/** What stands in the QR code of a batch's label. Texts of others: a label is paper, and anybody prints one. */
export interface Label {
  readonly chainId: bigint;
  /** Address of the compliance registry, with its checksum. */
  readonly registry: string;
  /** Key of the batch. */
  readonly batch: string;
  /** The identifier by which the site knows the bag, as its own code says it; undefined: none. */
  readonly carrier?: Carrier;
}

/** A label as it was read. */
export interface SignedLabel {
  readonly label: Label;
  readonly signature: Signature;
}

/** More characters than any label has. */
const LONGEST_LABEL = 400;

/** A half of a signature: a point, compressed, or a number below the group's order. */
const HALF_BYTES = 32;

const TEXT =
  /^batchproof:1\?chain=([1-9][0-9]{0,17})&register=(0x[0-9a-f]{40})&batch=(0x[0-9a-f]{64})(?:&(gs1|isbt128)=([!-~]{1,120}))?&sig=([A-Za-z0-9_-]{86})$/;

/** What a label's QR code holds. */
export function labelText(label: Label, signature: Signature): string {
  return `${signedText(label)}&sig=${base64urlnopad.encode(signatureBytes(signature))}`;
}

/** All that is signed: everything before the signature. */
function signedText({ chainId, registry, batch, carrier }: Label): string {
  const identifier = carrier === undefined ? "" : `&${carrier.scheme}=${carrier.text}`;
  return `batchproof:1?chain=${chainId}&register=${registry.toLowerCase()}&batch=${batch}${identifier}`;
}

/**
 * Reads a label. It has one spelling: members in this order, small letters, the identifier in its one text. Who signed it,
 * `labelSigner` says.
 * Errors `label`, and `carrier` for its identifier.
 */
export function labelFromText(text: string, place: string): SignedLabel {
  const [, chain, registry, batch, scheme, identifier, signed] =
    text.length > LONGEST_LABEL ? [] : (TEXT.exec(text) ?? []);
  if (chain === undefined || registry === undefined || batch === undefined || signed === undefined) {
    throw labelError("This is not the label of a batch.", place);
  }
  const carrier =
    identifier === undefined ? {} : { carrier: exactCarrier(scheme as Carrier["scheme"], identifier, place) };
  const signature = signatureFrom(signed);
  if (signature === undefined) throw labelError("What the label has for a signature is none.", place);
  return { label: { chainId: BigInt(chain), registry: getAddress(registry), batch, ...carrier }, signature };
}

function labelError(message: string, place: string): BatchproofError {
  const remedy = "Scan the code again, or paste the whole of its text; if it stays so, have the label printed anew.";
  return inputError(message, { code: "label", place, remedy });
}

/** What a custodian signs: a hash of all that the label says. */
export function labelMessage(label: Label): bigint {
  return poseidon([BigInt(TAG_OUTSIDE.LABEL), bytesHash(utf8ToBytes(signedText(label)))]);
}

/** A label's text, signed with this key. */
export function signLabel(label: Label, key: { sign(message: bigint): Signature }): string {
  return labelText(label, key.sign(labelMessage(label)));
}

/** Which of these keys signed a label; undefined: none of them. */
export function labelSigner<K extends PublicKey>({ label, signature }: SignedLabel, keys: readonly K[]): K | undefined {
  const message = labelMessage(label);
  return keys.find((key) => verifySignature(key, message, signature));
}

/** A point is written by its y, little-endian, and whether its x is odd; the number after it little-endian too. */
function signatureBytes({ r8x, r8y, s }: Signature): Uint8Array {
  const bytes = new Uint8Array(2 * HALF_BYTES);
  bytes.set(Point.fromAffine({ x: r8x, y: r8y }).toBytes());
  for (let i = 0; i < HALF_BYTES; i++) bytes[HALF_BYTES + i] = Number((s >> BigInt(8 * i)) & 0xffn);
  return bytes;
}

/** The inverse, strict: no two texts are one signature. Undefined: the text is none. */
function signatureFrom(text: string): Signature | undefined {
  try {
    const bytes = base64urlnopad.decode(text);
    const { x, y } = Point.fromBytes(bytes.slice(0, HALF_BYTES)).toAffine();
    const s = bytes.slice(HALF_BYTES).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
    return s < CURVE.n ? { r8x: x, r8y: y, s } : undefined;
  } catch {
    return undefined; // noble and base64url throw for a text that is no point, and for spare bits
  }
}
