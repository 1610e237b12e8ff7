import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NotificationJournal } from "../../src/notify/journal.ts";
import type { Tidings } from "../../src/notify/notification.ts";
import { eventStream } from "../../src/notify/stream.ts";
import { codeOf } from "../contracts/support/world.ts";

let journal: NotificationJournal;
beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), "stream-"));
  journal = await NotificationJournal.open(folder, { chainId: "31337", registry: `0x${"1".repeat(40)}` }, 3);
});
afterEach(() => journal.close());

async function tell(...ids: string[]): Promise<void> {
  const batch = `0x${"1".repeat(64)}`;
  const tidings = (id: string): Tidings => ({
    ...{ id, type: "batch.held", batch, time: "2030-01-01T00:00:00Z", block: 1, details: {} },
  });
  await journal.append({ block: 1, hash: `0x${"0".repeat(64)}` }, ids.map(tidings));
}

const all = { after: 0, isTold: () => true };

describe("a stream of events", () => {
  it("says with each sign of life how far its reader is, over what the reader is not told", async () => {
    await tell("a", "b");
    const stream = eventStream(journal, { after: 0, isTold: ({ id }) => id === "b", heartbeat: 20 });
    const texts: string[] = [];
    for await (const text of stream) {
      texts.push(String(text));
      if (texts.length === 2) await tell("c");
      if (String(text).includes("id: 3")) break;
    }
    expect(texts[0]).toContain("id: 2\nevent: batch.held\n");
    // A sign of life may have been under way when "c" was told.
    expect(new Set(texts.slice(1, -1))).toEqual(new Set([": nothing new\nid: 2\n\n"]));
    expect(texts.at(-1)).toBe(": nothing new\nid: 3\n\n");
  });

  // Verifies R-notify-streams, V405.
  it("V405: lets a reader go that takes nothing, and gathers nothing for it", async () => {
    await tell("a");
    const stream = eventStream(journal, { ...all, heartbeat: 10, slowest: 50 });
    const closed = new Promise((resolve) => stream.once("close", resolve));
    stream.read(0);
    await new Promise((resolve) => setImmediate(resolve));
    const { readableLength } = stream;
    await tell("b", "c");
    expect(readableLength).toBeGreaterThan(0);
    expect(stream.readableLength).toBe(readableLength);
    await closed;
    expect(stream.destroyed).toBe(true);
  });

  it("stays with a reader that takes what comes, however long", async () => {
    const stream = eventStream(journal, { ...all, heartbeat: 10, slowest: 400 });
    let count = 0;
    for await (const text of stream) if (String(text) !== "" && ++count === 60) break;
    expect(count).toBe(60);
  });

  // Verifies V435.
  it("V435: ends after a while, so that its reader shows again that he may read", async () => {
    await tell("a");
    const texts: string[] = [];
    for await (const text of eventStream(journal, { ...all, heartbeat: 10, longest: 100 })) texts.push(String(text));
    expect(texts[0]).toContain("id: 1\n");
    expect(texts.at(-1)).toBe(": nothing new\nid: 1\n\n");
  });

  it("ends with its journal", async () => {
    await tell("a");
    const stream = eventStream(journal, { ...all, heartbeat: 60_000 });
    let last = "";
    for await (const text of stream) {
      last = String(text);
      await journal.close();
    }
    expect(last).toContain("id: 1\n");
    journal = await NotificationJournal.open(mkdtempSync(join(tmpdir(), "stream-")), {
      ...{ chainId: "31337", registry: `0x${"1".repeat(40)}` },
    });
  });

  it("does not begin where numbers mean nothing", async () => {
    await tell("a", "b", "c", "d");
    expect(await codeOf((async () => Promise.resolve(eventStream(journal, all)))())).toBe("feed-behind");
    expect(await codeOf((async () => Promise.resolve(eventStream(journal, { ...all, after: 5 })))())).toBe(
      "feed-ahead",
    );
  });
});
