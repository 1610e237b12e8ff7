import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { DemoReport } from "../../src/demo/story.ts";
import { batchproofProcess } from "./support.ts";

describe("batchproof demo", () => {
  it("tells the whole story and writes the report", { timeout: 600_000 }, async () => {
    const { code, stdout, stderr } = await batchproofProcess(["demo"]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("rule range: reading 25 at 2022-05-11T14:01:00Z is 8.3 °C");
    expect(stderr).toContain("prove refuses too (rule range)");
    expect(stdout).toContain("4 opened = 2 certified + 1 with open exceptions + 1 overdue + 0 open");
    expect(stdout).toContain("2 of 4 batches needed no reading; 2 to review");

    const report = JSON.parse(await readFile("build/demo/report.json", "utf8")) as DemoReport;
    const seen = report.batches.map(({ lot, status, claims }) => [lot, status, claims.map(({ attested }) => attested)]);
    expect(seen).toEqual([
      ["LOT-1-COMPLIANT", "Released", [true]],
      ["LOT-2-OUT-OF-RANGE", "Exception", [false]],
      ["LOT-3-OTHER-LIMITS", "Released", [true]],
      ["LOT-4-SILENT", "Overdue", [false]],
    ]);
    expect(report.batches[1]?.exceptions).toMatchObject([{ category: "parameter", severity: 2, state: "open" }]);
    expect([report.reviewed, report.total]).toEqual([2, 4]);
  });
});
