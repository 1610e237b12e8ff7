import { id } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { audit } from "../../src/audit/audit.ts";
import { embeddedChain } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { World } from "../contracts/support/world.ts";

let world: World;
beforeAll(async () => {
  world = await World.build(await embeddedChain());
});
afterAll(() => world.chain.close());

// Verifies R-audit-colours, V199.
it("V199: a batch whose claims are proven is not green while a QP has yet to confirm a stage", async () => {
  const policy = { ...world.plainPolicy(2), confirmedStages: 1n };
  await world.approve(policy);
  const batch = await world.open(policy);
  await world.makeCompliant(batch);
  const seen = async (): Promise<unknown> => {
    const how = { workers: 1, circuits: world.circuitList };
    const [report] = (await audit(world.chain.provider, world.addresses.registry, how)).batches;
    const { status, colour, unconfirmed } = report ?? {};
    return { status, colour, unconfirmed };
  };
  expect(await seen()).toEqual({ status: "Compliant", colour: "unknown", unconfirmed: [0] });
  await mined(() => world.as("qp").persons.confirmStage(batch.key, 0, id("confirmation")));
  expect(await seen()).toEqual({ status: "Compliant", colour: "proven", unconfirmed: [] });
});
