import { describe, expect, it } from "vitest";
import { type LintFinding, type LintCode, LINT_CODES } from "../../src/policy/lintFinding.ts";
import { SHIPPED_PROFILES } from "../../src/formats/shippedProfiles.ts";
import { lintPolicy } from "../../src/review/lint.ts";
import type { Policy } from "../../src/policy/document.ts";
import type { Case } from "./lintCase.ts";
import { PROCESS_CASES } from "../policy/processCases.ts";
import {
  changedLimits,
  channelPolicy,
  type ChannelChange,
  fixture,
  FIXTURES,
  onlyClaim,
  PROCESSES,
  withClaims,
  withLimits,
  withRule,
  type Change,
} from "../policy/support.ts";
import type { TemperatureClaim } from "../../src/kinds/temperature/limits.ts";

const claim = onlyClaim();

/** An accepted profile. */
function profile(name: string, hash: number): NonNullable<Policy["profiles"]>[0] {
  return { name, hash: `0x${hash.toString(16).padStart(64, "0")}` };
}

/** The findings of one check. */
function found(policy: Policy, code: LintCode): LintFinding[] {
  return lintPolicy(policy).filter((finding) => finding.code === code);
}

function claimWith(change: Partial<TemperatureClaim>, limits: Change = {}): TemperatureClaim {
  return { ...claim, ...change, rule: changedLimits(claim.rule, limits) };
}

/** USP controlled cold with other limits: 2 to 15 °C, normal 2 to 8 °C, tick 10 s. */
function cold(change: Change): Policy {
  return withLimits(change, "usp-controlled-cold");
}

/** A dry shipper's days, at most 10 by its custody claim, with limits of excursions as USP controlled cold has. */
function transported(change: Change): Policy {
  const cold = { resolution: "0.1", range: ["2.0", "15.0"], normal: ["2.0", "8.0"], single: 36_000 } as const;
  return withRule(fixture("ari-0001"), "product-transport/temperature", "temperature", { ...cold, ...change });
}

/** Limits under which nothing but the budgets and the longest excursion bounds the time on both sides of the band. */
const BOTH_SIDES = {
  normal: ["3.0", "7.0"],
  cumulative: { above: 60, below: 60 },
  single: undefined,
  mkt: undefined,
} as const;

/** Two claims of one stage that judge excursions; the second with other limits. */
function twins(change: Change): Policy {
  const first = onlyClaim("usp-controlled-cold");
  const limits = changedLimits(first.rule, { normal: ["3.0", "7.0"], cumulative: { above: 43_200, below: 60 } });
  const second = { ...first, id: "transport/second", rule: changedLimits(limits, change) };
  return { ...fixture("usp-controlled-cold"), claims: [{ ...first, rule: limits }, second] };
}

/** A twin that differs in one limit is no twin; one that writes it otherwise still is. */
function twinCases(): Case[] {
  const others: readonly (readonly [string, Change, Change])[] = [
    ["normal band", { normal: ["3.0", "7.1"] }, { normal: ["3.0", "7.0"] }],
    ["budget above", { cumulative: { above: 43_190, below: 60 } }, { cumulative: { below: 60, above: 43_200 } }],
    ["budget below", { cumulative: { above: 43_200 } }, {}],
    ["longest excursion", { single: 35_990 }, { single: 36_000 }],
    ["no longest excursion", { single: undefined }, {}],
    ["MKT limit", { mkt: { limit: "8.1", span: 86_400 } }, { mkt: { limit: "8.0", span: 86_400 } }],
    ["MKT span", { mkt: { limit: "8.0", span: 86_390 } }, { mkt: { limit: "8.0", dH: "83.144", span: 86_400 } }],
    [
      "heat",
      { mkt: { limit: "8.0", dH: "83.0", span: 86_400 } },
      { mkt: { limit: "8.0", dH: "83.1440", span: 86_400 } },
    ],
    ["no MKT", { mkt: undefined }, {}],
  ];
  return others.map(([what, good, bad]) => ({
    what: `equal limits, but for another ${what}`,
    code: "same-limits",
    severity: "warning",
    good: twins(good),
    bad: twins(bad),
    pointer: "/claims/1/rule",
  }));
}

const twoStages: Policy = { ...fixture(), stages: ["cold-storage", "transport"] };
const transport = claimWith({ id: "transport/temperature", stage: 1 });

/** Every finding on both sides: `good` is as near to `bad` as the check allows. */
const TEMPERATURE_CASES: readonly Case[] = [
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
    what: "a normal band upside down",
    code: "normal-range",
    severity: "error",
    good: cold({ normal: ["8.0", "8.0"] }),
    bad: cold({ normal: ["8.1", "8.0"] }),
    pointer: "/claims/0/rule/normal",
  },
  {
    what: "a normal band that reaches below the range",
    code: "normal-range",
    severity: "error",
    good: cold({ normal: ["2.0", "8.0"] }),
    bad: cold({ normal: ["1.9", "8.0"] }),
    pointer: "/claims/0/rule/normal",
  },
  {
    what: "a normal band that reaches above the range",
    code: "normal-range",
    severity: "error",
    good: cold({ normal: ["2.0", "15.0"] }),
    bad: cold({ normal: ["2.0", "15.1"] }),
    pointer: "/claims/0/rule/normal",
  },
  {
    what: "a normal band between two steps of the sensor",
    code: "normal-grid",
    severity: "error",
    good: cold({ range: ["2.0", "14.0"], normal: ["2.0", "8.05"], resolution: "0.05" }),
    bad: cold({ range: ["2.0", "14.0"], normal: ["2.0", "8.05"], resolution: "0.1" }),
    pointer: "/claims/0/rule/normal",
  },
  {
    what: "a normal band that no code of a wide range meets",
    code: "normal-grid",
    severity: "error",
    good: withLimits({ range: ["-10.0", "40.2"] }, "who-fridge-default"),
    bad: withLimits({ range: ["-10.0", "40.3"] }, "who-fridge-default"),
    pointer: "/claims/0/rule/normal",
  },
  {
    what: "a budget above a band that is not there",
    code: "normal-missing",
    severity: "error",
    good: withLimits({ normal: ["2.0", "7.9"], cumulative: { above: 0 } }),
    bad: withLimits({ cumulative: { above: 0 } }),
    pointer: "/claims/0/rule/cumulative/above",
  },
  {
    what: "a budget below a band that is not there",
    code: "normal-missing",
    severity: "error",
    good: withLimits({ normal: ["2.1", "8.0"], cumulative: { below: 0 } }),
    bad: withLimits({ cumulative: { below: 0 } }),
    pointer: "/claims/0/rule/cumulative/below",
  },
  {
    what: "a longest excursion out of a band that is not there",
    code: "normal-missing",
    severity: "error",
    good: withLimits({ normal: ["2.0", "7.9"], single: 0 }),
    bad: withLimits({ single: 0 }),
    pointer: "/claims/0/rule/single",
  },
  {
    what: "a band that nothing keeps a stage from being above",
    code: "side-unlimited",
    severity: "error",
    good: cold({ ...BOTH_SIDES, cumulative: { above: 0, below: 0 } }),
    bad: cold({ ...BOTH_SIDES, cumulative: { below: 0 } }),
    pointer: "/claims/0/rule/normal",
  },
  {
    what: "a band that nothing keeps a stage from being below",
    code: "side-unlimited",
    severity: "error",
    good: cold({ ...BOTH_SIDES, cumulative: { above: 0, below: 0 } }),
    bad: cold({ ...BOTH_SIDES, cumulative: { above: 0 } }),
    pointer: "/claims/0/rule/normal",
  },
  {
    what: "a band that only a longest excursion limits, taken away",
    code: "side-unlimited",
    severity: "error",
    good: cold({ ...BOTH_SIDES, normal: ["2.0", "8.0"], cumulative: undefined, single: 0 }),
    bad: cold({ ...BOTH_SIDES, normal: ["2.0", "8.0"], cumulative: undefined }),
    pointer: "/claims/0/rule/normal",
  },
  {
    what: "an upper side that only a mean kinetic temperature at the upper limit seems to limit",
    code: "side-unlimited",
    severity: "error",
    good: cold({ cumulative: undefined, single: undefined, mkt: { limit: "14.9", span: 86_400 } }),
    bad: cold({ cumulative: undefined, single: undefined, mkt: { limit: "15.0", span: 86_400 } }),
    pointer: "/claims/0/rule/normal",
  },
  {
    what: "a lower side that a mean kinetic temperature cannot limit",
    code: "side-unlimited",
    severity: "error",
    good: cold({ normal: ["2.0", "8.0"], cumulative: undefined, single: undefined }),
    bad: cold({ normal: ["2.1", "8.0"], cumulative: undefined, single: undefined }),
    pointer: "/claims/0/rule/normal",
  },
  {
    what: "an upper side that can just be left",
    code: "side-unlimited",
    severity: "error",
    good: withLimits({ normal: ["2.0", "8.0"] }),
    bad: withLimits({ normal: ["2.0", "7.9"] }),
    pointer: "/claims/0/rule/normal",
  },
  {
    what: "a budget as long as the mean's longest stage",
    code: "budget",
    severity: "error",
    good: cold({ cumulative: { above: 86_390 } }),
    bad: cold({ cumulative: { above: 86_400 } }),
    pointer: "/claims/0/rule/cumulative/above",
  },
  {
    what: "a budget as long as custody permits the stage",
    code: "budget",
    severity: "error",
    good: transported({ cumulative: { above: 863_999 } }),
    bad: transported({ cumulative: { above: 864_000 } }),
    pointer: "/claims/11/rule/cumulative/above",
  },
  {
    what: "a longest excursion as long as the circuit's readings",
    code: "budget",
    severity: "error",
    // 1,470 readings, half an hour apart.
    good: cold({ mkt: undefined, single: 2_645_999 }),
    bad: cold({ mkt: undefined, single: 2_646_000 }),
    pointer: "/claims/0/rule/single",
  },
  {
    what: "a budget above of half a half-tick",
    code: "rounded",
    severity: "warning",
    good: cold({ cumulative: { above: 3605 } }),
    bad: cold({ cumulative: { above: 3606 } }),
    pointer: "/claims/0/rule/cumulative/above",
  },
  {
    what: "a budget below of half a half-tick",
    code: "rounded",
    severity: "warning",
    good: cold({ ...BOTH_SIDES, cumulative: { above: 60, below: 5 } }),
    bad: cold({ ...BOTH_SIDES, cumulative: { above: 60, below: 4 } }),
    pointer: "/claims/0/rule/cumulative/below",
  },
  {
    what: "a longest excursion of half a tick",
    code: "rounded",
    severity: "warning",
    good: cold({ single: 1800 }),
    bad: cold({ single: 1805 }),
    pointer: "/claims/0/rule/single",
  },
  {
    what: "a longest excursion over the only budget",
    code: "useless",
    severity: "warning",
    good: cold({ single: 43_200 }),
    bad: cold({ single: 43_210 }),
    pointer: "/claims/0/rule/single",
  },
  {
    what: "a longest excursion over the budgets of both sides",
    code: "useless",
    severity: "warning",
    good: cold({ ...BOTH_SIDES, cumulative: { above: 60, below: 70 }, single: 70 }),
    bad: cold({ ...BOTH_SIDES, cumulative: { above: 60, below: 70 }, single: 80 }),
    pointer: "/claims/0/rule/single",
  },
  {
    what: "a longest excursion over the budgets, where one side has none",
    code: "useless",
    severity: "warning",
    good: cold({ ...BOTH_SIDES, cumulative: { above: 60 }, single: 70 }),
    bad: cold({ ...BOTH_SIDES, cumulative: { above: 60, below: 60 }, single: 70 }),
    pointer: "/claims/0/rule/single",
  },
  {
    what: "a mean kinetic temperature that no readings can have",
    code: "useless",
    severity: "warning",
    good: cold({ mkt: { limit: "14.9", span: 86_400 } }),
    bad: cold({ mkt: { limit: "15.0", span: 86_400 } }),
    pointer: "/claims/0/rule/mkt/limit",
  },
  {
    what: "a limit of the mean kinetic temperature above the range",
    code: "mkt-limit",
    severity: "error",
    good: cold({ mkt: { limit: "15.0", span: 86_400 } }),
    bad: cold({ mkt: { limit: "15.1", span: 86_400 } }),
    pointer: "/claims/0/rule/mkt/limit",
  },
  {
    what: "a limit of the mean kinetic temperature at the lower end of the range",
    code: "mkt-limit",
    severity: "error",
    good: cold({ mkt: { limit: "2.1", span: 86_400 } }),
    bad: cold({ mkt: { limit: "2.0", span: 86_400 } }),
    pointer: "/claims/0/rule/mkt/limit",
  },
  {
    what: "a heat of activation that no polynomial follows over the range",
    code: "mkt-range",
    severity: "error",
    good: cold({ mkt: { limit: "8.0", dH: "379", span: 86_400 } }),
    bad: cold({ mkt: { limit: "8.0", dH: "380", span: 86_400 } }),
    pointer: "/claims/0/rule/mkt/limit",
  },
  {
    what: "a range that no polynomial follows at the usual heat of activation",
    code: "mkt-range",
    severity: "error",
    good: cold({ range: ["-20.0", "40.0"], mkt: { limit: "8.0", span: 86_400 } }),
    bad: cold({ range: ["-20.0", "50.0"], mkt: { limit: "8.0", span: 86_400 } }),
    pointer: "/claims/0/rule/mkt/limit",
  },
  {
    what: "a mean kinetic temperature over more than a day",
    code: "mkt-span",
    severity: "error",
    good: cold({ mkt: { limit: "8.0", span: 86_400 } }),
    bad: cold({ mkt: { limit: "8.0", span: 86_401 } }),
    pointer: "/claims/0/rule/mkt/span",
  },
  {
    what: "a mean kinetic temperature over more than 30 days",
    code: "mkt-span",
    severity: "error",
    good: withLimits({ range: ["15.0", "30.0"], mkt: { limit: "25.0", span: 2_592_000 } }),
    bad: withLimits({ range: ["15.0", "30.0"], mkt: { limit: "25.0", span: 2_592_001 } }),
    pointer: "/claims/0/rule/mkt/span",
  },
  {
    what: "a mean kinetic temperature of 15 °C over more than a day",
    code: "mkt-span",
    severity: "error",
    good: cold({ range: ["2.0", "16.0"], mkt: { limit: "15.1", span: 86_401 } }),
    bad: cold({ range: ["2.0", "16.0"], mkt: { limit: "15.0", span: 86_401 } }),
    pointer: "/claims/0/rule/mkt/span",
  },
  {
    what: "a limit of the mean kinetic temperature between two codes",
    code: "mkt-grid",
    severity: "warning",
    good: cold({ mkt: { limit: "7.9", span: 86_400 } }),
    bad: cold({ mkt: { limit: "7.95", span: 86_400 } }),
    pointer: "/claims/0/rule/mkt/limit",
  },
  {
    what: "a low heat of activation",
    code: "mkt-heat",
    severity: "warning",
    good: cold({ mkt: { limit: "8.0", dH: "60", span: 86_400 } }),
    bad: cold({ mkt: { limit: "8.0", dH: "59.999999", span: 86_400 } }),
    pointer: "/claims/0/rule/mkt/dH",
  },
  {
    what: "a high heat of activation",
    code: "mkt-heat",
    severity: "warning",
    good: cold({ mkt: { limit: "8.0", dH: "100", span: 86_400 } }),
    bad: cold({ mkt: { limit: "8.0", dH: "100.000001", span: 86_400 } }),
    pointer: "/claims/0/rule/mkt/dH",
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
  ...twinCases(),
  {
    what: "equal limits spelt otherwise",
    code: "same-limits",
    severity: "warning",
    good: withClaims(claim, claimWith({ id: "cold-storage/second" }, { range: ["2.1", "8"] })),
    bad: withClaims(claim, claimWith({ id: "cold-storage/second" }, { range: ["2", "8.00"] })),
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
    bad: withClaims(claimWith({ circuits: ["temperature-1k", "temperature-2k"] })),
    pointer: "/claims/0/circuits/1",
  },
  {
    what: "a circuit named twice",
    code: "circuit",
    severity: "error",
    good: fixture(),
    bad: withClaims(claimWith({ circuits: ["temperature-1k", "temperature-1k"] })),
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
  ...(
    [
      ["is none of the policy's", ["elsewhere"], 0],
      ["is named twice", ["cold-storage", "cold-storage"], 1],
    ] as const
  ).map(([what, confirmedByQp, index]): Case => ({
    what: `a stage to be confirmed that ${what}`,
    code: "stage-confirmed",
    severity: "error",
    good: { ...fixture(), confirmedByQp: ["cold-storage"] },
    bad: { ...fixture(), confirmedByQp },
    pointer: `/confirmedByQp/${index}`,
  })),
  {
    what: "two accepted profiles of one hash",
    code: "profile-twice",
    severity: "error",
    good: { ...fixture(), profiles: [profile("a", 1), profile("b", 2)] },
    bad: { ...fixture(), profiles: [profile("a", 1), profile("b", 1)] },
    pointer: "/profiles/1",
  },
  {
    what: "two accepted profiles of one name",
    code: "profile-twice",
    severity: "error",
    good: { ...fixture(), profiles: [profile("a", 1), profile("b", 2)] },
    bad: { ...fixture(), profiles: [profile("a", 1), profile("a", 2)] },
    pointer: "/profiles/1",
  },
  ...(
    [
      ["hoboware", "hoboware"],
      ["HOBOware", "hoboware"],
      [" hobo-ware", "hoboware"],
      ["LIMS example", "lims-example"],
    ] as const
  ).map(([name, known]) => ({
    what: `another profile called "${name}"`,
    code: "profile-name" as const,
    severity: "error" as const,
    good: {
      ...fixture(),
      profiles: [{ name, hash: SHIPPED_PROFILES[known] ?? "" }, profile("HOBOware, site A", 1)],
    },
    bad: { ...fixture(), profiles: [profile(name, 1)] },
    pointer: "/profiles/0/name",
  })),
  {
    what: "release due after completion",
    code: "max-due",
    severity: "error",
    good: { ...fixture(), maxDue: [3600, 3600] },
    bad: { ...fixture(), maxDue: [3601, 3600] },
    pointer: "/maxDue",
  },
];

/** A temperature and a channel claim of one stage, each with its own devices. */
function mixed(one: Change, other: ChannelChange): Policy {
  const [second] = channelPolicy(other).claims;
  return withClaims(claimWith({}, one), ...(second === undefined ? [] : [{ ...second, id: "cold-storage/channel" }]));
}

/** The limits of another channel than temperature. */
const PRESSURE = { channel: 7, unit: "kPa", resolution: "0.1", range: ["0", "20"] } as const;

/** What a policy says of devices and of thinning, in claims about a series of any kind. */
const DEVICE_CASES: readonly Case[] = [
  {
    what: "buckets longer than the gap",
    code: "bucket",
    severity: "error",
    good: withLimits({ bucket: 900 }),
    bad: withLimits({ bucket: 901 }),
    pointer: "/claims/0/rule/bucket",
  },
  {
    what: "a bucket where a mean is limited",
    code: "bucket",
    severity: "error",
    good: cold({ bucket: 60, mkt: undefined }),
    bad: cold({ bucket: 60 }),
    pointer: "/claims/0/rule/bucket",
  },
  {
    what: "claims of one stage that say different numbers of devices",
    code: "devices",
    severity: "error",
    good: channelPolicy({ devices: 2, slot: 1 }, { devices: 2, slot: 2 }),
    bad: channelPolicy({ devices: 2, slot: 1 }, { devices: 3, slot: 2 }),
    pointer: "/claims/1/rule/devices",
  },
  {
    what: "one device of a stage with two, in a claim of another kind",
    code: "devices",
    severity: "error",
    good: mixed({ devices: 2, slot: 2 }, { devices: 2, slot: 1 }),
    bad: mixed({ devices: 2 }, {}),
    pointer: "/claims/1/rule/devices",
  },
  {
    what: "a slot that the stage does not have",
    code: "devices",
    severity: "error",
    good: withLimits({ slot: 1 }),
    bad: withLimits({ slot: 2 }),
    pointer: "/claims/0/rule/slot",
  },
  {
    what: "a slot that no claim judges",
    code: "slot-unjudged",
    severity: "error",
    good: mixed({ devices: 2, slot: 1 }, { devices: 2, slot: 2 }),
    bad: mixed({ devices: 2, slot: 2 }, { devices: 2, slot: 2 }),
    pointer: "/claims/0/rule/devices",
  },
  {
    what: "a slot that only a claim about any device judges",
    code: "slot-unjudged",
    severity: "error",
    good: mixed({ devices: 2, slot: 1 }, { devices: 2 }),
    bad: mixed({ devices: 2, slot: 1 }, { devices: 2, slot: 1 }),
    pointer: "/claims/0/rule/devices",
  },
  {
    what: "a slot that only a claim about any device judges, and in another channel",
    code: "slot-channel",
    severity: "warning",
    good: mixed({ devices: 2, slot: 1 }, { devices: 2 }),
    bad: mixed({ devices: 2, slot: 1 }, { ...PRESSURE, devices: 2 }),
    pointer: "/claims/0/rule/devices",
  },
  {
    what: "several devices, any one of which is enough",
    code: "any-device",
    severity: "warning",
    good: withLimits({ devices: 1 }),
    bad: withLimits({ devices: 2 }),
    pointer: "/claims/0/rule/slot",
  },
  {
    what: "one of two devices that are judged alone, by a claim about any",
    code: "any-device",
    severity: "warning",
    good: channelPolicy({ devices: 2, slot: 1 }, { devices: 2, slot: 2 }),
    bad: channelPolicy({ devices: 2, slot: 1 }, { devices: 2, slot: 0 }),
    pointer: "/claims/1/rule/slot",
  },
];

const CHANNEL_AT = "/claims/0/rule";

/** What a channel claim alone says. */
const CHANNEL_CASES: readonly Case[] = [
  {
    what: "a channel claim's range upside down",
    code: "range",
    severity: "error",
    good: channelPolicy({ range: ["7.9", "8.0"] }),
    bad: channelPolicy({ range: ["8.0", "8.0"] }),
    pointer: `${CHANNEL_AT}/range`,
  },
  {
    what: "a channel claim's range that no sensor measures, in its own unit",
    code: "physical-range",
    severity: "error",
    good: channelPolicy({ channel: 7, unit: "kPa", range: ["900.0", "1000.0"] }),
    bad: channelPolicy({ channel: 7, unit: "kPa", range: ["900.0", "1000.1"] }),
    pointer: `${CHANNEL_AT}/range`,
  },
  {
    what: "a channel claim's limit between two steps of the sensor",
    code: "grid",
    severity: "error",
    good: channelPolicy({ resolution: "0.05", range: ["2.0", "8.05"] }),
    bad: channelPolicy({ range: ["2.0", "8.05"] }),
    pointer: `${CHANNEL_AT}/range`,
  },
  {
    what: "a channel claim's gap that no tick divides",
    code: "gap",
    severity: "error",
    good: channelPolicy({ gap: 903 }),
    bad: channelPolicy({ gap: 902 }),
    pointer: `${CHANNEL_AT}/gap`,
  },
  {
    what: "a channel claim's tail over the gap",
    code: "tail",
    severity: "warning",
    good: channelPolicy({ tail: 900 }),
    bad: channelPolicy({ tail: 901 }),
    pointer: `${CHANNEL_AT}/tail`,
  },
  {
    what: "a channel claim's buckets longer than its gap",
    code: "bucket",
    severity: "error",
    good: channelPolicy({ bucket: 900 }),
    bad: channelPolicy({ bucket: 901 }),
    pointer: `${CHANNEL_AT}/bucket`,
  },
  {
    what: "two channel claims that one record's readings prove",
    code: "same-limits",
    severity: "warning",
    good: channelPolicy({}, { range: ["2.0", "8.1"] }),
    bad: channelPolicy({}, { range: ["2", "8.00"], lead: 0, independent: false }),
    pointer: "/claims/1/rule",
  },
  {
    what: "two channel claims about two devices",
    code: "same-limits",
    severity: "warning",
    good: channelPolicy({ devices: 2, slot: 1 }, { devices: 2, slot: 2 }),
    bad: channelPolicy({ devices: 2, slot: 1 }, { devices: 2, slot: 1 }),
    pointer: "/claims/1/rule",
  },
  {
    what: "a circuit of several channels for one",
    code: "circuit",
    severity: "error",
    good: channelPolicy({}),
    bad: { ...fixture(), claims: channelPolicy({}).claims.map((each) => ({ ...each, circuits: ["parameters-840"] })) },
    pointer: "/claims/0/circuits/0",
  },
];

// Verifies R-policy-devices.
it("finds that two devices are judged, but each in another channel only", () => {
  const findings = lintPolicy(mixed({ devices: 2, slot: 1 }, { ...PRESSURE, devices: 2, slot: 2 }));
  expect(findings.filter(({ code }) => code === "slot-channel").map(({ message }) => message)).toEqual([
    expect.stringContaining('the device in slot 2 of stage "cold-storage" says of temperature'),
    expect.stringContaining('the device in slot 1 of stage "cold-storage" says of pressure'),
  ]);
  expect(findings.map(({ code }) => code)).not.toContain("slot-unjudged");
});

const CASES = [...TEMPERATURE_CASES, ...DEVICE_CASES, ...CHANNEL_CASES, ...PROCESS_CASES];

// Verifies R-policy-lint, R-policy-budgets, R-policy-mkt, R-policy-custody, R-policy-quality, R-policy-thinning,
// R-policy-devices, F44, F63, F68.
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

  it("has a case for every check", () => {
    const tested = new Set<LintCode>(CASES.map(({ code }) => code));
    expect(LINT_CODES.filter((code) => !tested.has(code))).toEqual([]);
  });

  it("refuses a circuit of another kind and names it", () => {
    const [finding] = found(withClaims(claimWith({ circuits: ["parameters-840"] })), "circuit");
    expect(finding?.message).toContain('claims of kind "parameters"');
    expect(finding?.remedy).toContain("temperature-1k");
  });

  it("lists errors before warnings and finds everything at once", () => {
    const findings = lintPolicy(withLimits({ range: ["8.0", "2.0"], gap: 902, lead: 5000 }));
    expect(findings.map(({ code }) => code)).toEqual(["range", "gap", "lead", "custody"]);
    expect(findings.map(({ severity }) => severity)).toEqual(["error", "error", "warning", "warning"]);
  });

  it("says how many seconds of a rounded limit are permitted", () => {
    const odd = { normal: ["3.0", "7.0"], gap: 759, lead: 0, tail: 0 } as const; // ticks of 3 s
    const policy = cold({ ...odd, cumulative: { above: 100, below: 101 }, single: 100 });
    expect(found(policy, "rounded").map(({ message }) => message)).toEqual([
      "100 s are no whole number of ticks of 3 s: 99 s are permitted.",
      "101 s are no whole number of ticks of 3 s: 100.5 s are permitted.",
      "100 s are no whole number of ticks of 3 s: 99 s are permitted.",
    ]);
  });

  it("names both sides that nothing limits", () => {
    const findings = found(cold({ ...BOTH_SIDES, cumulative: undefined }), "side-unlimited");
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining("above the normal band"),
      expect.stringContaining("below the normal band"),
    ]);
  });

  it("says why a mean over a longer stage is refused, and how long it may be", () => {
    const [finding] = found(cold({ mkt: { limit: "8.0", span: 259_200 } }), "mkt-span");
    expect(finding?.message).toContain("over 72 h dilutes excursions");
    expect(finding?.remedy).toContain("at most 24 h (86400 s) for a limit of 8.0 °C");
  });

  it("finds a budget of nothing lawful", () => {
    const policy = cold({ ...BOTH_SIDES, cumulative: { above: 0, below: 0 }, single: 0 });
    expect(lintPolicy(policy).map(({ code }) => code)).toEqual(["custody"]);
  });

  it("judges no budget on a grid that is refused", () => {
    const findings = lintPolicy(cold({ range: ["15.0", "2.0"], single: 5, mkt: { limit: "99", span: 9_999_999 } }));
    expect(findings.map(({ code }) => code)).toEqual(["range", "custody"]);
  });

  it.each(FIXTURES)("finds nothing in %s but that custody is not proven", (name) => {
    const findings = lintPolicy(fixture(name));
    expect(findings.map(({ severity, code }) => [severity, code])).toEqual([["warning", "custody"]]);
  });

  it.each(PROCESSES)("finds nothing in %s", (name) => {
    expect(lintPolicy(fixture(name))).toEqual([]);
  });
});
