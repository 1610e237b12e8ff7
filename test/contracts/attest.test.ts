import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attest, itemOf } from "../../src/chain/attest.ts";
import { embeddedChain } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { explained } from "../../src/chain/revert.ts";
import { toHex } from "../../src/formats/field.ts";
import { codeOf, LEG, World } from "./support/world.ts";
import type { ProofEnvelope } from "../../src/formats/proof.ts";

let world: World;
beforeAll(async () => {
  world = await World.build(await embeddedChain());
});
afterAll(() => world.chain.close());

describe("sending envelopes", () => {
  it("asks only in a dry run, then sends", async () => {
    const batch = await world.open();
    const envelope = await world.prove(batch, LEG, 100n, "manufacturer");
    const send = (dryRun: boolean) =>
      attest(world.signers.manufacturer, world.deployment, batch.key, [envelope], { dryRun });
    const dry = await send(true);
    expect(dry.transaction).toBeUndefined();
    expect((await world.deployment.registry.batchOf(batch.key)).attested).toBe(0n);
    const sent = await send(false);
    expect(sent.transaction).toMatch(/^0x[0-9a-f]{64}$/);
    expect(Number(sent.gasUsed)).toBeLessThan(Number(dry.gasUsed) * 1.1);
    expect((await world.deployment.registry.batchOf(batch.key)).attested).toBe(1n << BigInt(LEG));
    expect(await codeOf(send(true))).toBe("AlreadyAttested");
  });

  it("says which signal is not what the chain will use, with both values", async () => {
    const [batch, other] = [await world.open(), await world.open()];
    const envelope = await world.prove(batch, LEG, 100n, "manufacturer");
    const send = (actor: "manufacturer" | "courier", key: string, sent: ProofEnvelope) =>
      attest(world.signers[actor], world.deployment, key, [sent]);
    await expect(send("manufacturer", other.key, envelope)).rejects.toMatchObject({
      kind: "no",
      code: "batch",
      message: expect.stringContaining(`is ${toHex(batch.batch)}, expected ${toHex(other.batch)}`) as string,
    });
    expect(await codeOf(send("manufacturer", batch.key, { ...envelope, claim: 1 }))).toBe("rule");
    expect(await codeOf(send("courier", batch.key, envelope))).toBe("context");
    expect(await codeOf(send("manufacturer", batch.key, { ...envelope, claim: 9 }))).toBe("ClaimUnknown");
  });

  it("refuses envelopes that hold anything but eight signals and eight words", async () => {
    const batch = await world.open();
    const envelope = await world.prove(batch, LEG, 100n, "manufacturer");
    const { proof, signals } = envelope;
    const cases: readonly ProofEnvelope[] = [
      { ...envelope, signals: signals.slice(1) },
      { ...envelope, signals: [...signals, "0"] },
      { ...envelope, signals: signals.with(2, "0x64") },
      { ...envelope, signals: signals.with(2, "0100") },
      { ...envelope, signals: signals.with(2, "-1") },
      { ...envelope, proof: { ...proof, a: [] } },
      { ...envelope, proof: { ...proof, b: [proof.b[0] ?? []] } },
      { ...envelope, proof: { ...proof, c: ["1", "1e5"] } },
    ];
    for (const bad of cases) {
      expect(() => itemOf(bad)).toThrow(expect.objectContaining({ kind: "input", code: "envelope" }));
    }
    expect(itemOf(envelope).proof).toHaveLength(8);
  });

  it("turns errors of every contract into a refusal with the values, and leaves nothing unexplained", async () => {
    const batch = await world.open();
    const { registry, roles } = world.as("stranger");
    const wrong = await world.item(batch, LEG, 100n, "manufacturer", { parties: 1n });
    await expect(mined(() => world.as("manufacturer").registry.attest(batch.key, [wrong]))).rejects.toMatchObject({
      kind: "no",
      code: "RootNotValid",
      message: expect.stringMatching(/^The chain refused\. The party list 1 authorises nobody now/) as string,
    });
    expect(await codeOf(mined(() => registry.pause()))).toBe("RoleNotHeld");
    const person = `0x${"1".repeat(64)}`;
    expect(await codeOf(mined(() => roles.propose(person, world.address.qp, person, 0n, 2n ** 40n)))).toBe(
      "RoleNotHeld",
    );
    // No such function: a revert without data.
    const { provider } = world.chain;
    const call = () => provider.call({ to: world.addresses.registry, data: "0x12345678" });
    await expect(explained(call)).rejects.toMatchObject({ kind: "no", code: "reverted" });
    await expect(explained(() => Promise.reject(new Error("socket hang up")))).rejects.toMatchObject({
      kind: "environment",
      code: "chain",
    });
  });
});
