import { describe, expect, it } from "vitest";
import type { KeyParty, PartyList } from "../../src/parties/partyList.ts";
import { secretChanges } from "../../src/parties/siteSecrets.ts";

/** A custodian; the comparison reads names, keys and secrets only. */
function site(org: string, key: bigint, secretHash: bigint): KeyParty {
  const validity = { notBefore: "2022-01-01T00:00:00Z", notAfter: "2023-01-01T00:00:00Z" };
  return { name: `${org} ${key}`, role: "custodian", org, key: { x: key, y: key }, secretHash, ...validity };
}

const siteB = site("Site B", 2n, 22n);
const before: PartyList = [site("Site A", 1n, 11n), siteB];

// Verifies R-batch-site-secrets, V21.
describe("site secrets from one list to the next", () => {
  it.each<[string, PartyList, object]>([
    ["nothing", before, {}],
    ["a further custodian under the same secret", [...before, site("Site A", 3n, 11n)], {}],
    ["another secret", [site("Site A", 3n, 33n), siteB], { renewed: ["Site A"] }],
    ["the same key with another secret, renamed", [site("Site C", 1n, 33n), siteB], { renewed: ["Site C"] }],
    ["another name with the same secret", [site("Site C", 3n, 11n), siteB], {}],
    ["an organisation more", [...before, site("Site C", 3n, 33n)], { added: ["Site C"] }],
    ["an organisation less", [siteB], { gone: ["Site A"] }],
    ["one for another", [site("Site C", 3n, 33n), siteB], { added: ["Site C"], gone: ["Site A"] }],
  ])("%s", (_, after, changes) => {
    expect(secretChanges(before, after)).toEqual({ renewed: [], added: [], gone: [], ...changes });
  });

  it("names an organisation once, in whichever Unicode form", () => {
    const [old, now] = [[site("Sit\u00e9", 1n, 11n)], [site("Site\u0301", 2n, 22n), site("Site\u0301", 3n, 22n)]];
    expect(secretChanges(old, now)).toEqual({ renewed: ["Site\u0301"], added: [], gone: [] });
  });
});
