import type { Batch } from "./batch.ts";

/** What must stand in no public text: a batch's chain of identity, order and lot, as far as its folder knows them. */
export function privateNames({ lot, origin }: Batch): string[] {
  return "coi" in origin ? [lot, origin.coi, origin.order] : [lot];
}
