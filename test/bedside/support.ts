import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Batch } from "../../src/batch/batch.ts";
import { initBatch, readBatch, setStage } from "../../src/batch/folder.ts";
import { signHandoff } from "../../src/batch/handoffs.ts";
import type { BatchOnRegister } from "../../src/bedside/match.ts";
import { batchKey } from "../../src/formats/context.ts";
import { toHex } from "../../src/formats/field.ts";
import { stageHead } from "../../src/formats/head.ts";
import { signLabel, type Label } from "../../src/formats/label.ts";
import { parseTime } from "../../src/input/times.ts";
import { parsePolicy } from "../../src/kinds/policy.ts";
import type { UnlockedKey } from "../../src/parties/keys.ts";
import { createSalts } from "../../src/policy/salts.ts";
import type { Standing } from "../../src/standing/standing.ts";
import { newKey } from "../parties/support.ts";

/** A hospital's folder of a batch that came back from its manufacturer and lies at the bedside. */

export const COI = "COI-PATIENT-0815";
export const ORDER = "ORDER-4711";
export const LOT = "LOT-7Q4Z";
const POLICY = "fixtures/policies/bedside.json";
export const RECEIVED = "2026-05-01T09:00:00Z";
/** The moment of the tests, after all that happens in them. */
export const NOW = parseTime("2026-05-01T12:00:00Z", "test");

export const TIMES = {
  thawed: parseTime("2026-05-01T10:00:00Z", "test"),
  infusionStart: parseTime("2026-05-01T10:30:00Z", "test"),
  infusionEnd: parseTime("2026-05-01T11:00:00Z", "test"),
};

export const WHERE: BatchOnRegister = {
  ...{ chainId: "31337", registry: `0x${"1a".repeat(20)}`, owner: `0x${"2b".repeat(20)}` },
  policyId: `0x${"3c".repeat(32)}`,
};

/** What a ward has. */
export interface Ward {
  readonly dir: string;
  /** The first custodian. */
  readonly hospital: UnlockedKey;
  readonly site: UnlockedKey;
  readonly stranger: UnlockedKey;
  readonly nurse: UnlockedKey;
  readonly physician: UnlockedKey;
}

/** Makes the folder, all but the last stage closed by both sides. `last`: custodian of that stage; the hospital unless told. */
export async function newWard(folder: string, last?: UnlockedKey): Promise<Ward> {
  const policyPath = join(folder, "policy.json");
  writeFileSync(policyPath, readFileSync(POLICY));
  await createSalts(policyPath, parsePolicy(JSON.parse(readFileSync(POLICY, "utf8")), POLICY));
  const key = (name: string, org: string, role: "custodian" | "source" = "custodian"): Promise<UnlockedKey> =>
    newKey(folder, { name, role, org });
  const [hospital, site, stranger] = [
    await key("hospital", "Hospital"),
    await key("site", "Site"),
    await key("stranger", "Elsewhere"),
  ];
  const ward = last ?? hospital;
  const dir = join(folder, "batch");
  const custodian = ({ description }: UnlockedKey) => ({ key: description.public, org: description.org });
  await initBatch({ dir, policyPath, lot: LOT, coi: COI, order: ORDER, custodianKey: hospital, devices: [] });
  await setStage(dir, "collection", { start: "2026-04-01T08:00:00Z", end: "2026-04-01T12:00:00Z" });
  await setStage(dir, "manufacture", { start: "2026-04-01T13:00:00Z", custodian: custodian(site) });
  const sign = (stage: string, side: "released" | "received", by: UnlockedKey): Promise<Batch> =>
    signHandoff({ dir, stage, side, key: by, condition: "conforming" });
  await sign("collection", "released", hospital);
  await sign("collection", "received", site);
  await setStage(dir, "manufacture", { end: "2026-04-20T12:00:00Z" });
  await setStage(dir, "administration", { start: RECEIVED, custodian: custodian(ward) });
  await sign("manufacture", "released", site);
  await sign("manufacture", "received", ward);
  const [nurse, physician] = [
    await key("A. Nurse", "Hospital", "source"),
    await key("B. Physician", "Hospital", "source"),
  ];
  return { dir, hospital, site, stranger, nurse, physician };
}

/** Key of a folder's batch in the register. */
export function keyOf({ commitments }: Batch): string {
  return batchKey(WHERE.owner, commitments.batch);
}

/** The label on the bag, as the site printed it, or with something else on it. */
export async function labelOf(
  { dir, site }: Ward,
  other: Partial<Label> = {},
  key: UnlockedKey = site,
): Promise<string> {
  const batch = keyOf(await readBatch(dir));
  return signLabel({ chainId: 31337n, registry: WHERE.registry, batch, ...other }, key);
}

/** What the register says of the folder's batch at block 12: certified, and the last stage may begin. */
export async function standingOf({ dir }: Ward, other: Partial<Standing> = {}): Promise<Standing> {
  const batch = await readBatch(dir);
  const heads = batch.stages.map(({ handoff }) => (handoff === undefined ? null : toHex(stageHead(handoff.head))));
  return {
    ...{ format: "batchproof-standing/1", chainId: WHERE.chainId, registry: WHERE.registry, batch: keyOf(batch) },
    ...{ commitment: toHex(batch.commitments.batch), block: 12, hash: `0x${"cd".repeat(32)}` },
    ...{ time: "2026-05-01T11:50:00Z", opened: "2026-03-30T08:00:00Z" },
    policy: { policyId: WHERE.policyId, product: "BEDSIDE-0001", version: 1, document: `0x${"4d".repeat(32)}` },
    due: { release: "2026-06-01T08:00:00Z", completion: "2026-07-01T08:00:00Z" },
    ...{ status: "Released", release: "Released", certified: "2026-04-25T08:00:00Z", recalled: false, holds: [] },
    ...{ openExceptions: { own: 0, inherited: 0 }, challenge: null, supply: null, developmentKeys: false },
    stages: heads.map((head) => ({ head, ready: true, asserted: false, confirmed: null })),
    claims: [],
    ...other,
  };
}
