import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NewBatch } from "../../src/batch/folder.ts";
import type { UnlockedKey } from "../../src/parties/keys.ts";
import type { Policy } from "../../src/policy/document.ts";
import { createSalts } from "../../src/policy/salts.ts";
import { newKey } from "../parties/support.ts";
import { fixture, onlyClaim } from "../policy/support.ts";

export const LOGGER = { vendor: "Berlinger", model: "Q-tag Fridge-tag 2 L", serial: "130500109088" };
export const SPARE = { ...LOGGER, serial: "130500109089" };

/** Values that must not be seen outside the folder. */
export const LOT = "LOT-7Q4Z";
export const COI = "COI-PATIENT-0815";
export const ORDER = "ORDER-4711";

/** Three stages; claims on the second and the third one. */
export const POLICY: Policy = {
  ...fixture(),
  stages: ["collection", "cold-transport", "storage"],
  claims: [
    { ...onlyClaim(), id: "cold-transport/temp-primary", stage: 1 },
    { ...onlyClaim(), id: "storage/temperature", stage: 2 },
  ],
};
export const CLAIM = "cold-transport/temp-primary";

/** What a site has before it makes a batch. */
export interface Site {
  readonly folder: string;
  readonly policyPath: string;
  readonly custodian: UnlockedKey;
  readonly source: UnlockedKey;
}

export async function newSite(folder: string): Promise<Site> {
  mkdirSync(folder);
  const policyPath = join(folder, "policy.json");
  writeFileSync(policyPath, JSON.stringify(POLICY));
  await createSalts(policyPath, POLICY);
  return {
    folder,
    policyPath,
    custodian: await newKey(folder, { name: "custodian", role: "custodian", org: "Site A" }),
    source: await newKey(folder, { name: "gateway", role: "source", org: "Site A" }),
  };
}

export function newBatch(site: Site, dir: string): NewBatch {
  const { policyPath, custodian: custodianKey } = site;
  return { dir, policyPath, lot: LOT, coi: COI, order: ORDER, custodianKey, devices: [LOGGER] };
}
