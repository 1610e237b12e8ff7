import { batchesOf, type SimulatedBatch } from "./batches.ts";
import { addAttesting, addReview, emptyTally, figuresOf, sumOf, type Figures, type Tally } from "./figures.ts";
import { DAY, workedUntil, YEAR, whenWorked } from "./hours.ts";
import { prove, type Proven } from "./proving.ts";
import { siteNames, type Scenario } from "./scenario.ts";
import { Servers } from "./servers.ts";

/** A twelfth of a year, in hours. */
const MONTH = YEAR / 12;

export interface SimulatedSite {
  readonly name: string;
  readonly batchesPerDay: number;
  readonly reviewers: number;
}

/** Figures of the batches that came in one month at one site. */
export interface SimulatedMonth {
  /** From 1 on. */
  readonly month: number;
  readonly site: string;
  readonly figures: Figures;
}

/** Persons that the work of all sites takes at the highest load, each site for itself. */
export interface ReviewersNeeded {
  readonly full: number;
  readonly byException: number;
}

export interface Machines {
  readonly simulated: number;
  /** Share of their time that they were busy; over 1: more than they can do. */
  readonly load: number;
  /** Hours of proving that came due on the busiest day. */
  readonly busiestDay: number;
  /** Machines that prove within the busiest day what comes due on it, at the highest load. */
  readonly needed: number;
}

/** What a scenario comes to. */
export interface Simulation {
  readonly total: Figures;
  readonly reviewersNeeded: ReviewersNeeded;
  readonly machines: Machines;
  readonly months: readonly SimulatedMonth[];
}

/** Ways in which a batch is reviewed. */
type Way = keyof ReviewersNeeded;

/**
 * Simulates a scenario. The same scenario and seed give the same numbers; what each of them means, docs/spec/simulation.md says.
 * @param seed a whole number
 */
export function simulate(scenario: Scenario, seed: number): Simulation {
  const until = scenario.years * YEAR;
  const sites = sitesOf(scenario);
  const batches = sites.flatMap((site, i) => [...batchesOf(scenario, seed, i, site, until)]);
  const proven = prove(scenario, batches);
  const months = scenario.years * 12;
  const tallies = sites.map(() => Array.from({ length: months }, emptyTally));
  const tallyOf = ({ site, at }: SimulatedBatch): Tally | undefined => tallies[site]?.[Math.floor(at / MONTH)];
  batches.forEach((batch, i) => {
    const tally = tallyOf(batch);
    if (tally !== undefined) addAttesting(tally, batch, proven.batches[i]);
  });
  const needed = { full: 0, byException: 0 };
  sites.forEach((site, i) => {
    for (const way of ["full", "byException"] as const) {
      const waiting = tasksOf(batches, proven.batches, i, way);
      needed[way] += reviewersNeeded(scenario, waiting, until);
      review(scenario, site, waiting, (batch, hours, end) => {
        const tally = tallyOf(batch);
        if (tally !== undefined) addReview(tally[way], batch, way === "full", hours, end, until);
      });
    }
  });
  return {
    total: figuresOf(sumOf(tallies.flat())),
    reviewersNeeded: needed,
    machines: machinesOf(scenario, proven.hoursByDay, until),
    months: tallies.flatMap((row, i) =>
      row.map((tally, month) => ({ month: month + 1, site: sites[i]?.name ?? "", figures: figuresOf(tally) })),
    ),
  };
}

function sitesOf({ sites }: Scenario): SimulatedSite[] {
  return sites.flatMap((group) => {
    const { batchesPerDay, reviewers } = group;
    return siteNames(group).map((name) => ({
      name,
      batchesPerDay: batchesPerDay.value,
      reviewers: reviewers.value,
    }));
  });
}

/** What reviewers do with one batch: one task, once nothing is missing any more. */
interface Task {
  readonly batch: SimulatedBatch;
  readonly at: number;
  readonly hours: number;
}

function tasksOf(
  batches: readonly SimulatedBatch[],
  proven: readonly Proven[],
  site: number,
  way: Way,
): readonly Task[] {
  const tasks: Task[] = [];
  batches.forEach((batch, i) => {
    if (batch.site !== site) return;
    const { work, settled } = batch;
    const decided = work.exceptions + work.batch;
    if (way === "full") tasks.push({ batch, at: settled, hours: work.records + decided });
    else tasks.push({ batch, at: Math.max(settled, proven[i]?.attested ?? 0), hours: decided });
  });
  return tasks.sort((a, b) => a.at - b.at);
}

/** Calls `done` with every task, its hours, and when it ends: first come, first served, in hours of work. */
function review(
  { review: { hoursPerDay, daysPerWeek } }: Scenario,
  { reviewers }: SimulatedSite,
  tasks: readonly Task[],
  done: (batch: SimulatedBatch, hours: number, end: number) => void,
): void {
  const week = { hoursPerDay: hoursPerDay.value, daysPerWeek: daysPerWeek.value };
  const servers = new Servers(reviewers);
  for (const { batch, at, hours } of tasks) {
    const end = whenWorked(week, servers.take(workedUntil(week, at), hours));
    // What takes no time is over when it comes, also at night.
    done(batch, hours, Math.max(end, at));
  }
}

function reviewersNeeded(
  { review: { hoursPerDay, daysPerWeek }, highestLoad }: Scenario,
  tasks: readonly Task[],
  until: number,
): number {
  const hours = tasks.reduce((sum, task) => sum + task.hours, 0);
  const worked = workedUntil({ hoursPerDay: hoursPerDay.value, daysPerWeek: daysPerWeek.value }, until);
  return Math.ceil(hours / (worked * highestLoad.value));
}

function machinesOf({ proving, highestLoad }: Scenario, hoursByDay: Float64Array, until: number): Machines {
  const simulated = proving.machines.value;
  const busiestDay = hoursByDay.reduce((most, hours) => Math.max(most, hours), 0);
  const hours = hoursByDay.reduce((sum, each) => sum + each, 0);
  const needed = Math.ceil(busiestDay / (DAY * highestLoad.value));
  return { simulated, load: hours / (until * simulated), busiestDay, needed };
}
