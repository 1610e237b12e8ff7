import type { Channel } from "../../src/formats/parametersRule.ts";
import type { Sample } from "../../src/formats/samples.ts";
import { CELSIUS_OFFSET } from "../../src/formats/constants.ts";
import { codeReading } from "../../src/import/coding.ts";
import { BIOREACTOR } from "./parameters.ts";
import { codeTimes } from "../../src/import/ticks.ts";

/**
 * GENERATED data, not measured: a bioreactor in expansion, held at 37.0 °C, 5 % CO2, pH 7.2, 50 % dissolved oxygen and
 * 60 rpm. Values have the resolution of a usual display. The same seed gives the same data everywhere: integer arithmetic
 * only.
 */
export interface GeneratedSample {
  /** Unix seconds. */
  readonly time: number;
  /** In millionths of each channel's unit, in the order of BIOREACTOR. */
  readonly values: readonly bigint[];
}

/** One controlled quantity, in millionths of its unit. */
export interface Controlled {
  readonly setPoint: number;
  /** Largest step of one sample, before the controller pulls back. */
  readonly noise: number;
  readonly resolution: number;
}

/** In the order of BIOREACTOR. */
export const CONTROLLED: readonly Controlled[] = [
  { setPoint: 37_000_000, noise: 60_000, resolution: 100_000 },
  { setPoint: 5_000_000, noise: 60_000, resolution: 100_000 },
  { setPoint: 7_200_000, noise: 12_000, resolution: 10_000 },
  { setPoint: 50_000_000, noise: 1_500_000, resolution: 100_000 },
  { setPoint: 60_000_000, noise: 300_000, resolution: 1_000_000 },
];

/** `count` samples about 5 minutes apart. */
export function generatedSamples(count: number, seed: number, start = 1_651_768_200): GeneratedSample[] {
  const random = generator(seed);
  const next = heldAround(CONTROLLED, random);
  return Array.from({ length: count }, (_, i) => ({
    time: start + 300 * i + (i === 0 ? 0 : random(5) - 2),
    values: next(),
  }));
}

/**
 * Each call gives the next values. A quantity drifts around its set point and is pulled back, as under a controller, so that
 * it never strays from it by more than 8 times its noise, and then half its resolution.
 */
export function heldAround(controlled: readonly Controlled[], random: (below: number) => number): () => bigint[] {
  const drift = controlled.map(() => 0);
  return () =>
    controlled.map(({ setPoint, noise, resolution }, channel) => {
      const moved = Math.trunc(((drift[channel] ?? 0) * 7) / 8) + random(2 * noise + 1) - noise;
      drift[channel] = moved;
      return BigInt(Math.round((setPoint + moved) / resolution) * resolution);
    });
}

/** The rows of a record of generated samples, coded as the rule's channels say. */
export function codeGenerated(
  samples: readonly GeneratedSample[],
  tick: number,
  channels: readonly Channel[] = BIOREACTOR,
): Sample[] {
  const times = codeTimes(
    samples.map(({ time }) => time),
    samples[0]?.time ?? 0,
    tick,
  );
  return samples.map(({ values }, i) => ({
    dt: times[i]?.dt ?? 0,
    codes: channels.map((channel, place) =>
      Number(
        codeReading((values[place] ?? 0n) + CELSIUS_OFFSET, { ...channel, normalLow: 0n, normalHigh: channel.width }),
      ),
    ),
  }));
}

/** Whole numbers below a bound from a linear congruential generator (Numerical Recipes), its high bits. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
