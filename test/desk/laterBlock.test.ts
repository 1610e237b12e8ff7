import { describe, expect, it } from "vitest";
import { laterBlock } from "../../desk/data/laterBlock.ts";
import { BatchproofError } from "../../src/errors.ts";

const hash = (number: number): string => `0x${number.toString(16).padStart(64, "0")}`;
const block = (number: number): object => ({ number: `0x${number.toString(16)}`, hash: hash(number) });

describe("the block whose hash draws a sample", () => {
  it("V273: is none that was there when it was asked for, nor one before the report's", async () => {
    const asked: string[] = [];
    let silent = 2;
    const ask = (name: string): Promise<unknown> => {
      asked.push(name);
      if (name === "latest") return Promise.resolve(block(100));
      return Promise.resolve(silent-- > 0 ? null : block(Number(name)));
    };
    expect(await laterBlock(ask, 64, 0)).toEqual({ block: 101, hash: hash(101) });
    expect(asked).toEqual(["latest", "0x65", "0x65", "0x65"]);
    expect(await laterBlock(ask, 200, 0)).toEqual({ block: 201, hash: hash(201) });
  });

  it.each([
    ["nothing", undefined],
    ["no hash", { number: "0x65" }],
    ["a short hash", { number: "0x65", hash: "0x12" }],
    ["another block", block(102)],
  ])("V273: is not believed of a node that answers %s", async (_, answer) => {
    const ask = (name: string): Promise<unknown> => Promise.resolve(name === "latest" ? block(100) : answer);
    const error: unknown = await laterBlock(ask, 64, 0).catch((caught: unknown) => caught);
    expect(error instanceof BatchproofError ? error.code : error).toBe("chain");
  });
});
