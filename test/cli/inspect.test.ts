import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, cliJson, inThisProcess } from "./scene.ts";
import { filesIn, MAIN, PASSPHRASE, policyCopy, refusedWith, scratch, VALID } from "./support.ts";

/** `inspect`, and what it prints, pasted. */

const FILE = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
const home = scratch();
const path = (name: string): string => join(home, name);

beforeAll(async () => {
  policyCopy(home);
  await cliJson(["policy", "salt", path("policy.json")]);
  for (const role of ["custodian", "source"]) {
    await cliJson(["key", "new", "--role", role, "--name", role, "--org", "Site A", "--out", path(`${role}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${role}.json`), ...VALID]);
  }
}, 120_000);
afterAll(() => rmSync(home, { recursive: true }));

const inspectText = (file: string) => inThisProcess(["inspect", file]);

interface Inspected {
  readonly device: { readonly vendor: string; readonly model: string; readonly serial: string };
  readonly commands: readonly string[];
}

// Verifies R-import-inspect.
describe("inspect", () => {
  it("says in a process of its own what the file is, and writes nothing", async () => {
    const before = filesIn(home);
    const { code, stdout, stderr } = await cli(["inspect", FILE, "--offset", "+01:00"]);
    expect([code, stderr, filesIn(home)]).toEqual([0, "", before]);
    for (const words of [
      "device: Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088\n",
      "signed: valid, by a key of lot 1794_20_08;",
      "clock: UTC, by the offset +01:00 given; zone +00:00 signed by the device\n",
      'Temperature, in "°C": 10653 entries, 2022-05-02T03:44:00Z to 2022-06-08T09:11:00Z, one every 5 minutes\n',
      '  quality: "x" 5994 times\n',
      "gap of 352 minutes: no entry from 2022-05-02T03:44:00Z to 2022-05-02T09:36:00Z (lines 532 and 533); after it readings come 2 minutes late",
      "  line 532: 2022-05-02T03:44:00Z  26.3 °C\n",
      "  minimum -8.4 °C, maximum 30.2 °C: █",
    ]) {
      expect(stdout).toContain(words);
    }
  });

  it("prints commands that, pasted with their capitals filled in, register the device and import the file", async () => {
    const { device, commands } = await cliJson<Inspected>(["inspect", FILE, "--offset", "+00:00"]);
    const named = `${device.vendor}|${device.model}|${device.serial}`;
    const filled: Readonly<Record<string, string>> = {
      ...{
        PARTIES: path("parties.json"),
        ORG: "site",
        NAME: "logger",
        DIR: path("batch"),
        KEYFILE: path("source.json"),
      },
      "STAGE/CLAIM": "cold-storage/temperature",
    };
    const [adding = "", importing = ""] = commands.map((command) =>
      command
        .replace("--from TIME --to TIME", VALID.join(" "))
        .replace(/(?<= )(PARTIES|ORG|NAME|DIR|KEYFILE|STAGE\/CLAIM)(?= |$)/g, (word) => filled[word] ?? word),
    );
    const paste = (command: string) =>
      spawnSync("sh", ["-c", `batchproof() { "${process.execPath}" "${MAIN}" "$@"; }; ${command}`], {
        env: { ...process.env, BATCHPROOF_SETTINGS: "", BATCHPROOF_PASSPHRASE: PASSPHRASE },
        encoding: "utf8",
      });
    expect(paste(adding)).toMatchObject({ status: 0, stderr: "" });
    const identity = ["--lot", "L1", "--coi", "C1", "--order", "O1", "--custodian", path("custodian.json")];
    const fixed = ["--policy", path("policy.json"), "--device", named, "--parties", path("parties.json")];
    await cliJson(["init", path("batch"), ...fixed, ...identity]);
    const times = ["--start", "2022-05-05T16:26:00Z", "--end", "2022-05-08T16:26:00Z"];
    await cliJson(["stage", path("batch"), "cold-storage", ...times]);
    expect(paste(importing)).toMatchObject({ status: 0, stderr: "" });
    expect((await inThisProcess(["check", path("batch")])).code).toBe(0);
  });

  it("exits with 1 where nothing can be imported, and says why, also in JSON", async () => {
    const lines = ["timestamp,tag,value,quality,unit", "2022-05-05T16:00:00Z,T,40.1,Good,°R", ""];
    writeFileSync(path("f.csv"), lines.join("\n"));
    const shown = await inThisProcess(["inspect", path("f.csv")]);
    expect([shown.code, shown.stdout]).toEqual([
      1,
      expect.stringContaining('refused: No channel is measured in "°R".'),
    ]);
    expect(shown.stdout).not.toContain("batchproof import");
    const { code, stdout } = await inThisProcess(["inspect", path("f.csv"), "--json"]);
    const { series } = JSON.parse(stdout) as { series: unknown };
    expect([code, series]).toMatchObject([1, [{ refused: { code: "unit", place: `${path("f.csv")}:2` } }]]);
    const history = await inThisProcess(["inspect", "fixtures/berlinger/fridgetag2_130400191542_202302140605.txt"]);
    expect([history.code, history.stdout]).toEqual([1, expect.stringContaining("daily history only: of each day")]);
  });

  it("of many tags shows a line each, and one in full with --tag", async () => {
    const tags = Array.from({ length: 7 }, (_, i) => `2022-05-05T16:00:00Z,T${i},4.5,Good,Cel`);
    writeFileSync(path("many.csv"), ["timestamp,tag,value,quality,unit", ...tags, ""].join("\n"));
    const all = (await inThisProcess(["inspect", path("many.csv")])).stdout;
    expect(all).toContain(
      'tag T6: Temperature, in "Cel": 1 entry, 2022-05-05T16:00:00Z to 2022-05-05T16:00:00Z\nlook at one',
    );
    expect(all).not.toContain("batchproof import");
    const one = (await inThisProcess(["inspect", path("many.csv"), "--tag", "T6"])).stdout;
    expect(one).toContain("  line 8: 2022-05-05T16:00:00Z  4.5 °C\n");
    expect(one).toContain(`batchproof import csv ${path("many.csv")} --tag T6 --device`);
  });

  // Verifies R-import-propose.
  it("proposes the profile of a table, or says why none fits and how one is begun", async () => {
    const hobo = (await inspectText("fixtures/tables/cases/hobo-like.csv")).stdout;
    expect(hobo).toContain("table, read by the profile hoboware: HOBOware text export");
    expect(hobo).toContain("--profile hoboware --device 'VENDOR|MODEL|1' --into DIR");
    writeFileSync(path("near.csv"), "timestamp,tag,value,quality,unit,note\n2026-03-10T08:00:00Z,T,4.5,Good,Cel,\n");
    const near = await inspectText(path("near.csv"));
    expect([near.code, near.stdout]).toEqual([
      1,
      expect.stringContaining('profile long does not fit: The profile knows no column "note".'),
    ]);
    writeFileSync(path("own.csv"), "Zeit;Temp (°C)\n05.03.2026 08:00;4,5\n15.03.2026 08:10;4,6\n");
    const own = await inspectText(path("own.csv"));
    const begin = own.stdout.indexOf("  {\n");
    const begun = own.stdout.slice(begin, own.stdout.indexOf("\n  }\n", begin) + 5);
    expect([own.code, own.stdout]).toEqual([
      1,
      expect.stringContaining(`inspect ${path("own.csv")} --profile my-profile.json`),
    ]);
    writeFileSync(path("mine.json"), begun);
    const mine = ["inspect", path("own.csv"), "--profile", path("mine.json")];
    expect(await refusedWith(mine)).toMatchObject({ exit: 2, code: "profile" });
    writeFileSync(path("mine.json"), begun.replace("NAME", "mine"));
    const found = await inThisProcess([...mine, "--offset", "+01:00"]);
    expect([found.code, found.stdout]).toEqual([0, expect.stringContaining("line 2: 2026-03-05T07:00:00Z  4.5 °C")]);
  });

  it("leads from local times in long form to a profile of them, and shows JSON as JSON", async () => {
    const local = "fixtures/tables/cases/dst-local.csv";
    const words = "The profile long reads times that say their own offset from UTC, and takes no other.";
    const told = await inThisProcess(["inspect", local, "--zone", "Europe/Berlin"]);
    expect([told.code, told.stdout]).toEqual([1, expect.stringContaining(`profile long does not fit: ${words}`)]);
    expect(told.stdout).toContain('"form": "yyyy-MM-ddTH:mm[:ss]"');
    expect(told.stdout).not.toContain("batchproof import");
    const reading = await inThisProcess(["profile", "test", "long", local, "--zone", "Europe/Berlin"]);
    expect([reading.code, reading.stderr]).toEqual([2, expect.stringContaining(words)]);
    writeFileSync(path("f.json"), '{"rows":[{"t":"2026-03-10T08:00:00Z","v":4.5}]}');
    const json = await inspectText(path("f.json"));
    expect([json.code, json.stdout]).toEqual([
      1,
      expect.stringContaining("layout: json; rows, guessed: the 1 element of"),
    ]);
  });

  it("refuses what it cannot read, an offset that is none, and a file that is not there", async () => {
    writeFileSync(path("other.txt"), "hello\n");
    expect(await refusedWith(["inspect", path("other.txt")])).toMatchObject({ exit: 2, code: "inspect-form" });
    expect(await refusedWith(["inspect", FILE, "--offset", "1"])).toMatchObject({ exit: 2, code: "offset-syntax" });
    expect(await refusedWith(["inspect", path("nowhere")])).toMatchObject({ exit: 2, code: "file-missing" });
    const tampered = "fixtures/berlinger/fridgetag2L_test_TRUNCATED_bad_signature.txt";
    expect(await refusedWith(["inspect", tampered])).toMatchObject({ exit: 2, code: "device-signature" });
  });
});
