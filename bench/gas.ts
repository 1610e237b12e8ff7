import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { id } from "ethers";
import { itemOf } from "../src/chain/attest.ts";
import { CLAIM_CLASS, NEEDED_FOR } from "../src/chain/codes.ts";
import { embeddedChain } from "../src/chain/connect.ts";
import { addCircuit, mined } from "../src/chain/deploy.ts";
import type { ChainPolicy } from "../src/chain/policy.ts";
import { KIND } from "../src/formats/constants.ts";
import { FIELD } from "../src/formats/field.ts";
import { packageRoot } from "../src/root.ts";
import { tinyCircuit, type TinyCircuit } from "../test/contracts/support/sevenSignals.ts";
import { DAY, World } from "../test/contracts/support/world.ts";

/**
 * Gas of attesting a whole batch in one transaction: `npm run bench:gas`, written to bench/results/gas.json.
 * What is measured is the dearest case: the first call of a batch, so that its head, its bits and its trail are written
 * for the first time; call data, verification, storage and events are all included. Proofs and signals are as long as
 * real ones. No claim has deviations; one that has costs its circuit another 6,200 gas.
 */

/** One row of the table. `gas`: of the transaction; `gasPerClaim`: rounded. */
export interface GasRow {
  readonly claims: number;
  readonly circuits: number;
  readonly gas: number;
  readonly gasPerClaim: number;
}

/** Where the committed table is. */
export const GAS_TABLE = join(packageRoot(), "bench/results/gas.json");

const CLAIMS = [1, 2, 4, 8, 16, 32];
const CIRCUITS = [1, 4];
const PARTIES = fieldElement("parties");

/** Measures the whole table on a chain inside this process; a row needs at least as many claims as circuits. */
export async function measureGas(): Promise<GasRow[]> {
  const world = await World.build(await embeddedChain());
  try {
    // Keys of one ceremony, as the circuits of one release: they share alpha, beta and gamma.
    const circuits = [world.temperature, ...["gas-1", "gas-2", "gas-3"].map(tinyCircuit)];
    for (const { key } of circuits.slice(1)) {
      await addCircuit(world.signers.admin, world.deployment, { key, kind: KIND.temperature, tier: 210 });
    }
    await mined(() => world.as("proposer").parties.propose(PARTIES, id("party list")));
    await mined(() => world.as("approver").parties.approve(PARTIES, "QA-2"));
    const rows: GasRow[] = [];
    for (const count of CIRCUITS) {
      for (const claims of CLAIMS.filter((most) => most >= count)) {
        const gas = await attestGas(world, circuits.slice(0, count), claims);
        rows.push({ claims, circuits: count, gas, gasPerClaim: Math.round(gas / claims) });
      }
    }
    return rows;
  } finally {
    await world.chain.close();
  }
}

/** Gas of attesting a new batch of so many claims, the circuits taking turns. */
async function attestGas(world: World, circuits: readonly TinyCircuit[], claims: number): Promise<number> {
  const turns = Array.from({ length: claims }, (_, i) => circuits[i % circuits.length] as TinyCircuit);
  const policy: ChainPolicy = {
    documentHash: id("gas"),
    product: `${claims}-CLAIMS-${circuits.length}-CIRCUITS`,
    version: 1,
    stages: 1,
    maxDue: [30n * DAY, 90n * DAY],
    claims: turns.map(({ circuitId }, i) => ({
      circuitIds: [circuitId],
      rule: fieldElement(`rule ${i}`),
      stage: 0,
      class: CLAIM_CLASS.process,
      neededFor: NEEDED_FOR.release,
      severity: 1,
    })),
  };
  await world.approve(policy);
  const batch = await world.open(policy, { batch: fieldElement(policy.product) });
  const common = {
    batch: batch.batch,
    head: fieldElement("head"),
    parties: PARTIES,
    deviations: 0n,
    context: await world.deployment.registry.contextOf(world.address.manufacturer),
  };
  const items = await Promise.all(
    turns.map(async (circuit, i) => {
      const signals = { ...common, rule: fieldElement(`rule ${i}`), record: fieldElement(`record ${i}`) };
      return itemOf(await circuit.prove(i, signals));
    }),
  );
  const { gasUsed } = await mined(() => world.as("manufacturer").registry.attest(batch.key, items));
  return Number(gasUsed);
}

/** A value as long as a real commitment. */
function fieldElement(name: string): bigint {
  return BigInt(id(name)) % FIELD;
}

if (import.meta.main) {
  const rows = await measureGas();
  writeFileSync(GAS_TABLE, `${JSON.stringify(rows, null, 2)}\n`);
  console.table(rows);
}
