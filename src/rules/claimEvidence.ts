import type { KindName } from "../formats/constants.ts";
import type { CustodyEvidence } from "./custodyEvidence.ts";
import type { TemperatureEvidence } from "./evidence.ts";
import type { ParametersEvidence } from "./parametersEvidence.ts";
import type { QualityEvidence } from "./qualityEvidence.ts";

interface EvidenceOf {
  readonly temperature: TemperatureEvidence;
  readonly parameters: ParametersEvidence;
  readonly custody: CustodyEvidence;
  readonly quality: QualityEvidence;
}

/** Everything that one claim is judged and proven from, of whatever kind it is. */
export type ClaimEvidence = {
  readonly [K in KindName]: { readonly kind: K; readonly evidence: EvidenceOf[K] };
}[KindName];
