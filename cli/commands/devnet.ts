import { once } from "node:events";
import { createServer } from "node:net";
import { connectRpc } from "../../src/chain/connect.ts";
import { environmentError } from "../../src/errors.ts";
import { loadPeer } from "../../src/peers.ts";
import { packageRoot } from "../../src/root.ts";
import { required, type Options } from "../command.ts";
import type { Answer } from "../output.ts";
import { portOf, untilStopped } from "../server.ts";

const HOST = "127.0.0.1";
const NAME = "devnet";
/** As src/chain/connect.ts embeds it: a refused transaction is mined and its receipt says so, as any node does. */
const NETWORK = {
  type: "edr-simulated",
  chainType: "l1",
  allowBlocksWithSameTimestamp: true,
  throwOnTransactionFailures: false,
} as const;

/** `devnet`. */
export async function devnet(_args: readonly string[], options: Options): Promise<Answer> {
  const port = portOf(required(options, "port"));
  await requireFree(port);
  // Loaded on demand: no other command needs it.
  const { createHardhatRuntimeEnvironment } = await loadPeer("hardhat", "A local chain", () => import("hardhat/hre"));
  const { network } = await createHardhatRuntimeEnvironment({ networks: { [NAME]: NETWORK } }, {}, packageRoot());
  const server = await network.createServer(NAME, HOST, port);
  const url = `http://${HOST}:${(await server.listen()).port}`;
  const { chainId, accounts } = await ask(url);
  const stopped = untilStopped();
  return {
    text: [
      `A local chain runs at ${url} (chain id ${chainId}). Ctrl-C ends it; nothing is kept.`,
      "Accounts with 10,000 ETH each, for --account:",
      ...accounts.map((account) => `  ${account}`),
    ].join("\n"),
    json: { url, chainId, accounts },
    // The end of the process ends the server.
    after: () => stopped,
  };
}

/** The server does not say that a port is taken: it would end the process. */
async function requireFree(port: number): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen(port, HOST), "listening");
  } catch (cause) {
    throw environmentError(`Port ${port} cannot be used.`, {
      place: "--port",
      remedy: "Give another port, or end the program that uses this one.",
      code: "port",
      cause,
    });
  }
  await once(probe.close(), "close");
}

async function ask(url: string): Promise<{ readonly chainId: bigint; readonly accounts: readonly string[] }> {
  const chain = await connectRpc(url);
  try {
    return { chainId: chain.chainId, accounts: (await chain.provider.send("eth_accounts", [])) as string[] };
  } finally {
    await chain.close();
  }
}
