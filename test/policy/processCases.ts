import type { Policy, Claim } from "../../src/policy/document.ts";
import type { Case } from "../review/lintCase.ts";
import { claimOfKind, fixture, withClaim, withRule, type ChangeOf } from "./support.ts";
import type { AnalyteSpec, ProductSpec, QualityLimits } from "../../src/kinds/quality/limits.ts";
import type { ChannelLimits, ParametersLimits } from "../../src/kinds/parameters/limits.ts";
import type { CustodyLimits } from "../../src/kinds/custody/limits.ts";

/** What `lint` finds in parameters, custody and quality claims, on both sides. */

const ari = fixture("ari-0001");

const PARAMETERS = "expansion/parameters";
const [temperature, carbonDioxide, acidity, oxygen] = claimOfKind(ari, PARAMETERS, "parameters").rule
  .channels as readonly [ChannelLimits, ChannelLimits, ChannelLimits, ChannelLimits];
const PARAMETERS_AT = "/claims/6/rule";

function parameters(change: ChangeOf<ParametersLimits>): Policy {
  return withRule(ari, PARAMETERS, "parameters", change);
}

/** One channel alone, with another range. */
function channel(limits: ChannelLimits, low: string, high: string): Policy {
  return parameters({ channels: [{ ...limits, range: [low, high] }] });
}

function custody(stage: string, change: ChangeOf<CustodyLimits>): Policy {
  return withRule(ari, `${stage}/custody`, "custody", change);
}

/** The policy without some claims. */
function without(policy: Policy, ...ids: readonly string[]): Policy {
  return { ...policy, claims: policy.claims.filter(({ id }) => !ids.includes(id)) };
}

function needed(id: string, neededFor: Claim["neededFor"], policy = ari): Policy {
  return withClaim(policy, id, { ...claimOfKind(policy, id, "custody"), neededFor });
}

const TESTS = "expansion/release-tests";
const TESTS_AT = "/claims/7/rule";

function tests(change: ChangeOf<QualityLimits>): Policy {
  return withRule(ari, TESTS, "quality", change);
}

const A = { analyte: "a", unit: "%", decimals: 0, atLeast: "5" } as const;
const B = { analyte: "b", unit: "%", decimals: 0, atMost: "5" } as const;
const C = { analyte: "c", words: ["x", "y"], permitted: ["x"] } as const;

/** A rule of these analytes only. */
function analytes(...specs: readonly AnalyteSpec[]): Policy {
  return tests({ analytes: specs, products: undefined });
}

/** A rule of A, B and C with this product. */
function product(spec: Partial<ProductSpec>, ...specs: readonly AnalyteSpec[]): Policy {
  const products: ProductSpec[] = [{ name: "p", of: ["a"], ...spec }];
  return tests({ analytes: specs.length === 0 ? [A, B, C] : specs, products });
}

/** A second claim with the limits of another one, changed by the caller. */
function twin(id: string, kind: "parameters" | "quality", change: object): Policy {
  const claim: Claim = claimOfKind(ari, id, kind);
  const second = { ...claim, id: `${id}-2`, rule: { ...claim.rule, ...change } } as Claim;
  return { ...ari, claims: [...ari.claims, second] };
}

const TWIN_AT = `/claims/${ari.claims.length}/rule`;

const PARAMETERS_CASES: readonly Case[] = [
  {
    what: "a channel twice",
    code: "channels",
    severity: "error",
    good: parameters({ channels: [temperature, carbonDioxide] }),
    bad: parameters({ channels: [temperature, carbonDioxide, temperature] }),
    pointer: `${PARAMETERS_AT}/channels/2/channel`,
  },
  {
    what: "a channel's range upside down",
    code: "range",
    severity: "error",
    good: channel(temperature, "36.9", "37.0"),
    bad: channel(temperature, "37.0", "37.0"),
    pointer: `${PARAMETERS_AT}/channels/0/range`,
  },
  {
    what: "a channel's limit between two steps of its sensor",
    code: "grid",
    severity: "error",
    good: channel(acidity, "7.01", "7.40"),
    bad: channel(acidity, "7.005", "7.40"),
    pointer: `${PARAMETERS_AT}/channels/0/range`,
  },
  {
    what: "a pH above 14",
    code: "physical-range",
    severity: "error",
    good: channel(acidity, "7.00", "14.00"),
    bad: channel(acidity, "7.00", "14.01"),
    pointer: `${PARAMETERS_AT}/channels/0/range`,
  },
  {
    what: "less than no CO2",
    code: "physical-range",
    severity: "error",
    good: channel(carbonDioxide, "0", "6.0"),
    bad: channel(carbonDioxide, "-0.1", "6.0"),
    pointer: `${PARAMETERS_AT}/channels/0/range`,
  },
  {
    what: "oxygen above twice the air's",
    code: "physical-range",
    severity: "error",
    good: channel(oxygen, "30.0", "200.0"),
    bad: channel(oxygen, "30.0", "200.1"),
    pointer: `${PARAMETERS_AT}/channels/0/range`,
  },
  {
    what: "a gap of the parameters that no tick divides",
    code: "gap",
    severity: "error",
    good: parameters({ gap: 3600 }),
    bad: parameters({ gap: 3607 }),
    pointer: `${PARAMETERS_AT}/gap`,
  },
  {
    what: "a lead of the parameters over the gap",
    code: "lead",
    severity: "warning",
    good: parameters({ lead: 3600 }),
    bad: parameters({ lead: 3601 }),
    pointer: `${PARAMETERS_AT}/lead`,
  },
  {
    what: "two parameters claims that one record proves",
    code: "same-limits",
    severity: "warning",
    good: twin(PARAMETERS, "parameters", { gap: 1800 }),
    bad: twin(PARAMETERS, "parameters", { lead: 0 }),
    pointer: TWIN_AT,
  },
  {
    what: "two parameters claims that differ in one channel's range only, or in their order only",
    code: "same-limits",
    severity: "warning",
    good: twin(PARAMETERS, "parameters", { channels: [{ ...temperature, range: ["36.0", "38.1"] }] }),
    bad: twin(PARAMETERS, "parameters", {
      channels: [...claimOfKind(ari, PARAMETERS, "parameters").rule.channels].reverse(),
      independent: false,
    }),
    pointer: TWIN_AT,
  },
  {
    what: "a temperature circuit for parameters",
    code: "circuit",
    severity: "error",
    good: ari,
    bad: withClaim(ari, PARAMETERS, { ...claimOfKind(ari, PARAMETERS, "parameters"), circuits: ["temperature-1k"] }),
    pointer: "/claims/6/circuits/0",
  },
];

const CUSTODY_CASES: readonly Case[] = [
  {
    what: "a last stage that ends in a hand-over",
    code: "boundary",
    severity: "error",
    good: ari,
    bad: custody("administration", { boundary: "handover", hold: 0 }),
    pointer: "/claims/12/rule/boundary",
  },
  {
    what: "a stage before the last one after which nobody takes over",
    code: "boundary",
    severity: "error",
    good: custody("product-transport", { boundary: "internal" }),
    bad: custody("product-transport", { boundary: "last", hold: undefined }),
    pointer: "/claims/10/rule/boundary",
  },
  {
    what: "a shortest stage longer than the longest",
    code: "duration",
    severity: "error",
    good: custody("expansion", { duration: { min: 1_036_800, max: 1_036_800 } }),
    bad: custody("expansion", { duration: { min: 1_036_801, max: 1_036_800 } }),
    pointer: "/claims/5/rule/duration",
  },
  {
    what: "a seal before the first stage",
    code: "sealed",
    severity: "error",
    good: custody("apheresis-transport", { sealed: true }),
    bad: custody("collection", { sealed: true }),
    pointer: "/claims/0/rule/sealed",
  },
  {
    what: "a hand-over without a limit of its hold",
    code: "hold",
    severity: "warning",
    good: custody("collection", { hold: 0 }),
    bad: custody("collection", { hold: undefined }),
    pointer: "/claims/0/rule",
  },
  {
    what: "an internal boundary without a limit of its hold",
    code: "hold",
    severity: "warning",
    good: custody("activation", { hold: 0 }),
    bad: custody("activation", { hold: undefined }),
    pointer: "/claims/3/rule",
  },
  {
    what: "a hold after which nothing comes",
    code: "useless",
    severity: "warning",
    good: ari,
    bad: custody("administration", { hold: 0 }),
    pointer: "/claims/12/rule/hold",
  },
  {
    what: "custody that no claim proves",
    code: "custody",
    severity: "warning",
    good: ari,
    bad: { ...ari, claims: ari.claims.filter(({ kind }) => kind !== "custody") },
    pointer: "/claims",
  },
  {
    what: "a stage whose custody is not claimed",
    code: "custody-missing",
    severity: "error",
    good: { ...ari, claims: ari.claims.filter(({ kind }) => kind !== "custody") },
    bad: without(ari, "activation/custody"),
    pointer: "/stages/2",
  },
  {
    what: "a stage whose custody is claimed twice",
    code: "custody-repeated",
    severity: "error",
    good: ari,
    bad: {
      ...ari,
      claims: [...ari.claims, { ...claimOfKind(ari, "storage/custody", "custody"), id: "storage/custody-2" }],
    },
    pointer: `/claims/${ari.claims.length}/stage`,
  },
  {
    what: "custody needed for release after custody needed for completion",
    code: "custody-order",
    severity: "error",
    good: needed("storage/custody", "completion"),
    bad: needed("expansion/custody", "completion"),
    pointer: "/claims/8/neededFor",
  },
  {
    what: "a custody claim of another class",
    code: "class",
    severity: "error",
    good: ari,
    bad: withClaim(ari, "storage/custody", { ...claimOfKind(ari, "storage/custody", "custody"), class: "process" }),
    pointer: "/claims/8/class",
  },
  {
    what: "class custody on a quality claim",
    code: "class",
    severity: "error",
    good: withClaim(ari, TESTS, { ...claimOfKind(ari, TESTS, "quality"), class: "process" }),
    bad: withClaim(ari, TESTS, { ...claimOfKind(ari, TESTS, "quality"), class: "custody" }),
    pointer: "/claims/7/class",
  },
];

const QUALITY_CASES: readonly Case[] = [
  {
    what: "one analyte twice",
    code: "analyte-twice",
    severity: "error",
    good: analytes(A, { ...A, analyte: "A" }),
    bad: analytes(A, { ...B, analyte: "a" }),
    pointer: `${TESTS_AT}/analytes/1/analyte`,
  },
  {
    what: "one analyte twice, spelt with other code points",
    code: "analyte-twice",
    severity: "error",
    good: analytes({ ...A, analyte: "caf\u00e9" }, { ...A, analyte: "cafe" }),
    bad: analytes({ ...A, analyte: "caf\u00e9" }, { ...A, analyte: "cafe\u0301" }),
    pointer: `${TESTS_AT}/analytes/1/analyte`,
  },
  {
    what: "a word twice",
    code: "words",
    severity: "error",
    good: analytes({ ...C, words: ["x", "y", "X"] }),
    bad: analytes({ ...C, words: ["x", "y", "x"] }),
    pointer: `${TESTS_AT}/analytes/0/words`,
  },
  {
    what: "no permitted word",
    code: "permitted",
    severity: "error",
    good: analytes({ ...C, permitted: ["y"] }),
    bad: analytes({ ...C, permitted: [] }),
    pointer: `${TESTS_AT}/analytes/0/permitted`,
  },
  {
    what: "a permitted word that is none",
    code: "permitted",
    severity: "error",
    good: analytes({ ...C, words: ["x", "y", "z"], permitted: ["x", "z"] }),
    bad: analytes({ ...C, permitted: ["x", "z"] }),
    pointer: `${TESTS_AT}/analytes/0/permitted`,
  },
  {
    what: "a permitted word twice",
    code: "permitted",
    severity: "error",
    good: analytes(C),
    bad: analytes({ ...C, permitted: ["x", "x"] }),
    pointer: `${TESTS_AT}/analytes/0/permitted`,
  },
  {
    what: "words that are all permitted",
    code: "permits-all",
    severity: "warning",
    good: analytes(C),
    bad: analytes({ ...C, permitted: ["y", "x"] }),
    pointer: `${TESTS_AT}/analytes/0/permitted`,
  },
  {
    what: "two lower limits",
    code: "limit",
    severity: "error",
    good: analytes({ ...A, atMost: "9" }),
    bad: analytes({ ...A, above: "4" }),
    pointer: `${TESTS_AT}/analytes/0/above`,
  },
  {
    what: "two upper limits",
    code: "limit",
    severity: "error",
    good: analytes({ ...B, above: "4" }),
    bad: analytes({ ...B, below: "6" }),
    pointer: `${TESTS_AT}/analytes/0/below`,
  },
  {
    what: "a lower limit above the upper one",
    code: "no-value",
    severity: "error",
    good: analytes({ ...A, atMost: "5" }),
    bad: analytes({ ...A, atMost: "4" }),
    pointer: `${TESTS_AT}/analytes/0/atLeast`,
  },
  {
    what: "two strict limits without a number between them",
    code: "no-value",
    severity: "error",
    good: analytes({ analyte: "a", unit: "%", decimals: 1, above: "5", below: "6" }),
    bad: analytes({ analyte: "a", unit: "%", decimals: 0, above: "5", below: "6" }),
    pointer: `${TESTS_AT}/analytes/0/above`,
  },
  {
    what: "a strict limit at the other one",
    code: "no-value",
    severity: "error",
    good: analytes({ ...A, below: "6" }),
    bad: analytes({ ...A, below: "5" }),
    pointer: `${TESTS_AT}/analytes/0/atLeast`,
  },
  {
    what: "a limit with more decimals than the results have",
    code: "result-decimals",
    severity: "error",
    good: analytes({ ...A, atLeast: "5.0" }),
    bad: analytes({ ...A, atLeast: "5.5" }),
    pointer: `${TESTS_AT}/analytes/0/atLeast`,
  },
  {
    what: "a limit of more than 40 bits",
    code: "result-size",
    severity: "error",
    good: analytes({ ...B, decimals: 6, atMost: "549755.813887" }),
    bad: analytes({ ...B, decimals: 6, atMost: "549755.813888" }),
    pointer: `${TESTS_AT}/analytes/0/atMost`,
  },
  {
    what: "an analyte that nothing limits",
    code: "reported-only",
    severity: "warning",
    good: product({ of: ["a", "d"], above: "1" }, A, { analyte: "d", unit: "kg", decimals: 1 }),
    bad: product({ of: ["a"], above: "1" }, A, { analyte: "d", unit: "kg", decimals: 1 }),
    pointer: `${TESTS_AT}/analytes/1`,
  },
  {
    what: "a first analyte that stands in for one before it",
    code: "or-before",
    severity: "error",
    good: analytes(A, { ...B, orBefore: true }),
    bad: analytes({ ...A, orBefore: true }, B),
    pointer: `${TESTS_AT}/analytes/0/orBefore`,
  },
  {
    what: "a member of a group that always passes",
    code: "or-unlimited",
    severity: "error",
    good: analytes(A, { ...B, orBefore: true }),
    bad: analytes(A, { analyte: "b", unit: "%", decimals: 0, orBefore: true }),
    pointer: `${TESTS_AT}/analytes/1`,
  },
  {
    what: "a first member of a group whose words are all permitted",
    code: "or-unlimited",
    severity: "error",
    good: analytes({ ...C, permitted: ["x", "y"] }, A),
    bad: analytes({ ...C, permitted: ["x", "y"] }, { ...A, orBefore: true }),
    pointer: `${TESTS_AT}/analytes/0`,
  },
  {
    what: "a factor that is no analyte",
    code: "product-factor",
    severity: "error",
    good: product({ per: "b", above: "1" }),
    bad: product({ per: "d", above: "1" }),
    pointer: `${TESTS_AT}/products/0/per`,
  },
  {
    what: "a factor whose results are words",
    code: "product-factor",
    severity: "error",
    good: product({ of: ["a", "b"], above: "1" }),
    bad: product({ of: ["a", "c"], above: "1" }),
    pointer: `${TESTS_AT}/products/0/of/1`,
  },
  {
    what: "a product without a limit",
    code: "limit",
    severity: "error",
    good: product({ atMost: "1" }),
    bad: product({}),
    pointer: `${TESTS_AT}/products/0`,
  },
  {
    what: "a product with two limits",
    code: "limit",
    severity: "error",
    good: product({ above: "1" }),
    bad: product({ above: "1", below: "9" }),
    pointer: `${TESTS_AT}/products/0/below`,
  },
  {
    what: "a product below 0",
    code: "no-value",
    severity: "error",
    good: product({ atMost: "0" }),
    bad: product({ below: "0" }),
    pointer: `${TESTS_AT}/products/0/below`,
  },
  {
    what: "a negative limit of a product",
    code: "product-scale",
    severity: "error",
    good: product({ atMost: "0" }),
    bad: product({ atMost: "-1" }),
    pointer: `${TESTS_AT}/products/0/atMost`,
  },
  {
    // 10^12 of two factors with 6 decimals, and the limit: 2^64 is 18446744 * 10^12 and a bit.
    what: "a limit of a product of more than 64 bits",
    code: "product-scale",
    severity: "error",
    good: product({ of: ["a", "a"], atMost: "18446744" }, { ...A, decimals: 6 }),
    bad: product({ of: ["a", "a"], atMost: "18446745" }, { ...A, decimals: 6 }),
    pointer: `${TESTS_AT}/products/0/atMost`,
  },
  {
    what: "two products of one name",
    code: "product-name",
    severity: "error",
    good: ari,
    bad: tests({
      products: claimOfKind(ari, TESTS, "quality").rule.products?.map((each) => ({ ...each, name: "dose" })),
    }),
    pointer: `${TESTS_AT}/products/1/name`,
  },
  {
    what: "a member of a group as a factor",
    code: "product-group",
    severity: "warning",
    good: product({ above: "1" }, A, C, { ...B, orBefore: true }),
    bad: product({ above: "1" }, A, { ...B, orBefore: true }, C),
    pointer: `${TESTS_AT}/products/0`,
  },
  {
    what: "a product of at least 0",
    code: "useless",
    severity: "warning",
    good: product({ above: "0" }),
    bad: product({ atLeast: "0.0" }),
    pointer: `${TESTS_AT}/products/0/atLeast`,
  },
  {
    what: "an analyte that looks like another one",
    code: "look-alike",
    severity: "warning",
    good: analytes(A, { ...B, analyte: "\u03b2" }),
    bad: analytes(A, { ...B, analyte: "\u0430" }),
    pointer: `${TESTS_AT}/analytes/1/analyte`,
  },
  {
    what: "a product that looks like an analyte",
    code: "look-alike",
    severity: "warning",
    good: product({ name: "a", of: ["a"], above: "1" }),
    bad: product({ name: "\u03b1", of: ["a"], above: "1" }),
    pointer: `${TESTS_AT}/products/0/name`,
  },
  {
    what: "a word that looks like another one",
    code: "look-alike",
    severity: "warning",
    good: analytes({ ...C, words: ["x", "xx"] }),
    bad: analytes({ ...C, words: ["x", "\u0445"] }),
    pointer: `${TESTS_AT}/analytes/0/words/1`,
  },
  {
    what: "a word of two scripts",
    code: "mixed-scripts",
    severity: "warning",
    good: analytes({ ...A, analyte: "IFN-\u03b3 \u03bcg" }),
    bad: analytes({ ...A, analyte: "endot\u043exin" }),
    pointer: `${TESTS_AT}/analytes/0/analyte`,
  },
  {
    what: "a laboratory without time",
    code: "result-within",
    severity: "warning",
    good: tests({ resultWithin: 1 }),
    bad: tests({ resultWithin: 0 }),
    pointer: `${TESTS_AT}/resultWithin`,
  },
  {
    what: "two quality claims that one set of results proves",
    code: "same-limits",
    severity: "warning",
    good: twin(TESTS, "quality", { resultWithin: 1 }),
    bad: twin(TESTS, "quality", { source: "another", pharmacopoeia: false }),
    pointer: TWIN_AT,
  },
  {
    what: "two quality claims whose limits are spelt otherwise",
    code: "same-limits",
    severity: "warning",
    good: twin(TESTS, "quality", { analytes: respelt("20.1") }),
    bad: twin(TESTS, "quality", { analytes: respelt("20.0") }),
    pointer: TWIN_AT,
  },
  {
    what: "two parameters claims whose limits are spelt otherwise",
    code: "same-limits",
    severity: "warning",
    good: twin(PARAMETERS, "parameters", { channels: rescaled("36.1") }),
    bad: twin(PARAMETERS, "parameters", { channels: rescaled("36") }),
    pointer: TWIN_AT,
  },
];

/** The channels of ARI-0001 with another lower limit of the temperature. */
function rescaled(low: string): ChannelLimits[] {
  return claimOfKind(ari, PARAMETERS, "parameters").rule.channels.map((limits) =>
    limits.channel === temperature.channel ? { ...limits, range: [low, limits.range[1]] } : limits,
  );
}

/** The analytes of ARI-0001, the second number of which is at least this. */
function respelt(atLeast: string): AnalyteSpec[] {
  const { analytes: specs } = claimOfKind(ari, TESTS, "quality").rule;
  return specs.map((spec, index) => (index === 2 ? { ...spec, atLeast } : spec));
}

export const PROCESS_CASES: readonly Case[] = [...PARAMETERS_CASES, ...CUSTODY_CASES, ...QUALITY_CASES];
