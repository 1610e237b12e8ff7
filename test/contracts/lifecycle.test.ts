import { id, ZeroHash } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EXCEPTION_CATEGORY } from "../../src/formats/codes.ts";
import { mineAt } from "../../src/chain/connect.ts";
import { batchState } from "../../src/chain/batchState.ts";
import { mined } from "../../src/chain/deploy.ts";
import { raiseException } from "../../src/chain/exceptions.ts";
import { extendRunningHash } from "../../src/chain/runningHash.ts";
import { describeOnChains } from "./support/chains.ts";
import { ASSAY, CUSTODY_0, CUSTODY_1, LEG, LEG_0, LEG_1, STERILITY, World } from "./support/world.ts";
import { OTHER } from "./support/reasons.ts";
import { nameWord } from "../../src/formats/names.ts";

describeOnChains("a batch with real proofs", (start) => {
  let world: World;
  beforeAll(async () => {
    world = await World.build(await start());
  });
  afterAll(() => world.chain.close());

  it("goes Open, Compliant, Released, Completed", async () => {
    const batch = await world.open();
    const { registry, gate } = world.as("manufacturer");
    expect(await world.status(batch)).toBe("Open");
    expect(await gate.isStageReady(batch.key, 0)).toBe(true);

    const leg = [await world.item(batch, LEG, 100n, "courier")];
    await mined(() => world.as("courier").registry.attest(batch.key, leg));
    expect(await world.status(batch)).toBe("Open");
    expect(await gate.missingClaims(batch.key)).toEqual([1n << BigInt(ASSAY), 1n << BigInt(STERILITY)]);

    const assay = [await world.item(batch, ASSAY, 101n, "manufacturer")];
    await mined(() => registry.attest(batch.key, assay));
    expect(await world.status(batch)).toBe("Compliant");
    expect(await gate.isReleased(batch.key)).toBe(false);
    // Stage 1 is not gated without custody claims.
    expect(await gate.isStageReady(batch.key, 1)).toBe(false);

    const [certificate, signature] = await world.sign(batch);
    await mined(() => world.as("stranger").registry.certify(batch.key, certificate, signature));
    expect(await world.status(batch)).toBe("Released");
    expect(await gate.isReleased(batch.key)).toBe(true);

    const sterility = [await world.item(batch, STERILITY, 101n, "stranger")];
    await mined(() => world.as("stranger").registry.attest(batch.key, sterility));
    expect(await world.status(batch)).toBe("Completed");
    expect(await gate.isReleased(batch.key)).toBe(true);

    // The trail grows by each item, in whatever calls they came.
    const trail = [...leg, ...assay, ...sterility].reduce(
      (running, item) => extendRunningHash(running, "attest", [batch.key, item]),
      ZeroHash,
    );
    const stored = await registry.batchOf(batch.key);
    expect([stored.trail, stored.certified]).toEqual([trail, 1n]);
  });

  it("is completed by the certification if nothing else is missing", async () => {
    const batch = await world.open();
    await world.makeCompliant(batch);
    const sterility = [await world.item(batch, STERILITY, 101n, "manufacturer")];
    await mined(() => world.as("manufacturer").registry.attest(batch.key, sterility));
    expect(await world.status(batch)).toBe("Compliant");
    await world.certify(batch);
    expect(await world.status(batch)).toBe("Completed");
  });

  // Verifies R-register-events.
  it("lets the log alone rebuild every proof's public signals", async () => {
    const batch = await world.open();
    const items = [
      await world.item(batch, LEG, 100n, "manufacturer", { deviations: 4n }),
      await world.item(batch, ASSAY, 101n, "manufacturer"),
    ];
    const receipt = await mined(() => world.as("manufacturer").registry.attest(batch.key, items));
    const { registry, gate, circuits } = world.deployment;
    const logs = receipt.logs.map((log) => registry.interface.parseLog(log));
    expect(logs.map((log) => log?.name)).toEqual(["HeadSet", "ClaimAttested", "HeadSet", "ClaimAttested"]);
    for (const log of logs.filter((log) => log?.name === "ClaimAttested")) {
      const [, claim, circuitId, head, parties, record, deviations, submitter, opened, proof] = log?.args.toArray() as [
        string,
        bigint,
        string,
        bigint,
        bigint,
        bigint,
        bigint,
        string,
        bigint,
        bigint[],
      ];
      const rule = await world.deployment.policies.ruleOf((await registry.batchOf(batch.key)).policyId, Number(claim));
      const context = await gate.contextOf(submitter);
      const signals = [batch.batch, rule, head, parties, record, deviations, context, opened];
      await expect(circuits.verify(circuitId, signals, [...proof])).resolves.toBeDefined();
    }
  });

  // Verifies R-register-heads.
  it("continues the chain of custody by custody proofs only", async () => {
    const batch = await world.open(world.custodyPolicy());
    const { registry, gate } = world.as("stranger");
    const items = [
      await world.item(batch, CUSTODY_0, 200n, "stranger", { record: batch.opening }),
      await world.item(batch, LEG_0, 200n, "stranger"),
      await world.item(batch, CUSTODY_1, 201n, "stranger", { record: 200n }),
      await world.item(batch, LEG_1, 201n, "stranger"),
    ];
    expect(await gate.isStageReady(batch.key, 1)).toBe(false);
    const receipt = await mined(() => registry.attest(batch.key, items));
    expect(await gate.isStageReady(batch.key, 1)).toBe(true);
    expect(await gate.isStageReady(batch.key, 2)).toBe(false);
    expect(await registry.headOf(batch.key, 1)).toBe(201n);
    const heads = receipt.logs.map((log) => registry.interface.parseLog(log)).filter((log) => log?.name === "HeadSet");
    expect(heads.map((log) => log?.args.custody as boolean)).toEqual([true, true]);
    expect(await world.status(batch)).toBe("Compliant");
  });

  // Verifies R-register-amend.
  it("falls back when QA amends, and reopens what rested on the old head", async () => {
    const batch = await world.open();
    await world.makeCompliant(batch);
    await world.certify(batch);
    const { registry, gate } = world.as("qa");

    // The same head: only this attestation is replaced, and the batch must be certified anew.
    const other = await world.item(batch, ASSAY, 101n, "qa", { record: 77n });
    await mined(() => registry.amend(batch.key, other, ...OTHER));
    expect(await world.status(batch)).toBe("Compliant");
    const [again, signedAgain] = await world.sign(batch);
    expect(again.nonce).toBe(1n);
    await mined(() => world.as("qp").registry.certify(batch.key, again, signedAgain));

    // Another head of stage 0: everything of later stages is open again.
    const moved = await world.item(batch, LEG, 300n, "qa");
    await mined(() => registry.amend(batch.key, moved, ...OTHER));
    expect(await world.status(batch)).toBe("Open");
    expect(await gate.isReleased(batch.key)).toBe(false);
    expect(await registry.headOf(batch.key, 0)).toBe(300n);
    expect(await registry.headOf(batch.key, 1)).toBe(0n);
    expect((await registry.batchOf(batch.key)).attested).toBe(1n << BigInt(LEG));
    expect((await registry.batchOf(batch.key)).revision).toBe(2n);
  });

  // Verifies R-register-exceptions.
  it("is blocked by an exception before release, and its gate closes after release", async () => {
    const blocked = await world.open();
    const released = await world.open();
    for (const batch of [blocked, released]) await world.makeCompliant(batch);
    await world.certify(released);

    const category = EXCEPTION_CATEGORY.parameter;
    const raise = (key: string) =>
      mined(() => world.as("qa").registry.raiseException([key], [LEG], category, 2, nameWord("DEV-1"), id("evidence")));
    const first = await raise(blocked.key);
    const second = await raise(released.key);
    const { registry, gate } = world.deployment;
    const events = [first, second].map(({ logs }) => logs.map((log) => registry.interface.parseLog(log)).at(-1));
    expect(events.map((event) => event?.args.repeats as bigint)).toEqual([1n, 2n]);
    expect(await world.status(blocked)).toBe("Exception");
    expect(await world.status(released)).toBe("Released");
    expect(await gate.isReleased(released.key)).toBe(false);
    const args = [blocked.key, LEG, category, 2, nameWord("DEV-1"), id("evidence")];
    expect((await registry.batchOf(blocked.key)).exceptionsHash).toBe(
      extendRunningHash(ZeroHash, "raiseException", args),
    );
  });

  // Verifies R-format-running.
  it("is replaced in its opening and gets submitters only before its first head", async () => {
    const batch = await world.open();
    const { registry } = world.as("manufacturer");
    await mined(() => registry.replaceOpening(batch.key, 4321n, ...OTHER));
    await mined(() => registry.nameSubmitter(batch.key, world.address.stranger));
    expect((await registry.batchOf(batch.key)).opening).toBe(4321n);
    expect((await registry.batchOf(batch.key)).trail).toBe(
      extendRunningHash(ZeroHash, "replaceOpening", [batch.key, 4321n, ...OTHER]),
    );
    const leg = [await world.item(batch, LEG, 100n, "stranger")];
    await mined(() => world.as("stranger").registry.attest(batch.key, leg));
  });

  // Verifies R-register-states.
  it("is overdue one second after a due date, for release and for completion", async () => {
    const late = await world.open();
    const released = await world.open();
    await world.makeCompliant(released);
    await world.certify(released);
    await mineAt(world.chain, late.due[0]);
    expect(await world.status(late)).toBe("Open");
    await mineAt(world.chain, late.due[0] + 1n);
    expect(await world.status(late)).toBe("Overdue");
    expect(await world.status(released)).toBe("Released");
    await mineAt(world.chain, released.due[1] + 1n);
    expect(await world.status(released)).toBe("Overdue");
    // Certified all the same: the completion is late, the release stands.
    expect(await world.deployment.gate.isReleased(released.key)).toBe(true);
    // Late work is visible, not lost.
    await world.makeCompliant(late);
    expect(await world.status(late)).toBe("Overdue");
  });

  // Verifies R-register-exceptions, V152.
  it("shares one deviation with other batches, each with an exception and a running hash of its own", async () => {
    const batches = [await world.open(), await world.open()] as const;
    const category = EXCEPTION_CATEGORY.equipment;
    const said = [category, 2, nameWord("FREEZER-1"), id("evidence")] as const;
    const concerned = [
      { key: batches[0].key, claim: 0 },
      { key: batches[1].key, claim: 1 },
    ] as const;
    const report = { category: "equipment", severity: 2, reference: "FREEZER-1", evidence: id("evidence") } as const;
    const { raised } = await raiseException(world.as("qa"), concerned, report);
    expect(raised.map(({ key, claim }) => ({ key, claim }))).toEqual(concerned);
    expect(raised[1]?.id).toBe(raised[0].id + 1n);
    for (const [claim, { key }] of batches.entries()) {
      const { exceptionsHash } = await world.deployment.registry.batchOf(key);
      expect(exceptionsHash).toBe(extendRunningHash(ZeroHash, "raiseException", [key, claim, ...said]));
    }
  });

  // Verifies R-register-holds, V150.
  it("is held with others by each holder for himself, on a trail of its own", async () => {
    const batches = [await world.open(), await world.open()] as const;
    const order = nameWord("ORDER-7");
    const keys = batches.map(({ key }) => key);
    await mined(() => world.as("authority").registry.hold(keys, ...OTHER, order));
    for (const { key } of batches) {
      expect((await world.deployment.registry.batchOf(key)).trail).toBe(
        extendRunningHash(ZeroHash, "hold", [key, ...OTHER, order]),
      );
    }
    const [{ key }] = batches;
    await mined(() => world.as("qp").registry.hold([key], ...OTHER, ZeroHash));
    const account = world.address;
    expect((await batchState(world.deployment, key)).heldBy).toEqual([
      { batch: key, account: account.qp, side: "qp" },
      { batch: key, account: account.authority, side: "authority", order: "ORDER-7" },
    ]);
    await mined(() => world.as("authority").registry.unhold(key, account.authority, ...OTHER));
    expect((await batchState(world.deployment, key)).heldBy).toEqual([{ batch: key, account: account.qp, side: "qp" }]);
  });

  // Verifies R-register-certify.
  it("is certified by a contract wallet's own call, without a signature", async () => {
    const batch = await world.open();
    await world.makeCompliant(batch);
    const [certificate] = await world.sign(batch);
    const refused = world.as("stranger").registry.certify(batch.key, certificate, "0x");
    await expect(mined(() => refused)).rejects.toMatchObject({ code: "SignerNotQp" });
    await mined(() => world.as("qp").registry.certify(batch.key, certificate, "0x"));
    expect(await world.status(batch)).toBe("Released");
  });
});
