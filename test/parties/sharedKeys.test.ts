import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createKey, readKeyFile, saveKey } from "../../src/parties/keys.ts";
import { partyOfKey, writeParties } from "../../src/parties/partyList.ts";
import { sharedKeyWarnings } from "../../src/parties/sharedKeys.ts";
import { FAST, PASSPHRASE, temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
const VALIDITY = { notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-01-01T00:00:00Z" };

async function keyOf(name: string): Promise<string> {
  const file = path(`${name}.json`);
  const asked = { name, role: "custodian", org: "site", passphrase: PASSPHRASE, scryptN: FAST } as const;
  await saveKey(file, await createKey(asked));
  return file;
}

// Verifies R-key-person.
it("says of a key under two names, in key files and lists, whose it is said to be", async () => {
  const [anna, ben] = [await keyOf("Anna"), await keyOf("Ben")];
  const key = await readKeyFile(anna);
  await writeParties(path("list.json"), [
    partyOfKey(key, VALIDITY),
    { ...partyOfKey(key, VALIDITY), name: "Chloe", notAfter: "2028-01-01T00:00:00Z" },
  ]);
  writeFileSync(path("copy.json"), readFileSync(anna, "utf8").replace('"Anna"', '"Dan"'));
  writeFileSync(path("other.json"), "{");
  const said = await sharedKeyWarnings([
    anna,
    ben,
    path("list.json"),
    path("copy.json"),
    anna,
    path("other.json"),
    folder,
  ]);
  expect(said).toEqual([
    expect.stringMatching(/^Anna \(.*Anna\.json\) and Chloe \(.*list\.json\) have one key: /),
    expect.stringMatching(/^Anna \(.*Anna\.json\) and Dan \(.*copy\.json\) have one key: /),
  ]);
  expect(await sharedKeyWarnings([anna, ben, anna])).toEqual([]);
});
