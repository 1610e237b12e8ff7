import { readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  batchproof,
  batchproofJson,
  batchproofProcess,
  filesIn,
  policyCopy,
  POLICY,
  refusedWith,
  scratch,
} from "./support.ts";

const CIRCUIT_ID = `0x${"ab".repeat(32)}`;
const OVERRIDE = ["--circuit-id", `temperature-1k=${CIRCUIT_ID}`] as const;

/** A copy whose lowest limit is not on the grid of its resolution: right form, wrong sense. */
function unsound(): string {
  const path = policyCopy();
  writeFileSync(path, readFileSync(path, "utf8").replace('["2.0", "8.0"]', '["2.05", "8.0"]'));
  return path;
}

describe("policy lint", () => {
  it("exits 0 without errors and shows warnings", async () => {
    const { code, stdout } = await batchproof(["policy", "lint", POLICY]);
    expect(code).toBe(0);
    expect(stdout).toContain(`warning custody: Custody is not proven`);
    expect(stdout).toContain("\n0 errors, 1 warning\n");
  });

  it.each(["usp-controlled-cold", "who-fridge-default"])("finds no error in the fixture %s", async (name) => {
    const { code, stdout } = await batchproof(["policy", "lint", `fixtures/policies/${name}.json`]);
    expect(code).toBe(0);
    expect(stdout).toContain("\n0 errors, 1 warning\n");
  });

  it("points at the field of a limit that is refused", async () => {
    const file = policyCopy();
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace('"gap": 900', '"mkt": { "limit": "8.0", "span": 86401 }, "gap": 900'),
    );
    const { code, json } = await batchproofJson(["policy", "lint", file]);
    const finding = { severity: "error", code: "mkt-span", pointer: "/claims/0/rule/mkt/span" };
    expect({ code, json }).toMatchObject({
      code: 1,
      json: { errors: 1, findings: expect.arrayContaining([expect.objectContaining(finding)]) as unknown },
    });
  });

  // Verifies R-cli-place.
  it("exits 1 with errors, each with place and remedy", async () => {
    const file = unsound();
    const { code, stdout } = await batchproof(["policy", "lint", file]);
    expect(code).toBe(1);
    expect(stdout).toContain(`at ${file}#/claims/0/rule/range`);
    const findings = [{ severity: "error", pointer: "/claims/0/rule/range" }, { severity: "warning" }];
    expect(await batchproofJson(["policy", "lint", file])).toMatchObject({ code: 1, json: { errors: 1, findings } });
  });

  // Verifies R-cli-place.
  it("exits 2 for a file that cannot be read", async () => {
    expect(await refusedWith(["policy", "lint", "nowhere.json"])).toMatchObject({
      exit: 2,
      code: "file-missing",
      place: "nowhere.json",
    });
    expect(await refusedWith(["policy", "lint", POLICY, scratch()])).toMatchObject({ exit: 2, code: "file-kind" });
  });

  // Verifies R-policy-lint-all.
  it("exits 1 with every problem of form and sense; other commands refuse with the first", async () => {
    const file = unsound();
    writeFileSync(file, readFileSync(file, "utf8").replace('"version"', '"verson"'));
    const { code, stdout } = await batchproof(["policy", "lint", file]);
    expect(code).toBe(1);
    for (const place of ["#", "#/verson", "#/claims/0/rule/range"]) expect(stdout).toContain(`  at ${file}${place}\n`);
    expect(stdout).toContain("\n3 errors, 1 warning\n");
    expect(await batchproofJson(["policy", "lint", file])).toMatchObject({ code: 1, json: { file, errors: 3 } });
    expect(await refusedWith(["policy", "show", file])).toMatchObject({ exit: 2, code: "policy-schema" });
  });

  // Verifies R-policy-lint-all.
  it("takes several files, and shows the problems of all, also of one that is no JSON", async () => {
    const file = unsound();
    const noJson = policyCopy();
    writeFileSync(noJson, '{\n  "product": NaN\n}');
    const { code, json } = await batchproofJson(["policy", "lint", POLICY, file, noJson]);
    expect({ code, json }).toMatchObject({
      code: 1,
      json: {
        errors: 2,
        warnings: 2,
        policies: [
          { file: POLICY, errors: 0, warnings: 1 },
          { file, errors: 1, warnings: 1 },
          { file: noJson, errors: 1, warnings: 0, findings: [{ code: "json-nan", place: `${noJson}:2:14` }] },
        ],
      },
    });
  });

  // Verifies R-cli-text, F8, F11.
  it("shows names that a hostile file holds harmless and cut", async () => {
    const file = policyCopy();
    const hostile = { ["k".repeat(20_000)]: 1, "\u202e": 1 };
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...hostile }));
    for (const words of [[], ["--json"]]) {
      const { stdout } = await batchproof(["policy", "lint", file, ...words]);
      expect(stdout).toContain("\\u202e");
      expect(stdout.length).toBeLessThan(4000);
    }
  });
});

// Verifies R-policy-new.
describe("policy new", () => {
  it("writes an example that lints clean, for the owner's eyes only, and shows it with comments", async () => {
    const file = join(scratch(), "new.json");
    const { code, stdout } = await batchproof(["policy", "new", file]);
    expect(code).toBe(0);
    const written = readFileSync(file, "utf8");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(stdout).toContain("// gap: Longest permitted time between two readings");
    const comments = /^ *\/\/ .*\n/gm;
    expect(stdout.replace(comments, "")).toBe(written);
    expect(await batchproof(["policy", "lint", file])).toMatchObject({ code: 0, stdout: "0 errors, 0 warnings\n" });
    expect(filesIn(dirname(file))).toEqual(["new.json"]);
  });

  it("overwrites nothing", async () => {
    const file = policyCopy();
    const before = readFileSync(file, "utf8");
    expect(await refusedWith(["policy", "new", file])).toMatchObject({ exit: 2, code: "file-exists", place: file });
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("takes the kinds that are asked for, and without a file writes nothing", async () => {
    const { code, json } = await batchproofJson(["policy", "new", "--kind", "quality", "--kind", "custody"]);
    expect(code).toBe(0);
    const { policy, commented } = json as { policy: { claims: { kind: string }[] }; commented: string[] };
    expect(policy.claims.map(({ kind }) => kind)).toEqual(["custody", "quality", "custody"]);
    expect(commented).toContain("{");
    expect(await refusedWith(["policy", "new", "--kind", "humidity"])).toMatchObject({ exit: 2, code: "usage" });
  });
});

// Verifies R-policy-new, R-policy-lint.
describe("a policy of channel claims", () => {
  const written = (name: string, ...rules: readonly object[]): string => {
    const path = join(scratch(), name);
    const policy = JSON.parse(readFileSync(POLICY, "utf8")) as { claims: { id: string; rule: object }[] };
    const claims = rules.flatMap((rule, i) =>
      policy.claims.map((claim) => {
        const one = { ...claim, id: `${claim.id}-${i}`, kind: "channel", circuits: ["channel-840", "channel-2k"] };
        return { ...one, rule: { ...claim.rule, ...rule } };
      }),
    );
    writeFileSync(path, JSON.stringify({ ...policy, claims }));
    return path;
  };

  it("is begun, linted and shown", async () => {
    const path = join(scratch(), "policy.json");
    expect((await batchproofProcess(["policy", "new", path, "--kind", "channel"])).code).toBe(0);
    const { code, stdout } = await batchproofProcess(["policy", "lint", path]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("\n0 errors, 1 warning\n")]);
    const shown = (await batchproof(["policy", "show", path])).stdout;
    expect(shown).toContain("Temperature: every reading from 2.0 °C to 8.0 °C, both permitted.");
    expect(shown).toContain("Device: the one logger that the stage names;");
  });

  it.each([
    ["bucket", "/claims/0/rule/bucket", [{ bucket: 901 }]],
    [
      "devices",
      "/claims/1/rule/devices",
      [
        { devices: 2, slot: 1 },
        { devices: 3, slot: 2 },
      ],
    ],
    ["slot-unjudged", "/claims/0/rule/devices", [{ devices: 2, slot: 2 }]],
  ])("with a wrong %s is refused at its place", async (wrong, pointer, rules) => {
    const path = written("policy.json", ...rules);
    const { code, json } = await batchproofJson(["policy", "lint", path]);
    const findings = [
      { severity: "error", code: wrong, pointer },
      { severity: "warning", code: "custody" },
    ];
    expect({ code, json }).toMatchObject({ code: 1, json: { errors: 1, findings } });
    const salted = await refusedWith(["policy", "salt", path]);
    expect(salted).toMatchObject({ code: "policy-lint", place: `${path}#${pointer}` });
  });

  it("warns of a device that is not judged where any one is enough", async () => {
    const { code, stdout } = await batchproof(["policy", "lint", written("policy.json", { devices: 2 })]);
    expect(code).toBe(0);
    expect(stdout).toContain('warning any-device: Any one of the 2 devices of stage "cold-storage" is enough');
  });
});

describe("policy show", () => {
  it("puts every limit in words", async () => {
    const { code, stdout } = await batchproof(["policy", "show", POLICY]);
    expect(code).toBe(0);
    expect(stdout).toContain("every reading from 2.0 °C to 8.0 °C");
  });

  // Verifies R-policy-show-id.
  it("says the policyId where salts and lock file give it, else why it is not known", async () => {
    const file = policyCopy();
    const salts = file.replace(".json", ".salts.json");
    const last = async (): Promise<string> =>
      (await batchproof(["policy", "show", file])).stdout.trimEnd().split("\n").at(-1) ?? "";
    expect(await last()).toBe(`policyId  not known here: there is no ${salts}`);
    await batchproof(["policy", "salt", file]);
    const { json } = await batchproofJson(["policy", "hash", file]);
    const { policyId } = json as { policyId: string };
    expect(await last()).toBe(`policyId  ${policyId}`);
    expect((await batchproofJson(["policy", "show", file])).json).toMatchObject({ policyId });
    const { json: other } = await batchproofJson(["policy", "hash", file, ...OVERRIDE]);
    expect((await batchproofJson(["policy", "show", file, ...OVERRIDE])).json).toMatchObject({
      policyId: (other as { policyId: string }).policyId,
    });
    writeFileSync(file, readFileSync(file, "utf8").replace('"8.0"]', '"8.5"]'));
    expect(await last()).toBe(
      "policyId  not known here: These salts belong to another policy, or to an earlier wording of this one.",
    );
  });

  // Verifies R-policy-publish.
  it("refuses a policy with errors, as salt, hash and publish do, and leaves nothing behind", async () => {
    const file = unsound();
    const nowhere = ["--rpc", "http://127.0.0.1:1", "--registry", `0x${"11".repeat(20)}`, "--account", "0"];
    for (const [command, ...options] of [["show"], ["salt"], ["hash"], ["publish", ...nowhere]] as const) {
      expect(await refusedWith(["policy", command, file, ...options])).toMatchObject({
        exit: 1,
        code: "policy-lint",
        place: `${file}#/claims/0/rule/range`,
      });
    }
    expect(filesIn(dirname(file))).toEqual(["policy.json"]);
  });
});

describe("policy salt and hash", () => {
  it("draws salts once, for the owner's eyes only, and hashes with them", async () => {
    const file = policyCopy();
    const salted = await batchproof(["policy", "salt", file]);
    expect(salted.code).toBe(0);
    const saltsFile = file.replace(".json", ".salts.json");
    expect(statSync(saltsFile).mode & 0o777).toBe(0o600);
    const salts = readFileSync(saltsFile, "utf8");
    const [salt = ""] = Object.values((JSON.parse(salts) as { salts: Record<string, string> }).salts);
    expect(salt).toMatch(/^0x[0-9a-f]{64}$/);

    expect(await refusedWith(["policy", "salt", file])).toMatchObject({
      exit: 2,
      code: "salts-exist",
      place: saltsFile,
    });
    expect(readFileSync(saltsFile, "utf8")).toBe(salts);
    expect(filesIn(dirname(file))).toEqual(["policy.json", "policy.salts.json"]);

    interface Hashed {
      policyId: string;
      documentHash: string;
      claims: { id: string; rule: string; circuits: Record<string, string> }[];
    }
    const hash = async (...options: string[]) => {
      const run = await batchproofJson(["policy", "hash", file, ...options]);
      return { ...run, json: run.json as Hashed };
    };
    const hashed = await hash(...OVERRIDE);
    expect(hashed.code).toBe(0);
    expect(hashed.json.claims[0]).toMatchObject({
      id: "cold-storage/temperature",
      circuits: { "temperature-1k": CIRCUIT_ID },
    });
    const again = await batchproof(["policy", "hash", file, ...OVERRIDE]);
    expect(again.stdout).toContain(`policyId                       ${hashed.json.policyId}\n`);
    // With another circuit it is another policy; without the option the lock file's circuit counts.
    const locked = await hash();
    expect(locked.json.policyId).not.toBe(hashed.json.policyId);
    expect(locked.json.documentHash).toBe(hashed.json.documentHash);
    for (const { stdout, stderr } of [salted, hashed, again, locked]) expect(stdout + stderr).not.toContain(salt);
  });

  it("refuses missing salts, salts of another wording, and a circuitId of another form", async () => {
    const file = policyCopy();
    expect(await refusedWith(["policy", "hash", file])).toMatchObject({ exit: 2, code: "salts-missing" });
    await batchproof(["policy", "salt", file]);
    writeFileSync(file, readFileSync(file, "utf8").replace('"8.0"]', '"8.5"]'));
    expect(await refusedWith(["policy", "hash", file])).toMatchObject({ exit: 2, code: "salts-policy" });
    expect(await refusedWith(["policy", "hash", file, "--circuit-id", "temperature-1k"])).toMatchObject({ exit: 2 });
    expect(await refusedWith(["policy", "hash", policyCopy(scratch()), "--circuit-id", "x=1"])).toMatchObject({
      exit: 2,
    });
  });
});
