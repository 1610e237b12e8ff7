import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acquireLock } from "../../src/input/lock.ts";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { csvFile, csvLine } from "../import/historian.ts";
import { cliJson, inThisProcess } from "./scene.ts";
import { filesIn, PASSPHRASE, refusedWith, scratch, VALID } from "./support.ts";

/** What `import` of a series signs, and what it does not: one freezer's files, one source, many batches. */

const DEVICE = "Vaisala|RFL100|S1";
const CLAIM = "transport/temperature";
const START = parseTime("2024-03-01T00:00:00Z", "test");
const [NORMAL, HOT] = [5_000_000n, 9_000_000n];
/** Seconds from the start of the readings to their end. */
const SPAN = 48 * 240;

const home = scratch();
const path = (name: string): string => join(home, name);
const JOURNAL = path("source.json.journal");
const ENVIRONMENT = { BATCHPROOF_PASSPHRASE: PASSPHRASE };

type Value = readonly [seconds: number, value: bigint];

/** A file of these readings, in the order of time. */
function fileOf(name: string, values: readonly Value[]): string {
  const lines = values.map(([seconds, value]) => csvLine({ time: START + seconds, value }));
  writeFileSync(path(name), csvFile(lines));
  return path(name);
}

/** A folder of a batch whose only stage lasts from one second to another. */
async function batchOf(name: string, from = 0, to = SPAN): Promise<string> {
  const dir = path(name);
  const identity = ["--lot", name, "--coi", name, "--order", name, "--custodian", path("custodian.json")];
  const fixed = ["--device", DEVICE, "--parties", path("parties.json")];
  await cliJson(["init", dir, "--policy", path("policy.json"), ...identity, ...fixed]);
  const [start, end] = [formatTime(START + from), formatTime(START + to)];
  await cliJson(["stage", dir, "transport", "--start", start, "--end", end]);
  return dir;
}

function importing(file: string, folders: readonly string[], ...more: readonly string[]): string[] {
  const into = folders.flatMap((dir) => ["--into", dir]);
  return [
    "import",
    "csv",
    file,
    ...into,
    "--claim",
    CLAIM,
    "--source",
    path("source.json"),
    "--device",
    DEVICE,
    ...more,
  ];
}

beforeAll(async () => {
  const policy = JSON.parse(readFileSync("fixtures/policies/usp-controlled-cold.json", "utf8")) as {
    claims: { rule: object }[];
  };
  // A tick is 10 s.
  for (const claim of policy.claims) claim.rule = { ...claim.rule, cumulative: { above: 480 } };
  writeFileSync(path("policy.json"), JSON.stringify(policy));
  await cliJson(["policy", "salt", path("policy.json")]);
  for (const role of ["custodian", "source"]) {
    await cliJson(["key", "new", "--role", role, "--name", role, "--org", "Site A", "--out", path(`${role}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${role}.json`), ...VALID]);
  }
  await cliJson(["party", "add", path("parties.json"), "--device", DEVICE, "--org", "Site A", "--name", "a", ...VALID]);
}, 120_000);

afterAll(() => rmSync(home, { recursive: true }));

describe("a file whose exact times break a limit that whole ticks keep", () => {
  // Verifies R-import-exact, F50.
  it("is refused before anything is journaled or kept", async () => {
    const dir = await batchOf("hidden");
    // Hot for 9.5 s, 96 times: 912 s. In ticks it is 5 s each time: 480 s, exactly the limit.
    const rounds = Array.from({ length: 96 }, (_, i): Value[] => [
      [120 * i, NORMAL],
      [120 * i + 9, HOT],
      [120 * i + 19, NORMAL],
    ]);
    const file = fileOf("hidden.csv", [...rounds.flat(), [SPAN, NORMAL]]);
    const error = await refusedWith(importing(file, [dir]), ENVIRONMENT);
    expect(error).toMatchObject({ exit: 2, code: "exact-limit", kind: "input", place: file });
    expect(error.message).toContain("above the normal band for 15 min 12 s, over the limit of 8 min;");
    expect([existsSync(JOURNAL), filesIn(join(dir, "records")), filesIn(join(dir, "evidence"))]).toEqual([
      false,
      [],
      [],
    ]);
  });
});

/** What an import says of each folder and claim. */
interface Records {
  readonly records: readonly {
    readonly into: string;
    readonly claim: string;
    readonly attempt: number;
    readonly record: string;
  }[];
}

interface Entry {
  readonly attempt: number;
  readonly contradicts: number | null;
  readonly times: string;
}

function journaled(): Entry[] {
  if (!existsSync(JOURNAL)) return [];
  const lines = readFileSync(JOURNAL, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Entry);
}

/** Every file of a folder but its lock, with its bytes. */
function contentOf(dir: string): string {
  const all = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => !name.endsWith("batch.lock"));
  const files = all.filter((name) => statSync(join(dir, name)).isFile()).sort();
  return JSON.stringify(files.map((name) => [name, readFileSync(join(dir, name), "base64")]));
}

function attemptIn(dir: string): string | undefined {
  const text = readFileSync(join(dir, "records/transport--temperature.json"), "utf8");
  return (JSON.parse(text) as { header: { attempt: string } }).header.attempt;
}

/** A reading every four minutes; the one at `index` has another value. */
function calm(from: number, count: number, index = -1): Value[] {
  return Array.from({ length: count }, (_, i): Value => [from + 240 * i, i === index ? NORMAL + 100_000n : NORMAL]);
}

describe("one file and many batches of a freezer", () => {
  // Verifies R-import-many, R-import-contradiction.
  it("are bound by one command, silently where exports overlap and say the same", async () => {
    const dirs = [await batchOf("a", 0, 4800), await batchOf("b", 2400, 9600)];
    const file = fileOf("freezer.csv", calm(0, 49));
    const { records } = await cliJson<Records>(importing(file, dirs));
    expect(records).toMatchObject(dirs.map((into) => ({ into, claim: CLAIM, attempt: 0 })));
    expect(records[0]?.record).not.toBe(records[1]?.record);
    const checked = await inThisProcess(["check", ...dirs]);
    expect([checked.code, dirs.map(attemptIn)]).toEqual([0, ["0", "0"]]);
    // Another export, of other bytes, later readings and the same ones in common, into a third batch.
    const later = await batchOf("c", 4800, 14_400);
    const text = (await inThisProcess(importing(fileOf("freezer-2.csv", calm(2400, 51)), [later]))).stdout;
    expect([text.includes("contradicts"), attemptIn(later)]).toEqual([false, "0"]);
    expect(journaled().map(({ attempt, contradicts }) => [attempt, contradicts])).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ]);
  });

  // Verifies R-import-attempt, F52.
  it("are the same attempt when the same evidence is imported again, of any export", async () => {
    const before = [journaled().length, contentOf(path("c"))];
    await cliJson(importing(path("freezer-2.csv"), [path("c")]));
    expect([journaled().length, contentOf(path("c"))]).toEqual(before);
  });

  // Verifies R-import-contradiction, F51.
  it("are a further attempt with a reason where the file contradicts what was signed for another batch", async () => {
    const dir = await batchOf("d", 2400, 9600);
    const file = fileOf("told-anew.csv", calm(0, 49, 20));
    const before = journaled().length;
    const error = await refusedWith(importing(file, [dir]), ENVIRONMENT);
    expect(error).toMatchObject({ exit: 2, code: "journal-reason" });
    expect(error.message).toMatch(/contradicts record 0x[0-9a-f]{64} \(attempt 0 for stage 0 of batch 0x/);
    expect(error.message).toContain("first at 2024-03-01T01:20:00Z");
    expect([journaled().length, filesIn(join(dir, "records"))]).toEqual([before, []]);

    const { stdout } = await inThisProcess(importing(file, [dir], "--reason", "the probe was exchanged"));
    expect(stdout).toMatch(/contradicts record 0x[0-9a-f]{64}/);
    expect([attemptIn(dir), journaled().at(-1)]).toMatchObject(["1", { attempt: 1, contradicts: 0 }]);
    const checked = await inThisProcess(["check", dir]);
    expect(checked.stdout).toContain("attempt");
  });

  // Verifies R-import-contradiction, R-import-attempt, F54.
  it.each([
    ["in one batch", 86_400],
    ["in two", 2 * 86_400],
  ])("are two attempts of two stories, also where a short export that both hold came first, %s", async (what, from) => {
    const batch = await batchOf(`seeded-${from}`, from, from + SPAN);
    const other = what === "in two" ? await batchOf(`other-${from}`, from, from + SPAN) : batch;
    const story = fileOf("story.csv", calm(from, 49, 3));
    const second = importing(fileOf("second-story.csv", calm(from, 49)), [batch]);
    // The first and last half hour are missing, as lead and tail permit.
    await cliJson(importing(fileOf("short.csv", calm(from, 49).slice(7, -7)), [batch]));
    await cliJson(importing(story, [other]));
    expect([attemptIn(batch), attemptIn(other)]).toEqual(["0", "0"]);
    const before = [journaled().length, contentOf(batch)];
    const error = await refusedWith(second, ENVIRONMENT);
    expect([error.code, error.message]).toEqual(["journal-reason", expect.stringContaining("contradicts record 0x")]);
    expect([journaled().length, contentOf(batch)]).toEqual(before);
    await cliJson([...second, "--reason", "read again"]);
    const last = journaled().at(-1);
    expect([attemptIn(batch), last]).toMatchObject(["1", { attempt: 1, contradicts: journaled().length - 2 }]);
    // Again, and the story told first again: each keeps its attempt, no reason is asked for, and the other one is named.
    const { stdout } = await inThisProcess(importing(story, [other]));
    expect([stdout.includes("contradicts record"), attemptIn(other)]).toEqual([true, "0"]);
    await cliJson(second);
    expect([attemptIn(batch), journaled().at(-1)]).toEqual(["1", last]);
  });

  // Verifies R-import-many.
  it("are all written or none: what one folder refuses is in no other and not in the journal", async () => {
    const dirs = [await batchOf("e", 0, 1920), await batchOf("f", 9600, 90_000)];
    const file = fileOf("short.csv", calm(0, 49));
    const now = (): unknown => [journaled().length, ...dirs.map(contentOf)];
    let before = now();
    expect(await refusedWith(importing(file, dirs), ENVIRONMENT)).toMatchObject({ exit: 2, code: "window" });
    expect(now()).toEqual(before);
    expect(await refusedWith(importing(file, [path("e"), path("e")]), ENVIRONMENT)).toMatchObject({
      code: "batch-twice",
      place: path("e"),
      message: "This folder is named twice.",
    });
    // What contradicts another record for the second folder only.
    const end = formatTime(START + 11_520);
    await cliJson(["stage", path("f"), "transport", "--end", end]);
    before = now();
    const told = fileOf("told.csv", calm(0, 49, 45));
    expect(await refusedWith(importing(told, dirs), ENVIRONMENT)).toMatchObject({ code: "journal-reason" });
    // A command that is changing one of the folders.
    const lock = await acquireLock(join(path("f"), "batch.lock"));
    expect(await refusedWith(importing(file, dirs), ENVIRONMENT)).toMatchObject({ exit: 3, code: "locked" });
    lock.release();
    expect(now()).toEqual(before);
    // A folder that keeps another raw file of this name.
    writeFileSync(join(path("f"), "evidence", "short.csv"), "other");
    before = now();
    expect(await refusedWith(importing(file, dirs), ENVIRONMENT)).toMatchObject({ code: "evidence-exists" });
    expect(now()).toEqual(before);
  });

  // Verifies R-import-journal-private, F53.
  it("leave in the journal times, and no value that could be read or guessed without the source's key", () => {
    expect(journaled()[0]?.times).toBe(`${START} 20*240`);
    expect(readFileSync(JOURNAL, "utf8")).not.toMatch(/5000000|"5\.0"/);
  });
});
