import { readFileSync } from "node:fs";
import { readScenario, type Scenario } from "../../src/simulate/scenario.ts";

/** A shipped scenario's JSON, to change. */
export interface ScenarioJson {
  [member: string]: unknown;
  name: string;
  years: number;
  sites: { name: string; count: number; batchesPerDay: Quantity; reviewers: Quantity }[];
  claims: { name: string; circuit: string; risks: string[] }[];
  rates: Record<"excursion" | "lostReadings" | "outOfSpecification" | "lateResult", Quantity>;
  delays: Record<"lateResult" | "due" | "investigation", Quantity>;
  review: Record<"record" | "exception" | "batch" | "hoursPerDay" | "daysPerWeek", Quantity>;
  proving: { machines: Quantity; attesting: Quantity; seconds: Record<string, Quantity> };
  gas: Record<"call" | "circuit" | "claim" | "firstCall" | "claimsPerCall", Quantity>;
  highestLoad: Quantity;
}

export interface Quantity {
  value: string;
  unit: string;
  source: string;
}

export const SHIPPED = ["one-hospital", "ten-sites", "hundred-thousand"] as const;

export function shippedFile(name: (typeof SHIPPED)[number]): string {
  return `fixtures/scenarios/${name}.json`;
}

export type Change = (json: ScenarioJson) => void;

/** The scenario of one hospital with changes, as the bytes of a file. */
export function changedBytes(...changes: readonly Change[]): Uint8Array {
  const json = JSON.parse(readFileSync(shippedFile("one-hospital"), "utf8")) as ScenarioJson;
  for (const change of changes) change(json);
  return Buffer.from(JSON.stringify(json));
}

/** The same, read. */
export function changed(...changes: readonly Change[]): Scenario {
  return readScenario(changedBytes(...changes), "scenario.json").scenario;
}

/** Every rate is this one. */
export function allRates(value: string): Change {
  return ({ rates }) => {
    for (const rate of Object.values(rates)) rate.value = value;
  };
}

/** So many batches a day at each site. */
export function batchesPerDay(value: string): Change {
  return ({ sites }) => {
    for (const site of sites) site.batchesPerDay.value = value;
  };
}
