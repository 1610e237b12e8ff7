import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CustodyClaim } from "../../../src/kinds/custody/limits.ts";
import { toHex } from "../../../src/formats/field.ts";
import type { UnlockedKey } from "../../../src/parties/keys.ts";
import { partyOfKey, writeParties, type Party } from "../../../src/parties/partyList.ts";
import type { Policy } from "../../../src/policy/document.ts";
import { createSalts } from "../../../src/policy/salts.ts";
import { buildApp } from "../../../src/service/app.ts";
import type { Caller, Grant } from "../../../src/service/caller.ts";
import type { Problem } from "../../../src/service/problem.ts";
import { FolderMemory } from "../../../src/service/folderMemory.ts";
import { ROUTES } from "../../../src/service/routes.ts";
import type { Service } from "../../../src/service/service.ts";
import { unlockSiteKeys } from "../../../src/service/siteKeys.ts";
import { newKey, PASSPHRASE } from "../../parties/support.ts";
import { claimOfKind, fixture, onlyClaim } from "../../policy/support.ts";

/** A site with a service over its batches, and those who call it. */

export const LOGGER = { vendor: "Berlinger & Co. AG", model: "Q-tag Fridge-tag 2 L", serial: "130500109088" };
export const RAW = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
export const RESULTS = "fixtures/needle-to-needle/release-tests-01.csv";
export const COI = "COI-PATIENT-0815";
export const ORDER = "ORDER-4711";
export const TEMPERATURE = "storage/temperature";

function custody(stage: number, name: string, rule: Partial<CustodyClaim["rule"]>): CustodyClaim {
  const common = {
    kind: "custody",
    class: "custody",
    neededFor: "release",
    severity: 3,
    circuits: ["custody"],
  } as const;
  const limits = { boundary: "handover", hold: 864_000, source: "chosen for this test", ...rule } as const;
  return { ...common, id: `${name}/custody`, stage, rule: limits };
}

/** Stored at the site, carried by a courier, tested and used at the site. */
const POLICY: Policy = {
  ...fixture(),
  stages: ["storage", "transport", "use"],
  claims: [
    { ...onlyClaim(), id: TEMPERATURE, stage: 0 },
    custody(0, "storage", {}),
    { ...onlyClaim(), id: "transport/temperature", stage: 1 },
    custody(1, "transport", {}),
    { ...claimOfKind(fixture("ari-0001"), "expansion/release-tests", "quality"), id: "use/release-tests", stage: 2 },
    custody(2, "use", { boundary: "last" }),
  ],
};

const YEAR = { notBefore: "2022-01-01T00:00:00Z", notAfter: "2022-12-31T00:00:00Z" };

/** What the API answered. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Site {
  readonly folder: string;
  readonly service: Service;
  readonly custodian: UnlockedKey;
  readonly courier: UnlockedKey;
  /** Folder of a batch. */
  readonly dirOf: (batch: string) => string;
  readonly path: (name: string) => string;
  /** Calls as somebody; an answer that is not 2xx is given too. */
  readonly ask: <T = Record<string, unknown>>(
    who: Who,
    method: "GET" | "POST" | "PUT" | "DELETE",
    url: string,
    payload?: object,
  ) => Promise<Answer<T>>;
  /** Uploads for a batch, and gives the file's sha256. */
  readonly upload: (who: Who, batch: string, name: string, bytes: Uint8Array) => Promise<string>;
}

export type Who = "operator" | "courier" | "stranger" | "auditor" | "elsewhere";

export const SITE = "/v1/sites/north";
export const batchAt = (batch: string): string => `${SITE}/batches/${batch}`;

/** Sets up a site in a folder. */
export async function newSite(folder: string): Promise<Site> {
  const path = (name: string): string => join(folder, name);
  for (const name of ["batches", "policies", "keys", "data"]) mkdirSync(path(name), { mode: 0o700 });
  writeFileSync(path("policies/process.json"), JSON.stringify(POLICY));
  await createSalts(path("policies/process.json"), POLICY);
  const key = (name: string, role: "custodian" | "source" | "lab", org: string): Promise<UnlockedKey> =>
    newKey(path("keys"), { name, role, org });
  const custodian = await key("custodian", "custodian", "Site");
  const [source, lab] = [await key("source", "source", "Site"), await key("lab", "lab", "Site")];
  const courier = await key("courier", "custodian", "Courier");
  const stranger = await key("stranger", "custodian", "Stranger");
  const device: Party = { name: "logger", role: "device", org: "Site", device: LOGGER, ...YEAR };
  const people = [custodian, source, lab, courier].map(({ description }) => partyOfKey(description, YEAR));
  await writeParties(path("parties.json"), [...people, device]);
  const files = Object.fromEntries(["custodian", "source", "lab"].map((use) => [use, path(`keys/${use}.key.json`)]));
  const site = { name: "north", batches: path("batches"), policies: path("policies"), parties: path("parties.json") };
  const settings = { format: "batchproof-service/1", data: path("data"), sites: [{ ...site, keys: files }] } as const;
  const keys = await unlockSiteKeys(settings, () => Promise.resolve(PASSPHRASE));
  const service = {
    settings,
    keys,
    folders: new FolderMemory(),
    now: () => Math.floor(Date.now() / 1000),
  } as unknown as Service;
  const ofKey = ({ description }: UnlockedKey): Grant => ({
    ...{ role: "party", sites: ["north"], custodians: [toHex(description.public.x)] },
  });
  const grants: Record<Who, Grant> = {
    operator: { role: "operator", sites: ["north"] },
    courier: ofKey(courier),
    stranger: ofKey(stranger),
    auditor: { role: "auditor", sites: ["north"] },
    elsewhere: { role: "operator", sites: ["south"] },
  };
  const app = await buildApp(service, ROUTES, (request) => {
    const who = request.headers["x-who"] as Who;
    return Promise.resolve<Caller>({ id: `token:${who}`, grants: [grants[who]] });
  });
  const ask = async (who: Who, method: "GET" | "POST" | "PUT" | "DELETE", url: string, payload?: object) => {
    const { statusCode, headers, body } = await app.inject({
      ...{ method, url, headers: { "x-who": who } },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: statusCode, headers, text: body, body: (body === "" ? {} : JSON.parse(body)) as never };
  };
  const upload: Site["upload"] = async (who, batch, name, bytes) => {
    const url = `${batchAt(batch)}/files?name=${encodeURIComponent(name)}`;
    const headers = { "x-who": who, "content-type": "application/octet-stream" };
    const answer = await app.inject({ method: "POST", url, headers, payload: Buffer.from(bytes) });
    if (answer.statusCode >= 300) throw new Error(answer.body);
    return answer.json<{ sha256: string }>().sha256;
  };
  return { folder, service, custodian, courier, path, ask, upload, dirOf: (batch) => path(`batches/${batch}`) };
}

/** Begins a batch. */
export async function begin({ ask }: Site, batch: string, order = ORDER): Promise<void> {
  const body = { batch, policy: "process", lot: "LOT-1", coi: COI, order, devices: [LOGGER] };
  const { status, text } = await ask("operator", "POST", `${SITE}/batches`, body);
  if (status !== 201) throw new Error(text);
}

/** Sets the stages of a batch: the logger's three days, then the courier's. */
export async function schedule({ ask }: Site, batch: string): Promise<void> {
  const stages = {
    storage: { start: "2022-05-05T16:26:00Z", end: "2022-05-08T16:26:00Z" },
    transport: { start: "2022-05-08T17:00:00Z", end: "2022-05-09T17:00:00Z", custodian: "courier", devices: [LOGGER] },
    use: { start: "2022-05-10T16:00:00Z", end: "2022-05-21T16:00:00Z", custodian: "custodian" },
  };
  for (const [stage, change] of Object.entries(stages)) {
    const { status, text } = await ask("operator", "PUT", `${batchAt(batch)}/stages/${stage}`, change);
    if (status !== 200) throw new Error(text);
  }
}

/** Which status and code an answer has. */
export function refusalOf({ status, body }: Answer): readonly [number, unknown] {
  return [status, (body as unknown as Problem).code];
}

/** Every file below a folder but locks, with its bytes: two that are equal say that nothing was written. */
export function contentOf(dir: string): string {
  const names = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => !name.endsWith(".lock"));
  const files = names.filter((name) => statSync(join(dir, name)).isFile()).sort();
  const hash = createHash("sha256");
  for (const name of files)
    hash
      .update(name)
      .update("\0")
      .update(readFileSync(join(dir, name)))
      .update("\0");
  return hash.digest("hex");
}
