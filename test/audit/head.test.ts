import { makeError, type JsonRpcApiProvider } from "ethers";
import { describe, expect, it } from "vitest";
import { headFinding } from "../../src/audit/findings.ts";
import { finalBlock, isStale } from "../../src/audit/head.ts";

/** The block at which an audit reads, of chains that call blocks final or do not. */

const MAINNET = 1n;
const LOCAL = 31_337n;
const LATEST = 1_000;

/** A node whose last final block is this one; `refused`: it does not know the word. */
function node(final: number | null | "refused"): JsonRpcApiProvider {
  const getBlock = (tag: number | string): Promise<unknown> => {
    if (tag === "finalized" && final === "refused") {
      const error = { code: -32602, message: "unknown block tag: finalized" };
      const refused: Error = makeError("could not coalesce error", "UNKNOWN_ERROR", { error });
      return Promise.reject(refused);
    }
    const number = tag === "latest" ? LATEST : tag === "finalized" ? final : Number(tag);
    return Promise.resolve(number === null ? null : { number, hash: `0x${number}`, timestamp: number });
  };
  return { getBlock } as unknown as JsonRpcApiProvider;
}

const at = async (...args: Parameters<typeof finalBlock>): Promise<number> => (await finalBlock(...args)).number;

// Verifies R-audit-head.
describe("the block to read up to", () => {
  it("is the last final one, where the chain has such, unless --finality says another", async () => {
    expect(await at(node(936), MAINNET, undefined, -1)).toBe(936);
    expect(await at(node(936), MAINNET, 0, -1)).toBe(LATEST);
    expect(await at(node(936), MAINNET, 10, -1)).toBe(LATEST - 10);
  });

  it("is the latest one of a chain that calls none final, or is local", async () => {
    for (const final of [null, "refused"] as const) expect(await at(node(final), MAINNET, undefined, -1)).toBe(LATEST);
    expect(await at(node(936), LOCAL, undefined, -1)).toBe(LATEST);
  });

  it("is never before what was read already, which the node must have", async () => {
    expect(await at(node(936), MAINNET, undefined, 950)).toBe(950);
    await expect(at(node(936), MAINNET, undefined, LATEST + 1)).rejects.toMatchObject({ code: "head" });
  });

  it("V72: is too old after an hour, or as told; local chains travel in time", () => {
    expect([3_600, 3_601, -3_601].map((age) => isStale(age, MAINNET, undefined))).toEqual([false, true, true]);
    expect([60, 61].map((age) => isStale(age, MAINNET, 60))).toEqual([false, true]);
    expect([isStale(1e9, LOCAL, undefined), isStale(1e9, LOCAL, 60)]).toEqual([false, true]);
    expect(headFinding({ number: 7, now: 0 }, 40 * 86_400)).toMatchObject({ standing: true, severity: 2, block: 7 });
    expect(headFinding({ number: 7, now: 0 }, 40 * 86_400).text).toContain(
      "40 days old: what happened since is not in this report",
    );
  });
});
