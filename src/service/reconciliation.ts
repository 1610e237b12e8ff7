import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { inputError } from "../errors.ts";
import { documentText } from "../formats/document.ts";
import { writeNewFile } from "../input/files.ts";
import { formatTime } from "../input/times.ts";
import { reconcile, type Reconciliation } from "../notify/reconcile.ts";
import { inboundOf, type Notifications } from "./notifications.ts";
import type { Service } from "./service.ts";

type Reconciling = Pick<Service, "now" | "notifications" | "settings">;

/** Hour of the day (UTC) from which its copy is made without the register. */
const LATEST_HOUR = 12;

/** What only one side holds of a site now. Error `not-found`: no such site. */
export async function reconcileSite(service: Reconciling, site: string): Promise<Reconciliation> {
  const { now, notifications } = service;
  const heard = inboundOf({ ...(notifications === undefined ? {} : { notifications }) }, site).all;
  const batches = (await notifications?.batchesOf(site)) ?? [];
  const told = toldBy(notifications?.follower, now());
  return reconcile({ site, batches, heard, told, previous: await lastCopy(service, site), now: now() });
}

/** The last day before this one that has a copy. */
async function lastCopy(service: Reconciling, site: string): Promise<string | null> {
  const today = dayOf(service);
  const names = await readdir(folderOf(service, site)).catch(() => []);
  const days = names.flatMap((name) => /^([0-9]{4}-[0-9]{2}-[0-9]{2})\.json$/.exec(name)?.slice(1) ?? []);
  return (
    days
      .filter((day) => day < today)
      .sort()
      .at(-1) ?? null
  );
}

function folderOf({ settings }: Reconciling, site: string): string {
  return join(settings.data, "reconciliation", site);
}

function dayOf({ now }: Reconciling): string {
  return formatTime(now()).slice(0, 10);
}

function toldBy(follower: Notifications["follower"], now: number): Parameters<typeof reconcile>[0]["told"] {
  const block = follower?.currentBlock(now);
  return follower === undefined || block === undefined ? undefined : { block, exceptions: follower.journal.exceptions };
}

/**
 * Keeps the day's copy for each site that has none yet: `reconciliation/SITE/YYYY-MM-DD.json` in the data folder, by UTC, which is never
 * written over. It is made as soon as the register can be relied on, and from noon without. A day that is over gets none: what both
 * sides held then, nobody can say any more. Errors: those of `reconcileSite` and `writeNewFile`.
 * @returns the files that were made
 */
export async function keepReconciliations(
  service: Reconciling & { readonly notifications: Notifications },
): Promise<readonly string[]> {
  const made: string[] = [];
  const hour = Number(formatTime(service.now()).slice(11, 13));
  for (const site of service.notifications.inbound.keys()) {
    const path = join(folderOf(service, site), `${dayOf(service)}.json`);
    if (existsSync(path)) continue;
    const found = await reconcileSite(service, site);
    if (found.block === null && hour < LATEST_HOUR) continue;
    const taken = inputError("The reconciliation of this day is there already.", { code: "file-exists", place: path });
    await writeNewFile(path, documentText(found), taken);
    made.push(path);
  }
  return made;
}
