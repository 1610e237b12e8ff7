import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openJournal, repairJournal, type JournalEntry, type JournalKey } from "../../src/parties/journal.ts";
import { acquireLock } from "../../src/input/lock.ts";
import { refusedAsync } from "../input/refused.ts";
import { killAfter, run } from "./kill.ts";
import { flipBits, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const APPENDING = new URL("./appendingProcess.ts", import.meta.url);
const key: JournalKey = { batch: 11n, stage: 0, channel: 1, device: 22n };
const at = "2022-05-09T11:30:00+02:00";

let count = 0;
function newPath(): string {
  return join(folder, `journal-${count++}.jsonl`);
}

async function append(path: string, entry: Partial<JournalEntry> = {}): Promise<void> {
  const journal = await openJournal(path);
  try {
    const wanted = { ...key, ...entry };
    const attempt = journal.nextAttempt(wanted);
    await journal.append({
      record: BigInt(journal.entries.length),
      attempt,
      reason: "logger read twice",
      at,
      ...wanted,
    });
  } finally {
    journal.close();
  }
}

async function journalOf(lines: number): Promise<string> {
  const path = newPath();
  for (let i = 0; i < lines; i++) await append(path);
  return path;
}

async function entries(path: string): Promise<readonly JournalEntry[]> {
  const journal = await openJournal(path);
  journal.close();
  return journal.entries;
}

function linesOf(path: string): string[] {
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

function writeLines(path: string, lines: readonly string[]): void {
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
}

describe("a journal", () => {
  it("has lines as docs/spec/formats.md says, each with the hash of the one before", async () => {
    const path = await journalOf(2);
    const [first = "", second = ""] = linesOf(path);
    const zero = "0".repeat(62);
    expect(JSON.parse(first)).toEqual({
      seq: 0,
      prevHash: "0".repeat(64),
      batch: `0x${zero}0b`,
      stage: 0,
      channel: 1,
      device: `0x${zero}16`,
      record: `0x${zero}00`,
      attempt: 0,
      reason: "logger read twice",
      at,
    });
    expect(JSON.parse(second)).toMatchObject({
      seq: 1,
      prevHash: createHash("sha256").update(first).digest("hex"),
      attempt: 1,
    });
    expect(Object.keys(JSON.parse(first) as object).join()).toBe(
      "seq,prevHash,batch,stage,channel,device,record,attempt,reason,at",
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  // Verifies R-import-attempt.
  it("counts attempts for each batch, stage, channel and device", async () => {
    const path = await journalOf(2);
    for (const other of [{ batch: 12n }, { stage: 1 }, { channel: 2 }, { device: 23n }]) await append(path, other);
    const journal = await openJournal(path);
    journal.close();
    expect(journal.entries.map(({ attempt }) => attempt)).toEqual([0, 1, 0, 0, 0, 0]);
    expect(journal.nextAttempt(key)).toBe(2);
    expect(journal.nextAttempt({ ...key, device: 23n })).toBe(1);
    expect(journal.nextAttempt({ ...key, device: 24n })).toBe(0);
  });

  it("finds the entry of a record again", async () => {
    const path = await journalOf(2);
    const journal = await openJournal(path);
    journal.close();
    expect(journal.find(1n)).toMatchObject({ attempt: 1, record: 1n });
    expect(journal.find(2n)).toBeUndefined();
  });

  // Verifies R-import-attempt.
  it("wants a reason for a further attempt, not for the first", async () => {
    const path = newPath();
    await append(path, { reason: "" });
    expect((await refusedAsync(append(path, { reason: " " }))).code).toBe("journal-reason");
    expect(await entries(path)).toHaveLength(1);
  });

  // Verifies R-import-attempt.
  it("refuses an attempt number that is not the next one", async () => {
    const path = await journalOf(1);
    expect((await refusedAsync(append(path, { attempt: 0 }))).code).toBe("journal-attempt");
    expect((await refusedAsync(append(path, { attempt: 2 }))).code).toBe("journal-attempt");
    expect(await entries(path)).toHaveLength(1);
  });

  it.each<[string, string, Partial<JournalEntry>]>([
    ["a time without a zone", "time-zone", { at: "2022-05-09T11:30:00" }],
    ["a line feed in the reason", "journal", { reason: "a\nb" }],
    ["half a stage", "journal", { stage: 0.5 }],
    ["a record that is no field element", "field", { record: -1n }],
  ])("writes nothing for %s", async (_, code, entry) => {
    const path = await journalOf(1);
    const before = readFileSync(path);
    expect((await refusedAsync(append(path, entry))).code).toBe(code);
    expect(readFileSync(path)).toEqual(before);
    await append(path);
  });

  // Verifies F6.
  it("says so when it cannot be written", async () => {
    const path = newPath();
    const journal = await openJournal(path);
    mkdirSync(path);
    const error = await refusedAsync(journal.append({ ...key, record: 1n, attempt: 0, reason: "", at }));
    expect([error.kind, error.code, journal.entries.length]).toEqual(["environment", "journal-write", 0]);
    journal.close();
  });
});

// Verifies R-import-journal, C21.
describe("a changed journal is refused with its line", () => {
  const cases: [string, number, (lines: string[]) => string[]][] = [
    ["an edited line", 2, (lines) => lines.with(1, (lines[1] ?? "").replace("twice", "never"))],
    ["an edited last line", 4, (lines) => lines.with(3, (lines[3] ?? "").replace("twice", "never"))],
    ["a removed first line", 1, (lines) => lines.slice(1)],
    ["a removed line", 2, (lines) => lines.toSpliced(1, 1)],
    ["a removed last line", 4, (lines) => lines.slice(0, -1)],
    ["no line left", 1, () => []],
    ["two lines in another order", 2, (lines) => [lines[0], lines[2], lines[1], lines[3]].map(String)],
    ["a repeated line", 3, (lines) => lines.toSpliced(2, 0, lines[1] ?? "")],
    ["an empty line", 3, (lines) => lines.toSpliced(2, 0, "")],
    ["a line cut in half", 2, (lines) => lines.with(1, (lines[1] ?? "").slice(0, 90))],
    ["a member too many", 2, (lines) => lines.with(1, (lines[1] ?? "").replace("{", '{"note":"",'))],
    ["a repeated member", 2, (lines) => lines.with(1, (lines[1] ?? "").replace("{", '{"seq":1,'))],
    ["other line ends", 1, (lines) => lines.map((line) => `${line}\r`)],
  ];
  it.each(cases)("%s", async (_, line, change) => {
    const path = await journalOf(4);
    writeLines(path, change(linesOf(path)));
    const error = await refusedAsync(openJournal(path));
    expect([error.code, error.place?.split(":").slice(0, 2).join(":")]).toEqual(["journal", `${path}:${line}`]);
    expect((await refusedAsync(repairJournal(path))).code).toBe("journal");
  });

  it("an attempt number that was reset, with all hashes made anew", async () => {
    const path = await journalOf(2);
    const [first = "", second = ""] = linesOf(path);
    const forged = second.replace('"attempt":1', '"attempt":0');
    writeLines(path, [first, forged]);
    const hash = createHash("sha256").update(forged).digest("hex");
    writeFileSync(`${path}.head`, JSON.stringify({ format: "batchproof-journal-head/1", lines: 2, hash }));
    const error = await refusedAsync(openJournal(path));
    expect([error.code, error.place]).toEqual(["journal", `${path}:2`]);
  });

  it("a journal that was taken away, so that attempts start anew", async () => {
    const path = await journalOf(1);
    rmSync(path);
    expect((await refusedAsync(openJournal(path))).code).toBe("journal");
  });

  it("a head file that was taken away", async () => {
    const path = await journalOf(2);
    rmSync(`${path}.head`);
    expect((await refusedAsync(openJournal(path))).code).toBe("journal");
  });

  it("every flipped bit of the journal (F1)", async () => {
    const path = await journalOf(3);
    const outcomes = await flipBits(path, 1, () => entries(path));
    expect(outcomes.length).toBeGreaterThan(1000);
    expect(new Set(outcomes)).toEqual(new Set(["journal"]));
    expect(await entries(path)).toHaveLength(3);
  });

  it("every flipped bit of its head file", async () => {
    const path = await journalOf(3);
    const outcomes = await flipBits(`${path}.head`, 1, () => entries(path));
    expect(outcomes).not.toContain("accepted");
    expect(outcomes).toContain("journal");
  });
});

describe("an interrupted import", () => {
  // Verifies R-import-repair, F13.
  it("that left half a line is named, repaired and done again", async () => {
    const path = await journalOf(2);
    const before = readFileSync(path);
    appendFileSync(path, '{"seq":2,"prevHash":"');
    const error = await refusedAsync(openJournal(path));
    expect([error.code, error.place]).toEqual(["journal", `${path}:3`]);
    expect(error.remedy).toContain(`batchproof journal repair ${path}`);
    expect(await repairJournal(path)).toEqual({ line: 3, bytes: Buffer.from('{"seq":2,"prevHash":"') });
    expect(readFileSync(path)).toEqual(before);
    expect(await repairJournal(path)).toBeUndefined();
    expect(readFileSync(path)).toEqual(before);
    await append(path);
    expect((await entries(path)).map(({ attempt }) => attempt)).toEqual([0, 1, 2]);
  });

  it("that left half of the very first line is repaired, too", async () => {
    const path = newPath();
    writeFileSync(path, '{"seq"');
    expect((await refusedAsync(openJournal(path))).place).toBe(`${path}:1`);
    await repairJournal(path);
    await append(path);
    expect(await entries(path)).toHaveLength(1);
  });

  it("that left an empty file is done again", async () => {
    const path = newPath();
    writeFileSync(path, "");
    await append(path);
    expect(await entries(path)).toHaveLength(1);
  });

  it("is not what a cut last line looks like: its end was on the disk already", async () => {
    const path = await journalOf(2);
    truncateSync(path, statSync(path).size - 20);
    const error = await refusedAsync(openJournal(path));
    expect([error.code, error.message]).toEqual(["journal", expect.stringContaining("was changed")]);
    expect((await refusedAsync(repairJournal(path))).code).toBe("journal");
  });

  it("between line and head file is caught up with", async () => {
    const path = await journalOf(2);
    const head = readFileSync(`${path}.head`);
    await append(path);
    writeFileSync(`${path}.head`, head);
    expect(await entries(path)).toHaveLength(3);
    expect(readFileSync(`${path}.head`, "utf8")).toContain('"lines": 3');
    rmSync(`${path}.head`);
    expect((await refusedAsync(openJournal(path))).code).toBe("journal");
  });

  // Verifies R-batch-lock, R-import-journal.
  it("killed at any moment loses no entry that it reported, and blocks nobody (F6)", async () => {
    const path = newPath();
    for (let round = 0; round < 8; round++) {
      const reported = await killAfter(APPENDING, [path, "100000"], Math.random() * 120);
      await repairJournal(path);
      const found = await entries(path);
      expect(found.map(({ attempt }) => attempt)).toEqual(found.map((_, i) => i));
      const last = Number(reported.at(-1) ?? 999) - 999;
      if (reported.length > 0) expect([last, last + 1]).toContain(found.length);
    }
    expect((await entries(path)).length).toBeGreaterThanOrEqual(8);
  });
});

// Verifies R-import-journal, F6.
describe("two imports at a time", () => {
  it("never take the same attempt number", async () => {
    const path = newPath();
    await Promise.all([run(APPENDING, [path, "25"]), run(APPENDING, [path, "25"])]);
    expect((await entries(path)).map(({ attempt }) => attempt)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  // Verifies R-batch-private-files, F14.
  it("are locked by a file that nobody else may open, also where an earlier version left one", async () => {
    const path = newPath();
    const mode = (): number => statSync(`${path}.lock`).mode & 0o777;
    const before = process.umask(0);
    try {
      (await openJournal(path)).close();
      expect(mode()).toBe(0o600);
      chmodSync(`${path}.lock`, 0o666);
      (await openJournal(path)).close();
      expect(mode()).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it("wait for each other in one process, too, and give up in the end", async () => {
    const path = newPath();
    const first = await openJournal(path);
    const error = await refusedAsync(openJournal(path));
    expect([error.kind, error.code, error.place]).toEqual(["environment", "locked", `${path}.lock`]);
    const second = openJournal(path);
    first.close();
    (await second).close();
  });

  it("give the lock back when the journal is refused", async () => {
    const path = await journalOf(2);
    writeLines(path, linesOf(path).slice(1));
    await refusedAsync(openJournal(path));
    (await acquireLock(`${path}.lock`)).release();
  });

  it("are refused a lock file that is none", async () => {
    const path = newPath();
    writeFileSync(`${path}.lock`, "not a database, but long enough to be read as one".repeat(50));
    expect((await refusedAsync(openJournal(path))).code).toBe("lock");
    expect(existsSync(path)).toBe(false);
    expect((await refusedAsync(openJournal(join(folder, "no", "such", "folder")))).code).toBe("lock");
  });
});
