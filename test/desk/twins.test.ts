import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { concat, dataSlice, getBytes, id, Signature, SigningKey } from "ethers";
import { expect, it } from "vitest";
import { secp256k1 } from "../../desk/host/packages/secp256k1.ts";
import { packageRoot } from "../../src/root.ts";

/** What takes the place of Node's on the page. That its types fit, the compiler says (desk/host/twins.ts). */

const TWINS = globSync("{audit,chain,formats,input,setup}/**/*.ts", { cwd: join(packageRoot(), "desk/host") });

it("every twin has the path of the file whose place it takes", () => {
  expect(TWINS.length).toBeGreaterThan(5);
  for (const path of TWINS) expect(existsSync(join(packageRoot(), "src", path)), path).toBe(true);
});

it("the page's curve of accounts recovers the signer that ethers recovers, and no other", () => {
  for (let i = 0; i < 20; i++) {
    const [key, digest] = [new SigningKey(id(`key ${i}`)), id(`digest ${i}`)];
    const { r, s, yParity } = key.sign(digest);
    const recovered = (parity: number, of: string): string => {
      const signature = secp256k1.Signature.fromCompact(getBytes(concat([r, s]))).addRecoveryBit(parity);
      return `0x${signature.recoverPublicKey(getBytes(of)).toHex(false)}`;
    };
    expect(recovered(yParity, digest)).toBe(key.publicKey);
    const other = Signature.from({ r, s, yParity: yParity === 0 ? 1 : 0 });
    expect(recovered(other.yParity, digest)).toBe(SigningKey.recoverPublicKey(digest, other));
    expect(recovered(yParity, id("another"))).not.toBe(key.publicKey);
    const point = secp256k1.ProjectivePoint.fromHex(getBytes(key.publicKey));
    expect(point.toRawBytes(true)).toEqual(getBytes(key.compressedPublicKey));
    expect(point.toRawBytes(false)).toEqual(getBytes(key.publicKey));
  }
  expect(() =>
    secp256k1.ProjectivePoint.fromHex(getBytes(concat(["0x04", dataSlice(id("no"), 0), id("point")]))),
  ).toThrow();
});
