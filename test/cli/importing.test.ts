import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { csvFile, csvLine } from "../import/historian.ts";
import { cliJson } from "./scene.ts";
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
