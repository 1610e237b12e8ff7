import { describe, expect, it } from "vitest";
import { highestOf, sparkline, trendLines } from "../../desk/plot/trendLines.ts";
import type { TrendRow } from "../../src/audit/trends.ts";

function row(month: string, more: Partial<TrendRow> = {}): TrendRow {
  return {
    ...{ owner: "0xA", product: '"Ari" v1', policyId: "0x1", claim: 0, month, batches: 10, exceptions: 1 },
    ...{ perHundred: "10.0", repeats: 0, daysToClose: null, settled: 0 },
    ...more,
  };
}

describe("the lines of a quality review", () => {
  it("are one for each owner, policy and claim, the most exceptions a batch first", () => {
    const lines = trendLines([
      row("2022-05"),
      row("2022-04", { exceptions: 2, repeats: 1, settled: 1 }),
      row("2022-05", { claim: 1, exceptions: 9 }),
      row("2022-05", { owner: "0xB", exceptions: 0 }),
    ]);
    expect(lines.map(({ owner, claim, batches, exceptions }) => [owner, claim, batches, exceptions])).toEqual([
      ["0xA", 1, 10, 9],
      ["0xA", 0, 20, 3],
      ["0xB", 0, 10, 0],
    ]);
    expect(lines[1]?.months.map(({ month }) => month)).toEqual(["2022-04", "2022-05"]);
  });

  it("are parted by a month without batches, the turn of the year not among them", () => {
    const [line] = trendLines([row("2022-12"), row("2023-01", { perHundred: "20.0" }), row("2023-03")]);
    expect(line === undefined ? [] : sparkline(line, 20, 30, 10)).toEqual([
      [
        [0, 5],
        [10, 0],
      ],
      [[30, 5]],
    ]);
  });

  it("are drawn to the highest month of all", () => {
    expect(highestOf([row("2022-01", { perHundred: "9.5" }), row("2022-02", { perHundred: "110.0" })])).toBe(110);
    expect(highestOf([])).toBe(0);
  });
});
