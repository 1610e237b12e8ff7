import { afterAll, beforeAll, expect, it } from "vitest";
import { embeddedChain } from "../../src/chain/connect.ts";
import { askGate, type GateAnswer } from "../../src/standing/gate.ts";
import { policyIdOf } from "../../src/formats/chainPolicy.ts";
import { World } from "../contracts/support/world.ts";

let world: World;
beforeAll(async () => {
  world = await World.build(await embeddedChain());
});
afterAll(() => world.chain.close());

// The order, its commitment and so the key are the same under any policy: the owner opens it under one that asks for less.
// Verifies R-register-gate, V196.
it("V196: does not let a stage begin under another policy than the receiving site has agreed to", async () => {
  const [lax, agreed] = [world.plainPolicy(), world.custodyPolicy()];
  const { key } = await world.open(lax);
  const ask = (policyId: string): Promise<GateAnswer> =>
    askGate(world.deployment, world.chain, {
      key,
      now: 0,
      stage: 0,
      stages: ["first", "second"],
      head: undefined,
      policyId,
    });
  expect(await ask(policyIdOf(lax))).toMatchObject({ ready: true, reasons: [] });
  const { ready, reasons } = await ask(policyIdOf(agreed));
  expect(ready).toBe(false);
  expect(reasons.map(({ code }) => code)).toEqual(["other-policy"]);
});
