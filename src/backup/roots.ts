import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { inputError } from "../errors.ts";
import { readingError } from "../input/files.ts";
import { formatOf } from "../input/formatOf.ts";
import { isAddress, placesIn, readServiceFile, SERVICE_FORMAT, type ServiceSettings } from "../settings/service.ts";
import { ABOUT_FILE, SUMS_FILE, type NotTaken, type Root } from "./about.ts";

/** What is taken, and what is not. */
export interface Taken {
  readonly roots: readonly Root[];
  readonly notTaken: readonly NotTaken[];
}

/**
 * What is taken for these paths: of a service's settings all that they name, of anything else itself. Errors: `backup-name` (two
 * would have one name in the backup, or one would lie in another), those of `readServiceFile`, `file-missing`.
 */
export async function rootsOf(paths: readonly string[]): Promise<Taken> {
  const all: Taken[] = [];
  for (const path of paths) all.push(await takenFor(path));
  const roots = all.flatMap((each) => each.roots);
  refuseTangled(roots);
  return { roots, notTaken: all.flatMap(({ notTaken }) => notTaken) };
}

async function takenFor(path: string): Promise<Taken> {
  if (!(await isSettings(path))) return { roots: [{ name: basename(resolve(path)), from: path }], notTaken: [] };
  const settings = await readServiceFile(path);
  const named = placesIn(settings).map(({ name, path: from, isFolder }) => {
    return { name: isFolder ? name : `${name}/${basename(from)}`, from };
  });
  return { roots: [{ name: "service.json", from: path }, ...named], notTaken: notTakenOf(settings) };
}

async function isSettings(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    throw readingError(error, path);
  });
  return found.isFile() && (await formatOf(path)) === SERVICE_FORMAT;
}

/** What whoever restores a service must have from elsewhere. */
function notTakenOf({ register, callers = [], issuers = [] }: ServiceSettings): NotTaken[] {
  const tokens = callers.filter(({ token }) => token !== undefined).map(({ name }) => name);
  return [
    ...(register === undefined ? [] : [{ what: `register ${register.registry}`, why: "it is the chain's" }]),
    ...(tokens.length === 0
      ? []
      : [{ what: `tokens of ${tokens.join(", ")}`, why: "the service has their sha256 only; who calls has them" }]),
    ...issuers
      .filter(({ jwks }) => isAddress(jwks))
      .map(({ issuer, jwks }) => ({ what: `keys of issuer ${issuer}`, why: `they are fetched from ${jwks}` })),
    { what: "passphrases of keys and keystores", why: "they stand in no file" },
    { what: "the queue's database", why: "the service sends again what it holds" },
  ];
}

/** What stands below one name must be one thing. Error `backup-name`. */
function refuseTangled(roots: readonly Root[]): void {
  const names = [ABOUT_FILE, SUMS_FILE];
  for (const { name, from } of roots) {
    const other = names.find((each) => isWithin(name, each) || isWithin(each, name));
    if (other !== undefined) {
      throw inputError(`In the backup this would be ${name}, and there would be ${other} too.`, {
        code: "backup-name",
        place: from,
        remedy: "Back it up by itself, or within a folder that you name in its place.",
      });
    }
    names.push(name);
  }
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}/`);
}
