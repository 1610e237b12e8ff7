import { CHANNEL } from "../../formats/constants.ts";
import { formatMicro } from "../../input/quantities.ts";
import { atLeast, atMost, secondsFacet, type Facet } from "../../policy/facets.ts";
import { micro, rangeFacets, resolutionFacet, seriesFacets } from "../series/facets.ts";
import type { TemperatureLimits } from "./limits.ts";
import { heatOf } from "./mkt.ts";

/** Everything that a temperature rule says. */
export function temperatureFacets(rule: TemperatureLimits): Facet[] {
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
