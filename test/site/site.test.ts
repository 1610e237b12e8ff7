import { describe, expect, it } from "vitest";
import { readBatch } from "../../src/batch/folder.ts";
import { writeRegistration } from "../../src/batch/registration.ts";
import { whereOf, type Site } from "../../src/site/site.ts";
import { newWard, WHERE } from "../bedside/support.ts";
import { scratch } from "../cli/support.ts";

/** What the program that serves the page of a site believes of its folders. */

const { chainId, registry, owner } = WHERE;
const OTHER = { chainId: "1", registry: `0x${"5e".repeat(20)}`, owner: `0x${"6f".repeat(20)}` };

const SITE: Site = {
  ...{ dirs: [], rpc: undefined, register: {}, standings: [], qps: [], policy: undefined, circuits: undefined },
  ...{ dids: [], circuitIdOf: () => `0x${"00".repeat(32)}` },
};

// Verifies R-site-dock, V346.
describe("where the batch of a folder is", () => {
  const folder = scratch();

  it("V346: is no other register, chain or owner than the one that was named", async () => {
    const { dir } = await newWard(folder);
    const batch = await readBatch(dir);
    await writeRegistration(dir, { chainId, registry, owner });
    const where = whereOf(
      { ...SITE, register: { chainId, registry, owner: owner.toUpperCase().replace("0X", "0x") } },
      batch,
    );
    expect(await where).toMatchObject({ chainId, registry, owner });
    for (const [name, value] of Object.entries(OTHER)) {
      const named = whereOf({ ...SITE, register: { chainId, registry, owner, [name]: value } }, batch);
      await expect(named, name).rejects.toMatchObject({ code: "register-differs" });
    }
    expect(await whereOf(SITE, batch)).toMatchObject({ owner });
  });
});
