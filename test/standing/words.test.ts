import { beforeAll, describe, expect, it } from "vitest";
import { toBeHex } from "ethers";
import { readPolicy } from "../../src/kinds/policy.ts";
import { documentHash, type Policy } from "../../src/policy/document.ts";
import { showPolicy } from "../../src/review/show.ts";
import type { Standing } from "../../src/standing/standing.ts";
import { verifyStanding } from "../../src/standing/verification.ts";
import { policyWords, standingWords } from "../../src/standing/words.ts";
import { AT, RELEASED } from "./standings.ts";

let policy: Policy;
let standing: Standing;
beforeAll(async () => {
  policy = await readPolicy("fixtures/policies/fridge-2-8.json");
  const { product, version, stages, claims } = policy;
  const [proven] = RELEASED.claims;
  standing = {
    ...RELEASED,
    policy: { policyId: toBeHex(1n, 32), product, version, document: documentHash(policy) },
    stages: stages.map(() => ({ head: toBeHex(9n, 32), ready: true, asserted: true, confirmed: null })),
    claims: claims.map(({ stage, kind, class: name, neededFor }, index) => ({
      ...{ index, stage, kind, class: name, neededFor, state: "proven", rule: toBeHex(3n, 32) },
      proof: proven?.proof ?? null,
    })),
  };
});

// Verifies V249.
describe("a node whose latest block is old", () => {
  const codesAt = (chainId: string, now: number): string[] =>
    verifyStanding({ ...standing, chainId }, now).notes.map(({ code }) => code);

  it("V249: is named beside the answer from an hour on, and turns none", () => {
    expect([codesAt("1", AT + 3600), codesAt("1", AT + 3601)]).toEqual([[], ["block-old"]]);
    expect(verifyStanding({ ...standing, chainId: "1" }, AT + 86_400).light).toBe("green");
  });

  it("V249: is nothing to speak of on a local chain, which travels in time", () => {
    expect(codesAt("31337", AT + 86_400)).toEqual([]);
  });
});

// Verifies R-standing-words.
describe("a standing in words", () => {
  it("says what was proven in the policy's words, which are those of `policy show`", () => {
    const words = policyWords(standing, policy);
    const shown = showPolicy(policy);
    expect(words?.claims).toHaveLength(policy.claims.length);
    for (const { words: lines } of words?.claims ?? []) {
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(shown).toContain(line);
    }
    const { says, unsaid } = standingWords(standing, words);
    const [claim] = policy.claims;
    const since = "proven since 2026-02-20T12:00:00Z by custody-v1";
    expect(says).toContainEqual(expect.stringContaining(`Claim 0 (${claim?.id ?? ""}; `));
    expect(says).toContainEqual(expect.stringContaining(since));
    expect(says).toContainEqual(expect.stringContaining("it declares clock"));
    expect(says).toContainEqual(expect.stringContaining("set by its owner's word alone"));
    expect(unsaid.at(-1)).toContain("whoever has its salts compares them");
  });

  it("says without a policy that the limits are not known, and what people settled", () => {
    const { says, unsaid } = standingWords(RELEASED, undefined);
    expect(says).toContainEqual(expect.stringMatching(/^Claim 1 .*: not proven: people accepted/));
    expect(says).toContainEqual(expect.stringMatching(/^Claim 2 .*: missing/));
    expect(says).toContain("End of stage 0: on the register; confirmed by a QP");
    expect(unsaid).toContain("That what people settled keeps to its limits.");
    expect(unsaid.at(-1)).toContain("only the hash of the policy's document");
  });

  it("shows nothing that acts of a product's name", () => {
    const product = "A\u202eB";
    const [head] = standingWords({ ...RELEASED, policy: { ...RELEASED.policy, product } }, undefined).says;
    expect(head).toContain('"A\\u202eB"');
  });

  it.each<[string, (before: Standing) => Partial<Standing>]>([
    ["another document", (before) => ({ policy: { ...before.policy, document: toBeHex(8n, 32) } })],
    ["another product", (before) => ({ policy: { ...before.policy, product: "OTHER" } })],
    ["another version", (before) => ({ policy: { ...before.policy, version: 99 } })],
    ["a claim more", (before) => ({ claims: [...before.claims, ...before.claims] })],
    ["a claim of another class", ({ claims }) => ({ claims: claims.map((each) => ({ ...each, class: "custody" })) })],
    ["a claim of another kind", ({ claims }) => ({ claims: claims.map((each) => ({ ...each, kind: "quality" })) })],
    ["a claim for another end", ({ claims }) => ({ claims: claims.map((each) => ({ ...each, neededFor: null })) })],
    ["a claim of another stage", ({ claims }) => ({ claims: claims.map((each) => ({ ...each, stage: 7 })) })],
  ])("is red with a policy where the register has %s", (_, change) => {
    expect(verifyStanding(standing, AT, { policy })).toMatchObject({ light: "green", reasons: [] });
    const { light, reasons, policy: words } = verifyStanding({ ...standing, ...change(standing) }, AT, { policy });
    expect([light, words, reasons.map(({ code }) => code)]).toEqual(["red", null, ["standing-policy"]]);
  });
});
