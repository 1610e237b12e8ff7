import { createHash } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, it } from "vitest";
import { joinShares, readShare, splitKey, type Share } from "../../src/backup/share.ts";
import { canonicalJson } from "../../src/input/json.ts";

/** Any k of n shares open a backup, fewer tell nothing, and a wrong one is named. */

const MADE = "2026-01-02T03:04:05Z";
const KEEPERS = ["Anna", "Ben", "Chloe", "Dan", "Eva"];
let shares: Share[];

beforeAll(async () => {
  shares = await splitKey({ needed: 3, shares: 5, keepers: KEEPERS, made: MADE });
});

/** Every way to take some of these. */
function subsets<T>(all: readonly T[]): T[][] {
  return all.reduce<T[][]>((some, each) => [...some, ...some.map((set) => [...set, each])], [[]]);
}

async function refusal(run: Promise<unknown>): Promise<readonly [string | undefined, string]> {
  const error: unknown = await run.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  const { code, message } = error as { readonly code?: string; readonly message: string };
  return [code, message];
}

/** A share that somebody changed and gave a new checksum. */
function changed(share: Share | undefined, changes: Partial<Share>): Share {
  const rest: Partial<Share> = { ...(share as Share), ...changes };
  Reflect.deleteProperty(rest, "checksum");
  const checksum = createHash("sha256").update(canonicalJson(rest)).digest("hex");
  return { ...(rest as Share), checksum };
}

// Verifies R-backup-shares.
describe("shares of a key", () => {
  it("V411: opens with every three and more of five, in any order, and with no fewer", async () => {
    for (const set of subsets(shares)) {
      if (set.length < 3) expect((await refusal(joinShares(set)))[0]).toBe("backup-share");
      else expect(await identityToRecipient(await joinShares(set.toReversed()))).toBe(shares[0]?.recipient);
    }
  });

  it("V411: names the share that is given twice, of another set, or false", async () => {
    const [one, two, three] = shares as [Share, Share, Share];
    expect(await refusal(joinShares([one, two, two]))).toEqual(["backup-share", "This share was given twice."]);
    const [other] = await splitKey({ needed: 3, shares: 5, keepers: KEEPERS, made: MADE });
    const mixed = await refusal(joinShares([one, two, other as Share]));
    expect(mixed).toEqual(["backup-share", "This share is of another set than share 1 of Anna."]);
    const lowered = shares.slice(0, 2).map((share) => changed(share, { needed: 2 }));
    expect((await refusal(joinShares(lowered)))[1]).toMatch(/one of them is false/);
    const false3 = changed(three, { share: `00${three.share.slice(2)}` });
    expect((await refusal(joinShares([one, two, false3])))[1]).toMatch(/one of them is false/);
  });

  it("refuses a share that was damaged, and one that is none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "batchproof-share-"));
    const path = join(folder, "share.json");
    const [share] = shares as [Share];
    await writeFile(path, JSON.stringify(share));
    expect(await readShare(path)).toEqual(share);
    await writeFile(path, JSON.stringify({ ...share, keeper: "Mallory" }));
    expect((await refusal(readShare(path)))[0]).toBe("backup-share");
    await writeFile(path, JSON.stringify(changed(share, { index: 0 })));
    expect((await refusal(readShare(path)))[0]).toBe("backup-share");
  });

  it.each([
    [1, 3, 0],
    [4, 3, 0],
    [2, 21, 0],
    [2, 3, 2],
  ])("refuses %i of %i shares with %i keepers", async (needed, count, keepers) => {
    const split = splitKey({ needed, shares: count, keepers: KEEPERS.slice(0, keepers), made: MADE });
    expect((await refusal(split))[0]).toBe("usage");
  });
});
