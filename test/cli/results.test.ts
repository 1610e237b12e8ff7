import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, cliJson, inThisProcess } from "./scene.ts";
import { filesIn, scratch, VALID } from "./support.ts";

/** A laboratory's results as its people import and check them, in one stage of one claim. */

const CLAIM = "expansion/release-tests";
const POTENCY = "potency_a_surviving_fraction_ET1_1";
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
  expect(dry).toBe(`dry run: nothing was signed, journaled or written\n${await imported("dry.csv", {})}`);
  expect(filesIn(join(path("batch"), "records"))).toHaveLength(1);
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
