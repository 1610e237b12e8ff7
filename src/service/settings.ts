import { mkdir, realpath, stat } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { inputError } from "../errors.ts";
import { ADDRESS, defineDocument, object } from "../formats/document.ts";
import { NOTIFICATION_TYPES } from "../notify/notification.ts";
import type { WebhookSettings } from "../notify/webhook.ts";
import { SLUG_PATTERN } from "./shapes.ts";
import { ACCESS, type AccessSettings } from "./access/settings.ts";

/**
 * `service.json`: all that `serve` is told. Paths are read from its folder. Passphrases and tokens never stand in it: a passphrase
 * comes from the environment or the terminal as for every command, a token is kept as its sha256.
 */
export interface ServiceSettings extends AccessSettings {
  readonly format: "batchproof-service/1";
  /** The service's own folder: jobs, uploads, logs, what was told to whom. */
  readonly data: string;
  readonly sites: readonly SiteSettings[];
  readonly register?: { readonly rpc: string; readonly registry: string; readonly chainId: string };
  /** Keystore of the account that sends `attest`; absent: what would be sent is prepared. */
  readonly account?: string;
  /** Certificate and key of the server, PEM; `clients`: who issues the certificates that machines show. */
  readonly tls?: TlsSettings;
  readonly limits?: { readonly requestsPerMinute: number };
  /** Who is told what happens in the register. */
  readonly webhooks?: readonly WebhookSettings[];
}

/** One site: its batches and its keys. */
export interface SiteSettings {
  /** Stands in addresses: lower case letters, digits and hyphens. */
  readonly name: string;
  /** Folder of its batch folders. */
  readonly batches: string;
  /** Folder of the policies under which batches are begun, with their salts. */
  readonly policies: string;
  readonly parties?: string;
  /** Key files of the site. The custodian's is needed to begin a batch and to prove custody of its first stage. */
  readonly keys?: { readonly custodian?: string; readonly source?: string; readonly lab?: string };
}

/** Files in PEM. */
export interface TlsSettings {
  readonly certificate: string;
  readonly key: string;
  readonly clients?: string;
}

const PATH = { type: "string", minLength: 1, maxLength: 4096, pattern: "^[^\\p{C}]+$" } as const;
const NAME = { type: "string", pattern: SLUG_PATTERN } as const;
const SITE = object(
  {
    name: NAME,
    batches: PATH,
    policies: PATH,
    parties: PATH,
    keys: object({ custodian: PATH, source: PATH, lab: PATH }, ["custodian", "source", "lab"]),
  },
  ["parties", "keys"],
);

const WEBHOOK = object(
  {
    name: NAME,
    url: { type: "string", maxLength: 2000, pattern: "^https?://[^\\p{C}\\s]+$" },
    secrets: { type: "array", items: PATH, minItems: 1, maxItems: 2 },
    types: { type: "array", items: { enum: [...NOTIFICATION_TYPES] }, minItems: 1, uniqueItems: true },
    sites: { type: "array", items: NAME, minItems: 1, maxItems: 1000 },
    private: { type: "boolean" },
  },
  ["types", "sites", "private"],
);

const SETTINGS_FILE = defineDocument<ServiceSettings>(
  "batchproof-service/1",
  "service-file",
  {
    data: PATH,
    sites: { type: "array", items: SITE, minItems: 1, maxItems: 1000 },
    register: object({
      rpc: { type: "string", maxLength: 2000, pattern: "^https?://[^\\p{C}\\s]+$" },
      registry: ADDRESS,
      chainId: { type: "string", pattern: "^[1-9][0-9]{0,77}$" },
    }),
    account: PATH,
    ...ACCESS,
    tls: object({ certificate: PATH, key: PATH, clients: PATH }, ["clients"]),
    webhooks: { type: "array", items: WEBHOOK, maxItems: 100 },
    limits: object({ requestsPerMinute: { type: "integer", minimum: 1, maximum: 10_000_000 } }),
  },
  ["register", "account", ...Object.keys(ACCESS), "tls", "webhooks", "limits"],
);

/**
 * Reads `service.json` and makes the data folder if it is missing. Errors: those of `readJson`; `service-file` (of another shape, a
 * name that comes twice, a folder that is not there, two sites that share one).
 */
export async function readServiceSettings(path: string): Promise<ServiceSettings> {
  const settings = resolved(await SETTINGS_FILE.read(path), dirname(resolve(path)));
  refuseTwice(settings.sites, ({ name }) => name, `${path}#/sites`);
  refuseTwice(settings.webhooks ?? [], ({ name }) => name, `${path}#/webhooks`);
  await mkdir(settings.data, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw inputError("This folder cannot be made.", { code: "service-file", place: `${path}#/data`, cause });
  });
  await refuseShared(settings, path);
  return settings;
}

/** Texts that stand in no answer: where things lie on this machine, and the whole address of a node. Longest first. */
export function hiddenTexts({
  data,
  sites,
  register,
  account,
  tls,
  webhooks = [],
}: ServiceSettings): readonly string[] {
  const all = [
    ...[data, account, register?.rpc, tls?.certificate, tls?.key, tls?.clients],
    ...webhooks.flatMap(({ secrets }) => secrets),
    ...sites.flatMap(({ batches, policies, parties, keys = {} }) => [
      ...[batches, policies, parties],
      ...Object.values(keys),
    ]),
  ];
  return all.filter((text) => text !== undefined).sort((a, b) => b.length - a.length);
}

/** All paths from the folder of the file. */
function resolved(settings: ServiceSettings, folder: string): ServiceSettings {
  const from = (path: string): string => resolve(folder, path);
  const { account, tls, issuers, webhooks } = settings;
  return {
    ...settings,
    data: from(settings.data),
    sites: settings.sites.map((site) => siteFrom(site, from)),
    ...(account === undefined ? {} : { account: from(account) }),
    ...(tls === undefined ? {} : { tls: tlsFrom(tls, from) }),
    ...(webhooks === undefined
      ? {}
      : { webhooks: webhooks.map((each) => ({ ...each, secrets: each.secrets.map(from) })) }),
    ...(issuers === undefined
      ? {}
      : { issuers: issuers.map((each) => ({ ...each, jwks: jwksFrom(each.jwks, from) })) }),
  };
}

function tlsFrom({ certificate, key, clients }: TlsSettings, from: (path: string) => string): TlsSettings {
  return {
    ...{ certificate: from(certificate), key: from(key) },
    ...(clients === undefined ? {} : { clients: from(clients) }),
  };
}

/** An address, or a file. */
function jwksFrom(jwks: string, from: (path: string) => string): string {
  return /^https?:/.test(jwks) ? jwks : from(jwks);
}

function siteFrom(site: SiteSettings, from: (path: string) => string): SiteSettings {
  const { batches, policies, parties, keys } = site;
  return {
    ...site,
    ...{ batches: from(batches), policies: from(policies) },
    ...(parties === undefined ? {} : { parties: from(parties) }),
    ...(keys === undefined
      ? {}
      : { keys: Object.fromEntries(Object.entries(keys).map(([use, path]) => [use, from(path)])) }),
  };
}

function refuseTwice<T>(items: readonly T[], keyOf: (item: T) => string, place: string): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (seen.has(keyOf(item))) {
      throw inputError("This stands here twice.", { code: "service-file", place: `${place}/${index}` });
    }
    seen.add(keyOf(item));
  }
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
