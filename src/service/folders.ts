import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Batch } from "../batch/batch.ts";
import { readBatch } from "../batch/folder.ts";
import { inputError, showing, BatchproofError, type Shown } from "../errors.ts";
import { toHex } from "../formats/field.ts";
import { seesOnly, type Caller } from "./caller.ts";
import type { Permission } from "../settings/permissions.ts";
import type { Service } from "./service.ts";
import type { SiteSettings } from "../settings/service.ts";
import { IS_SLUG } from "../formats/slug.ts";

export { showing, type Shown };

/** What an address says of a batch. */
export interface BatchAddress {
  readonly site: string;
  readonly batch: string;
}

/** A batch folder of a site. */
export interface BatchPlace {
  readonly site: SiteSettings;
  /** The batch's id: its folder's name. */
  readonly id: string;
  readonly dir: string;
}

/** A site that service.json names. Error `not-found`. */
export function siteNamed({ settings }: Pick<Service, "settings">, name: string): SiteSettings {
  const site = settings.sites.find((each) => each.name === name);
  if (site === undefined) throw notFound();
  return site;
}

/** Where a batch's folder lies, or would lie; never outside of its site's folder. Error `not-found`. */
export function placeOf(service: Pick<Service, "settings">, { site: name, batch: id }: BatchAddress): BatchPlace {
  const site = siteNamed(service, name);
  if (!IS_SLUG.test(id)) throw notFound();
  return { site, id, dir: join(site.batches, id) };
}

/** The same of a folder that is there: a symbolic link is none, wherever it leads. Error `not-found`. */
export async function existingPlace(service: Pick<Service, "settings">, address: BatchAddress): Promise<BatchPlace> {
  const place = placeOf(service, address);
  if (!(await isFolder(place.dir))) throw notFound();
  return place;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

/** Ids of a site's batches, in order: its folders whose names are ids. Error `not-found`: the folder of batches is not there. */
export async function batchIds({ batches }: SiteSettings): Promise<string[]> {
  const entries = await readdir(batches, { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isDirectory() && IS_SLUG.test(entry.name) ? [entry.name] : [])).sort();
}

/** Nothing of this name, or nothing that the caller may see: which of them, nobody is told. */
export function notFound(): BatchproofError {
  return inputError("There is nothing of this name here.", { code: "not-found" });
}

/** What errors show in place of a batch's folder: its address. */
export function shownFolder(place: BatchPlace): Shown {
  return [[place.dir, shownName(place)]];
}

/** What errors call a batch. */
export function shownName({ site, id }: Pick<BatchPlace, "site" | "id">): string {
  return `${site.name}/${id}`;
}

/** A batch, and which of its stages the caller sees. */
export interface SeenBatch {
  readonly place: BatchPlace;
  readonly batch: Batch;
  /** Indices of stages. */
  readonly stages: ReadonlySet<number>;
  /** Of somebody who is no party: also what is of no stage. */
  readonly seesAll: boolean;
}

/** A batch as its folder has it. Errors: those of `readBatch`. */
export async function batchIn({ folders }: Pick<Service, "folders">, { dir }: BatchPlace): Promise<Batch> {
  return await folders.of(dir, "batch", () => readBatch(dir));
}

/** Who asks for what batch. */
export interface BatchCall {
  readonly params: BatchAddress;
  readonly caller: Caller;
  readonly service: Service;
}

/**
 * Reads a batch for a caller. Errors: `not-found` (also for a party that holds none of its stages), those of `readBatch`.
 * @param permission that of the route
 */
export async function readFor(call: BatchCall, permission: Permission): Promise<SeenBatch> {
  const place = await existingPlace(call.service, call.params);
  const custodians = seesOnly(call.caller, permission, call.params);
  const batch = await showing(shownFolder(place), () => batchIn(call.service, place)).catch((error: unknown) => {
    // What cannot be read is somebody's, and no party's.
    if (error instanceof BatchproofError && custodians !== undefined) throw notFound();
    throw error;
  });
  const seen = sightOf(batch, custodians);
  if (!seen.seesAll && seen.stages.size === 0) throw notFound();
  return { place, batch, ...seen };
}

/** Which stages of a batch are those of these custodians; undefined: all are seen. */
export function sightOf(
  { stages }: Pick<Batch, "stages">,
  custodians: ReadonlySet<string> | undefined,
): Pick<SeenBatch, "stages" | "seesAll"> {
  const seen = stages.flatMap(({ custodian }, index) =>
    custodians === undefined || (custodian !== undefined && custodians.has(toHex(custodian.key.x))) ? [index] : [],
  );
  return { stages: new Set(seen), seesAll: custodians === undefined };
}

/** Whether the caller sees the hand-off at the end of a stage: who releases does, and who receives. */
export function seesHandoff({ stages }: Pick<SeenBatch, "stages">, index: number): boolean {
  return stages.has(index) || stages.has(index + 1);
}

/** Refuses what is about a stage of somebody else. Error `not-allowed`. */
export function requireSeen(isSeen: boolean): void {
  if (isSeen) return;
  throw inputError("This is about another party's stage.", {
    code: "not-allowed",
    remedy: "Name a stage of your own, or have somebody call who works for the site.",
  });
}
