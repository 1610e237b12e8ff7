import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CircuitUnderTest } from "../support/circuit.ts";
import { expectParametersAgreement, makeParameters } from "../support/parameters.ts";
import { ONE_CHANNEL, parametersScenarios, SEVERAL_CHANNELS } from "../support/parametersScenarios.ts";
import { agreementRuns } from "../support/runs.ts";

const RUNS = agreementRuns(40);

// Verifies R-parameters-agreement, R-channel-agreement.
describe.each([
  ["parameters-70", 70, SEVERAL_CHANNELS],
  ["channel-210", 210, ONE_CHANNEL],
] as const)("circuit %s", (name, n, channels) => {
  it(`check and the circuit agree on ${RUNS} generated records`, { timeout: 3_600_000 }, async () => {
    const circuit = await CircuitUnderTest.load(`test/circuits/instances/${name}.circom`);
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(parametersScenarios(n, channels), async (scenario) => {
        const broken = await expectParametersAgreement(circuit, makeParameters(scenario));
        for (const rule of broken.length === 0 ? ["none"] : broken) seen.set(rule, (seen.get(rule) ?? 0) + 1);
      }),
      { numRuns: RUNS, seed: 0x62617463, endOnFailure: true },
    );
    // The records must have tried both answers, and every rule that a record can break.
    expect(seen.get("none") ?? 0).toBeGreaterThan(RUNS / 10);
    const rules = ["rule", "gap", "range", "record", "window", "thinning", "clock", "source", "device", "opened"];
    for (const rule of rules) expect(seen.get(rule) ?? 0, rule).toBeGreaterThan(RUNS / 100);
  });
});
