import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { describe } from "vitest";
import { connectRpc, embeddedChain, type Chain } from "../../../src/chain/connect.ts";
import { ended, startChild } from "../../support/child.ts";

const ANVIL = "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";

/** Its package holds a binary for one kind of machine. Elsewhere tests that need it are skipped, and their names say so. */
export const HAS_ANVIL = existsSync(ANVIL);

/** What the name of a test on anvil ends with. */
export const ANVIL_NOTE = HAS_ANVIL ? "" : ` (skipped: no ${ANVIL})`;

/** The same tests on both kinds of local chain: the one inside this process, and a node of another maker behind JSON-RPC. */
export function describeOnChains(name: string, tests: (start: () => Promise<Chain>) => void): void {
  describe(`${name} on embedded`, () => tests(() => embeddedChain()));
  const anvil = `${name} on anvil${ANVIL_NOTE}`;
  describe.skipIf(!HAS_ANVIL)(anvil, () => tests(async () => (await startAnvil()).chain));
}

/** Accounts that the chain holds, as many as Hardhat's. */
const ACCOUNTS = "20";

/** Starts anvil on a free port; closing the chain ends it. */
export async function startAnvil(
  chainId = 31337n,
  more: readonly string[] = [],
): Promise<{ chain: Chain; url: string }> {
  if (!HAS_ANVIL) throw new Error(`anvil is not installed for this machine: no ${ANVIL}`);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const node = startChild(ANVIL, [
    ...["--port", String(port), "--chain-id", String(chainId)],
    ...["--accounts", ACCOUNTS, "--silent", ...more],
  ]);
  node.stdout.resume();
  const chain = await retry(() => connectRpc(url));
  return {
    url,
    chain: {
      ...chain,
      close: async () => {
        await chain.close();
        node.kill();
        await ended(node);
      },
    },
  };
}

async function retry<T>(action: () => Promise<T>, attempts = 100): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (attempts === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return retry(action, attempts - 1);
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === "string") reject(new Error("no port"));
        else resolve(address.port);
      });
    });
  });
}
