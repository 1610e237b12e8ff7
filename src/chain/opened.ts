import { BatchproofError, refusal } from "../errors.ts";
import { ROLE_ID } from "../formats/roleIds.ts";
import { chainTime, type Chain } from "./connect.ts";
import type { Register, StageQp } from "./handles.ts";
import { explained } from "./revert.ts";

/** What the opening of a batch says, times in Unix seconds, hashes 0x hex. */
export interface AskedOpening {
  /** Public signal `batch`. */
  readonly batch: bigint;
  readonly opening: bigint;
  readonly policyId: string;
  readonly consent: string;
  readonly supersedes: string;
  readonly qps: readonly string[];
  readonly stageQps: readonly StageQp[];
  readonly submitters: readonly string[];
  /** Undefined where nobody said when. */
  readonly due: readonly [release: bigint | undefined, completion: bigint | undefined];
}

/** Due dates where nobody said them: a minute before the latest that the policy allows. `maxDue`: seconds. */
export async function dueDates(
  { provider }: Pick<Chain, "provider">,
  [release, completion]: AskedOpening["due"],
  maxDue: readonly [number, number],
): Promise<readonly [release: bigint, completion: bigint]> {
  const now = await explained(() => chainTime(provider));
  // The block of the opening comes a little later than the latest one.
  const latest = (maximum: number): bigint => now + BigInt(maximum) - 60n;
  return [release ?? latest(maxDue[0]), completion ?? latest(maxDue[1])];
}

/** The arguments of the call that opens it. */
export function openingArgs(
  { batch, opening, policyId, consent, supersedes, qps, stageQps, submitters }: AskedOpening,
  due: readonly [bigint, bigint],
): Parameters<Register["registry"]["openBatch"]["populateTransaction"]> {
  return [batch, opening, policyId, due, consent, qps, stageQps, submitters, supersedes];
}

/** A batch whose Qualified Person has no role could never be certified. Error `qp-role`, with this place and remedy. */
export async function requireQpRole(
  { roles }: Pick<Register, "roles">,
  account: string,
  place: string,
  remedy: string,
): Promise<void> {
  if (await explained(() => roles.holds(ROLE_ID.qp, account))) return;
  throw refusal("This account does not have the role QP now.", { code: "qp-role", place, remedy });
}

/**
 * Whether the register has this batch of the owner, opened as it is asked for now: who was cut off after it was sent does not
 * know. `key`: key of the batch. Error `BatchKnown`: it has one that says something else.
 */
export async function isOpenedSo({ registry, persons }: Register, key: string, asked: AskedOpening): Promise<boolean> {
  const stored = await explained(() => registry.batchOf(key)).catch((error: unknown) => {
    if (error instanceof BatchproofError && error.code === "BatchUnknown") return undefined;
    throw error;
  });
  if (stored === undefined) return false;
  const { opening, policyId, consent, supersedes, qps, stageQps, submitters, due } = asked;
  const refuse = (what: string, remedy: string): never => {
    throw refusal(`The register has this order's batch of yours already, with another ${what}.`, {
      code: "BatchKnown",
      place: key,
      remedy,
    });
  };
  if (stored.opening !== opening || stored.policyId !== policyId) {
    return refuse(
      "opening or policy",
      "Go on in the folder that opened it; the owner corrects an opening there, with replace-opening.",
    );
  }
  const named = await explained(() =>
    Promise.all([
      ...qps.map((account) => persons.isQpOf(key, account)),
      ...stageQps.map(async ({ stage, qp }) => (await persons.qpsOf(key, stage)).includes(qp)),
      ...submitters.map((account) => registry.isSubmitterOf(key, account)),
    ]),
  );
  const isSame =
    named.every(Boolean) &&
    stored.consent === consent &&
    stored.supersedes === supersedes &&
    due.every((date, i) => date === undefined || date === stored.due[i]);
  if (isSame) return true;
  return refuse(
    "Qualified Person, submitter, due date, consent or batch that it supersedes",
    "The audit shows how it was opened; the owner changes it with qp propose, name-submitter and extend, or ends it with abort.",
  );
}
