import type { HistoryEntry, HistoryKind } from "../../src/audit/history.ts";

/** What a timeline shows, Unix seconds. */
export interface Axis {
  readonly from: number;
  readonly to: number;
}

/** How much longer than what happened a timeline gets for a date that is due: ten years would press all else together. */
const MOST_AHEAD = 1;

/** From the first thing that happened to the last, to `now`, and to what is due soon after. */
export function axisOf(history: readonly HistoryEntry[], due: readonly bigint[], now: number): Axis {
  const times = history.map(({ at }) => at);
  const from = Math.min(now, ...times);
  const last = Math.max(now, ...times);
  const soon = due.map(Number).filter((time) => time <= last + MOST_AHEAD * (last - from));
  return { from: Math.min(from, ...soon), to: Math.max(last, ...soon) };
}

/** Something that lasted: an exception or a hold; `open`: it still does. */
export interface Span {
  readonly lane: "exceptions" | "holds";
  readonly from: number;
  readonly to: number;
  readonly open: boolean;
}

const LASTING: readonly {
  readonly lane: Span["lane"];
  readonly begins: HistoryKind;
  readonly ends: readonly HistoryKind[];
}[] = [
  { lane: "exceptions", begins: "exceptionRaised", ends: ["exceptionClosed"] },
  { lane: "holds", begins: "held", ends: ["holdLifted"] },
  { lane: "holds", begins: "requested", ends: ["requestAccepted", "requestWithdrawn"] },
];

/** What lasted, from its beginning to its end or, while it is open, to `now`. */
export function spansOf(history: readonly HistoryEntry[], now: number): Span[] {
  return history.flatMap((entry, i) => {
    const kind = LASTING.find(({ begins }) => begins === entry.kind);
    if (kind === undefined) return [];
    const end = history.slice(i + 1).find((other) => kind.ends.includes(other.kind) && other.id === entry.id);
    return [{ lane: kind.lane, from: entry.at, to: end?.at ?? now, open: end === undefined }];
  });
}
