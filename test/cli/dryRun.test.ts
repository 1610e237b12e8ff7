import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, cliJson, inThisProcess } from "./scene.ts";
import { PASSPHRASE, policyCopy, refusedWith, scratch, VALID } from "./support.ts";

/** `import --dry-run`, and a file with an entry that is no reading after the stage. */

const FILE = "fixtures/csv/blank-after-stage.csv";
const MES = "fixtures/b2mml/BatchML-v0401_ProductionBatchRecord_Example_v06.xml";
const DEVICE = "V|M|S";
const ENVIRONMENT = { BATCHPROOF_PASSPHRASE: PASSPHRASE };

const home = scratch();
const path = (name: string): string => join(home, name);
const importing = [
  ...["import", "csv", FILE, "--into", path("batch"), "--claim", "cold-storage/temperature"],
  ...["--source", path("source.json"), "--device", DEVICE],
];

/** Every file below the scene, with its bytes and the time of its last change. */
function everything(): unknown {
  const all = readdirSync(home, { recursive: true, encoding: "utf8" }).sort();
  return all.map((name) => {
    const { mtimeMs } = statSync(join(home, name));
    return [name, mtimeMs, statSync(join(home, name)).isFile() ? readFileSync(join(home, name), "base64") : ""];
  });
}

async function stageTo(end: string): Promise<void> {
  await cliJson(["stage", path("batch"), "cold-storage", "--start", "2026-03-10T08:10:00Z", "--end", end]);
}

beforeAll(async () => {
  policyCopy(home);
  await cliJson(["policy", "salt", path("policy.json")]);
  for (const role of ["custodian", "source"]) {
    await cliJson(["key", "new", "--role", role, "--name", role, "--org", "Site A", "--out", path(`${role}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${role}.json`), ...VALID]);
  }
  await cliJson(["party", "add", path("parties.json"), "--device", DEVICE, "--org", "Site A", "--name", "a", ...VALID]);
  const identity = ["--lot", "BX10", "--coi", "C1", "--order", "O1", "--custodian", path("custodian.json")];
  const fixed = ["--device", DEVICE, "--parties", path("parties.json")];
  await cliJson(["init", path("batch"), "--policy", path("policy.json"), ...identity, ...fixed]);
  await stageTo("2026-03-10T09:50:00Z");
}, 120_000);

afterAll(() => rmSync(home, { recursive: true }));

interface Imported {
  readonly attempt: number;
  readonly record: string;
  readonly summary: readonly string[];
}

// Verifies R-import-dry.
describe("a dry run", () => {
  // Verifies R-import-outside.
  it("says in a process of its own what the import would say, and changes no file", async () => {
    const before = everything();
    const { code, stdout } = await cli([...importing, "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^dry run: nothing was signed, journaled or written\nread: tag CR1\.TT of a table/);
    const dry = await cliJson<Imported & { dryRun: boolean }>([...importing, "--dry-run"]);
    expect(everything()).toEqual(before);
    const { dryRun, ...said } = dry;
    expect(said.summary.join("\n")).toContain("11 readings kept");
    expect(said.summary.join("\n")).toContain("without a usable value outside the stage, passed over: 1");
    expect(dryRun).toBe(true);
    expect(await cliJson<Imported>(importing)).toEqual(said);
    expect((await inThisProcess(["check", path("batch")])).code).toBe(0);
  });

  it("of what was imported already says the same again", async () => {
    const before = everything();
    const again = await cliJson<Imported>([...importing, "--dry-run"]);
    expect([again.attempt, everything()]).toEqual([0, before]);
  });

  it("refuses what the import refuses, with the same error: another story, another file, another device", async () => {
    const told = path("told.csv");
    writeFileSync(told, readFileSync(FILE, "utf8").replace(/^(2026-03-10T09:00:00Z,CR1\.TT),[0-9.]+/m, "$1,5.5"));
    const other = path("blank-after-stage.csv");
    writeFileSync(other, readFileSync(FILE, "utf8").replace("CR1.TT,,", "CR1.TT,4.9,"));
    const before = everything();
    const ofFile = (file: string): string[] => importing.map((word) => (word === FILE ? file : word));
    for (const [words, code] of [
      [ofFile(told), "journal-reason"],
      [ofFile(other), "evidence-exists"],
      [importing.map((word) => (word === DEVICE ? "V|M|T" : word)), "device"],
    ] as const) {
      const dry = await refusedWith([...words, "--dry-run"], ENVIRONMENT);
      expect(dry).toMatchObject({ code, exit: 2 });
      expect(await refusedWith(words, ENVIRONMENT)).toEqual(dry);
    }
    const { attempt } = await cliJson<Imported>([...ofFile(told), "--reason", "read again", "--dry-run"]);
    expect(attempt).toBe(1);
    // The refused imports took the locks; nothing else is new.
    const files = (found: unknown): unknown =>
      (found as [string, number, string][]).filter(([name]) => !name.endsWith(".lock") && name !== "batch");
    expect(files(everything())).toEqual(files(before));
  });

  // Verifies R-import-outside.
  it("refuses the entry without a value where the stage reaches it, with its line", async () => {
    await stageTo("2026-03-10T11:10:00Z");
    const error = await refusedWith([...importing, "--dry-run"], ENVIRONMENT);
    expect(error).toMatchObject({ code: "quantity-blank", place: `${FILE}:21`, exit: 2 });
    expect(error.message).toContain("2026-03-10T11:10:00Z has no value");
    await stageTo("2026-03-10T09:50:00Z");
  });

  it("reads an MES's record and keeps nothing of it", async () => {
    const before = everything();
    const words = ["import", "batchml", MES, "--into", path("batch"), "--batch-id", "BX10"];
    const dry = await cliJson<{ dryRun: boolean; exceptions: readonly unknown[] }>([...words, "--dry-run"]);
    expect([dry.dryRun, dry.exceptions.length, everything()]).toEqual([true, 3, before]);
    const refusal = [...words.slice(0, -1), "BX11", "--dry-run"];
    expect(await refusedWith(refusal, ENVIRONMENT)).toMatchObject({ code: "record-lot" });
  });
});
