import { id } from "ethers";
import { describe, expect, it } from "vitest";
import type { CircuitReport } from "../../src/audit/circuits.ts";
import type { AuditReport, BatchReport } from "../../src/audit/report.ts";
import { disclosedIn } from "../../src/packet/attested.ts";
import { keyOf } from "../desk/support/deskReport.ts";
import { disclosedReport } from "../desk/support/deskViews.ts";
import { refused } from "../input/refused.ts";

/** What a report says of the attestation that a disclosure belongs to decides what the disclosure is worth. */

const { report, disclosures } = disclosedReport();
const VALUE: unknown = JSON.parse(disclosures[0]?.text ?? "");
const CIRCUIT: CircuitReport = {
  ...{ circuitId: id("circuit"), kind: "temperature", tier: 1024, known: "temperature-1k", development: false },
  ...{ transcript: null, unsound: false, frozenFrom: null, problem: null, attestations: 1 },
};

function under(
  circuit: Partial<CircuitReport>,
  change: (batch: BatchReport) => Partial<BatchReport> = () => ({}),
): AuditReport {
  const batches = report.batches.map((batch) => (batch.key === keyOf(2) ? { ...batch, ...change(batch) } : batch));
  return { ...report, circuits: [{ ...CIRCUIT, ...circuit }], batches };
}

// Verifies R-disclosure-register, V227, V228.
describe("what a disclosure in a report rests on", () => {
  it("V228: is said, where nobody should rely on its attestation", () => {
    const doubts = (read: AuditReport): readonly string[] => disclosedIn(read, VALUE, "d.json").doubts;
    expect(doubts(under({}))).toEqual([]);
    expect(doubts(under({ known: null }))).toEqual([`What circuit ${id("circuit")} proves is not known here.`]);
    expect(doubts(under({ circuitId: id("other") }))).toEqual([
      `What circuit ${id("circuit")} proves is not known here.`,
    ]);
    expect(doubts(under({ unsound: true }))).toEqual([
      `Circuit ${id("circuit")} was frozen as unsound: its proofs prove nothing.`,
    ]);
    expect(doubts(under({}, () => ({ refused: [0] })))).toEqual([
      "The claim is refused: missing until it is attested or amended anew.",
    ]);
  });

  it("V227: is nothing under a circuit that proves nothing, or another kind, nor under a proof that does not verify", () => {
    const code = (read: AuditReport): string | undefined => refused(() => disclosedIn(read, VALUE, "d.json")).code;
    expect(code(under({ problem: "The register takes temperature-1k for one of custody." }))).toBe(
      "disclosure-circuit",
    );
    expect(code(under({ kind: "custody" }))).toBe("disclosure-circuit");
    const failed = ({ attestations }: BatchReport): Partial<BatchReport> => ({
      attestations: attestations.map((each) => ({ ...each, verified: false })),
    });
    expect(code(under({}, failed))).toBe("disclosure-unproven");
    expect(code(under({}, () => ({ attestations: [], settled: [0] })))).toBe("disclosure-unproven");
  });
});
