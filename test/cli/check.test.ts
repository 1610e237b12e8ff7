import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { cli, cliJson, inThisProcess } from "./scene.ts";
import { policyCopy, scratch, VALID } from "./support.ts";

/** `check` of one folder and of several, of readings of a real device. */

const RAW = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
const DEVICE = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";
const CLAIM = "cold-storage/temperature";

const home = scratch();
const path = (name: string): string => join(home, name);
const [good, hot] = [path("good"), path("hot")];

async function batchOf(dir: string, start: string, end: string): Promise<void> {
  const identity = ["--lot", "L1", "--coi", "C1", "--order", `order of ${dir}`, "--custodian", path("custodian.json")];
  const fixed = ["--device", DEVICE, "--parties", path("parties.json")];
  await cliJson(["init", dir, "--policy", path("policy.json"), ...identity, ...fixed]);
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
}, 120_000);

afterAll(() => rmSync(home, { recursive: true }));

/** The lines on the one series of `good`. */
const FIGURES = [
  "  Temperature: 865 readings, 2022-05-05T16:26:00Z to 2022-05-08T16:26:00Z",
  "    minimum 4.5 °C, maximum 8.0 °C, time-weighted mean 5.4567 °C, MKT 5.4708 °C (dH 83.144 kJ/mol)",
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
          ...{ claim: CLAIM, outcome: "pass", problems: [], deviations: [], remarks: [] },
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
    expect(stdout).toMatch(/maximum \d\d?\.\d °C, time-weighted mean .*\n {2}rule range: reading 25 /);
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
      expect(stdout).toContain(FIGURES.join("\n"));
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
