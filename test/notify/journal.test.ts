import { mkdtempSync } from "node:fs";
import { readFile, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NotificationJournal } from "../../src/notify/journal.ts";
import type { Tidings } from "../../src/notify/notification.ts";

const REGISTER = { chainId: "31337", registry: `0x${"1".repeat(40)}` };
const [ONE, OTHER] = ["1", "2"].map((digit) => `0x${digit.repeat(64)}`) as [string, string];
const cursor = (block: number): { block: number; hash: string } => ({ block, hash: `0x${"0".repeat(64)}` });
const folder = (): string => mkdtempSync(join(tmpdir(), "journal-"));
const open = (dir: string, most?: number): Promise<NotificationJournal> =>
  NotificationJournal.open(dir, REGISTER, most);

function tidings(id: string, batch = ONE): Tidings {
  return { id, type: "batch.held", batch, time: "2030-01-01T00:00:00Z", block: 1, details: {} };
}

/** What is told to somebody who reads all from the start. */
function toldTo(journal: NotificationJournal, ...sites: string[]): string[] {
  const all = journal.after(0, 10_000).filter((each) => journal.isFor(each, sites.length === 0 ? undefined : sites));
  return all.map(({ id, sequence }) => `${sequence}${id}`);
}

// Verifies R-notify-joined, V450.
describe("V450: a site that gets its folder of a batch later", () => {
  it("is told again what was told, once, under the same ids, and no other site is, also after a restart", async () => {
    const dir = folder();
    const journal = await open(dir);
    await journal.join([{ site: "north", batch: ONE }]);
    await journal.append(cursor(1), [tidings("a"), tidings("b", OTHER), tidings("c")]);
    const south = { site: "south", batch: ONE };
    await journal.join([south, south, { site: "south", batch: OTHER }]);
    await journal.join([south]);
    await journal.append(cursor(2), [tidings("d")]);
    const expected = [["1a", "2b", "3c", "7d"], ["1a", "3c", "7d"], ["4a", "5c", "6b", "7d"], []];
    const found = (of: NotificationJournal): unknown => {
      return [toldTo(of), toldTo(of, "north"), toldTo(of, "south"), toldTo(of, "west")];
    };
    expect(found(journal)).toEqual(expected);
    // Who is told of both sites has it once: by the one that was first.
    expect(toldTo(journal, "south", "north")).toEqual(["1a", "3c", "6b", "7d"]);
    await journal.close();
    const again = await open(dir);
    expect(found(again)).toEqual(expected);
    await again.close();
  });

  it("is told again what is kept in the file alone", async () => {
    const journal = await open(folder(), 2);
    await journal.append(cursor(1), [tidings("a"), tidings("b", OTHER)]);
    for (const id of ["c", "d", "e", "f"]) await journal.append(cursor(2), [tidings(id, OTHER)]);
    await journal.join([{ site: "north", batch: ONE }]);
    expect(journal.after(6, 9)).toMatchObject([{ sequence: 7, id: "a", again: "north" }]);
    await journal.close();
  });
});

// Verifies R-notify-once, V451.
describe("V451: so much told at once that no line holds it", () => {
  it("is read again whole, and cut off at any line it was never told", async () => {
    const dir = folder();
    const path = join(dir, "notifications.jsonl");
    const journal = await open(dir);
    await journal.append(cursor(1), [tidings("first")]);
    const many = Array.from({ length: 4_001 }, (_, i) => tidings(`${i}`));
    await journal.append(cursor(2), many);
    await journal.close();
    const whole = await open(dir);
    expect([whole.sequence, whole.cursor?.block]).toEqual([4_002, 2]);
    expect(whole.after(4_001, 9)).toMatchObject([{ id: "4000" }]);
    await whole.close();
    const text = await readFile(path, "latin1");
    // 200,000 values are as many as are read of one line.
    expect(Math.max(...text.split("\n").map((line) => line.split(",").length))).toBeLessThan(20_000);
    await truncate(path, text.lastIndexOf("\n", text.length - 2) + 1);
    const cut = await open(dir);
    expect([cut.sequence, cut.cursor?.block]).toEqual([1, 1]);
    await cut.append(cursor(3), [tidings("last")]);
    await cut.close();
    const last = await open(dir);
    expect(toldTo(last)).toEqual(["1first", "2last"]);
    await last.close();
  });
});
