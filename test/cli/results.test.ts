import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, cliJson, inThisProcess } from "./scene.ts";
import { filesIn, PASSPHRASE, refusedWith, scratch, VALID } from "./support.ts";
import { toHex } from "../../src/formats/field.ts";
import { shippedResultsProfile } from "../../src/import/resultsProfile.ts";

/** A laboratory's results as its people import and check them, in one stage of one claim. */

const CLAIM = "expansion/release-tests";
const POTENCY = "potency_a_surviving_fraction_ET1_1";
const ENVIRONMENT = { BATCHPROOF_PASSPHRASE: PASSPHRASE };
const home = scratch();
const path = (name: string): string => join(home, name);

/** ARI-0001 with the release tests alone. */
function policy(): unknown {
  const whole = JSON.parse(readFileSync("fixtures/policies/ari-0001.json", "utf8")) as {
    claims: { id: string; stage: number }[];
  };
  const claims = whole.claims.filter(({ id }) => id === CLAIM).map((claim) => ({ ...claim, stage: 0 }));
  return { ...whole, stages: ["expansion"], claims };
}

/** The published results with some of them reported otherwise. */
function reported(results: Readonly<Record<string, string>>): string {
  const lines = readFileSync("fixtures/needle-to-needle/release-tests-01.csv", "utf8").split("\n");
  return lines
    .map((line) => {
      const [name = "", , ...rest] = line.split(",");
      return name in results ? [name, results[name], ...rest].join(",") : line;
    })
    .join("\n");
}

beforeAll(async () => {
  writeFileSync(path("policy.json"), JSON.stringify(policy()));
  await cliJson(["policy", "salt", path("policy.json")]);
  for (const [role, name] of [
    ["custodian", "site"],
    ["lab", "laboratory"],
  ] as const) {
    await cliJson(["key", "new", "--role", role, "--name", name, "--org", "Site", "--out", path(`${name}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${name}.json`), ...VALID]);
  }
  const identity = ["--lot", "LOT-1", "--coi", "C", "--order", "O", "--custodian", path("site.json")];
  const shared = ["--policy", path("policy.json"), "--parties", path("parties.json")];
  await cliJson(["init", path("batch"), ...shared, ...identity]);
  const times = ["--start", "2022-05-10T16:00:00Z", "--end", "2022-05-21T16:00:00Z"];
  await cliJson(["stage", path("batch"), "expansion", ...times]);
});
afterAll(() => rmSync(home, { recursive: true }));

/** Imports a report under a name of its own. */
async function imported(
  file: string,
  results: Readonly<Record<string, string>>,
  ...more: readonly string[]
): Promise<string> {
  writeFileSync(path(file), reported(results));
  const lab = ["--lab", path("laboratory.json"), "--reported", "2022-05-26T15:00:00Z"];
  const { code, stdout, stderr } = await inThisProcess([
    ...["import", "results", path(file), "--into", path("batch"), "--claim", CLAIM, ...lab],
    ...more,
  ]);
  expect(code, stderr).toBe(0);
  return stdout;
}

// Verifies R-import-dry.
it("a dry run says what the import says, and keeps nothing", async () => {
  const dry = await imported("dry.csv", {}, "--dry-run");
  expect(["evidence", "records"].flatMap((name) => filesIn(join(path("batch"), name)))).toEqual([]);
  const real = await imported("dry.csv", {});
  const written = `written: ${join(path("batch"), "records")}`;
  expect(real).toContain(written);
  expect(dry).toBe(
    `dry run: nothing was signed, journaled or written\n${real.slice(0, real.indexOf(`\n${written}`) + 1)}`,
  );
  expect(filesIn(join(path("batch"), "records"))).toHaveLength(1);
});

// Verifies R-batch-record.
it("V203: refuses a record of results that an earlier version hashed otherwise, until its file is imported again", async () => {
  await imported("again.csv", {});
  const [name = ""] = filesIn(join(path("batch"), "records"));
  const record = join(path("batch"), "records", name);
  writeFileSync(record, readFileSync(record, "utf8").replace("batchproof-results/3", "batchproof-results/2"));
  expect(await refusedWith(["check", path("batch")])).toMatchObject({
    exit: 2,
    code: "record-version",
    place: `${record}#/format`,
    remedy: expect.stringContaining("Import the raw file again") as string,
  });
  await imported("again.csv", {});
  expect((await inThisProcess(["check", path("batch")])).code).toBe(0);
});

// Verifies R-quality-undecidable, R-format-results.
describe("check of inequalities", () => {
  it("names what is undecidable, as the laboratory wrote it, and what is out of specification", async () => {
    const shown = await imported("first.csv", {
      car19_pct: "<= 30",
      cd3_pct: "<70",
      endotoxin: "≥0.5",
      viability_pct: ">=70",
    });
    for (const result of [
      "car19_pct: <=30.0 %",
      "cd3_pct: <70.0 %",
      "endotoxin: >=0.5 [EU]/mL",
      "viability_pct: >=70.0 %",
    ])
      expect(shown).toContain(`${result}, tested`);
    const { code, stdout } = await cli(["check", path("batch")]);
    expect(code).toBe(1);
    expect(stdout).toContain("car19_pct is <=30.0 %, undecidable: it must be at least 20.0 %.");
    expect(stdout).toContain("cd3_pct is <70.0 %, out of specification: it must be at least 70.0 %.");
    expect(stdout).toContain("endotoxin is >=0.5 [EU]/mL, undecidable: it must be at most 0.5 [EU]/mL.");
    expect(stdout).toContain("product 2: the inequalities among its factors do not prove its limit.");
    expect(stdout).not.toContain("viability_pct is");
    const json = (await inThisProcess(["check", path("batch"), "--json"])).stdout;
    expect(json).toContain("endotoxin is >=0.5 [EU]/mL, undecidable: it must be at most 0.5 [EU]/mL.");
  });

  it("lets another member of the OR group decide", async () => {
    const undecidable = { [POTENCY]: "<=70", potency_b_difference_ET4_1: ">=50" };
    await imported("second.csv", undecidable);
    const { code, stdout } = await inThisProcess(["check", path("batch")]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      `undecidable, because none of the alternatives passes for certain: ${POTENCY} is <=70.0 % and must be below 70.0 %`,
    );
    await imported("third.csv", { ...undecidable, potency_b_difference_ET4_1: ">50" });
    expect((await inThisProcess(["check", path("batch")])).code).toBe(0);
  });
});

// Verifies R-profile-results, R-import-profile, R-batch-reread.
describe("a report by a profile of results", () => {
  const REPORT = "fixtures/results-profiles/reports/lims-example.csv";
  const signed = ["--lab", path("laboratory.json"), "--reported", "2022-05-26T15:00:00Z", "--claim", CLAIM];
  const importing = (dir: string, ...more: readonly string[]): string[] => [
    ...["import", "results", REPORT, "--into", path(dir), ...signed, ...more],
  ];
  const byProfile = ["--profile", "lims-example", "--zone", "Europe/Berlin"];

  beforeAll(async () => {
    const hash = toHex(shippedResultsProfile("lims-example").hash);
    const accepting = { ...(policy() as object), profiles: [{ name: "our LIMS", hash }] };
    writeFileSync(path("accepting.json"), JSON.stringify(accepting));
    await cliJson(["policy", "salt", path("accepting.json")]);
    const identity = ["--lot", "LOT-1", "--coi", "C2", "--order", "O2", "--custodian", path("site.json")];
    await cliJson([
      "init",
      path("lims"),
      "--policy",
      path("accepting.json"),
      "--parties",
      path("parties.json"),
      ...identity,
    ]);
    const times = ["--start", "2022-05-10T16:00:00Z", "--end", "2022-05-21T16:00:00Z"];
    await cliJson(["stage", path("lims"), "expansion", ...times]);
  });

  it("is refused where the policy does not name the profile, and where the project's form is meant", async () => {
    expect(await refusedWith(importing("batch", ...byProfile), ENVIRONMENT)).toMatchObject({
      code: "profile-policy",
      place: REPORT,
    });
    expect(await refusedWith(importing("lims"), ENVIRONMENT)).toMatchObject({ code: "csv-header" });
    expect(await refusedWith(importing("lims", "--zone", "Europe/Berlin"), ENVIRONMENT)).toMatchObject({
      code: "offset-stated",
    });
    expect(filesIn(join(path("lims"), "records"))).toEqual([]);
  });

  it("is kept with its profile, checked, and read again", async () => {
    const { profiles } = await cliJson<{ profiles: { name: string }[] }>(["profile", "list"]);
    expect(profiles.map(({ name }) => name)).toContain("lims-example");
    const { code, stderr } = await inThisProcess(importing("lims", ...byProfile));
    expect(code, stderr).toBe(0);
    expect(filesIn(join(path("lims"), "evidence"))).toHaveLength(2);
    expect((await inThisProcess(["check", path("lims")])).code).toBe(0);
    const again = await inThisProcess(["verify-record", path("lims")]);
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringContaining("15 results of lims-example.csv, by profile lims-example, 0x"),
    ]);
    const own = await inThisProcess(["verify-record", path("batch")]);
    expect([own.code, own.stdout]).toEqual([0, expect.stringContaining("by the project's own form")]);
  });

  // Verifies R-disclosure-results.
  it("is shown one analyte at a time", async () => {
    const register = ["--registry", `0x${"12".repeat(20)}`, "--chain-id", "31337", "--owner", `0x${"34".repeat(20)}`];
    const disclose = ["disclose", path("lims"), "--claim", CLAIM, ...register, "--out", path("result.json")];
    const unknown = ["--analyte", "nothing"];
    expect(await refusedWith([...disclose, ...unknown])).toMatchObject({ exit: 2, code: "disclosure-analyte" });
    const all = await inThisProcess(disclose);
    expect(all.stdout).toContain("shows 15 results.");
    const [{ analyte }] = shownIn(path("result.json"));
    const one = await inThisProcess([...disclose, "--analyte", analyte.name]);
    expect(one.stdout).toContain("shows 1 result.");
    expect(shownIn(path("result.json"))).toHaveLength(1);
  });

  it("is not what was signed where a record tells of another clock", async () => {
    const record = join(path("lims"), "records", filesIn(join(path("lims"), "records"))[0] ?? "");
    const text = readFileSync(record, "utf8");
    writeFileSync(record, text.replace("Europe/Berlin", "Europe/London"));
    expect(await refusedWith(["verify-record", path("lims")], ENVIRONMENT)).toMatchObject({
      exit: 1,
      code: "record-reread",
    });
    writeFileSync(record, text);
  });
});

/** The results in a disclosure. */
function shownIn(file: string): [{ readonly analyte: { readonly name: string } }] {
  const { content } = JSON.parse(readFileSync(file, "utf8")) as {
    content: { results: [{ analyte: { name: string } }] };
  };
  return content.results;
}

// Verifies R-profile-test, F68.
describe("profile test of a report", () => {
  const REPORT = "fixtures/results-profiles/reports/lims-example.csv";
  const tried = (profile: string, file: string, ...more: readonly string[]): string[] => [
    ...["profile", "test", profile, file, ...more],
  ];
  const berlin = ["--zone", "Europe/Berlin"];
  const claim = ["--policy", "fixtures/policies/ari-0001.json", "--claim", CLAIM];

  it("shows every line as it is read and all that decided it, without a policy, and writes a protocol", async () => {
    const profile = shippedResultsProfile("lims-example");
    writeFileSync(path("copy.json"), JSON.stringify({ ...profile.profile, name: "lims-copy" }));
    // Of two lots, one line pending: the profile is judged, not a lot.
    const other = readFileSync(REPORT, "utf8").replace("LOT-1;Volume;50,0", "LOT-2;Volume;pending");
    writeFileSync(path("two-lots.csv"), other);
    const protocol = ["--protocol", path("protocol.txt")];
    const { code, stdout, stderr } = await inThisProcess(
      tried(path("copy.json"), path("two-lots.csv"), ...berlin, ...protocol),
    );
    expect(code, stderr).toBe(0);
    for (const line of [
      "clock: Europe/Berlin, given",
      "lines before the table: 3",
      "lines after the table, passed over: 1, from line 20",
      "columns: 9",
      '  2: "Test" is analyte',
      '  9: "Method" is ignored',
      'lots: "LOT-1", "LOT-2"',
      "results: 15",
      '  line 7: "CAR19+ T cells", "26,0 %", ""',
      "    is car19_pct: 26.0, unit %",
      '  line 12: "Endotoxin", "<LOQ", ""',
      "    is endotoxin: <0.1, unit [EU]/mL",
      "    is volume: NO RESULT YET, unit mL",
      "    sampled 2022-05-21T16:00:00Z, tested 2022-05-26T14:00:00Z; declared invalid: 0, repeated: 0",
      '  "No growth" of sterility means sterile: 1 times',
      "Names, words and units were held against no policy: give --policy and --claim.",
    ]) {
      expect(stdout).toContain(`${line}\n`);
    }
    expect(stdout).toMatch(
      /^Profile test at .*\nprofile: lims-copy, 0x[0-9a-f]{64}\nfile: .*, \d+ bytes, 0x[0-9a-f]{64}\n/,
    );
    expect(readFileSync(path("protocol.txt"), "utf8")).toBe(stdout);
  });

  it("shows the results as a policy's claim takes them, where one is named", async () => {
    const { profileHash, results } = await cliJson<{ profileHash: string; results: string[] }>(
      tried("lims-example", REPORT, ...berlin, ...claim),
    );
    expect(profileHash).toBe(toHex(shippedResultsProfile("lims-example").hash));
    expect(results).toHaveLength(15);
    expect(results).toContain('endotoxin: <0.1 [EU]/mL (report: "<LOQ"), tested 2022-05-23T16:00:00Z');
    writeFileSync(path("unit.csv"), readFileSync(REPORT, "utf8").replace("97,9%", "97,9"));
    expect(await refusedWith(tried("lims-example", path("unit.csv"), ...berlin, ...claim))).toMatchObject({
      code: "unit",
      place: `${path("unit.csv")}:8`,
    });
  });

  it("refuses what import refuses, names of no profile, and options of the other kind", async () => {
    expect(await refusedWith(tried("lims-example", REPORT))).toMatchObject({ exit: 2, code: "offset-missing" });
    const unknown = await refusedWith(tried("lims-exampel", REPORT));
    expect(unknown).toMatchObject({
      code: "profile-missing",
      remedy: expect.stringContaining("lims-example") as string,
    });
    for (const [words, place] of [
      [tried("lims-example", REPORT, ...berlin, "--tag", "A"), "--tag"],
      [tried("lims-example", REPORT, ...berlin, ...claim.slice(2)), "--claim"],
      [tried("long", "fixtures/tables/cases/fahrenheit.csv", ...claim), "--policy"],
    ] as const) {
      expect(await refusedWith(words)).toMatchObject({ exit: 2, code: "usage", place });
    }
  });
});
