import type { Batch } from "../batch/batch.ts";
import { toHex } from "../formats/field.ts";
import { stageHead } from "../formats/head.ts";
import { formatTime } from "../input/times.ts";
import type { Standing } from "../standing/standing.ts";
import type { FhirStage } from "./fhir.ts";

/** Stages of a folder: times of those whose end the register has as the folder's hand-off says it, of the others the name alone. */
export function namedStages({ stages }: Pick<Batch, "stages">, standing: Standing): FhirStage[] {
  return stages.map(({ name, handoff }, i) => {
    if (handoff === undefined || toHex(stageHead(handoff.head)) !== standing.stages[i]?.head) return { name };
    return { name, start: formatTime(handoff.head.start), end: formatTime(handoff.head.end) };
  });
}
