import { beforeAll, describe, expect, it } from "vitest";
import { SIGNALS, type Signals } from "../../src/formats/constants.ts";
import { circuitNamed } from "../../src/kinds/circuits.ts";
import type { Statement } from "../../src/kinds/statement.ts";
import { makeProof, type MakeProof } from "../../src/prover/makeProof.ts";
import { prove } from "../../src/prover/prove.ts";
import { ensureArtifacts, type Artifacts } from "../../src/setup/artifacts.ts";
import { refusedAsync } from "../input/refused.ts";
import { temporaryFolder, TINY_INPUT, TINY_SIGNALS } from "../setup/support.ts";

const store = temporaryFolder();
let artifacts: Artifacts;
beforeAll(async () => {
  artifacts = await ensureArtifacts({ name: "tiny", main: "test/setup/circuits/tiny.circom" }, { store });
});

/** A statement that the tiny circuit proves. */
const statement: Statement = {
  kind: "temperature",
  capacity: 1_050n,
  findings: () => [],
  judge: () => ({ problems: [], deviations: [], series: [], remarks: [] }),
  signals: () => Object.fromEntries(SIGNALS.map((name, i) => [name, BigInt(TINY_SIGNALS[i] ?? "")])) as Signals,
  input: () => ({
    product: BigInt(TINY_INPUT.product),
    others: TINY_INPUT.others.map(BigInt),
    x: BigInt(TINY_INPUT.x),
    y: BigInt(TINY_INPUT.y),
  }),
};

function proven(change: Partial<Statement> = {}, make: MakeProof = makeProof): ReturnType<typeof prove> {
  const account = `0x${"11".repeat(20)}`;
  return prove({
    statement: { ...statement, ...change },
    circuit: circuitNamed("temperature-1k"),
    artifacts,
    destination: { chainId: 31_337n, registry: account, submitter: account },
    policyId: `0x${"22".repeat(32)}`,
    claim: 0,
    makeProof: make,
  });
}

// Verifies R-prover-verified.
describe("an envelope", () => {
  it("is that of a proof that verifies, of the library's signals", async () => {
    expect((await proven()).signals).toEqual(TINY_SIGNALS);
  });

  it("is not made of a proof that does not verify", async () => {
    const swapped: MakeProof = async (job) => {
      const { proof, publicSignals } = await makeProof(job);
      return { proof: { ...proof, pi_a: proof.pi_c }, publicSignals };
    };
    expect((await refusedAsync(proven({}, swapped))).code).toBe("proof-invalid");
  });

  it("is not made where the circuit's signals are not the library's", async () => {
    const signals = (context: bigint): Signals => ({ ...statement.signals(context), record: 7n });
    expect((await refusedAsync(proven({ signals }))).code).toBe("artifact-stale");
  });
});

// Verifies R-prover-refuses, F5.
describe("a statement that does not hold", () => {
  it("is refused by its first broken rule, before a proof is begun", async () => {
    const findings = (): ReturnType<Statement["findings"]> => [
      { rule: "range", problem: "a reading is beyond the limit" },
      { rule: "gap", problem: "a gap is too long" },
    ];
    const never: MakeProof = () => Promise.reject(new Error("begun"));
    expect((await refusedAsync(proven({ findings }, never))).code).toBe("range");
  });
});
