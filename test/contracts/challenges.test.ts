import { ZeroHash } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchState, type Challenge } from "../../src/chain/batchState.ts";
import { embeddedChain, mineAt, type Chain } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import type { Reason } from "../../src/standing/answer.ts";
import { askGate } from "../../src/standing/gate.ts";
import { policyIdOf } from "../../src/formats/chainPolicy.ts";
import { nameWord } from "../../src/formats/names.ts";
import { OTHER } from "./support/reasons.ts";
import { ASSAY, codeOf, ROOT, World, type OpenBatch } from "./support/world.ts";

/** What speaks against a proven batch from outside of it, and what it inherits from the batches that it supersedes. */

let chain: Chain;
let world: World;
beforeAll(async () => {
  chain = await embeddedChain();
});
afterAll(() => chain.close());

async function compliant(supersedes = ZeroHash): Promise<OpenBatch> {
  const batch = await world.open(world.plainPolicy(), { supersedes });
  await world.makeCompliant(batch);
  return batch;
}

async function challengeOf({ key }: OpenBatch): Promise<Challenge | undefined> {
  return (await batchState(world.deployment, key)).challenge;
}

/** Whether its first stage may begin, and the words of what speaks against it and of what must be known. */
async function gateOf({ key }: OpenBatch): Promise<{ ready: boolean; reasons: string[]; notes: string[] }> {
  const { ready, reasons, notes } = await askGate(world.deployment, world.chain, {
    now: 0,
    key,
    stage: 0,
    stages: ["first", "second"],
    head: undefined,
    policyId: undefined,
    circuits: world.circuitList,
  });
  const texts = (each: readonly Reason[]): string[] => each.map(({ text }) => text);
  return { ready, reasons: texts(reasons), notes: texts(notes.filter(({ code }) => code !== "development-keys")) };
}

// Verifies R-register-challenge, V156.
describe("V156: a batch that is challenged", () => {
  beforeAll(async () => {
    // A world of its own: none of this can be undone.
    world = await World.build(chain);
  });

  it("is not certified until a QP decided on exactly that, and released ones stay released", async () => {
    const [released, waiting] = [await compliant(), await compliant()];
    await world.certify(released);
    expect(await challengeOf(waiting)).toBeUndefined();
    const used = await world.now();

    // A list that was revoked from after its last use leaves what it proved as it was.
    await mineAt(chain, used + 100n);
    const { parties } = world.as("approver");
    await mined(() => parties.revoke(ROOT, used + 50n, ...OTHER));
    expect(await challengeOf(waiting)).toBeUndefined();

    await mined(() => world.as("admin").circuits.freeze(world.temperature.circuitId, 0n, true));
    const first = await challengeOf(waiting);
    expect(first).toMatchObject({ kinds: ["circuit"], decided: false });
    expect(await codeOf(world.certify(waiting))).toBe("Challenged");
    expect(await world.deployment.gate.isReleased(released.key)).toBe(true);
    expect(await gateOf(released)).toMatchObject({
      ...{ ready: true, reasons: [] },
      notes: ["challenged, and no QP decided on it: a circuit of its policy was declared unsound"],
    });

    // Of one that nobody certified yet the proofs are in doubt, and nothing begins on them.
    const words = "challenged, and no QP decided on it: a circuit of its policy was declared unsound";
    expect(await gateOf(waiting)).toMatchObject({ ready: false, reasons: [words], notes: [] });

    const decide = (challenge: string) =>
      mined(() => world.as("qp").registry.decideChallenge(waiting.key, challenge, ...OTHER));
    expect(await codeOf(decide(ZeroHash))).toBe("ChallengeWrong");
    const signed = await world.sign(waiting);
    await decide(first?.challenge ?? "");
    expect(await challengeOf(waiting)).toMatchObject({ kinds: ["circuit"], decided: true });
    expect(await gateOf(waiting)).toMatchObject({ ready: true, reasons: [] });
    // What was signed before the decision does not cover it.
    const certified = mined(() => world.as("qp").registry.certify(waiting.key, ...signed));
    expect(await codeOf(certified)).toBe("CertificateExceptionsWrong");

    // Something more, and the decision does not cover that either.
    await mined(() => world.as("approver").policies.retire(policyIdOf(waiting.policy), ...OTHER));
    expect(await challengeOf(waiting)).toMatchObject({ kinds: ["circuit", "policy"], decided: false });
    expect(await codeOf(world.certify(waiting))).toBe("Challenged");
    expect(await codeOf(decide(first?.challenge ?? ""))).toBe("ChallengeWrong");
    await decide((await challengeOf(waiting))?.challenge ?? "");
    await world.certify(waiting);
  });
});

describe("a batch that was proven under a list which was revoked from before that", () => {
  it("is challenged", async () => {
    world = await World.build(chain);
    const batch = await compliant();
    await mined(() => world.as("approver").parties.revoke(ROOT, 0n, ...OTHER));
    expect(await challengeOf(batch)).toMatchObject({ kinds: ["root"], decided: false });
    expect(await codeOf(world.certify(batch))).toBe("Challenged");
  });
});

// Verifies R-register-inherit.
describe("a batch that supersedes another one", () => {
  beforeAll(async () => {
    world = await World.build(chain);
  });

  it("inherits its holds, and the gate says who holds which", async () => {
    const before = await world.open();
    const twin = await compliant((await world.open(world.plainPolicy(), { supersedes: before.key })).key);
    expect((await gateOf(twin)).ready).toBe(true);
    await mined(() => world.as("authority").registry.hold([before.key], ...OTHER, nameWord("ORDER-9")));
    expect(await codeOf(world.certify(twin))).toBe("BatchIsHeld");
    const { authority } = world.address;
    expect(await gateOf(twin)).toMatchObject({
      ready: false,
      reasons: [`held by AUTHORITY ${authority} (order ORDER-9; batch ${before.key}, superseded)`],
    });
    await mined(() => world.as("authority").registry.unhold(before.key, authority, ...OTHER));
    await world.certify(twin);
  });

  it("inherits its undecided revocation and its open exceptions, and its recall challenges it", async () => {
    const consent = await world.consent();
    const before = await world.open(world.plainPolicy(), { consent });
    const twin = await compliant(before.key);
    await mined(() => world.as("stranger").consents.revoke(consent));
    expect(await codeOf(world.certify(twin))).toBe("ExceptionsOpen");
    await mined(() => world.as("qa").registry.raiseException([before.key], [ASSAY], 1, 2, nameWord("DEV-2"), ZeroHash));
    expect(await gateOf(twin)).toMatchObject({
      ready: false,
      reasons: ["a revoked consent, or open exceptions of batches that it supersedes: 2"],
    });
    const other = await compliant((await world.open()).key);
    const { supersedes } = await world.deployment.registry.batchOf(other.key);
    await mined(() => world.as("authority").registry.recall(supersedes, ...OTHER));
    expect(await challengeOf(other)).toMatchObject({ kinds: ["superseded"], decided: false });
    expect(await codeOf(world.certify(other))).toBe("Challenged");
  });
});
