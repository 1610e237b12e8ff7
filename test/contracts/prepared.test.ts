import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { id, ZeroHash } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mined } from "../../src/chain/deploy.ts";
import { registerAt } from "../../src/chain/handles.ts";
import { digestOf, madeBefore, prepared, readCall, type Prepared } from "../../src/chain/prepared.ts";
import { nameWord } from "../../src/formats/names.ts";
import { batchproof, batchproofJson, refusedWith, scratch } from "../cli/support.ts";
import { startAnvil } from "./support/chains.ts";
import { OTHER } from "./support/reasons.ts";
import { World, type Actor, type OpenBatch } from "./support/world.ts";

/** What somebody prepares for another one's key, and what that one's `send` makes of it. */

const folder = scratch();
let world: World;
let batch: OpenBatch;
let on: readonly string[];

beforeAll(async () => {
  const { chain, url } = await startAnvil();
  world = await World.build(chain);
  batch = await world.open();
  on = ["--rpc", url, "--registry", world.addresses.registry];
});
afterAll(() => world.chain.close());

function destination(who: Actor): Parameters<typeof prepared>[0] {
  const register = registerAt(world.addresses, world.chain.provider);
  return { register, chain: world.chain, from: world.address[who] };
}

/** A hold by an authority, whose words say everything that such a call can. */
function holdOf(key: string): Promise<Prepared> {
  const to = destination("authority");
  return prepared(to, to.register.registry.hold, [[key], ...OTHER, nameWord("ORDER-9")]);
}

function written(call: object, name = "prepared.json"): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(call));
  return path;
}

function sending(file: string, who: Actor, ...more: readonly string[]): string[] {
  return ["send", file, ...on, "--account", world.address[who], ...more];
}

async function refusal(...args: Parameters<typeof sending>): Promise<[exit: number, code: string]> {
  const { exit, code } = await refusedWith(sending(...args));
  return [exit, code];
}

// Verifies R-service-prepared.
describe("a call that was prepared", () => {
  it("is what the register would take of that account now, and of no other", async () => {
    const call = await holdOf(batch.key);
    expect(call).toMatchObject({ function: "hold", from: world.address.authority, to: world.addresses.registry });
    expect(call.arguments).toEqual({ keys: [batch.key], reason: "1", words: ZeroHash, order: nameWord("ORDER-9") });
    const stranger = destination("stranger");
    const hold = prepared(stranger, stranger.register.registry.hold, [[batch.key], ...OTHER, nameWord("ORDER-9")]);
    await expect(hold).rejects.toMatchObject({ code: "NotQpOrAuthority" });
  });

  it("is shown in words, sent once, and then known to be done", async () => {
    const { key } = await world.open();
    const call = await holdOf(key);
    const file = written(call);
    const shown = await batchproof(sending(file, "authority", "--dry-run"));
    expect(shown.stdout).toContain(`hold of the ComplianceRegistry, as ${world.address.authority}`);
    expect(shown.stdout).toMatch(/^reason +1 \(other\)$/m);
    expect(shown.stdout).toMatch(/^words +none$/m);
    expect(shown.stdout).toMatch(/^order +"ORDER-9"$/m);
    expect(shown.stdout).toContain(`--digest ${digestOf(call)}`);
    expect(await madeBefore(call, destination("authority"))).toBeUndefined();

    const sent = await batchproofJson(sending(file, "authority", "--digest", digestOf(call)));
    expect(sent).toMatchObject({ code: 0, json: { already: false, function: "hold" } });
    expect(sent.stderr).toContain('"ORDER-9"');
    const { transaction } = sent.json as { transaction: string };
    for (const more of [[], ["--dry-run"], ["--digest", digestOf(call)]]) {
      const again = (await batchproofJson(sending(file, "authority", ...more))).json;
      expect(again).toMatchObject({ already: true, transaction, refused: "HoldUnchanged" });
    }
    // Prepared anew it is another decision, which the register itself refuses.
    await expect(holdOf(key)).rejects.toMatchObject({ code: "HoldUnchanged" });
    await mined(() => world.as("authority").registry.unhold(key, world.address.authority, ...OTHER));
    expect(await madeBefore(await holdOf(key), destination("authority"))).toBeUndefined();
  });

  it("is not sent where the register would refuse it by now", async () => {
    const { key } = await world.open();
    const file = written(await holdOf(key));
    await mined(() => world.as("authority").registry.hold([key], ...OTHER, nameWord("ORDER-1")));
    expect(await refusal(file, "authority")).toEqual([1, "HoldUnchanged"]);
    expect(await refusal(file, "authority", "--dry-run")).toEqual([1, "HoldUnchanged"]);
  });
});

// Verifies R-service-prepared, V384, V385, V462, V463.
describe("a prepared call of somebody else", () => {
  it("V384: is not sent if it says one thing and its data does another", async () => {
    const call = await holdOf(batch.key);
    const other = await world.open();
    const recall = await prepared(destination("authority"), world.as("authority").registry.recall, [
      batch.key,
      ...OTHER,
    ]);
    const forged: readonly object[] = [
      { ...call, data: recall.data },
      { ...call, function: "recall" },
      { ...call, arguments: { ...call.arguments, keys: [other.key] } },
      { ...call, arguments: { ...call.arguments, more: "1" } },
      // More than a call is, less than one, and no function at all.
      { ...call, data: `${call.data}00` },
      { ...call, data: call.data.slice(0, -64) },
      { ...call, data: "0x" },
      { ...call, data: `0xdeadbeef${call.data.slice(10)}` },
      // A question is nothing to send.
      { ...call, data: world.deployment.registry.interface.encodeFunctionData("batchOf", [batch.key]) },
      // Another contract: a stranger's, and one of the register that has no such function.
      { ...call, to: world.address.stranger },
      { ...call, to: world.addresses.roles },
    ];
    for (const each of forged) {
      expect(await refusal(written(each), "authority"), JSON.stringify(each)).toEqual([2, "prepared-call"]);
    }
  });

  it("V462: that names an older block is not taken for done where the register would take it once more", async () => {
    const { key } = await world.open();
    const first = await holdOf(key);
    expect((await batchproof(sending(written(first), "authority", "--digest", digestOf(first)))).code).toBe(0);
    await mined(() => world.as("authority").registry.unhold(key, world.address.authority, ...OTHER));
    const second = { ...(await holdOf(key)), block: first.block };
    for (const more of [[], ["--dry-run"], ["--digest", digestOf(second)]]) {
      expect(await refusal(written(second), "authority", ...more)).toEqual([1, "prepared-repeated"]);
    }
    expect(await world.deployment.registry.holdOf(key, world.address.authority)).toBe(0n);
  });

  it("V463: is shown and not sent as long as nobody says that they looked at it", async () => {
    const { key } = await world.open();
    const call = await holdOf(key);
    const nonce = await world.chain.provider.getTransactionCount(world.address.authority);
    const shown = await batchproof(sending(written(call), "authority"));
    expect([shown.code, shown.stdout]).toEqual([2, ""]);
    expect(shown.stderr).toContain('"ORDER-9"');
    expect(shown.stderr).toContain(`--digest ${digestOf(call)}`);
    const asked = await batchproofJson(sending(written(call), "authority"));
    expect(asked).toMatchObject({ code: 2, json: { error: { code: "prepared-unseen" } } });
    expect(await world.chain.provider.getTransactionCount(world.address.authority)).toBe(nonce);
  });

  // V426.
  it.each(["registry", "from", "to"] as const)("V426: is refused with a mistyped %s, and is no bug", async (name) => {
    const call = await holdOf(batch.key);
    const mistyped = call[name]
      .slice(2)
      .replaceAll(/[a-f]/gi, (letter) =>
        letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
      );
    expect(() => readCall({ ...call, [name]: `0x${mistyped}` }, destination("authority"))).toThrow(
      expect.objectContaining({ code: "prepared-call" }),
    );
  });

  it("V385: is not sent for another chain, register or account, nor in place of the one that was looked at", async () => {
    const call = await holdOf(batch.key);
    const destined = { chainId: "1", registry: world.addresses.roles, from: world.address.qp };
    for (const [name, value] of Object.entries(destined)) {
      expect(await refusal(written({ ...call, [name]: value }), "authority"), name).toEqual([
        1,
        "prepared-destination",
      ]);
    }
    expect(await refusal(written(call), "qp")).toEqual([1, "prepared-destination"]);
    expect(await refusal(written(call), "authority", "--digest", id("another"))).toEqual([1, "prepared-digest"]);
    for (const block of [call.block + 1_000, Number.MAX_SAFE_INTEGER]) {
      expect(await refusal(written({ ...call, block }), "authority")).toEqual([1, "prepared-old"]);
    }
    for (const broken of [{ ...call, more: 1 }, { ...call, block: -1 }, { ...call, data: "0xZZ" }, {}]) {
      expect(await refusal(written(broken), "authority")).toEqual([2, "prepared-file"]);
    }
    expect(() => readCall({ ...call, from: world.address.qp }, destination("authority"))).toThrow("another account");
  });
});
