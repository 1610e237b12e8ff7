import { mkdir, realpath, stat } from "node:fs/promises";
import { relative, sep } from "node:path";
import { inputError } from "../errors.ts";
import { signersOf } from "../notify/webhook.ts";
import { readParties } from "../parties/partyList.ts";
import { placesIn, readServiceFile, type ServiceSettings } from "../settings/service.ts";

/**
 * Reads `service.json` and makes the data folder if it is missing. Errors: those of `readServiceFile`; `service-file` (a folder that is
 * not there, two sites that share one); those of `readParties` and `signersOf`.
 */
export async function readServiceSettings(path: string): Promise<ServiceSettings> {
  const settings = await readServiceFile(path);
  await mkdir(settings.data, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw inputError("This folder cannot be made.", { code: "service-file", place: `${path}#/data`, cause });
  });
  await refuseShared(settings, path);
  // Batches are begun and receivers are told later, days perhaps: what is wrong with their files is said now.
  for (const { parties } of settings.sites) if (parties !== undefined) await readParties(parties);
  for (const [i, each] of (settings.webhooks ?? []).entries()) await signersOf(each, `${path}#/webhooks/${i}`);
  return settings;
}

/** Texts that stand in no answer: where things lie on this machine, and the whole address of a node. Longest first. */
export function hiddenTexts(settings: ServiceSettings): readonly string[] {
  const { register } = settings;
  const all = [...placesIn(settings).map(({ path }) => path), ...(register === undefined ? [] : [register.rpc])];
  return all.sort((a, b) => b.length - a.length);
}

/** Whoever may see one site's folder must not see another's through it, nor the service's own. */
async function refuseShared({ data, sites }: ServiceSettings, path: string): Promise<void> {
  const folders = [{ place: `${path}#/data`, real: await folderAt(data, `${path}#/data`) }];
  for (const [index, { batches, policies }] of sites.entries()) {
    await folderAt(policies, `${path}#/sites/${index}/policies`);
    const place = `${path}#/sites/${index}/batches`;
    const real = await folderAt(batches, place);
    const other = folders.find((each) => contains(each.real, real) || contains(real, each.real));
    if (other !== undefined) {
      throw inputError("This folder lies in another one of this file, or another one lies in it.", {
        code: "service-file",
        place,
        remedy: `Name a folder apart from that of ${other.place}.`,
      });
    }
    folders.push({ place, real });
  }
}

async function folderAt(path: string, place: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return await realpath(path);
  throw inputError("There is no folder of this name.", { code: "service-file", place });
}

function contains(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`));
}
