import { tableCsv } from "../formats/csv.ts";
import { visible } from "../formats/visible.ts";
import { counted } from "../input/quantities.ts";
import { packageVersion } from "../root.ts";
import type { Figures, Percentiles, Reviewed } from "./figures.ts";
import { assumptionsIn, idleIn, isEstimate, type ReadScenario } from "./scenario.ts";
import { simulate, type Simulation } from "./simulate.ts";

/** What a simulation says, and what it was made from (`batchproof-simulation/1`). */
export interface SimulationReport extends Simulation {
  readonly format: "batchproof-simulation/1";
  /** Of batchproof: another one may simulate otherwise. */
  readonly version: string;
  readonly scenario: { readonly name: string; readonly sha256: string };
  readonly seed: number;
  readonly years: number;
  readonly sites: number;
  /**
   * Numbers that the scenario rests on; `estimates`: those whose source says that nobody measured them; `idle`: pointers of those
   * that change nothing, because no claim has the risk or the circuit.
   */
  readonly assumptions: { readonly all: number; readonly estimates: number; readonly idle: readonly string[] };
}

/** Simulates a scenario that was read. @param seed a whole number */
export function simulationReport({ scenario, hash }: ReadScenario, seed: number): SimulationReport {
  const assumptions = assumptionsIn(scenario);
  return {
    format: "batchproof-simulation/1",
    version: packageVersion(),
    scenario: { name: scenario.name, sha256: hash },
    seed,
    years: scenario.years,
    sites: scenario.sites.reduce((sum, { count }) => sum + count, 0),
    assumptions: {
      all: assumptions.length,
      estimates: assumptions.filter(isEstimate).length,
      idle: idleIn(scenario),
    },
    ...simulate(scenario, seed),
  };
}

/** The figures of a whole simulation, for people. */
export function reportText(report: SimulationReport): string {
  const { scenario, seed, years, sites, total, reviewersNeeded, machines, assumptions } = report;
  const { full, byException } = total;
  const row = (name: string, of: (way: Reviewed) => string): string[] => [name, of(full), of(byException)];
  const rows = [
    ["", "full review", "by exception"],
    row("records read", ({ recordsRead }) => shareOf(recordsRead, total.records)),
    row("hours of review", ({ hours }) => grouped(hours)),
    ["reviewers needed", grouped(reviewersNeeded.full), grouped(reviewersNeeded.byException)],
    row("days to release, 50/90/99 %", ({ daysToRelease }) => daysText(daysToRelease)),
    row("released", ({ released }) => grouped(released)),
    row("rejected", ({ rejected }) => grouped(rejected)),
    row("waiting at the end", ({ waiting }) => grouped(waiting)),
  ];
  return [
    `${visible(scenario.name)}: ${counted(years, "year")} of operation, ${counted(sites, "site")}, seed ${seed}`,
    `batches: ${grouped(total.batches)}, records: ${grouped(total.records)}, of them broke a rule: ${shareOf(total.exceptions, total.records)}, overdue: ${grouped(total.overdue)}`,
    ...rows.map(([name = "", ...cells]) =>
      `${name.padEnd(29)}${cells.map((cell) => cell.padStart(24)).join("")}`.trimEnd(),
    ),
    `proofs: ${grouped(total.proofs)} in ${grouped(total.provingHours)} machine hours; machines needed: ${machines.needed} (busiest day ${machines.busiestDay.toFixed(1)} h; ${machines.simulated} simulated, busy ${percent(machines.load)} of the time)`,
    `gas: ${grouped(total.gas)} in ${grouped(total.calls)} calls, ${grouped(ratio(total.gas, total.batches))} a batch, ${grouped(ratio(total.gas, total.proofs))} a proof`,
    `rests on ${assumptions.all} numbers of the scenario, ${assumptions.estimates} of them estimates that nobody measured`,
    ...assumptions.idle.map((pointer) => `${pointer} changes nothing: no claim of the scenario has it`),
  ].join("\n");
}

const COLUMNS = [
  ...["month", "site", "batches", "records", "exceptions", "overdue", "proofs", "proving hours", "calls", "gas"],
  ...["full review", "by exception"].flatMap((way) =>
    ["records read", "hours", "released", "rejected", "waiting", "days p50", "days p90", "days p99"].map(
      (name) => `${way}: ${name}`,
    ),
  ),
];

/** A row for every month and site (RFC 4180). */
export function reportCsv({ months }: SimulationReport): string {
  return tableCsv(
    COLUMNS,
    months.map(({ month, site, figures }) => [String(month), site, ...cellsOf(figures)]),
  );
}

function cellsOf({ full, byException, ...counts }: Figures): string[] {
  const { batches, records, exceptions, overdue, proofs, provingHours, calls, gas } = counts;
  return [
    ...[batches, records, exceptions, overdue, proofs].map(String),
    provingHours.toFixed(3),
    ...[calls, gas].map(String),
    ...[full, byException].flatMap(({ recordsRead, hours, released, rejected, waiting, daysToRelease }) => [
      ...[String(recordsRead), hours.toFixed(1), ...[released, rejected, waiting].map(String)],
      ...(["p50", "p90", "p99"] as const).map((name) => daysToRelease?.[name].toFixed(3) ?? ""),
    ]),
  ];
}

/** "1,234": nothing behind the point. */
export function grouped(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ",");
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

function shareOf(part: number, all: number): string {
  return `${grouped(part)} (${percent(ratio(part, all))})`;
}

function ratio(part: number, all: number): number {
  return all === 0 ? 0 : part / all;
}

function daysText(days: Percentiles | null): string {
  if (days === null) return "nothing was released";
  return [days.p50, days.p90, days.p99].map((each) => each.toFixed(1)).join(" / ");
}
