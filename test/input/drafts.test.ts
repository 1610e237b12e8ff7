import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { inputError } from "../../src/errors.ts";
import { withDraft } from "../../src/input/drafts.ts";
import { writeFileAtomically, writeNewFile } from "../../src/input/files.ts";
import { temporaryFolder } from "../parties/support.ts";

const home = temporaryFolder();
const HERE = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
const ELSEWHERE = "0a1b2c3d";
const RANDOM = "00ff00ff00ff";

let count = 0;
function newFolder(): string {
  const folder = join(home, `${count++}`);
  mkdirSync(folder);
  return folder;
}

/** Number of a process that has ended. */
function ended(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

function age(path: string, hours: number): void {
  const then = Date.now() / 1000 - hours * 3600;
  utimesSync(path, then, then);
}

// Verifies R-files-drafts, F6, F15.
describe("a draft", () => {
  it("that a killed command left is removed by the next one that writes there: file or folder", async () => {
    const folder = newFolder();
    const file = join(folder, `.key.json.${HERE}-${ended()}-${RANDOM}.draft`);
    writeFileSync(file, "salts");
    const batch = join(folder, `.batch-1.${HERE}-${ended()}-${RANDOM}.draft`);
    mkdirSync(join(batch, "records"), { recursive: true });
    // A process may have the number of the one that was killed.
    const own = join(folder, `.batch-2.${HERE}-${process.pid}-${RANDOM}.draft`);
    mkdirSync(own);
    await writeFileAtomically(join(folder, "parties.json"), "{}");
    expect(readdirSync(folder)).toEqual(["parties.json"]);
  });

  it.each([
    ["of a running command", `.a.${HERE}-${process.ppid}-${RANDOM}.draft`],
    ["of another machine", `.a.${ELSEWHERE}-1-${RANDOM}.draft`],
    ["that is none of ours", `.a.${HERE}-${RANDOM}.draft`],
    ["that is not hidden", `a.${HERE}-99999999-${RANDOM}.draft`],
    ["that only looks like one", `.a.${HERE}-99999999-${RANDOM}.draft.txt`],
  ])("%s stays", async (_, name) => {
    const folder = newFolder();
    writeFileSync(join(folder, name), "");
    await writeFileAtomically(join(folder, "file"), "x");
    expect(readdirSync(folder).sort()).toEqual([name, "file"].sort());
  });

  it("of another machine is removed once nobody can still be writing it", async () => {
    const folder = newFolder();
    const [old, young] = ["b", "c"].map((name) => join(folder, `.${name}.${ELSEWHERE}-1-${RANDOM}.draft`));
    for (const path of [old, young]) writeFileSync(path ?? "", "");
    age(old ?? "", 1.01);
    age(young ?? "", 0.99);
    await writeFileAtomically(join(folder, "file"), "x");
    expect([existsSync(old ?? ""), existsSync(young ?? "")]).toEqual([false, true]);
  });

  it("that is a link is removed itself, not what it leads to", async () => {
    const [folder, other] = [newFolder(), newFolder()];
    writeFileSync(join(other, "kept"), "");
    symlinkSync(other, join(folder, `.a.${HERE}-${ended()}-${RANDOM}.draft`));
    await writeFileAtomically(join(folder, "file"), "x");
    expect([readdirSync(folder), readdirSync(other)]).toEqual([["file"], ["kept"]]);
  });

  it("of this process is left to the writer that has it, however many write side by side", async () => {
    const folder = newFolder();
    await withDraft(join(folder, "slow"), async (draft) => {
      writeFileSync(draft, "slow");
      await Promise.all(["a", "b", "c"].map((name) => writeFileAtomically(join(folder, name), name)));
      expect(existsSync(draft)).toBe(true);
      expect(dirname(draft)).toBe(folder);
    });
    expect(readdirSync(folder).sort()).toEqual(["a", "b", "c"]);
  });

  it("is gone where writing fails", async () => {
    const folder = newFolder();
    mkdirSync(join(folder, "taken"));
    await expect(writeFileAtomically(join(folder, "taken"), "x")).rejects.toMatchObject({ code: "file-write" });
    const taken = inputError("taken", { code: "file-exists" });
    await expect(writeNewFile(join(folder, "taken"), "x", taken)).rejects.toBe(taken);
    expect(readdirSync(folder)).toEqual(["taken"]);
  });
});
