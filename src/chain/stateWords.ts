import { challengeText } from "../formats/challenges.ts";
import { formatTime } from "../input/times.ts";
import type { Challenge, Holder, Supply } from "./batchState.ts";

/** How a batch stands, in words. Apart from what asks the register: to speak loads no connection. */

/** Who holds a batch of this key; of nobody an empty text. */
export function heldByText(key: string, holders: readonly Holder[]): string {
  const each = holders.map(({ batch, account, side, order }) => {
    const about = [
      ...(order === undefined ? [] : [`order ${order}`]),
      ...(batch === key ? [] : [`batch ${batch}, superseded`]),
    ];
    return `${side.toUpperCase()} ${account}${about.length === 0 ? "" : ` (${about.join("; ")})`}`;
  });
  return each.length === 0 ? "" : `held by ${each.join(" and ")}`;
}

/** A challenge; undefined: there is none. */
export function challengedText(challenge: Pick<Challenge, "kinds" | "decided"> | undefined): string | undefined {
  if (challenge === undefined) return undefined;
  const { kinds, decided } = challenge;
  return `challenged, and ${decided ? "a QP decided to go on" : "no QP decided on it"}: ${challengeText(kinds)}`;
}

/** An exceptional supply; undefined: there is none. */
export function supplyText(supply: Supply | undefined): string | undefined {
  if (supply === undefined) return undefined;
  const { administration, notificationDue, notified } = supply;
  return suppliedText(formatTime(administration), formatTime(notificationDue), notified);
}

/** The same of one whose times stand there as texts. */
export function suppliedText(administration: string, notificationDue: string, notified: boolean): string {
  const told = notified ? "the authority was notified" : `the authority is to be notified by ${notificationDue}`;
  return (
    "exceptional supply, out of specification at a physician's request, never a release; " +
    `administration ${administration}; ${told}`
  );
}
