import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getAddress } from "ethers";
import { afterAll, describe, expect, it } from "vitest";
import { readNames } from "../../src/audit/names.ts";

const ADDRESS = getAddress(`0x${"ab".repeat(20)}`);
const FORMAT = "batchproof-names/1";

const folder = mkdtempSync(join(tmpdir(), "names-"));
afterAll(() => rmSync(folder, { recursive: true }));

function listed(document: object): string {
  const file = join(folder, "names.json");
  writeFileSync(file, JSON.stringify(document));
  return file;
}

describe("a list of names", () => {
  it.each([ADDRESS, ADDRESS.toLowerCase(), `0x${ADDRESS.slice(2).toUpperCase()}`])(
    "names an account in any spelling: %s",
    async (address) => {
      const file = listed({ format: FORMAT, names: { [address]: "Ada Example" } });
      expect([...(await readNames(file))]).toEqual([[ADDRESS, "Ada Example"]]);
    },
  );

  it.each([
    ["another format", { format: "batchproof-names/2", names: {} }],
    ["something else than an address", { format: FORMAT, names: { "0x12": "Ada" } }],
    ["a name of two lines", { format: FORMAT, names: { [ADDRESS]: "Ada\nBob" } }],
    ["no name", { format: FORMAT, names: { [ADDRESS]: "" } }],
  ])("is refused with %s", async (_, document) => {
    await expect(readNames(listed(document))).rejects.toMatchObject({ kind: "input", code: "name-list" });
  });
});
