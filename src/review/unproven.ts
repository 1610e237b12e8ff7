import { kindOf, KINDS } from "../kinds/index.ts";
import type { Policy } from "../policy/document.ts";

/** What proofs of a policy's claims leave open, for its readers. */
export function showUnproven(policy: Policy): string[] {
  const lines = [...showUnmeasured(policy), ...Object.values(KINDS).flatMap((kind) => kind.showUnproven(policy))];
  // Kinds that share their evidence share its sentence.
  return ["", "What this policy does not prove", ...[...new Set(lines)].map((line) => `  ${line}`)];
}

/** Stages of which no claim shows how the batch was kept. */
function showUnmeasured({ stages, claims }: Policy): string[] {
  const measured = claims.filter((claim) => kindOf(claim).measuresStage);
  const unmeasured = stages.filter((_, stage) => !measured.some((claim) => claim.stage === stage));
  if (unmeasured.length === 0) return [];
  return [`How the batch was kept in ${unmeasured.join(", ")}: no readings of these stages are claimed.`];
}
