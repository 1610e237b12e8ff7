import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { audit } from "../../src/audit/audit.ts";
import { embeddedChain, mineAt } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { BatchproofError } from "../../src/errors.ts";
import { CUSTODY_0, DAY, LEG_0, LEG, World, type Actor, type OpenBatch } from "../contracts/support/world.ts";
import { OTHER } from "../contracts/support/reasons.ts";
import { nameWord } from "../../src/formats/names.ts";

/**
 * Random calls by random people: whatever the contract let happen, an audit from the events alone agrees with it about
 * every status, counter, set of claims and running hash (it compares them itself, and refuses otherwise).
 */

let world: World;
beforeAll(async () => {
  world = await World.build(await embeddedChain());
});
afterAll(() => world.chain.close());

const EVIDENCE = `0x${"1".repeat(64)}`;

type Call = (batch: OpenBatch, actor: Actor, small: number) => Promise<unknown>;
const registryOf = (actor: Actor): ReturnType<World["as"]>["registry"] => world.as(actor).registry;

const CALLS: Readonly<Record<string, Call>> = {
  attest: async (batch, _actor, small) => {
    const custody = batch.policy.product === "CUSTODY";
    const claim = custody ? [CUSTODY_0, LEG_0][small % 2] : small % 3;
    const record = custody && claim === CUSTODY_0 ? { record: batch.opening } : {};
    const item = await world.item(batch, claim ?? 0, 100n, "manufacturer", record);
    return mined(() => registryOf("manufacturer").attest(batch.key, [item]));
  },
  comply: (batch) => world.makeCompliant(batch),
  amend: async (batch, _actor, small) => {
    const item = await world.item(batch, LEG, 100n + BigInt(small % 2), "qa", { record: 55n });
    return mined(() => registryOf("qa").amend(batch.key, item, ...OTHER));
  },
  certify: async (batch) => {
    await unlessRefused(world.makeCompliant(batch));
    const [certificate, signature] = await world.sign(batch);
    return mined(() => registryOf("stranger").certify(batch.key, certificate, signature));
  },
  raise: ({ key }, actor, small) =>
    mined(() => registryOf(actor).raiseException(key, small % 3, 1 + small, 1 + (small % 3), nameWord("Q"), EVIDENCE)),
  close: async (_batch, _actor, small) => {
    const raised = (await world.deployment.registry.registryCounts())[3] ?? 0n;
    const id = raised < 3n ? raised : raised - BigInt(small % 3);
    const closing = [id, 1 + (small % 3), EVIDENCE] as const;
    await mined(() => registryOf("qa").proposeClosing(...closing));
    return small === 7 ? undefined : mined(() => registryOf("qp").confirmClosing(...closing));
  },
  setHead: async () => {
    const registry = registryOf("manufacturer");
    const { key } = await world.open(world.custodyPolicy());
    await mined(() => registry.raiseException(key, CUSTODY_0, 2, 2, nameWord("Q"), EVIDENCE));
    return mined(() => registry.setHead(key, 0, 100n));
  },
  hold: ({ key }, _actor, small) => mined(() => registryOf(small < 4 ? "qp" : "authority").hold(key, ...OTHER)),
  unhold: ({ key }, _actor, small) => mined(() => registryOf(small < 4 ? "qp" : "authority").unhold(key, ...OTHER)),
  recall: ({ key }, actor, small) =>
    small === 0 ? mined(() => registryOf(actor).recall(key, ...OTHER)) : Promise.resolve(),
  reject: ({ key }, _actor, small) =>
    small < 2 ? mined(() => registryOf("qp").reject(key, ...OTHER)) : Promise.resolve(),
  abort: ({ key }, _actor, small) =>
    small < 2 ? mined(() => registryOf("manufacturer").abort(key, ...OTHER)) : Promise.resolve(),
  replaceOpening: ({ key }, _actor, small) =>
    mined(() => registryOf("manufacturer").replaceOpening(key, 900n + BigInt(small), ...OTHER)),
  extend: ({ key, due }, _actor, small) =>
    mined(() => registryOf("manufacturer").extendDue(key, small % 2, due[small % 2] ?? 0n, ...OTHER)),
  request: async ({ key }) => {
    const now = await world.now();
    return mined(() => world.as("authority").requests.request(key, LEG, 1n, 2n, now + DAY));
  },
  answer: (_batch, _actor, small) => mined(() => world.as("manufacturer").requests.answer(BigInt(1 + small), EVIDENCE)),
  wait: async (_batch, _actor, small) => mineAt(world.chain, (await world.now()) + BigInt(small) * (DAY / 4n)),
  supersede: ({ key, policy }) => world.open(policy, { supersedes: key }),
};

/** Whether the chain let it happen. */
async function unlessRefused(action: Promise<unknown>): Promise<boolean> {
  try {
    await action;
    return true;
  } catch (error) {
    if (error instanceof BatchproofError && error.kind === "no") return false;
    throw error;
  }
}

const ACTORS = ["manufacturer", "qa", "qp", "authority", "rival"] as const;
/** Calls that lead somewhere come more often than those that end a batch. */
const WEIGHTS: Readonly<Record<string, number>> = {
  attest: 4,
  comply: 4,
  amend: 2,
  certify: 4,
  raise: 2,
  close: 3,
  setHead: 2,
  hold: 2,
};

const step = fc.record({
  call: fc.oneof(...Object.keys(CALLS).map((name) => ({ weight: WEIGHTS[name] ?? 1, arbitrary: fc.constant(name) }))),
  batch: fc.nat(2),
  actor: fc.constantFrom(...ACTORS),
  small: fc.nat(7),
});

// Verifies R-format-running, R-register-events, R-audit-complete.
it("agrees with the contract after any calls", { timeout: 600_000 }, async () => {
  const accepted = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 40 }), async (steps) => {
      const consent = await world.consent();
      const batches = [
        await world.open(),
        await world.open(world.plainPolicy(), { consent }),
        await world.open(world.custodyPolicy()),
      ];
      if (steps.length % 2 === 0) await mined(() => world.as("stranger").consents.revoke(consent));
      for (const { call, batch, actor, small } of steps) {
        const target = batches[batch] ?? batches[0];
        if (target === undefined) throw new Error("no batch");
        const done = CALLS[call]?.(target, actor, small) ?? Promise.resolve();
        if (await unlessRefused(done)) accepted.set(call, (accepted.get(call) ?? 0) + 1);
      }
      const report = await audit(world.chain.provider, world.addresses.registry, { workers: 1 });
      expect(report.proofsRefused).toBe(0);
      for (const batch of batches) {
        const found = report.batches.find(({ key }) => key === batch.key);
        expect(found?.status).toBe(await world.status(batch));
      }
    }),
    { numRuns: 3, seed: 5, endOnFailure: true },
  );
  // The calls did happen, or this would show nothing.
  for (const call of ["attest", "certify", "raise", "close", "hold", "setHead", "amend"]) {
    expect(accepted.get(call) ?? 0, call).toBeGreaterThan(0);
  }
});
