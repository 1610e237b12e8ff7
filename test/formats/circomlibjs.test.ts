import { buildEddsa, type Eddsa, type Element } from "circomlibjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { FIELD } from "../../src/formats/field.ts";
import { poseidon } from "../../src/formats/poseidon.ts";
import { publicKey, sign, verifySignature } from "../../src/formats/source.ts";

/** circomlib's own JavaScript is the reference; the product does not load it, because it takes more than a second to start. */
let reference: Eddsa;
beforeAll(async () => {
  reference = await buildEddsa();
});

const element = fc.bigInt({ min: 0n, max: FIELD - 1n });
const privateKey = fc.uint8Array({ minLength: 32, maxLength: 32 });

function pointOf([x, y]: readonly [Element, Element]): { readonly x: bigint; readonly y: bigint } {
  const { F } = reference.babyJub;
  return { x: F.toObject(x), y: F.toObject(y) };
}

// Verifies R-format-hashing.
describe("poseidon", () => {
  it.each(Array.from({ length: 16 }, (_, i) => i + 1))("is circomlibjs' for %i inputs and any initial state", (n) => {
    const { poseidon: theirs } = reference;
    const { F } = reference.babyJub;
    fc.assert(
      fc.property(fc.array(element, { minLength: n, maxLength: n }), element, (inputs, state) => {
        expect(poseidon(inputs, state)).toBe(F.toObject(theirs(inputs, state)));
      }),
      { numRuns: 5 },
    );
  });

  it("takes no other number of inputs", () => {
    for (const n of [0, 17]) expect(() => poseidon(new Array<bigint>(n).fill(0n))).toThrow(RangeError);
  });
});

// Verifies R-format-signature.
describe("keys and signatures", () => {
  it("are circomlibjs', byte for byte", () => {
    const { F } = reference.babyJub;
    fc.assert(
      fc.property(privateKey, element, (key, message) => {
        expect(publicKey(key)).toEqual(pointOf(reference.prv2pub(key)));
        const { R8, S } = reference.signPoseidon(key, F.e(message));
        const { x, y } = pointOf(R8);
        expect(sign(key, message)).toEqual({ r8x: x, r8y: y, s: S });
        expect(verifySignature(publicKey(key), message, sign(key, message))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
