import { existsSync } from "node:fs";
import { join } from "node:path";
import { inputError } from "../errors.ts";
import { documentText } from "../formats/document.ts";
import { writeNewFile } from "../input/files.ts";
import { formatTime } from "../input/times.ts";
import { reconcile, type Reconciliation } from "../notify/reconcile.ts";
import { inboundOf, type Notifications } from "./notifications.ts";
import type { Service } from "./service.ts";

type Reconciling = Pick<Service, "now" | "notifications">;

/** Hour of the day (UTC) from which its copy is made without the register. */
const LATEST_HOUR = 12;

/** What only one side holds of a site now. Error `not-found`: no such site. */
export async function reconcileSite({ now, notifications }: Reconciling, site: string): Promise<Reconciliation> {
  const heard = inboundOf({ ...(notifications === undefined ? {} : { notifications }) }, site).all;
  const batches = (await notifications?.batchesOf(site)) ?? [];
  return reconcile({ site, batches, heard, told: toldBy(notifications?.follower, now()), now: now() });
}

function toldBy(follower: Notifications["follower"], now: number): Parameters<typeof reconcile>[0]["told"] {
  const block = follower?.currentBlock(now);
  return follower === undefined || block === undefined ? undefined : { block, exceptions: follower.journal.exceptions };
}

/**
 * Keeps the day's copy for each site that has none yet: `FOLDER/SITE/YYYY-MM-DD.json`, by UTC, which is never written over. It is made
 * as soon as the register can be relied on, and from noon without. Errors: those of `reconcileSite` and `writeNewFile`.
 * @returns the files that were made
 */
export async function keepReconciliations(
  service: Reconciling & { readonly notifications: Notifications },
  folder: string,
): Promise<readonly string[]> {
  const made: string[] = [];
  const now = formatTime(service.now());
  for (const site of service.notifications.inbound.keys()) {
    const path = join(folder, site, `${now.slice(0, 10)}.json`);
    if (existsSync(path)) continue;
    const found = await reconcileSite(service, site);
    if (found.block === null && Number(now.slice(11, 13)) < LATEST_HOUR) continue;
    const taken = inputError("The reconciliation of this day is there already.", { code: "file-exists", place: path });
    await writeNewFile(path, documentText(found), taken);
    made.push(path);
  }
  return made;
}
