import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lintFile } from "../../src/review/lintFile.ts";
import { errorOf, fixture, PROCESSES } from "../policy/support.ts";

const file = join(mkdtempSync(join(tmpdir(), "lint-file-")), "policy.json");

type Json = Record<string, unknown>;

/** Severity, code and pointer of what is found in a document, changed from ARI-0001. */
async function found(change: (policy: Json, claims: Json[]) => void): Promise<string[]> {
  const policy = structuredClone(fixture("ari-0001")) as unknown as Json;
  change(policy, policy["claims"] as Json[]);
  writeFileSync(file, JSON.stringify(policy));
  const { findings } = await lintFile(file);
  return findings.map(({ severity, code, pointer, place }) => {
    expect(place).toBe(`${file}#${pointer}`);
    return `${severity} ${code} ${pointer}`;
  });
}

// Verifies R-policy-lint-all.
describe("lintFile", () => {
  it.each(PROCESSES)("finds nothing in %s", async (name) => {
    expect(await lintFile(`fixtures/policies/${name}.json`)).toMatchObject({ errors: 0, warnings: 0, findings: [] });
  });

  it("finds every mismatch with the schema, and what lint finds beside them", async () => {
    const findings = await found((policy, claims) => {
      policy["product"] = "";
      policy["maxDue"] = [2, 1];
      Object.assign(claims[0] ?? {}, { kind: "humidity" });
      Object.assign(claims[2]?.["rule"] ?? {}, { gap: 126, range: ["8.0", "2.0"] });
      Object.assign(claims[4] ?? {}, { severity: 4, circuits: [] });
    });
    expect(findings).toEqual([
      "error claim-kind /claims/0/kind",
      "error policy-schema /product",
      "error policy-schema /claims/4/severity",
      "error policy-schema /claims/4/circuits",
      "error max-due /maxDue",
      "error range /claims/2/rule/range",
      "error gap /claims/2/rule/gap",
      "warning lead /claims/2/rule/lead",
      "warning tail /claims/2/rule/tail",
    ]);
  });

  it("says nothing that rests on a part out of shape", async () => {
    // Custody of the stage, and the only claim of another one, may be meant by what is out of shape.
    expect(await found((_, claims) => Object.assign(claims[0] ?? {}, { severity: 4 }))).toEqual([
      "error policy-schema /claims/0/severity",
    ]);
    expect(await found((policy) => (policy["stages"] = "one"))).toEqual(["error policy-schema /stages"]);
    expect(await found((policy) => (policy["confirmedByQp"] = [1, "nowhere"]))).toEqual([
      "error policy-schema /confirmedByQp/0",
    ]);
    expect(await found((policy) => (policy["maxDue"] = [2]))).toEqual(["error policy-schema /maxDue"]);
    expect(await found((policy) => (policy["claims"] = {}))).toEqual(["error policy-schema /claims"]);
  });

  it("says of each claim what is wrong with it, whichever others are out of shape", async () => {
    const findings = await found((policy, claims) => {
      (policy["stages"] as string[])[0] = "Not a slug";
      Object.assign(claims[1] ?? {}, { id: "x" });
      Object.assign(claims[2] ?? {}, { circuits: ["unknown"] });
    });
    expect(findings).toEqual([
      "error policy-schema /stages/0",
      "error policy-schema /claims/1/id",
      "error circuit /claims/2/circuits/0",
    ]);
  });

  it.each(["null", "[]", "1", '"policy"'])("finds that %s is no policy", async (text) => {
    writeFileSync(file, text);
    expect(await lintFile(file)).toMatchObject({ errors: 1, findings: [{ code: "policy-schema", place: `${file}#` }] });
  });

  it.each([
    ["{", "json-syntax", "1:1"],
    ['{"product": 1.5}', "json-fraction", "1:13"],
    ['{"a": 1,\n "a": 2}', "json-duplicate-key", "2:2"],
  ])("finds one fault in %j", async (text, code, at) => {
    writeFileSync(file, text);
    const { errors, findings } = await lintFile(file);
    expect({ errors, findings }).toMatchObject({ errors: 1, findings: [{ code, place: `${file}:${at}` }] });
    expect(findings[0]?.remedy).toMatch(/\.$/);
  });

  // Verifies F2.
  it("counts what is too much to say", async () => {
    const unknown = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, 1]));
    writeFileSync(file, JSON.stringify({ ...fixture(), maxDue: [2, 1], ...unknown }));
    const { errors, warnings, findings } = await lintFile(file);
    expect({ errors, warnings, shown: findings.length }).toEqual({ errors: 2000, warnings: 0, shown: 1000 });
  });

  it("refuses a file that is not there", async () => {
    expect(await errorOf(() => lintFile("nowhere.json"))).toMatchObject({ kind: "input", code: "file-missing" });
  });
});
