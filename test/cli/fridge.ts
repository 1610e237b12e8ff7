import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { cliJson, type Scene } from "./scene.ts";

/** One stage in a refrigerator, whose file a real logger signed: what tests of what comes after it begin with. */

export const RAW = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
export const DEVICE = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";
export const YEAR_2022 = ["--from", "2022-01-01T00:00:00Z", "--to", "2022-12-31T00:00:00Z"] as const;
export const STAGE = { start: "2022-05-05T16:26:00Z", end: "2022-05-08T16:26:00Z" } as const;
export const CLAIM = "cold-storage/temperature";

export interface Claims {
  readonly claims: readonly { readonly id: string }[];
}

function readPolicy(name: string): Claims {
  return JSON.parse(readFileSync(`fixtures/policies/${name}.json`, "utf8")) as Claims;
}

/** The fridge policy, with custody of its stage. */
export function fridgeWithCustody(): string {
  const [fridge, process] = [readPolicy("fridge-2-8"), readPolicy("cd20-prodigy")];
  const custody = process.claims.find(({ id }) => id === "administration/custody");
  const own = { ...custody, id: "cold-storage/custody", stage: 0, neededFor: "release" };
  return JSON.stringify({ ...fridge, claims: [...fridge.claims, own] });
}

/** A batch that is begun in the folder `batch` of the scene, under a policy that is published. */
export async function beginFridge(
  scene: Scene,
  policy: string,
  { coi = "COI", order = "ORDER" }: { readonly coi?: string; readonly order?: string } = {},
): Promise<string> {
  const path = (name: string): string => scene.path(name);
  await writeFile(path("policy.json"), policy);
  await cliJson(["policy", "salt", path("policy.json")]);
  for (const role of ["custodian", "source"]) {
    await cliJson(["key", "new", "--role", role, "--name", role, "--org", "site A", "--out", path(`${role}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${role}.json`), "--name", role, ...YEAR_2022]);
  }
  const device = ["--device", DEVICE, "--org", "site A", "--name", "logger"];
  await cliJson(["party", "add", path("parties.json"), ...device, ...YEAR_2022]);
  await scene.publish(path("policy.json"), path("parties.json"));
  const dir = path("batch");
  const identity = ["--lot", "LOT 7", "--coi", coi, "--order", order, "--parties", path("parties.json")];
  const fixed = ["--custodian", path("custodian.json"), "--device", DEVICE, "--policy", path("policy.json")];
  await cliJson(["init", dir, ...identity, ...fixed]);
  return dir;
}

/** The stage, with the record of this file. */
export async function fillFridge(scene: Scene, dir: string, raw = RAW): Promise<void> {
  await cliJson(["stage", dir, "cold-storage", "--start", STAGE.start, "--end", STAGE.end]);
  const into = ["--into", dir, "--claim", CLAIM, "--source", scene.path("source.json"), "--offset", "+00:00"];
  await cliJson(["import", "fridgetag", raw, ...into]);
}

/** The custodian signs that the stage is over. */
export async function closeFridge(scene: Scene, dir: string): Promise<void> {
  const releaser = ["--as", "releaser", "--key", scene.path("custodian.json")];
  await cliJson(["handoff", "sign", dir, "--stage", "cold-storage", ...releaser]);
}
