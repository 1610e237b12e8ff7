import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createKey, saveKey } from "../../src/parties/keys.ts";
import { batchproof, batchproofJson, filesIn, PASSPHRASE, refusedWith, scratch, VALID } from "./support.ts";

const LOGGER = "Berlinger|Fridge-tag 2 L|130500109088";

describe("party add and root", () => {
  const folder = scratch();
  const key = join(folder, "source.key");
  const list = join(folder, "parties.json");
  beforeAll(async () => {
    await saveKey(
      key,
      await createKey({ name: "Gateway", role: "source", org: "Site A", passphrase: PASSPHRASE, scryptN: 1024 }),
    );
  });

  it("adds a key and a device, and gives the root of the list", async () => {
    expect((await batchproof(["party", "add", list, "--key", key, ...VALID])).code).toBe(0);
    const args = ["party", "add", list, "--device", LOGGER, "--org", "Site A", "--name", "Logger 1", ...VALID];
    const added = await batchproofJson(args);
    expect(added).toMatchObject({ code: 0, json: { parties: 2 } });
    const root = await batchproof(["party", "root", list]);
    expect(root).toMatchObject({ code: 0, stdout: `${(added.json as { root: string }).root}\n` });
  });

  // Verifies R-cli-already.
  it("says that the same party is there already, and leaves the list as it was", async () => {
    const before = readFileSync(list, "utf8");
    const again = await batchproofJson(["party", "add", list, "--key", key, ...VALID]);
    expect(again).toMatchObject({ code: 0, json: { already: true, parties: 2 } });
    expect((await batchproof(["party", "add", list, "--key", key, ...VALID])).stdout).toMatch(
      /^already there +Gateway$/m,
    );
    expect(readFileSync(list, "utf8")).toBe(before);
  });

  it("refuses what cannot be added, and leaves the list as it was", async () => {
    const before = readFileSync(list, "utf8");
    const device = ["--device", LOGGER, "--org", "Site A", "--name", "Logger 2"];
    const cases: [code: string, args: readonly string[]][] = [
      ["party-name", ["--key", key, "--from", "2022-01-01T00:00:00Z", "--to", "2030-01-01T00:00:00Z"]],
      ["party-duplicate", ["--key", key, "--name", "Another name", ...VALID]],
      ["party-duplicate", [...device, ...VALID]],
      ["usage", VALID],
      ["usage", [...device, "--key", key, ...VALID]],
      ["usage", ["--device", LOGGER, ...VALID]],
      ["usage", ["--key", key, "--org", "Site A", ...VALID]],
      ["device-id", ["--device", "a|b", "--org", "o", "--name", "n", ...VALID]],
      ["time-zone", ["--key", key, "--name", "n", "--from", "2022-01-01T00:00:00", "--to", "2030-01-01T00:00:00Z"]],
      [
        "party-validity",
        ["--key", key, "--name", "n", "--from", "2030-01-01T00:00:00Z", "--to", "2022-01-01T00:00:00Z"],
      ],
      ["file-missing", ["--key", join(folder, "nobody.key"), ...VALID]],
    ];
    for (const [code, args] of cases) {
      expect(await refusedWith(["party", "add", list, ...args])).toMatchObject({ exit: 2, code });
    }
    expect(readFileSync(list, "utf8")).toBe(before);
    expect(filesIn(folder)).toEqual(["parties.json", "source.key"]);
  });

  // Verifies R-cli-nothing-left.
  it("makes no list for a party that is refused", async () => {
    const other = join(folder, "other.json");
    expect(
      (await refusedWith(["party", "add", other, "--device", "a|b", "--org", "o", "--name", "n", ...VALID])).exit,
    ).toBe(2);
    expect(existsSync(other)).toBe(false);
    expect(await refusedWith(["party", "root", other])).toMatchObject({ exit: 2, code: "file-missing", place: other });
  });
});
