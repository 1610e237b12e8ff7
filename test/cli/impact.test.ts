import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatTime, parseTime } from "../../src/input/times.ts";
import { csvFile, csvLine } from "../import/historian.ts";
import { cli, cliJson } from "./scene.ts";
import { filesIn, refusedWith, scratch, VALID, policyCopy, PASSPHRASE } from "./support.ts";

/** A freezer of four batches: two with evidence, one whose file is to come, one whose stage has not ended. */

const DEVICE = "Vaisala|RFL100|S1";
const OTHER = "Vaisala|RFL100|S2";
const CLAIM = "cold-storage/temperature";
const START = parseTime("2024-03-01T00:00:00Z", "test");
const HOUR = 3600;

const home = scratch();
const path = (name: string): string => join(home, name);
const JOURNAL = path("source.json.journal");
const at = (hours: number): string => formatTime(START + hours * HOUR);

async function batchOf(name: string, from: number, to?: number, device = DEVICE): Promise<void> {
  const identity = ["--lot", `lot ${name}`, "--coi", name, "--order", name, "--custodian", path("custodian.json")];
  const fixed = ["--policy", path("policy.json"), "--device", device, "--parties", path("parties.json")];
  await cliJson(["init", path(name), ...fixed, ...identity]);
  const end = to === undefined ? [] : ["--end", at(to)];
  await cliJson(["stage", path(name), "cold-storage", "--start", at(from), ...end]);
}

beforeAll(async () => {
  policyCopy(home);
  await cliJson(["policy", "salt", path("policy.json")]);
  for (const role of ["custodian", "source"]) {
    await cliJson(["key", "new", "--role", role, "--name", role, "--org", "Site A", "--out", path(`${role}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${role}.json`), ...VALID]);
  }
  for (const [name, device] of Object.entries({ a: DEVICE, b: OTHER })) {
    await cliJson(["party", "add", path("parties.json"), "--device", device, "--org", "S", "--name", name, ...VALID]);
  }
  await batchOf("a", 0, 2);
  await batchOf("b", 1, 4);
  await batchOf("c", 3, 6);
  await batchOf("d", 5);
  await batchOf("e", 0, 6, OTHER);
  const readings = Array.from({ length: 25 }, (_, i) => csvLine({ time: START + i * 600, value: 5_000_000n }));
  writeFileSync(path("freezer.csv"), csvFile(readings));
  const into = ["a", "b"].flatMap((name) => ["--into", path(name)]);
  const evidence = ["--claim", CLAIM, "--source", path("source.json"), "--device", DEVICE];
  await cliJson(["import", "csv", path("freezer.csv"), ...into, ...evidence]);
}, 120_000);
afterAll(() => rmSync(home, { recursive: true }));

interface Impact {
  readonly exposed: readonly {
    readonly batch: string;
    readonly stage: number;
    readonly part: { readonly from: string; readonly to: string; readonly seconds: number };
    readonly folders: readonly { readonly lot: string; readonly name: string; readonly unset: readonly string[] }[];
    readonly records: readonly { readonly attempt: number; readonly readings: number }[];
  }[];
  readonly journal?: { readonly records: number; readonly ofDevice: number };
  readonly stages: { readonly known: number; readonly ofDevice: number };
}

const FOLDERS = ["a", "b", "c", "d", "e"].map(path);
const asked = (from: number, to: number, device = DEVICE): string[] => {
  return ["--device", device, "--from", at(from), "--to", at(to)];
};
const impact = (words: readonly string[]): Promise<Impact> => cliJson(["impact", ...words]);
/** Lot, part in hours since the start, readings. */
const held = ({ exposed }: Impact): unknown =>
  exposed.map(({ part, folders, records }) => [
    folders.map(({ lot }) => lot).join(),
    ...[part.from, part.to].map((time) => (parseTime(time, "test") - START) / HOUR),
    ...records.map(({ readings }) => readings),
  ]);

// Verifies R-import-impact.
describe("impact of a device's failure", () => {
  it("names in a process of its own each batch, its part of the period and what was signed", async () => {
    const before = filesIn(home);
    const { code, stdout } = await cli(["impact", ...FOLDERS, "--journal", JOURNAL, ...asked(1.5, 3.5)]);
    expect(code).toBe(0);
    expect(stdout).toContain("exposed: 3 batches\n");
    expect(stdout).toMatch(
      /batch 0x[0-9a-f]{64}, stage 0 \(cold-storage\): 2024-03-01T01:30:00Z to 2024-03-01T02:00:00Z \(30 min\)\n {4}\S+\/a, lot lot a\n {4}1 record with 4 readings of it\n/,
    );
    expect(stdout).toContain("journal: 2 of 2 records are of this device\nfolders: 4 of 5 stages name it");
    expect(filesIn(home)).toEqual(before);
  });

  it("knows stages without a file and without an end, and leaves out other devices and times", async () => {
    const found = await impact([...FOLDERS, "--journal", JOURNAL, ...asked(1.5, 7)]);
    expect(held(found)).toEqual([
      ["lot a", 1.5, 2, 4],
      ["lot b", 1.5, 4, 16],
      ["lot c", 3, 6],
      ["lot d", 5, 7],
    ]);
    expect(found.exposed.map(({ folders }) => folders[0]?.unset)).toEqual([[], [], [], ["end"]]);
    expect(held(await impact([...FOLDERS, ...asked(0, 7, OTHER)]))).toEqual([["lot e", 0, 6]]);
  });

  it("counts the very second at which a stage ends or begins, and not the one beyond", async () => {
    const second = 1 / HOUR;
    expect(held(await impact([path("c"), ...asked(2, 3)]))).toEqual([["lot c", 3, 3]]);
    expect(held(await impact([path("c"), ...asked(6, 7)]))).toEqual([["lot c", 6, 6]]);
    expect(held(await impact([path("c"), ...asked(2, 3 - second)]))).toEqual([]);
    expect(held(await impact([path("c"), ...asked(6 + second, 7)]))).toEqual([]);
  });

  it("knows from the journal alone the batches by their commitments, and from folders alone their stages", async () => {
    const alone = await impact(["--journal", JOURNAL, ...asked(1.5, 3.5)]);
    expect(held(alone)).toEqual([
      ["", 1.5, 2, 4],
      ["", 1.5, 3.5, 13],
    ]);
    const both = await impact([path("a"), "--journal", JOURNAL, ...asked(1.5, 3.5)]);
    expect(both.exposed.map(({ batch }) => batch).sort()).toEqual(alone.exposed.map(({ batch }) => batch).sort());
    expect(held(await impact([path("a"), ...asked(1.5, 3.5)]))).toEqual([["lot a", 1.5, 2]]);
    const folder = await cli(["impact", path("a"), ...asked(1.5, 3.5)]);
    expect(folder.stdout).toContain("journal: none was named");
    expect(folder.stdout).not.toContain("record of the journal");
    const none = await cli(["impact", "--journal", JOURNAL, ...asked(8, 9)]);
    expect(none.stdout).toContain("exposed: no batch\njournal: 2 of 2 records");
  });

  it("never takes a slip of the pen for an answer", async () => {
    const refused = (words: readonly string[]) =>
      refusedWith(["impact", ...words], { BATCHPROOF_PASSPHRASE: PASSPHRASE });
    const journal = ["--journal", JOURNAL];
    expect(await refused([...FOLDERS, ...journal, ...asked(1, 2, "Vaisala|RFL100|S9")])).toMatchObject({
      code: "device-unknown",
      exit: 2,
    });
    expect(await refused(["--journal", path("other.journal"), ...asked(1, 2)])).toMatchObject({
      code: "file-missing",
      place: path("other.journal"),
    });
    expect(await refused([path("nowhere"), ...journal, ...asked(1, 2)])).toMatchObject({ code: "batch-missing" });
    expect(await refused(asked(1, 2))).toMatchObject({ code: "usage", place: "--journal" });
    expect(await refused([...journal, ...asked(2, 1)])).toMatchObject({ code: "usage", place: "--to" });
  });
});
