import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { audit } from "../../src/audit/audit.ts";
import { challengeOf } from "../../src/audit/challenge.ts";
import type { RegisterState } from "../../src/audit/state.ts";
import { readCheckpoint } from "../../src/audit/stateFile.ts";
import { missingClaims, openExceptionsOf, unconfirmedStages } from "../../src/audit/status.ts";
import { embeddedChain, mineAt } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { closingProposal } from "../../src/chain/proposals.ts";
import type { ChainPolicy } from "../../src/formats/chainPolicy.ts";
import { STATUS } from "../../src/formats/codes.ts";
import { BatchproofError } from "../../src/errors.ts";
import { CUSTODY_0, DAY, LEG_0, LEG, World, type Actor, type OpenBatch } from "../contracts/support/world.ts";
import { OTHER } from "../contracts/support/reasons.ts";
import { NO_WORDS } from "../../src/formats/reasons.ts";
import { nameWord } from "../../src/formats/names.ts";

/**
 * Random calls by random people: whatever the contract let happen, an audit from the events alone agrees with it about every
 * journal (it compares these itself, and refuses otherwise), and with its views about status, claims, running hashes, seats,
 * holds, challenges and roles.
 */

let world: World;
/** The plain policy, whose second stage a QP confirms. */
const CONFIRMED = (): ChainPolicy => ({ ...world.plainPolicy(2), confirmedStages: 2n });

beforeAll(async () => {
  world = await World.build(await embeddedChain());
  await world.approve(CONFIRMED());
});
afterAll(() => world.chain.close());

/** Exceptions raised so far. */
let raised = 0n;

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
  raise: async ({ key }, actor, small) => {
    const said = [1 + small, 1 + (small % 3), nameWord("Q"), EVIDENCE] as const;
    const { logs } = await mined(() => registryOf(actor).raiseException([key], [small % 3], ...said));
    raised += BigInt(logs.length);
  },
  close: async (_batch, _actor, small) => {
    const id = raised < 3n ? raised : raised - BigInt(small % 3);
    const closing = [id, 1 + (small % 3), EVIDENCE] as const;
    await mined(() => world.as("qa").persons.proposeClosing(...closing));
    if (small === 6) return mined(() => world.as("qa").persons.withdraw(closingProposal(...closing)));
    return small === 7 ? undefined : mined(() => world.as("qp").persons.confirmClosing(...closing));
  },
  acknowledge: (_batch, _actor, small) =>
    mined(() => world.as("authority").persons.acknowledge(raised - BigInt(small % 3))),
  seat: async ({ key }, _actor, small) => {
    const seat = small < 4 ? 255 : 1;
    await mined(() => world.as("manufacturer").persons.proposeQp(key, seat, world.address.rivalQp));
    return mined(() => world.as("qp").persons.consentQp(key, seat, world.address.rivalQp));
  },
  confirm: async (_batch, _actor, small) => {
    const batch = await world.open(CONFIRMED());
    await world.makeCompliant(batch);
    await mined(() => world.as("qp").persons.confirmStage(batch.key, 1, EVIDENCE));
    if (small < 2) return mined(() => world.as("qp").persons.confirmStage(batch.key, 1, NO_WORDS));
    if (small < 4) return undefined;
    const item = await world.item(batch, LEG, 100n, "qa", { record: 55n });
    return mined(() => registryOf("qa").amend(batch.key, item, ...OTHER));
  },
  supply: async ({ key }, _actor, small) =>
    small < 2
      ? mined(async () => registryOf("qp").exceptionalSupply(key, EVIDENCE, EVIDENCE, await world.now()))
      : mined(async () => registryOf("manufacturer").notifyAuthority(key, await world.now())),
  challenge: async ({ key }) => {
    const [, challenge] = await world.deployment.gate.challengeOf(key);
    return mined(() => registryOf("qp").decideChallenge(key, challenge, ...OTHER));
  },
  setHead: async () => {
    const registry = registryOf("manufacturer");
    const { key } = await world.open(world.custodyPolicy());
    await mined(() => registry.raiseException([key], [CUSTODY_0], 2, 2, nameWord("Q"), EVIDENCE));
    raised++;
    return mined(() => registry.setHead(key, 0, 100n));
  },
  hold: ({ key }, _actor, small) =>
    mined(() => registryOf(small < 4 ? "qp" : "authority").hold([key], ...OTHER, nameWord("O"))),
  unhold: ({ key }, _actor, small) => {
    const holder = small < 4 ? "qp" : "authority";
    return mined(() => registryOf(holder).unhold(key, world.address[holder], ...OTHER));
  },
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
  judge: async ({ key }, _actor, small) => {
    const { requests } = world.as("authority");
    const dueBy = (await world.now()) + DAY;
    await mined(() => requests.request(key, LEG, 1n, 2n, dueBy));
    const id = await requests.requested();
    if (small % 3 === 0) return mined(() => requests.withdraw(id));
    await mined(() => world.as("manufacturer").requests.answer(id, EVIDENCE));
    return mined(() => (small % 3 === 1 ? requests.accept(id) : requests.reopen(id, dueBy + DAY)));
  },
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

/** What the state that was rebuilt says of a batch is what the contracts store and answer. */
async function agree(state: RegisterState, key: string): Promise<void> {
  const { registry, persons, gate } = world.deployment;
  const told = state.batches[key];
  if (told === undefined) throw new Error("no batch");
  const stored = await registry.batchOf(key);
  const [missing, unconfirmed] = [await gate.missingClaims(key), await persons.unconfirmedStages(key)];
  const open = told.exceptions.filter(({ closed }) => closed === undefined).length;
  expect({
    ...{ trail: told.trail, exceptionsHash: told.exceptionsHash, revision: BigInt(told.revision) },
    ...{ attested: setOf(Object.keys(told.attested).map(Number)), settled: setOf(told.settled) },
    ...{ refused: setOf(told.refused), openExceptions: BigInt(open), certified: BigInt(told.certified.length) },
    ...{ holds: BigInt(told.holds.filter(({ lifted }) => lifted === undefined).length) },
    ...{ due: told.due.map(BigInt), opened: BigInt(told.openingTime), status: told.status },
    missing: [setOf(missingClaims(state, told, "release")), setOf(missingClaims(state, told, "completion"))],
    unconfirmed: setOf(unconfirmedStages(state, told)),
    blocking: BigInt(openExceptionsOf(state, told)),
    qps: [...(told.seats[255] ?? [])],
    challenged: challengeOf(state, told) !== undefined,
  }).toEqual({
    ...{ trail: stored.trail, exceptionsHash: stored.exceptionsHash, revision: stored.revision },
    ...{ attested: stored.attested, settled: stored.settled, refused: stored.refused },
    ...{ openExceptions: stored.openExceptions, certified: stored.certified, holds: stored.holds },
    ...{ due: [...stored.due], opened: stored.opened, status: STATUS[Number(stored.status)] },
    missing: [missing.release, missing.completion],
    unconfirmed,
    blocking: await gate.openExceptionsOf(key),
    qps: [...(await persons.qpsOf(key, 255))],
    challenged: (await gate.challengeOf(key))[0] !== 0n,
  });
  expect(told.unentitled).toEqual([]);
  expect(state.unentitled).toEqual([]);
}

/** A set of small numbers as its bitmap. */
function setOf(numbers: readonly number[]): bigint {
  return numbers.reduce((set, number) => set | (1n << BigInt(number)), 0n);
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
  batch: fc.nat(3),
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
        await world.open(CONFIRMED()),
      ];
      if (steps.length % 2 === 0) await mined(() => world.as("stranger").consents.revoke(consent));
      for (const { call, batch, actor, small } of steps) {
        const target = batches[batch] ?? batches[0];
        if (target === undefined) throw new Error("no batch");
        const done = CALLS[call]?.(target, actor, small) ?? Promise.resolve();
        if (await unlessRefused(done)) accepted.set(call, (accepted.get(call) ?? 0) + 1);
      }
      const statePath = join(mkdtempSync(join(tmpdir(), "property-")), "state.json");
      const report = await audit(world.chain.provider, world.addresses.registry, { workers: 1, statePath });
      const kept = (await readCheckpoint(statePath, world.chain.chainId, world.addresses.registry))?.state;
      if (kept === undefined) throw new Error("no state");
      expect(report.proofsRefused).toBe(0);
      for (const { key, status } of report.batches) {
        expect(status).toBe(STATUS[Number(await world.deployment.gate.statusOf(key))]);
        await agree(kept, key);
      }
    }),
    { numRuns: 3, seed: 5, endOnFailure: true },
  );
  // The calls did happen, or this would show nothing.
  for (const call of ["attest", "certify", "raise", "close", "hold", "setHead", "amend", "seat", "confirm", "judge"]) {
    expect(accepted.get(call) ?? 0, call).toBeGreaterThan(0);
  }
});
