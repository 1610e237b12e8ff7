import { dataSlice } from "ethers";
import { simulateRegister, CIRCUIT_LIST, type SimulatedRegister } from "../../bench/simulatedRegister.ts";
import { audit, type AuditOptions } from "../../src/audit/audit.ts";
import { eventReader, type RegisterEvent } from "../../src/audit/events.ts";
import { reportOf, type AuditReport } from "../../src/audit/report.ts";
import type { RegisterState } from "../../src/audit/state.ts";
import { connectRpc, embeddedChain, type Chain } from "../../src/chain/connect.ts";
import { immutablesOf, type ContractName } from "../../src/chain/contracts.ts";
import { World } from "../contracts/support/world.ts";
import { lyingNode, type LyingNode } from "../support/lyingNode.ts";

/** What several tests of the audit begin with. */

/** A register with one batch, which is certified. */
export async function worldWithRelease(): Promise<World> {
  const world = await World.build(await embeddedChain());
  const released = await world.open();
  await world.makeCompliant(released);
  await world.certify(released);
  return world;
}

/** A node in front of a world's chain, which lies as the test tells it, and a connection to it. */
export async function behindLyingNode({ chain }: World): Promise<{ node: LyingNode; chain: Chain }> {
  const node = await lyingNode(chain);
  return { node, chain: await connectRpc(node.url, { timeout: 3_000 }) };
}

/** Audits a world's register over a connection, by the circuits of that world. */
export function audited(
  { addresses, circuitList }: World,
  { provider }: Chain,
  options: AuditOptions,
): Promise<AuditReport> {
  return audit(provider, addresses.registry, { workers: 1, circuits: circuitList, ...options });
}

/** Undoes on the chain what a test does there. */
export async function undone<T>({ chain: { provider } }: World, run: () => Promise<T>): Promise<T> {
  const snapshot: unknown = await provider.send("evm_snapshot", []);
  try {
    return await run();
  } finally {
    await provider.send("evm_revert", [snapshot]);
  }
}

/** The code with another word at an offset. */
export function withWord(code: string, at: number, word: string): string {
  return `${dataSlice(code, 0, at)}${word.slice(2)}${dataSlice(code, at + 32).slice(2)}`;
}

/** The code of a contract with another value of one immutable. */
export function withImmutable(contract: ContractName, name: string, code: string, word: string): string {
  return (immutablesOf(contract)[name] ?? []).reduce((each, at) => withWord(each, at, word), code);
}

/** A simulated register of three certified batches and its events, read from its log. */
export async function simulatedEvents(): Promise<{ register: SimulatedRegister; events: readonly RegisterEvent[] }> {
  const register = await simulateRegister({ batches: 3, workers: 1 });
  const read = eventReader(register.addresses);
  const events = register.logs.flat().map(({ address, topics, data, blockNumber, blockTimestamp, transactionHash }) => {
    const [block, time] = [Number(blockNumber), Number(blockTimestamp)];
    return read({ address, topics, data, block, time, transaction: transactionHash });
  });
  return { register, events };
}

/** When the reports on what the reducer made alone are read, Unix seconds: after all simulated events. */
export const SEEN_AT = 1_800_000_000;

/** The report on a state that came from such events alone, by a reader who doubts neither code nor node. */
export function reportOn(state: RegisterState): AuditReport {
  const checks = { codes: [], provenState: "proved", secondNode: null } as const;
  const block = { number: 900, hash: "", now: SEEN_AT };
  return reportOf(state, block, { from: 0 }, { checks, circuits: CIRCUIT_LIST });
}
