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
import { agreementRuns } from "../support/runs.ts";

/** The property that holds TypeScript and circuit together. */

const SEED = 0x62617463;
const WHOLE = agreementRuns(15);
const JUDGEMENTS = agreementRuns(60);

// Verifies R-quality-agreement.
describe("circuit quality", () => {
  it(`check and the circuit agree on ${WHOLE} generated sets of results`, { timeout: 3_600_000 }, async () => {
    const circuit = await CircuitUnderTest.load(QUALITY_MAIN);
    let accepted = 0;
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(qualityScenarios(), async (scenario) => {
        const broken = await expectQualityAgreement(circuit, makeQuality(scenario));
        accepted += broken.length === 0 ? 1 : 0;
        broken.forEach((rule) => seen.add(rule));
      }),
      { numRuns: WHOLE, seed: SEED, endOnFailure: true },
    );
    expect(accepted).toBeGreaterThan(WHOLE / 10);
    expect(accepted).toBeLessThan((WHOLE * 9) / 10);
    expect(seen).toContain("opened");
  });
});

// Verifies R-quality-agreement.
describe("template Judgement, a sixth of the circuit", () => {
  it(`check and the template agree on ${JUDGEMENTS} generated sets of results`, { timeout: 3_600_000 }, async () => {
    const circuit = await CircuitUnderTest.load(JUDGEMENT_MAIN);
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(qualityScenarios(), async (scenario) => {
        // What the template does not judge is kept.
        const kept = { ...scenario, opened: 0n, rule: { ...scenario.rule, openedWithin: 0n } };
        const named = await expectQualityAgreement(circuit, makeQuality(kept), judgementInput);
        expect(named.filter((rule) => !JUDGED.includes(rule))).toEqual([]);
        for (const rule of named.length === 0 ? ["none"] : named) seen.set(rule, (seen.get(rule) ?? 0) + 1);
      }),
      { numRuns: JUDGEMENTS, seed: SEED, endOnFailure: true },
    );
    // The sets must have tried both answers, and every rule that a set of results can break.
    expect(seen.get("none") ?? 0).toBeGreaterThan(JUDGEMENTS / 10);
    for (const rule of JUDGED) expect(seen.get(rule) ?? 0, rule).toBeGreaterThan(JUDGEMENTS / 100);
  });
});
