import type { Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveRegister } from "../../bench/registerNode.ts";
import { CIRCUIT_LIST, CLAIMS, simulateRegister, type SimulatedRegister } from "../../bench/simulatedRegister.ts";
import { audit } from "../../src/audit/audit.ts";
import { auditText } from "../../src/audit/table.ts";
import { connectRpc, type Chain } from "../../src/chain/connect.ts";

/** A whole register of simulated batches behind a node, as in `bench/audit.ts` but small. */

const BATCHES = 50;
const BAD = 130;

async function served(register: SimulatedRegister): Promise<{ readonly chain: Chain; readonly server: Server }> {
  const { url, server } = await serveRegister(register);
  return { chain: await connectRpc(url), server };
}

describe("a register of 50 batches with 300 attestations", () => {
  let register: SimulatedRegister;
  let node: Awaited<ReturnType<typeof served>>;
  beforeAll(async () => {
    register = await simulateRegister({ batches: BATCHES });
    node = await served(register);
  });
  afterAll(async () => {
    await node.chain.close();
    node.server.close();
  });

  // Verifies R-audit-proofs, R-audit-certificates.
  it("verifies every proof and every certificate, and shows only what needs eyes", async () => {
    const report = await audit(node.chain.provider, register.addresses.registry, { circuits: CIRCUIT_LIST });
    expect(report).toMatchObject({ proofsVerified: BATCHES * CLAIMS, proofsRefused: 0, total: BATCHES });
    expect(report.reconciliation).toMatchObject({ opened: BATCHES, certified: BATCHES });
    const ofBatches = report.findings.filter(({ kind }) => kind !== "role");
    expect(report.findings).toHaveLength(ofBatches.length + 4);
    expect(ofBatches.map(({ kind, key }) => [kind, key])).toEqual([
      // Its proofs are simulated with the public secrets.
      ["development", null],
      ["exception", report.batches[1]?.key],
      ["exception", report.batches[41]?.key],
      ["repeat", report.batches[41]?.key],
      ["deviation", report.batches[3]?.key],
    ]);
    expect(report.reviewed).toBe(3);
  });
});

describe("a proof that does not verify, although all else fits", () => {
  // Verifies R-audit-proofs.
  it("is found, named in capitals, and its batch is not green", async () => {
    const register = await simulateRegister({ batches: BATCHES, badProof: BAD });
    const { chain, server } = await served(register);
    try {
      const report = await audit(chain.provider, register.addresses.registry, { circuits: CIRCUIT_LIST });
      expect(report).toMatchObject({ proofsVerified: BATCHES * CLAIMS, proofsRefused: 1 });
      const [, worst] = report.findings;
      const batch = report.batches[Math.floor((BAD - 1) / CLAIMS)];
      const claim = (BAD - 1) % CLAIMS;
      expect(worst).toMatchObject({ kind: "proof", severity: 3, standing: true, key: batch?.key });
      expect(worst?.text).toBe(`claim ${claim} does NOT verify (proof-invalid)`);
      expect(batch?.colour).toBe("unknown");
      expect(batch?.proven).not.toContain(claim);
      expect(batch?.proven).toHaveLength(CLAIMS - 1);
      expect(auditText(report)).toContain("299 verified again from the events, 1 do NOT verify");
    } finally {
      await chain.close();
      server.close();
    }
  });
});
