import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { GAS_TABLES, gasTablePath, measureGas, type GasRow, type GasTables } from "../../bench/gas.ts";

function committed(table: keyof GasTables): readonly GasRow[] {
  return JSON.parse(readFileSync(gasTablePath(table), "utf8")) as GasRow[];
}

function rowOf(rows: readonly GasRow[], claims: number, circuits: number): GasRow | undefined {
  return rows.find((row) => row.claims === claims && row.circuits === circuits);
}

let measured: GasTables;
beforeAll(async () => {
  measured = await measureGas();
});

describe.each(GAS_TABLES)("gas of attesting: %s", (table) => {
  const rows = committed(table);

  it("has a row for each number of claims over one circuit and over four", () => {
    expect(rows.map(({ claims, circuits }) => [claims, circuits])).toEqual([
      ...[1, 2, 4, 8, 16, 32].map((claims) => [claims, 1]),
      ...[4, 8, 16, 32].map((claims) => [claims, 4]),
    ]);
    for (const { claims, gas, gasPerClaim } of rows) expect(gasPerClaim).toBe(Math.round(gas / claims));
  });

  it.each(rows)("$claims claims over $circuits circuits: at most 2 % above the committed", (row) => {
    expect(rowOf(measured[table], row.claims, row.circuits)?.gas).toBeLessThanOrEqual(1.02 * row.gas);
  });
});

describe("gas of a claim in a call to a batch under way", () => {
  // Of 8 claims over one circuit 92,500 each are precompiles, call data, events and storage, before any instruction; of 8
  // over four circuits 126,000.
  it.each([
    [32, 1, 75_000],
    [32, 4, 82_000],
    [8, 1, 99_500],
    [8, 4, 136_500],
  ])("%i claims over %i circuits: at most %i", (claims, circuits, most) => {
    expect(rowOf(measured["gas.json"], claims, circuits)?.gasPerClaim).toBeLessThanOrEqual(most);
  });
});
