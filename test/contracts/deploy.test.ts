import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keccak256, ZeroAddress, type Signer } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { embeddedChain, findRegister, type Chain } from "../../src/chain/connect.ts";
import { CONTRACTS } from "../../src/chain/contracts.ts";
import { deploy, type DeployedRegister, type DeployOptions } from "../../src/chain/deploy.ts";
import { deploymentFile, deploymentPath, type Deployment } from "../../src/chain/deploymentFile.ts";
import { CONTRACT_OF, type Register } from "../../src/chain/handles.ts";
import { codeOf } from "./support/world.ts";
import { twoAdmins } from "./support/twoPersons.ts";
import { temporaryFolder } from "../parties/support.ts";

const folder = temporaryFolder();
/** Transactions of a deployment. */
const STEPS = 9;

let chain: Chain;
let options: DeployOptions;
let files = 0;

beforeAll(async () => {
  chain = await embeddedChain();
  options = await twoAdmins(chain);
});
afterAll(() => chain.close());

/** A path that no deployment has yet. */
function fresh(): string {
  return deploymentPath(join(folder, String(++files)), chain.chainId);
}

function read(path: string): Deployment {
  return JSON.parse(readFileSync(path, "utf8")) as Deployment;
}

type Break = "before it is sent" | "after it was sent";

/** The deploying account, whose connection breaks at one transaction from now. */
async function breaking(at: number, when: Break): Promise<Signer> {
  const signer = await chain.provider.getSigner(0);
  const send = signer.sendTransaction.bind(signer);
  let sent = 0;
  signer.sendTransaction = async (transaction) => {
    const breaks = sent++ === at;
    if (breaks && when === "before it is sent") throw new Error("socket hang up");
    const response = await send(transaction);
    if (breaks) throw new Error("socket hang up");
    return response;
  };
  return signer;
}

async function go(path: string, signer?: Signer, terms: Partial<DeployOptions> = {}): Promise<DeployedRegister> {
  return deploy(signer ?? (await chain.provider.getSigner(0)), { ...options, ...terms }, deploymentFile(path));
}

async function sentByDeployer(): Promise<number> {
  return chain.provider.getTransactionCount(await (await chain.provider.getSigner(0)).getAddress());
}

describe("a deployment", () => {
  it("is remembered with addresses, transactions, blocks and the hashes of the codes", async () => {
    const path = fresh();
    const { addresses, sent, gas } = await go(path);
    expect(sent).toBe(STEPS);
    expect(await findRegister(chain.provider, addresses.registry)).toEqual(addresses);
    const { contracts } = read(path);
    expect(Object.keys(contracts).sort()).toEqual([...CONTRACTS].sort());
    for (const [part, name] of Object.entries(CONTRACT_OF) as [keyof Register, (typeof CONTRACTS)[number]][]) {
      const contract = contracts[name];
      expect(contract?.address).toBe(addresses[part]);
      expect(contract?.codeHash).toBe(keccak256(await chain.provider.getCode(addresses[part])));
      const receipt = await chain.provider.getTransactionReceipt(contract?.transaction ?? "");
      expect(receipt).toMatchObject({ status: 1, blockNumber: contract?.block });
    }
    expect(gas).toBeGreaterThan(10_000_000);
    // Again, with all of it done.
    const before = await sentByDeployer();
    expect(await go(path)).toMatchObject({ addresses, sent: 0, gas });
    expect(await sentByDeployer()).toBe(before);
  });

  // Verifies R-cli-deploy, V145.
  it.each(
    Array.from({ length: 2 * STEPS }, (_, i): readonly [number, Break] => [
      i % STEPS,
      i < STEPS ? "before it is sent" : "after it was sent",
    ]),
  )("V145: goes on after a connection that broke at transaction %i, %s, and sends nothing twice", async (at, when) => {
    const path = fresh();
    const before = await sentByDeployer();
    expect(await codeOf(go(path, await breaking(at, when)))).toBe("chain");
    expect(read(path).last?.nonce).toBe(before + at);
    const { addresses, sent } = await go(path);
    expect(sent).toBe(STEPS - at - (when === "after it was sent" ? 1 : 0));
    expect(await sentByDeployer()).toBe(before + STEPS);
    expect(await findRegister(chain.provider, addresses.registry)).toEqual(addresses);
    const transactions = Object.values(read(path).contracts).map(({ transaction }) => transaction);
    expect(new Set(transactions).size).toBe(STEPS);
  });

  it.each([
    [2, "before it is sent", STEPS - 2],
    [4, "before it is sent", STEPS - 4],
    // The first of those that are made for the registry's address, which is another one then.
    [5, "after it was sent", STEPS - 5],
    [7, "before it is sent", STEPS - 5],
    [8, "after it was sent", 0],
  ] as const)(
    "is right also where the account sent something else after transaction %i, %s",
    async (at, when, again) => {
      const path = fresh();
      expect(await codeOf(go(path, await breaking(at, when)))).toBe("chain");
      const signer = await chain.provider.getSigner(0);
      await (await signer.sendTransaction({ to: ZeroAddress })).wait();
      const { addresses, sent } = await go(path);
      expect(sent).toBe(again);
      expect(await findRegister(chain.provider, addresses.registry)).toEqual(addresses);
    },
  );

  // Verifies R-cli-deploy, V146.
  it("V146: goes on with the same chain, account, code and terms only", async () => {
    const path = fresh();
    expect(await codeOf(go(path, await breaking(3, "before it is sent")))).toBe("chain");
    const before = await sentByDeployer();
    const [first, second] = options.persons;
    for (const terms of [
      { persons: [first, `0x${"11".repeat(32)}`] },
      { persons: [second, first] },
      { admins: [options.admins[1], options.admins[0]] },
      { developmentAllowed: true },
      { partyGrace: 1 },
      { predecessor: options.admins[0] },
    ] satisfies Partial<DeployOptions>[]) {
      expect(await codeOf(go(path, undefined, terms))).toBe("deployment-differs");
    }
    expect(await codeOf(go(path, await chain.provider.getSigner(1)))).toBe("deployment-differs");
    const known = readFileSync(path, "utf8");
    for (const change of [{ chainId: "1" }, { creation: `0x${"22".repeat(32)}` }]) {
      writeFileSync(path, JSON.stringify({ ...(JSON.parse(known) as object), ...change }));
      expect(await codeOf(go(path))).toBe("deployment-differs");
    }
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(known) as object), more: 1 }));
    expect(await codeOf(go(path))).toBe("deployment-file");
    expect(await sentByDeployer()).toBe(before);
    writeFileSync(path, known);
    expect(await go(path)).toMatchObject({ sent: STEPS - 3 });
  });

  // Verifies R-cli-deploy, V146.
  it("V146: builds on nothing that the chain does not have", async () => {
    const path = fresh();
    await go(path);
    const known = read(path);
    const roles = known.contracts.Roles;
    for (const change of [{ address: `0x${"33".repeat(20)}` }, { codeHash: `0x${"44".repeat(32)}` }]) {
      const contracts = { ...known.contracts, Roles: { ...roles, ...change } };
      writeFileSync(path, JSON.stringify({ ...known, contracts }));
      expect(await codeOf(go(path))).toBe("deployment-lost");
    }
    // Another contract of the account stands where the last one was to be.
    const { Roles, CircuitRegistry } = known.contracts;
    const nonce = (await chain.provider.getTransaction(CircuitRegistry?.transaction ?? ""))?.nonce ?? 0;
    const last = { contract: "PolicyRegistry", nonce, address: CircuitRegistry?.address };
    writeFileSync(path, JSON.stringify({ ...known, contracts: { Roles, CircuitRegistry }, last }));
    expect(await codeOf(go(path))).toBe("deployment-lost");
  });
});
