import { atLeast, demand, secondsFacet, type Facet } from "../../policy/facets.ts";
import { time } from "../../policy/words.ts";
import type { Boundary, CustodyLimits } from "./limits.ts";

const SIGNERS: Readonly<Record<Boundary, string>> = {
  handover: "both custodians (handover)",
  internal: "the one custodian (internal)",
  last: "the last custodian (last)",
};

/** Everything that a custody rule says. */
export function custodyFacets({ boundary, hold, duration, sealed }: CustodyLimits): Facet[] {
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
