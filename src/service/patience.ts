import { secondsOfWork } from "../queue/figures.ts";
import type { Service } from "./service.ts";

/** Seconds after which it is worth to ask again for what could not be done now, where nobody knows better. */
const USUAL = 10;
/** Calls are counted by the minute, events by the day; answers that are over are looked for by the hour. */
const PATIENCE_OF: Readonly<Record<string, number>> = {
  ...{ "rate-limit": 60, "event-quota": 3_600, "idempotency-quota": 3_600 },
};
/** Of proofs: whoever asks oftener learns nothing, whoever asks seldomer is late. */
const [LEAST, MOST] = [2, 60];

/** Seconds after which a proof that was asked for now may be made; `unknown`: where none was made lately. */
export function proofPatience({ queue, now }: Pick<Service, "queue" | "now">, unknown = LEAST): number {
  const seconds = secondsOfWork(queue.list(), now() * 1000);
  return seconds === undefined ? unknown : Math.min(MOST, Math.max(LEAST, Math.ceil(seconds)));
}

/** Seconds after which a call may be sent again that was refused with this code. */
export function patienceOf(code: string | null, service: Pick<Service, "queue" | "now">): number {
  if (code === "queue-full") return proofPatience(service, USUAL);
  return PATIENCE_OF[code ?? ""] ?? USUAL;
}
