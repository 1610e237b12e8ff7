import { mkdtempSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InboundEvents, type Inbound } from "../../src/notify/inbound.ts";
import type { Notification } from "../../src/notify/notification.ts";
import { reconcile } from "../../src/notify/reconcile.ts";
import { codeOf } from "../contracts/support/world.ts";

const KEY = `0x${"1".repeat(64)}`;

function event(id: string, changes: Partial<Inbound> = {}): Inbound {
  const base = {
    source: "eqms",
    id,
    type: "deviation.opened",
    time: "2026-11-30T08:00:00Z",
    reference: "DEV-1",
  } as const;
  return { ...base, ...changes };
}

describe("an event of another system", () => {
  // Verifies R-inbound-once, V407.
  it("V407: is kept once, refused with another content under its id, and takes no id from another caller", async () => {
    const folder = mkdtempSync(join(tmpdir(), "inbound-"));
    const events = await InboundEvents.open(folder, "north");
    const twice = await Promise.all([
      events.hear(event("1"), "token:eqms", 10),
      events.hear(event("1"), "token:eqms", 11),
    ]);
    expect(twice.map(({ already, heard }) => [already, heard.received])).toEqual([
      [false, 10],
      [true, 10],
    ]);
    expect(await codeOf(events.hear(event("1", { reference: "DEV-2" }), "token:eqms", 12))).toBe("event-differs");
    expect((await events.hear(event("1", { reference: "DEV-2" }), "token:other", 12)).already).toBe(false);
    expect(await codeOf(events.hear(event("2", { time: "yesterday" }), "token:eqms", 12))).not.toBe("event-differs");
    await events.close();
    await appendFile(join(folder, "north.jsonl"), '{"sequence":3,"rec');
    const again = await InboundEvents.open(folder, "north");
    expect(again.all.map(({ by, sequence }) => [sequence, by])).toEqual([
      [1, "token:eqms"],
      [2, "token:other"],
    ]);
    expect((await again.hear(event("1"), "token:eqms", 13)).already).toBe(true);
    await again.close();
  });
});

describe("a reconciliation", () => {
  const raised = (sequence: number, reference: string): Notification => ({
    ...{
      sequence,
      id: `raised-${sequence}`,
      type: "exception.raised",
      batch: KEY,
      time: "2026-11-30T07:00:00Z",
      block: 5,
    },
    details: { exception: String(sequence), reference },
  });
  const closed = (sequence: number, exception: string): Notification => ({
    ...{
      sequence,
      id: `closed-${sequence}`,
      type: "exception.closed",
      batch: KEY,
      time: "2026-11-30T09:00:00Z",
      block: 6,
    },
    details: { exception },
  });
  const batches = [
    { id: "b1", key: KEY, recorded: ["sterility"] },
    { id: "b2", key: undefined, recorded: [] },
  ];
  const made = (events: readonly Inbound[], notifications?: readonly Notification[]): ReturnType<typeof reconcile> =>
    reconcile({
      ...{ site: "north", batches, now: 1_800_000_000 },
      heard: events.map((each, i) => ({ sequence: i + 1, received: 1, by: "token:eqms", event: each })),
      told: notifications === undefined ? undefined : { block: 9, exceptions: notifications },
    });
  const found = (...args: Parameters<typeof made>): unknown[] =>
    made(...args).differences.map(({ what, reference }) => `${what} ${reference}`);

  // Verifies R-reconcile-both.
  it("says what only the systems or only the register hold, and what one closed alone", () => {
    const opened = ["DEV-1", "DEV-2", "DEV-3"].map((reference, i) => event(String(i), { reference }));
    const events = [...opened, event("9", { type: "deviation.closed", reference: "DEV-3" })];
    const told = [raised(1, "DEV-2"), raised(2, "DEV-3"), raised(3, "DEV-4"), closed(4, "1")];
    expect(found(events, told)).toEqual([
      "deviation-without-exception DEV-1",
      "deviation-open-exception-closed DEV-2",
      "deviation-closed-exception-open DEV-3",
      "exception-without-deviation DEV-4",
    ]);
  });

  it("says which results have no record, and which orders and batches lack the other", () => {
    const results = (id: string, claim: string): Inbound =>
      event(id, { type: "results.ready", reference: `R-${id}`, batch: "b1", claim });
    const order = (id: string, batch?: string): Inbound =>
      event(id, { type: "order.placed", reference: `O-${id}`, ...(batch === undefined ? {} : { batch }) });
    expect(
      found([results("1", "sterility"), results("2", "viability"), order("3", "b1"), order("4", "b9"), order("5")]),
    ).toEqual([
      "results-without-record R-2",
      "order-without-batch O-4",
      "order-without-batch O-5",
      "batch-without-order b2",
    ]);
  });

  it("says of what nobody told it anything, and calls none of it the same", () => {
    expect(made([], [raised(1, "DEV-1")])).toMatchObject({
      unheard: ["deviations", "results", "orders"],
      differences: [],
    });
    expect(made([event("1")])).toMatchObject({ block: null, differences: [] });
  });
});
