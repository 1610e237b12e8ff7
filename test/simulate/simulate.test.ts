import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { batchesOf } from "../../src/simulate/batches.ts";
import type { Figures } from "../../src/simulate/figures.ts";
import { readScenario, type Scenario } from "../../src/simulate/scenario.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import { allRates, batchesPerDay, changed, shippedFile, type Change } from "./support.ts";

const hospital = changed();
const busy = batchesPerDay("8");

/** People work day and night. */
const daylong: Change = ({ review }) => {
  review.hoursPerDay.value = "24";
  review.daysPerWeek.value = "7";
};

/** Only one claim a batch, and no work on the whole of it. */
const oneQueue: Change = (json) => {
  daylong(json);
  json.claims.splice(1);
  json.review.batch.value = "0";
};

const oneYear: Change = (json) => {
  json.years = 1;
};

const both = ({ full, byException }: Figures) => [full, byException];

// Verifies R-simulate-same.
describe("the same scenario and seed", () => {
  it("give the same figures, and another seed others", () => {
    expect(simulate(changed(), 5)).toEqual(simulate(hospital, 5));
    expect(simulate(hospital, 6).total).not.toEqual(simulate(hospital, 5).total);
  });
});

// Verifies R-simulate-conserved.
describe("nothing is lost", () => {
  const scenarios: readonly (readonly [string, Scenario])[] = [
    ["a quiet year", hospital],
    ["more work than people and machines can do", changed(batchesPerDay("40"), allRates("0.3"), oneYear)],
    ["a rate of 0", changed(busy, allRates("0"))],
    ["a rate of 1", changed(busy, allRates("1"))],
    ["no batch at all", changed(batchesPerDay("0"))],
    ["work that takes no time", changed(busy, freeOfWork)],
  ];

  it.each(scenarios)("%s: every batch is released, rejected or waiting", (_, scenario) => {
    const { total, months } = simulate(scenario, 1);
    for (const { released, rejected, waiting } of both(total)) {
      expect(released + rejected + waiting).toBe(total.batches);
    }
    expect(total.proofs + total.exceptions).toBe(total.records);
    expect(total.records).toBe(total.batches * scenario.claims.length);
    expect(total.full.recordsRead).toBe(total.records);
    const sum = (of: (figures: Figures) => number): number => months.reduce((all, { figures }) => all + of(figures), 0);
    expect(months).toHaveLength(12 * scenario.years);
    expect(sum(({ batches }) => batches)).toBe(total.batches);
    expect(sum(({ gas }) => gas)).toBe(total.gas);
    expect(sum(({ byException }) => byException.released)).toBe(total.byException.released);
  });

  it("where nothing happens, nothing is read and all is proven", () => {
    const { total } = simulate(changed(busy, allRates("0")), 1);
    expect(total.batches).toBeGreaterThan(10_000);
    expect(total).toMatchObject({ exceptions: 0, overdue: 0, proofs: total.records });
    expect(total.byException).toMatchObject({ recordsRead: 0, rejected: 0 });
  });

  it("where everything happens, only what has no risk is proven, and no batch is released", () => {
    const { total } = simulate(changed(busy, allRates("1")), 1);
    const custody = hospital.claims.filter(({ risks }) => risks.length === 0).length;
    expect(total.proofs).toBe(total.batches * custody);
    for (const way of both(total)) expect(way).toMatchObject({ released: 0, daysToRelease: null });
    expect(total.byException.recordsRead).toBe(total.exceptions);
  });

  it("where work takes no time, a batch without a late result is released when it comes, also at night", () => {
    const { total } = simulate(changed(busy, allRates("0"), freeOfWork), 1);
    for (const way of both(total)) expect(way.daysToRelease).toEqual({ p50: 0, p90: 0, p99: 0 });
  });
});

function freeOfWork({ review, proving }: Parameters<Change>[0]): void {
  for (const minutes of [review.record, review.exception, review.batch, proving.attesting]) minutes.value = "0";
  for (const seconds of Object.values(proving.seconds)) seconds.value = "0";
}

// Verifies R-simulate-expected.
describe("what theory says", () => {
  it("is the number of records that are read by exception", () => {
    const scenario = changed(busy, ({ rates, delays }) => {
      rates.lateResult.value = "0.5";
      delays.due.value = "2";
    });
    const { total } = simulate(scenario, 1);
    const { rates, delays } = scenario;
    const chances = scenario.claims.map(({ risks }) => {
      const happens = (risk: "excursion" | "lostReadings" | "outOfSpecification"): number =>
        risks.includes(risk) ? rates[risk].value : 0;
      const isLate = risks.includes("lateResult") ? rates.lateResult.value : 0;
      const isOverdue = isLate * Math.exp(-delays.due.value / delays.lateResult.value);
      return (
        1 -
        (1 - happens("excursion")) *
          (1 - happens("lostReadings")) *
          (1 - happens("outOfSpecification")) *
          (1 - isOverdue)
      );
    });
    const mean = chances.reduce((sum, chance) => sum + chance, 0) * total.batches;
    const deviation = Math.sqrt(chances.reduce((sum, chance) => sum + chance * (1 - chance), 0) * total.batches);
    expect(Math.abs(total.byException.recordsRead - mean)).toBeLessThan(4 * deviation);
    expect(deviation).toBeLessThan(mean / 50);
  });

  it("is the number of batches, and the hours of both ways of reviewing", () => {
    const { total } = simulate(changed(busy), 1);
    const expected = 8 * 365 * 5;
    expect(Math.abs(total.batches - expected)).toBeLessThan(4 * Math.sqrt(expected));
    const whole = total.batches * 1 + total.byException.recordsRead * 2;
    expect(Math.abs(total.byException.hours / whole - 1)).toBeLessThan(0.03);
    expect(Math.abs(total.full.hours / (whole + total.records * 0.75) - 1)).toBeLessThan(0.03);
  });

  it("is the time to release of one reviewer who takes one after the other (M/M/1)", () => {
    // 24 batches a day, 30 minutes each: a stay is exponential, of mean one hour.
    const scenario = changed(oneQueue, batchesPerDay("24"), allRates("0"), ({ review, sites }) => {
      review.record.value = "30";
      for (const site of sites) site.reviewers.value = "1";
    });
    const { p50 = 0, p90 = 0, p99 = 0 } = simulate(scenario, 1).total.full.daysToRelease ?? {};
    for (const [found, rank] of [
      [p50, 0.5],
      [p90, 0.9],
      [p99, 0.99],
    ] as const) {
      const expected = -Math.log(1 - rank) / 24;
      expect(Math.abs(found / expected - 1)).toBeLessThan(0.08);
    }
  });

  it("is the gas of every call that was measured, within 5 %", () => {
    const measured = JSON.parse(readFileSync("bench/results/gas.json", "utf8")) as Measured[];
    const { call, circuit, claim } = hospital.gas;
    for (const { claims, circuits, gas } of measured) {
      const computed = call.value + circuits * circuit.value + claims * claim.value;
      expect(Math.abs(computed / gas - 1)).toBeLessThan(0.05);
    }
  });

  it("is that the first call of a batch, and no later one, costs what a first call costs more", () => {
    const free = changed(({ gas }) => {
      gas.firstCall.value = "0";
    });
    const [total, less] = [hospital, free].map((scenario) => simulate(scenario, 1).total);
    expect(total?.calls).toBeGreaterThan(total?.batches ?? NaN);
    expect((total?.gas ?? 0) - (less?.gas ?? 0)).toBe((total?.batches ?? 0) * hospital.gas.firstCall.value);
  });

  it("is that by exception a batch waits until its proofs are final, and with full review for none", () => {
    const day: Change = ({ proving }) => {
      proving.attesting.value = "1440";
    };
    const { total } = simulate(changed(allRates("0"), freeOfWork, day, daylong), 1);
    expect(total.full.daysToRelease).toEqual({ p50: 0, p90: 0, p99: 0 });
    for (const found of Object.values(total.byException.daysToRelease ?? {})) expect(found).toBeCloseTo(1, 9);
  });

  it("is the gas of batches of which nothing is late, in calls of ten claims", () => {
    const scenario = changed(allRates("0"), ({ gas }) => {
      gas.claimsPerCall.value = "10";
    });
    const { total } = simulate(scenario, 1);
    const { call, circuit, claim, firstCall } = scenario.gas;
    // Custody, temperature and parameters in the first ten; custody, temperature and quality in the other three.
    const each = 2 * call.value + 6 * circuit.value + 13 * claim.value + firstCall.value;
    expect([total.calls, total.gas]).toEqual([2 * total.batches, total.batches * each]);
  });
});

interface Measured {
  readonly claims: number;
  readonly circuits: number;
  readonly gas: number;
}

// Verifies R-simulate-streams.
describe("changing one assumption", () => {
  const rate = (name: "excursion" | "lateResult", value: string): Change => {
    return ({ rates }) => {
      rates[name].value = value;
    };
  };

  it("moves nothing that it has no part in: batches, what is overdue, the hours of full reading", () => {
    const [few, many] = ["0.02", "0.5"].map((value) => simulate(changed(busy, rate("excursion", value)), 1).total);
    expect(many).toMatchObject({ batches: few?.batches, overdue: few?.overdue });
    const reading = (of: Figures | undefined): number => (of?.full.hours ?? 0) - (of?.byException.hours ?? 0);
    expect(reading(many)).toBeCloseTo(reading(few), 6);
  });

  it("of how often readings leave their limits adds exceptions to the same ones in every month", () => {
    const runs = ["0", "0.01", "0.05", "0.5", "1"].map(
      (value) => simulate(changed(rate("excursion", value)), 1).months,
    );
    for (const [i, more] of runs.slice(1).entries()) {
      const fewer = runs[i] ?? [];
      more.forEach(({ figures }, month) => {
        expect(figures.exceptions).toBeGreaterThanOrEqual(fewer[month]?.figures.exceptions ?? Infinity);
      });
    }
  });

  it("of one site leaves what comes to the others as it was", () => {
    const add: Change = ({ sites }) => {
      const [first] = structuredClone(sites);
      if (first !== undefined) sites.push({ ...first, name: "Another" });
    };
    const hours = ({ figures }: { readonly figures: Figures }): number => figures.full.hours;
    const alone = simulate(hospital, 1).months;
    const beside = simulate(changed(add), 1).months.filter(({ site }) => site === "Hospital");
    expect(beside.map(hours)).toEqual(alone.map(hours));
  });

  it("or none leaves every site with events of its own", () => {
    const fates = ["A", "B"].map((name) =>
      [...batchesOf(hospital, 1, 0, { name, batchesPerDay: 1 }, 300 * 24)]
        .slice(0, 200)
        .map(({ records }) => records.filter(({ isException }) => isException).length),
    );
    expect(fates[0]).toHaveLength(200);
    expect(fates[1]).not.toEqual(fates[0]);
  });

  it("of people and machines never lets a batch wait longer where there are more", () => {
    const slow: Change = ({ proving, sites }) => {
      for (const seconds of Object.values(proving.seconds)) seconds.value = "1500";
      for (const site of sites) site.reviewers.value = "3";
    };
    const more: Change = ({ proving, sites }) => {
      proving.machines.value = "4";
      for (const site of sites) site.reviewers.value = "4";
    };
    const two: Change = ({ proving }) => {
      proving.machines.value = "2";
    };
    const day = batchesPerDay("2");
    const [few, many] = [[two], [more]].map((changes) => simulate(changed(day, slow, ...changes), 1).total);
    for (const way of ["full", "byException"] as const) {
      for (const rank of ["p50", "p90", "p99"] as const) {
        const [less = NaN, least = NaN] = [few, many].map((total) => total?.[way].daysToRelease?.[rank]);
        expect(least).toBeLessThanOrEqual(less);
      }
    }
  });
});

describe("machines", () => {
  it("that are needed do the busiest day's proofs at the highest load", () => {
    const scenario = changed(batchesPerDay("5"), ({ proving }) => {
      for (const seconds of Object.values(proving.seconds)) seconds.value = "3600";
    });
    const { machines, total } = simulate(scenario, 1);
    expect(total.provingHours).toBe(total.proofs);
    expect(machines.needed).toBe(Math.ceil(machines.busiestDay / (24 * 0.7)));
    expect(machines.needed).toBeGreaterThan(5);
    expect(machines.load).toBeGreaterThan(2);
  });
});

describe("a shipped scenario", () => {
  it.each([
    ["one-hospital", 182.5],
    ["ten-sites", 18_250],
    ["hundred-thousand", 100_010],
  ] as const)("%s is of about %f batches a year", (name, expected) => {
    const { scenario } = readScenario(readFileSync(shippedFile(name)), name);
    const daily = scenario.sites.reduce((sum, { count, batchesPerDay: { value } }) => sum + count * value, 0);
    expect(daily * 365).toBeCloseTo(expected, 6);
  });
});
