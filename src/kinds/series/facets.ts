import { parseMicro } from "../../input/quantities.ts";
import { ANY_DEVICE } from "../../formats/constants.ts";
import { atLeast, atMost, demand, fact, secondsFacet, type Facet } from "../../policy/facets.ts";
import { time } from "../../policy/words.ts";
import type { SeriesLimits } from "./limits.ts";
import { devicesOf, slotOf } from "./rule.ts";

/** What every series of readings must be, apart from its values. */
export function seriesFacets(rule: SeriesLimits): Facet[] {
  return [
    ...secondsFacet("gap between readings", rule.gap),
    ...secondsFacet("time without reading at the stage's start", rule.lead),
    ...secondsFacet("time without reading at the stage's end", rule.tail),
    ...secondsFacet("clock error", rule.clockTolerance),
    thinningFacet(rule),
    atLeast("devices of the stage", BigInt(devicesOf(rule)), String(devicesOf(rule))),
    demand("device that is judged", slotOf(rule) !== ANY_DEVICE, ["the one in a slot", "any one of them"]),
    ...(slotOf(rule) === ANY_DEVICE ? [] : [fact("slot of the device that is judged", String(slotOf(rule)))]),
    demand("who signs the record", rule.independent === true, [
      "another organisation than the custodian",
      "the custodian's own organisation",
    ]),
  ];
}

/** Longer buckets leave more readings out. */
function thinningFacet({ bucket }: SeriesLimits): Facet {
  const words = bucket === undefined ? "not permitted" : `to buckets of at most ${time(bucket)}`;
  return atMost("thinning", BigInt(bucket ?? 0), words);
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
