import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EPCISDocument } from "epcis2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initBatch, readBatch, setStage } from "../../src/batch/folder.ts";
import { discardHandoff, signHandoff } from "../../src/batch/handoffs.ts";
import type { DisclosedReading } from "../../src/disclosure/disclosed.ts";
import { epcisDocument, type EpcisDocument, type EpcisRequest } from "../../src/exports/epcis.ts";
import { sensorElement, type ShownReadings } from "../../src/exports/epcisSensors.ts";
import { bagUri, readLocations } from "../../src/exports/gs1.ts";
import { carrierOf } from "../../src/formats/carrier.ts";
import { CHANNEL, type ChannelName, type ConditionName } from "../../src/formats/constants.ts";
import { documentText } from "../../src/formats/document.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import type { CustodyClaim } from "../../src/kinds/custody/limits.ts";
import type { UnlockedKey } from "../../src/parties/keys.ts";
import type { Policy } from "../../src/policy/document.ts";
import { createSalts } from "../../src/policy/salts.ts";
import type { Standing } from "../../src/standing/standing.ts";
import { COI, LOGGER, LOT, ORDER } from "../batch/support.ts";
import { refused, refusedAsync } from "../input/refused.ts";
import { newKey, temporaryFolder } from "../parties/support.ts";
import { fixture } from "../policy/support.ts";
import { agreementRuns } from "../support/runs.ts";
import { isUom, provenClaim, standingOf, takenBy } from "./epcisSupport.ts";

const folder = temporaryFolder();
const hospital = await newKey(folder, { name: "hospital", role: "custodian", org: "Hospital of St. Nobody" });
const courier = await newKey(folder, { name: "courier", role: "custodian", org: "Courier & <Sons>" });

function custody(stage: number, name: string, boundary: CustodyClaim["rule"]["boundary"]): CustodyClaim {
  return {
    ...{ id: `${name}/custody`, kind: "custody", stage, class: "custody", neededFor: "release", severity: 3 },
    ...{ circuits: ["custody"], rule: { boundary, source: "chosen for this test" } },
  };
}

/** Handed over, kept, and over. */
const POLICY: Policy = {
  ...fixture(),
  stages: ["collection", "transport", "use"],
  claims: [custody(0, "collection", "handover"), custody(1, "transport", "internal"), custody(2, "use", "last")],
};
const policyPath = join(folder, "policy.json");
writeFileSync(policyPath, JSON.stringify(POLICY));
await createSalts(policyPath, POLICY);

/** What people choose of a batch. */
const CHOSEN = { lot: LOT, coi: COI, order: ORDER, seal: "SEAL-4711", device: LOGGER, orgs: [hospital, courier] };
type Chosen = Omit<typeof CHOSEN, "orgs"> & { readonly orgs: readonly UnlockedKey[] };

let count = 0;
/** A folder whose three stages are signed by all. */
async function signedFolder(chosen: Chosen = CHOSEN, condition: ConditionName = "conforming"): Promise<string> {
  const dir = join(folder, `batch-${count++}`);
  const { lot, coi, order, seal, device } = chosen;
  const [first, second] = chosen.orgs as [UnlockedKey, UnlockedKey];
  const custodian = { key: second.description.public, org: second.description.org };
  await initBatch({ dir, policyPath, lot, coi, order, custodianKey: first, devices: [] });
  const sign = (stage: string, side: "released" | "received", key: UnlockedKey): Promise<unknown> =>
    signHandoff({ dir, stage, side, key, condition });
  await setStage(dir, "collection", { start: "2022-05-05T10:00:00+02:00", end: "2022-05-05T16:00:00+02:00", seal });
  await setStage(dir, "transport", { start: "2022-05-05T16:30:00+02:00", custodian, devices: [device] });
  await sign("collection", "released", first);
  await sign("collection", "received", second);
  await setStage(dir, "transport", { end: "2022-05-06T10:00:00Z" });
  await setStage(dir, "use", { start: "2022-05-06T11:00:00Z", custodian, devices: [] });
  await sign("transport", "released", second);
  await setStage(dir, "use", { end: "2022-05-06T12:00:00Z" });
  await sign("use", "released", second);
  return dir;
}

const signed = await signedFolder();

const WINDOW = { from: parseTime("2022-05-05T17:00:00Z", ""), to: parseTime("2022-05-05T18:00:00Z", "") };

/** Readings as a verified disclosure shows them: two in the window, one beside it. */
function shownReadings(channel: ChannelName = "temperature"): ShownReadings {
  const reading = (at: number, value: string, asked: boolean): DisclosedReading => ({ at, values: [value], asked });
  const { unit } = CHANNEL[channel];
  return {
    ...{ claim: 1, stage: 1, window: WINDOW, device: LOGGER },
    content: {
      form: "series",
      channels: [{ channel, unit, limits: ["2.0", "8.0"], band: null, outside: null }],
      readings: [
        reading(WINDOW.from - 600, "7.77", false),
        reading(WINDOW.from, "4.10", true),
        reading(WINDOW.from + 600, "5.5", true),
      ],
      ...{ gaps: [], figures: [] },
    },
  };
}

type Asked = Partial<Omit<EpcisRequest, "batch" | "standing">> & { readonly standing?: Partial<Standing> };

async function exported(dir: string, { standing, ...asked }: Asked = {}): Promise<EpcisDocument> {
  const batch = await readBatch(dir);
  const nothing = { epc: undefined, locations: new Map<bigint, string>(), readings: [] };
  return epcisDocument({ batch, standing: standingOf(batch, standing), ...nothing, ...asked });
}

const whole = await exported(signed, { readings: [shownReadings()] });

/** A copy of a document, changed. */
function changed(change: (events: Record<string, unknown>[], document: Record<string, unknown>) => void): object {
  const copy = JSON.parse(JSON.stringify(whole)) as Record<string, unknown>;
  const { eventList } = copy["epcisBody"] as { readonly eventList: Record<string, unknown>[] };
  change(eventList, copy);
  return copy;
}

/** The member of an event that is a list of objects. */
function first(event: Record<string, unknown> | undefined, name: string): Record<string, unknown> {
  return (event?.[name] as Record<string, unknown>[])[0] ?? {};
}

// Verifies R-epcis-valid.
describe("an export as EPCIS 2.0", () => {
  it("is taken by GS1's schema and by epcis2.js", () => {
    expect(takenBy(whole)).toEqual({ gs1: true, epcis2: true });
    expect(takenBy({ ...whole, epcisBody: { eventList: [] } })).toEqual({ gs1: true, epcis2: true });
  });

  it.each<[string, Parameters<typeof changed>[0]]>([
    ["without an event's time", ([, event]) => delete event?.["eventTime"]],
    ["without its offset", ([, event]) => delete event?.["eventTimeZoneOffset"]],
    ["at a time that is none", ([, event]) => Object.assign(event ?? {}, { eventTime: "2022-05-05 16:00" })],
    ["with a step that the vocabulary does not have", ([, event]) => Object.assign(event ?? {}, { bizStep: "handed" })],
    ["with such a disposition", ([, event]) => Object.assign(event ?? {}, { disposition: "good" })],
    ["without an action", ([, event]) => delete event?.["action"]],
    ["of an object that no URI names", ([, event]) => Object.assign(event ?? {}, { epcList: ["LOT 1"] })],
    ["certified by what is no URI", ([event]) => Object.assign(event ?? {}, { certificationInfo: ["yes"] })],
    ["from a party of no kind", ([, event]) => Object.assign(first(event, "sourceList"), { type: "hospital" })],
    ["with a member of no vocabulary", ([, event]) => Object.assign(event ?? {}, { stage: 1 })],
    [
      "with a reading that is a text",
      (events) => Object.assign(first(first(events[5], "sensorElementList"), "sensorReport"), { value: "4.1" }),
    ],
    [
      "with a reading of another type than GS1's",
      (events) => Object.assign(first(first(events[5], "sensorElementList"), "sensorReport"), { type: "warmth" }),
    ],
    ["without the day it was made", (_, document) => delete document["creationDate"]],
  ])("and neither takes it %s", (_, change) => {
    expect(takenBy(changed(change))).toEqual({ gs1: false, epcis2: false });
  });

  it("and epcis2.js takes no extension that its context does not declare", () => {
    expect(takenBy(changed((_, document) => (document["@context"] = whole["@context"][0]))).epcis2).toBe(false);
  });

  it.each(Object.keys(CHANNEL) as ChannelName[])("measures %s in a type and unit of GS1's", async (channel) => {
    const made = await exported(signed, { readings: [shownReadings(channel)] });
    expect(takenBy(made)).toEqual({ gs1: true, epcis2: true });
    const units = sensorElement(shownReadings(channel)).sensorReport.map(({ uom }) => uom);
    expect(units.filter((uom) => !isUom(uom))).toEqual([]);
    expect(isUom("°C")).toBe(false);
  });

  it("tells all channels of a record apart, and says each unit as the import reads it", () => {
    const measured = (Object.keys(CHANNEL) as ChannelName[]).map((channel) => {
      const { value, time, ...measure } = sensorElement(shownReadings(channel)).sensorReport[0] ?? fail();
      expect([value, time]).toEqual([4.1, "2022-05-05T17:00:00Z"]);
      return { channel, measure };
    });
    expect(new Set(measured.map(({ measure }) => JSON.stringify(measure))).size).toBe(measured.length);
    const units = (JSON.parse(readFileSync("fixtures/profiles/epcis.json", "utf8")) as { units: object }).units;
    for (const { channel, measure } of measured) {
      const read = (units as Record<string, string>)[measure.uom];
      if (read !== undefined) expect([channel, read]).toEqual([channel, CHANNEL[channel].unit]);
    }
  });
});

function fail(): never {
  throw new Error("no reading");
}

// Verifies R-epcis-handoffs.
describe("what an independent reader finds in an export", () => {
  const events = new EPCISDocument(JSON.parse(JSON.stringify(whole)) as object).getEventList();

  it("is the hand-offs of the folder, with their times in UTC", async () => {
    const { stages } = await readBatch(signed);
    const utc = (time = ""): string => new Date(time).toISOString().replace(".000Z", "Z");
    expect(events.map((event) => [event.getBizStep(), event.getEventTime(), event.getDisposition()])).toEqual([
      ["commissioning", "2022-05-05T09:00:00Z", "active"],
      ["shipping", utc(stages[0]?.end), "in_transit"],
      ["receiving", utc(stages[1]?.start), "in_progress"],
      ["other", utc(stages[1]?.end), "in_progress"],
      ["other", utc(stages[2]?.end), "in_progress"],
      ["sensor_reporting", "2022-05-05T18:00:00Z", undefined],
      ["inspecting", "2022-06-01T12:00:00Z", "conformant"],
    ]);
    expect(new Set(events.map((event) => event.getEventTimeZoneOffset()))).toEqual(new Set(["+00:00"]));
  });

  it("is one object, and the same two parties on both sides of a hand-over", () => {
    const batch = `urn:batchproof:31337:${REGISTER}:${standingKey()}`;
    for (const event of events) expect(event.getEPCList()).toEqual([batch]);
    const [, shipping, receiving, kept] = events;
    const sides = [shipping, receiving].map((event) => [
      event?.getSourceList().map((each) => each.getSource()),
      event?.getDestinationList().map((each) => each.getDestination()),
    ]);
    expect(sides[0]).toEqual(sides[1]);
    expect(new Set(sides.flat(2)).size).toBe(2);
    expect(kept?.getSourceList()).toBeUndefined();
  });

  it("is the readings of the window, and no reading beside it", () => {
    const [element] = events[5]?.getSensorElementList() ?? [];
    const metadata = element?.getSensorMetadata();
    expect([metadata?.getStartTime(), metadata?.getEndTime(), metadata?.getDeviceID()]).toEqual([
      ...["2022-05-05T17:00:00Z", "2022-05-05T18:00:00Z"],
      "urn:batchproof:device:Berlinger:Q-tag%20Fridge-tag%202%20L:130500109088",
    ]);
    const reports = element?.getSensorReport() ?? [];
    expect(reports.map((each) => [each.getType(), each.getTime(), each.getValue(), each.getUom()])).toEqual([
      ["Temperature", "2022-05-05T17:00:00Z", 4.1, "CEL"],
      ["Temperature", "2022-05-05T17:10:00Z", 5.5, "CEL"],
    ]);
    expect(sensorElement({ ...shownReadings(), device: undefined }).sensorMetadata).not.toHaveProperty("deviceID");
  });
});

const REGISTER = "0x5fbdb2315678afecb367f032d93f642f64180aa3";

function standingKey(): string {
  const [{ epcList } = { epcList: [""] }] = whole.epcisBody.eventList;
  return epcList[0]?.split(":").at(-1) ?? "";
}

// Verifies R-epcis-register.
describe("what the register says in an export", () => {
  it("stands on the events of a stage whose claims are proven, with register, chain, batch, claim and block", () => {
    const on = `did:pkh:eip155:31337:${REGISTER}`;
    const uri = (claim = ""): string => `${on}?batch=${standingKey()}${claim}&block=17`;
    expect(whole.epcisBody.eventList.map(({ certificationInfo }) => certificationInfo)).toEqual([
      ...[[uri()], [uri("&claim=0")], undefined, [uri("&claim=1")], [uri("&claim=2")], [uri("&claim=1")], [uri()]],
    ]);
    for (const event of whole.epcisBody.eventList) {
      expect(event).toMatchObject({ "batchproof:register": on, "batchproof:block": 17 });
    }
    expect(whole["batchproof:note"]).toMatch(/certify nothing themselves/);
  });

  it.each<[string, Partial<Standing["claims"][number]>]>([
    ["refused", { state: "refused", proof: null }],
    ["of a kind that is not known", { kind: null }],
    ["settled by people", { state: "settled", proof: null }],
    ["proven by a circuit that nobody here knows", { proof: { ...proofOf(), circuit: null } }],
    ["proven by a circuit that is unsound", { proof: { ...proofOf(), unsound: true } }],
  ])("V335: is no certificate of a claim that is %s", async (_, change) => {
    const claims = [0, 1, 2].map((index) => ({ ...provenClaim(index, index), ...(index === 0 ? change : {}) }));
    const { epcisBody } = await exported(signed, { standing: { claims } });
    expect(epcisBody.eventList[1]).not.toHaveProperty("certificationInfo");
    expect(epcisBody.eventList[3]).toHaveProperty("certificationInfo");
  });

  it.each<[string, Partial<Standing>, string]>([
    ["recalled", { recalled: true }, "recalled"],
    ["supplied exceptionally", { release: "ExceptionalSupply", status: "ExceptionalSupply" }, "non_conformant"],
    ["rejected", { release: "No", status: "Rejected" }, "non_conformant"],
    ["held", { holds: [{ side: "qp", order: null }] }, "unavailable"],
    ["under an open exception", { openExceptions: { own: 0, inherited: 1 } }, "unavailable"],
    ["challenged", { challenge: { kinds: ["circuit"], decided: false } }, "unavailable"],
    ["aborted", { release: "No", status: "Aborted" }, "unavailable"],
    ["proven, and not released", { release: "No", status: "Compliant" }, "in_progress"],
    ["released under development keys", { developmentKeys: true }, "unknown"],
    ["released by a circuit of which nobody knows what it proves", { claims: [unknownCircuit()] }, "unknown"],
    ["challenged, and a QP decided", { challenge: { kinds: ["circuit"], decided: true } }, "conformant"],
  ])("V335: calls a batch that is %s by a word that other systems act on", async (_, standing, word) => {
    const made = await exported(signed, { standing });
    expect(made.epcisBody.eventList.at(-1)).toMatchObject({ bizStep: "inspecting", disposition: word });
    expect(takenBy(made)).toEqual({ gs1: true, epcis2: true });
  });

  it("V336: is refused of another batch, or with another end of a stage", async () => {
    const batch = await readBatch(signed);
    const standing = standingOf(batch);
    const other = { locations: new Map(), readings: [], epc: undefined };
    const commitment = `0x${"11".repeat(32)}`;
    expect(refused(() => epcisDocument({ batch, standing: { ...standing, commitment }, ...other })).code).toBe(
      "export-batch",
    );
    const stages = standing.stages.with(1, { head: commitment, ready: true, asserted: false, confirmed: null });
    expect(refused(() => epcisDocument({ batch, standing: { ...standing, stages }, ...other })).code).toBe(
      "export-head",
    );
    const unset = standing.stages.map((stage) => ({ ...stage, head: null }));
    const early = epcisDocument({ batch, standing: { ...standing, stages: unset, claims: [] }, ...other });
    expect(early.epcisBody.eventList[1]).not.toHaveProperty("certificationInfo");
  });
});

function proofOf(): NonNullable<Standing["claims"][number]["proof"]> {
  return provenClaim(0, 0).proof ?? fail();
}

function unknownCircuit(): Standing["claims"][number] {
  return { ...provenClaim(0, 0), proof: { ...proofOf(), circuit: null } };
}

// Verifies R-epcis-handoffs.
describe("the hand-offs of an export", () => {
  it.each<[ConditionName, string]>([
    ["damaged", "damaged"],
    ["temperatureAlarm", "non_conformant"],
    ["labelMismatch", "mismatch_instance"],
    ["other", "non_conformant"],
  ])("say it where the material changed hands as %s", async (condition, disposition) => {
    const { epcisBody } = await exported(await signedFolder(CHOSEN, condition));
    for (const event of epcisBody.eventList.slice(1, 5)) {
      expect(event).toMatchObject({ disposition, "batchproof:condition": condition });
    }
  });

  it("end where nobody signed, and receive nothing that was not received", async () => {
    const dir = await signedFolder();
    for (const stage of ["use", "transport", "collection"]) await discardHandoff(dir, stage);
    const steps = async (): Promise<string[]> =>
      (await exported(dir)).epcisBody.eventList.map(({ bizStep }) => bizStep);
    expect(await steps()).toEqual(["commissioning", "inspecting"]);
    await signHandoff({ dir, stage: "collection", side: "released", key: hospital, condition: "conforming" });
    expect(await steps()).toEqual(["commissioning", "shipping", "inspecting"]);
  });

  // Verifies V361.
  it("V361: are refused if they are later than the register's block, so that the last event would not be how the batch stands", async () => {
    const handoffs = whole.epcisBody.eventList.filter((event) => event["batchproof:head"] !== undefined);
    const end = Math.max(...handoffs.map(({ eventTime }) => parseTime(eventTime, "test")));
    const recalledAt = (time: number): Partial<Standing> => {
      return { time: formatTime(time), ...{ recalled: true, status: "Recalled", release: "No" } };
    };
    const { epcisBody } = await exported(signed, { standing: recalledAt(end) });
    expect(epcisBody.eventList.at(-1)).toMatchObject({ disposition: "recalled", eventTime: formatTime(end) });
    const error = await refusedAsync(exported(signed, { standing: recalledAt(end - 1) }));
    expect(error).toMatchObject({ code: "export-time", kind: "no" });
  });

  it.each(["released", "received"] as const)("V336: refuse a signature (%s) that does not hold", async (side) => {
    const dir = await signedFolder();
    const path = join(dir, "batch.json");
    const file = JSON.parse(readFileSync(path, "utf8")) as { stages: { handoff: Record<string, object> }[] };
    const [stage] = file.stages;
    if (stage === undefined) fail();
    const other = side === "released" ? "received" : "released";
    stage.handoff[side] = stage.handoff[other] ?? {};
    writeFileSync(path, JSON.stringify(file), { mode: 0o600 });
    const error = await refusedAsync(exported(dir));
    expect(error.code).toBe("handoff-signature");
    expect(error.place).toBe(`${path}#/stages/0/handoff/${side}`);
  });
});

// Verifies R-epcis-readings.
describe("the readings of an export", () => {
  it("V334: are refused of a claim that the register does not call proven, and of a window without any", async () => {
    const readings = [shownReadings()];
    const claims = [{ ...provenClaim(1, 1), state: "refused", proof: null } as const];
    expect((await refusedAsync(exported(signed, { readings, standing: { claims } }))).code).toBe("export-readings");
    const empty = { ...shownReadings(), window: { from: 1, to: 2 } };
    const none = { ...empty, content: { ...empty.content, readings: empty.content.readings.slice(0, 1) } };
    expect((await refusedAsync(exported(signed, { readings: [none] }))).code).toBe("export-readings");
    const twice = [shownReadings(), shownReadings()];
    expect((await refusedAsync(exported(signed, { readings: twice }))).code).toBe("export-readings");
  });
});

// Verifies R-epcis-same.
describe("the bytes of an export", () => {
  it("are the same of the same folder and block, and events keep their ids at a later one", async () => {
    const again = await exported(signed, { readings: [shownReadings()] });
    expect(documentText(again)).toBe(documentText(whole));
    const later = await exported(signed, {
      readings: [shownReadings()],
      standing: { block: 18, time: "2022-06-01T12:01:00Z", holds: [{ side: "authority", order: "0x1" }] },
    });
    const ids = (made: EpcisDocument): string[] => made.epcisBody.eventList.map(({ eventID }) => eventID);
    expect(ids(later).slice(0, -1)).toEqual(ids(whole).slice(0, -1));
    expect(ids(later).at(-1)).not.toBe(ids(whole).at(-1));
    expect(new Set(ids(whole)).size).toBe(whole.epcisBody.eventList.length);
  });
});

// Verifies R-epcis-private.
describe("the names in an export", () => {
  const strange = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    .map((text) => `Qz7${text.replace(/[\p{C}|\s]/gu, "")}7zQ`.normalize("NFC"));
  const drawn = fc.record({
    ...{ lot: strange, coi: strange, order: strange, seal: strange, orgs: fc.tuple(strange, strange) },
    device: fc.record({ vendor: strange, model: strange, serial: strange }),
  });

  it("V337: are none of the folder's: no identity, lot, seal, device, organisation, key or salt", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(drawn, async ({ orgs, ...chosen }) => {
        const keys: UnlockedKey[] = [];
        for (const org of orgs) keys.push(await newKey(folder, { name: `drawn-${run++}`, role: "custodian", org }));
        const dir = await signedFolder({ ...chosen, orgs: keys });
        const text = documentText(await exported(dir)).toLowerCase();
        const secrets = readFileSync(join(dir, "secrets.json"), "utf8").match(/[0-9a-f]{62,64}/g) ?? [];
        const { batch } = JSON.parse(readFileSync(join(dir, "secrets.json"), "utf8")) as { readonly batch: string };
        const { stages, salts } = await hidden(dir);
        const { lot, coi, order, seal, device } = chosen;
        const names = [lot, coi, order, seal, ...Object.values(device), ...orgs, ...stages];
        for (const name of names) expect(text).not.toContain(JSON.stringify(name).slice(1, -1).toLowerCase());
        for (const name of names) expect(text).not.toContain(encodeURIComponent(name).toLowerCase());
        for (const secret of [...secrets, ...salts, batch.slice(2)]) expect(text).not.toContain(secret);
      }),
      { numRuns: agreementRuns(5) },
    );
  });

  /** Of a folder that is signed: names of its stages, and the numbers under its heads and of its keys. */
  async function hidden(dir: string): Promise<{ readonly stages: string[]; readonly salts: string[] }> {
    const { stages } = await readBatch(dir);
    const numbers = stages.flatMap(({ handoff, custodian }) => [
      ...(handoff === undefined ? [] : [handoff.head.salt, handoff.head.org, handoff.head.keyHash, handoff.head.seal]),
      ...(custodian === undefined ? [] : [custodian.key.x, custodian.key.y]),
    ]);
    const salts = numbers.filter((number) => number !== 0n).map((number) => number.toString(16));
    return { stages: stages.map(({ name }) => name), salts };
  }

  const GLN = "9521321000018";
  const list = (...locations: object[]): string => {
    const path = join(folder, `locations-${count++}.json`);
    writeFileSync(path, JSON.stringify({ format: "batchproof-locations/1", locations }));
    return path;
  };

  it("are those of the organisations that a list names, and of no other", async () => {
    const locations = await readLocations(list({ org: hospital.description.org, gln: GLN }));
    const { epcisBody } = await exported(signed, { locations });
    const [, shipping, receiving] = epcisBody.eventList;
    expect(shipping).toMatchObject({
      readPoint: { id: `https://id.gs1.org/414/${GLN}` },
      sourceList: [{ type: "possessing_party", source: `https://id.gs1.org/417/${GLN}` }],
      destinationList: [{ destination: expect.stringMatching(/^urn:batchproof:party:0x/) as string }],
    });
    expect(receiving).not.toHaveProperty("readPoint");
    expect(takenBy(await exported(signed, { locations }))).toEqual({ gs1: true, epcis2: true });
  });

  it.each<[string, object[], string]>([
    ["a wrong check digit", [{ org: "Hospital", gln: "9521321000019" }], "/locations/0/gln"],
    ["an organisation twice, also in another spelling", [one("Müller"), one("Mu\u0308ller")], "/locations/1/org"],
    ["another identifier", [{ org: "Hospital", gln: "https://evil.example" }], "/locations/0/gln"],
  ])("V338: are refused in a list with %s", async (_, locations, pointer) => {
    const path = list(...locations);
    expect(await refusedAsync(readLocations(path))).toMatchObject({
      code: "locations-file",
      place: `${path}#${pointer}`,
    });
  });

  function one(org: string): object {
    return { org, gln: "9521321000018" };
  }
});

// Verifies R-epcis-object.
describe("the object of an export", () => {
  it("is a bag by its GTIN and serial number, whatever else its code says", () => {
    expect(uriOf("(01)09521321000018(21)A/1%")).toBe("https://id.gs1.org/01/09521321000018/21/A%2F1%25");
    expect(uriOf("(01)09521321000018(10)LOT(17)270101(21)7")).toBe("https://id.gs1.org/01/09521321000018/21/7");
  });

  it.each([
    ["a lot", "(01)09521321000018(10)LOT", "export-epc"],
    ["a donation number", "=A99992612345600", "export-epc"],
    ["a product with a wrong check digit", "(01)09521321000019(21)7", "carrier"],
    ["a URI", "https://id.gs1.org/01/09521321000018/21/7", "carrier"],
  ])("V338: is not %s", (_, text, code) => {
    expect(refused(() => uriOf(text)).code).toBe(code);
  });

  function uriOf(text: string): string {
    return bagUri(carrierOf(text), "--gs1");
  }
});
