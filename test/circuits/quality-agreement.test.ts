import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CircuitUnderTest } from "../support/circuit.ts";
import { makeQuality } from "../support/quality.ts";
import {
  expectQualityAgreement,
  JUDGED,
  JUDGEMENT_MAIN,
  judgementInput,
  QUALITY_MAIN,
} from "../support/qualityRules.ts";
import { qualityScenarios } from "../support/qualityScenarios.ts";

/** The property that holds TypeScript and circuit together. */

const SEED = 0x62617463;

describe("circuit quality", () => {
  it("check and the circuit agree on 30 generated sets of results", { timeout: 3_600_000 }, async () => {
    const circuit = await CircuitUnderTest.load(QUALITY_MAIN);
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(qualityScenarios(), async (scenario) => {
        const broken = await expectQualityAgreement(circuit, makeQuality(scenario));
        accepted += broken.length === 0 ? 1 : 0;
      }),
      { numRuns: 30, seed: SEED, endOnFailure: true },
    );
    expect(accepted).toBeGreaterThan(3);
    expect(accepted).toBeLessThan(27);
  });
});

describe("template Judgement, a sixth of the circuit", () => {
  it("check and the template agree on 300 generated sets of results", { timeout: 3_600_000 }, async () => {
    const circuit = await CircuitUnderTest.load(JUDGEMENT_MAIN);
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(qualityScenarios(), async (scenario) => {
        const named = await expectQualityAgreement(circuit, makeQuality(scenario), judgementInput);
        expect(named.filter((rule) => !JUDGED.includes(rule))).toEqual([]);
        for (const rule of named.length === 0 ? ["none"] : named) seen.set(rule, (seen.get(rule) ?? 0) + 1);
      }),
      { numRuns: 300, seed: SEED, endOnFailure: true },
    );
    // The sets must have tried both answers, and every rule that a set of results can break.
    expect(seen.get("none") ?? 0).toBeGreaterThan(30);
    for (const rule of JUDGED) expect(seen.get(rule) ?? 0, rule).toBeGreaterThan(5);
  });
});
