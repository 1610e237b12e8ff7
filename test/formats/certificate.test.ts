import { concat, keccak256, TypedDataEncoder, ZeroHash, type TypedDataField } from "ethers";
import { describe, expect, it } from "vitest";
import { certificateHash, certificateTypedData, type Certificate } from "../../src/formats/certificate.ts";

/** What a wallet makes of a certificate that it is given. */

const REGISTRY = `0x${"1".repeat(40)}`;
const CERTIFICATE: Certificate = {
  ...{ batch: `0x${"2".repeat(64)}`, policyId: `0x${"3".repeat(64)}`, neededFor: 1, trail: ZeroHash },
  ...{ exceptionsHash: ZeroHash, certificate: `0x${"4".repeat(64)}`, meaning: 2 },
  ...{ signedAt: 1_900_000_000n, nonce: 2n ** 255n, deadline: 1_900_003_600n },
};

interface TypedData {
  readonly types: Record<string, TypedDataField[]>;
  readonly primaryType: string;
  readonly domain: Record<string, unknown>;
  readonly message: Record<string, unknown>;
}

/** The hash that a wallet signs, from what it is given alone (EIP-712; no type of the domain: an empty one). */
function signedBy({ types, primaryType, domain, message }: TypedData): string {
  const { EIP712Domain = [], ...others } = types;
  const separator = TypedDataEncoder.hashStruct("EIP712Domain", { EIP712Domain }, domain);
  return keccak256(concat(["0x1901", separator, TypedDataEncoder.hashStruct(primaryType, others, message)]));
}

// Verifies R-service-decision, V445.
describe("a certificate for a wallet", () => {
  it("V445: is signed for its chain and register, as the register reads it", () => {
    const given = JSON.parse(JSON.stringify(certificateTypedData(31337n, REGISTRY, CERTIFICATE))) as TypedData;
    expect(signedBy(given)).toBe(certificateHash(31337n, REGISTRY, CERTIFICATE));
    expect(given.message["nonce"]).toBe((2n ** 255n).toString());
    expect(signedBy({ ...given, domain: { ...given.domain, chainId: "0x1" } })).not.toBe(signedBy(given));
  });
});
