import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeRegistration } from "../../src/batch/registration.ts";
import { writeJunit } from "../../cli/junit.ts";
import { cli, cliJson, inThisProcess } from "./scene.ts";
import { filesIn, policyCopy, refusedWith, scratch, VALID } from "./support.ts";
import { reportIn } from "./junit.ts";

/** `check` of one folder and of several, of readings of a real device. */

const RAW = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
const DEVICE = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";
const CLAIM = "cold-storage/temperature";

const home = scratch();
const path = (name: string): string => join(home, name);
const [good, hot] = [path("good"), path("hot")];
/** A copy of `good` without its secrets. */
const broken = path("broken");

async function batchOf(dir: string, start: string, end: string, policy = "policy.json"): Promise<void> {
  const identity = ["--lot", "L1", "--coi", "C1", "--order", `order of ${dir}`, "--custodian", path("custodian.json")];
  const fixed = ["--device", DEVICE, "--parties", path("parties.json")];
  await cliJson(["init", dir, "--policy", path(policy), ...identity, ...fixed]);
  await cliJson(["stage", dir, "cold-storage", "--start", start, "--end", end]);
  const into = ["--into", dir, "--claim", CLAIM, "--source", path("source.json"), "--offset", "+00:00"];
  await cliJson(["import", "fridgetag", RAW, ...into]);
}

beforeAll(async () => {
  policyCopy(home);
  await cliJson(["policy", "salt", path("policy.json")]);
  for (const role of ["custodian", "source"]) {
    await cliJson(["key", "new", "--role", role, "--name", role, "--org", "Site A", "--out", path(`${role}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${role}.json`), ...VALID]);
  }
  await cliJson(["party", "add", path("parties.json"), "--device", DEVICE, "--org", "Site A", "--name", "a", ...VALID]);
  await batchOf(good, "2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z");
  await batchOf(hot, "2022-05-11T12:01:00Z", "2022-05-13T12:01:00Z");
  cpSync(good, broken, { recursive: true });
  rmSync(join(broken, "secrets.json"));
}, 120_000);

afterAll(() => rmSync(home, { recursive: true }));

/** Of a folder whose batch was not opened. */
const NOT_COMPARED = "opening time not compared: the register was not asked";

/** The lines on the one series of `good`. */
const FIGURES = [
  "  Temperature: 865 readings, 2022-05-05T16:26:00Z to 2022-05-08T16:26:00Z",
  "    minimum 4.5 °C, maximum 8.0 °C, time-weighted mean 5.4567 °C, MKT 5.4708 °C (dH 83.144 kJ/mol)",
  `  ${NOT_COMPARED}`,
];
const CURVE = /limits 2\.0 to 8\.0 °C: [▁▂▃▄▅▆▇█]{48}$/m;

// Verifies R-cli-figures.
describe("what check says of a series", () => {
  it("in a pipe, in words", async () => {
    const { code, stdout } = await cli(["check", good]);
    expect([code, stdout]).toEqual([0, [`${CLAIM}: pass`, ...FIGURES, ""].join("\n")]);
  });

  it("with --json, in exact decimals that name their unit", async () => {
    expect(await cliJson(["check", good])).toEqual({
      verdicts: [
        {
          ...{ claim: CLAIM, outcome: "pass", problems: [], deviations: [], remarks: [NOT_COMPARED] },
          series: [
            {
              ...{ channel: "temperature", unit: "Cel", count: 865 },
              ...{ first: "2022-05-05T16:26:00Z", last: "2022-05-08T16:26:00Z" },
              ...{ minimum: "4.5", maximum: "8.0", timeWeightedMean: "5.4567" },
              mkt: { value: "5.4708", dH: "83.144", dHUnit: "kJ/mol" },
              limits: ["2.0", "8.0"],
            },
          ],
        },
      ],
    });
  });

  it("says of a series out of range what it says of every other one", async () => {
    const { code, stdout } = await inThisProcess(["check", hot]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /maximum \d\d?\.\d °C, time-weighted mean .*\n {2}opening time not compared.*\n {2}rule range: reading 25 /,
    );
  });

  describe("on a terminal", () => {
    const UTF8 = { TERM: "xterm", LC_ALL: "", LC_CTYPE: "", LANG: "de_CH.UTF-8" };

    async function onTerminal(env: Readonly<Record<string, string>>, ...more: readonly string[]): Promise<string> {
      const before = Object.getOwnPropertyDescriptor(process.stdout, "isTTY");
      Object.defineProperty(process.stdout, "isTTY", { value: true, configurable: true });
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      try {
        return (await inThisProcess(["check", good, ...more])).stdout;
      } finally {
        vi.unstubAllEnvs();
        if (before === undefined) Reflect.deleteProperty(process.stdout, "isTTY");
        else Object.defineProperty(process.stdout, "isTTY", before);
      }
    }

    it("draws it between its limits", async () => {
      const stdout = await onTerminal(UTF8);
      expect(stdout).toMatch(CURVE);
      expect(stdout).toContain(FIGURES.slice(0, 2).join("\n"));
    });

    it.each([
      ["that cannot", { TERM: "dumb" }],
      ["of another encoding", { LANG: "de_CH.ISO-8859-1" }],
      ["of another encoding, which LC_ALL says", { LC_ALL: "C" }],
      ["of no locale", { LANG: "" }],
    ])("does not on one %s", async (_, change) => {
      expect(await onTerminal({ ...UTF8, ...change })).not.toMatch(/[▁-█]/);
    });

    it("does not with --json", async () => {
      expect(await onTerminal(UTF8, "--json")).not.toMatch(/[▁-█]|curve/);
    });
  });
});

// Verifies R-prover-opened, R-cli-next.
describe("check of a batch that is not opened yet", () => {
  async function bounded(name: string, openedWithin: number): Promise<string> {
    mkdirSync(path(name));
    const policy = JSON.parse(readFileSync(path("policy.json"), "utf8")) as { claims: { rule: object }[] };
    const claims = policy.claims.map((claim) => ({ ...claim, rule: { ...claim.rule, openedWithin } }));
    writeFileSync(path(`${name}/policy.json`), JSON.stringify({ ...policy, claims }));
    await cliJson(["policy", "salt", path(`${name}/policy.json`)]);
    await batchOf(path(`${name}/batch`), "2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z", `${name}/policy.json`);
    return path(`${name}/batch`);
  }

  it("says until when it must be, and status has it opened before it is proven", async () => {
    const dir = await bounded("in-time", 86_400);
    vi.spyOn(Date, "now").mockReturnValue(Date.parse("2022-05-06T16:26:00Z"));
    const { code, stdout } = await inThisProcess(["check", dir]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining("  not opened yet; open it before 2022-05-06T16:26:00Z\n"),
    ]);
    const { next } = await cliJson<{ next: { role: string; command: string }[] }>(["status", dir]);
    expect(next.map(({ role }) => role)).toEqual(["owner"]);
    expect(next[0]?.command).toContain("batchproof open ");
    vi.restoreAllMocks();
  });

  it("fails where that is over, unless another folder opens it", async () => {
    const dir = await bounded("too-late", 3600);
    const { code, stdout } = await inThisProcess(["check", dir]);
    expect(code).toBe(1);
    const bound = "2022-05-05T17:26:00Z";
    expect(stdout).toContain(
      [
        `  not opened yet, and rule opened can no longer be kept: the bound was ${bound}`,
        `  rule opened: the batch is not opened, and had to be by ${bound}.`,
        "",
      ].join("\n"),
    );
    const where = { chainId: "1", registry: `0x${"2".repeat(40)}`, owner: `0x${"4".repeat(40)}` };
    await writeRegistration(dir, where);
    expect((await inThisProcess(["check", dir])).stdout).toContain(`: pass\n`);
    await writeRegistration(dir, { ...where, opened: Date.parse("2022-05-05T17:26:00Z") / 1000 });
    expect((await inThisProcess(["check", dir])).code).toBe(0);
  });
});

// Verifies R-cli-several.
describe("check of several folders", () => {
  it("judges each under its name, whatever is wrong with another one", async () => {
    const { code, stdout, stderr } = await cli(["check", broken, hot, good]);
    expect([code, stderr]).toEqual([2, ""]);
    const [first = "", second = "", third] = stdout.split(/^(?=\/)/m);
    expect(first).toBe(
      [
        broken,
        "  error: The secrets of this batch are missing.",
        `    at ${join(broken, "secrets.json")}`,
        "    Restore the file from a backup: without its salts the batch cannot be proven.",
        "",
      ].join("\n"),
    );
    expect(second.startsWith(`${hot}\n  ${CLAIM}: fail\n    Temperature: 577 readings`)).toBe(true);
    expect(third).toBe([good, `  ${CLAIM}: pass`, ...FIGURES.map((line) => `  ${line}`), ""].join("\n"));
  });

  it("has all in one JSON document, each as it is alone", async () => {
    const { stdout } = await inThisProcess(["check", good, broken, "--json"]);
    const { error } = JSON.parse((await inThisProcess(["check", broken, "--json"])).stdout) as { error: object };
    expect(error).toMatchObject({ code: "secrets-missing" });
    const alone = await cliJson<object>(["check", good]);
    expect(JSON.parse(stdout)).toEqual({
      batches: [
        { dir: good, ...alone },
        { dir: broken, error },
      ],
    });
  });

  it("exits with the highest code of those that each alone has", async () => {
    const open = path("open");
    cpSync(good, open, { recursive: true });
    chmodSync(join(open, "secrets.json"), 0o644);
    const codeOf = async (...dirs: readonly string[]): Promise<number> =>
      (await inThisProcess(["check", ...dirs])).code;
    expect(await codeOf(good, good)).toBe(0);
    expect(await codeOf(hot, good)).toBe(1);
    expect(await codeOf(broken, hot)).toBe(2);
    expect(await codeOf(open, broken, hot)).toBe(3);
  });

  it("takes options for all of them: a claim that one does not have is that one's error", async () => {
    const chosen = await inThisProcess(["check", good, broken, "--stage", "none", "--json"]);
    expect(JSON.parse(chosen.stdout)).toMatchObject({
      batches: [{ error: { code: "batch-stage" } }, { error: { code: "secrets-missing" } }],
    });
  });
});

// Verifies R-cli-junit.
describe("check --junit", () => {
  const report = path("report.xml");

  it("writes a suite for each folder, and a test for each claim", async () => {
    const empty = path("empty");
    cpSync(good, empty, { recursive: true });
    rmSync(join(empty, "records"), { recursive: true });
    const { code, stdout } = await inThisProcess(["check", good, hot, empty, broken, "--junit", report]);
    expect(code).toBe(2);
    expect(stdout).toBe((await inThisProcess(["check", good, hot, empty, broken])).stdout);
    const { name, tests, failures, errors, suites } = reportIn(report);
    expect({ name, tests, failures, errors }).toEqual({
      ...{ name: "batchproof check", tests: "4", failures: "2", errors: "1" },
    });
    const test = { classname: hot, name: CLAIM };
    const range = expect.stringMatching(/^reading 25 at 2022-05-11T14:01:00Z is 8\.3 °C, above /) as string;
    const inFull = expect.stringMatching(
      /: fail\n {2}Temperature: 577 .*\n.*\n.*\n {2}rule range: reading 25 /,
    ) as string;
    const missing = { type: "missing", message: "There is no evidence yet.", text: `${CLAIM}: missing` };
    const message = "The secrets of this batch are missing.";
    const unread = { type: "secrets-missing", message, text: expect.stringContaining(`at ${broken}`) as string };
    expect(suites).toEqual([
      { name: good, tests: "1", failures: "0", errors: "0", cases: [{ ...test, classname: good }] },
      {
        ...{ name: hot, tests: "1", failures: "1", errors: "0" },
        cases: [{ ...test, failure: { type: "range", message: range, text: inFull } }],
      },
      {
        ...{ name: empty, tests: "1", failures: "1", errors: "0" },
        cases: [{ ...test, classname: empty, failure: missing }],
      },
      {
        ...{ name: broken, tests: "1", failures: "0", errors: "1" },
        cases: [{ classname: broken, name: "batch folder", error: unread }],
      },
    ]);
  });

  it("is written of one folder too, of which answer and error stay as they are", async () => {
    expect((await inThisProcess(["check", broken, "--junit", report, "--json"])).stdout).toBe(
      (await inThisProcess(["check", broken, "--json"])).stdout,
    );
    expect(reportIn(report)).toMatchObject({ tests: "1", errors: "1" });
    expect(await inThisProcess(["check", broken, "--junit", report])).toMatchObject({
      ...{
        code: 2,
        stdout: "",
        stderr: expect.stringMatching(/^error: The secrets of this batch are missing\./) as string,
      },
    });
    expect(await cliJson(["check", good, "--junit", report])).toEqual(await cliJson(["check", good]));
    expect(reportIn(report)).toMatchObject({ tests: "1", errors: "0" });
  });

  it("notes a deviation, and no reading of what holds", async () => {
    const late = path("late");
    cpSync(good, late, { recursive: true });
    const into = ["--into", late, "--claim", CLAIM, "--source", path("source.json"), "--offset", "+00:00"];
    await cliJson(["import", "fridgetag", RAW, ...into, "--clock-error", "30", "--reason", "clock compared again"]);
    expect((await inThisProcess(["check", late, "--junit", report])).code).toBe(0);
    expect(reportIn(report).suites[0]?.cases).toEqual([{ classname: late, name: CLAIM, note: "attempt, clock" }]);
    expect(readFileSync(report, "utf8")).not.toContain("°C");
  });

  it("is XML whatever a name holds", async () => {
    const hostile = path('<a b="1">&\u001b]0;x\u0007\n\ud800');
    expect((await inThisProcess(["check", hostile, good, "--junit", report])).code).toBe(2);
    const { suites } = reportIn(report);
    expect(suites[0]?.name).toBe(path('<a b="1">&\\u001b]0;x\\u0007\\u000a\\ud800'));
    expect(suites[0]?.cases[0]?.error?.text).toContain('<a b="1">&\\u001b]0;x');
    const text = "<b>\u0000 & ]]>\u2028\n\ufffe";
    const problem = { result: "failure", type: "a", message: "b", text } as const;
    await writeJunit(report, "check", [{ name: "c", cases: [{ name: "d", problem }] }], []);
    expect(reportIn(report).suites[0]?.cases[0]?.failure?.text).toBe("<b>\\u0000 & ]]>\\u2028\n\\ufffe");
  });

  it("is written whole or not at all, and over no file that was read", async () => {
    const before = readFileSync(join(good, "batch.json"), "utf8");
    for (const file of [join(good, "batch.json"), join(good, "records/cold-storage--temperature.json")]) {
      expect(await refusedWith(["check", good, hot, "--junit", file])).toMatchObject({
        ...{ exit: 2, code: "output-over-input", place: file },
      });
    }
    expect(readFileSync(join(good, "batch.json"), "utf8")).toBe(before);
    const files = filesIn(home);
    expect(await refusedWith(["check", good, "--junit", home])).toMatchObject({ exit: 3, code: "file-write" });
    expect([filesIn(home), existsSync(report)]).toEqual([files, true]);
  });
});
