import { describe, expect, it } from "vitest";
import { compiled } from "../../src/chain/contracts.ts";
import { CONTRACT_OF } from "../../src/chain/handles.ts";
import { NOTIFICATION_TYPES } from "../../src/notify/notification.ts";
import { NOT_TOLD, TOLD } from "../../src/notify/told.ts";

/** Names of the events of every contract of a register. */
const EVENTS = new Set(
  Object.values(CONTRACT_OF).flatMap((contract) => {
    const names: string[] = [];
    compiled(contract).interface.forEachEvent(({ name }) => names.push(name));
    return names;
  }),
);

describe("the table of what is told", () => {
  // Verifies R-notify-all.
  it("has every event of the contracts, in one of its two parts and no other", () => {
    expect([...Object.keys(TOLD), ...Object.keys(NOT_TOLD)].sort()).toEqual([...EVENTS].sort());
  });

  it("has an event for every type but the one that no event says", () => {
    const types = new Set(Object.values(TOLD).map(({ type }) => type));
    expect(NOTIFICATION_TYPES.filter((type) => !types.has(type))).toEqual(["batch.overdue"]);
  });
});
