import fc from "fast-check";
import { expect, it } from "vitest";
import { CircuitUnderTest } from "./circuit.ts";
import type { TemperatureEvidence } from "../../src/kinds/temperature/evidence.ts";
import { makeEvidence, ticksOf } from "./evidence.ts";
import { checkedRules, expectAgreement, inputOf } from "./rules.ts";
import { scenarios } from "./scenarios.ts";
import { bus, type CircuitInput } from "../../src/kinds/circuitInput.ts";

/** The property that holds TypeScript and circuit together, over `runs` generated records of a circuit of n rows. */
export function itAgrees(n: number, runs: number, seed: number): void {
  it(`check and the circuit agree on ${runs} generated records`, { timeout: 3_600_000 }, async () => {
    const circuit = await CircuitUnderTest.load(`test/circuits/instances/temperature-${n}.circom`);
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(scenarios(n), async (scenario) => {
        const broken = await expectAgreement(circuit, makeEvidence(scenario));
        for (const rule of broken.length === 0 ? ["none"] : broken) seen.set(rule, (seen.get(rule) ?? 0) + 1);
      }),
      { numRuns: runs, seed, endOnFailure: true },
    );
    // The records must have tried both answers, and every rule that a record can break.
    expect(seen.get("none") ?? 0).toBeGreaterThan(runs / 10);
    for (const rule of ["gap", "range", "window", "clock", "source", "device", "opened", ...EXCURSION_RULES]) {
      expect(seen.get(rule) ?? 0, rule).toBeGreaterThan(runs / 100);
    }
  });
}

const EXCURSION_RULES = ["cumulative", "single", "mkt"];

/**
 * The same for template Excursions alone, which is a third of the circuit and so can be held to many more records.
 */
export function itAgreesOnExcursions(n: number, runs: number, seed: number): void {
  it(`check and template Excursions agree on ${runs} generated records`, { timeout: 3_600_000 }, async () => {
    const circuit = await CircuitUnderTest.load(`test/circuits/instances/budgets-${n}.circom`);
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(scenarios(n, false), async (scenario) => {
        const evidence = makeEvidence(scenario);
        const named = checkedRules(evidence).filter((rule) => EXCURSION_RULES.includes(rule));
        const broken = circuit.violations(await circuit.witness(excursionsInput(evidence)));
        expect(broken.length === 0, named.join()).toBe(named.length === 0);
        for (const rule of named.length === 0 ? ["none"] : named) seen.set(rule, (seen.get(rule) ?? 0) + 1);
      }),
      { numRuns: runs, seed, endOnFailure: true },
    );
    for (const answer of ["none", ...EXCURSION_RULES]) {
      expect(seen.get(answer) ?? 0, answer).toBeGreaterThan(runs / 50);
    }
  });
}

/** Input of template Excursions. */
function excursionsInput(evidence: TemperatureEvidence): CircuitInput {
  const whole = inputOf(evidence);
  const names = ["rule", "record", "dt", "code", "outside", "dwell", "excursionLengths", "excursionCounts"];
  return {
    ...Object.fromEntries(names.map((name) => [name, whole[name] ?? 0n])),
    ...bus("fields", evidence.rule),
    ticks: ticksOf(evidence.rows),
    start: evidence.head.start,
    end: evidence.head.end,
  };
}
