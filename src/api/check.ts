/** A batch folder: read it, and judge its claims. */
export type { Batch } from "../batch/batch.ts";
export { missingEvidence, type MissingEvidence } from "../batch/evidence.ts";
export { readBatch } from "../batch/folder.ts";
export { checkBatch, checkText, type ClaimVerdict } from "../claims/checkBatch.ts";
export type { SeriesFigures } from "../kinds/series/figures.ts";
