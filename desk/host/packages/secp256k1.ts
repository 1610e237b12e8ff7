import { secp256k1 as curve } from "@noble/curves/secp256k1.js";

/**
 * The curve of accounts, as ethers recovers a signer on it: by the version of @noble/curves that the page has already, and not by
 * the older one that ethers brings along.
 */
export const secp256k1 = {
  Signature: {
    fromCompact: (bytes: Uint8Array): ReturnType<typeof curve.Signature.fromBytes> =>
      curve.Signature.fromBytes(bytes, "compact"),
  },
  ProjectivePoint: {
    fromHex: (bytes: Uint8Array): { toRawBytes(compressed: boolean): Uint8Array } => {
      const point = curve.Point.fromBytes(bytes);
      return { toRawBytes: (compressed) => point.toBytes(compressed) };
    },
  },
};
