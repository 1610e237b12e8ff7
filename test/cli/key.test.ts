import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { batchproof, batchproofJson, filesIn, PASSPHRASE, refusedWith, scratch } from "./support.ts";

const ENV = { BATCHPROOF_PASSPHRASE: PASSPHRASE };

function newKey(out: string, ...more: string[]): string[] {
  return ["key", "new", "--role", "custodian", "--name", "Alice", "--org", "Site A", "--out", out, ...more];
}

describe("key new and show", () => {
  // Verifies R-cli-already.
  it("makes a key file for its owner only, and never prints or replaces a secret", async () => {
    const folder = scratch();
    const out = join(folder, "alice.key");
    const made = await batchproof(newKey(out), ENV);
    expect(made.code).toBe(0);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const content = readFileSync(out, "utf8");
    expect(content + made.stdout + made.stderr).not.toContain(PASSPHRASE);

    const shown = await batchproof(["key", "show", out]);
    expect(shown).toEqual(made);
    expect(shown.stdout).toMatch(/^role +custodian$/m);

    const again = await batchproof(newKey(out), ENV);
    expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^Already done: /)]);
    const differing: [string[], Record<string, string>][] = [
      [["--name", "Bob"], ENV],
      [["--org", "Site B"], ENV],
      [["--role", "lab"], ENV],
      [[], { BATCHPROOF_PASSPHRASE: "another passphrase" }],
    ];
    for (const [change, env] of differing) {
      const refused = await refusedWith([...newKey(out), ...change], env);
      expect(refused).toMatchObject({ exit: 2, code: "key-exists", place: out });
    }
    expect(readFileSync(out, "utf8")).toBe(content);

    // A second custodian of the site takes over its secret; the predecessor must open.
    const second = join(folder, "second.key");
    const wrong = { BATCHPROOF_PASSPHRASE: "another passphrase" };
    expect(await refusedWith(newKey(second, "--predecessor", out), wrong)).toMatchObject({
      exit: 2,
      code: "key-passphrase",
      place: out,
    });
    expect(filesIn(folder)).toEqual(["alice.key"]);
    expect((await batchproof(newKey(second, "--predecessor", out), ENV)).code).toBe(0);
    const secretOf = (file: string) => (JSON.parse(readFileSync(file, "utf8")) as { secretHash: string }).secretHash;
    expect(secretOf(second)).toBe(secretOf(out));
  });

  it("refuses a short passphrase and leaves no file", async () => {
    const out = join(scratch(), "short.key");
    expect(await refusedWith(newKey(out), { BATCHPROOF_PASSPHRASE: "short" })).toMatchObject({
      exit: 2,
      code: "passphrase-length",
    });
    expect(existsSync(out)).toBe(false);
  });

  it("refuses to show what is no key file", async () => {
    const file = join(scratch(), "other.json");
    writeFileSync(file, '{"format": "batchproof-parties/1", "parties": []}');
    expect(await refusedWith(["key", "show", file])).toMatchObject({ exit: 2, code: "key-file" });
    expect((await batchproofJson(["key", "show", "nowhere.key"])).code).toBe(2);
  });
});
