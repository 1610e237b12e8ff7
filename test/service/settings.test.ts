import { mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hiddenTexts, readServiceSettings } from "../../src/service/settings.ts";

/** A folder with those of two sites, and the file that names them, changed by `change`. */
function file(change: (settings: Record<string, unknown>) => object = (settings) => settings): string {
  const dir = mkdtempSync(join(tmpdir(), "batchproof-service-"));
  for (const name of ["north", "south", "policies", "north/inner"]) mkdirSync(join(dir, name), { recursive: true });
  symlinkSync("north", join(dir, "alias"));
  const sites = ["north", "south"].map((name) => ({ name, batches: name, policies: "policies" }));
  const path = join(dir, "service.json");
  writeFileSync(path, JSON.stringify(change({ format: "batchproof-service/1", data: "data", sites })));
  return path;
}

const site = (batches: string, name = "south"): object => ({ name, batches, policies: "policies" });
const withSites = (...sites: readonly object[]): string => file((settings) => ({ ...settings, sites }));

describe("service.json", () => {
  it("has its paths read from its folder, and its data folder made for its owner alone", async () => {
    const path = file();
    const dir = join(path, "..");
    const settings = await readServiceSettings(path);
    expect(settings.sites[0]).toMatchObject({ batches: join(dir, "north"), policies: join(dir, "policies") });
    expect(statSync(settings.data).mode & 0o777).toBe(0o700);
    expect(hiddenTexts(settings)).toContain(join(dir, "south"));
  });

  // Verifies R-service-settings, V364.
  it.each([
    ["the same folder", "north"],
    ["the same folder by another name", "alias"],
    ["a folder inside", "north/inner"],
    ["the service's own", "data"],
  ])("lets no site have %s", async (_what, batches) => {
    const path = withSites(site("north", "north"), site(batches));
    await expect(readServiceSettings(path)).rejects.toMatchObject({
      code: "service-file",
      place: `${path}#/sites/1/batches`,
    });
  });

  it.each<[string, () => string, string]>([
    ["a site twice", () => withSites(site("north"), site("south")), "#/sites/1"],
    ["a folder that is not there", () => withSites(site("nowhere")), "#/sites/0/batches"],
    ["a name that leads elsewhere", () => withSites(site("north", "../north")), "#/sites/0/name"],
    ["a secret", () => file((settings) => ({ ...settings, passphrase: "secret" })), "#"],
    [
      "a token itself",
      () =>
        file((settings) => ({
          ...settings,
          callers: [{ name: "mes", token: "secret", grants: [{ role: "worker" }] }],
        })),
      "#/callers/0/token",
    ],
    [
      "a role that nobody knows",
      () =>
        file((settings) => ({
          ...settings,
          callers: [{ name: "mes", token: "0".repeat(64), grants: [{ role: "king" }] }],
        })),
      "#/callers/0/grants/0/role",
    ],
    [
      "an issuer whose name and persons could be another's",
      () =>
        file((settings) => ({
          ...settings,
          issuers: [
            {
              ...{ issuer: "https://login anna", audience: "batchproof", jwks: "jwks.json", algorithms: ["ES256"] },
              grants: [{ claim: "groups", value: "qa", grants: [{ role: "auditor" }] }],
            },
          ],
        })),
      "#/issuers/0/issuer",
    ],
  ])("refuses %s", async (_what, make, pointer) => {
    const path = make();
    const error: unknown = await readServiceSettings(path).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "service-file", place: `${path}${pointer}` });
    expect(String(error)).not.toContain("secret");
  });
});
