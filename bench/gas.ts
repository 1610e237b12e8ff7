import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { id } from "ethers";
import { itemOf } from "../src/chain/attest.ts";
import { CLAIM_CLASS, NEEDED_FOR } from "../src/formats/codes.ts";
import { embeddedChain } from "../src/chain/connect.ts";
import { addCircuit, mined } from "../src/chain/deploy.ts";
import type { ChainPolicy } from "../src/formats/chainPolicy.ts";
import { KIND } from "../src/formats/constants.ts";
import { FIELD } from "../src/formats/field.ts";
import { nameWord } from "../src/formats/names.ts";
import { packageRoot } from "../src/root.ts";
import { DAY, World } from "../test/contracts/support/world.ts";
import { simulatedCircuit, type SimulatedCircuit } from "../test/support/simulated.ts";

/**
 * Gas of one call of `attest`: `node bench/gas.ts` measures two tables in bench/results/. gas.json: a call to a batch under
 * way, whose head is set and of which another claim was attested before. gas-first-call.json: the first call of a batch,
 * which writes head, bits and trail for the first time (three times 17,100 gas more) and sets and announces the head.
 * Call data, verification, storage and events are all included. Proofs and signals are as long as real ones. No claim has
 * deviations; one that has costs its circuit another 6,200 gas.
 */

/** One row of the table. `gas`: of the transaction; `gasPerClaim`: rounded. */
export interface GasRow {
  readonly claims: number;
  readonly circuits: number;
  readonly gas: number;
  readonly gasPerClaim: number;
}

/** The tables, by the file in bench/results/ that each is committed in. */
export const GAS_TABLES = ["gas.json", "gas-first-call.json"] as const;

export type GasTables = Readonly<Record<(typeof GAS_TABLES)[number], readonly GasRow[]>>;

/** Where a committed table is. */
export function gasTablePath(table: keyof GasTables): string {
  return join(packageRoot(), "bench/results", table);
}

const CLAIMS = [1, 2, 4, 8, 16, 32];
const CIRCUITS = [1, 4];
const PARTIES = fieldElement("parties");

/** Measures both tables on a chain inside this process; a row needs at least as many claims as circuits. */
export async function measureGas(): Promise<GasTables> {
  const world = await World.build(await embeddedChain());
  try {
    // Keys of one setup, as the circuits of one release: they share alpha, beta and gamma.
    const circuits = ["gas-1", "gas-2", "gas-3", "gas-4"].map(simulatedCircuit);
    for (const { key } of circuits) {
      await addCircuit(world.signers, world.deployment, { key, kind: KIND.temperature, tier: 210 });
    }
    await mined(() => world.as("proposer").parties.propose(PARTIES, id("party list")));
    await mined(() => world.as("approver").parties.approve(PARTIES, id("party list"), nameWord("QA-2")));
    const measured: Record<keyof GasTables, GasRow[]> = { "gas.json": [], "gas-first-call.json": [] };
    for (const count of CIRCUITS) {
      for (const claims of CLAIMS.filter((most) => most >= count)) {
        for (const table of GAS_TABLES) {
          const gas = await attestGas(world, circuits.slice(0, count), claims, table === "gas.json");
          measured[table].push({ claims, circuits: count, gas, gasPerClaim: Math.round(gas / claims) });
        }
      }
    }
    return measured;
  } finally {
    await world.chain.close();
  }
}

/**
 * Gas of attesting so many claims of a batch in one call, the circuits taking turns. `underWay`: another claim of the
 * batch was attested before.
 */
async function attestGas(
  world: World,
  circuits: readonly SimulatedCircuit[],
  claims: number,
  underWay: boolean,
): Promise<number> {
  const before = underWay ? 1 : 0;
  const turns = Array.from({ length: before + claims }, (_, i) => circuits[i % circuits.length] as SimulatedCircuit);
  const product = `${before}+${claims}-CLAIMS-${circuits.length}-CIRCUITS`;
  const policy: ChainPolicy = {
    documentHash: id("gas"),
    product: nameWord(product),
    version: 1,
    stages: 1,
    maxDue: [30n * DAY, 90n * DAY],
    confirmedStages: 0n,
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
  const batch = await world.open(policy, { batch: fieldElement(product) });
  const { opened } = await world.deployment.registry.batchOf(batch.key);
  const common = {
    opened,
    batch: batch.batch,
    head: fieldElement("head"),
    parties: PARTIES,
    deviations: 0n,
    context: await world.deployment.gate.contextOf(world.address.manufacturer),
  };
  const items = turns.map((circuit, claim) => {
    const signals = { ...common, rule: fieldElement(`rule ${claim}`), record: fieldElement(`record ${claim}`) };
    return itemOf(circuit.prove(claim, signals));
  });
  const { registry } = world.as("manufacturer");
  if (underWay) await mined(() => registry.attest(batch.key, items.slice(0, before)));
  const { gasUsed } = await mined(() => registry.attest(batch.key, items.slice(before)));
  return Number(gasUsed);
}

/** A value as long as a real commitment. */
function fieldElement(name: string): bigint {
  return BigInt(id(name)) % FIELD;
}

if (import.meta.main) {
  const measured = await measureGas();
  for (const table of GAS_TABLES) {
    writeFileSync(gasTablePath(table), `${JSON.stringify(measured[table], null, 2)}\n`);
    console.log(table);
    console.table(measured[table]);
  }
}
