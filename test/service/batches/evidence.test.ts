import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { acquireLock } from "../../../src/input/lock.ts";
import { parseTime } from "../../../src/input/times.ts";
import { batchproofJson } from "../../cli/support.ts";
import { csvFile, csvLine } from "../../import/historian.ts";
import { PASSPHRASE, temporaryFolder } from "../../parties/support.ts";
import {
  batchAt,
  begin,
  contentOf,
  LOGGER,
  newSite,
  RAW,
  refusalOf,
  RESULTS,
  schedule,
  TEMPERATURE,
  type Answer,
  type Site,
} from "./site.ts";

let site: Site;
const raw = readFileSync(RAW);
const NAME = "fridge.txt";

beforeAll(async () => {
  site = await newSite(temporaryFolder());
  for (const [batch, order] of [
    ["b1", "O-1"],
    ["b2", "O-2"],
    ["other", "O-3"],
  ] as const) {
    await begin(site, batch, order);
    await schedule(site, batch);
  }
});

interface Uploaded {
  readonly sha256: string;
  readonly name: string;
  readonly bytes: number;
}
interface Page {
  readonly items: readonly Uploaded[];
  readonly next: string | null;
}

const names = async (who: "operator" | "courier", batch = "b1"): Promise<string[]> =>
  (await site.ask<Page>(who, "GET", `${batchAt(batch)}/files`)).body.items.map(({ name }) => name);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Why an upload was refused. */
async function uploadRefused(
  who: "operator" | "courier",
  name: string,
  bytes: Uint8Array,
  batch = "b1",
): Promise<unknown> {
  try {
    return await site.upload(who, batch, name, bytes);
  } catch (error) {
    return (JSON.parse((error as Error).message) as { code: string }).code;
  }
}

describe("a file that is uploaded", () => {
  it("is kept under its hash until it is removed, the same bytes once", async () => {
    const bytes = Buffer.from("a,b\n1,2\n");
    const hash = await site.upload("operator", "b1", "a.csv", bytes);
    expect([hash, await site.upload("operator", "b1", "again.csv", bytes)]).toEqual([sha256(bytes), hash]);
    expect(await names("operator")).toEqual(["a.csv"]);
    const { body } = await site.ask<Uploaded>("operator", "GET", `${batchAt("b1")}/files/${hash}`);
    expect(body).toMatchObject({ sha256: hash, name: "a.csv", bytes: bytes.length });
    expect((await site.ask("operator", "DELETE", `${batchAt("b1")}/files/${hash}`)).status).toBe(204);
    expect(refusalOf(await site.ask("operator", "GET", `${batchAt("b1")}/files/${hash}`))).toEqual([404, "not-found"]);
  });

  // Verifies R-service-upload, V382.
  it.each([
    ["../secrets.json", "evidence-name"],
    ["..", "evidence-name"],
    [".hidden", "evidence-name"],
    ["a/b.csv", "evidence-name"],
    ["a\\b.csv", "evidence-name"],
    ["a\u0000.csv", "evidence-name"],
    ["a\u202e.csv", "evidence-name"],
    ["C:x.csv", "evidence-name"],
    ["é".repeat(101), "evidence-name"],
    ["a".repeat(201), "request"],
  ])("V382: is refused under the name %j", async (name, code) => {
    const before = contentOf(site.path("data"));
    expect(await uploadRefused("operator", name, Buffer.from("x"))).toBe(code);
    expect(contentOf(site.path("data"))).toBe(before);
  });

  it.each(["é".repeat(100), "a".repeat(200), "Zeitreihe 1 (März).csv"])("is taken under the name %j", async (name) => {
    const hash = await site.upload("operator", "b1", name, Buffer.from(name));
    expect(await names("operator")).toEqual([name]);
    await site.ask("operator", "DELETE", `${batchAt("b1")}/files/${hash}`);
  });

  // Verifies R-service-upload, V382.
  it("V382: is refused when it is empty, over the caller's limit of files, and for a batch that is not there", async () => {
    expect(await uploadRefused("operator", "empty.csv", Buffer.alloc(0))).toBe("file-empty");
    await Promise.all(
      Array.from({ length: 3 }, (_, i) => site.upload("courier", "b1", `${i}.csv`, Buffer.from(`${i}`))),
    );
    const folder = join(site.path("data/uploads/north/b1"), sha256(Buffer.from("token:courier")));
    const [one = ""] = readdirSync(folder).filter((name) => name.length === 64);
    for (let i = 3; i < 200; i++)
      cpSync(join(folder, one), join(folder, sha256(Buffer.from(`n${i}`))), { recursive: true });
    expect(await uploadRefused("courier", "more.csv", Buffer.from("more"))).toBe("upload-quota");
    // Others have limits of their own, and what is old makes room.
    const hash = await site.upload("operator", "b1", "mine.csv", Buffer.from("mine"));
    await site.ask("operator", "DELETE", `${batchAt("b1")}/files/${hash}`);
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1_600_000_000, 1_600_000_000);
    expect(await uploadRefused("courier", "more.csv", Buffer.from("more"))).toBe(sha256(Buffer.from("more")));
    expect(await names("courier")).toEqual(["more.csv"]);
    expect(await uploadRefused("operator", "a.csv", Buffer.from("a"), "none")).toBe("not-found");
  });

  // Verifies R-service-party, V378.
  it("V378: is seen by the party that sent it and by the site, and by no other party", async () => {
    expect(await names("operator")).toEqual(["more.csv"]);
    const mine = await site.upload("operator", "b1", "mine.csv", Buffer.from("mine"));
    expect(await names("courier")).toEqual(["more.csv"]);
    const url = `${batchAt("b1")}/files/${mine}`;
    expect(refusalOf(await site.ask("courier", "GET", url))).toEqual([404, "not-found"]);
    expect(refusalOf(await site.ask("courier", "DELETE", url))).toEqual([404, "not-found"]);
    expect(refusalOf(await site.ask("stranger", "GET", `${batchAt("b1")}/files`))).toEqual([404, "not-found"]);
    expect(refusalOf(await site.ask("auditor", "GET", `${batchAt("b1")}/files`))).toEqual([403, "not-allowed"]);
    await site.ask("operator", "DELETE", url);
  });

  // Verifies R-service-upload.
  it("is not imported when its bytes are others by now", async () => {
    const hash = await site.upload("operator", "b2", "changed.csv", Buffer.from("before"));
    const folder = join(site.path("data/uploads/north/b2"), sha256(Buffer.from("token:operator")), hash);
    writeFileSync(join(folder, "changed.csv"), "after!");
    const answer = await site.ask("operator", "POST", `${batchAt("b2")}/inspections`, { file: hash });
    expect(refusalOf(answer)).toEqual([400, "evidence-tampered"]);
    await site.ask("operator", "DELETE", `${batchAt("b2")}/files/${hash}`);
  });
});

interface Imported {
  readonly dryRun: boolean;
  readonly records: readonly {
    readonly attempt: number;
    readonly record: string;
    readonly summary: readonly string[];
  }[];
}

function fridgetag(
  batch: string,
  file: string,
  more: object = {},
): Promise<Answer<Imported & Record<string, unknown>>> {
  const body = { files: [file], claims: [TEMPERATURE], offset: "+00:00", ...more };
  return site.ask("operator", "POST", `${batchAt(batch)}/imports/fridgetag`, body);
}

const environment = { BATCHPROOF_PASSPHRASE: PASSPHRASE };

describe("an import", () => {
  // Verifies R-service-dry, R-service-same.
  it("says in a dry run what it says in earnest and at the command line, and writes nothing before", async () => {
    const file = await site.upload("operator", "b1", NAME, raw);
    const before = [contentOf(site.dirOf("b1")), contentOf(site.path("keys")), contentOf(site.path("data"))];
    const dry = await fridgetag("b1", file, { dryRun: true });
    expect(dry.status).toBe(200);
    expect([contentOf(site.dirOf("b1")), contentOf(site.path("keys")), contentOf(site.path("data"))]).toEqual(before);
    writeFileSync(site.path(NAME), raw);
    const { json } = await batchproofJson(
      [
        ...["import", "fridgetag", site.path(NAME), "--into", site.dirOf("b1"), "--claim", TEMPERATURE],
        ...["--source", site.path("keys/source.key.json"), "--offset", "+00:00", "--dry-run"],
      ],
      environment,
    );
    const [record] = dry.body.records;
    expect(json).toEqual({ dryRun: true, attempt: record?.attempt, record: record?.record, summary: record?.summary });
    const real = await fridgetag("b1", file);
    expect(real.body).toEqual({ ...dry.body, dryRun: false });
    expect(readdirSync(join(site.dirOf("b1"), "evidence"))).toEqual([NAME]);
    expect(existsSync(site.path("keys/source.key.json.journal"))).toBe(true);
    // What the folder keeps need not be kept twice.
    expect(refusalOf(await site.ask("operator", "GET", `${batchAt("b1")}/files/${file}`))).toEqual([404, "not-found"]);
  });

  // Verifies R-service-concurrent.
  it("is one attempt, whoever asks for it at the same time", async () => {
    const journal = readFileSync(site.path("keys/source.key.json.journal"), "utf8");
    const files = await Promise.all([1, 2, 3].map(() => site.upload("operator", "b1", NAME, raw)));
    const answers = await Promise.all(files.map((file) => fridgetag("b1", file)));
    const done = answers.filter(({ status }) => status === 200);
    expect(done.length).toBeGreaterThan(0);
    for (const { body } of done) expect(body.records).toMatchObject([{ attempt: 0 }]);
    // Whoever comes late finds the upload imported, or waits in vain for the lock.
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(["not-found", "locked", "file-missing"]).toContain(refusalOf(answer)[1]);
    }
    expect(readFileSync(site.path("keys/source.key.json.journal"), "utf8")).toBe(journal);
  });

  it.each([
    ["a file that was not uploaded", { files: ["0".repeat(64)] }, [404, "not-found"]],
    ["no file", { files: [] }, [400, "request"]],
    ["a claim that the policy has not", { claims: ["storage/none"] }, [400, "claim"]],
    ["a claim of another kind", { claims: ["storage/custody"] }, [400, "claim-kind"]],
    ["a claim twice", { claims: [TEMPERATURE, TEMPERATURE] }, [400, "batch-twice"]],
    ["a clock error over eleven days", { clockError: 1_000_001 }, [400, "request"]],
    ["a bucket under a minute", { thin: 59 }, [400, "request"]],
    ["an offset that is none", { offset: "2" }, [400, "request"]],
    ["a member that nobody takes", { source: "x" }, [400, "request"]],
  ])("is refused with %s, and writes nothing", async (_, change, refused) => {
    const file = await site.upload("operator", "b2", NAME, raw);
    const before = [contentOf(site.dirOf("b2")), contentOf(site.path("keys"))];
    const answer = await fridgetag("b2", file, change);
    expect([...refusalOf(answer), answer.text.includes(site.folder)]).toEqual([...refused, false]);
    expect([contentOf(site.dirOf("b2")), contentOf(site.path("keys"))]).toEqual(before);
  });

  it("is refused while another command writes in the folder", async () => {
    const file = await site.upload("operator", "b2", NAME, raw);
    const lock = await acquireLock(join(site.dirOf("b2"), "batch.lock"));
    const answer = await fridgetag("b2", file);
    lock.release();
    expect([...refusalOf(answer), answer.body["place"]]).toEqual([409, "locked", "north/b2/batch.lock"]);
  });

  it("refuses a file that its device did not sign, by its name", async () => {
    const damaged = Buffer.from(raw);
    damaged[damaged.indexOf("5.0")] = 0x36;
    const answer = await fridgetag("b2", await site.upload("operator", "b2", "damaged.txt", damaged));
    expect([...refusalOf(answer), answer.body["place"]]).toEqual([400, "device-signature", "damaged.txt"]);
  });

  it("refuses a file that begins after the stage", async () => {
    const early = { start: "2022-01-05T15:00:00Z" };
    await site.ask("operator", "PUT", `${batchAt("other")}/stages/storage`, early);
    const answer = await fridgetag("other", await site.upload("operator", "other", NAME, raw));
    expect([...refusalOf(answer), readdirSync(join(site.dirOf("other"), "records"))]).toEqual([400, "window", []]);
  });

  // Verifies R-service-party, V379.
  it("V379: is for a party a dry run about its own stage, and no readings of its making are signed", async () => {
    const [from, to] = ["2022-05-08T17:00:00Z", "2022-05-09T17:00:00Z"].map((time) => parseTime(time, "test"));
    const lines = [];
    for (let time = from ?? 0; time <= (to ?? 0); time += 300) lines.push(csvLine({ time, value: 5_000_000n }));
    const file = await site.upload("courier", "b2", "courier.csv", csvFile(lines));
    const url = `${batchAt("b2")}/imports/table`;
    const body = { files: [file], claims: ["transport/temperature"], device: LOGGER };
    const before = [contentOf(site.dirOf("b2")), contentOf(site.path("keys"))];
    const dry = await site.ask<Imported>("courier", "POST", url, { ...body, dryRun: true });
    expect([dry.status, dry.body.records[0]?.attempt]).toEqual([200, 0]);
    expect(refusalOf(await site.ask("courier", "POST", url, body))).toEqual([403, "not-allowed"]);
    const other = await site.ask("courier", "POST", url, { ...body, claims: [TEMPERATURE], dryRun: true });
    expect(refusalOf(other)).toEqual([403, "not-allowed"]);
    const record = { file, dryRun: true };
    expect(refusalOf(await site.ask("courier", "POST", `${batchAt("b2")}/imports/batchml`, record))).toEqual([
      403,
      "not-allowed",
    ]);
    expect([contentOf(site.dirOf("b2")), contentOf(site.path("keys"))]).toEqual(before);
    // The site takes the party's file.
    const real = await site.ask<Imported>("operator", "POST", url, body);
    expect([real.status, real.body.records[0]?.record]).toEqual([200, dry.body.records[0]?.record]);
  });

  // Verifies R-service-party, V379.
  it("V379: tells a party nothing of what its guesses contradict", async () => {
    const [from, to] = ["2022-05-08T17:00:00Z", "2022-05-09T17:00:00Z"].map((time) => parseTime(time, "test"));
    const lines = [];
    for (let time = from ?? 0; time <= (to ?? 0); time += 300) lines.push(csvLine({ time, value: 4_000_000n }));
    const bytes = csvFile(lines);
    const body = { claims: ["transport/temperature"], device: LOGGER, dryRun: true };
    const url = `${batchAt("other")}/imports/table`;
    const guessed = await site.upload("courier", "other", "guess.csv", bytes);
    const party = await site.ask<Imported>("courier", "POST", url, { ...body, files: [guessed] });
    expect([party.status, party.text.includes("contradict")]).toEqual([200, false]);
    const known = await site.ask("operator", "POST", url, { ...body, files: [guessed] });
    expect(refusalOf(known)).toEqual([400, "journal-reason"]);
    const why = { ...body, files: [guessed], reason: "the probe was exchanged" };
    expect((await site.ask<Imported>("operator", "POST", url, why)).text).toContain("contradicts");
  });

  it("of results and of a table takes a shipped profile or an uploaded one, and not both", async () => {
    const report = await site.upload("operator", "b2", "results.csv", readFileSync(RESULTS));
    const url = `${batchAt("b2")}/imports/results`;
    const body = { file: report, claim: "use/release-tests", reported: "2022-05-26T15:00:00Z" };
    const told = await site.ask("operator", "POST", url, { ...body, offset: "+02:00" });
    expect([...refusalOf(told), told.body["place"]]).toEqual([400, "offset-stated", "results.csv"]);
    const both = { ...body, profile: "lims-example", profileFile: report };
    expect(refusalOf(await site.ask("operator", "POST", url, both))).toEqual([400, "usage"]);
    expect(refusalOf(await site.ask("operator", "POST", url, { ...body, profile: "none" }))).toEqual([
      400,
      "profile-missing",
    ]);
    const before = contentOf(site.dirOf("b2"));
    const dry = await site.ask<Imported>("operator", "POST", url, { ...body, dryRun: true });
    expect(contentOf(site.dirOf("b2"))).toBe(before);
    const real = await site.ask<Imported>("operator", "POST", url, body);
    expect([real.status, real.body.records]).toEqual([200, dry.body.records]);
    const profile = await site.upload("operator", "other", "my.json", readFileSync("fixtures/profiles/long.json"));
    const table = { claims: ["transport/temperature"], device: LOGGER, profileFile: profile, dryRun: true };
    const file = await site.upload("operator", "other", "none.csv", Buffer.from("not a table"));
    const refused = await site.ask("operator", "POST", `${batchAt("other")}/imports/table`, {
      ...table,
      files: [file],
    });
    expect([refused.status, refused.body["place"]]).toEqual([400, "none.csv"]);
  });

  it("of an MES's record takes the whole of it, with its exceptions", async () => {
    const xml = readFileSync("fixtures/b2mml/BatchML-v0401_ProductionBatchRecord_Example_v06.xml");
    const file = await site.upload("operator", "other", "record.xml", xml);
    const url = `${batchAt("other")}/imports/batchml`;
    expect(refusalOf(await site.ask("operator", "POST", url, { file }))).toEqual([400, "record-lot"]);
    const before = contentOf(site.dirOf("other"));
    const dry = await site.ask("operator", "POST", url, { file, batchId: "BX10", dryRun: true });
    expect([dry.status, contentOf(site.dirOf("other"))]).toEqual([200, before]);
    const real = await site.ask("operator", "POST", url, { file, batchId: "BX10" });
    expect(real.body).toEqual({ ...dry.body, dryRun: false });
    expect(existsSync(join(site.dirOf("other"), "evidence", "record.xml"))).toBe(true);
  });
});

describe("an inspection", () => {
  // Verifies R-service-same.
  it("says what the command line says, under the file's name", async () => {
    const file = await site.upload("operator", "b1", NAME, raw);
    const { status, body, text } = await site.ask("operator", "POST", `${batchAt("b1")}/inspections`, { file });
    const { json } = await batchproofJson(["inspect", site.path(NAME)]);
    const told = JSON.stringify(json).replaceAll(site.path(NAME), NAME);
    expect([status, body]).toEqual([200, JSON.parse(told)]);
    expect(text).not.toContain(site.folder);
    expect(refusalOf(await site.ask("courier", "POST", `${batchAt("b1")}/inspections`, { file }))).toEqual([
      404,
      "not-found",
    ]);
  });

  it("knows the profiles that the package holds", async () => {
    const { body } = await site.ask("operator", "GET", "/v1/sites/north/profiles");
    const { json } = await batchproofJson(["profile", "list"]);
    expect(body).toEqual(json);
    expect(refusalOf(await site.ask("elsewhere", "GET", "/v1/sites/south/profiles"))).toEqual([404, "not-found"]);
  });
});

interface Checked {
  readonly holds: boolean;
  readonly verdicts: readonly { readonly claim: string; readonly outcome: string }[];
  readonly text: string;
}

function check(who: "operator" | "courier" | "auditor" | "stranger", batch: string, body: object = {}) {
  return site.ask<Checked & Record<string, unknown>>(who, "POST", `${batchAt(batch)}/check`, body);
}

describe("a check", () => {
  // Verifies R-service-same.
  it("gives the verdicts of the command line, in the same words", async () => {
    const key = ["--key", site.path("keys/custodian.key.json")];
    for (const batch of ["b1", "b2", "other"]) {
      const { json } = await batchproofJson(["check", site.dirOf(batch), ...key], environment);
      const { body, status } = await check("operator", batch);
      expect([status, { verdicts: body.verdicts }]).toEqual([200, json]);
      expect(body.text).toContain("storage/temperature: ");
      // No claim of it may be forgotten for the whole to hold.
      expect(body.holds).toBe(false);
    }
  });

  it("judges the claims and stages that are named, and changes nothing", async () => {
    const before = contentOf(site.dirOf("b1"));
    const { body } = await check("auditor", "b1", { claims: [TEMPERATURE] });
    expect(body).toMatchObject({ holds: true, verdicts: [{ claim: TEMPERATURE, outcome: "pass" }] });
    const stage = await check("auditor", "b1", { stages: ["storage"] });
    expect(stage.body.verdicts.map(({ claim }) => claim)).toEqual([TEMPERATURE, "storage/custody"]);
    expect(refusalOf(await check("auditor", "b1", { claims: ["storage/none"] }))).toEqual([400, "claim"]);
    expect(refusalOf(await check("auditor", "b1", { stages: ["none"] }))).toEqual([400, "batch-stage"]);
    expect(contentOf(site.dirOf("b1"))).toBe(before);
  });

  // Verifies R-service-party, V378.
  it("V378: is for a party about its own stages, and about nothing where it has none", async () => {
    const { body } = await check("courier", "b2");
    expect(body.verdicts.map(({ claim }) => claim)).toEqual(["transport/temperature", "transport/custody"]);
    expect(refusalOf(await check("courier", "b2", { claims: [TEMPERATURE] }))).toEqual([403, "not-allowed"]);
    expect(refusalOf(await check("courier", "b2", { stages: ["storage"] }))).toEqual([403, "not-allowed"]);
    // The exceptions of the MES are of the whole batch.
    expect((await check("courier", "other")).text).not.toContain("MES");
    expect((await check("operator", "other")).text).toContain("MES");
    expect(refusalOf(await check("stranger", "b2"))).toEqual([404, "not-found"]);
  });
});
