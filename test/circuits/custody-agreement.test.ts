import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CUSTODY_RULES } from "../../src/kinds/custody/check.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { makeCustody } from "../support/custody.ts";
import { expectAgreement } from "../support/custodyRules.ts";
import { custodyScenarios } from "../support/custodyScenarios.ts";
import { agreementRuns } from "../support/runs.ts";

const RUNS = agreementRuns(60);

// Verifies R-custody-agreement.
describe("circuit custody", () => {
  it(`check and the circuit agree on ${RUNS} generated stages`, { timeout: 3_600_000 }, async () => {
    const circuit = await CircuitUnderTest.load("circuits/main/custody.circom");
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(custodyScenarios(), async (scenario) => {
        const broken = await expectAgreement(circuit, makeCustody(scenario));
        for (const rule of broken.length === 0 ? ["none"] : broken) seen.set(rule, (seen.get(rule) ?? 0) + 1);
      }),
      { numRuns: RUNS, seed: 0x62617464, endOnFailure: true },
    );
    // The stages must have tried both answers, and every rule.
    expect(seen.get("none") ?? 0).toBeGreaterThan(RUNS / 10);
    for (const rule of CUSTODY_RULES) expect(seen.get(rule) ?? 0, rule).toBeGreaterThan(0);
  });
});
