import { existsSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { EPCISDocument } from "epcis2.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readBatch } from "../../src/batch/folder.ts";
import { signHandoff } from "../../src/batch/handoffs.ts";
import type { EpcisDocument } from "../../src/exports/epcis.ts";
import { unlockKey } from "../../src/parties/keys.ts";
import * as lock from "../../src/setup/artifactLock.ts";
import { takenBy } from "../exports/epcisSupport.ts";
import { DEVICE, RAW, YEAR_2022 } from "./fridge.ts";
import { cli, cliJson, inThisProcess, Scene } from "./scene.ts";
import { PASSPHRASE, refusedWith } from "./support.ts";

vi.mock("../../src/setup/artifactLock.ts", async (original) => {
  const actual = await original<typeof lock>();
  return { ...actual, circuitNameOf: vi.fn(actual.circuitNameOf) };
});

/** A bag that a hospital hands to a site, whose refrigerator has a logger, on a node of another maker. */

const WINDOW = ["--from", "2022-05-06T06:00:00Z", "--to", "2022-05-06T12:00:00Z"] as const;
const SECRETS = ["COI-PATIENT-0815", "ORDER-4711", "LOT-7Q4Z", "Hospital of St. Nobody", "Site <b>"] as const;
const [COI, ORDER, LOT, HOSPITAL, SITE] = SECRETS;

let scene: Scene;
let dir: string;
let key: string;
const path = (name: string): string => scene.path(name);

function policyText(): string {
  const fridge = JSON.parse(readFileSync("fixtures/policies/fridge-2-8.json", "utf8")) as { claims: object[] };
  const custody = (id: string, stage: number, boundary: string): object => ({
    ...{ id, kind: "custody", stage, class: "custody", neededFor: "release", severity: 3, circuits: ["custody"] },
    rule: { boundary, source: "chosen for this test" },
  });
  const temperature = { ...fridge.claims[0], stage: 1 };
  const claims = [
    custody("collection/custody", 0, "handover"),
    temperature,
    custody("cold-storage/custody", 1, "last"),
  ];
  return JSON.stringify({ ...fridge, stages: ["collection", "cold-storage"], claims });
}

beforeAll(async () => {
  scene = await Scene.set(["custody", "temperature-1k"]);
  await writeFile(path("policy.json"), policyText());
  await cliJson(["policy", "salt", path("policy.json")]);
  const keys = [
    ["hospital", "custodian", HOSPITAL],
    ["site", "custodian", SITE],
    ["source", "source", SITE],
  ] as const;
  for (const [name, role, org] of keys) {
    await cliJson(["key", "new", "--role", role, "--name", name, "--org", org, "--out", path(`${name}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${name}.json`), "--name", name, ...YEAR_2022]);
  }
  const device = ["--device", DEVICE, "--org", SITE, "--name", "logger"];
  await cliJson(["party", "add", path("parties.json"), ...device, ...YEAR_2022]);
  await scene.publish(path("policy.json"), path("parties.json"));
  dir = path("batch");
  const identity = ["--lot", LOT, "--coi", COI, "--order", ORDER, "--parties", path("parties.json")];
  await cliJson(["init", dir, ...identity, "--custodian", path("hospital.json"), "--policy", path("policy.json")]);
  ({ key } = await cliJson<{ key: string }>(["open", dir, "--qp", scene.account("qp"), ...owner()]));
  await cliJson(["stage", dir, "collection", "--start", "2022-05-05T10:00:00+02:00", "--end", "2022-05-05T16:00:00Z"]);
  const next = ["--start", "2022-05-05T16:26:00Z", "--end", "2022-05-08T16:26:00Z", "--custodian", "site"];
  await cliJson(["stage", dir, "cold-storage", ...next, "--device", DEVICE]);
  await cliJson([
    ...["import", "fridgetag", RAW, "--into", dir, "--claim", "cold-storage/temperature"],
    ...["--source", path("source.json"), "--offset", "+00:00"],
  ]);
  for (const [stage, side, name] of [
    ["collection", "released", "hospital"],
    ["collection", "received", "site"],
    ["cold-storage", "released", "site"],
  ] as const) {
    const signer = await unlockKey(path(`${name}.json`), PASSPHRASE);
    await signHandoff({ dir, stage, side, key: signer, condition: "conforming" });
  }
  await cliJson(["disclose", dir, "--claim", "cold-storage/temperature", ...WINDOW, ...disclosed("readings.json")]);
});
afterAll(() => scene.close());

const owner = (): string[] => [...scene.on, ...scene.by("manufacturer")];
const by = (): string[] => ["--owner", scene.account("manufacturer")];
const disclosed = (out: string): string[] => [...scene.destination.slice(2), ...by(), "--out", path(out)];
const words = (out: string, ...more: readonly string[]): string[] => {
  return ["export", "epcis", dir, "--out", path(out), ...scene.on, ...by(), ...more];
};
const written = async (out: string): Promise<EpcisDocument> => {
  return JSON.parse(await readFile(path(out), "utf8")) as EpcisDocument;
};

async function refusal(out: string, ...more: readonly string[]): Promise<readonly [number, string]> {
  const { exit, code } = await refusedWith(words(out, ...more));
  expect(existsSync(path(out))).toBe(false);
  return [exit, code];
}

// Each step needs those before it.
describe("export epcis", () => {
  // Verifies R-epcis-readings.
  it("V334: puts in no reading that is not disclosed, or not attested", async () => {
    expect(await refusal("none.json", "--readings")).toEqual([2, "export-readings"]);
    const early = await refusal("none.json", "--disclosure", path("readings.json"));
    expect(early).toEqual([1, "disclosure-unproven"]);
    const made = await inThisProcess(words("before.json"));
    expect(made.code, made.stderr).toBe(0);
    const { epcisBody } = await written("before.json");
    expect(epcisBody.eventList.map((event) => [event.bizStep, event.certificationInfo?.length ?? 0])).toEqual([
      ...[
        ["commissioning", 1],
        ["shipping", 0],
        ["receiving", 0],
        ["other", 0],
        ["inspecting", 1],
      ],
    ]);
  });

  // Verifies R-epcis-valid, R-epcis-handoffs, R-epcis-register, R-epcis-readings, R-epcis-private.
  it("gives a partner the hand-offs, what the register says of them, and the readings that were disclosed", async () => {
    await cliJson(["prove", dir, "--key", path("hospital.json"), ...scene.destination]);
    await cliJson(["attest", dir, ...owner()]);
    const made = await cli(words("batch.json", "--readings", "--disclosure", path("readings.json")));
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toMatch(/batch\.json: 6 events, 1 sent and 1 received, as the register stood at block \d+\./);
    expect(made.stdout).toContain("of 2 organisations it names 0. Readings: ");
    expect(made.stdout).toContain("DEVELOPMENT KEY");
    const document = await written("batch.json");
    expect(takenBy(document)).toEqual({ gs1: true, epcis2: true });

    const events = new EPCISDocument(structuredClone(document)).getEventList();
    expect(events.slice(1).map((event) => [event.getBizStep(), event.getEventTime()])).toEqual([
      ["shipping", "2022-05-05T16:00:00Z"],
      ["receiving", "2022-05-05T16:26:00Z"],
      ["other", "2022-05-08T16:26:00Z"],
      ["sensor_reporting", "2022-05-06T12:00:00Z"],
      ["inspecting", document.creationDate],
    ]);
    const claims = events.map((event) =>
      (event.getCertificationInfo() ?? []).map((uri) => new URL(uri).searchParams.get("claim")),
    );
    expect(claims).toEqual([[null], ["0"], [], ["1", "2"], ["1"], [null]]);
    for (const uri of events.flatMap((event) => event.getCertificationInfo() ?? [])) {
      expect(uri).toContain(`did:pkh:eip155:31337:${scene.registry.toLowerCase()}?batch=${key}`);
    }
    // Proven under keys that anybody can forge with: never conformant.
    expect(document.epcisBody.eventList.at(-1)).toMatchObject({
      ...{ disposition: "in_progress", "batchproof:developmentKeys": true, "batchproof:status": "Compliant" },
    });
    await comparesReadings(events);
    const text = JSON.stringify(document);
    for (const secret of SECRETS) expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  /** Times and values are those that the disclosure shows as asked for. */
  async function comparesReadings(events: ReturnType<EPCISDocument["getEventList"]>): Promise<void> {
    const { disclosed: shown } = await cliJson<{
      disclosed: { content: { readings: { at: number; values: string[]; asked: boolean }[] } };
    }>(["verify-disclosure", path("readings.json"), ...scene.on]);
    const asked = shown.content.readings.filter(({ asked: is }) => is);
    const reports = events[4]?.getSensorElementList()[0]?.getSensorReport() ?? [];
    expect(reports.length).toBeGreaterThan(10);
    expect(reports.map((each) => [Date.parse(each.getTime()) / 1000, each.getValue(), each.getUom()])).toEqual(
      asked.map(({ at, values }) => [at, Number(values[0]), "CEL"]),
    );
    expect(asked.length).toBeLessThan(shown.content.readings.length);
    const profile = ["profile", "test", "fixtures/profiles/epcis.json", path("batch.json")];
    const read = await cliJson<{ tags: { tag: string; readings: number }[] }>(profile);
    expect(read.tags).toMatchObject([{ readings: asked.length }]);
  }

  // Verifies R-epcis-same.
  it("writes the same bytes at the same block, and not over what it reads", async () => {
    const json = await cliJson<{ hash: string }>(words("again.json", "--disclosure", path("readings.json")));
    expect(await readFile(path("again.json"), "utf8")).toBe(await readFile(path("batch.json"), "utf8"));
    expect(json).toMatchObject({ events: 6, parties: { all: 2, named: 0 }, developmentKeys: true });
    const over = ["export", "epcis", dir, ...scene.on, ...by(), "--out"];
    const disclosure = ["--disclosure", path("readings.json")];
    expect((await refusedWith([...over, path("readings.json"), ...disclosure])).code).toBe("output-over-input");
    expect((await refusedWith([...over, `${dir}/batch.json`])).code).toBe("output-over-input");
    expect((await readBatch(dir)).lot).toBe(LOT);
  });

  // Verifies R-epcis-object, R-epcis-private.
  it("V337, V338: names a bag and the organisations that it is told, and no patient", async () => {
    const locations = [{ org: SITE, gln: "9521321000018" }];
    await writeFile(path("locations.json"), JSON.stringify({ format: "batchproof-locations/1", locations }));
    const bag = ["--gs1", "(01)09521321000018(10)LOT(21)BAG/1"];
    await cliJson(words("named.json", ...bag, "--locations", path("locations.json")));
    const document = await written("named.json");
    expect(takenBy(document)).toEqual({ gs1: true, epcis2: true });
    const [, shipping] = document.epcisBody.eventList;
    expect(shipping).toMatchObject({
      epcList: ["https://id.gs1.org/01/09521321000018/21/BAG%2F1"],
      destinationList: [{ destination: "https://id.gs1.org/417/9521321000018" }],
    });
    expect(shipping).not.toHaveProperty("readPoint");
    const told = (serial: string): string[] => ["--gs1", `(01)09521321000018(21)${serial}`];
    expect(await refusal("none.json", ...told("order_4711"))).toEqual([1, "private"]);
    expect(await refusal("none.json", ...told("C0I-PATIENT-0815"))).toEqual([1, "private"]);
    expect(await refusal("none.json", "--gs1", "(01)09521321000018(10)LOT")).toEqual([2, "export-epc"]);
  });

  // Verifies R-epcis-readings.
  it("V334: takes no disclosure that was changed, shows no series, is of another batch, or rests on what nobody knows", async () => {
    const given = (name: string): string[] => ["--disclosure", path(name)];
    const text = await readFile(path("readings.json"), "utf8");
    await writeFile(path("changed.json"), text.replace(/:\d+"/, ':1"'));
    expect(await refusal("none.json", ...given("changed.json"))).toEqual([1, "disclosure-chunk"]);
    await writeFile(path("other.json"), text.replace(key, `0x${"1".repeat(64)}`));
    expect(await refusal("none.json", ...given("other.json"))).toEqual([1, "disclosure-batch"]);
    await cliJson(["disclose", dir, "--claim", "collection/custody", ...disclosed("handoff.json")]);
    expect(await refusal("none.json", ...given("handoff.json"))).toEqual([2, "export-readings"]);
    expect(await refusal("none.json", ...given("readings.json"), ...given("readings.json"))).toEqual([
      ...[2, "export-readings"],
    ]);
    vi.mocked(lock.circuitNameOf).mockReturnValue(undefined);
    try {
      const doubted = await refusedWith(words("none.json", ...given("readings.json")));
      expect(doubted).toMatchObject({ exit: 1, code: "export-readings", place: path("readings.json") });
      expect(doubted.message).toMatch(/is not known here/);
    } finally {
      vi.mocked(lock.circuitNameOf).mockRestore();
    }
  });

  it("says nothing where no node answers, and nothing of a batch that the register does not have", async () => {
    const nobody = ["export", "epcis", dir, "--out", path("none.json"), "--registry", scene.registry];
    const dead = await refusedWith([...nobody, ...by(), "--rpc", "http://127.0.0.1:9"]);
    expect(dead).toMatchObject({ exit: 3, code: "unreachable" });
    const stranger = ["--owner", scene.account("stranger")];
    const unknown = await refusedWith([...nobody, ...scene.on.slice(0, 2), ...stranger]);
    expect(unknown).toMatchObject({ exit: 1, code: "BatchUnknown" });
    expect(existsSync(path("none.json"))).toBe(false);
  });
});
