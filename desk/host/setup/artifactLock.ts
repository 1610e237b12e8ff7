import { circuits } from "virtual:pinned";

export * from "../../../src/setup/artifactLock.ts";

/** The circuit whose key the lock file pinned under a circuitId when the page was built; undefined: none of this id. */
export function circuitNameOf(circuitId: string): string | undefined {
  return circuits.get(circuitId);
}
