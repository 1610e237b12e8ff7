import { isStale } from "../audit/head.ts";
import { parseTime } from "../input/times.ts";
import { because, type Reason } from "./answer.ts";
import type { Standing } from "./standing.ts";

/**
 * What must be known of an answer of a node whose latest block is older than an hour by this machine's clock: it may stand still, and
 * a recall since is not seen. A chain without blocks while nothing happens looks the same, so no answer turns by it.
 * @param now Unix seconds
 */
export function ageNotes({ chainId, time }: Standing, now: number): Reason[] {
  if (!isStale(now - parseTime(time, "time"), BigInt(chainId), undefined)) return [];
  return [because("block-old", `the node's latest block is of ${time}: what happened since is not known`)];
}
