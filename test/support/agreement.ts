import fc from "fast-check";
import { expect, it } from "vitest";
import { CircuitUnderTest } from "./circuit.ts";
import { makeEvidence } from "./evidence.ts";
import { expectAgreement } from "./rules.ts";
import { scenarios } from "./scenarios.ts";

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
    for (const rule of ["gap", "range", "window", "clock", "source", "device"]) {
      expect(seen.get(rule) ?? 0, rule).toBeGreaterThan(runs / 100);
    }
  });
}
