import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { inputError } from "../errors.ts";
import { defineCheck } from "../formats/document.ts";
import { readJson, type JsonValue } from "../input/json.ts";
import { readingError } from "../input/files.ts";
import { foldedPath, requirePath } from "./tar.ts";

/** What a backup takes whole: a folder or a file, and what it is called in the backup. */
export interface Root {
  readonly name: string;
  readonly from: string;
}

/** What a backup needs of `service.json`; `serve` checks the rest. */
interface Places {
  readonly data: string;
  readonly account?: string;
  readonly sites: readonly {
    readonly name: string;
    readonly batches: string;
    readonly policies: string;
    readonly parties?: string;
    readonly keys?: Readonly<Record<string, string>>;
  }[];
}

const PATH = { type: "string", minLength: 1, maxLength: 4096 } as const;
const SERVICE = "batchproof-service/1";

const checkPlaces = defineCheck<Places>(
  {
    type: "object",
    required: ["format", "data", "sites"],
    properties: {
      format: { const: SERVICE },
      data: PATH,
      account: PATH,
      sites: {
        type: "array",
        items: {
          type: "object",
          required: ["name", "batches", "policies"],
          properties: {
            name: { type: "string", pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", maxLength: 100 },
            ...{ batches: PATH, policies: PATH, parties: PATH },
            keys: { type: "object", additionalProperties: PATH },
          },
        },
      },
    },
  },
  "service.json",
  "backup-file",
);

/**
 * What is taken for these paths: of a service's settings all that they name, of anything else itself. Errors: `backup-name` (two
 * would have one name in the backup), `backup-file` (malformed settings), `file-missing`.
 */
export async function rootsOf(paths: readonly string[]): Promise<Root[]> {
  const roots: Root[] = [];
  for (const path of paths) {
    const settings = await settingsIn(path);
    roots.push(
      ...(settings === undefined ? [{ name: basename(resolve(path)), from: path }] : placesIn(path, settings)),
    );
  }
  const names = new Set<string>();
  for (const { name, from } of roots) {
    requirePath(name);
    if (names.has(foldedPath(name))) {
      throw inputError(`Two things would be called ${name} in the backup.`, { code: "backup-name", place: from });
    }
    names.add(foldedPath(name));
  }
  return roots;
}

/** The settings that a file holds; undefined: it is a folder or another file. */
async function settingsIn(path: string): Promise<Places | undefined> {
  const found = await stat(path).catch((error: unknown) => {
    throw readingError(error, path);
  });
  if (!found.isFile() || !path.endsWith(".json")) return undefined;
  const json: JsonValue = await readJson(path).catch(() => null);
  const isSettings = typeof json === "object" && json !== null && !Array.isArray(json) && json["format"] === SERVICE;
  return isSettings ? checkPlaces(json, path) : undefined;
}

/** All that the settings name, and the settings; paths in them are read from their folder. */
function placesIn(path: string, { data, account, sites }: Places): Root[] {
  const at = (place: string): string => resolve(dirname(path), place);
  const file = (name: string, place: string | undefined): Root[] =>
    place === undefined ? [] : [{ name: join(name, basename(place)), from: at(place) }];
  return [
    { name: "service.json", from: path },
    { name: "data", from: at(data) },
    ...file("account", account),
    ...sites.flatMap(({ name, batches, policies, parties, keys = {} }) => {
      const site = `sites/${name}`;
      return [
        { name: `${site}/batches`, from: at(batches) },
        { name: `${site}/policies`, from: at(policies) },
        ...file(`${site}/parties`, parties),
        ...keysIn(`${site}/keys`, keys, at),
      ];
    }),
  ];
}

/** Key files, each with what is kept beside it (`withBeside`). */
function keysIn(folder: string, keys: Readonly<Record<string, string>>, at: (place: string) => string): Root[] {
  return Object.entries(keys).map(([role, place]) => ({
    name: `${folder}/${role}/${basename(place)}`,
    from: at(place),
  }));
}
