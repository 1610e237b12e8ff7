import { describe, expect, it } from "vitest";
import type { ChainClaim } from "../../src/formats/chainPolicy.ts";
import { chainPolicy, policyId } from "../../src/kinds/policyId.ts";
import { discrepancies, isDocumentOf, type Otherwise } from "../../src/review/registered.ts";
import { fixture } from "../policy/support.ts";

const policy = fixture("ari-0001");
const salts = new Map(policy.claims.map(({ id }, i) => [id, BigInt(i + 1)]));
const names = [...new Set(policy.claims.flatMap(({ circuits }) => circuits))];
const circuitId = (name: string): string => `0x${String(names.indexOf(name) + 1).padStart(64, "0")}`;
const circuit = (id: string): string | undefined => names[Number(id) - 1];
const { claims } = chainPolicy(policy, salts, circuitId);
const id = policyId(policy, salts, circuitId);

describe("the document of a registered policy", () => {
  it("is known by the id, without salts", () => {
    expect(isDocumentOf(policy, id, claims)).toBe(true);
  });

  it("is none with another word in it", () => {
    expect(isDocumentOf({ ...policy, document: `${policy.document}.` }, id, claims)).toBe(false);
  });

  it("is none of a policy with other claims", () => {
    expect(isDocumentOf(policy, id, claims.slice(1))).toBe(false);
  });
});

describe("claims of a register beside the policy's document", () => {
  const changes: readonly (readonly [what: Otherwise, change: (claim: ChainClaim) => ChainClaim])[] = [
    ["stage", (claim) => ({ ...claim, stage: claim.stage + 1 })],
    ["class", (claim) => ({ ...claim, class: 3 - claim.class })],
    ["neededFor", (claim) => ({ ...claim, neededFor: 3 - claim.neededFor })],
    ["severity", (claim) => ({ ...claim, severity: 4 - claim.severity === claim.severity ? 1 : 4 - claim.severity })],
    ["circuits", (claim) => ({ ...claim, circuitIds: [...claim.circuitIds, circuitId(names[0] ?? "")] })],
    ["circuits", (claim) => ({ ...claim, circuitIds: claim.circuitIds.map(() => circuitId(names.at(-1) ?? "")) })],
    ["rule", (claim) => ({ ...claim, rule: claim.rule + 1n })],
  ];

  it("are the same as proposed by one who keeps to it", () => {
    expect(discrepancies(policy, claims, { salts, circuit })).toEqual([]);
  });

  // A register believes whoever proposes: a good document's hash may stand beside a loose rule.
  it.each(changes)("V270: that say another %s are named", (what, change) => {
    const changed = claims.map((claim, index) => (index === 0 ? change(claim) : claim));
    expect(discrepancies(policy, changed, { salts, circuit })).toEqual([{ claim: 0, what }]);
  });

  it("V270: of which there are more or fewer are named", () => {
    expect(discrepancies(policy, claims.slice(1))).toEqual([{ claim: claims.length - 1, what: "count" }]);
  });

  it("say nothing of rules without salts, nor of circuits without names", () => {
    const changed = claims.map((claim) => ({
      ...claim,
      rule: 0n,
      circuitIds: claim.circuitIds.map(() => circuitId("?")),
    }));
    expect(discrepancies(policy, changed)).toEqual([]);
  });
});
