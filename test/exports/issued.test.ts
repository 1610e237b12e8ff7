import { existsSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BatchproofError } from "../../src/errors.ts";
import { issuedEntries, readIssued, type IssuedList } from "../../src/exports/vcIssued.ts";
import { LIST_ENTRIES } from "../../src/exports/vcStatus.ts";
import { refusedAsync } from "../input/refused.ts";
import { ISSUER, STANDING, WEB } from "./credentials.ts";

const REGISTER = { chainId: 31_337n, registry: STANDING.registry };
const URL = "https://site.example/status";
const keyOf = (i: number): string => `0x${i.toString(16).padStart(64, "0")}`;

const home = mkdtempSync(join(tmpdir(), "batchproof-issued-"));
let files = 0;
const newPath = (): string => join(home, `issued-${files++}.json`);
const issue = (
  path: string,
  i: number,
  url: string | undefined = URL,
  issuer = ISSUER,
): ReturnType<typeof issuedEntries> => issuedEntries(path, { ...REGISTER, batch: keyOf(i) }, issuer, url);
const read = (path: string): IssuedList => JSON.parse(readFileSync(path, "utf8")) as IssuedList;

/** On a slow machine some of many wait too long for the lock; they are told, and come again. */
async function issuedInTurn(path: string, i: number): Promise<unknown> {
  try {
    return await issue(path, i);
  } catch (error) {
    if (error instanceof BatchproofError && error.code === "locked") return await issuedInTurn(path, i);
    throw error;
  }
}

/** A list with these members in place of what it has. */
function written(change: object): string {
  const path = newPath();
  const list = {
    format: "batchproof-issued/1",
    chainId: "31337",
    registry: STANDING.registry,
    issuer: ISSUER,
    url: URL,
  };
  writeFileSync(path, JSON.stringify({ ...list, entries: {}, ...change }));
  return path;
}

// Verifies R-vc-issued, V331.
describe("V331: the list of what was issued", () => {
  it("gives a batch its index once, and the same one again", async () => {
    const path = newPath();
    const [revocation, suspension] = await issue(path, 1);
    const index = read(path).entries[keyOf(1)];
    expect(revocation).toMatchObject({
      ...{ id: `${URL}/revocation.json#${index}`, statusPurpose: "revocation", statusListIndex: String(index) },
      ...{ statusListCredential: `${URL}/revocation.json`, type: "BitstringStatusListEntry" },
    });
    expect(suspension).toMatchObject({ statusPurpose: "suspension", statusListIndex: String(index) });
    expect(await issue(path, 1, undefined)).toEqual([revocation, suspension]);
    expect(Object.keys(read(path).entries)).toHaveLength(1);
  });

  it("loses none of those that are issued at one time, and draws no index twice", async () => {
    const path = newPath();
    await Promise.all(Array.from({ length: 12 }, (_, i) => issuedInTurn(path, i)));
    const indices = Object.values((await readIssued(path, REGISTER)).entries);
    expect(new Set(indices).size).toBe(12);
    // Drawn by lot: twelve in a row are not drawn once in a life.
    expect(Math.max(...indices) - Math.min(...indices)).toBeGreaterThan(12);
  });

  // Verifies V357.
  it("V357: is one list under two names, and a link to it leads to it", async () => {
    const path = newPath();
    await issue(path, 0);
    const linked = newPath();
    symlinkSync(path, linked);
    await Promise.all(Array.from({ length: 12 }, (_, i) => issuedInTurn(i % 2 === 0 ? path : linked, i)));
    expect(Object.keys(read(path).entries)).toHaveLength(12);
    expect(realpathSync(linked)).toBe(path);
  });

  it("is read when it is full, has its last index drawn, and none after it", async () => {
    const free = 77_777;
    const indices = Array.from({ length: LIST_ENTRIES }, (_, i) => i).filter((i) => i !== free);
    const path = written({ entries: Object.fromEntries(indices.map((i) => [keyOf(i), i])) });
    await issue(path, free);
    expect(read(path).entries[keyOf(free)]).toBe(free);
    expect((await refusedAsync(issue(path, LIST_ENTRIES))).code).toBe("issued-full");
    expect(await issue(path, 5)).toHaveLength(2);
  });

  it.each<[what: string, change: object, code: string]>([
    ["of another chain", { chainId: "1" }, "issued-list"],
    ["of another register", { registry: `0x${"1".repeat(40)}` }, "issued-list"],
    ["of another issuer", { issuer: WEB }, "issued-list"],
    ["under another address", { url: "https://other.example" }, "issued-list"],
    ["with one index for two batches", { entries: { [keyOf(1)]: 5, [keyOf(2)]: 5 } }, "issued-list"],
    ["with an index past its end", { entries: { [keyOf(1)]: LIST_ENTRIES } }, "issued-list"],
    ["with a name that is no batch", { entries: { x: 1 } }, "issued-list"],
    ["with an address that is none", { url: "https://site.example/?x" }, "status-url"],
  ])("is refused and left as it is: one %s", async (_what, change, code) => {
    const path = written(change);
    const before = readFileSync(path);
    expect((await refusedAsync(issue(path, 9))).code).toBe(code);
    expect(readFileSync(path)).toEqual(before);
  });

  it.each([
    undefined,
    "http://site.example",
    "https://a:b@site.example",
    "https://site.example/#x",
    "ftp:x",
    "https://",
  ])("is not begun under the address %s", async (url) => {
    const path = newPath();
    expect((await refusedAsync(issuedEntries(path, { ...REGISTER, batch: keyOf(1) }, ISSUER, url))).code).toBe(
      "status-url",
    );
    expect(existsSync(path)).toBe(false);
  });
});
