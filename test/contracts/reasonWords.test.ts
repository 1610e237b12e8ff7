import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { keepWords, readWords, wordsHash, type Words } from "../../src/chain/reasonWords.ts";

const TEXT = "Seal of bag 2 was open; Ms. M\u00fcller saw it.";
let folder = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "batchproof-words-")), "texts");
});

const only = (): string => join(folder, readdirSync(folder)[0] ?? "");

// Verifies R-register-texts.
describe("the words of a reason", () => {
  it("are kept in a file of their owner, under a salt of their own, and found by their hash", async () => {
    const [one, other] = [await keepWords(folder, ` ${TEXT}`), await keepWords(folder, TEXT)];
    expect(one).not.toBe(other);
    expect(await readWords(folder)).toEqual(
      new Map([
        [one, TEXT],
        [other, TEXT],
      ]),
    );
    expect(statSync(only()).mode & 0o777).toBe(0o600);
    const kept = JSON.parse(readFileSync(only(), "utf8")) as Words;
    expect([one, other]).toContain(wordsHash(kept));
    expect(kept.salt).toMatch(/^[0-9a-f]{64}$/);
  });

  it("are others with any letter or digit of the salt changed", async () => {
    const hash = await keepWords(folder, TEXT);
    const kept = JSON.parse(readFileSync(only(), "utf8")) as Words;
    const salt = (kept.salt.startsWith("0") ? "1" : "0") + kept.salt.slice(1);
    expect(wordsHash({ ...kept, salt })).not.toBe(hash);
    expect(wordsHash({ ...kept, text: `${TEXT} ` })).not.toBe(hash);
  });

  it.each([
    ["nothing", " "],
    ["more than 2,000 characters", "x".repeat(2_001)],
    ["two lines", "a\nb"],
  ])("are not %s, and nothing is kept then", async (_, text) => {
    await expect(keepWords(folder, text)).rejects.toMatchObject({ code: "words" });
    await expect(readWords(folder)).rejects.toMatchObject({ code: "words", place: folder });
  });

  it("are refused, naming the file, where a folder holds something else", async () => {
    await keepWords(folder, TEXT);
    writeFileSync(join(folder, "zz.json"), "{}");
    await expect(readWords(folder)).rejects.toMatchObject({
      code: "words",
      place: expect.stringContaining("zz.json") as string,
    });
  });
});
