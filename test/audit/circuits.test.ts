import { hexlify, id, ZeroHash } from "ethers";
import { expect, it } from "vitest";
import { circuitReports, type CircuitList } from "../../src/audit/circuits.ts";
import { registerFindings } from "../../src/audit/findings.ts";
import { emptyState, type CircuitState, type RegisterState } from "../../src/audit/state.ts";
import { encodeVerifyingKey, type VerifyingKey } from "../../src/setup/verifyingKey.ts";
import { tinyCircuit } from "../contracts/support/eightSignals.ts";
import { simulatedCircuit } from "../support/simulated.ts";

const MOMENT = { block: 1, time: 1, transaction: id("deployed") };
const FORGEABLE = simulatedCircuit("forgeable");
const SOUND = tinyCircuit("temperature");

function stored(key: VerifyingKey, of: Pick<CircuitState, "development" | "transcript">): CircuitState {
  return { kind: 1, tier: 1, ...of, key: hexlify(encodeVerifyingKey(key)), proposed: MOMENT, added: MOMENT };
}

function findings(circuits: RegisterState["circuits"], developmentAllowed = true, list?: CircuitList) {
  const state = {
    ...emptyState(1n, id("registry")),
    circuits,
    ...(developmentAllowed ? { developmentAllowed: MOMENT } : {}),
  };
  const reports = circuitReports(state, list);
  return {
    reports,
    rows: registerFindings(state, reports).map(({ kind, severity, text }) => ({ kind, severity, text })),
  };
}

// Verifies R-audit-development, V64.
it("a register that may take development keys has a row, and a worse one when it has some", () => {
  const ceremony = { [SOUND.circuitId]: stored(SOUND.key, { development: false, transcript: id("transcript") }) };
  expect(findings(ceremony, false)).toMatchObject({
    reports: [{ development: false, transcript: id("transcript"), problem: null }],
    rows: [],
  });
  expect(findings(ceremony).rows).toEqual([
    { kind: "development", severity: 2, text: "development keys are allowed here, whose proofs anybody can forge" },
  ]);
  const both = {
    ...ceremony,
    [FORGEABLE.circuitId]: stored(FORGEABLE.key, { development: true, transcript: ZeroHash }),
  };
  const { reports, rows } = findings(both);
  expect(reports[1]).toMatchObject({ development: true, transcript: null, problem: null });
  expect(rows).toEqual([
    {
      kind: "development",
      severity: 3,
      text: expect.stringMatching(/^development keys: anybody can forge proofs of 1 of 2 circuits \(0x/) as string,
    },
  ]);
});

// Verifies S13, R-audit-development.
it("a development key that the register calls none proves nothing", () => {
  const hidden = { [FORGEABLE.circuitId]: stored(FORGEABLE.key, { development: false, transcript: id("transcript") }) };
  const { reports, rows } = findings(hidden, false);
  expect(reports[0]).toMatchObject({
    development: true,
    problem: expect.stringContaining("development key") as string,
  });
  expect(rows).toMatchObject([{ kind: "circuit", severity: 3 }]);
});
