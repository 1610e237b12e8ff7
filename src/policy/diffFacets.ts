import { CHANNEL } from "../formats/constants.ts";
import { formatMicro, parseMicro } from "../input/quantities.ts";
import { CHANNEL_WORDS, channelNamed } from "./channels.ts";
import { heatOf } from "./mkt.ts";
import {
  SEVERITY,
  type Boundary,
  type CustodyLimits,
  type ParametersLimits,
  type Policy,
  type PolicyClaim,
  type TemperatureLimits,
} from "./policy.ts";
import { qualityFacets } from "./diffQuality.ts";
import { time } from "./words.ts";

const SIGNERS: Readonly<Record<Boundary, string>> = {
  handover: "both custodians (handover)",
  internal: "the one custodian (internal)",
  last: "the last custodian (last)",
};

/** One thing that a policy says, so that two policies can be compared thing by thing. */
export interface Facet {
  /** What it is, in words; facets of the same name are compared. */
  readonly name: string;
  /** What it says, in words. */
  readonly words: string;
  /** More is looser. Absent: neither looser nor tighter, only different. */
  readonly looseness?: bigint;
  /** What a policy without this facet means: no limit, which is looser, or no permission, which is tighter. */
  readonly absent: "looser" | "tighter";
}

/** A limit, as loose as its value is large. */
export function atMost(name: string, looseness: bigint, words: string): Facet {
  return { name, looseness, words, absent: "looser" };
}

/** A limit, as loose as its value is small. */
export function atLeast(name: string, value: bigint, words: string): Facet {
  return atMost(name, -value, words);
}

/** Something permitted that would be refused without it. */
export function permission(name: string, words: string): Facet {
  return { name, looseness: 0n, words, absent: "tighter" };
}

/** Something demanded, or not. */
export function demand(name: string, demanded: boolean, words: readonly [yes: string, no: string]): Facet {
  return atMost(name, demanded ? 0n : 1n, demanded ? words[0] : words[1]);
}

/** Something that is only different. */
export function fact(name: string, words: string): Facet {
  return { name, words, absent: "looser" };
}

/** What a policy says apart from its claims. */
export function policyFacets({ product, version, document, stages, maxDue }: Policy): Facet[] {
  const [release, completion] = maxDue;
  return [
    atMost("latest release after opening", BigInt(release), time(release)),
    atMost("latest completion after opening", BigInt(completion), time(completion)),
    fact("product", product),
    fact("version", String(version)),
    fact("document", document),
    fact("stages", stages.join(", ")),
  ];
}

/** Everything that a claim says, its whole rule included. */
export function claimFacets(policy: Policy, claim: PolicyClaim): Facet[] {
  return [
    ...ruleFacets(claim),
    demand("class", claim.class !== "process", [
      `${claim.class}: only a proof counts`,
      "process: an accepted exception can stand in place of a proof",
    ]),
    demand("needed for", claim.neededFor === "release", ["release", "completion: a batch is released without it"]),
    atLeast("severity of a breach", BigInt(claim.severity), `${claim.severity} (${SEVERITY[claim.severity]})`),
    fact("stage", policy.stages[claim.stage] ?? String(claim.stage)),
    fact("place among the claims", String(policy.claims.indexOf(claim))),
    fact("circuits", claim.circuits.join(", ")),
    fact("where the numbers come from", claim.rule.source),
  ];
}

function ruleFacets(claim: PolicyClaim): Facet[] {
  switch (claim.kind) {
    case "temperature":
      return temperatureFacets(claim.rule);
    case "parameters":
      return parametersFacets(claim.rule);
    case "custody":
      return custodyFacets(claim.rule);
    case "quality":
      return qualityFacets(claim.rule);
  }
}

function temperatureFacets(rule: TemperatureLimits): Facet[] {
  const { symbol } = CHANNEL.temperature;
  const { range, normal, cumulative, single, mkt, resolution } = rule;
  return [
    ...rangeFacets("reading", range, symbol),
    ...(normal === undefined ? [] : rangeFacets("end of the normal band", normal, symbol)),
    ...secondsFacet("total time above the normal band", cumulative?.above),
    ...secondsFacet("total time below the normal band", cumulative?.below),
    ...secondsFacet("longest excursion", single),
    ...(mkt === undefined
      ? []
      : [
          atMost("mean kinetic temperature", micro(mkt.limit), `at most ${mkt.limit} ${symbol}`),
          // A higher heat weighs warm hours more, so the same readings give a higher mean.
          atLeast("heat of activation of that mean", heatOf(mkt), `${formatMicro(heatOf(mkt))} kJ/mol`),
          ...secondsFacet("longest stage of that mean", mkt.span),
        ]),
    resolutionFacet("sensor's steps", resolution, symbol),
    ...seriesFacets(rule),
  ];
}

function parametersFacets(rule: ParametersLimits): Facet[] {
  return [
    ...rule.channels.flatMap(({ channel, range, resolution }) => {
      const name = channelNamed(channel);
      const words = CHANNEL_WORDS[name];
      const { symbol } = CHANNEL[name];
      return [
        ...rangeFacets(`reading of ${words}`, range, symbol),
        resolutionFacet(`sensor's steps of ${words}`, resolution, symbol),
      ];
    }),
    fact("order of the channels", rule.channels.map(({ channel }) => CHANNEL_WORDS[channelNamed(channel)]).join(", ")),
    ...seriesFacets(rule),
  ];
}

function seriesFacets(rule: TemperatureLimits | ParametersLimits): Facet[] {
  return [
    ...secondsFacet("gap between readings", rule.gap),
    ...secondsFacet("time without reading at the stage's start", rule.lead),
    ...secondsFacet("time without reading at the stage's end", rule.tail),
    ...secondsFacet("clock error", rule.clockTolerance),
    demand("who signs the record", rule.independent === true, [
      "another organisation than the custodian",
      "the custodian's own organisation",
    ]),
  ];
}

function custodyFacets({ boundary, hold, duration, sealed }: CustodyLimits): Facet[] {
  return [
    demand("who signs the stage's end", boundary === "handover", [SIGNERS[boundary], SIGNERS[boundary]]),
    ...secondsFacet("hold until the next stage", hold),
    ...(duration?.min === undefined
      ? []
      : [atLeast("shortest stage", BigInt(duration.min), `at least ${time(duration.min)}`)]),
    ...secondsFacet("longest stage", duration?.max),
    demand("seal", sealed === true, ["the stage ends under the seal of the stage before", "not demanded"]),
  ];
}

function rangeFacets(of: string, [low, high]: readonly [string, string], symbol: string): Facet[] {
  return [
    atLeast(`lowest ${of}`, micro(low), `${low} ${symbol}`),
    atMost(`highest ${of}`, micro(high), `${high} ${symbol}`),
  ];
}

/** A coarser sensor shows less. */
function resolutionFacet(name: string, resolution: string, symbol: string): Facet {
  return atMost(name, micro(resolution), `${resolution} ${symbol}`);
}

function secondsFacet(name: string, seconds: number | undefined): Facet[] {
  return seconds === undefined ? [] : [atMost(name, BigInt(seconds), `at most ${time(seconds)}`)];
}

function micro(text: string): bigint {
  return parseMicro(text, "policy");
}
