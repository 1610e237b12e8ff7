import { readFileSync } from "node:fs";
import { readScenario } from "../../src/simulate/scenario.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import { SHIPPED, shippedFile } from "./support.ts";

/** Rows of the tables of figures in the specification and in the README, each with its cell of one scenario. */
export function documentedFigures(name: (typeof SHIPPED)[number]): string[][] {
  const column = SHIPPED.indexOf(name) + 1;
  return ["docs/spec/simulation.md", "README.md"].map((file) => {
    const [, table = ""] = readFileSync(file, "utf8").split("| | one hospital | ten sites | 100,000 batches a year |");
    const [rows = ""] = table.split("\n\n");
    return rows
      .trim()
      .split("\n")
      .slice(1)
      .map((row) => row.split("|")[column + 1]?.trim() ?? "");
  });
}

/** The same, simulated. */
export function simulatedFigures(name: (typeof SHIPPED)[number]): string[][] {
  const { scenario } = readScenario(readFileSync(shippedFile(name)), name);
  const { total, reviewersNeeded, machines } = simulate(scenario, 1);
  const { full, byException } = total;
  const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
  const days = ({ daysToRelease: found }: typeof full): string[] =>
    found === null ? [] : [found.p50, found.p90, found.p99].map((each) => each.toFixed(1));
  const pair = (of: (way: typeof full) => string | undefined): string => `${of(full)} and ${of(byException)}`;
  return [
    [
      whole(total.batches),
      ...[whole(full.recordsRead), whole(byException.recordsRead)],
      ...[whole(full.hours), whole(byException.hours)],
      ...[whole(reviewersNeeded.full), whole(reviewersNeeded.byException)],
      ...[days(full).join(" / "), days(byException).join(" / ")],
      `${machines.needed} (${machines.busiestDay.toFixed(1)} h)`,
      whole(total.gas / total.batches),
    ],
    [
      pair(({ recordsRead }) => whole(recordsRead)),
      pair(({ hours }) => whole(hours)),
      pair((way) => days(way)[0]),
      String(machines.needed),
    ],
  ];
}
