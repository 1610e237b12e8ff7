import { beforeAll, describe, expect, it } from "vitest";
import { ROWS_PER_CHUNK } from "../../src/formats/constants.ts";
import { itAgrees } from "../support/agreement.ts";
import { CircuitUnderTest } from "../support/circuit.ts";
import { constraintsOf } from "../support/compiled.ts";
import { makeEvidence, steadyRows } from "../support/evidence.ts";
import { expectAgreement } from "../support/rules.ts";
import { agreementRuns } from "../support/runs.ts";

const MAIN = "test/circuits/instances/temperature-420.circom";

// Verifies R-temperature-agreement.
describe("circuit temperature, 420 readings", () => {
  let circuit: CircuitUnderTest;
  beforeAll(async () => {
    circuit = await CircuitUnderTest.load(MAIN);
  });

  it("chains the running time over the chunks", async () => {
    for (const count of [200, 210, 211, 420]) {
      const evidence = makeEvidence({ n: 420, rows: steadyRows(count) });
      expect(await expectAgreement(circuit, evidence)).toEqual([]);
    }
  });

  it("has exactly so many constraints, below 23 for another reading", async () => {
    const one = await constraintsOf("test/circuits/instances/temperature-210.circom");
    expect(circuit.r1cs.constraints.length).toBe(39_570);
    // A chunk's rows, and what grows more slowly: nodes of the series tree and words of flags.
    expect((circuit.r1cs.constraints.length - one) / ROWS_PER_CHUNK).toBeLessThan(23);
  });

  itAgrees(420, agreementRuns(24), 0x62617463);
});
