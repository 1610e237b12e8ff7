import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diffPolicies, showDiff, type PolicyDiff } from "../../src/review/diff.ts";
import type { Policy } from "../../src/policy/document.ts";
import { batchproof, batchproofJson } from "../cli/support.ts";
import { channelPolicy, claimOfKind, FIXTURES, fixture, fixturePath, PROCESSES, withRule } from "../policy/support.ts";

type Json = { [key: string]: Json } | Json[] | string | number | boolean | undefined;

const POLICIES = {
  ...Object.fromEntries([...FIXTURES, ...PROCESSES].map((name) => [name, fixture(name)])),
  "of one channel": channelPolicy({ bucket: 300, devices: 2, slot: 1 }, { devices: 2, slot: 2, independent: true }),
};

/** A policy, or a fixture by its name, with one value changed. `path`: keys from the top. */
function changed(
  before: Policy | Parameters<typeof fixture>[0],
  path: readonly (string | number)[],
  value: Json,
): Policy {
  const policy = structuredClone(typeof before === "string" ? fixture(before) : before) as unknown as Json;
  const parent = path.slice(0, -1).reduce<Json>((node, key) => (node as Record<string, Json>)[key], policy);
  (parent as Record<string, Json>)[path.at(-1) ?? ""] = value;
  return JSON.parse(JSON.stringify(policy)) as Policy;
}

/** What changed in which direction, by name. */
function names(diff: PolicyDiff): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(diff).map(([direction, changes]) => [
      direction,
      (changes as { what: string }[]).map(({ what }) => what),
    ]),
  );
}

const only = (direction: keyof PolicyDiff, ...what: string[]): Record<string, string[]> => ({
  loosened: [],
  tightened: [],
  other: [],
  [direction]: what,
});

/** Each limit, a looser value of it, and its name in words; the way back tightens. */
const COLD = "usp-controlled-cold";
const LOOSER: readonly [Parameters<typeof fixture>[0], path: string, value: Json, what: string][] = [
  ["fridge-2-8", "maxDue/0", 9e8, "latest release after opening"],
  ["fridge-2-8", "maxDue/1", 9e8, "latest completion after opening"],
  ["fridge-2-8", "claims/0/rule/range/0", "-9.0", "lowest reading"],
  ["fridge-2-8", "claims/0/rule/range/1", "9.0", "highest reading"],
  ["fridge-2-8", "claims/0/rule/resolution", "0.9", "sensor's steps"],
  ["fridge-2-8", "claims/0/rule/gap", 90_000, "gap between readings"],
  ["fridge-2-8", "claims/0/rule/lead", 90_000, "time without reading at the stage's start"],
  ["fridge-2-8", "claims/0/rule/tail", 90_000, "time without reading at the stage's end"],
  ["fridge-2-8", "claims/0/rule/clockTolerance", 90_000, "clock error"],
  ["fridge-2-8", "claims/0/rule/bucket", 60, "thinning"],
  ["fridge-2-8", "claims/0/neededFor", "completion", "needed for"],
  [COLD, "claims/0/rule/normal/0", "-1.0", "lowest end of the normal band"],
  [COLD, "claims/0/rule/normal/1", "11.0", "highest end of the normal band"],
  [COLD, "claims/0/rule/cumulative/above", 9e6, "total time above the normal band"],
  [COLD, "claims/0/rule/single", 9e6, "longest excursion"],
  [COLD, "claims/0/rule/single", undefined, "longest excursion"],
  [COLD, "claims/0/rule/mkt/limit", "12", "mean kinetic temperature"],
  [COLD, "claims/0/rule/mkt/dH", "40", "heat of activation of that mean"],
  [COLD, "claims/0/rule/mkt/span", 9e8, "longest stage of that mean"],
  ["cd20-prodigy", "claims/0/rule/hold", undefined, "hold until the next stage"],
  ["cd20-prodigy", "claims/0/rule/duration/min", 1, "shortest stage"],
  ["cd20-prodigy", "claims/0/rule/duration/max", undefined, "longest stage"],
  ["cd20-prodigy", "claims/1/rule/boundary", "internal", "who signs the stage's end"],
  ["cd20-prodigy", "claims/2/severity", 1, "severity of a breach"],
  ["cd20-prodigy", "claims/2/class", "process", "class"],
  ["cd20-prodigy", "claims/2/rule/resultWithin", 9e8, "report of the laboratory after the stage's end"],
  ["cd20-prodigy", "claims/2/rule/pharmacopoeia", true, "rounding as the pharmacopoeia does"],
  ["cd20-prodigy", "claims/2/rule/analytes/0/atLeast", "79.9", 'lower limit of "cd3_viability" in "%"'],
  ["cd20-prodigy", "claims/2/rule/analytes/0/atLeast", undefined, 'lower limit of "cd3_viability" in "%"'],
  ["cd20-prodigy", "claims/2/rule/analytes/3/below", "5.1", 'upper limit of "endotoxin" in "[EU]/mL"'],
  ["cd20-prodigy", "claims/2/rule/analytes/1/orBefore", true, '"cd3_pct" or "cd3_viability"'],
  [
    "cd20-prodigy",
    "claims/2/rule/products/0/atMost",
    "1.3",
    'upper limit of "dose, upper limit" = "dose" / "cohort_dose"',
  ],
];

// Verifies R-policy-diff.
describe("a difference between policies", () => {
  it.each(LOOSER)("%s %s -> %s loosens one limit, and back tightens it", (name, path, value, what) => {
    const [before, after] = [fixture(name), changed(name, path.split("/"), value)];
    expect(names(diffPolicies(before, after))).toEqual(only("loosened", what));
    expect(names(diffPolicies(after, before))).toEqual(only("tightened", what));
  });

  it("takes a bound of the opening for tighter, at every kind, and the shorter the tighter", () => {
    const of = (openedWithin: number): Policy =>
      changed("cd20-prodigy", ["claims", 0, "rule", "openedWithin"], openedWithin);
    const what = "opening after the stage's start";
    expect(names(diffPolicies(fixture("cd20-prodigy"), of(3600)))).toEqual(only("tightened", what));
    expect(names(diffPolicies(of(3600), of(0)))).toEqual(only("tightened", what));
    expect(names(diffPolicies(of(0), fixture("cd20-prodigy")))).toEqual(only("loosened", what));
  });

  // Verifies R-policy-confirmed, V147.
  it("V147: takes each stage that a QP confirms for tighter", () => {
    const confirmed = { ...fixture(), confirmedByQp: ["cold-storage"] };
    expect(names(diffPolicies(fixture(), confirmed))).toEqual(only("tightened", "stage cold-storage"));
    expect(names(diffPolicies(confirmed, fixture()))).toEqual(only("loosened", "stage cold-storage"));
  });

  // Verifies R-policy-profiles.
  it("takes each accepted profile for looser, and names it by its hash", () => {
    const of = (...names: string[]): Policy => ({
      ...fixture(),
      profiles: names.map((name, i) => ({ name, hash: `0x00${(i + 1).toString().repeat(62)}` })),
    });
    const second = `profile 0x00${"2".repeat(62)}`;
    expect(names(diffPolicies(of("a"), of("a", "b")))).toEqual(only("loosened", second));
    expect(names(diffPolicies(of("a", "b"), of("a")))).toEqual(only("tightened", second));
    expect(names(diffPolicies(of("a"), of("c")))).toEqual(only("other", `profile 0x00${"1".repeat(62)}`));
    expect(names(diffPolicies(fixture(), of("a"))).tightened).toEqual([
      "the long form of historians, as the only profile",
    ]);
  });

  it("takes a strict limit for tighter than the same number permitted", () => {
    const after = changed("cd20-prodigy", ["claims", 2, "rule", "analytes", 0], {
      analyte: "cd3_viability",
      unit: "%",
      decimals: 1,
      above: "80",
    });
    expect(names(diffPolicies(fixture("cd20-prodigy"), after))).toEqual(
      only("tightened", 'lower limit of "cd3_viability" in "%"'),
    );
  });

  // Verifies F43.
  it("takes fewer decimals, where numbers are rounded to them, for looser at a permitted limit, for tighter at a strict one", () => {
    const TESTS = "release-testing/release-tests";
    const withDecimals = (policy: Policy, at: number): Policy => {
      const { analytes } = claimOfKind(policy, TESTS, "quality").rule;
      const changes = analytes.map((spec, index) => (index === at ? { ...spec, decimals: 0 } : spec));
      return withRule(policy, TESTS, "quality", { analytes: changes });
    };
    const rounded = withRule(fixture("cd20-prodigy"), TESTS, "quality", { pharmacopoeia: true });
    const with0 = (index: number): Policy => withDecimals(rounded, index);
    const [permitted, strict] = ['decimals of "cd3_viability"', 'decimals of "endotoxin"'];
    expect(names(diffPolicies(rounded, with0(0)))).toEqual(only("loosened", permitted));
    expect(names(diffPolicies(with0(0), rounded))).toEqual(only("tightened", permitted));
    expect(names(diffPolicies(rounded, with0(3)))).toEqual(only("tightened", strict));
    expect(names(diffPolicies(with0(3), rounded))).toEqual(only("loosened", strict));
    const between = withRule(rounded, TESTS, "quality", {
      analytes: [{ analyte: "x", unit: "%", decimals: 1, above: "5", atMost: "7" }],
      products: undefined,
    });
    expect(names(diffPolicies(between, withDecimals(between, 0)))).toEqual({
      ...only("loosened", 'decimals of "x"'),
      tightened: ['decimals of "x" for its strict limit'],
    });
    const unrounded = withDecimals(fixture("cd20-prodigy"), 0);
    expect(names(diffPolicies(fixture("cd20-prodigy"), unrounded))).toEqual(only("other", permitted));
  });

  it("lists a limit in another unit as one less and one more", () => {
    const { loosened, tightened } = names(
      diffPolicies(fixture("cd20-prodigy"), changed("cd20-prodigy", ["claims", 2, "rule", "analytes", 0, "unit"], "1")),
    );
    expect(loosened).toContain('lower limit of "cd3_viability" in "%"');
    expect(tightened).toContain('lower limit of "cd3_viability"');
  });

  it("takes a word that newly passes for looser, and one that passes no more for tighter", () => {
    const path = ["claims", 3, "rule", "analytes", 0, "permitted"];
    const after = changed("cd20-prodigy", path, ["positive"]);
    expect(names(diffPolicies(fixture("cd20-prodigy"), after))).toEqual({
      loosened: ['"sterility" is "positive"'],
      tightened: ['"sterility" is "negative"'],
      other: ['permitted words for "sterility"'],
    });
  });

  it("names claims that are gone or new, and those of another kind", () => {
    const policy = fixture("cd20-prodigy");
    const fewer = { ...policy, claims: policy.claims.slice(0, -1) };
    const last = policy.claims.at(-1);
    expect(diffPolicies(policy, fewer).loosened).toEqual([
      { claim: last?.id, what: `the whole claim (${last?.kind ?? ""})`, before: "claimed", after: null },
    ]);
    expect(names(diffPolicies(fewer, policy)).tightened).toEqual([`the whole claim (${last?.kind ?? ""})`]);
    const kind = changed("cd20-prodigy", ["claims", 0, "kind"], "quality");
    const rule = policy.claims.at(2)?.rule as unknown as Json;
    const other = changed("cd20-prodigy", ["claims", 0], {
      ...(kind.claims[0] as unknown as Record<string, Json>),
      rule,
    });
    expect(names(diffPolicies(policy, other))).toMatchObject({
      loosened: ["the whole claim (custody)"],
      tightened: ["the whole claim (quality)"],
    });
  });

  it("takes longer buckets, fewer devices and any device for looser, and another slot for neither", () => {
    const diff = (before: object, after: object): Record<string, string[]> =>
      names(diffPolicies(channelPolicy(before), channelPolicy(after)));
    expect(diff({ bucket: 60 }, { bucket: 61 })).toEqual(only("loosened", "thinning"));
    expect(diff({ bucket: 60 }, {})).toEqual(only("tightened", "thinning"));
    const [one, two] = [
      { devices: 2, slot: 1 },
      { devices: 2, slot: 2 },
    ];
    expect(diff(one, two)).toEqual(only("other", "slot of the device that is judged"));
    expect(diff(two, { slot: 1 })).toMatchObject({ loosened: ["devices of the stage"], tightened: [] });
    expect(diff(two, { devices: 2 })).toMatchObject({ loosened: ["device that is judged"], tightened: [] });
    expect(diff({}, { devices: 2 })).toMatchObject({
      loosened: ["device that is judged"],
      tightened: ["devices of the stage"],
    });
    expect(diff({}, { devices: 1, slot: 1 })).toEqual(only("other"));
  });

  it("compares a channel claim by what it measures", () => {
    const pressure = { channel: 7, unit: "kPa" };
    const { loosened, tightened, other } = names(diffPolicies(channelPolicy({}), channelPolicy(pressure)));
    expect(loosened).toEqual(
      expect.arrayContaining(["lowest reading of Temperature", "highest reading of Temperature"]),
    );
    expect(tightened).toEqual(expect.arrayContaining(["lowest reading of Pressure", "highest reading of Pressure"]));
    expect(other).toEqual(["channel"]);
    const higher = diffPolicies(channelPolicy({}), channelPolicy({ range: ["2.0", "8.1"] }));
    expect(names(higher)).toEqual(only("loosened", "highest reading of Temperature"));
  });

  it("compares channels by what they measure", () => {
    const policy = fixture("ari-0001");
    const index = policy.claims.findIndex(({ kind }) => kind === "parameters");
    const path = ["claims", index, "rule", "channels", 0, "range", 1];
    const { loosened } = names(diffPolicies(policy, changed("ari-0001", path, "999")));
    expect(loosened).toHaveLength(1);
    expect(loosened?.[0]).toMatch(/^highest reading of /);
  });
});

/** Every value in a JSON document with its path. */
function leaves(node: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof node !== "object") return [path];
  return Object.entries(node).flatMap(([key, child]) =>
    leaves(child, [...path, Array.isArray(node) ? Number(key) : key]),
  );
}

/** Another value of the same form. */
function another(value: Json): Json {
  if (typeof value === "object") return undefined;
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  const text = String(value);
  if (/^-?\d/.test(text)) return `${text}${text.includes(".") ? "" : "."}1`;
  const words: Record<string, string> = {
    specification: "process",
    process: "specification",
    custody: "process",
    release: "completion",
    completion: "release",
  };
  return words[text] ?? `${text}x`;
}

// Verifies R-policy-diff.
describe("nothing escapes", () => {
  it.each(Object.entries(POLICIES))("every single value of %s, changed, is a difference", (_, policy) => {
    const json = policy as unknown as Json;
    for (const path of leaves(json)) {
      const value = path.reduce<Json>((node, key) => (node as Record<string, Json>)[key], json);
      // A kind, a channel and a channel's unit have one wording each: those of another are another rule.
      const field = String(path.at(-1));
      if (["kind", "channel"].includes(field) || (field === "unit" && !path.includes("analytes"))) continue;
      const changes = Object.values(diffPolicies(policy, changed(policy, path, another(value)))).flat();
      expect(changes, path.join("/")).not.toEqual([]);
    }
  });

  it.each(Object.entries(POLICIES))("and %s does not differ from itself", (_, policy) => {
    expect(names(diffPolicies(policy, policy))).toEqual(only("other"));
    expect(showDiff(diffPolicies(policy, policy))).toBe("The policies say the same.\n");
  });
});

describe("batchproof policy diff", () => {
  const before = fixturePath("fridge-2-8");
  const write = (policy: Policy): string => {
    const file = join(mkdtempSync(join(tmpdir(), "diff-")), "policy.json");
    writeFileSync(file, JSON.stringify(policy));
    return file;
  };

  it("says what was loosened first, and fails on it if asked to", async () => {
    const policy = changed("fridge-2-8", ["claims", 0, "rule", "range", 1], "8.5");
    const after = write({ ...policy, version: 2, maxDue: [1, policy.maxDue[1]] });
    const { code, stdout } = await batchproof(["policy", "diff", before, after]);
    expect(code).toBe(0);
    const claim = fixture("fridge-2-8").claims[0]?.id ?? "";
    expect(stdout).toContain(`Loosened (1)\n  ${claim}: highest reading: 8.0 °C -> 8.5 °C\n\nTightened (1)\n`);
    expect(stdout.indexOf("Tightened")).toBeLessThan(stdout.indexOf("Other changes (1)\n  policy: version: 1 -> 2"));
    expect((await batchproof(["policy", "diff", before, after, "--fail-on-loosened"])).code).toBe(1);
    expect((await batchproof(["policy", "diff", after, before, "--fail-on-loosened"])).code).toBe(1);
    expect((await batchproof(["policy", "diff", before, before, "--fail-on-loosened"])).code).toBe(0);
    const { json } = await batchproofJson(["policy", "diff", before, after]);
    expect(json).toMatchObject({ loosened: [{ claim, what: "highest reading", before: "8.0 °C", after: "8.5 °C" }] });
  });
});
