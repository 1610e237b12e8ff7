import type { Policy } from "../../policy/document.ts";

/** What claims about a series leave open, of whichever kind they are. */
export function unprovenSeries({ claims }: Policy, kind: "temperature" | "parameters" | "channel"): string[] {
  if (!claims.some((claim) => claim.kind === kind)) return [];
  return ["That the sensor told the truth: a proof is about records that a registered source signed."];
}
