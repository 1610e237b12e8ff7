import { existsSync } from "node:fs";
import { copyFile, cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fhirLibrary from "fhir";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FhirBundle } from "../../src/exports/fhir.ts";
import type { RunEvent } from "../../src/exports/openlineage.ts";
import type { Verification } from "../../src/standing/verification.ts";
import { pathsOf } from "../exports/lineageGraph.ts";
import { beginFridge, CLAIM, closeFridge, fillFridge, fridgeWithCustody, RAW, STAGE } from "./fridge.ts";
import { cli, cliJson, inThisProcess, Scene } from "./scene.ts";
import { refusedWith } from "./support.ts";

/** A batch from its device's file to other systems: what a hospital and a lineage server are given, and what they are not. */

const NAME = "Mrs Smith 1961-02-03.txt";
const PRIVATE = ["LOT 7", "COI-4711", "ORDER-0815", "site A", "130500109088", "Smith"] as const;

let scene: Scene;
let dir: string;
let key: string;
const path = (name: string): string => scene.path(name);
const owner = (): string[] => [...scene.on, ...scene.by("manufacturer")];

beforeAll(async () => {
  scene = await Scene.set(["custody", "temperature-1k"]);
  dir = await beginFridge(scene, fridgeWithCustody(), { coi: "COI-4711", order: "ORDER-0815" });
  await writeFile(path("consent.txt"), "signed by the patient");
  await cliJson(["consent", "new", path("consent.json"), "--document", path("consent.txt")]);
  const { consent } = await cliJson<{ consent: string }>([
    ...["consent", "grant", path("consent.json"), ...scene.on, "--account", scene.accounts[6] ?? ""],
  ]);
  const named = ["--qp", scene.account("qp"), "--consent", consent];
  ({ key } = await cliJson<{ key: string }>(["open", dir, ...named, ...owner()]));
  await copyFile(RAW, path(NAME));
  await fillFridge(scene, dir, path(NAME));
  await closeFridge(scene, dir);
  await cliJson(["prove", dir, "--key", path("custodian.json"), ...scene.destination]);
});

afterAll(() => scene.close());

const fhirOf = (out: string, ...more: readonly string[]): string[] => {
  return ["export", "fhir", dir, ...scene.on, "--out", path(out), ...more];
};
const lineageOf = (out: string, ...more: readonly string[]): string[] => {
  return ["export", "openlineage", dir, "--out", path(out), ...more];
};

async function bundleIn(out: string): Promise<FhirBundle> {
  return JSON.parse(await readFile(path(out), "utf8")) as FhirBundle;
}

async function eventsIn(out: string): Promise<RunEvent[]> {
  const lines = (await readFile(path(out), "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

/** Every salt and secret of the folder, as digits. */
async function secrets(): Promise<string[]> {
  const file = JSON.parse(await readFile(join(dir, "secrets.json"), "utf8")) as Readonly<Record<string, unknown>>;
  const { batchSalt, openingSalt, stageSalts, recordSecrets, ruleSalts } = file;
  const found = JSON.stringify([batchSalt, openingSalt, stageSalts, recordSecrets, ruleSalts]).match(/[0-9a-f]{64}/g);
  expect(found?.length).toBeGreaterThanOrEqual(6);
  return found ?? [];
}

// Verifies R-fhir-valid, R-fhir-private, V340.
describe("export fhir", () => {
  const library = new fhirLibrary.Fhir();
  const resources = async (out: string, type: string): Promise<FhirBundle["entry"][number]["resource"][]> =>
    (await bundleIn(out)).entry.map(({ resource }) => resource).filter(({ resourceType }) => resourceType === type);

  it("writes what the register says of a folder's batch, and more once it is attested", async () => {
    const before = await cli(fhirOf("before.json", "--stages"));
    expect(before.code, before.stderr).toBe(0);
    expect(before.stdout).toContain("Without times, because the register has no such end of them: cold-storage.");
    const [product] = await resources("before.json", "BiologicallyDerivedProduct");
    expect(product?.["processing"]).toEqual([{ description: "cold-storage" }]);
    expect(await resources("before.json", "Provenance")).toEqual([]);
    await cliJson(["attest", dir, ...owner()]);
    const said = await cliJson<{ status: string; testData: boolean }>(fhirOf("after.json", "--stages"));
    expect(said).toMatchObject({ status: "unavailable", testData: true });
    expect(await resources("after.json", "Provenance")).toHaveLength(2);
    expect(await resources("after.json", "Consent")).toMatchObject([{ status: "active" }]);
    expect(await resources("after.json", "BiologicallyDerivedProduct")).toMatchObject([
      {
        productCategory: "cells",
        processing: [{ description: "cold-storage", timePeriod: STAGE }],
        identifier: [{ value: `urn:batchproof:31337:${scene.registry.toLowerCase()}:${key}` }],
      },
    ]);
    const { messages } = library.validate(await readFile(path("after.json"), "utf8"), { errorOnUnexpected: true });
    expect(messages.filter(({ severity }) => String(severity) !== "warning")).toEqual([]);
  });

  it("is asked about by its folder in the words of the folder's own policy", async () => {
    const { stdout, code } = await cli(["--json", "verify-batch", dir, ...scene.on]);
    const { policy, reasons } = JSON.parse(stdout) as Verification;
    expect([code, policy?.claims.map(({ id }) => id).includes(CLAIM)]).toEqual([1, true]);
    expect(reasons.map((each) => each.code)).not.toContain("standing-policy");
  });

  it("is the same by the batch's key, with which no folder is needed, byte for byte", async () => {
    await cliJson(["export", "fhir", "--batch", key, ...scene.on, "--out", path("by-key.json")]);
    await cliJson(fhirOf("by-folder.json"));
    expect(await readFile(path("by-key.json"))).toEqual(await readFile(path("by-folder.json")));
  });

  it("V340: shows no lot, identity, organisation, device, name of a file or secret, whatever is asked for", async () => {
    await cliJson(fhirOf("all.json", "--stages", "--carrier", "(01)04012345678901(21)AB12"));
    const text = await readFile(path("all.json"), "utf8");
    for (const hidden of [...PRIVATE, ...(await secrets()), ...scene.accounts]) expect(text).not.toContain(hidden);
  });

  it("says that a consent was revoked", async () => {
    const [given] = await resources("after.json", "Consent");
    const [{ value = "" } = {}] = given?.["identifier"] as { readonly value?: string }[];
    await cliJson(["consent", "revoke", value, ...scene.on, "--account", scene.accounts[6] ?? ""]);
    await cliJson(fhirOf("revoked.json"));
    expect(await resources("revoked.json", "Consent")).toMatchObject([{ status: "inactive" }]);
  });

  it.each([
    ["readings", ["--readings"], "export-private"],
    ["a code of a bag that is none", ["--carrier", "bag 7"], "carrier"],
    ["another category", ["--category", "patient"], "usage"],
    ["a patient", ["--patient", "Smith"], "usage"],
  ] as const)("refuses %s, and writes nothing", async (_, more, code) => {
    expect(await refusedWith(fhirOf("refused.json", ...more))).toMatchObject({ exit: 2, code });
    expect(existsSync(path("refused.json"))).toBe(false);
  });

  // Verifies V359.
  it.each(["(01)04012345678901(21)COI-4711", "(01)04012345678901(21)order0815"])(
    "V359: refuses the code of a bag that names the chain of identity or the order, %s, and writes nothing",
    async (carrier) => {
      const refused = await refusedWith(fhirOf("refused.json", "--carrier", carrier));
      expect(refused).toMatchObject({ exit: 1, code: "private" });
      expect(existsSync(path("refused.json"))).toBe(false);
    },
  );

  it("refuses stages where no folder tells them, a batch that the register does not have, and a file of the folder", async () => {
    const byKey = ["export", "fhir", ...scene.on, "--out", path("refused.json")];
    expect(await refusedWith([...byKey, "--batch", key, "--stages"])).toMatchObject({ exit: 2, code: "usage" });
    const unknown = `0x${"7".repeat(64)}`;
    expect(await refusedWith([...byKey, "--batch", unknown])).toMatchObject({ exit: 1, code: "BatchUnknown" });
    const over = ["export", "fhir", dir, ...scene.on, "--out", join(dir, "batch.json")];
    expect(await refusedWith(over)).toMatchObject({ exit: 2, code: "output-over-input" });
    expect(existsSync(path("refused.json"))).toBe(false);
  });
});

// Verifies R-lineage-folder, R-lineage-private, V342, V343.
describe("export openlineage", () => {
  it("leads from the raw file to the proof, as files and folder say by themselves", async () => {
    const run = await cli(
      lineageOf("lineage.jsonl", "--key", path("custodian.json"), "--journal", path("source.json.journal")),
    );
    expect(run.code, run.stderr).toBe(0);
    const events = await eventsIn("lineage.jsonl");
    const record = JSON.parse(await readFile(join(dir, "records/cold-storage--temperature.json"), "utf8")) as {
      readonly record: string;
    };
    const sha256 = async (file: string): Promise<string> =>
      Buffer.from(await crypto.subtle.digest("SHA-256", await readFile(file))).toString("hex");
    const proof = async (claim: string): Promise<string> => {
      const file = join(dir, `proofs/cold-storage--${claim}.json`);
      const { circuitId } = JSON.parse(await readFile(file, "utf8")) as { readonly circuitId: string };
      return `proof/${circuitId}/${await sha256(file)}`;
    };
    const handoff = pathsOf(events)[1]?.evidence ?? "";
    expect(handoff).toMatch(/^handoff\/0x[0-9a-f]{64}$/);
    expect(pathsOf(events)).toEqual([
      { raw: `raw/${await sha256(RAW)}`, evidence: `record/${record.record}`, proof: await proof("temperature") },
      { raw: undefined, evidence: handoff, proof: await proof("custody") },
    ]);
    const [imported] = events;
    const journal = await readFile(path("source.json.journal"), "utf8");
    expect(journal).toContain(`"at":"${imported?.eventTime ?? ""}"`);
  });

  it("V342: shows no lot, identity, organisation, device, name of a file, reading or secret", async () => {
    await cliJson(lineageOf("plain.jsonl"));
    const text = await readFile(path("plain.jsonl"), "utf8");
    for (const hidden of [...PRIVATE, ...(await secrets()), "°C"]) expect(text).not.toContain(hidden);
    await cliJson(lineageOf("named.jsonl", "--file-names"));
    expect(await readFile(path("named.jsonl"), "utf8")).toContain(`/${NAME}"`);
  });

  it("follows one claim where one is named", async () => {
    await cliJson(lineageOf("one.jsonl", "--claim", CLAIM, "--namespace", "plant-1"));
    const names = new Set((await eventsIn("one.jsonl")).map(({ job }) => `${job.namespace} ${job.name}`));
    expect(names).toEqual(new Set(["import", "check", "prove"].map((step) => `plant-1 ${step}/${CLAIM}`)));
  });

  it.each([
    [
      "a proof under the name of another claim",
      "proofs/cold-storage--custody.json",
      "proofs/cold-storage--temperature.json",
      "rule",
    ],
    [
      "a proof in the place of a record",
      "proofs/cold-storage--custody.json",
      "records/cold-storage--temperature.json",
      "record-file",
    ],
    ["another raw file than was imported", "batch.json", `evidence/${NAME}`, "evidence-tampered"],
  ] as const)("V343: refuses %s, and writes nothing", async (_, from, to, code) => {
    const copy = path(`copy-${code}`);
    await cp(dir, copy, { recursive: true });
    await copyFile(join(copy, from), join(copy, to));
    const out = ["export", "openlineage", copy, "--out", path("refused.jsonl")];
    expect(await refusedWith(out)).toMatchObject({ code });
    expect(existsSync(path("refused.jsonl"))).toBe(false);
  });

  it("V343: refuses a proof of which one number was changed", async () => {
    const copy = path("copy-proof");
    await cp(dir, copy, { recursive: true });
    const file = join(copy, "proofs/cold-storage--temperature.json");
    const envelope = JSON.parse(await readFile(file, "utf8")) as { proof: { a: [string, string] } };
    envelope.proof.a = [envelope.proof.a[0], (BigInt(envelope.proof.a[1]) + 1n).toString()];
    await writeFile(file, JSON.stringify(envelope));
    const out = ["export", "openlineage", copy, "--out", path("refused.jsonl")];
    expect(await refusedWith(out)).toMatchObject({ exit: 1, code: "proof-point" });
    expect(existsSync(path("refused.jsonl"))).toBe(false);
  });

  it("refuses readings, and an output over its input", async () => {
    expect(await refusedWith(lineageOf("refused.jsonl", "--readings"))).toMatchObject({
      exit: 2,
      code: "export-private",
    });
    const over = ["export", "openlineage", dir, "--journal", path("source.json.journal")];
    const onto = [...over, "--out", path("source.json.journal")];
    expect(await refusedWith(onto)).toMatchObject({ exit: 2, code: "output-over-input" });
    expect((await inThisProcess(["journal", "repair", path("source.json.journal")])).code).toBe(0);
  });
});
