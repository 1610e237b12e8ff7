import { parseMicro } from "../../input/quantities.ts";
import { atLeast, atMost, demand, secondsFacet, type Facet } from "../../policy/facets.ts";
import type { SeriesLimits } from "./limits.ts";

/** What every series of readings must be, apart from its values. */
export function seriesFacets(rule: SeriesLimits): Facet[] {
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

/** Lower and upper limit of something. */
export function rangeFacets(of: string, [low, high]: readonly [string, string], symbol: string): Facet[] {
  return [
    atLeast(`lowest ${of}`, micro(low), `${low} ${symbol}`),
    atMost(`highest ${of}`, micro(high), `${high} ${symbol}`),
  ];
}

/** A coarser sensor shows less. */
export function resolutionFacet(name: string, resolution: string, symbol: string): Facet {
  return atMost(name, micro(resolution), `${resolution} ${symbol}`);
}

/** A quantity of the policy in millionths of its unit. */
export function micro(text: string): bigint {
  return parseMicro(text, "policy");
}

/** The same as text, so that equal quantities are equal texts however they are spelt. */
export function inMicro(text: string): string {
  return micro(text).toString();
}
