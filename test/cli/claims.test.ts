import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nextStep, type Situation } from "../../cli/nextStep.ts";
import { readBatch } from "../../src/batch/folder.ts";
import { toHex } from "../../src/formats/field.ts";
import { shippedProfile } from "../../src/import/table/shipped.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { csvFile, csvLine } from "../import/historian.ts";
import { cli, cliJson, inThisProcess } from "./scene.ts";
import { filesIn, PASSPHRASE, refusedWith, scratch, VALID } from "./support.ts";

/** One raw file and several claims of its batch, of a stage with two loggers. */

const [FIRST, SECOND] = ["Vaisala|RFL100|S1", "Vaisala|RFL100|S2"] as const;
const START = parseTime("2024-03-01T00:00:00Z", "test");
const HOURS = 3600;
const ENVIRONMENT = { BATCHPROOF_PASSPHRASE: PASSPHRASE };

const home = scratch();
const path = (name: string): string => join(home, name);
const JOURNAL = path("source.json.journal");
const at = (seconds: number): string => formatTime(START + seconds);

/** Claims of two stages: the first one has two loggers, and the slot of each is judged. */
function policy(): unknown {
  const read = (name: string): { claims: { id: string; rule: object }[] } =>
    JSON.parse(readFileSync(`fixtures/policies/${name}.json`, "utf8")) as { claims: { id: string; rule: object }[] };
  const whole = read("usp-controlled-cold");
  const [temperature] = whole.claims;
  const [custody, parameters] = ["collection/custody", "expansion/parameters"].map((id) =>
    read("ari-0001").claims.find((claim) => claim.id === id),
  );
  const times = { gap: 1800, lead: 1800, tail: 1800, clockTolerance: 300, source: "chosen for this test" };
  const range = { channel: 1, unit: "Cel", resolution: "0.1", range: ["2.0", "15.0"] };
  const one = { ...temperature, kind: "channel", circuits: ["channel-2k", "channel-840"] };
  const last = { ...custody, id: "storage/custody", stage: 1, rule: { boundary: "last", source: "chosen" } };
  return {
    ...whole,
    stages: ["transport", "storage"],
    claims: [
      { ...custody, id: "transport/custody", stage: 0 },
      last,
      { ...temperature, id: "transport/mean", rule: { ...temperature?.rule, devices: 2, slot: 1 } },
      {
        ...temperature,
        id: "transport/budgets",
        rule: { ...temperature?.rule, mkt: undefined, bucket: 600, devices: 2, slot: 1 },
      },
      {
        ...one,
        id: "transport/hard",
        rule: { ...range, ...times, gap: 900, lead: 900, tail: 900, devices: 2, slot: 1 },
      },
      { ...one, id: "transport/second", rule: { ...range, ...times, bucket: 300, devices: 2, slot: 2 } },
      {
        ...one,
        id: "transport/pressure",
        rule: { channel: 7, unit: "kPa", resolution: "0.1", range: ["90.0", "110.0"], ...times, devices: 2, slot: 1 },
      },
      { ...parameters, id: "transport/bioreactor", stage: 0, rule: { ...parameters?.rule, devices: 2, slot: 2 } },
      { ...one, id: "storage/hard", stage: 1, rule: { ...range, ...times } },
      { ...one, id: "storage/slot", stage: 1, rule: { ...range, ...times, slot: 1 } },
    ],
  };
}

function initialising(name: string, ...devices: readonly string[]): string[] {
  const identity = ["--lot", name, "--coi", name, "--order", name, "--custodian", path("custodian.json")];
  const named = devices.flatMap((device) => ["--device", device]);
  return [
    "init",
    path(name),
    "--policy",
    path("policy.json"),
    "--parties",
    path("parties.json"),
    ...identity,
    ...named,
  ];
}

/** A batch whose first stage lasts twelve hours; the second one has not ended, and names no device yet. */
async function batchOf(name: string): Promise<string> {
  await cliJson(initialising(name, FIRST, SECOND));
  await cliJson(["stage", path(name), "transport", "--start", at(0), "--end", at(12 * HOURS)]);
  await cliJson(["stage", path(name), "storage", "--custodian", "custodian", "--start", at(12 * HOURS)]);
  return path(name);
}

/** Readings of every fifteen minutes for fourteen hours. */
function fileOf(value: (index: number) => bigint): Uint8Array {
  return csvFile(Array.from({ length: 57 }, (_, i) => csvLine({ time: START + 900 * i, value: value(i) })));
}

/** About 5 °C. */
const valueAt = (index: number): bigint => 5_000_000n + 100_000n * BigInt(index % 7);
const FILE = path("logger.csv");
/** The profile that is kept beside it. */
const LONG_PROFILE = `${toHex(shippedProfile("long").hash)}.profile.json`;

function importing(dir: string, claims: readonly string[], ...more: readonly string[]): string[] {
  const named = claims.flatMap((claim) => ["--claim", claim]);
  const device = more.includes("--device") ? [] : ["--device", FIRST];
  return ["import", "csv", FILE, "--into", dir, ...named, "--source", path("source.json"), ...device, ...more];
}

/** Every file of a folder but its lock, with its bytes, and the journal. */
function contentOf(dir: string): string {
  const all = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => !name.endsWith("batch.lock"));
  const files = all.filter((name) => statSync(join(dir, name)).isFile()).sort();
  return JSON.stringify([files.map((name) => [name, readFileSync(join(dir, name), "base64")]), journaled()]);
}

interface Entry {
  readonly slot: number;
  readonly place: number;
  readonly channel: number;
  readonly attempt: number;
  readonly record: string;
}

function journaled(): Entry[] {
  if (!existsSync(JOURNAL)) return [];
  const lines = readFileSync(JOURNAL, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Entry);
}

function headerIn(dir: string, claim: string): Record<string, unknown> {
  const text = readFileSync(join(dir, "records", `${claim.replace("/", "--")}.json`), "utf8");
  return (JSON.parse(text) as { header: Record<string, unknown> }).header;
}

beforeAll(async () => {
  writeFileSync(path("policy.json"), JSON.stringify(policy()));
  await cliJson(["policy", "salt", path("policy.json")]);
  for (const role of ["custodian", "source"]) {
    await cliJson(["key", "new", "--role", role, "--name", role, "--org", "Site A", "--out", path(`${role}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${role}.json`), ...VALID]);
  }
  for (const device of [FIRST, SECOND]) {
    const named = ["--device", device, "--org", "Site A", "--name", device.slice(-2), ...VALID];
    await cliJson(["party", "add", path("parties.json"), ...named]);
  }
  writeFileSync(FILE, fileOf(valueAt));
}, 120_000);

afterAll(() => rmSync(home, { recursive: true }));

describe("one file and several claims of a batch", () => {
  const claims = ["transport/budgets", "transport/hard"] as const;

  // Verifies R-import-claims, R-import-many.
  it("make a record and a signature each, in one attempt, and each fits its smallest circuit", async () => {
    const dir = await batchOf("several");
    const { code, stdout, stderr } = await cli([...importing(dir, claims), "--json"]);
    expect(code, stderr).toBe(0);
    const { records } = JSON.parse(stdout) as { records: { record: string }[] };
    expect(records).toMatchObject(claims.map((claim) => ({ into: dir, claim, attempt: 0 })));
    expect(records[0]?.record).not.toBe(records[1]?.record);
    expect(filesIn(join(dir, "records"))).toEqual(["transport--budgets.json", "transport--hard.json"]);
    expect(filesIn(join(dir, "evidence"))).toEqual([LONG_PROFILE, "logger.csv"]);
    // Codes 1 and 5: temperature and channel.
    expect(claims.map((claim) => headerIn(dir, claim))).toMatchObject([
      { kind: "1", n: "1470" },
      { kind: "5", n: "840", channels: [{ channelId: "1" }] },
    ]);
    expect(journaled()).toMatchObject([
      { slot: 1, channel: 1, attempt: 0 },
      { slot: 1, channel: 1, attempt: 0 },
    ]);
    const checked = await cli(["check", dir, ...claims.flatMap((claim) => ["--claim", claim])]);
    for (const claim of claims) expect(checked.stdout, checked.stderr).toContain(`${claim}: pass\n`);
  });

  // Verifies R-import-attempt.
  it("are no new attempt again, nor for a further claim about the same logger", async () => {
    const dir = path("several");
    const before = contentOf(dir);
    expect((await inThisProcess(importing(dir, claims))).code).toBe(0);
    expect(contentOf(dir)).toBe(before);
    // A shorter gap, so another tick and another last reading.
    expect(await cliJson(importing(dir, ["transport/mean"]))).toMatchObject({ attempt: 0 });
    expect(journaled()).toHaveLength(3);
  });

  // Verifies R-import-attempt.
  it("are one further attempt together, with one reason", async () => {
    const dir = path("several");
    const other = importing(dir, claims, "--clock-error", "60");
    const before = contentOf(dir);
    expect(await refusedWith(other, ENVIRONMENT)).toMatchObject({ exit: 2, code: "journal-reason" });
    expect(contentOf(dir)).toBe(before);
    const { stdout } = await inThisProcess([...other, "--reason", "the clock was compared"]);
    for (const claim of claims) expect(stdout).toContain(`${dir} ${claim}\n`);
    expect(stdout.match(/^ {2}attempt: 1; /gm)).toHaveLength(2);
    expect(claims.map((claim) => headerIn(dir, claim)["attempt"])).toEqual(["1", "1"]);
    expect(headerIn(dir, "transport/mean")["attempt"]).toBe("0");
  });

  // Verifies R-import-claims, R-import-many, R-import-device.
  it.each<[what: string, claims: readonly string[], code: string, extra?: readonly string[]]>([
    ["one of them twice", ["transport/hard", "transport/hard"], "batch-twice"],
    ["another channel", ["transport/hard", "transport/pressure"], "channel-tags"],
    ["another channel, as which the file cannot be read", ["transport/pressure", "transport/budgets"], "unit"],
    ["several channels", ["transport/hard", "transport/bioreactor"], "claim-kind"],
    ["custody", ["transport/hard", "transport/custody"], "claim-kind"],
    ["a stage that has not ended", ["transport/hard", "storage/hard"], "batch-stage"],
    ["another logger's slot", ["transport/hard", "transport/second"], "device"],
    ["no thinning", ["transport/budgets", "transport/hard"], "bucket", ["--thin", "600"]],
    ["no such claim", ["transport/hard", "transport/none"], "claim"],
  ])("are refused together where one is about %s, and nothing is written", async (_, named, code, extra = []) => {
    const dir = existsSync(path("refused")) ? path("refused") : await batchOf("refused");
    const before = contentOf(dir);
    const error = await refusedWith(importing(dir, named, ...extra), ENVIRONMENT);
    expect(error).toMatchObject({ exit: 2, code });
    // Which folder and claim, be there a file and line or not.
    const isOfClaim = code !== "batch-twice" && code !== "claim";
    expect(error.place).toMatch(
      isOfClaim ? /\S \(.+\/refused transport\/\w+\)$|\(.+\/refused storage\/hard\)$/ : /\/refused$/,
    );
    if (!isOfClaim) expect(error.message).toContain(named[1]);
    expect(contentOf(dir)).toBe(before);
    expect([filesIn(join(dir, "records")), filesIn(join(dir, "evidence"))]).toEqual([[], []]);
  });

  // Verifies R-import-many.
  it("may be of two stages, each cut to its own times", async () => {
    const dir = await batchOf("stages");
    await cliJson(["stage", dir, "storage", "--device", FIRST, "--end", at(14 * HOURS)]);
    await cliJson(importing(dir, ["transport/hard", "storage/hard"]));
    const [transport, storage] = ["transport/hard", "storage/hard"].map((claim) => headerIn(dir, claim));
    expect(transport).toMatchObject({ start: `${START}`, end: `${START + 12 * HOURS}`, attempt: "0" });
    expect(storage).toMatchObject({ start: `${START + 12 * HOURS}`, end: `${START + 14 * HOURS}`, attempt: "0" });
  });
});

// Verifies R-import-attempt, F55.
describe("a stage whose only logger one rule names by its slot, and another one as any", () => {
  it("has one sequence of attempts for both", async () => {
    const dir = await batchOf("clocks");
    await cliJson(["stage", dir, "storage", "--device", FIRST, "--end", at(14 * HOURS)]);
    expect(await cliJson(importing(dir, ["storage/hard"]))).toMatchObject({ attempt: 0 });
    const other = importing(dir, ["storage/slot"], "--clock-error", "200");
    const before = contentOf(dir);
    expect(await refusedWith(other, ENVIRONMENT)).toMatchObject({ exit: 2, code: "journal-reason" });
    expect(contentOf(dir)).toBe(before);
    expect(await cliJson(importing(dir, ["storage/slot"]))).toMatchObject({ attempt: 0 });
    expect(journaled().slice(-2)).toMatchObject([
      { slot: 1, place: 1, attempt: 0 },
      { slot: 1, place: 1, attempt: 0 },
    ]);
  });
});

// Verifies R-import-device.
describe("a stage with two loggers", () => {
  // Verifies F57.
  it("takes from each the claims that judge its slot", async () => {
    const dir = await batchOf("slots");
    const before = contentOf(dir);
    const error = await refusedWith(importing(dir, ["transport/second"]), ENVIRONMENT);
    expect(error).toMatchObject({ code: "device", place: FILE });
    expect(error.message).toContain("stage transport names it in slot 1, and claim transport/second judges slot 2.");
    expect(contentOf(dir)).toBe(before);
    expect(error.remedy).toBe(
      `Import the file of the device in that slot, "${SECOND}", or name a claim that judges slot 1.`,
    );
    await cliJson(importing(dir, ["transport/second"], "--device", SECOND));
    expect(journaled().at(-1)).toMatchObject({ slot: 2, place: 2, attempt: 0 });
    const checked = await inThisProcess(["check", dir, "--claim", "transport/second"]);
    expect(checked.stdout, checked.stderr).toContain("transport/second: pass\n");
  });

  // Verifies R-batch-devices.
  it("is begun with exactly two, and handed over only to a stage that has its own", async () => {
    for (const devices of [[], [FIRST], [FIRST, SECOND, "Vaisala|RFL100|S3"]]) {
      const error = await refusedWith(initialising("miscounted", ...devices), ENVIRONMENT);
      expect(error).toMatchObject({ exit: 2, code: "device-count", place: "batch.json#/stages/0/devices" });
      expect(error.message).toContain("the policy's claims want 2 devices");
      expect(existsSync(path("miscounted"))).toBe(false);
    }
    const dir = await batchOf("handed");
    const sign = ["handoff", "sign", dir, "--stage", "transport", "--as", "releaser", "--key", path("custodian.json")];
    const before = contentOf(dir);
    const two = await refusedWith(["stage", dir, "storage", "--device", FIRST, "--device", SECOND], ENVIRONMENT);
    expect(two).toMatchObject({ exit: 2, code: "device-count", place: "batch.json#/stages/1/devices" });
    expect(two.message).toBe('Stage "storage" names 2 devices; the policy\'s claims want 1 device.');
    const error = await refusedWith(sign, ENVIRONMENT);
    expect(error).toMatchObject({ exit: 2, code: "device-count", place: "batch.json#/stages/1/devices" });
    expect(contentOf(dir)).toBe(before);
    await cliJson(["stage", dir, "storage", "--device", FIRST]);
    const signed = await cli(sign);
    expect(signed.code, signed.stderr).toBe(0);
  });

  // Verifies R-batch-devices.
  it("imports nothing for a stage that names too few, and says how all are named", async () => {
    const dir = await batchOf("unnamed");
    await cliJson(["stage", dir, "storage", "--end", at(14 * HOURS)]);
    const before = contentOf(dir);
    const error = await refusedWith(importing(dir, ["storage/hard"]), ENVIRONMENT);
    expect(error).toMatchObject({ exit: 2, code: "device-count", place: "batch.json#/stages/1/devices" });
    expect(error.remedy).toContain(`\`batchproof stage ${dir} storage --device '${FIRST}'\``);
    expect(contentOf(dir)).toBe(before);
  });
});

// Verifies R-cli-next.
describe("status of a stage with several loggers", () => {
  const nextOf = async (dir: string): Promise<string> =>
    (await cliJson<{ next: { command: string }[] }>(["status", dir, "--role", "custodian"])).next[0]?.command ?? "";

  it("asks for the file of the logger in the claim's slot", async () => {
    const dir = await batchOf("slotted");
    await cliJson(importing(dir, ["transport/mean", "transport/budgets", "transport/hard"]));
    expect(await nextOf(dir)).toBe(
      `batchproof import csv FILE --into ${dir} --claim transport/second --source KEYFILE --device '${SECOND}'`,
    );
  });

  it("says that a stage names too few, and asks for them before its files", async () => {
    const dir = await batchOf("short-of");
    const { stages } = await cliJson<{ stages: unknown[] }>(["status", dir]);
    expect(stages[1]).toMatchObject({ devices: "names 0 devices; the policy's claims want 1 device" });
    const { stdout } = await inThisProcess(["status", dir]);
    expect(stdout).toContain("Site A; names 0 devices; the policy's claims want 1 device\n");
    const batch = await readBatch(dir);
    const claims = [
      { claim: "storage/hard", kind: "channel", stage: "storage", outcome: "fail", proof: "none" },
    ] as const;
    const ended = { ...batch, stages: batch.stages.map((stage) => ({ ...stage, end: at(14 * HOURS) })) };
    const situation: Situation = {
      batch: ended,
      claims: claims.map((claim) => ({ ...claim, isMiscounted: true, register: undefined })),
      ...{ mesExceptions: [], isOpen: true, isOver: false, openExceptions: 0, isCertifiable: false, owner: undefined },
      ...{ unconfirmed: [], challenge: undefined, isToNotify: false },
      unsaid: { rpc: [], registry: [], chainId: [], owner: [], account: [] },
    };
    expect(nextStep("custodian", situation)?.command).toBe(`batchproof stage ${dir} storage --device DEVICE`);
    expect(nextStep("owner", situation)).toBeUndefined();
  });
});

// Verifies R-import-thin.
describe("thinning", () => {
  it("goes as far as the claim's rule permits, and nowhere where a mean is judged", async () => {
    const dir = await batchOf("thinned");
    const thin = (claim: string, seconds: number): string[] => importing(dir, [claim], "--thin", `${seconds}`);
    const above = await refusedWith(thin("transport/budgets", 601), ENVIRONMENT);
    expect(above).toMatchObject({ exit: 2, code: "bucket" });
    expect(above.remedy).toContain("--thin 600 or less");
    const mean = await refusedWith(thin("transport/mean", 60), ENVIRONMENT);
    expect(mean).toMatchObject({ exit: 2, code: "bucket", message: "The claim's rule permits no thinning." });
    expect(filesIn(join(dir, "records"))).toEqual([]);
    const { code, stderr } = await cli(thin("transport/budgets", 600));
    expect(code, stderr).toBe(0);
    expect(headerIn(dir, "transport/budgets")).toMatchObject({ bucket: "600" });
  });
});

// Verifies R-import-twin, F56. The last test: its files contradict each other.
describe("the readings of two loggers", () => {
  it("are imported and noted where one reads the very same as the other one, perhaps one probe under two names", async () => {
    const [dir, short] = [await batchOf("twins"), await batchOf("short")];
    await cliJson(["stage", short, "transport", "--end", at(900)]);
    const notes = async (into: string, device: string, value?: (i: number) => bigint): Promise<string[]> => {
      const file = value === undefined ? FILE : path("other.csv");
      if (value !== undefined) writeFileSync(file, fileOf(value));
      const claim = device === FIRST ? "transport/hard" : "transport/second";
      const args = importing(into, [claim], "--device", device, "--reason", "another file").with(2, file);
      rmSync(join(into, "evidence", "other.csv"), { force: true });
      const { summary } = await cliJson<{ summary: string[] }>(args);
      return summary.filter((line) => line.startsWith("reads the very same"));
    };
    // Where nothing changes, two devices say the same; so they may in two readings, or until one differs.
    for (const device of [FIRST, SECOND]) {
      expect(await notes(dir, device, () => 5_000_000n)).toEqual([]);
      expect(await notes(short, device)).toEqual([]);
    }
    expect(await notes(dir, FIRST)).toEqual([]);
    expect(await notes(dir, FIRST)).toEqual([]);
    const { record, attempt } = journaled().at(-1) ?? { record: "", attempt: 0 };
    expect(await notes(dir, SECOND, (i) => (i === 30 ? 6_000_000n : valueAt(i)))).toEqual([]);
    const [note, ...others] = await notes(dir, SECOND);
    expect(note).toContain(`as record ${record} of device "${FIRST}" (attempt ${attempt}, journaled at `);
    expect(others).toEqual([]);
    // Nobody else's: the same file for another batch.
    expect(await notes(await batchOf("not-twins"), SECOND)).toEqual([]);
  });
});
