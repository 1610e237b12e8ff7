import { mkdtempSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InboundEvents, type Inbound } from "../../src/notify/inbound.ts";
import type { Notification } from "../../src/notify/notification.ts";
import { reconcile } from "../../src/notify/reconcile.ts";
import { codeOf } from "../contracts/support/world.ts";

const [KEY, OTHER_KEY] = ["1", "2"].map((digit) => `0x${digit.repeat(64)}`) as [string, string];

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

// Verifies R-inbound-bounded, V452.
describe("V452: more events than are taken", () => {
  it("are refused of one caller for the day, also after a restart, and keep no other one from telling", async () => {
    const folder = mkdtempSync(join(tmpdir(), "inbound-"));
    const limits = { perDay: 2, all: 9 };
    const events = await InboundEvents.open(folder, "north", limits);
    for (const id of ["1", "2"]) await events.hear(event(id), "token:eqms", 86_400);
    expect(await codeOf(events.hear(event("3"), "token:eqms", 86_401))).toBe("event-quota");
    expect((await events.hear(event("2"), "token:eqms", 86_401)).already).toBe(true);
    await events.hear(event("3"), "token:lims", 86_401);
    await events.close();
    const again = await InboundEvents.open(folder, "north", limits);
    expect(await codeOf(again.hear(event("3"), "token:eqms", 2 * 86_400 - 1))).toBe("event-quota");
    expect((await again.hear(event("3"), "token:eqms", 2 * 86_400)).heard.sequence).toBe(4);
    await again.close();
  });

  it("are refused of a site, and what was taken stays and is known", async () => {
    const events = await InboundEvents.open(mkdtempSync(join(tmpdir(), "inbound-")), "north", { perDay: 9, all: 2 });
    for (const id of ["1", "2"]) await events.hear(event(id), "token:eqms", 1);
    expect(await codeOf(events.hear(event("3"), "token:lims", 86_400))).toBe("events-full");
    expect((await events.hear(event("1"), "token:eqms", 86_400)).already).toBe(true);
    expect(events.after(0, 9).map(({ event: { id } }) => id)).toEqual(["1", "2"]);
    await events.close();
  });
});

describe("a reconciliation", () => {
  const raised = (sequence: number, reference: string, batch = KEY): Notification => ({
    ...{
      sequence,
      id: `raised-${sequence}`,
      type: "exception.raised",
      batch,
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
    { id: "b2", key: OTHER_KEY, recorded: [] },
  ];
  const made = (
    events: readonly (Inbound & { readonly by?: string })[],
    notifications?: readonly Notification[],
  ): ReturnType<typeof reconcile> =>
    reconcile({
      ...{ site: "north", batches, previous: null, now: 1_800_000_000 },
      heard: events.map(({ by = "token:eqms", ...each }, i) => ({ sequence: i + 1, received: 1, by, event: each })),
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

  const closing = { type: "deviation.closed", time: "2026-11-30T10:00:00Z" } as const;
  it.each([
    [
      "closed before anybody raised an exception",
      [event("1"), event("2", closing)],
      [],
      ["deviation-without-exception DEV-1"],
    ],
    [
      "closed by another system than the one that opened it",
      [event("1"), { ...event("2", closing), by: "token:mes" }, event("3", { ...closing, source: "mes" })],
      [raised(1, "DEV-1"), closed(2, "1")],
      ["deviation-open-exception-closed DEV-1"],
    ],
    [
      "opened again, of which the closing before comes late",
      [event("1"), event("3", { time: "2026-11-30T11:00:00Z" }), event("2", closing)],
      [raised(1, "DEV-1"), closed(2, "1")],
      ["deviation-open-exception-closed DEV-1"],
    ],
    [
      "raised as an exception of another batch",
      [event("1", { batch: "b1" })],
      [raised(1, "DEV-1", OTHER_KEY)],
      ["deviation-without-exception DEV-1", "exception-without-deviation DEV-1"],
    ],
    [
      "opened for two batches and raised for the second one alone",
      [event("1", { batch: "b1" }), event("2", { batch: "b2" })],
      [raised(1, "DEV-1", OTHER_KEY)],
      ["deviation-without-exception DEV-1"],
    ],
    [
      "closed for one of its batches",
      [event("1", { batch: "b1" }), event("2", { batch: "b2" }), event("3", { ...closing, batch: "b1" })],
      [raised(1, "DEV-1"), raised(2, "DEV-1", OTHER_KEY), closed(3, "1"), closed(4, "2")],
      ["deviation-open-exception-closed DEV-1"],
    ],
  ])("V434: hides no deviation that was %s", (_what, events, told, differences) => {
    expect(found(events, told)).toEqual(differences);
  });

  it("takes for one deviation what tells its batch later, or none when it closes", () => {
    const told = [raised(1, "DEV-1"), closed(2, "1")];
    const later = { time: "2026-11-30T09:00:00Z", batch: "b1" };
    expect(found([event("1"), event("2", later), event("3", closing)], told)).toEqual([]);
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
