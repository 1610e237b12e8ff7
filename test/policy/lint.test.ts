import { describe, expect, it } from "vitest";
import { CIRCUITS } from "../../src/circuits.ts";
import { lintPolicy, type Finding, type LintCode, LINT_CODES } from "../../src/policy/lint.ts";
import type { Policy, PolicyClaim, TemperatureLimits } from "../../src/policy/policy.ts";
import { fixture, FIXTURES, onlyClaim, withClaims, withLimits } from "./support.ts";

const claim = onlyClaim();

/** The findings of one check. */
function found(policy: Policy, code: LintCode, circuits?: Parameters<typeof lintPolicy>[1]): Finding[] {
  return lintPolicy(policy, circuits).filter((finding) => finding.code === code);
}

function claimWith(change: Partial<PolicyClaim>, limits: Partial<TemperatureLimits> = {}): PolicyClaim {
  return { ...claim, ...change, rule: { ...claim.rule, ...limits } };
}

interface Case {
  readonly what: string;
  readonly code: LintCode;
  readonly severity: Finding["severity"];
  readonly good: Policy;
  readonly bad: Policy;
  readonly pointer: string;
}

const twoStages: Policy = { ...fixture(), stages: ["cold-storage", "transport"] };
const transport = claimWith({ id: "transport/temperature", stage: 1 });

/** Every finding on both sides: `good` is as near to `bad` as the check allows. */
const CASES: readonly Case[] = [
  {
    what: "a range upside down",
    code: "range",
    severity: "error",
    good: withLimits({ range: ["7.9", "8.0"] }),
    bad: withLimits({ range: ["8.0", "8.0"] }),
    pointer: "/claims/0/rule/range",
  },
  {
    what: "colder than absolute zero",
    code: "physical-range",
    severity: "error",
    good: withLimits({ range: ["-273.1", "8.0"] }),
    bad: withLimits({ range: ["-273.2", "8.0"] }),
    pointer: "/claims/0/rule/range",
  },
  {
    what: "hotter than any process",
    code: "physical-range",
    severity: "error",
    good: withLimits({ range: ["2.0", "500.0"] }),
    bad: withLimits({ range: ["2.0", "500.1"] }),
    pointer: "/claims/0/rule/range",
  },
  {
    what: "a limit between two steps of the sensor",
    code: "grid",
    severity: "error",
    good: withLimits({ resolution: "0.05", range: ["2.0", "8.05"] }),
    bad: withLimits({ resolution: "0.1", range: ["2.0", "8.05"] }),
    pointer: "/claims/0/rule/range",
  },
  {
    what: "a gap too short to be coded",
    code: "gap",
    severity: "error",
    good: withLimits({ gap: 127, lead: 0, tail: 0 }),
    bad: withLimits({ gap: 126, lead: 0, tail: 0 }),
    pointer: "/claims/0/rule/gap",
  },
  {
    what: "a gap that no tick divides",
    code: "gap",
    severity: "error",
    good: withLimits({ gap: 903 }),
    bad: withLimits({ gap: 902 }),
    pointer: "/claims/0/rule/gap",
  },
  {
    what: "a lead longer than the gap",
    code: "lead",
    severity: "warning",
    good: withLimits({ lead: 900 }),
    bad: withLimits({ lead: 901 }),
    pointer: "/claims/0/rule/lead",
  },
  {
    what: "a tail longer than the gap",
    code: "tail",
    severity: "warning",
    good: withLimits({ tail: 900 }),
    bad: withLimits({ tail: 901 }),
    pointer: "/claims/0/rule/tail",
  },
  {
    what: "a clock tolerance that hides a time zone",
    code: "clock-tolerance",
    severity: "warning",
    good: withLimits({ clockTolerance: 3599 }),
    bad: withLimits({ clockTolerance: 3600 }),
    pointer: "/claims/0/rule/clockTolerance",
  },
  {
    what: "a stage that does not exist",
    code: "stage",
    severity: "error",
    good: fixture(),
    bad: withClaims(claimWith({ stage: 1 })),
    pointer: "/claims/0/stage",
  },
  {
    what: "two stages of one name",
    code: "stage-name",
    severity: "error",
    good: twoStages,
    bad: { ...twoStages, stages: ["cold-storage", "cold-storage"] },
    pointer: "/stages/1",
  },
  {
    what: "a stage about which nothing is proven",
    code: "stage-empty",
    severity: "warning",
    good: { ...twoStages, claims: [claim, transport] },
    bad: twoStages,
    pointer: "/stages/1",
  },
  {
    what: "a claim named after another stage",
    code: "claim-id",
    severity: "error",
    good: { ...twoStages, claims: [claim, transport] },
    bad: { ...twoStages, claims: [claim, { ...transport, id: "cold-storage/primary" }] },
    pointer: "/claims/1/id",
  },
  {
    what: "a claim named after a stage whose name only begins alike",
    code: "claim-id",
    severity: "error",
    good: fixture(),
    bad: withClaims(claimWith({ id: "cold-storages/temperature" })),
    pointer: "/claims/0/id",
  },
  {
    what: "two claims of one name",
    code: "claim-id",
    severity: "error",
    good: withClaims(claim, claimWith({ id: "cold-storage/second" })),
    bad: withClaims(claim, claimWith({})),
    pointer: "/claims/1/id",
  },
  {
    what: "two claims that one series of readings proves",
    code: "same-limits",
    severity: "warning",
    good: withClaims(claim, claimWith({ id: "cold-storage/second" }, { range: ["2.0", "8.1"] })),
    bad: withClaims(claim, claimWith({ id: "cold-storage/second" }, { independent: false })),
    pointer: "/claims/1/rule",
  },
  {
    what: "equal limits on two stages",
    code: "same-limits",
    severity: "warning",
    good: { ...twoStages, claims: [claim, transport] },
    bad: withClaims(claim, claimWith({ id: "cold-storage/second" })),
    pointer: "/claims/1/rule",
  },
  {
    what: "equal limits signed by another organisation",
    code: "same-limits",
    severity: "warning",
    good: withClaims(claim, claimWith({ id: "cold-storage/second" }, { independent: true })),
    bad: withClaims(claim, claimWith({ id: "cold-storage/second" })),
    pointer: "/claims/1/rule",
  },
  {
    what: "an unknown circuit",
    code: "circuit",
    severity: "error",
    good: fixture(),
    bad: withClaims(claimWith({ circuits: ["temperature-2k", "temperature-9k"] })),
    pointer: "/claims/0/circuits/1",
  },
  {
    what: "a circuit named twice",
    code: "circuit",
    severity: "error",
    good: fixture(),
    bad: withClaims(claimWith({ circuits: ["temperature-2k", "temperature-2k"] })),
    pointer: "/claims/0/circuits/1",
  },
  {
    what: "class custody on a temperature claim",
    code: "class",
    severity: "error",
    good: withClaims(claimWith({ class: "process" })),
    bad: withClaims(claimWith({ class: "custody" })),
    pointer: "/claims/0/class",
  },
  {
    what: "nothing needed for release",
    code: "needed-for",
    severity: "error",
    good: withClaims(claim, claimWith({ id: "cold-storage/late", neededFor: "completion" })),
    bad: withClaims(claimWith({ neededFor: "completion" })),
    pointer: "/claims",
  },
  {
    what: "release due after completion",
    code: "max-due",
    severity: "error",
    good: { ...fixture(), maxDue: [3600, 3600] },
    bad: { ...fixture(), maxDue: [3601, 3600] },
    pointer: "/maxDue",
  },
];

describe("lintPolicy", () => {
  it.each(CASES)(
    "finds $what ($severity $code) and accepts its neighbour",
    ({ code, severity, good, bad, pointer }) => {
      expect(found(good, code)).toEqual([]);
      const findings = found(bad, code);
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ severity, pointer });
      expect(findings[0]?.message).toMatch(/\.$/);
      expect(findings[0]?.remedy).toMatch(/\.$/);
    },
  );

  it("has a case for every check but custody, which is always said", () => {
    const tested = new Set<LintCode>(CASES.map(({ code }) => code));
    expect(LINT_CODES.filter((code) => !tested.has(code))).toEqual(["custody"]);
  });

  it("refuses a circuit of another kind and names it", () => {
    const circuits = [...CIRCUITS, { name: "parameters-1k", kind: "parameters" as const }];
    const [finding] = found(withClaims(claimWith({ circuits: ["parameters-1k"] })), "circuit", circuits);
    expect(finding?.message).toContain('claims of kind "parameters"');
    expect(finding?.remedy).toContain("temperature-2k");
  });

  it("lists errors before warnings and finds everything at once", () => {
    const findings = lintPolicy(withLimits({ range: ["8.0", "2.0"], gap: 902, lead: 5000 }));
    expect(findings.map(({ code }) => code)).toEqual(["range", "gap", "lead", "custody"]);
    expect(findings.map(({ severity }) => severity)).toEqual(["error", "error", "warning", "warning"]);
  });

  it.each(FIXTURES)("finds nothing in %s but that custody is not proven", (name) => {
    const findings = lintPolicy(fixture(name));
    expect(findings.map(({ severity, code }) => [severity, code])).toEqual([["warning", "custody"]]);
  });
});
