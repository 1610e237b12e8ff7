import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBatch } from "../../src/batch/folder.ts";
import { rereadRecord } from "../../src/claims/rereadRecord.ts";
import { toHex } from "../../src/formats/field.ts";
import { shippedProfile } from "../../src/import/table/shipped.ts";
import { claimNamed } from "../../src/policy/document.ts";
import { cliJson, inThisProcess } from "./scene.ts";
import { filesIn, PASSPHRASE, refusedWith, scratch, VALID } from "./support.ts";

/** Tables as loggers export them, from the file to a record that can be read again. */

const DEVICE = "V|M|1";
const home = scratch();
const path = (name: string): string => join(home, name);
const ENVIRONMENT = { BATCHPROOF_PASSPHRASE: PASSPHRASE };
const HOBO = "fixtures/tables/cases/hobo-like.csv";
const LONG = "fixtures/tables/cases/float-noise.csv";
const JOURNAL = path("source.json.journal");

interface Policy {
  stages: string[];
  claims: { id: string; circuits: string[]; kind: string; rule: Record<string, unknown> }[];
  profiles?: { name: string; hash: string }[];
}
const hashOf = (name: string): string => toHex(shippedProfile(name).hash);

/** 2 to 8 °C, a gap of 15 minutes, as a claim of temperature, of a channel and of parameters. */
function policyWith(profiles: Policy["profiles"]): Policy {
  const policy = JSON.parse(readFileSync("fixtures/policies/fridge-2-8.json", "utf8")) as Policy;
  const [claim] = policy.claims;
  const stage = policy.stages[0] ?? "";
  if (claim === undefined) throw new Error("a policy has a claim");
  const times = { gap: 900, lead: 600, tail: 600, clockTolerance: 120, source: "test" };
  const one = { channel: 1, unit: "Cel", resolution: "0.1", range: ["2.0", "8.0"] };
  const of = (kind: string, circuits: string[], rule: object): Policy["claims"][0] => ({
    ...claim,
    ...{ id: `${stage}/${kind}`, kind, circuits, rule: { ...rule, ...times } },
  });
  policy.claims = [
    of("temperature", ["temperature-1k"], one),
    of("channel", ["channel-840"], one),
    of("parameters", ["parameters-280"], { channels: [one] }),
  ];
  return { ...policy, ...(profiles === undefined ? {} : { profiles }) };
}

/** A folder of a batch under a policy, whose stage is that of the cases. */
async function batchOf(
  name: string,
  profiles: Policy["profiles"],
  start: string,
  end: string,
  device = DEVICE,
): Promise<string> {
  mkdirSync(path(name));
  const policy = path(`${name}/policy.json`);
  const written = policyWith(profiles);
  writeFileSync(policy, JSON.stringify(written));
  await cliJson(["policy", "salt", policy]);
  const dir = path(`${name}/batch`);
  const identity = ["--lot", name, "--coi", name, "--order", name, "--custodian", path("custodian.json")];
  await cliJson(["init", dir, "--policy", policy, ...identity, "--device", device, "--parties", path("parties.json")]);
  await cliJson(["stage", dir, written.stages[0] ?? "", "--start", start, "--end", end]);
  return dir;
}

const claimOf = (kind: string): string => `${policyWith(undefined).stages[0] ?? ""}/${kind}`;
function importing(file: string, dir: string, profile: string, ...more: readonly string[]): string[] {
  const signed = ["--into", dir, "--source", path("source.json"), "--device", DEVICE];
  return ["import", "table", file, "--profile", profile, ...signed, ...more];
}

let hobo: string;
let plain: string;
beforeAll(async () => {
  for (const role of ["custodian", "source"]) {
    await cliJson(["key", "new", "--role", role, "--name", role, "--org", "Site A", "--out", path(`${role}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${role}.json`), ...VALID]);
  }
  await cliJson(["party", "add", path("parties.json"), "--device", DEVICE, "--org", "Site A", "--name", "a", ...VALID]);
  const accepted = [{ name: "HOBOware", hash: hashOf("hoboware") }];
  hobo = await batchOf("hobo", accepted, "2026-03-10T15:10:00Z", "2026-03-10T16:50:00Z");
  plain = await batchOf("plain", undefined, "2026-03-10T08:10:00Z", "2026-03-10T09:50:00Z");
}, 120_000);

afterAll(() => rmSync(home, { recursive: true }));

// Verifies R-profile-test.
describe("profile test", () => {
  const tried = (...more: readonly string[]): string[] => [
    "profile",
    "test",
    "long",
    "fixtures/tables/cases/fahrenheit.csv",
    ...more,
  ];

  it("shows what is read, exactly, and the hashes of both", async () => {
    const { stdout, code } = await inThisProcess(tried());
    expect(code).toBe(0);
    expect(stdout).toContain(`profile: long, ${hashOf("long")}`);
    expect(stdout).toContain('lowest 4.5 °C (line 2: "40.1"), highest 4.9444... (44.5/9) °C (line 6: "40.9")');
    expect(stdout).toContain("  unit: °F, by the unit column, converted exactly\n");
    expect(stdout).toContain("line 3: 2026-03-10T08:10:00Z 4.6111... (41.5/9) °C");
    const { profiles } = await cliJson<{ profiles: { name: string; hash: string }[] }>(["profile", "list"]);
    expect(profiles).toContainEqual(expect.objectContaining({ name: "long", hash: hashOf("long") }));
  });

  // Verifies F64.
  it("shows all that decides: columns, unit, words, events, and the cells of the extremes", async () => {
    const profile = {
      ...(JSON.parse(readFileSync("fixtures/profiles/long.json", "utf8")) as object),
      ...{ name: "flattering", before: { lines: 2 }, after: ["", "Ende der Daten"], missing: ["12.5"] },
      columns: [
        ...[
          { name: "timestamp", is: "time", form: "rfc3339" },
          { name: "tag", is: "tag" },
        ],
        ...[
          { name: "value", is: "value" },
          { name: "quality", is: "quality" },
          { name: "unit", is: "unit" },
        ],
        ...[
          { name: "Alarm{*}", is: "ignored" },
          { name: "Mark", is: "event" },
        ],
      ],
    };
    const row = (minute: number, rest: string): string =>
      `2026-03-10T08:${minute.toString().padStart(2, "0")}:00Z,A,${rest}\n`;
    const rows = [
      "4.5,Good,°C,,",
      "12.5,Good,°C,HIGH,",
      "9.5,Bad,°C,,",
      ",Good,°C,,Start",
      "-300,Good,°C,,",
      "4.25,GOOD,°C,,",
    ];
    writeFileSync(path("flattering.json"), JSON.stringify(profile));
    writeFileSync(
      path("flattering.csv"),
      `a\nb\ntimestamp,tag,value,quality,unit,Alarm status,Mark\n${rows.map((rest, i) => row(i * 10, rest)).join("")}\nEnde der Daten\n`,
    );
    const { stdout, code } = await inThisProcess(["profile", "test", path("flattering.json"), path("flattering.csv")]);
    expect(code).toBe(0);
    for (const line of [
      "lines before the table: 2",
      "lines after the table, passed over: 2, from line 10",
      "columns: 7",
      '  1: "timestamp" is time',
      '  6: "Alarm status" is ignored, as "Alarm{*}"',
      '  7: "Mark" is event',
      "rows that are events of the device, without a value, left out: 1",
      "  unit: °C, by the unit column",
      '  not good, or without a value: 3; lowest 4.25 °C (line 9: "4.25"), highest 4.5 °C (line 4: "4.5")',
      '  "Good" is good: 1 times',
      '  "12.5" is no value: 1 times',
      '  "Bad" is not good: 1 times',
      '  "-300" is no value of this channel: 1 times',
      '  "GOOD" is good: 1 times',
    ]) {
      expect(stdout).toContain(`${line}\n`);
    }
  });

  it("writes a dated protocol, over no other file", async () => {
    const protocol = path("protocol.txt");
    await cliJson(tried("--protocol", protocol));
    expect(readFileSync(protocol, "utf8")).toMatch(/^Profile test at 20\d\d-\d\d-\d\dT.*Z, by batchproof/);
    expect(await refusedWith(tried("--protocol", protocol))).toMatchObject({ code: "file-exists", place: protocol });
  });

  it("refuses what import refuses", async () => {
    const wrong = ["profile", "test", "hoboware", "fixtures/tables/cases/fahrenheit.csv"];
    expect(await refusedWith(wrong)).toMatchObject({ exit: 2, code: "csv-header" });
    expect(await refusedWith(tried("--tag", "CR2.TT"))).toMatchObject({ exit: 2, code: "csv-tag" });
  });
});

describe("import table", () => {
  // Verifies R-import-profile, F58.
  it("refuses a profile that the policy does not accept, before anything is written", async () => {
    const wrong = importing(LONG, hobo, "long", "--claim", claimOf("temperature"));
    // The stage is another one: let the form be judged alone.
    const other = importing(HOBO, plain, "hoboware", "--claim", claimOf("temperature"));
    expect(await refusedWith(wrong, ENVIRONMENT)).toMatchObject({ exit: 2, code: "window" });
    const stage = ["--start", "2026-03-10T15:10:00Z", "--end", "2026-03-10T16:50:00Z"];
    await cliJson(["stage", plain, policyWith(undefined).stages[0] ?? "", ...stage]);
    const error = await refusedWith(other, ENVIRONMENT);
    expect(error).toMatchObject({ exit: 2, code: "profile-policy", place: HOBO });
    expect(error.message).toContain("accepts: long");
    await cliJson([
      ...["stage", plain, policyWith(undefined).stages[0] ?? ""],
      ...["--start", "2026-03-10T08:10:00Z", "--end", "2026-03-10T09:50:00Z"],
    ]);
    expect([existsSync(JOURNAL), filesIn(join(plain, "evidence")), filesIn(join(plain, "records"))]).toEqual([
      false,
      [],
      [],
    ]);
  });

  // Verifies R-import-profile, R-batch-reread.
  it("reads a HOBOware export as it is, keeps file and profile, and both can be read again", async () => {
    const claims = [claimOf("temperature"), claimOf("channel")];
    const made = await cliJson<{ records: { summary: string[] }[] }>(
      importing(HOBO, hobo, "hoboware", ...claims.flatMap((claim) => ["--claim", claim])),
    );
    expect(made.records[0]?.summary.join("\n")).toContain(`profile: hoboware, ${hashOf("hoboware")}`);
    expect(filesIn(join(hobo, "evidence")).sort()).toEqual([`${hashOf("hoboware")}.profile.json`, "hobo-like.csv"]);
    expect(readFileSync(join(hobo, "evidence/hobo-like.csv"))).toEqual(readFileSync(HOBO));
    const again = await cliJson<{ records: unknown[] }>(["verify-record", hobo]);
    const profile = { name: "hoboware", hash: hashOf("hoboware") };
    expect(again.records).toEqual(
      claims.map((claim) => ({ claim, rawFiles: ["hobo-like.csv"], readings: 11, profile, how: { format: "table" } })),
    );
    const { code, stdout } = await inThisProcess(["check", hobo, ...claims.flatMap((claim) => ["--claim", claim])]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("pass") as string]);
  });

  // Verifies R-batch-reread, F60.
  it("what was told otherwise, or another profile, does not give the record that was signed", async () => {
    const name = join(hobo, "records", `${claimOf("temperature").replace("/", "--")}.json`);
    const before = readFileSync(name, "utf8");
    const record = JSON.parse(before) as { how: object };
    const args = ["verify-record", hobo, "--claim", claimOf("temperature")];
    writeFileSync(name, JSON.stringify({ ...record, how: { format: "table", offset: "-07:30" } }));
    expect(await refusedWith(args, ENVIRONMENT)).toMatchObject({ exit: 2, code: "window" });
    writeFileSync(name, JSON.stringify({ ...record, how: { format: "table", offset: "-07:10" } }));
    const error = await refusedWith(args, ENVIRONMENT);
    expect(error).toMatchObject({ exit: 1, code: "record-reread" });
    expect(error.message).toContain("zoneChanged");
    writeFileSync(name, JSON.stringify({ ...record, how: undefined }));
    expect(await refusedWith(args, ENVIRONMENT)).toMatchObject({ exit: 2, code: "record-how" });
    writeFileSync(name, before);
    const kept = join(hobo, "evidence", `${hashOf("hoboware")}.profile.json`);
    const profile = readFileSync(kept, "utf8");
    writeFileSync(kept, readFileSync("fixtures/profiles/hoboware-minimal.json"));
    expect(await refusedWith(args, ENVIRONMENT)).toMatchObject({ exit: 2, code: "evidence-tampered", place: kept });
    writeFileSync(kept, profile);
    expect((await inThisProcess(args)).code).toBe(0);
  });

  // Verifies R-batch-reread.
  it("by a profile that the policy does not accept is no reading", async () => {
    const batch = await readBatch(hobo);
    const { profiles, ...policy } = batch.policy;
    const target = { batch: { ...batch, policy }, claim: claimNamed(policy, claimOf("temperature")) };
    expect(profiles).toHaveLength(1);
    await expect(rereadRecord(target)).rejects.toMatchObject({ code: "profile-policy" });
  });

  it("reads the long form for claims of every kind, as import csv does", async () => {
    const one = await cliJson<{ record: string }>(
      importing(LONG, plain, "long", "--claim", claimOf("temperature"), "--tag", "CR1.TT"),
    );
    const csv = ["import", "csv", LONG, "--into", plain, "--source", path("source.json"), "--device", DEVICE];
    const same = await cliJson<{ record: string }>([...csv, "--claim", claimOf("temperature")]);
    expect(same.record).toBe(one.record);
    await cliJson(importing(LONG, plain, "long", "--claim", claimOf("parameters"), "--tag", "temperature=CR1.TT"));
    const { records } = await cliJson<{ records: { claim: string; readings: number }[] }>(["verify-record", plain]);
    expect(records.map(({ claim, readings }) => [claim, readings])).toEqual([
      [claimOf("temperature"), 11],
      [claimOf("parameters"), 11],
    ]);
  });

  // Verifies R-profile-xlsx, R-profile-epcis, R-batch-reread.
  it("reads a workbook and EPCIS as they are, and both can be read again", async () => {
    const accepted = ["xlsx-wide", "epcis"].map((name) => ({ name, hash: hashOf(name) }));
    const device = "V|M|2";
    await cliJson([
      "party",
      "add",
      path("parties.json"),
      "--device",
      device,
      "--org",
      "Site A",
      "--name",
      "b",
      ...VALID,
    ]);
    const dir = await batchOf("layouts", accepted, "2026-03-10T08:00:00Z", "2026-03-10T08:30:00Z", device);
    const reading = (...args: Parameters<typeof importing>): string[] =>
      importing(...args).map((each) => (each === DEVICE ? device : each));
    const [book, events] = ["fixtures/tables/shapes/xlsx-wide.xlsx", "fixtures/tables/shapes/epcis.jsonld"] as const;
    const sheet = ["--tag", "Fridge 1 (°C)", "--offset", "+00:00"];
    const tried = await inThisProcess(["profile", "test", "xlsx-wide", book, ...sheet]);
    expect([tried.code, tried.stdout]).toEqual([0, expect.stringContaining("row 2: 2026-03-10T08:00:00Z 4.5 °C")]);
    await cliJson(reading(book, dir, "xlsx-wide", "--claim", claimOf("temperature"), ...sheet));
    const tag = ["--tag", "urn:epc:id:giai:0614141.1 Temperature"];
    await cliJson(reading(events, dir, "epcis", "--claim", claimOf("channel"), ...tag));
    const { records } = await cliJson<{ records: unknown[] }>(["verify-record", dir]);
    expect(records).toMatchObject([
      { claim: claimOf("temperature"), rawFiles: ["xlsx-wide.xlsx"], readings: 4, profile: accepted[0] },
      { claim: claimOf("channel"), rawFiles: ["epcis.jsonld"], readings: 4, profile: accepted[1] },
    ]);
  });

  // Verifies R-batch-reread.
  it("a device's own form is read again, too, without a profile", async () => {
    const file = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
    const device = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";
    const valid = ["--org", "Site A", "--name", "fridgetag", ...VALID];
    await cliJson(["party", "add", path("parties.json"), "--device", device, ...valid]);
    const dir = await batchOf("signed", undefined, "2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z", device);
    const signed = ["--into", dir, "--source", path("source.json"), "--offset", "+00:00"];
    await cliJson(["import", "fridgetag", file, ...signed, "--claim", claimOf("temperature")]);
    const { records } = await cliJson<{ records: unknown[] }>(["verify-record", dir]);
    expect(records).toMatchObject([{ claim: claimOf("temperature"), readings: 865, profile: null }]);
  });

  // Verifies R-import-joined.
  it("joins the files of a split export, in any order, and binds all of them", async () => {
    const parts = [2, 1].map((part) => `fixtures/tables/cases/split-part${part}.csv`);
    const dir = await batchOf("split", undefined, "2026-03-10T08:10:00Z", "2026-03-10T09:50:00Z");
    const [alone, ...words] = [importing(parts[1] ?? "", dir, "long"), "--claim", claimOf("channel")];
    expect(await refusedWith([...alone, ...words], ENVIRONMENT)).toMatchObject({ exit: 2, code: "window" });
    const { summary } = await cliJson<{ summary: string[] }>([
      ...importing(parts[0] ?? "", dir, "long"),
      ...parts.slice(1),
      ...words,
      "--reason",
      "split",
    ]);
    expect(summary).toContain("joined: 2 files of one device, by time");
    const names = ["split-part1.csv", "split-part2.csv"];
    expect(filesIn(join(dir, "evidence"))).toEqual([`${hashOf("long")}.profile.json`, ...names]);
    const { records } = await cliJson<{ records: unknown[] }>(["verify-record", dir]);
    expect(records).toMatchObject([{ claim: claimOf("channel"), rawFiles: names, readings: 11 }]);
    expect((await inThisProcess(["check", dir, "--claim", claimOf("channel")])).code).toBe(0);
    const file = join(dir, "records", `${claimOf("channel").replace("/", "--")}.json`);
    const record = readFileSync(file, "utf8");
    for (const rawFiles of [names.toReversed(), names.slice(0, 1), [...names, "split-part1.csv"]]) {
      writeFileSync(file, JSON.stringify({ ...(JSON.parse(record) as object), rawFiles }));
      expect(await refusedWith(["verify-record", dir], ENVIRONMENT)).toMatchObject({
        exit: 2,
        code: "evidence-tampered",
      });
    }
    writeFileSync(file, record);
  });

  it("keeps a profile once, however its file is spelled, and no raw file under its name", async () => {
    const dir = await batchOf("spelled", undefined, "2026-03-10T08:10:00Z", "2026-03-10T09:50:00Z");
    const { format, ...rest } = JSON.parse(readFileSync("fixtures/profiles/long.json", "utf8")) as { format: string };
    const spelled = path("spelled/long.json");
    writeFileSync(spelled, JSON.stringify({ ...rest, format }));
    const journaled = readFileSync(JOURNAL);
    const planted = path(`${hashOf("long")}.profile.json`);
    writeFileSync(planted, readFileSync(LONG));
    const refused = importing(planted, dir, "long", "--claim", claimOf("temperature"));
    expect(await refusedWith(refused, ENVIRONMENT)).toMatchObject({ exit: 2, code: "evidence-name", place: planted });
    expect(readFileSync(JOURNAL)).toEqual(journaled);
    const why = ["--reason", "other files of the same stage were imported before"];
    await cliJson(importing(LONG, dir, "long", "--claim", claimOf("temperature"), ...why));
    await cliJson(importing(LONG, dir, spelled, "--claim", claimOf("channel"), ...why));
    expect(filesIn(join(dir, "evidence"))).toHaveLength(2);
    expect((await inThisProcess(["verify-record", dir])).code).toBe(0);
  });

  it("asks for what no file says, and for one of offset and zone", async () => {
    const both = importing(
      HOBO,
      hobo,
      "hoboware",
      "--claim",
      claimOf("temperature"),
      "--offset",
      "+01:00",
      "--zone",
      "UTC",
    );
    expect(await refusedWith(both, ENVIRONMENT)).toMatchObject({ exit: 2, code: "usage", place: "--zone" });
    const unknown = importing(HOBO, hobo, "hobo", "--claim", claimOf("temperature"));
    expect(await refusedWith(unknown, ENVIRONMENT)).toMatchObject({ exit: 2, code: "profile-missing" });
  });
});
