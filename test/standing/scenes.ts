import { id, ZeroHash } from "ethers";
import { mined } from "../../src/chain/deploy.ts";
import { nameWord } from "../../src/formats/names.ts";
import { OTHER } from "../contracts/support/reasons.ts";
import { LEG, type OpenBatch, type World } from "../contracts/support/world.ts";

const EVIDENCE = id("evidence");

/** What becomes of one batch of each name, which is compliant before. */
const STORIES = {
  waiting: () => undefined,
  released: (world, batch) => world.certify(batch),
  completed: async (world, batch) => {
    await world.certify(batch);
    await mined(async () =>
      world.as("manufacturer").registry.attest(batch.key, [await world.item(batch, 2, 101n, "manufacturer")]),
    );
  },
  held: async (world, batch) => {
    await world.certify(batch);
    await mined(() => world.as("authority").registry.hold([batch.key], ...OTHER, nameWord("ORDER-9")));
  },
  recalled: async (world, batch) => {
    await world.certify(batch);
    await mined(() => world.as("qp").registry.recall(batch.key, ...OTHER));
  },
  excepted: async (world, batch) => {
    await world.certify(batch);
    await raise(world, batch);
  },
  supplied: async (world, batch) => {
    await raise(world, batch);
    const now = await world.now();
    await mined(() => world.as("qp").registry.exceptionalSupply(batch.key, EVIDENCE, EVIDENCE, now));
  },
  stopped: async (world, batch) => {
    await STORIES.supplied(world, batch);
    await mined(() => world.as("qp").registry.hold([batch.key], ...OTHER, ZeroHash));
  },
  rejected: (world, batch) => mined(() => world.as("qp").registry.reject(batch.key, ...OTHER)),
} as const satisfies Record<string, (world: World, batch: OpenBatch) => unknown>;

export type SceneName = keyof typeof STORIES;
export const SCENE_NAMES = Object.keys(STORIES) as SceneName[];

/** A batch of each name in a world. */
export async function standingScenes(world: World): Promise<Record<SceneName, OpenBatch>> {
  const batches = {} as Record<SceneName, OpenBatch>;
  for (const name of SCENE_NAMES) {
    const batch = await world.open();
    await world.makeCompliant(batch);
    await STORIES[name](world, batch);
    batches[name] = batch;
  }
  return batches;
}

async function raise(world: World, { key }: OpenBatch): Promise<void> {
  const { registry } = world.as("qa");
  await mined(() => registry.raiseException([key], [LEG], 1, 2, nameWord("DEV-1"), EVIDENCE));
}
