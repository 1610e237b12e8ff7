import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { reportPicture } from "../../src/simulate/picture.ts";
import { reportCsv, reportText, simulationReport, type SimulationReport } from "../../src/simulate/report.ts";
import { readScenario } from "../../src/simulate/scenario.ts";
import { inThisProcess } from "../cli/scene.ts";
import { refusedWith } from "../cli/support.ts";
import { allRates, changedBytes, shippedFile, type Change } from "./support.ts";

const oneYear: Change = (json) => {
  json.years = 1;
};

function reported(...changes: readonly Change[]): SimulationReport {
  return simulationReport(readScenario(changedBytes(oneYear, ...changes), "s.json"), 1);
}

const named = (name: string): Change => {
  return (json) => {
    json.name = name;
    for (const site of json.sites) site.name = name;
  };
};

// Verifies R-simulate-output.
describe("what a simulation is written as", () => {
  it("begins no formula in a table, whatever a site is called", () => {
    for (const name of ["=1+1", "@SUM(A1)", "+1", "-1", "|calc"]) {
      const [head = "", first = ""] = reportCsv(reported(named(name))).split("\r\n");
      expect(first.split(",").slice(0, 2)).toEqual(['"1"', `"'${name}"`]);
      expect(first.split('","')).toHaveLength(head.split('","').length);
    }
    expect(reportCsv(reported(named('a","b'))).split("\r\n")[1]).toContain('"a"",""b"');
  });

  it("has a row for each month and site, and the months in their order", () => {
    const rows = reportCsv(
      reported(({ sites }) => {
        for (const site of sites) site.count = 2;
      }),
    ).split("\r\n");
    expect(rows).toHaveLength(1 + 24 + 1);
    expect(rows[13]?.startsWith('"1","Hospital 2"')).toBe(true);
  });

  it("is no markup in a picture, and acts on no terminal", () => {
    const hostile = `<script>alert("x")</script>\u202e\u001b[31m`;
    const report = reported(named(hostile));
    const picture = reportPicture(report);
    expect(picture).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;\\u202e\\u001b[31m");
    expect(picture).not.toContain("<script");
    for (const text of [picture, reportText(report)]) {
      expect(text).toContain("\\u202e\\u001b[31m");
      expect(text).not.toMatch(/[\u202e\u001b]/);
    }
  });

  it("says how many of its numbers are estimates", () => {
    expect(reportText(reported())).toContain(
      "rests on 26 numbers of the scenario, 16 of them estimates that nobody measured",
    );
  });

  // V444.
  it("V444: says which of its numbers change nothing, and takes an estimate for none because of its spelling", () => {
    expect(reported().assumptions.idle).toEqual([]);
    const wrong = reported(({ claims, rates, proving }) => {
      for (const claim of claims) claim.risks = claim.risks.filter((risk) => risk !== "lateResult");
      rates.excursion.source = "Assumption: somebody said so";
      proving.seconds["of/none"] = { value: "3", unit: "s", source: "bench" };
    });
    expect(wrong.assumptions).toEqual({
      all: 27,
      estimates: 16,
      idle: ["/rates/lateResult", "/proving/seconds/of~1none"],
    });
    expect(reportText(wrong)).toContain("\n/rates/lateResult changes nothing: no claim of the scenario has it");
  });

  it("says so where nothing was released, or nothing came", () => {
    expect(reportText(reported(allRates("1")))).toMatch(/days to release.*nothing was released.*nothing was released/);
    const empty = reported(({ sites }) => {
      for (const site of sites) site.batchesPerDay.value = "0";
    });
    for (const text of [reportText(empty), reportPicture(empty), reportCsv(empty)]) {
      expect(text).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it("draws bars that are as long as their numbers say", () => {
    const report = reported();
    const [full = NaN, byException = NaN] = [
      ...reportPicture(report).matchAll(/<rect x="190".* width="([0-9.]+)"/g),
    ].map(([, width]) => Number(width));
    expect(full).toBe(400);
    const { full: all, byException: few } = report.total;
    expect(byException).toBeCloseTo((400 * few.recordsRead) / all.recordsRead, 1);
  });
});

const home = mkdtempSync(join(tmpdir(), "batchproof-simulate-"));
afterAll(() => rmSync(home, { recursive: true }));
const HOSPITAL = shippedFile("one-hospital");

describe("simulate", () => {
  // Verifies R-simulate-same.
  it("writes three files, the same bytes for the same seed, and others for another one", async () => {
    const [one, two, other] = ["one", "two", "other"].map((name) => join(home, name));
    for (const [out = "", seed = ""] of [
      [one, "7"],
      [two, "7"],
      [other, "8"],
    ]) {
      const { code } = await inThisProcess(["simulate", HOSPITAL, "--years", "1", "--seed", seed, "--out", out]);
      expect(code).toBe(0);
    }
    const names = readdirSync(one ?? "").sort();
    expect(names).toEqual(["simulation.csv", "simulation.json", "simulation.svg"]);
    for (const name of names) {
      const [first, second, third] = [one, two, other].map((out) => readFileSync(join(out ?? "", name), "utf8"));
      expect(second).toBe(first);
      expect(third).not.toBe(first);
    }
  });

  it("says what it was made from", async () => {
    const { stdout } = await inThisProcess(["simulate", HOSPITAL, "--years", "2", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ format: "batchproof-simulation/1", seed: 1, years: 2, sites: 1, file: HOSPITAL },
      scenario: { sha256: readScenario(readFileSync(HOSPITAL), "").hash },
    });
  });

  it.each([
    ["a seed of 0", ["--seed", "0"]],
    ["a seed beyond 2^53", ["--seed", "9007199254740992"]],
    ["51 years", ["--years", "51"]],
  ])("refuses %s", async (_, options) => {
    expect(await refusedWith(["simulate", HOSPITAL, ...options])).toMatchObject({ code: "usage", exit: 2 });
  });

  it.each(["json", "csv", "svg"])(
    "never writes over its scenario, simulation.%s, and then writes nothing",
    async (end) => {
      const folder = mkdtempSync(join(home, "own-"));
      const file = join(folder, `simulation.${end}`);
      writeFileSync(file, readFileSync(HOSPITAL));
      const error = await refusedWith(["simulate", file, "--years", "1", "--out", folder]);
      expect(error).toMatchObject({ code: "output-over-input", exit: 2 });
      expect(readdirSync(folder)).toEqual([`simulation.${end}`]);
      expect(readFileSync(file, "utf8")).toBe(readFileSync(HOSPITAL, "utf8"));
    },
  );
});
