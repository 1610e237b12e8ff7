import { BATCH_SEAT } from "../formats/codes.ts";
import { ROLE_ID } from "../formats/roleIds.ts";
import type { AtBlock } from "./batchState.ts";
import type { Register } from "./handles.ts";
import { explained } from "./revert.ts";

/** Those who were named for one thing that only a QP does: certifying the batch, or confirming a stage of it. */
export interface Seat {
  /** Index of the stage; undefined: the whole batch. */
  readonly stage: number | undefined;
  readonly qps: readonly string[];
  /** None of them holds the role QP: the owner alone names another one then. */
  readonly isVacant: boolean;
  /** A stage that somebody of them still has to confirm before the batch is certified. */
  readonly isUnconfirmed: boolean;
}

/**
 * Every seat of a batch that has somebody named. Errors: those of `explained`.
 * @param key key of the batch
 * @param stages number of its stages
 */
export async function seatsOf(
  { persons, roles }: Pick<Register, "persons" | "roles">,
  key: string,
  stages: number,
  at: AtBlock,
): Promise<Seat[]> {
  const unconfirmed = await explained(() => persons.unconfirmedStages(key, at));
  const seats: Seat[] = [];
  for (const seat of [BATCH_SEAT, ...Array.from({ length: stages }, (_, stage) => stage)]) {
    const qps = [...(await explained(() => persons.qpsOf(key, seat, at)))];
    const isUnconfirmed = seat !== BATCH_SEAT && ((unconfirmed >> BigInt(seat)) & 1n) === 1n;
    if (qps.length === 0 && !isUnconfirmed) continue;
    const holding = await explained(() => Promise.all(qps.map((qp) => roles.holds(ROLE_ID.qp, qp, at))));
    seats.push({
      stage: seat === BATCH_SEAT ? undefined : seat,
      qps,
      isVacant: !holding.includes(true),
      isUnconfirmed,
    });
  }
  return seats;
}
