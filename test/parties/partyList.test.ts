import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIELD, toHex } from "../../src/formats/field.ts";
import { deviceHash, textHash } from "../../src/formats/identity.ts";
import { partyLeafHash, isListed } from "../../src/formats/party.ts";
import {
  addParty,
  findDevice,
  findKey,
  findParty,
  partyOfKey,
  partyTree,
  readParties,
  toLeaf,
  writeParties,
  type DeviceParty,
  type KeyParty,
  type Party,
  type PartyList,
} from "../../src/parties/partyList.ts";
import { refused, refusedAsync } from "../input/refused.ts";
import { newKey, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const validity = { notBefore: "2022-01-01T00:00:00Z", notAfter: "2023-01-01T00:00:00+01:00" };

const custodian = partyOfKey(
  (await newKey(folder, { name: "custodian", role: "custodian", org: "Site A" })).description,
  validity,
);
const otherCustodian = partyOfKey(
  (await newKey(folder, { name: "custodian 2", role: "custodian", org: "Site A" })).description,
  validity,
);
const source = partyOfKey(
  (await newKey(folder, { name: "gateway", role: "source", org: "Site A" })).description,
  validity,
);
const lab = partyOfKey((await newKey(folder, { name: "lab", role: "lab", org: "Lab B" })).description, validity);
const logger: DeviceParty = {
  name: "logger",
  role: "device",
  org: "Site A",
  device: { vendor: "Berlinger", model: "Q-tag Fridge-tag 2 L", serial: "130500109088" },
  ...validity,
};
const list: PartyList = [custodian, source, lab, logger];

/** A list file as someone with an editor leaves it. */
async function written(change: (parties: Record<string, unknown>[]) => unknown): Promise<string> {
  const path = join(folder, "edited.json");
  await writeParties(path, list);
  const file = JSON.parse(readFileSync(path, "utf8")) as { parties: Record<string, unknown>[] };
  writeFileSync(path, JSON.stringify({ ...file, parties: change(file.parties) }));
  return path;
}

describe("a party list", () => {
  it("comes back from its file as it was, in the same order", async () => {
    const path = join(folder, "parties.json");
    await writeParties(path, list);
    expect(await readParties(path)).toEqual(list);
    expect(partyTree(await readParties(path)).root).toBe(partyTree(list).root);
  });

  it("decides the tree by its order", () => {
    expect(partyTree([source, custodian, lab, logger]).root).not.toBe(partyTree(list).root);
  });

  it("makes leaves as the circuit reads them", () => {
    expect(toLeaf(custodian)).toEqual({
      id0: custodian.key.x,
      id1: custodian.key.y,
      role: 1n,
      org: textHash("Site A"),
      secretHash: custodian.secretHash,
      notBefore: 1_640_995_200n,
      notAfter: 1_672_527_600n,
    });
    expect(custodian.secretHash).not.toBe(0n);
    expect(toLeaf(source)).toMatchObject({ role: 2n, secretHash: 0n });
    expect(toLeaf(lab)).toMatchObject({ role: 3n, secretHash: 0n, org: textHash("Lab B") });
    expect(toLeaf(logger)).toMatchObject({ id0: deviceHash(logger.device), id1: 0n, role: 4n, secretHash: 0n });
  });

  it("has a path to the root for each party", () => {
    const tree = partyTree(list);
    for (const party of list) expect(isListed(toLeaf(party), tree.path(toLeaf(party)), tree.root)).toBe(true);
    expect(new Set(list.map((party) => partyLeafHash(toLeaf(party)))).size).toBe(list.length);
  });

  it("grows at its end", () => {
    expect(addParty([custodian, source], lab)).toEqual([custodian, source, lab]);
  });

  it("may be empty", async () => {
    const path = join(folder, "empty.json");
    await writeParties(path, []);
    expect(await readParties(path)).toEqual([]);
  });
});

describe("a party is found", () => {
  const period = { start: 1_651_768_200, end: 1_651_854_600 };
  const renewed: DeviceParty = {
    ...logger,
    name: "logger 2023",
    notBefore: "2023-01-02T00:00:00Z",
    notAfter: "2024-01-01T00:00:00Z",
  };

  it("by name, by key and role, by device", () => {
    expect(findParty(list, "lab")).toBe(lab);
    expect(findKey(list, "source", source.key, period)).toBe(source);
    expect(findDevice(list, deviceHash(logger.device), period)).toBe(logger);
  });

  it("by its validity, where it was renewed", () => {
    const hash = deviceHash(logger.device);
    const later = { start: 1_672_704_000, end: 1_672_704_001 };
    expect(findDevice([logger, renewed], hash, later)).toBe(renewed);
    expect(findDevice([renewed, logger], hash, period)).toBe(logger);
    // Valid at the start only: neither covers it, so the rule `device` gets the first one to judge.
    expect(findDevice([logger, renewed], hash, { start: period.start, end: later.end })).toBe(logger);
  });

  it("or refused", () => {
    const codes = [
      () => findParty(list, "nobody"),
      () => findKey(list, "lab", source.key, period),
      () => findKey(list, "source", { ...source.key, x: FIELD - source.key.x }, period),
      () => findDevice(list, 5n, period),
    ].map((find) => refused(find).code);
    expect(codes).toEqual(["party", "party", "party", "party"]);
    expect(refused(() => findParty(list, "nobody")).remedy).toMatch(/^Name one of: .*lab/);
  });
});

// Verifies R-batch-parties, V22.
describe("a party list is refused", () => {
  const here = "the party list";

  it.each<[string, string, PartyList, Party]>([
    ["the same leaf twice", "party-duplicate", list, { ...logger, name: "other name" }],
    ["the same name twice", "party-name", list, { ...lab, name: "gateway" }],
    [
      "a name twice in two Unicode forms",
      "party-name",
      [{ ...lab, name: "caf\u00e9" }],
      { ...source, name: "cafe\u0301" },
    ],
    ["two custodians of an org with different secrets", "party-secret", list, otherCustodian],
    ["a custodian without a secret", "party-secret", [], { ...custodian, secretHash: 0n }],
    ["a source with a secret", "party-secret", [], { ...source, secretHash: 1n }],
    ["a custodian's key under another org", "party-org", list, { ...custodian, name: "c", org: "Site C" }],
    ["a key under another org in another role", "party-org", list, { ...lab, name: "c", key: custodian.key }],
    ["a validity that ends before it begins", "party-validity", [], { ...lab, notAfter: "2021-12-31T23:59:59Z" }],
    ["a time without a zone", "time-zone", [], { ...lab, notAfter: "2022-12-31T23:59:59" }],
    ["a device id with a bar", "device-id", [], { ...logger, device: { ...logger.device, model: "a|b" } }],
  ])("for %s", (_, code, before, party) => {
    expect(refused(() => addParty(before, party)).code).toBe(code);
  });

  it("with the place of the organisation, for a key under two", () => {
    expect(refused(() => addParty(list, { ...lab, name: "c", org: "Lab C" })).place).toBe(`${here}#/parties/4/org`);
    // The same organisation in another Unicode form, or a second role of its key, is none more.
    const site = (org: string, role: "source" | "lab"): KeyParty => ({ ...source, name: role, org, role });
    addParty([site("Sit\u00e9", "source")], site("Site\u0301", "lab"));
  });

  it("not for one second of validity, nor for the org of another custodian", () => {
    addParty([], { ...lab, notAfter: lab.notBefore });
    addParty(list, { ...otherCustodian, org: "Site C" });
  });

  // On the curve but not in the subgroup: the generator of the whole group (order 8 l), from circomlib's babyjub.
  const generator = {
    x: 995203441582195749578291179787384436505546430278305826713579947235728471134n,
    y: 5472060717959818805561601436314318772137091100104008585924551046643952123905n,
  };
  it.each([
    ["off the curve", { x: 1n, y: 1n }],
    ["the identity", { x: 0n, y: 1n }],
    ["of order 2", { x: 0n, y: FIELD - 1n }],
    ["outside the prime subgroup", generator],
  ])("for a key %s", (_, key) => {
    const error = refused(() => addParty([custodian], { ...lab, key }));
    expect([error.code, error.place]).toEqual(["party-key", `${here}#/parties/1/key`]);
  });

  it("for more than 4,096 parties", () => {
    const devices = Array.from({ length: 4096 }, (_, i): DeviceParty => {
      return { ...logger, name: `logger ${i}`, device: { ...logger.device, serial: `${i}` } };
    });
    expect(addParty(devices.slice(1), logger)).toHaveLength(4096);
    expect(refused(() => addParty(devices, logger)).code).toBe("party-count");
  });

  it.each<[string, string, string, (parties: Record<string, unknown>[]) => unknown]>([
    ["a device with a key", "party-list", "/parties/3", change(3, { key: hexKey(lab) })],
    ["a device without its id", "party-list", "/parties/3", change(3, { device: undefined })],
    ["a source without its key", "party-list", "/parties/1", change(1, { key: undefined })],
    ["a source that is a device", "party-list", "/parties/1", change(1, { device: logger.device })],
    ["an unknown role", "party-list", "/parties/0/role", change(0, { role: "qp" })],
    ["an unknown member", "party-list", "/parties/0", change(0, { note: "" })],
    [
      "a key that is no field element",
      "field",
      "/parties/1/key/x",
      change(1, { key: { ...hexKey(source), x: `0x${"f".repeat(64)}` } }),
    ],
    ["a missing end of validity", "party-list", "/parties/0", change(0, { notAfter: undefined })],
    ["a date without a time", "time-syntax", "/parties/2/notBefore", change(2, { notBefore: "2022-01-01" })],
  ])("with a pointer, for %s", async (_, code, pointer, edit) => {
    const path = await written(edit);
    const error = await refusedAsync(readParties(path));
    expect([error.code, error.place]).toEqual([code, `${path}#${pointer}`]);
  });

  it("before it is written, too", async () => {
    const path = join(folder, "never.json");
    const twice = [lab, lab];
    expect((await refusedAsync(writeParties(path, twice))).code).toBe("party-name");
    expect((await refusedAsync(readParties(path))).code).toBe("file-missing");
  });
});

function change(index: number, members: object): (parties: Record<string, unknown>[]) => unknown {
  return (parties) => parties.map((party, i) => (i === index ? { ...party, ...members } : party));
}

function hexKey({ key }: KeyParty): { x: string; y: string } {
  return { x: toHex(key.x), y: toHex(key.y) };
}
