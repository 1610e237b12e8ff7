import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { FolderMemory } from "../../src/service/folderMemory.ts";
import { sleep } from "../../src/sleep.ts";
import { temporaryFolder } from "../parties/support.ts";

/** The times of files are told apart after this. */
const SETTLED_MS = 40;
const folder = temporaryFolder();
let dir: string;
let made: number;
let memory: FolderMemory;
const make = (): Promise<number> => Promise.resolve(++made);
const ask = (): Promise<number> => memory.of(dir, "thing", make);
let dirs = 0;

beforeEach(async () => {
  dir = join(folder, `batch-${++dirs}`);
  mkdirSync(join(dir, "evidence"), { recursive: true });
  for (const name of ["batch.json", "evidence/log.csv"]) writeFileSync(join(dir, name), "first");
  [made, memory] = [0, new FolderMemory()];
  await sleep(SETTLED_MS);
});

// Verifies R-service-memory, V465.
it("V465: gives what was made of a folder as long as nothing in it changed", async () => {
  expect([await ask(), await ask()]).toEqual([1, 1]);
  expect(await memory.of(dir, "another thing", make)).toBe(2);
});

it.each<[string, () => void]>([
  ["bytes of a file deep in it", () => writeFileSync(join(dir, "evidence/log.csv"), "other")],
  ["bytes added", () => appendFileSync(join(dir, "batch.json"), "!")],
  ["a file that is new", () => writeFileSync(join(dir, "evidence/more.csv"), "")],
  ["a file that is gone", () => rmSync(join(dir, "evidence/log.csv"))],
  ["another name", () => renameSync(join(dir, "evidence"), join(dir, "proofs"))],
  [
    "bytes under the times that the file had",
    () => {
      writeFileSync(join(dir, "batch.json"), "other");
      utimesSync(join(dir, "batch.json"), 0, 0);
    },
  ],
])("V465: makes it anew after a change: %s", async (_what, change) => {
  utimesSync(join(dir, "batch.json"), 0, 0);
  await sleep(SETTLED_MS);
  expect(await ask()).toBe(1);
  change();
  await sleep(SETTLED_MS);
  expect([await ask(), await ask()]).toEqual([2, 2]);
});

it("V465: keeps nothing of a folder that changed a moment ago: another change may look the same", async () => {
  writeFileSync(join(dir, "batch.json"), "other");
  expect([await ask(), await ask()]).toEqual([1, 2]);
});

it("V465: keeps nothing of a folder that changes while it is made", async () => {
  const changing = async (): Promise<number> => {
    writeFileSync(join(dir, "batch.json"), "other");
    await sleep(SETTLED_MS);
    return await make();
  };
  expect([await memory.of(dir, "thing", changing), await ask()]).toEqual([1, 2]);
});

it("V465: keeps nothing of a folder with a link in it", async () => {
  symlinkSync("/etc/hostname", join(dir, "link"));
  await sleep(SETTLED_MS);
  expect([await ask(), await ask()]).toEqual([1, 2]);
});

it("makes a thing once for all who ask at the same time, and again after it failed", async () => {
  const failing = (): Promise<number> => {
    made++;
    return Promise.reject(new Error("no"));
  };
  const asked = await Promise.allSettled([1, 2, 3].map(() => memory.of(dir, "thing", failing)));
  expect(asked.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect([made, await ask()]).toEqual([1, 2]);
});
