import { getBytes } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { embeddedChain } from "../../src/chain/connect.ts";
import { verifierSource } from "../support/exportedVerifier.ts";
import { decodeVerifyingKey, encodeVerifyingKey, toSnarkjsKey } from "../../src/setup/verifyingKey.ts";
import { World } from "./support/world.ts";

let world: World;
beforeAll(async () => {
  world = await World.build(await embeddedChain());
});
afterAll(() => world.chain.close());

/** Every number that a verifier's source defines, by name. */
function constantsOf(source: string): Map<string, bigint> {
  const found = source.matchAll(/uint256 constant\s+(\w+)\s*=\s*(\d+);/g);
  return new Map([...found].map(([, name, value]) => [name ?? "", BigInt(value ?? "")]));
}

/** The names of a key's words in snarkjs' template, in the order in which the chain stores them. */
const NAMES = [
  ...["alphax", "alphay"],
  ...["beta", "gamma", "delta"].flatMap((point) => [`${point}x1`, `${point}x2`, `${point}y1`, `${point}y2`]),
  ...Array.from({ length: 9 }, (_, i) => [`IC${i}x`, `IC${i}y`]).flat(),
];

describe("the exported verifier", () => {
  it("has exactly the constants of the key that the chain stores", async () => {
    const stored = getBytes(await world.deployment.circuits.keyOf(world.temperature.circuitId));
    const key = decodeVerifyingKey(stored);
    const constants = constantsOf(verifierSource(toSnarkjsKey(world.temperature.key)));
    expect([...constants.keys()].sort()).toEqual([...NAMES, "q", "r"].sort());
    const words = Array.from({ length: 32 }, (_, i) =>
      BigInt(`0x${Buffer.from(stored.slice(32 * i, 32 * i + 32)).toString("hex")}`),
    );
    expect(NAMES.map((name) => constants.get(name))).toEqual(words);
    expect(encodeVerifyingKey(key)).toEqual(encodeVerifyingKey(world.temperature.key));
  });

  it("is not exported for something that is not a key", () => {
    const key = toSnarkjsKey(world.temperature.key);
    const [x = "", , z = ""] = key.vk_alpha_1;
    expect(() => verifierSource({ ...key, vk_alpha_1: [x, "1; selfdestruct", z] })).toThrow(
      expect.objectContaining({ code: "vkey-format" }),
    );
  });
});
