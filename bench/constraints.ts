import { basename } from "node:path";
import Table from "cli-table3";
import lock from "../artifacts.lock.json" with { type: "json" };
import { CIRCUITS } from "../src/kinds/circuits.ts";
import { SIGNALS } from "../src/formats/constants.ts";
import { compileOnly } from "../src/setup/artifacts.ts";
import { COMPILER } from "../src/setup/compile.ts";
import { type R1csHeader, readR1csHeader } from "../src/setup/r1cs.ts";

/**
 * Constraints of the same readings in a textbook circuit (bench/textbook) and in ours:
 * `npm run bench:constraints [-- --json]`. Counts are exact and the same on every machine.
 */

/** Two instances of one circuit, which differ in the number of readings alone. */
interface Instances {
  /** Main files, relative to the package root, the smaller one first. */
  readonly mains: readonly [string, string];
  /** Readings of each; a sample of five channels is five readings. */
  readonly readings: readonly [number, number];
  /** Readings that come together, as one sample. */
  readonly channels: number;
}

const TEXTBOOK = "bench/textbook/instances/textbook";
const OURS = "test/circuits/instances/temperature";

/** Hard limits, gap and window on five channels: the shape of a table of process parameters. */
export const TEXTBOOK_PARAMETERS: Instances = {
  mains: [`${TEXTBOOK}-parameters-4.circom`, `${TEXTBOOK}-parameters-8.circom`],
  readings: [20, 40],
  channels: 5,
};

/** Every rule of circuit `temperature` that looks at readings. */
export const TEXTBOOK_TEMPERATURE: Instances = {
  mains: [`${TEXTBOOK}-temperature-10.circom`, `${TEXTBOOK}-temperature-30.circom`],
  readings: [10, 30],
  channels: 1,
};

/** Circuit `temperature` in its two smallest sizes. */
export const OUR_TEMPERATURE: Instances = {
  mains: [`${OURS}-210.circom`, `${OURS}-420.circom`],
  readings: [210, 420],
  channels: 1,
};

/** constraints = perReading * readings + fixed */
export interface Cost {
  readonly perReading: number;
  readonly fixed: number;
  readonly publicSignals: number;
}

/** The cost of a circuit, from its two instances, which are compiled on first need. */
export async function costOf({ mains, readings }: Instances): Promise<Cost> {
  const small = await headerOf(mains[0]);
  const large = await headerOf(mains[1]);
  const perReading = (large.constraints - small.constraints) / (readings[1] - readings[0]);
  return { perReading, fixed: small.constraints - perReading * readings[0], publicSignals: small.publicSignals };
}

async function headerOf(main: string): Promise<R1csHeader> {
  const { r1cs } = await compileOnly({ name: basename(main, ".circom"), main });
  return await readR1csHeader(r1cs);
}

const POWERS = [16, 17, 18] as const;

/** The most readings that 2^power rows hold: a key has a row for each constraint and public signal, and one more. */
function capacity({ perReading, fixed, publicSignals }: Cost, channels: number, power: number): number {
  const rows = 2 ** power - 1 - publicSignals - fixed;
  return channels * Math.floor(rows / (perReading * channels));
}

/** Readings of our largest locked tier that 2^power rows hold; NaN if there is none. */
function tier(power: number): number {
  const locked: Readonly<Record<string, { readonly constraints: number } | undefined>> = lock.circuits;
  const fitting = CIRCUITS.filter(({ kind, name }) => {
    const constraints = locked[name]?.constraints ?? Infinity;
    return kind === "temperature" && constraints + SIGNALS.length < 2 ** power;
  });
  return fitting.at(-1)?.tier ?? NaN;
}

/** One line of the table; `readings`: the most that 2^16, 2^17 and 2^18 rows hold. */
interface Line extends Cost {
  readonly circuit: string;
  readonly readings: readonly number[];
}

async function measure(): Promise<{ lines: Line[]; ratio: Pick<Line, "perReading" | "readings"> }> {
  const parameters = await costOf(TEXTBOOK_PARAMETERS);
  const textbook = await costOf(TEXTBOOK_TEMPERATURE);
  const ours = await costOf(OUR_TEMPERATURE);
  const inTextbook = (power: number): number => capacity(textbook, 1, power);
  return {
    lines: [
      {
        circuit: "textbook, 5 channels, hard limits only",
        ...parameters,
        readings: POWERS.map((power) => capacity(parameters, TEXTBOOK_PARAMETERS.channels, power)),
      },
      { circuit: "textbook, 1 channel, all rules", ...textbook, readings: POWERS.map(inTextbook) },
      { circuit: "ours, 1 channel, all rules", ...ours, readings: POWERS.map(tier) },
    ],
    ratio: {
      perReading: textbook.perReading / ours.perReading,
      readings: POWERS.map((power) => tier(power) / inTextbook(power)),
    },
  };
}

function tableOf({ lines, ratio }: Awaited<ReturnType<typeof measure>>): string {
  const table = new Table({
    head: ["circuit", "rows a reading", "fixed rows", ...POWERS.map((power) => `readings in 2^${power}`)],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right", "right", "right"],
  });
  const shown = (value: number, digits: number): string => (Number.isNaN(value) ? "not locked" : value.toFixed(digits));
  for (const { circuit, perReading, fixed, readings } of lines) {
    table.push([circuit, shown(perReading, 1), shown(fixed, 0), ...readings.map((most) => shown(most, 0))]);
  }
  table.push(["1 channel: ratio", shown(ratio.perReading, 1), "", ...ratio.readings.map((most) => shown(most, 1))]);
  return table.toString();
}

if (import.meta.main) {
  const result = await measure();
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify({ compiler: COMPILER, powers: POWERS, ...result }, null, 2));
  } else {
    console.log(tableOf(result));
    console.log("Only ours have, among the fixed rows: signature, device, parties, head, rule hash, record header.");
  }
}
