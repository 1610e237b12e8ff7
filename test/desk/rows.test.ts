import { describe, expect, test } from "vitest";
import { asked, queryFrom, rowsOf, WORST_FIRST, type Query } from "../../desk/parts/rows.ts";
import { axisOf, spansOf } from "../../desk/parts/timelineAxis.ts";
import { routeOf } from "../../desk/route.ts";
import { FIRST, NOW, QP, smallReport } from "./support/deskReport.ts";

const report = smallReport();
const rows = rowsOf(report, "review", () => true);

function found(change: Partial<Query>): string[] {
  return asked(rows, { ...WORST_FIRST, ...change }).map(({ text }) => text);
}

describe("asked", () => {
  test("gives every row, the worst first and of equal ones the oldest", () => {
    const severities = asked(rows, WORST_FIRST).map(({ severity }) => severity);
    expect(severities).toEqual([3, 3, 3, 2, 1, 1]);
    const critical = asked(rows, WORST_FIRST).filter(({ severity }) => severity === 3);
    expect(critical.map(({ at }) => at)).toEqual(critical.map(({ at }) => at).sort((a, b) => a - b));
  });

  test("finds by who, what, when and why, every word of it in any order and any case", () => {
    expect(found({ text: QP.toUpperCase(), field: "who" })).toEqual(["recalled: quality defect"]);
    expect(found({ text: "QUALITY recalled", field: "what" })).toEqual(["recalled: quality defect"]);
    expect(found({ text: "2022-06-12", field: "when" })).toEqual(["recalled: quality defect"]);
    expect(found({ text: "wrong file", field: "why" })).toHaveLength(1);
    expect(found({ text: "recalled", field: "who" })).toEqual([]);
  });

  test("takes both days of a period, and of the next day nothing", () => {
    expect(found({ from: "2022-06-10", to: "2022-06-12" })).toHaveLength(3);
    expect(found({ from: "2022-06-11", to: "2022-06-11" })).toEqual([]);
    expect(found({ from: "2022-06-12", to: "2022-06-12" })).toHaveLength(1);
  });

  test("leaves the order of the rows that it was given", () => {
    const before = [...rows];
    asked(rows, { ...WORST_FIRST, sort: "who", descending: false });
    expect(rows).toEqual(before);
  });
});

describe("rowsOf", () => {
  test("gives every signature with its meaning, and nothing that is none", () => {
    const signed = rowsOf(report, "signatures", () => true);
    expect(signed.every(({ meaning }) => meaning !== null)).toBe(true);
    expect(signed.some(({ topic }) => topic === "history.attested")).toBe(false);
    expect(signed.filter(({ topic }) => topic === "history.certified")).toHaveLength(5);
  });

  test("gives every amendment with what stood before, what stands now and why", () => {
    const changed = rowsOf(report, "amendments", () => true);
    expect(changed.map(({ before, after, reason }) => [before, after, reason])).toContainEqual([
      ...["record 0x11aa", "record 0x22bb", "wrong file"],
    ]);
  });

  test("gives as new only what was not seen", () => {
    expect(rowsOf(report, "new", ({ kind }) => kind === "recall").map(({ text }) => text)).toEqual([
      "recalled: quality defect",
    ]);
  });
});

describe("queryFrom", () => {
  test.each([
    null,
    7,
    "x",
    [],
    { view: "__proto__", sort: {}, from: "2022-5-1", text: 5, severity: 9, descending: "no" },
  ])("takes %j for the view that a page begins with", (kept) => {
    expect(queryFrom(kept)).toEqual(WORST_FIRST);
  });

  test("gives a query back that was kept", () => {
    const query: Query = {
      ...WORST_FIRST,
      view: "signatures",
      text: "a",
      field: "who",
      from: "2022-05-01",
      severity: 2,
    };
    expect(queryFrom(JSON.parse(JSON.stringify(query)))).toEqual(query);
  });
});

describe("a timeline", () => {
  test("reaches from the first thing to the last, and leaves out what is due in years", () => {
    const [batch] = report.batches;
    const axis = axisOf(batch?.history ?? [], batch?.due ?? [], NOW);
    expect(axis).toEqual({ from: FIRST + 86_400, to: NOW });
  });

  test("shows an exception that nobody closed up to now", () => {
    const spans = spansOf(report.batches[0]?.history ?? [], NOW);
    expect(spans.map(({ lane, open }) => [lane, open])).toEqual([
      ["exceptions", false],
      ["holds", false],
      ["exceptions", true],
    ]);
    expect(spans.at(-1)?.to).toBe(NOW);
  });
});

test("an address names a view, or none", () => {
  expect(routeOf("")).toEqual({ page: "review" });
  expect(routeOf("#/batch/0x12")).toEqual({ page: "batch", key: "0x12" });
  expect(routeOf("#/batches")).toEqual({ page: "batches" });
  expect(routeOf("#/__proto__")).toEqual({ page: "missing" });
  expect(routeOf("#/batches/x")).toEqual({ page: "missing" });
});
