import { dirname, resolve } from "node:path";
import { inputError } from "../errors.ts";
import { ADDRESS, defineDocument, object } from "../formats/document.ts";
import { NOTIFICATION_TYPES } from "../notify/notification.ts";
import type { WebhookSettings } from "../notify/webhook.ts";
import { ACCESS, refuseUnclearCallers, type AccessSettings } from "./access.ts";
import { SLUG_PATTERN } from "../formats/slug.ts";

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

/** What `service.json` says it is. */
export const SERVICE_FORMAT = "batchproof-service/1";

const SETTINGS_FILE = defineDocument<ServiceSettings>(
  SERVICE_FORMAT,
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
 * Reads `service.json`; its paths are resolved from its folder, and none is looked at. Errors: those of `readJson`; `service-file`
 * (of another shape, a name that comes twice, a token, certificate or secret that two would have, a site that is none of `sites`).
 */
export async function readServiceFile(path: string): Promise<ServiceSettings> {
  const settings = resolved(await SETTINGS_FILE.read(path), dirname(resolve(path)));
  const { sites, webhooks = [], callers = [] } = settings;
  refuseTwice(sites, ({ name }) => name, `${path}#/sites`);
  refuseTwice(webhooks, ({ name }) => name, `${path}#/webhooks`);
  refuseUnclearCallers(callers, path);
  refuseSharedSecrets(webhooks, `${path}#/webhooks`);
  refuseUnknownSites(settings, path);
  return settings;
}

/** A folder or file that the settings name. */
export interface NamedPlace {
  /** Which it is, in words that can be a path: "sites/munich/keys/source". */
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
}

/** Every folder and file that the settings name. */
export function placesIn(settings: ServiceSettings): NamedPlace[] {
  const { data, account, tls, sites, webhooks = [], issuers = [] } = settings;
  return [
    ...folder("data", data),
    ...file("account", account),
    ...(["certificate", "key", "clients"] as const).flatMap((each) => file(`tls/${each}`, tls?.[each])),
    ...webhooks.flatMap(({ name, secrets }) => secrets.flatMap((path, i) => file(`webhooks/${name}/${i + 1}`, path))),
    ...issuers.flatMap(({ jwks }, i) => (isAddress(jwks) ? [] : file(`issuers/${i + 1}`, jwks))),
    ...sites.flatMap(({ name, batches, policies, parties, keys = {} }) => [
      ...folder(`sites/${name}/batches`, batches),
      ...folder(`sites/${name}/policies`, policies),
      ...file(`sites/${name}/parties`, parties),
      ...Object.entries(keys).flatMap(([use, path]) => file(`sites/${name}/keys/${use}`, path)),
    ]),
  ];
}

function folder(name: string, path: string): NamedPlace[] {
  return [{ name, path, isFolder: true }];
}

function file(name: string, path: string | undefined): NamedPlace[] {
  return path === undefined ? [] : [{ name, path, isFolder: false }];
}

/** Whether an issuer's keys are at an address; else they are in a file. */
export function isAddress(jwks: string): boolean {
  return /^https?:/i.test(jwks);
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

function jwksFrom(jwks: string, from: (path: string) => string): string {
  return isAddress(jwks) ? jwks : from(jwks);
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

/** Who is given a site that is misspelt sees nothing, and nothing would say why. */
function refuseUnknownSites({ sites, callers = [], issuers = [], webhooks = [] }: ServiceSettings, path: string): void {
  const known = new Set(sites.map(({ name }) => name));
  const granted = [
    ...callers.map(({ grants }, i) => ({ grants, at: `callers/${i}` })),
    ...issuers.flatMap((issuer, i) =>
      issuer.grants.map(({ grants }, j) => ({ grants, at: `issuers/${i}/grants/${j}` })),
    ),
  ];
  const named = [
    ...granted.flatMap(({ grants, at }) => grants.map((grant, i) => ({ names: grant.sites, at: `${at}/grants/${i}` }))),
    ...webhooks.map((webhook, i) => ({ names: webhook.sites, at: `webhooks/${i}` })),
  ];
  for (const { names = [], at } of named) {
    const unknown = names.findIndex((name) => !known.has(name));
    if (unknown === -1) continue;
    throw inputError("This file has no site of this name.", {
      ...{ code: "service-file", place: `${path}#/${at}/sites/${unknown}` },
      remedy: "Write it as in `sites`.",
    });
  }
}

/** Whoever has the secret of one receiver could write to another one in the service's name. */
function refuseSharedSecrets(webhooks: readonly WebhookSettings[], place: string): void {
  const holders = new Map<string, string>();
  for (const [i, { name, secrets }] of webhooks.entries()) {
    for (const [j, secret] of secrets.entries()) {
      const holder = holders.get(secret) ?? name;
      if (holder !== name) {
        throw inputError(`Webhook ${holder} has this one, too.`, {
          code: "service-file",
          place: `${place}/${i}/secrets/${j}`,
          remedy: "Give each receiver a secret of its own.",
        });
      }
      holders.set(secret, name);
    }
  }
}
