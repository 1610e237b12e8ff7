import { createServer } from "node:http";
import { id, ZeroAddress } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chainTime, connectRpc, embeddedChain, findRegister, mineAt } from "../../src/chain/connect.ts";
import { mined } from "../../src/chain/deploy.ts";
import { offering } from "../../src/chain/sending.ts";
import { lyingNode } from "../support/lyingNode.ts";
import { registerAt, sinceOf, type Deployed } from "../../src/chain/handles.ts";
import { ANVIL_NOTE, freePort, HAS_ANVIL, startAnvil } from "./support/chains.ts";
import { codeOf, World } from "./support/world.ts";

let world: World;
beforeAll(async () => {
  world = await World.build(await embeddedChain());
});
afterAll(() => world.chain.close());

describe("connecting to a node", () => {
  it("refuses what is not an http address", async () => {
    for (const url of [
      "",
      "localhost:8545",
      "ws://localhost:8545",
      "file:///etc/passwd",
      "http://me:secret@localhost",
    ]) {
      expect(await codeOf(connectRpc(url))).toBe("rpc");
    }
  });

  it("says that no node answers, without showing what follows the host", async () => {
    const url = `http://127.0.0.1:${await freePort()}/secret-access-key`;
    await expect(connectRpc(url)).rejects.toMatchObject({ kind: "environment", code: "unreachable" });
    await expect(connectRpc(url)).rejects.not.toMatchObject({ message: expect.stringContaining("secret") as string });
  });

  it("gives up on a node that never answers, or answers something else", async () => {
    const [silent, wrong] = [createServer(), createServer((_, response) => response.end("<html>"))];
    const urls = [silent, wrong].map((server) => {
      server.listen(0, "127.0.0.1");
      const address = server.address();
      return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    });
    for (const url of urls) expect(await codeOf(connectRpc(url, { timeout: 300 }))).toBe("unreachable");
    for (const server of [silent, wrong]) {
      server.closeAllConnections();
      server.close();
    }
  });

  it.skipIf(!HAS_ANVIL)(`refuses a node on another chain than expected${ANVIL_NOTE}`, async () => {
    const { chain, url } = await startAnvil(1337n);
    expect(chain.chainId).toBe(1337n);
    await expect(connectRpc(url, { expected: 1n })).rejects.toMatchObject({ code: "chainId" });
    const again = await connectRpc(url, { expected: 1337n });
    expect(await chainTime(again.provider)).toBeGreaterThan(0n);
    await again.close();
    await chain.close();
  });
});

describe("sending", () => {
  it("gives a transaction a fifth more gas than the node estimates, whose second may cost less", async () => {
    const { provider } = world.chain;
    const transfer = { from: world.address.manufacturer, to: world.address.stranger, value: 1n };
    const exact = BigInt((await provider.send("eth_estimateGas", [{ ...transfer, value: "0x1" }])) as string);
    expect(await provider.estimateGas(transfer)).toBe((exact * 6n) / 5n);
  });
});

describe("a transaction that the node does not show", () => {
  // Verifies R-cli-sending.
  it("V74: is not waited for without end", async () => {
    const node = await lyingNode(world.chain, {
      result: (method, _, result) => (method === "eth_getTransactionByHash" ? null : result),
    });
    const told: string[] = [];
    const chain = await connectRpc(node.url, { minedWithin: 300, say: (sentence) => told.push(sentence) });
    const stranger = offering(await chain.provider.getSigner(world.address.stranger), chain.provider, {});
    const { consents } = registerAt(world.addresses, stranger);
    const error: unknown = await mined(() => consents.grant(id("hidden"))).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: "environment", code: "not-mined" });
    expect(told).toEqual([expect.stringMatching(/^Transaction 0x[0-9a-f]{64} is sent/)]);
    await chain.close();
    await node.close();
  });
});

describe("a transaction that was mined in vain", () => {
  // Verifies R-cli-node.
  it("is explained by what the same call is refused with", async () => {
    const { provider } = world.chain;
    const { consents } = world.as("stranger");
    const grant = consents.getFunction("grant");
    await provider.send("evm_setAutomine", [false]);
    const twice = [
      await grant.send(id("one"), { gasLimit: 200_000 }),
      await grant.send(id("one"), { gasLimit: 200_000 }),
    ];
    await provider.send("evm_mine", []);
    await provider.send("evm_setAutomine", [true]);
    const [first, second] = twice.map((sent) => mined(() => Promise.resolve(sent)));
    expect((await first)?.status).toBe(1);
    await expect(second).rejects.toMatchObject({ kind: "no", code: "ConsentKnown" });
  });
});

describe("finding the register", () => {
  it("finds every contract from the compliance registry alone", async () => {
    expect(await findRegister(world.chain.provider, world.addresses.registry)).toEqual(world.addresses);
  });

  // Verifies R-audit-since.
  it("knows the block in which each contract was deployed, and so the first one", async () => {
    const { provider } = world.chain;
    const contracts: readonly Deployed[] = Object.values(registerAt(world.addresses, provider));
    const since = await Promise.all(contracts.map((contract) => contract.since()));
    for (const [i, contract] of contracts.entries()) {
      const address = await contract.getAddress();
      expect(await provider.getCode(address, since[i])).not.toBe("0x");
      expect(await provider.getCode(address, (since[i] ?? 0n) - 1n)).toBe("0x");
    }
    expect(await sinceOf(world.addresses, provider)).toBe(Math.min(...since.map(Number)));
  });

  it("refuses what is no address, has no code, or is another contract", async () => {
    const { provider } = world.chain;
    expect(await codeOf(findRegister(provider, "registry.eth"))).toBe("address");
    expect(await codeOf(findRegister(provider, ZeroAddress))).toBe("code");
    expect(await codeOf(findRegister(provider, world.address.stranger))).toBe("code");
    expect(await codeOf(findRegister(provider, world.addresses.parties))).toBe("contract");
  });
});

describe("the embedded chain", () => {
  it("starts at the time it is told, and moves on", async () => {
    const chain = await embeddedChain({ startsAt: new Date("2022-05-05T16:26:00Z") });
    const start = await chainTime(chain.provider);
    expect(start).toBe(1651767960n);
    await mineAt(chain, start + 1000n);
    expect(await chainTime(chain.provider)).toBe(start + 1000n);
    await chain.close();
  });

  it("does not depend on the working directory", async () => {
    const before = process.cwd();
    process.chdir("/");
    try {
      const chain = await embeddedChain();
      expect((await chain.provider.getNetwork()).chainId).toBe(31337n);
      await chain.close();
    } finally {
      process.chdir(before);
    }
  });
});
