import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeRegistration } from "../../src/batch/registration.ts";
import { jsonText } from "../../src/formats/jsonText.ts";
import { signLabel } from "../../src/formats/label.ts";
import { sign } from "../../src/formats/source.ts";
import { parseTime } from "../../src/input/times.ts";
import type { Site } from "../../src/site/site.ts";
import { answerVerify } from "../../src/site/verify.ts";
import { readStanding } from "../../src/standing/read.ts";
import { signStanding, type SignedStanding } from "../../src/standing/signed.ts";
import type { Standing } from "../../src/standing/standing.ts";
import { scratch } from "../cli/support.ts";
import { startAnvil } from "../contracts/support/chains.ts";
import { World } from "../contracts/support/world.ts";
import { standingScenes, type SceneName } from "../standing/scenes.ts";

/** What the page of a site is told of a batch that somebody names. */

const folder = scratch();
let world: World;
let url: string;
let keys: Record<SceneName, { readonly key: string }>;
let site: Site;

beforeAll(async () => {
  const started = await startAnvil();
  ({ url } = started);
  world = await World.build(started.chain);
  keys = await standingScenes(world);
  site = {
    ...{ dirs: [], rpc: url, register: { registry: world.addresses.registry, chainId: "31337" }, standings: [] },
    ...{ qps: [world.address.qp], policy: undefined, circuits: world.circuitList, dids: [], circuitIdOf: () => "" },
  };
}, 120_000);
afterAll(() => world.chain.close());

/** What the QP signed of the recalled batch; `said`: how it stood then. */
async function signedOfRecalled(said: Partial<Standing> = {}): Promise<SignedStanding> {
  const { standing } = await readStanding(world.deployment, world.chain, keys.recalled.key, {
    circuits: world.circuitList,
  });
  const qp = await world.chain.provider.getSigner(world.address.qp);
  return signStanding(qp, { ...standing, ...said }, parseTime(standing.time, "time") + 2 * 86_400);
}

const BEFORE = { status: "Released", release: "Released", recalled: false } as const;

// Verifies R-site-verify.
describe("what a site says of a batch", () => {
  it("V348: is not an older word of a QP where the node, or a later word, says that it was recalled", async () => {
    const now = await signedOfRecalled();
    const old = await signedOfRecalled({ ...BEFORE, block: now.standing.block - 1 });
    const ask = (other: Partial<Site>): ReturnType<typeof answerVerify> =>
      answerVerify({ ...site, ...other }, { by: "standing", text: jsonText(old) });
    const asked = await ask({});
    expect(asked).toMatchObject({ light: "red", record: { from: "node" } });
    expect(asked.reasons.map(({ code }) => code)).toEqual(["recalled"]);
    const unsigned = await ask({ qps: [] });
    expect(unsigned.reasons.map(({ code }) => code)).toEqual(["standing-signer", "recalled"]);
    const offline = await ask({ rpc: undefined, standings: [now] });
    expect(offline).toMatchObject({ light: "red", record: { from: "standing", block: now.standing.block } });
    const alone = await ask({ rpc: undefined });
    expect(alone).toMatchObject({ light: "green", record: { from: "standing", block: old.standing.block } });
  });

  it("V349: is of one register: none is guessed where the site knows two and a key is typed", async () => {
    const dirs = ["training", "real"].map((name) => join(folder, name));
    const registries = [world.addresses.registry, world.address.stranger];
    for (const [i, dir] of dirs.entries()) {
      mkdirSync(dir);
      const [registry, owner] = [registries[i] ?? "", world.address.qp];
      await writeRegistration(dir, { chainId: "31337", registry, owner });
    }
    const two = { ...site, dirs, register: {} };
    const question = { by: "batch", text: keys.released.key };
    await expect(answerVerify(two, question)).rejects.toMatchObject({ code: "site-register" });
    expect(await answerVerify({ ...two, dirs: dirs.slice(0, 1) }, question)).toMatchObject({ light: "green" });
    const registry = `0x${"5e".repeat(20)}`;
    const label = signLabel(
      { chainId: 31337n, registry, batch: keys.released.key },
      {
        sign: (message) => sign(Buffer.alloc(32, 3), message),
      },
    );
    expect(await answerVerify(two, { by: "label", text: label })).toMatchObject({
      ...{ light: "red", reasons: [{ code: "label-register" }], record: null },
    });
  });
});
