import { afterAll, beforeAll, expect, it } from "vitest";
import { audit } from "../../src/audit/audit.ts";
import { embeddedChain } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { DISPOSITION } from "../../src/formats/codes.ts";
import { nameWord } from "../../src/formats/names.ts";
import { LEG, World } from "../contracts/support/world.ts";

const EVIDENCE = `0x${"1".repeat(64)}`;

let world: World;
beforeAll(async () => {
  world = await World.build(await embeddedChain());
});
afterAll(() => world.chain.close());

// Verifies R-audit-authority, V197.
it("V197: an authority's exception that it has not agreed to is not answered by opening the batch anew", async () => {
  const first = await world.open();
  await mined(() =>
    world.as("authority").registry.raiseException([first.key], [LEG], 1, 3, nameWord("INSP-1"), EVIDENCE),
  );
  await mined(() => world.as("qa").persons.proposeClosing(1n, DISPOSITION.unfounded, EVIDENCE));
  await mined(() => world.as("qp").persons.confirmClosing(1n, DISPOSITION.unfounded, EVIDENCE));
  const second = await world.open(world.plainPolicy(), { supersedes: first.key });
  await world.makeCompliant(second);
  await world.certify(second);
  const seen = async (): Promise<unknown> => {
    const how = { workers: 1, circuits: world.circuitList };
    const { batches } = await audit(world.chain.provider, world.addresses.registry, how);
    const found = batches.find(({ key }) => key === second.key);
    return { colour: found?.colour, reasons: found?.reasons.filter((text) => text.startsWith("exception 1")) };
  };
  expect(await seen()).toEqual({
    colour: "declared",
    reasons: [`exception 1 of a batch that it supersedes: no authority has agreed to how it was closed; ${first.key}`],
  });
  await mined(() => world.as("authority").persons.acknowledge(1n));
  expect(await seen()).toEqual({ colour: "proven", reasons: [] });
});
