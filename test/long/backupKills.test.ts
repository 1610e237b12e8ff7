import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, it } from "vitest";
import { restoreBackup } from "../../src/backup/restore.ts";
import { MAIN } from "../cli/support.ts";

/** `backup` and `restore`, killed at every call by which they change the disk: what is left is nothing, or the whole. */

const KILLED = join(import.meta.dirname, "../support/killed.ts");

let home: string;
let identity: string;
let recipient: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "batchproof-kills-"));
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
  writeFileSync(join(home, "identity"), `${identity}\n`, { mode: 0o600 });
  mkdirSync(join(home, "lot/evidence"), { recursive: true });
  for (const name of ["batch.json", "secrets.json", "evidence/a.csv", "evidence/b.csv"]) {
    writeFileSync(join(home, "lot", name), name.repeat(3000));
  }
});

/** Where a command is killed: before a call, or half-way in it. */
interface Place {
  readonly at: number;
  readonly half: boolean;
}

/** Before each call, and half-way in each write. */
function placesOf(calls: readonly string[]): Place[] {
  return calls.flatMap((call, at) => [{ at, half: false }, ...(call.startsWith("write") ? [{ at, half: true }] : [])]);
}

/** Runs a command that is killed at a place; gives the calls that it came to. */
async function run(
  words: readonly string[],
  place?: Place,
): Promise<{ readonly calls: readonly string[]; readonly killed: boolean }> {
  const log = join(mkdtempSync(join(tmpdir(), "batchproof-calls-")), "calls");
  const kill = place === undefined ? {} : { KILL_AT: String(place.at), ...(place.half ? { KILL_HALF: "1" } : {}) };
  const child = spawn(process.execPath, ["--import", KILLED, MAIN, ...words], {
    stdio: "ignore",
    env: { PATH: process.env["PATH"], KILL_CALLS: log, ...kill },
  });
  const signal = await new Promise((resolve) => child.once("exit", (_, how) => resolve(how)));
  const calls = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
  return { calls, killed: signal === "SIGKILL" };
}

async function expectWhole(file: string, into: string): Promise<void> {
  await restoreBackup(file, into, { identities: [identity] });
  expect(readFileSync(join(into, "lot/evidence/b.csv"))).toEqual(readFileSync(join(home, "lot/evidence/b.csv")));
}

function shown(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.endsWith(".draft"));
}

// Verifies R-backup-whole.
describe("a kill at every call", () => {
  it("leaves no backup or a whole one, and the next one removes what was left", async () => {
    const words = (out: string): string[] => ["backup", join(home, "lot"), "--out", out, "--recipient", recipient];
    const { calls } = await run(words(join(home, "whole.age")));
    expect(calls.length).toBeGreaterThan(5);
    for (const place of placesOf(calls)) {
      const folder = mkdtempSync(join(tmpdir(), "batchproof-killed-"));
      const out = join(folder, "b.age");
      expect((await run(words(out), place)).killed).toBe(true);
      if (existsSync(out)) await expectWhole(out, join(folder, "new"));
      else expect(shown(folder)).toEqual([]);
      rmSync(folder, { recursive: true });
    }
  }, 600_000);

  it("leaves no restored folder or a whole one, and the same again restores it", async () => {
    const words = (into: string): string[] => {
      return ["restore", join(home, "whole.age"), "--into", into, "--identity", join(home, "identity")];
    };
    const { calls } = await run(words(join(home, "new")));
    expect(calls.length).toBeGreaterThan(10);
    for (const place of placesOf(calls)) {
      const folder = mkdtempSync(join(tmpdir(), "batchproof-killed-"));
      const into = join(folder, "new");
      expect((await run(words(into), place)).killed).toBe(true);
      if (!existsSync(into)) {
        expect(shown(folder)).toEqual([]);
        await expectWhole(join(home, "whole.age"), into);
        expect(readdirSync(folder)).toEqual(["new"]);
      }
      expect(readFileSync(join(into, "lot/batch.json"))).toEqual(readFileSync(join(home, "lot/batch.json")));
      expect(readdirSync(into).sort()).toEqual(["SHA256SUMS", "backup.json", "lot"]);
      rmSync(folder, { recursive: true });
    }
  }, 600_000);
});
