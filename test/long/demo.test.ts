import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { DemoReport } from "../../src/demo/story.ts";
import { batchproofProcess } from "../cli/support.ts";

describe("batchproof demo", () => {
  it("tells the whole story and writes the report", { timeout: 600_000 }, async () => {
    const { code, stdout, stderr } = await batchproofProcess(["demo"]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("refused by lint (mkt-span)");
    expect(stderr).toContain("Over the 72 hours from 2022-05-15T08:31:00Z the mean is 7.43 °C, below 8");
    expect(stderr).toContain("rule range: reading 25 at 2022-05-11T14:01:00Z is 8.3 °C");
    expect(stderr).toContain("prove refuses cold-storage/temperature too (rule range)");
    expect(stderr).toContain("above 8.0 °C: 20 min of 12 h permitted");
    expect(stderr).toContain(
      "rule mkt: the mean kinetic temperature is over its limit: 8.05 °C as a logger shows it, 8.05 °C as proven, limit 8.00 °C",
    );
    expect(stderr).toContain("LOT-5-NEAR-MISS: prove refuses transport/temperature too (rule mkt)");
    expect(stderr).toContain("LOT-4-THREE-DAYS: prove refuses day-3/temperature too");
    expect(stderr).toContain("rule spec: car19_pct is 19.9 %, out of specification: it must be at least 20.0 %.");
    expect(stderr).toContain("gate: activation may begin");
    expect(stderr).toContain("LOT-5: exception 3 closed as accepted: proposed by QA, confirmed by the QP");
    expect(stdout).toContain(
      "10 opened = 4 certified + 1 with open exceptions + 1 overdue + 0 open + " +
        "1 rejected + 1 aborted + 1 supplied exceptionally + 1 recalled",
    );
    expect(stdout).toContain("2 of 10 batches needed no reading; 8 to review");
    expect(stdout).toContain("Note: custody not proven (9 of 10 batches)");

    const report = JSON.parse(await readFile("build/demo/report.json", "utf8")) as DemoReport;
    const seen = report.batches.map(({ lot, status, claims, deviations }) => [
      lot,
      status,
      claims.map(({ attested }) => attested),
      deviations,
    ]);
    expect(new Set(seen)).toEqual(
      new Set([
        ["LOT-1-COMPLIANT", "Released", [true], []],
        ["LOT-2-WITHIN-BUDGETS", "Released", [true], ["aboveBand"]],
        ["LOT-3-OUT-OF-RANGE", "Rejected", [false], []],
        ["LOT-4-THREE-DAYS", "Exception", [true, true, false], ["aboveBand"]],
        ["LOT-5-NEAR-MISS", "Released", [false], []],
        ["LOT-6-SILENT", "Overdue", [false], []],
        ["LOT-7-NEEDLE-TO-NEEDLE", "Completed", new Array<boolean>(13).fill(true), []],
        ["LOT-8-COLLECTION-FAILED", "Aborted", [false], []],
        ["LOT-9-LAST-RESORT", "ExceptionalSupply", [false], []],
        ["LOT-10-RECALLED", "Recalled", [true], []],
      ]),
    );
    const exceptions = report.batches.flatMap(({ lot, exceptions: raised }) =>
      raised.map(({ claim, state }) => [lot, claim, state]),
    );
    expect(exceptions).toEqual(
      expect.arrayContaining([
        ["LOT-3-OUT-OF-RANGE", "cold-storage/temperature", "closed"],
        ["LOT-4-THREE-DAYS", "day-3/temperature", "open"],
        ["LOT-5-NEAR-MISS", "transport/temperature", "closed"],
        ["LOT-9-LAST-RESORT", "cold-storage/temperature", "open"],
      ]),
    );
    expect([report.reviewed, report.total]).toEqual([8, 10]);
  });
});
